"""The report over real sockets: shown, as PDF, signed, and after that never changed."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pypdfium2 as pdfium
import pytest
import pytest_asyncio

from monitor.care.closing import Plan, signed_of
from monitor.care.observations import Item
from monitor.commands import AddAddendum, Command, EnterScore, NoteAndPlan, Observe
from monitor.errors import ChairsideError
from monitor.history import JOURNAL_OPENED, SIGNED, FactRow
from monitor.tables import JournalTable
from monitor.vitals import VitalSign
from tests.serving import ACT, Served, served

CLINICIAN = "dl"
PUBLIC = "https://journal.harbour.example"
OFF = {"cuff": "off", "probe": "off"}


@pytest_asyncio.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


async def facts(clinic: Served, session: str) -> list[FactRow]:
    await clinic.clinic.ward.record.commit()
    return await clinic.clinic.ward.record.facts(session)


async def closed(clinic: Served, doctor: httpx.AsyncClient) -> str:
    """A session that is over, with readings, and its note and plan."""
    session = await clinic.seat(doctor, "1")
    for number in range(5):
        clinic.say("1", {VitalSign.HEART_RATE: 70.0 + number, VitalSign.SPO2: 97.0})
    record = clinic.clinic.ward.record

    async with asyncio.timeout(20):
        while len(await record.readings(session)) < 2:
            await record.commit()
    body = {**OFF, "override": "left at once"}
    path = f"/api/sessions/{session}/close"
    assert (await doctor.post(path, json=body, headers=ACT)).status_code == 200
    note = NoteAndPlan(session=session, plan=Plan.SAME_DOSE, text="Tolerated.", actor=CLINICIAN)
    await clinic.clinic.commands.execute(note)
    return session


async def sign(client: httpx.AsyncClient, session: str) -> httpx.Response:
    shown = (await client.get(f"/api/sessions/{session}/report")).json()
    body = {"seen": shown["seen"]}
    return await client.post(f"/api/sessions/{session}/sign", json=body, headers=ACT)


@pytest.mark.requirement("RPT-020")
async def test_only_people_who_are_signed_in_see_a_report(clinic: Served) -> None:
    async with clinic.client() as stranger:
        for path in ("report", "report.pdf", "tables.pdf", "hand-over.pdf"):
            assert (await stranger.get(f"/api/sessions/x/{path}")).status_code == 401
        for path in ("/api/downtime.pdf", "/api/courses/A.M./sheet.pdf"):
            assert (await stranger.get(path)).status_code == 401
    async with clinic.nurse() as nurse:
        for path in ("report", "report.pdf", "tables.pdf", "hand-over.pdf"):
            assert (await nurse.get(f"/api/sessions/no-such/{path}")).status_code == 404


@pytest.mark.requirement("RPT-021")
async def test_a_report_of_an_open_session_is_shown_and_printed(clinic: Served) -> None:
    async with clinic.nurse() as nurse:
        session = await clinic.seat(nurse, "1", "L.O.")
        shown = (await nurse.get(f"/api/sessions/{session}/report")).json()
        assert (shown["closed"], shown["signed"], shown["addenda"]) == (False, "", [])
        assert '<article class="report"' in shown["html"]
        for paper, width in (("a4", 210.0), ("letter", 215.9)):
            answer = await nurse.get(f"/api/sessions/{session}/report.pdf?paper={paper}")
            assert answer.headers["content-type"] == "application/pdf"
            document = pdfium.PdfDocument(answer.content)
            assert len(document) == 1
            assert round(document[0].get_size()[0] / 72 * 25.4, 1) == width
            assert session in document[0].get_textpage().get_text_range()
        assert (await nurse.get(f"/api/sessions/{session}/report.pdf?paper=a9")).status_code == 422
        assert (await sign(nurse, session)).status_code == 403


@pytest.mark.requirement("RPT-022")
async def test_what_is_signed_is_the_same_bytes_ever_after(clinic: Served) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        session = await closed(clinic, doctor)
        assert (await sign(doctor, session)).status_code == 200
        found = signed_of(await facts(clinic, session))
        assert found is not None
        assert found.actor == CLINICIAN
        path = f"/api/sessions/{session}/report.pdf"
        first = (await doctor.get(path)).content
        assert hashlib.sha256(first).hexdigest() == found.document_sha256
        add = AddAddendum(session=session, text="Called next day: well.", actor=CLINICIAN)
        await clinic.clinic.commands.execute(add)
        assert (await doctor.get(path)).content == first
        shown = (await doctor.get(f"/api/sessions/{session}/report")).json()
        assert shown["signed"].startswith("signed by")
        assert [one["text"] for one in shown["addenda"]] == ["Called next day: well."]
        text = pdfium.PdfDocument(first)[0].get_textpage().get_text_range()
        assert "Reviewed and signed by" in text
        assert "Called next day" not in text


@pytest.mark.requirement("RPT-027")
async def test_a_signed_report_is_served_in_its_own_bytes_whatever_would_be_made_now(
    clinic: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        session = await closed(clinic, doctor)
        assert (await sign(doctor, session)).status_code == 200
        path = f"/api/sessions/{session}/report.pdf"
        first = (await doctor.get(path)).content
        monkeypatch.setattr("monitor.web.printing.report_pdf", lambda *_: b"%PDF-made again")
        assert (await doctor.get(path)).content == first
        assert (await doctor.get(f"{path}?paper=a4")).content == first
        assert (await doctor.get(f"{path}?paper=letter")).content == b"%PDF-made again"


@pytest.mark.requirement("RPT-028")
async def test_a_kept_report_that_was_changed_is_not_served(clinic: Served) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        session = await closed(clinic, doctor)
        assert (await sign(doctor, session)).status_code == 200
        with closing(sqlite3.connect(clinic.clinic.config.record.path)) as connection, connection:
            connection.execute("UPDATE documents SET document = x'25504446'")
        answer = await doctor.get(f"/api/sessions/{session}/report.pdf")
        assert answer.status_code == 503
        assert "not the one that was signed" in answer.json()["what"]


@pytest.mark.requirement("RPT-023")
async def test_a_signature_stands_in_the_audit_and_is_given_once(clinic: Served) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        session = await closed(clinic, doctor)
        assert (await sign(doctor, session)).status_code == 200
        again = await sign(doctor, session)
        assert again.status_code == 409
        kinds = [fact.kind for fact in await facts(clinic, session)]
        assert kinds.count(SIGNED) == 1


@pytest.mark.requirement("RPT-024")
async def test_nothing_is_signed_that_was_not_looked_at(clinic: Served) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        session = await closed(clinic, doctor)
        path = f"/api/sessions/{session}"
        seen = (await doctor.get(f"{path}/report")).json()["seen"]
        note = NoteAndPlan(session=session, plan=Plan.STOP, text="On reflection.", actor=CLINICIAN)
        await clinic.clinic.commands.execute(note)
        answer = await doctor.post(f"{path}/sign", json={"seen": seen}, headers=ACT)
        assert answer.status_code == 409
        assert "no longer the one that was looked at" in answer.json()["what"]
        assert signed_of(await facts(clinic, session)) is None


@pytest.mark.requirement("RPT-023")
async def test_after_the_signature_only_addenda_are_taken(clinic: Served) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        session = await closed(clinic, doctor)
        assert (await sign(doctor, session)).status_code == 200
        late: list[Command] = [
            NoteAndPlan(session=session, plan=Plan.STOP, text="x", actor=CLINICIAN),
            Observe(session=session, item=Item.SEDATION, value=5.0, actor=CLINICIAN),
            EnterScore(session=session, item=Item.PADSS, parts={}, actor=CLINICIAN),
        ]
        for command in late:
            with pytest.raises(ChairsideError):
                await clinic.clinic.commands.execute(command)


async def pages(client: httpx.AsyncClient, path: str) -> list[str]:
    """The text of each page of a PDF."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    document = pdfium.PdfDocument(answer.content)
    return [document[at].get_textpage().get_text_range() for at in range(len(document))]


@pytest.mark.requirement("RPT-025")
async def test_every_document_beside_the_report_is_served(clinic: Served) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        session = await closed(clinic, doctor)
        path = f"/api/sessions/{session}"
        assert "Alarm steps" in " ".join(await pages(doctor, f"{path}/tables.pdf"))
        (sheet,) = await pages(doctor, f"{path}/hand-over.pdf?paper=letter")
        assert "If something worries you, call" in sheet
        (course,) = await pages(doctor, "/api/courses/A.M./sheet.pdf")
        assert "Course 1 of A.M." in course
        there = await clinic.seat(doctor, "2", "B.N.")
        blank, filled = await pages(doctor, "/api/downtime.pdf")
        assert "To fill in" in blank
        assert "B.N." in filled
        assert await pages(doctor, "/api/downtime.pdf?chair=2") == [filled]
        assert (await doctor.get("/api/downtime.pdf?chair=9")).status_code == 404
        assert there.endswith("-2")


@pytest.mark.requirement("RPT-026")
@pytest.mark.parametrize("on", [True, False])
async def test_the_sitters_sheet_opens_the_journal_where_there_is_one(
    tmp_path: Path, *, on: bool
) -> None:
    table = JournalTable(public_url=PUBLIC, call="555 0100", emergency="112") if on else None
    async with served(tmp_path, journal=table) as house, house.nurse(CLINICIAN) as doctor:
        session = await house.seat(doctor, "1")
        await house.enter(doctor, session, "BASELINE", "INFUSION", "RECOVERY")
        path = f"/api/sessions/{session}/hand-over.pdf"
        answer = await doctor.post(path, json={}, headers=ACT)
        opened = [fact.kind for fact in await facts(house, session)].count(JOURNAL_OPENED)
        if not on:
            assert (answer.status_code, opened) == (409, 0)
            return
        assert (answer.status_code, opened) == (200, 1)
        text = pdfium.PdfDocument(answer.content)[0].get_textpage().get_text_range()
        assert "point a phone's camera here" in " ".join(text.split())
        assert "journal.harbour" not in text
