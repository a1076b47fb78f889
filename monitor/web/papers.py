"""Long tables, course sheet, the sitter's sheet and downtime sheets: PDF for who is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from monitor.care.bookings import Booking
from monitor.care.course import Known, course_of, places_of, shown_of
from monitor.displays import Clinic
from monitor.report.course_sheet import course_sheet
from monitor.report.documents import Document
from monitor.report.downtime import blank, flowsheet
from monitor.report.gathering import booked_today, letterhead
from monitor.report.layout import Paper
from monitor.report.long_tables import long_tables
from monitor.report.making import document_pdf
from monitor.report.pdf import Info
from monitor.report.sitter_sheet import sitter_sheet
from monitor.report.source import Letterhead
from monitor.web.answers import Execute
from monitor.web.archive import NotThere
from monitor.web.journals import Journals
from monitor.web.printing import PAPERS, Printing, SessionId, as_file

PatientRef = Annotated[str, PathParameter(max_length=40)]
ChairId = Annotated[str, Query(max_length=50)]
SESSIONS_MAX = 60
"""So many sessions of a patient are looked through for a course, the newest."""


class Papers:
    """The documents beside the report of one clinic."""

    def __init__(self, clinic: Clinic, printing: Printing) -> None:
        self._clinic, self._printing = clinic, printing

    async def tables(self, session: str) -> Document:
        """Everything of a session. Raises `NotThere`."""
        source = await self._printing.source(session)
        return await self._printing.worked_out(lambda: long_tables(source))

    async def sitter(self, session: str, link: str = "") -> Document:
        """The sheet that goes home. Raises `NotThere`."""
        source = await self._printing.source(session)
        return sitter_sheet(source, link)

    async def course(self, patient_ref: str, number: int | None) -> Document:
        """A patient's course. Raises `NotThere`."""
        clinic = self._clinic
        record = clinic.ward.record
        sessions = (await record.sessions_of(patient_ref))[-SESSIONS_MAX:]
        if not sessions:
            raise NotThere(f"there is no session of {patient_ref}")
        known = [Known(await record.facts(session)) for session in sessions]
        places = places_of(one.facts for one in known)
        for place in places.get(shown_of(places, number), ()):
            source = await self._printing.source(sessions[place.session])
            known[place.session] = await self._printing.worked_out(
                lambda source=source: Known(  # type: ignore[misc]
                    source.facts, source.figures, source.seen.alarms
                )
            )
        course = course_of(
            patient_ref,
            known,
            infusions=clinic.config.arrival.course_infusions,
            side_effects={},
            now_us=clinic.clock.utc_us(),
            number=number,
        )
        return course_sheet(course, self._head())

    async def downtime(self, chair: str) -> list[Document]:
        """A sheet for each chair, or for one: of who sits there, else an empty one."""
        documents = []
        for one in self._clinic.config.chairs:
            if chair not in ("", one.id):
                continue
            session = self._clinic.ward.seating.at(one.id)
            if session is None:
                booked = [each for each in self._booked() if each.chair == one.id]
                documents.append(blank(self._head(), one.id, booked))
            else:
                source = await self._printing.source(session.id)
                documents.append(await self._printing.worked_out(lambda s=source: flowsheet(s)))  # type: ignore[misc]
        if not documents:
            raise NotThere(f"there is no chair {chair}")
        return documents

    def _booked(self) -> list[Booking]:
        """Today's."""
        return booked_today(self._clinic.ward.facts.ledger.bookings, self._head())

    def _head(self) -> Letterhead:
        clinic = self._clinic
        return letterhead(clinic.config, clinic.people.everybody(), clinic.clock.utc_us())

    async def file(self, documents: list[Document], name: str, paper: Paper | None) -> Response:
        """They as one PDF, on that paper or on the clinic's."""
        head = self._head()
        told = Info(title=name, subject=name, creator=f"Chairside {head.version}")
        chosen = paper or Paper(head.paper)
        made = await self._printing.worked_out(lambda: document_pdf(documents, chosen, told))
        return as_file(made, name)


def add_papers(acts: APIRouter, clinic: Clinic, printing: Printing, execute: Execute) -> None:
    """The routes, for people who are signed in."""
    papers, journals = Papers(clinic, printing), Journals(clinic)

    @acts.get("/api/sessions/{session}/tables.pdf", response_class=Response)
    async def tables(session: SessionId, paper: PAPERS = None) -> Response:
        """Every value, event and alarm of a session, in full."""
        return await papers.file([await papers.tables(session)], f"{session}-tables", paper)

    @acts.get("/api/sessions/{session}/hand-over.pdf", response_class=Response)
    async def sitter(session: SessionId, paper: PAPERS = None) -> Response:
        """The sitter's sheet, without a code for the journal."""
        return await papers.file([await papers.sitter(session)], f"{session}-hand-over", paper)

    @acts.post("/api/sessions/{session}/hand-over.pdf", response_class=Response)
    async def sitter_with_code(
        request: Request, session: SessionId, paper: PAPERS = None
    ) -> Response:
        """The sitter's sheet with a new link to the journal, which is shown nowhere else."""
        opened = await journals.opened(session, request.state.actor, execute)
        document = await papers.sitter(session, opened.link)
        return await papers.file([document], f"{session}-hand-over", paper)

    @acts.get("/api/courses/{patient_ref}/sheet.pdf", response_class=Response)
    async def course(
        patient_ref: PatientRef, course: int | None = None, paper: PAPERS = None
    ) -> Response:
        """A patient's course, a row for each infusion."""
        return await papers.file([await papers.course(patient_ref, course)], "course", paper)

    @acts.get("/api/downtime.pdf", response_class=Response)
    async def downtime(chair: ChairId = "", paper: PAPERS = None) -> Response:
        """Paper to go on with when the computers do not, for every chair or for one."""
        return await papers.file(await papers.downtime(chair), "downtime", paper)
