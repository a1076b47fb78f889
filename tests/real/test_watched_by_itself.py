"""The alarm system watches itself: real processes, real sockets, a real full disk."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.sentry import Sentry
from monitor.showing import TEST_CHAIR
from monitor.vitals import VitalSign
from tests.guarded import SERVE, START_S, WATCH, beating, running, written
from tests.real.test_record_faults import small_disk
from tests.serving import HIGH_PRESSURE, Page, Served, served
from tests.waiting import until

SEEN_S = 5.0
LOOK_S = 0.5
"""For a bell to go from the process to its file and to us."""


@pytest.fixture
def sentry(tmp_path: Path) -> Iterator[Sentry]:
    """The thread as `chairside serve` has it."""
    with Sentry(tmp_path / "beat") as watching:
        yield watching


def open_alarms(clinic: Served) -> dict[str, str]:
    """Condition and words of what is open for the whole clinic."""
    return {one.condition: one.message for one in clinic.clinic.ward.engine.alarms("")}


@pytest.mark.timed
@pytest.mark.requirement("WDG-004")
@pytest.mark.timeout(300)
async def test_kill_9_and_freeze_are_heard_within_5_s_and_a_return_is_quiet(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    beat = tmp_path / "chairside.heartbeat"
    with running(tmp_path, "one", *SERVE) as service:
        await beating(beat)
        with running(tmp_path, "watchdog", *WATCH) as watchdog:
            await until((tmp_path / "watchdog.said").exists)
            await beating(beat)
            assert watchdog.rings() == 0
            service.send(signal.SIGSTOP)
            assert await until(watchdog.rings, START_S) <= SEEN_S + LOOK_S
            service.send(signal.SIGCONT)
            await until(lambda: "is back" in watchdog.text(), START_S)
            await beating(beat)
            rings = watchdog.rings()
            service.send(signal.SIGKILL)
            took_s = await until(lambda: watchdog.rings() > rings, START_S)
            assert took_s <= SEEN_S + LOOK_S
            with running(tmp_path, "two", *SERVE):
                await until(lambda: watchdog.text().count("is back") == 2, START_S)
                rings = watchdog.rings()
                await beating(beat)
                assert watchdog.rings() == rings


@pytest.mark.soak
@pytest.mark.requirement("WDG-005")
@pytest.mark.timeout(300)
async def test_it_really_sounds_for_120_s(tmp_path: Path) -> None:
    with running(tmp_path, "watchdog", *WATCH) as watchdog:
        await until(watchdog.rings, START_S)
        await asyncio.sleep(120.0)
        assert watchdog.rings() >= 100


@pytest.mark.requirement("WDG-001")
async def test_the_test_alarm_comes_round_and_is_on_no_page_in_no_record_and_silent(
    tmp_path: Path, sentry: Sentry
) -> None:
    async with served(tmp_path, sentry=sentry) as clinic, clinic.client() as client:
        await beating(tmp_path / "beat")
        clinic.say("1", {VitalSign.SPO2: 97.0})
        ward = clinic.clinic.ward
        assert ward.engine.alarms(TEST_CHAIR)
        wall = (await client.get("/api/wall")).json()
        assert [tile["chair"] for tile in wall["tiles"]] == ["1", "2"]
        assert (wall["sound"], wall["strip"], wall["counts"]) == ("", [], "2 chairs")
        assert "alarm path checked" in " ".join(line["text"] for line in wall["status"])
        for path in ("/api/wall", "/api/alarms", "/api/sessions"):
            assert TEST_CHAIR not in (await client.get(path)).text
        assert (await client.get(f"/api/chairs/{TEST_CHAIR}/trend")).status_code == 404
        async with Page.watching(clinic.port) as page:
            snapshot = await page.next()
            assert TEST_CHAIR not in str(snapshot.data)
            assert (await page.until("test")).data["priority"] == "HIGH"
    kept = b"".join(one.read_bytes() for one in tmp_path.glob("record.db*"))
    assert b"SpO2" in kept
    assert TEST_CHAIR.encode() not in kept


@pytest.mark.requirement("WDG-001")
async def test_an_alarm_that_stays_open_while_nothing_is_judged_proves_nothing(
    tmp_path: Path, sentry: Sentry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path, sentry=sentry) as clinic:
        await beating(tmp_path / "beat")
        engine = clinic.clinic.ward.engine
        monkeypatch.setattr(engine, "observe", lambda _readings: [])
        await until(lambda: sentry.proved_ago_s() > 4.0)
        assert engine.alarms(TEST_CHAIR)


@pytest.mark.requirement("WDG-002", "WDG-003")
async def test_systemd_is_fed_by_the_test_alarm_alone_and_its_absence_is_an_alarm(
    tmp_path: Path,
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        with Sentry(tmp_path / "beat", notify=str(tmp_path / "notify")) as sentry:
            async with served(tmp_path, sentry=sentry) as clinic:
                loop = asyncio.get_running_loop()
                first = await asyncio.wait_for(loop.sock_recv(systemd, 100), START_S)
                assert first == b"READY=1\nWATCHDOG=1"
                second = await asyncio.wait_for(loop.sock_recv(systemd, 100), START_S)
                assert second == b"WATCHDOG=1"
                # The chair's alarm no longer gets to the stream; all else goes on as before.
                clinic.clinic.ward._testers.clear()
                await until(lambda: sentry.proved_ago_s() > 3.0)
                while True:
                    try:
                        systemd.recv(100)
                    except BlockingIOError:
                        break
                await until(lambda: "T-ENG" in open_alarms(clinic))
                assert "NOT PROVED" in open_alarms(clinic)["T-ENG"]
                with pytest.raises(BlockingIOError):
                    systemd.recv(100)
        assert systemd.recv(100) == b"STOPPING=1"


@pytest.mark.requirement("S-36")
async def test_a_blocked_loop_is_heard_at_once_alarms_when_it_runs_and_ends_after_10_s(
    tmp_path: Path, sentry: Sentry
) -> None:
    async with served(tmp_path, sentry=sentry) as clinic:
        await beating(tmp_path / "beat")
        async with Page.watching(clinic.port) as page:
            assert "T-ENG" not in open_alarms(clinic)
            time.sleep(3.0)
            assert sentry.rings >= 1
            news = await page.until("alarm", priority="HIGH", chair="")
            assert "ALARM ENGINE LATE" in news.data["text"]
            told_s = time.monotonic()
            await until(lambda: "T-ENG" not in open_alarms(clinic), 30.0)
            assert time.monotonic() - told_s >= 9.5


@pytest.mark.requirement("S-36")
async def test_on_a_full_disk_t_store_sounds_and_alarms_still_reach_the_page(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path, 24_000):
        async with served(tmp_path) as clinic, Page.watching(clinic.port) as page:
            record = clinic.clinic.ward.record
            filler = tmp_path / "other-files"
            with filler.open("wb", buffering=0) as out:
                try:
                    while out.write(b"x" * 65_536):
                        pass
                except OSError:
                    pass
            for number in range(200_000):
                clinic.say("2", {VitalSign.HEART_RATE: 70.0 + number % 3})
                await asyncio.sleep(0.001)
                if record.failing:
                    break
            assert record.failing
            await until(lambda: "T-STORE" in open_alarms(clinic))
            assert open_alarms(clinic)["T-STORE"] == "NOT RECORDING (alarms still run)"
            clinic.say("1", HIGH_PRESSURE)
            news = await page.until("alarm", priority="HIGH", chair="1")
            assert "BP very high" in news.data["text"]
            assert record.failing
            filler.unlink()
            await until(lambda: "T-STORE" not in open_alarms(clinic), 30.0)
