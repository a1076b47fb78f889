"""The event stream over real sockets: order, freshness, slow and dead readers, the stop."""

from __future__ import annotations

import asyncio
import socket
import time
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.vitals import Validity, VitalSign
from monitor.web import live
from monitor.web.server import bound
from monitor.web.stream import SEND_S_MAX
from tests.serving import ACT, ACTOR, HIGH_PRESSURE, WITHIN_S, Page, Served, served
from tests.stored import reading
from tests.waiting import until

SPO2 = {VitalSign.SPO2: 97.0}


@pytest.mark.requirement("SHO-101")
async def test_a_page_gets_the_whole_wall_first_and_then_rising_numbers(tmp_path: Path) -> None:
    async with served(tmp_path) as clinic, Page.watching(clinic.port) as page:
        first = await page.next()
        assert first.name == "snapshot"
        assert [tile["chair"] for tile in first.data["tiles"]] == ["1", "2"]
        assert {
            "now_ms",
            "clock",
            "clinic",
            "mode",
            "counts",
            "strip",
            "sound",
        } <= first.data.keys()
        assert {"status", "version", "clinic"} <= first.data.keys()
        events = [await page.next() for _ in range(6)]
        numbers = [first.seq, *[event.seq for event in events]]
        assert numbers == sorted(set(numbers))
        assert {event.name for event in events} == {"delta", "hb"}


@pytest.mark.requirement("SHO-102")
async def test_nothing_falls_between_snapshot_and_stream(tmp_path: Path) -> None:
    async with served(tmp_path) as clinic:
        for number in range(60, 90):
            clinic.say("1", {VitalSign.SPO2: float(number)})
            async with Page.watching(clinic.port) as page:
                seen = await page.next()
                shown = _spo2(seen.data["tiles"][0])
                while shown != str(number):
                    shown = _spo2(await page.tile("1"))


def _spo2(tile: dict[str, list[dict[str, str]]]) -> str:
    return next(slot["text"] for slot in tile["slots"] if slot["vital"] == "SpO2")


@pytest.mark.alone
@pytest.mark.requirement("SHO-103")
async def test_a_heartbeat_comes_each_second_as_an_event_with_a_name(tmp_path: Path) -> None:
    async with served(tmp_path) as clinic, Page.watching(clinic.port) as page:
        beats = []
        for _ in range(4):
            beat = await page.until("hb")
            beats.append((time.monotonic(), beat.data["now_ms"], beat.data["seq"]))
        gaps = [later[0] - sooner[0] for sooner, later in pairwise(beats)]
        assert all(0.7 <= gap <= 1.6 for gap in gaps), gaps
        assert [seq for _, _, seq in beats] == sorted({seq for _, _, seq in beats})
        assert [ms for _, ms, _ in beats] == sorted({ms for _, ms, _ in beats})


@pytest.mark.requirement("SHO-104")
async def test_a_reading_is_on_the_stream_at_once_and_does_not_wait_for_the_second(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as clinic, Page.watching(clinic.port) as page:
        seconds = 0
        for number in range(70, 80):
            clinic.say("1", {VitalSign.SPO2: float(number)})
            seconds += await _beats_until(page, str(number))
        # Ten values one after the other would each wait for a heartbeat of its own.
        assert seconds <= 3


async def _beats_until(page: Page, spo2: str) -> int:
    """How many heartbeats come before the delta that shows chair 1 with this value."""
    beats = 0
    while True:
        event = await page.next()
        beats += event.name == "hb"
        tiles = [tile for tile in event.data.get("tiles", []) if tile["chair"] == "1"]
        if event.name == "delta" and any(_spo2(tile) == spo2 for tile in tiles):
            return beats


async def test_a_reading_that_changes_nothing_on_the_tile_sends_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as clinic, Page.watching(clinic.port) as page:
        clinic.say("1", SPO2)
        await page.tile("1")
        await page.until("hb")
        before = clinic.clinic.hub.seq
        for _ in range(50):
            clinic.say("1", SPO2)
        stored = clinic.clinic.ward.record
        await until(lambda: not clinic.wiring.wires["mon-1"]._waiting)
        await stored.commit()
        assert clinic.clinic.hub.seq - before <= 6


@pytest.mark.requirement("SHO-054")
async def test_an_alarm_that_goes_along_with_its_patient_does_not_begin_again(
    tmp_path: Path,
) -> None:
    async with (
        served(tmp_path) as clinic,
        clinic.nurse() as client,
        Page.watching(clinic.port) as wall,
    ):
        session = await clinic.seat(client, "1")
        await clinic.enter(client, session, "BASELINE", "INFUSION")
        clinic.say("1", HIGH_PRESSURE)
        told = await wall.until("alarm", chair="1", priority="HIGH", state="ACTIVE_UNACK")
        move = {"to": "2"}
        answer = await client.post(f"/api/sessions/{session}/move", json=move, headers=ACT)
        assert answer.status_code == 200, answer.text
        along = await wall.until("alarm", id=told.data["id"], chair="2")
        assert (told.data["begins"], along.data["begins"]) == (True, False)
        assert along.data["state"] == "ACTIVE_UNACK"


@pytest.mark.requirement("SHO-105")
async def test_an_alarm_is_told_and_its_acknowledgement_reaches_every_page(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as clinic,
        clinic.nurse() as client,
        Page.watching(clinic.port) as wall,
        Page.watching(clinic.port) as tablet,
    ):
        session = await clinic.seat(client, "1")
        await clinic.enter(client, session, "BASELINE", "INFUSION")
        clinic.say("1", HIGH_PRESSURE)
        delta = await wall.until("delta", sound="HIGH")
        assert delta.data["strip"][0]["priority"] == "HIGH"
        told = await wall.until("alarm", chair="1", priority="HIGH", state="ACTIVE_UNACK")
        assert told.data["text"].startswith("!!! BP")
        body = {"alarm": told.data["id"]}
        answer = await client.post("/api/alarms/acknowledge", json=body, headers=ACT)
        assert answer.json() == {"id": told.data["id"]}
        seen = await tablet.until("alarm", state="ACTIVE_ACK")
        assert seen.data["id"] == told.data["id"]
        now = (await client.get("/api/wall")).json()
        tile = now["tiles"][0]
        assert tile["alarms"][0]["acknowledged"].startswith(f"ack {ACTOR} ")
        assert (now["sound"], tile["flash"]) == ("", False)


@pytest.mark.alone
@pytest.mark.requirement("SHO-106")
async def test_a_reader_that_never_reads_delays_nobody_and_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.web.stream.SEND_S_MAX", 1.0)
    async with served(tmp_path, chairs=24) as clinic:
        with _deaf(clinic) as deaf, _deaf(clinic):
            await until(lambda: clinic.clinic.hub.readers == 2)
            async with Page.watching(clinic.port) as page:
                await page.next()
                worst = 0.0
                flood = asyncio.create_task(_flood(clinic))
                while clinic.clinic.hub.readers > 1:
                    since = time.monotonic()
                    await page.next()
                    worst = max(worst, time.monotonic() - since)
                flood.cancel()
                assert worst < 1.5
            deaf.settimeout(WITHIN_S)
            assert await asyncio.to_thread(_rest, deaf) > 0


def _deaf(clinic: Served) -> socket.socket:
    """A browser that asks for the stream and never reads it."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    deaf.connect(("127.0.0.1", clinic.port))
    deaf.sendall(b"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return deaf


async def _flood(clinic: Served) -> None:
    number = 0
    while True:
        number += 1
        for chair in range(1, 25):
            clinic.clinic.hub.publish("delta", b'{"tiles":[],"pad":"%b"}' % (b"x" * 4_000))
            clinic.say(str(chair), {VitalSign.SPO2: 80.0 + number % 20})
        await asyncio.sleep(0.01)


def _rest(deaf: socket.socket) -> int:
    """How much a cut-off connection still gives before it ends."""
    count = 0
    while True:
        try:
            data = deaf.recv(65_536)
        except ConnectionResetError:
            return max(count, 1)
        if not data:
            return count
        count += len(data)


@pytest.mark.alone
@pytest.mark.requirement("SHO-107")
async def test_the_service_stops_within_a_second_with_streams_open_read_or_not(
    tmp_path: Path,
) -> None:
    async with served(tmp_path, chairs=24) as clinic:
        with _deaf(clinic), _deaf(clinic):
            async with Page.watching(clinic.port) as page:
                await page.next()
                await until(lambda: clinic.clinic.hub.readers == 3)
                flood = asyncio.create_task(_flood(clinic))
                await asyncio.wait([flood], timeout=1.0)
                flood.cancel()
                since = time.monotonic()
                clinic.stop.set()
                await clinic.stopped
                assert time.monotonic() - since < 1.0
                assert await _ended(page)


async def _ended(page: Page) -> bool:
    try:
        while True:
            await page.next()
    except asyncio.IncompleteReadError:
        return True


@pytest.mark.requirement("SHO-108")
async def test_beyond_so_many_pages_the_next_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STREAMS_MAX", 2)
    async with served(tmp_path) as clinic, clinic.nurse() as client:
        async with Page.watching(clinic.port) as one, Page.watching(clinic.port) as two:
            await one.next()
            await two.next()
            refused = await client.get("/api/stream")
            assert refused.status_code == 503
            assert refused.json().keys() == {"what", "why", "fix"}
        await until(lambda: clinic.clinic.hub.readers == 0)
        async with Page.watching(clinic.port) as again:
            assert (await again.next()).name == "snapshot"


@pytest.mark.alone
@pytest.mark.requirement("SHO-009")
async def test_two_hundred_pages_come_back_at_once_and_readings_still_flow(tmp_path: Path) -> None:
    async with served(tmp_path, chairs=24) as clinic:
        pages = await asyncio.gather(*[_first_event(clinic.port) for _ in range(190)])
        assert {name for name, _ in pages} == {"snapshot"}
        assert max(took for _, took in pages) < 5.0


async def _first_event(port: int) -> tuple[str, float]:
    since = time.monotonic()
    async with Page.watching(port) as page:
        return (await page.next()).name, time.monotonic() - since


async def test_a_reader_that_fell_behind_begins_again_from_a_snapshot(tmp_path: Path) -> None:
    async with served(tmp_path) as clinic, Page.watching(clinic.port) as page:
        await page.next()
        for number in range(2_000):
            clinic.clinic.hub.publish("delta", b'{"tiles":[],"number":%d}' % number)
        again = await page.until("snapshot")
        assert again.seq >= 2_000
        assert (await page.next()).seq > again.seq


async def test_an_invalid_value_is_told_with_its_reason(tmp_path: Path) -> None:
    async with served(tmp_path) as clinic, Page.watching(clinic.port) as page:
        clinic.say("1", {}, {VitalSign.SPO2: (Validity.INVALID, "sensor off")})
        tile = await page.tile("1")
        slot = next(one for one in tile["slots"] if one["vital"] == "SpO2")
        assert (slot["text"], slot["state"], slot["note"]) == ("-?-", "invalid", "sensor off")


def test_a_dead_browser_is_given_five_seconds() -> None:
    assert SEND_S_MAX == 5.0


@pytest.mark.alone
@pytest.mark.requirement("SHO-110")
async def test_a_review_of_two_hours_does_not_hold_up_the_stream(tmp_path: Path) -> None:
    vitals = [v for v in VitalSign if not v.episodic][:5]
    async with served(tmp_path) as clinic, clinic.nurse() as client:
        session = await clinic.seat(client, "1")
        record = clinic.clinic.ward.record
        rows = [
            reading(second, 90.0 + second % 9, session=session, vital=vital)
            for second in range(7_200)
            for vital in vitals
        ]
        for start in range(0, len(rows), 5_000):
            record.add(rows[start : start + 5_000])
            await record.commit()
        async with Page.watching(clinic.port) as page:
            await page.next()
            asked = asyncio.create_task(client.get(f"/api/sessions/{session}/readings"))
            worst, number = 0.0, 0
            while not asked.done():
                number += 1
                asked_s = time.monotonic()
                # A stall is seen whenever it comes; asking without a pause took the review's time.
                await asyncio.sleep(0.05)
                clinic.say("2", {VitalSign.SPO2: 70.0 + number % 30})
                while _spo2(await page.tile("2")) != str(70 + number % 30):
                    pass
                worst = max(worst, time.monotonic() - asked_s)
        answer = asked.result()
        assert len(answer.json()["series"]["SpO2"]["values"]) == 7_200
        assert worst < 0.5


def test_an_event_never_waits_for_the_next_to_fill_a_packet() -> None:
    """Asyncio turns Nagle's algorithm off only where the socket names its protocol."""
    with bound("127.0.0.1", 0, where="[web] listen") as listening:
        assert listening.proto == socket.IPPROTO_TCP
