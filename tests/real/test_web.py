"""The API over real sockets against the shipped service: who may, what is refused, what is told."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import socket
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio

from monitor.displays import Clinic
from monitor.errors import ConfigError
from monitor.history import TransitionRow
from monitor.vitals import Validity, VitalSign
from monitor.web.app import create_api
from monitor.web.archive import ALARM_SESSIONS_MAX, OF_DAYS_MAX
from monitor.web.live import Live
from monitor.web.pages import PAGES
from monitor.web.server import WebDisplay
from tests.serving import ACT, ACTOR, HIGH_PRESSURE, Page, Served, served
from tests.stored import NOON_US, fact, transition
from tests.waiting import until

NOWHERE = "no-such-thing"
PATHS = {"chair": "1", "session": NOWHERE, "alarm": NOWHERE, "patient_ref": "A.M."}
SEAT = {"patient_ref": "A.M.", "planned_minutes": 40}


@pytest_asyncio.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def client(clinic: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with clinic.nurse() as browser:
        yield browser


def routes(clinic: Clinic) -> Iterable[tuple[str, str]]:
    """Every method and path there is, with example parameters filled in."""
    api = create_api(clinic, Live(clinic))
    yield from (("GET", page.route.format_map(PATHS)) for page in PAGES)
    for path, methods in api.openapi()["paths"].items():
        for method, told in methods.items():
            asked = [one["name"] for one in told.get("parameters", ()) if one["required"]]
            query = "&".join(f"{name}=0" for name in asked if name not in PATHS)
            yield method.upper(), f"{path.format_map(PATHS)}?{query}".rstrip("?")


async def kept(clinic: Served) -> tuple[int, list[str], list[str]]:
    """What a request could have changed: stored rows, sessions, what the tiles show."""
    ward = clinic.clinic.ward
    await ward.record.commit()
    sessions = await clinic.clinic.history.sessions()
    facts = sum([len(await clinic.clinic.history.facts(one)) for one in sessions])
    states = [tile.state + tile.audio_paused for tile in ward.board.wall(0.0, 0).tiles]
    return facts, sessions, states


@pytest.mark.requirement("SHO-082")
async def test_every_answer_carries_the_headers_errors_too(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    asked = [
        *routes(clinic.clinic),
        ("GET", "/static/js/wall.js"),
        ("GET", "/static/nothing.js"),
        ("GET", "/lost-worker.js"),
        ("GET", "/lost/page"),
        ("GET", "/lost/js/sound.js"),
        ("GET", "/openapi.json"),
        ("GET", "/nothing"),
        ("PUT", "/api/wall"),
        ("DELETE", "/api/sessions/x"),
    ]
    assert len(asked) > 20
    for method, path in asked:
        async with client.stream(method, path) as answer:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert answer.headers["referrer-policy"] == "no-referrer", path
            expected = "no-cache" if path.startswith("/static/") else "no-store"
            assert answer.headers["cache-control"] == expected, path
            assert "access-control-allow-origin" not in answer.headers, path
            assert "server" not in answer.headers, path


async def test_the_stream_is_neither_kept_nor_gathered_by_what_stands_between(
    client: httpx.AsyncClient,
) -> None:
    async with client.stream("GET", "/api/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"


async def test_a_fault_of_ours_is_told_in_words_with_the_headers(
    clinic: Served, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(limit: int) -> list[str]:  # noqa: ARG001
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(clinic.clinic.history, "newest", broken)
    answer = await client.get("/api/burden")
    assert answer.status_code == 500
    assert answer.json().keys() == {"what", "why", "fix"}
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.requirement("SHO-059")
async def test_the_alarm_history_tells_alarms_of_an_empty_chair_and_of_the_clinic(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    ward = clinic.clinic.ward
    since_s = clinic.clinic.clock.monotonic() - 3_600.0
    ward.assert_technical("T-COPY", "", since_s, "HISTORY COPY 7 BEHIND (nothing lost)")
    await until(lambda: ward.engine.alarms(""))
    await ward.record.commit()
    session = await clinic.seat(client, "1")
    (told,) = (await client.get("/api/alarms?priority=MEDIUM")).json()["alarms"]
    assert (told["label"], told["chair"], told["session"]) == ("clinic", "", "")
    assert (told["text"], told["patient"]) == ("HISTORY COPY 7 BEHIND (nothing lost)", "")
    one = await client.get(f"/api/alarms?session={session}")
    assert one.json() == {"alarms": [], "since": ""}


@pytest.mark.requirement("SHO-071")
async def test_looking_changes_nothing(clinic: Served, client: httpx.AsyncClient) -> None:
    session = await clinic.seat(client, "1")
    before = await kept(clinic)
    # Nobody has exported or printed anything yet, and a nurse asks no preset's what-if.
    others = {"/api/exports/file": 404, "/api/reports/file": 404, "/api/whatif": 403}
    for method, path in routes(clinic.clinic):
        if method == "GET":
            async with client.stream("GET", path.replace(NOWHERE, session)) as answer:
                assert answer.status_code == others.get(path, 200), path
    assert await kept(clinic) == before


@pytest.mark.requirement("SHO-072")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"X-Chairside": "1", "Origin": "https://evil.example"}, 403),
        ({"X-Chairside": "1", "Origin": "null"}, 403),
        ({"X-Chairside": "1", "Origin": "http://{host}.evil.example"}, 403),
        ({"X-Chairside": "1", "Origin": "http://evil.example/{host}"}, 403),
        ({"X-Chairside": "1", "Origin": "http://{host}@evil.example"}, 403),
        ({"X-Chairside": "1", "Origin": "http://{host}"}, 200),
        ({"X-Chairside": "1"}, 200),
    ],
)
async def test_a_post_must_come_from_one_of_our_pages(
    clinic: Served, client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    host = f"127.0.0.1:{clinic.port}"
    sent = {name: value.replace("{host}", host) for name, value in headers.items()}
    before = await kept(clinic)
    answer = await client.post("/api/chairs/1/seat", json=SEAT, headers=sent)
    assert answer.status_code == status
    assert (await kept(clinic) == before) is (status != 200)
    if status != 200:
        assert answer.json().keys() == {"what", "why", "fix"}


async def test_every_post_refuses_what_a_form_of_another_site_could_send(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    before = await kept(clinic)
    posts = [path for method, path in routes(clinic.clinic) if method == "POST"]
    assert len(posts) >= 9
    for path in posts:
        answer = await client.post(path, data={"patient_ref": "A.M."})
        assert answer.status_code == 403, path
    assert await kept(clinic) == before


async def test_a_body_without_end_is_refused_before_it_is_read(client: httpx.AsyncClient) -> None:
    long = await client.post("/api/chairs/1/seat", content=b"x" * 70_000, headers=ACT)
    assert long.status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"{"

    chunked = await client.post("/api/chairs/1/seat", content=endless(), headers=ACT)
    assert chunked.status_code == 411


BAD_BODIES: list[dict[str, Any] | list[Any]] = [
    {},
    [],
    {**SEAT, "actor": ACTOR},
    {**SEAT, "planned_minutes": "soon"},
    {**SEAT, "planned_minutes": None},
    {**SEAT, "patient_ref": ""},
    {**SEAT, "patient_ref": "x" * 201},
    {**SEAT, "patient_ref": 7},
    {**SEAT, "extra": 1},
]


@pytest.mark.requirement("SHO-073")
@pytest.mark.parametrize("body", BAD_BODIES)
async def test_a_body_of_another_shape_changes_nothing(
    clinic: Served, client: httpx.AsyncClient, body: object
) -> None:
    before = await kept(clinic)
    answer = await client.post("/api/chairs/1/seat", json=body, headers=ACT)
    assert answer.status_code == 422
    assert await kept(clinic) == before


@pytest.mark.requirement("SHO-074")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/alarms/acknowledge", {"alarm": NOWHERE}),
        ("/api/chairs/1/seat", {**SEAT, "patient_ref": "<img src=x onerror=alert(1)>"}),
        ("/api/chairs/1/seat", {**SEAT, "patient_ref": "=1+1"}),
        ("/api/chairs/1/seat", {**SEAT, "planned_minutes": 0}),
        ("/api/chairs/9/seat", SEAT),
        ("/api/chairs/9/audio-pause", {}),
        (f"/api/sessions/{NOWHERE}/phase", {"phase": "INFUSION"}),
    ],
)
async def test_an_act_that_does_not_fit_is_refused_in_words_and_changes_nothing(
    clinic: Served, client: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    before = await kept(clinic)
    answer = await client.post(path, json=body, headers=ACT)
    assert answer.status_code == 409
    assert answer.json().keys() == {"what", "why", "fix"}
    assert all(answer.json().values())
    assert await kept(clinic) == before


async def test_a_chair_is_seated_once_and_a_phase_is_not_skipped(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    session = await clinic.seat(client, "1")
    again = await client.post("/api/chairs/1/seat", json=SEAT, headers=ACT)
    assert again.status_code == 409
    skipped = await client.post(
        f"/api/sessions/{session}/phase",
        json={"phase": "INFUSION"},
        headers=ACT,
    )
    assert skipped.status_code == 409
    await clinic.enter(client, session, "BASELINE", "INFUSION", "RECOVERY", "CLOSED")
    assert (await client.get("/api/wall")).json()["tiles"][0]["state"] == "EMPTY"


@pytest.mark.requirement("SHO-075")
async def test_an_act_is_answered_after_its_commit(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    session = await clinic.seat(client, "1")
    rows = await clinic.clinic.history.facts(session)
    assert [row.kind for row in rows] == ["seated", "settings", "equipment"]
    assert clinic.clinic.ward.record.pending == 0


async def test_an_audio_pause_is_shown_counting_and_a_second_press_extends_nothing(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    session = await clinic.seat(client, "1")
    await clinic.enter(client, session, "BASELINE", "INFUSION")
    async with Page.watching(clinic.port) as page:
        clinic.say("1", HIGH_PRESSURE)
        await page.until("delta", sound="HIGH")
        pause = await client.post("/api/chairs/1/audio-pause", json={}, headers=ACT)
        assert pause.status_code == 200
        quiet = await page.until("delta", sound="")
        assert quiet.data["tiles"][0]["audio_paused"] in {"2:00", "1:59"}
    until_s = clinic.clinic.ward.engine.audio_paused_until("1")
    await client.post("/api/chairs/1/audio-pause", json={}, headers=ACT)
    assert clinic.clinic.ward.engine.audio_paused_until("1") == until_s


@pytest.mark.requirement("SHO-076")
@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        f"/api/sessions/{NOWHERE}",
        f"/api/sessions/{NOWHERE}/readings",
        f"/api/sessions/{NOWHERE}/alarms",
        f"/api/alarms?session={NOWHERE}",
        "/api/chairs/9/trend",
        "/api/sessions/" + quote("' OR 1=1 --", safe=""),
    ],
)
async def test_what_is_not_there_is_said_in_words(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json().keys() == {"what", "why", "fix"}


@pytest.mark.requirement("SHO-175")
@pytest.mark.parametrize("path", ["/<b>nothing", f"/api/sessions/{NOWHERE}"])
async def test_somebody_who_follows_a_link_reads_why_it_is_not_shown(
    client: httpx.AsyncClient, path: str
) -> None:
    wanted = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    as_script = await client.get(path)
    as_page = await client.get(path, headers=wanted)
    assert as_page.status_code == as_script.status_code >= 400
    assert as_page.headers["content-type"].startswith("text/html")
    said = as_script.json()
    for part in ("what", "why", "fix"):
        assert html.escape(said[part], quote=False) in as_page.text.replace("&#39;", "'")
    assert "<b>" not in as_page.text
    assert 'href="/"' in as_page.text


@pytest.mark.parametrize("minutes", ["0", "-1", "241", "many"])
async def test_a_trend_has_its_bounds(client: httpx.AsyncClient, minutes: str) -> None:
    assert (await client.get(f"/api/chairs/1/trend?minutes={minutes}")).status_code == 422


async def treated(clinic: Served, client: httpx.AsyncClient) -> str:
    """A session with readings, a cuff, an alarm seen, and its end."""
    session = await clinic.seat(client, "1")
    await clinic.enter(client, session, "BASELINE", "INFUSION")
    async with Page.watching(clinic.port) as page:
        clinic.say("1", HIGH_PRESSURE | {VitalSign.SPO2: 97.0})
        told = await page.until("alarm", priority="HIGH", state="ACTIVE_UNACK")
        clinic.say(
            "1", {VitalSign.SPO2: 91.0}, {VitalSign.HEART_RATE: (Validity.INVALID, "=cmd|' /C'")}
        )
        while (await page.tile("1"))["slots"][1]["text"] != "91":
            pass
    body = {"alarm": told.data["id"]}
    assert (await client.post("/api/alarms/acknowledge", json=body, headers=ACT)).status_code == 200
    await clinic.enter(client, session, "RECOVERY", "CLOSED")
    return session


@pytest.mark.requirement("SHO-077")
async def test_a_finished_session_can_be_reviewed(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    session = await treated(clinic, client)
    lines = (await client.get("/api/sessions")).json()["sessions"]
    assert [(line["id"], line["patient"], line["open"]) for line in lines] == [
        (session, "A.M.", False)
    ]
    detail = (await client.get(f"/api/sessions/{session}")).json()
    assert [one["phase"] for one in detail["phases"]] == [
        "PREPARE",
        "BASELINE",
        "INFUSION",
        "RECOVERY",
    ]
    assert detail["infusion_start_ms"] <= detail["infusion_end_ms"] <= detail["closed_ms"]
    summary = {line["label"]: line["text"] for line in detail["summary"]}
    assert summary["SpO2 %"].startswith("91 to 97, median 94 (valid ")
    assert summary["Lowest SpO2 %"].startswith("91 at ")
    assert summary["Peak BP mmHg"].startswith("190/112 at 0 min")
    readings = (await client.get(f"/api/sessions/{session}/readings")).json()
    assert readings["series"]["SpO2"]["values"] == [97.0, 91.0]
    assert readings["nibp"][0]["systolic"] == 190.0
    assert readings["table"][0]["BP"] == "190/112"
    alarms = (await client.get(f"/api/sessions/{session}/alarms")).json()["alarms"]
    seen = {one["priority"]: one["acknowledged_by"] for one in alarms}
    assert seen == {"HIGH": "R. Kessler", "LOW": ""}
    assert (await client.get("/api/alarms?priority=MEDIUM")).json()["alarms"] == []
    assert (await client.get("/api/alarms?chair=1")).json()["alarms"] == alarms
    assert (await client.get("/api/alarms?chair=2")).json()["alarms"] == []


def assigned(at_s: float, name: str) -> list[TransitionRow]:
    """An alarm of the empty chair, assigned to the session that began then, and over."""
    alarm = f"chair:1/{name}"
    return [
        transition(at_s - 10, "ACTIVE_UNACK", 0, session=None, alarm=alarm),
        transition(at_s, "ACTIVE_UNACK", 1, session=name, alarm=alarm, reason="assigned"),
        transition(at_s + 9, "RESOLVED", 2, session=name, alarm=alarm),
    ]


@pytest.mark.requirement("ALM-149")
@pytest.mark.requirement("SHO-178")
async def test_the_alarm_history_says_where_it_begins_when_older_sessions_are_left_out(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as house, house.nurse() as client:
        record = house.clinic.ward.record
        for number in range(ALARM_SESSIONS_MAX + 1):
            at_s, name = 60.0 * number, f"s-{number:03d}"
            seat = fact(at_s, "seated", session=name, patient_ref="A.M.", planned_minutes=40)
            record.add([seat, *assigned(at_s, name) * (number in (0, 60))])
            if number + 1 == ALARM_SESSIONS_MAX:
                await record.commit()
                assert (await client.get("/api/alarms")).json()["since"] == ""
        await record.commit()
        record.add([transition(3_700.0, "ACTIVE_UNACK", session=None, alarm="chair:1/x")])
        record.add([transition(-100.0, "ACTIVE_UNACK", session=None, chair="", alarm="/y")])
        await record.commit()
        told = (await client.get("/api/alarms")).json()
    # One that was assigned to a session which is left out is left out too, not shown as open.
    ended = [(one["id"], one["ended_ms"] is not None) for one in told["alarms"]]
    assert ended == [("chair:1/x", False), ("chair:1/s-060", True), ("/y", False)]
    oldest = datetime.fromtimestamp(NOON_US / 1e6 + 60.0, tz=UTC)
    assert told["since"] == f"{oldest:%Y-%m-%d %H:%M}"


@pytest.mark.requirement("SHO-180")
async def test_the_alarm_history_of_days_holds_what_began_in_them_and_leads_to_older_ones(
    tmp_path: Path,
) -> None:
    day_s = 86_400.0
    async with served(tmp_path) as house, house.nurse() as client:
        record = house.clinic.ward.record
        for day in range(-9, -5):
            # At eight and a minute before midnight: the last step of that is on the next day.
            for number in range(2):
                at_s = day * day_s + number * (16 * 3_600 - 60)
                name = f"s{day}-{number}"
                record.add(
                    [
                        fact(at_s, "seated", session=name, patient_ref="A", planned_minutes=40),
                        transition(at_s + 30, "ACTIVE_UNACK", 0, session=name, alarm=name),
                        transition(at_s + 90, "RESOLVED", 1, session=name, alarm=name),
                    ]
                )
        clinics = transition(-7 * day_s, "ACTIVE_UNACK", session=None, chair="", alarm="clinic's")
        record.add([clinics])
        await record.commit()

        async def found(**days: str) -> list[str]:
            answer = await client.get("/api/alarms", params=days)
            assert answer.status_code == 200, answer.text
            return [one["id"] for one in answer.json()["alarms"]]

        # These tests begin on 2027-01-15 at 08:00, UTC.
        assert await found(since="2027-01-08", until="2027-01-08") == ["s-7-1", "s-7-0", "clinic's"]
        assert await found(until="2027-01-07") == ["s-8-1", "s-8-0", "s-9-1", "s-9-0"]
        assert await found(since="2027-01-09") == ["s-6-1", "s-6-0"]
        assert await found(since="2027-01-10") == []
        assert (await client.get("/api/alarms", params={"since": "soon"})).status_code == 422
        for number in range(OF_DAYS_MAX + 1):
            seat = fact(-6 * day_s + number, "seated", session=f"m{number}", patient_ref="B")
            record.add([replace(seat, data={**seat.data, "planned_minutes": 40})])
        await record.commit()
        assert (await client.get("/api/alarms?since=2027-01-09")).json()["since"] == (
            "2027-01-09 08:00"
        )
        assert (await client.get("/api/alarms?since=2027-01-11")).json()["since"] == ""
        assert (await client.get("/api/alarms?until=2027-01-08")).json()["since"] == ""


@pytest.mark.requirement("ALM-111")
async def test_one_request_tells_why_an_alarm_was_raised_and_who_did_what(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    session = await treated(clinic, client)
    alarms = (await client.get(f"/api/sessions/{session}/alarms")).json()["alarms"]
    (high,) = [one["id"] for one in alarms if one["priority"] == "HIGH"]
    path = f"/api/sessions/{session}/why"
    (told,) = (await client.get(path, params={"alarm": high})).json()["alarms"]
    assert told in (await client.get(path)).json()["alarms"]
    assert (told["condition"], told["limit"], told["baseline"]) == ("BP-H2", 180.0, None)
    assert told["preset"] == clinic.clinic.ward.preset.hash
    fired = [(one["label"], one["value"]) for one in told["fired_by"]]
    assert fired == [("NIBP systolic", 190.0), ("NIBP diastolic", 112.0)]
    plain = "NIBP systolic is above its limit or NIBP diastolic is above its limit"
    assert (told["rule"], told["unit"]) == (f"{plain} in a cuff reading", "mmHg")
    assert [one["stands"] for one in told["steps"]][:2] == ["on, not seen yet", "on, acknowledged"]
    assert told["fired_count"] == 1
    steps = [(one["to"], one["actor"]) for one in told["steps"]]
    assert steps[:2] == [("ACTIVE_UNACK", ""), ("ACTIVE_ACK", "R. Kessler")]
    assert all(one["reason"] for one in told["steps"])
    missing = await client.get(path, params={"alarm": NOWHERE})
    assert missing.status_code == 404


@pytest.mark.requirement("SHO-078")
async def test_the_csv_has_one_line_a_reading_and_no_cell_is_a_formula(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    session = await treated(clinic, client)
    body = {"ending": ".csv"}
    answer = await client.post(f"/api/sessions/{session}/export", json=body, headers=ACT)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{session}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    stored = await clinic.clinic.history.readings(session)
    assert len(rows) == len(stored) > 4
    for row in rows:
        assert datetime.fromisoformat(row["sampled_at"]).utcoffset() == timedelta(0)
        assert row["unit_ucum"]
        assert row["value"] == "" or float(row["value"]) > 0
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert [row["reason"] for row in rows if row["vital"] == "HR"] == ["'=cmd|' /C'"]


@pytest.mark.requirement("SHO-081")
async def test_a_trend_holds_the_present_session_only_however_soon_it_follows(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    await treated(clinic, client)
    empty = (await client.get("/api/chairs/1/trend")).json()
    assert (empty["series"], empty["nibp"]) == ({}, [])
    await clinic.seat(client, "1", "B.N.")
    async with Page.watching(clinic.port) as page:
        clinic.say("1", {VitalSign.SPO2: 95.0})
        await page.tile("1")
    await clinic.clinic.ward.record.commit()
    trend = (await client.get("/api/chairs/1/trend?minutes=5")).json()
    assert trend["series"]["SpO2"]["values"] == [95.0]
    assert trend["to_ms"] - trend["from_ms"] == 300_000


@pytest.mark.requirement("SHO-079")
async def test_the_api_describes_itself(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert {"/api/stream", "/api/wall", "/api/alarms/acknowledge"} <= described["paths"].keys()
    seat = described["paths"]["/api/chairs/{chair}/seat"]["post"]
    assert seat["responses"].keys() >= {"200", "403", "409", "422"}
    refused = seat["responses"]["409"]["content"]["application/json"]["schema"]["$ref"]
    problem = described["components"]["schemas"][refused.rpartition("/")[2]]
    assert problem["properties"].keys() == {"what", "why", "fix"}


@pytest.mark.parametrize("path", ["/", "/chair/1", "/history", "/sessions", "/review/x"])
async def test_every_page_is_served_without_inline_script_or_style(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    assert "style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')
    assert "onclick" not in page


@pytest.mark.requirement("SHO-080")
async def test_a_taken_port_is_an_error_in_four_parts(clinic: Served) -> None:
    display = WebDisplay("127.0.0.1", clinic.port, ready=lambda _: None)
    with pytest.raises(ConfigError) as refused:
        await display.run(clinic.clinic, asyncio.Event())
    error = refused.value
    assert str(clinic.port) in error.what
    assert "[web]" in error.where
    assert error.why
    assert error.fix


async def test_ipv6_is_served_too(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 here: enable it on the loopback interface")
    async with served(tmp_path, host="[::1]") as clinic, clinic.nurse() as client:
        assert clinic.url.startswith("http://[::1]:")
        assert (await client.get("/api/wall")).status_code == 200


@pytest.mark.requirement("SHO-056", "SHO-057")
async def test_an_acknowledgement_keeps_its_reason_and_a_chair_says_who_is_going(
    clinic: Served,
) -> None:
    async with clinic.nurse() as client, Page.watching(clinic.port) as page:
        session = await clinic.seat(client, "1")
        clinic.say("1", HIGH_PRESSURE)
        event = await page.until("alarm", state="ACTIVE_UNACK", priority="HIGH")
        body = {"alarm": event.data["id"], "reason": "dropped"}
        refused = await client.post("/api/alarms/acknowledge", json=body, headers=ACT)
        assert refused.status_code == 422
        body = {"alarm": event.data["id"], "reason": "clinician called"}
        answer = await client.post("/api/alarms/acknowledge", json=body, headers=ACT)
        assert answer.status_code == 200, answer.text
        rows = (await client.get(f"/api/sessions/{session}/alarms")).json()["alarms"]
        assert "clinician called" in {row["acknowledged_as"] for row in rows}
        answer = await client.post("/api/chairs/1/going", json={}, headers=ACT)
        assert answer.status_code == 200, answer.text
        tiles = (await client.get("/api/wall")).json()["tiles"]
        name = clinic.clinic.people.names()[ACTOR]
        assert [tile["going"] for tile in tiles] == [name, ""]
