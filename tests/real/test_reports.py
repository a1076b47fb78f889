"""Burden and what-if as a page asks for them, over real sockets against the shipped service."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from threading import Semaphore

import pytest
import pytest_asyncio

from monitor import shipped
from monitor.displays import Clinic
from monitor.errors import CommandRefused
from monitor.exports.burden_table import HEAD
from monitor.store.record import RecordHistory
from monitor.vitals import VitalSign
from monitor.web.reports import Reports, WhatIfBody
from tests.serving import ACT, HIGH_PRESSURE, Page, Served, served
from tests.waiting import until

TEXT, _ = shipped.preset_text("ketamine-adult", base=Path())


@pytest_asyncio.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


async def treated(clinic: Served) -> str:
    """A patient whose pressure was very high once."""
    async with clinic.nurse() as nurse:
        session = await clinic.seat(nurse, "1")
        async with Page.watching(clinic.port) as page:
            clinic.say("1", HIGH_PRESSURE | {VitalSign.SPO2: 97.0})
            told = await page.until("alarm", priority="HIGH", state="ACTIVE_UNACK")
        body = {"alarm": told.data["id"], "reason": "artefact"}
        answer = await nurse.post("/api/alarms/acknowledge", json=body, headers=ACT)
        assert answer.status_code == 200, answer.text
    return session


@pytest.mark.requirement("ALM-122")
async def test_the_burden_is_a_table_and_a_csv(clinic: Served) -> None:
    await treated(clinic)
    async with clinic.client() as client:
        found = (await client.get("/api/burden")).json()
        (row,) = [one for one in found["rows"] if one[0] == "BP-H2"]
        assert (row[4], row[7], row[8]) == ("1", "1", "1.000")
        text = (await client.get("/api/burden.csv")).text
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == list(HEAD)
    assert [line[0] for line in lines[1:]] == [one[0] for one in found["rows"]]


@pytest.mark.requirement("ALM-123")
async def test_a_clinician_asks_what_another_preset_would_have_done(clinic: Served) -> None:
    session = await treated(clinic)
    calmer = TEXT.replace('id = "BP-H2"', 'id = "BP-H2"\nenabled = false', 1)
    async with clinic.nurse("dl") as clinician:
        assert (await clinician.get("/api/presets")).json() == ["ketamine-adult"]
        for body, after in (({"name": "ketamine-adult"}, "1"), ({"toml": calmer}, "0")):
            asked = body | {"sessions": [session]}
            answer = await clinician.post("/api/whatif", json=asked, headers=ACT)
            assert answer.status_code == 200, answer.text
            (row,) = [one for one in answer.json()["rows"] if one[0] == "BP-H2"]
            assert row[1:3] == ["1", after]
        wrong = await clinician.post("/api/whatif", json={"toml": "id = 3"}, headers=ACT)
        assert wrong.status_code == 409
        assert "mistakes in the alarm preset" in wrong.json()["what"]
        path = await clinician.post("/api/whatif", json={"name": "../clinic"}, headers=ACT)
        assert "no alarm preset" in path.json()["what"]


@pytest.mark.requirement("ALM-123")
async def test_a_nurse_and_a_stranger_are_refused(clinic: Served) -> None:
    body = {"name": "ketamine-adult"}
    async with clinic.nurse() as nurse, clinic.client() as stranger:
        assert (await nurse.post("/api/whatif", json=body, headers=ACT)).status_code == 403
        assert (await stranger.post("/api/whatif", json=body, headers=ACT)).status_code == 401
        assert (await nurse.get("/api/whatif")).status_code == 403
        assert (await stranger.get("/api/whatif")).status_code == 401


class Held:
    """A clinic's record whose sessions are judged one by one, each when the test says so."""

    def __init__(self, clinic: Clinic, patch: pytest.MonkeyPatch) -> None:
        self.record = RecordHistory(clinic.config.record.path)
        self.reports = Reports(replace(clinic, stored=self.record))
        self.go = Semaphore(0)
        self.asked = 0
        self._span = self.record.span
        patch.setattr(self.record, "span", self.span)

    async def span(self, session: str) -> tuple[int, int, int] | None:
        self.asked += 1
        await asyncio.to_thread(self.go.acquire)
        return await self._span(session)


@pytest.mark.requirement("SHO-181")
async def test_a_question_tells_how_far_it_is_and_another_is_refused_meanwhile(
    clinic: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await treated(clinic)
    async with clinic.nurse("dl") as clinician:
        assert (await clinician.get("/api/whatif")).json() == {"judged": 0, "of": 0}
    held = Held(clinic.clinic, monkeypatch)
    reports = held.reports
    body = WhatIfBody(name="ketamine-adult", sessions=[session, session])

    async def stays() -> bool:
        return False

    asking = asyncio.create_task(reports.what_if(body, stays))
    await until(lambda: held.asked == 1)
    assert reports.progress() == {"judged": 0, "of": 2}
    with pytest.raises(CommandRefused, match="0 of 2 sessions done"):
        await reports.what_if(body, stays)
    held.go.release()
    await until(lambda: held.asked == 2)
    assert reports.progress() == {"judged": 1, "of": 2}
    held.go.release()
    assert (await asking)["sessions"] == 2
    assert reports.progress() == {"judged": 0, "of": 0}


@pytest.mark.requirement("SHO-181")
async def test_a_question_whose_page_is_left_ends_with_the_session_it_is_at(
    clinic: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await treated(clinic)
    held = Held(clinic.clinic, monkeypatch)
    reports = held.reports
    body = WhatIfBody(name="ketamine-adult", sessions=[session] * 3)
    looked = asyncio.Event()

    async def left() -> bool:
        looked.set()
        return True

    asking = asyncio.create_task(reports.what_if(body, left))
    await looked.wait()
    held.go.release()
    with pytest.raises(CommandRefused, match="given up"):
        await asking
    assert held.asked == 1
    assert reports.progress() == {"judged": 0, "of": 0}
