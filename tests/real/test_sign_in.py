"""Signing in over real sockets against the shipped service: who acts is never the body's word."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from monitor.history import INPUT, PRESET, RUN
from monitor.store.staff import StaffFile
from monitor.tables import WebTable
from simulators.staff import PUBLISHED_PIN
from tests.employed import PASSWORD, PIN, employ
from tests.serving import ACT, HIGH_PRESSURE, Page, Served, served, sign_in
from tests.waiting import until

SEAT = {"patient_ref": "A.M."}


@pytest_asyncio.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Served]:
    """As a clinic has it: nothing published, PINs at enrolled displays alone."""
    async with served(tmp_path, published_pin="") as running:
        employ(running)
        yield running


@pytest_asyncio.fixture
async def client(clinic: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with clinic.client() as browser:
        yield browser


def facts(clinic: Served) -> list[tuple[str, str | None]]:
    """Kind and actor of every act in the record, as another process reads it."""
    with closing(sqlite3.connect(clinic.clinic.config.record.path)) as connection:
        rows = connection.execute("SELECT kind, actor FROM facts ORDER BY id").fetchall()
    return [(kind, actor) for kind, actor in rows if kind not in {RUN, INPUT, PRESET}]


def is_refusal(answer: httpx.Response, status: int) -> bool:
    told = answer.json()
    return (
        answer.status_code == status
        and told.keys() == {"what", "why", "fix"}
        and all(told.values())
    )


DOOR = {
    "/api/sign-in": 422,
    "/api/displays": 422,
    "/api/sign-out": 200,
    "/api/sound/here": 422,
}
"""What is open to who is not signed in, and what it answers to an empty body."""
OPEN = {
    "/api/wall",
    "/api/people",
    "/api/chairs/{chair}/trend",
    "/api/chairs/{chair}/limits",
    "/api/alarms",
    "/api/sessions/{session}/alarms",
    "/api/sessions/{session}/why",
    "/api/burden",
    "/api/burden.csv",
    "/api/presets",
    "/api/sound",
}
"""What may be read by who is not signed in."""
ACTS = [
    ("/api/alarms/acknowledge", {"alarm": "x"}),
    ("/api/chairs/1/audio-pause", {}),
    ("/api/chairs/1/seat", SEAT),
    ("/api/sessions/x/phase", {"phase": "INFUSION"}),
    ("/api/sessions/x/move", {"to": "2"}),
    ("/api/alarms/end-unusable", {"alarm": "x", "reason": "away"}),
]


@pytest.mark.requirement("PPL-030")
async def test_signed_out_numbers_and_alarms_are_live_and_every_act_is_refused(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    async with clinic.client() as other:
        await sign_in(other, "rk", PASSWORD, "password")
        session = await clinic.seat(other, "1")
        await clinic.enter(other, session, "BASELINE", "INFUSION")
    async with Page.watching(clinic.port) as page:
        clinic.say("1", HIGH_PRESSURE)
        told = await page.until("alarm", priority="HIGH", state="ACTIVE_UNACK")
        for path in ("/api/wall", "/api/chairs/1/trend", "/api/alarms"):
            assert (await client.get(path)).status_code == 200
        for path, body in [*ACTS, ("/api/alarms/acknowledge", {"alarm": told.data["id"]})]:
            assert is_refusal(await client.post(path, json=body, headers=ACT), 401), path
        wall = (await client.get("/api/wall")).json()
        alarms = {one["id"]: one["state"] for one in wall["tiles"][0]["alarms"]}
        assert alarms[told.data["id"]] == "ACTIVE_UNACK"


@pytest.mark.requirement("PPL-031")
async def test_an_act_is_in_the_name_of_who_is_signed_in_whatever_the_request_says(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    await sign_in(client, "dl", PASSWORD, "password")
    named = await client.post("/api/chairs/1/seat", json={**SEAT, "actor": "rk"}, headers=ACT)
    assert named.status_code == 422
    hinted = {**ACT, "X-Actor": "rk", "X-Forwarded-User": "rk", "Authorization": "Basic cms6eA=="}
    answer = await client.post("/api/chairs/1/seat?actor=rk", json=SEAT, headers=hinted)
    assert answer.status_code == 200
    await until(lambda: ("seated", "dl") in facts(clinic))
    assert "rk" not in [actor for _, actor in facts(clinic)]


@pytest.mark.requirement("PPL-032")
async def test_no_route_that_changes_anything_is_open_to_who_is_not_signed_in(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    posts = [path for path, methods in paths.items() if "post" in methods]
    assert len(posts) >= 7
    before = facts(clinic)
    for path in posts:
        answer = await client.post(re.sub(r"\{.*?\}", "1", path), json={}, headers=ACT)
        assert answer.status_code == DOOR.get(path, 401), path
    refused = await client.post("/api/displays", json={"name": "mine"}, headers=ACT)
    assert is_refusal(refused, 401)
    assert facts(clinic) == before


@pytest.mark.requirement("PPL-041")
async def test_what_is_open_to_who_is_not_signed_in_is_the_wall_and_its_alarms(
    client: httpx.AsyncClient,
) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    reads = {path for path, methods in paths.items() if "get" in methods} - {"/api/stream"}
    answers = {path: await client.get(re.sub(r"\{.*?\}", "1", path)) for path in reads}
    refused = {path for path, one in answers.items() if one.status_code == 401}
    assert reads - refused == OPEN


@pytest.mark.requirement("PPL-033")
async def test_a_forged_or_replayed_cookie_is_worth_nothing(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    assert (await sign_in(client, "rk", PASSWORD, "password")).status_code == 200
    (cookie,) = [one for one in client.cookies.jar if one.name == "chairside-sign-in"]
    signed = str(cookie.value)
    token, _, signature = signed.rpartition(".")
    forged = [
        token,
        f"{token}.",
        f"{token}x.{signature}",
        f"{token}.{signature[:-2]}AA",
        f"rk.{signature}",
        "",
        "rk",
    ]

    async def seat(value: str) -> int:
        headers = {**ACT, "Cookie": f"chairside-sign-in={value}"}
        async with clinic.client() as other:
            return (await other.post("/api/chairs/1/seat", json=SEAT, headers=headers)).status_code

    assert [await seat(value) for value in forged] == [401] * len(forged)
    await client.post("/api/sign-out", headers={**ACT, "Content-Length": "0"})
    assert await seat(signed) == 401
    assert "chairside-sign-in" not in client.cookies
    await until(lambda: ("signed out", "rk") in facts(clinic))


@pytest.mark.requirement("PPL-034")
async def test_a_sign_in_gets_a_token_nobody_had_and_ends_the_one_before(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    planted = {**ACT, "Cookie": "chairside-sign-in=planted.AAAA"}
    body = {"person": "rk", "method": "password", "secret": PASSWORD}
    first = await client.post("/api/sign-in", json=body, headers=planted)
    assert "planted" not in first.headers["set-cookie"]
    old = first.headers["set-cookie"].split(";")[0]
    second = await sign_in(client, "dl", PASSWORD, "password")
    assert second.headers["set-cookie"].split(";")[0] != old
    async with clinic.client() as thief:
        headers = {**ACT, "Cookie": old}
        assert is_refusal(await thief.post("/api/chairs/1/seat", json=SEAT, headers=headers), 401)


@pytest.mark.requirement("PPL-035")
@pytest.mark.parametrize("tls", [False, True])
async def test_the_cookies_are_for_no_script_and_no_other_site(tmp_path: Path, tls: bool) -> None:
    web = WebTable(listen="127.0.0.1:0", behind_tls=tls)
    async with served(tmp_path, web=web) as clinic, clinic.client() as client:
        told = (await sign_in(client, "rk", PUBLISHED_PIN)).headers["set-cookie"]
    parts = {part.strip().lower() for part in told.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)
    assert ("secure" in parts, told.startswith("__Host-")) == (tls, tls)


@pytest.mark.requirement("PPL-036")
async def test_guessing_is_locked_out_and_in_the_record_and_the_wall_goes_on(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    answers = [await sign_in(client, "rk", f"wrong {n:06d}", "password") for n in range(30)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * 4 + [429] * 26
    assert all(is_refusal(answer, answer.status_code) for answer in answers)
    assert is_refusal(await sign_in(client, "rk", PASSWORD, "password"), 429)
    assert (await client.get("/api/wall")).status_code == 200
    assert (await sign_in(client, "dl", PASSWORD, "password")).status_code == 200
    await clinic.clinic.ward.record.commit()
    kinds = [kind for kind, _ in facts(clinic)]
    assert kinds.count("sign-in refused") == 5
    assert kinds.count("locked out") == 1
    with closing(sqlite3.connect(clinic.clinic.config.record.path)) as connection:
        assert "wrong 0" not in "\n".join(connection.iterdump())


@pytest.mark.requirement("PPL-037")
async def test_an_administrator_enrols_a_display_and_there_a_pin_is_enough(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    assert is_refusal(await sign_in(client, "rk", PIN), 401)
    nobody = (await client.get("/api/people")).json()
    assert (nobody["staff"], nobody["display"], nobody["pin_is_enough"]) == ([], None, False)
    await sign_in(client, "adm", PASSWORD, "password")
    answer = await client.post("/api/displays", json={"name": "wall"}, headers=ACT)
    assert answer.status_code == 200
    display = answer.json()["display"]
    assert display["name"] == "wall"
    assert answer.json()["person"] is None
    assert [one["id"] for one in answer.json()["staff"]] == ["adm", "dl", "rk"]
    assert (await sign_in(client, "rk", PIN)).status_code == 200
    await clinic.seat(client, "1")
    file = StaffFile(clinic.clinic.config.people.path)
    file.revoke(display["id"], by="os:test", at_us=2)
    assert is_refusal(await client.post("/api/chairs/1/audio-pause", json={}, headers=ACT), 401)
    assert is_refusal(await sign_in(client, "rk", PIN), 401)


@pytest.mark.requirement("PPL-038")
async def test_an_administrator_acts_at_no_chair_and_a_nurse_enrols_nothing(
    client: httpx.AsyncClient,
) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    posts = {re.sub(r"\{.*?\}", "1", path) for path, methods in paths.items() if "post" in methods}
    at_a_chair = posts - DOOR.keys()
    assert {path.replace("/x/", "/1/") for path, _ in ACTS} <= posts
    await sign_in(client, "adm", PASSWORD, "password")
    for path in sorted(at_a_chair):
        assert is_refusal(await client.post(path, json={}, headers=ACT), 403), path
    for person in ("rk", "dl"):
        await sign_in(client, person, PASSWORD, "password")
        refused = await client.post("/api/displays", json={"name": "mine"}, headers=ACT)
        assert is_refusal(refused, 403)
        for path in sorted(at_a_chair):
            answer = await client.post(path, json={}, headers=ACT)
            # To ask what another preset would have done is a clinician's.
            clinicians = path == "/api/whatif" and person == "rk"
            assert answer.status_code in ({403} if clinicians else {200, 409, 422}), path


LIMIT = {"HR-H1 HR": 140.0}
WRONG_LIMIT = {"HR-H1 HR": 500.0}
TAKEN_OUT = [
    ("POST", "/api/sessions/x/export", {"ending": ".csv"}),
    ("POST", "/api/exports", {"month": "2026-01", "formats": ["csv"]}),
    ("GET", "/api/exports/file", None),
]


@pytest.mark.requirement("PPL-042", "AUD-017")
async def test_limits_and_exports_take_the_password_and_what_was_refused_is_kept(
    clinic: Served, client: httpx.AsyncClient
) -> None:
    await sign_in(client, "adm", PASSWORD, "password")
    await client.post("/api/displays", json={"name": "chair 1"}, headers=ACT)
    await sign_in(client, "rk", PIN)
    session = await clinic.seat(client, "1")

    async def limits(changes: dict[str, float]) -> httpx.Response:
        body = {"session": session, "changes": changes}
        return await client.post("/api/chairs/1/limits", json=body, headers=ACT)

    async def statuses() -> set[int]:
        asked = [client.request(how, to, json=body, headers=ACT) for how, to, body in TAKEN_OUT]
        return {(await one).status_code for one in asked}

    refused = await limits(LIMIT)
    assert is_refusal(refused, 403)
    assert refused.json()["what"] == "this takes your password"
    assert await statuses() == {403}
    assert (await client.get("/api/exports")).status_code == 200
    await sign_in(client, "rk", PASSWORD, "password")
    assert (await limits(LIMIT)).status_code == 200
    assert is_refusal(await limits(WRONG_LIMIT), 409)
    assert await statuses() == {404, 409}
    await sign_in(client, "adm", PASSWORD, "password")
    assert is_refusal(await limits(LIMIT), 403)
    await clinic.clinic.ward.record.commit()
    told = [json.loads(data) | {"by": actor} for actor, data in refusals(clinic)]
    by_pin = ["POST /api/chairs/1/limits", *(f"{how} {to}" for how, to, _ in TAKEN_OUT)]
    assert [(one["by"], one["act"]) for one in told] == [
        *(("rk", act) for act in by_pin),
        ("rk", f"change limits, chair 1, session {session}"),
        ("adm", "POST /api/chairs/1/limits"),
    ]
    assert all(": " in one["text"] for one in told)
    assert PASSWORD not in str(told)


def refusals(clinic: Served) -> list[tuple[str, str]]:
    """Who asked and what is kept of it, of each act that was refused."""
    with closing(sqlite3.connect(clinic.clinic.config.record.path)) as connection:
        sql = "SELECT actor, data FROM facts WHERE kind = 'refused' ORDER BY id"
        return connection.execute(sql).fetchall()


@pytest.mark.requirement("PPL-039")
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("[::1]:{port}", 200),
        ("wall.harbour.example", 200),
        ("wall.harbour.example:8443", 200),
        ("evil.example", 421),
        ("wall.harbour.example.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil@127.0.0.1", 421),
        ("", 421),
        ("[::1", 421),
    ],
)
async def test_only_names_of_the_configuration_are_answered(
    tmp_path: Path, host: str, status: int
) -> None:
    web = WebTable(listen="127.0.0.1:0", hosts=("wall.harbour.example",))
    async with served(tmp_path, web=web) as clinic, clinic.client() as client:
        asked = {"Host": host.format(port=clinic.port)}
        for path in ("/", "/api/wall", "/static/js/wall.js"):
            assert (await client.get(path, headers=asked)).status_code == status, path
        posted = {**ACT, **asked}
        rebound = {**posted, "Origin": f"http://{asked['Host']}"}
        for headers in (posted, rebound):
            body = {"person": "rk", "method": "pin", "secret": PUBLISHED_PIN}
            answer = await client.post("/api/sign-in", json=body, headers=headers)
            assert answer.status_code == status
        if status != 200:
            assert is_refusal(answer, 421)


@pytest.mark.requirement("PPL-039")
async def test_over_tls_a_page_loaded_without_it_may_not_act(tmp_path: Path) -> None:
    web = WebTable(listen="127.0.0.1:0", hosts=("wall.example",), behind_tls=True)
    async with served(tmp_path, web=web) as clinic, clinic.client() as client:
        body = {"person": "rk", "method": "pin", "secret": PUBLISHED_PIN}
        for scheme, status in (("http", 403), ("https", 200)):
            headers = {**ACT, "Host": "wall.example", "Origin": f"{scheme}://wall.example"}
            answer = await client.post("/api/sign-in", json=body, headers=headers)
            assert answer.status_code == status
