"""A session's report for people who are signed in: on the page, as PDF, signed, with addenda.

Worked out in a thread, one document at a time, so that no reading and no alarm
waits for it. What a report says is decided in `monitor.report`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field

from monitor.care.closing import addenda_of, note_of, signed_of
from monitor.clinic import Phase
from monitor.commands import Sign
from monitor.displays import Clinic
from monitor.errors import CommandRefused, StoreError
from monitor.history import FactRow, name_of
from monitor.report import html
from monitor.report.building import report
from monitor.report.gathering import gathered, letterhead, signed_pdf
from monitor.report.layout import Paper
from monitor.report.making import report_pdf, signing
from monitor.report.metrics import FONTS
from monitor.report.sheet import sheet
from monitor.report.source import Source
from monitor.web.answers import Done, Execute
from monitor.web.archive import NotThere
from monitor.web.present import Json

SessionId = Annotated[str, PathParameter(max_length=100)]
PAPERS = Annotated[Paper | None, Query()]
FONT_PATH, STYLE_PATH = "/static/report", "/api/report.css"
_T = TypeVar("_T")


class SignBody(BaseModel):
    """`seen` names the newest fact of the report that the clinician looked at."""

    model_config = ConfigDict(extra="forbid")

    seen: Annotated[str, Field(max_length=60)]


class Printing:
    """Documents of one clinic's sessions."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._one_at_a_time = asyncio.Semaphore(1)

    async def source(self, session: str) -> Source:
        """All that a session's report is made from, as of now or of its signature.

        Raises `NotThere`.
        """
        clinic = self._clinic
        await clinic.ward.record.commit()
        head = letterhead(clinic.config, clinic.people.everybody(), clinic.clock.utc_us())
        try:
            return await gathered(clinic.ward.record, session, head, clinic.ward.preset)
        except StoreError as absent:
            raise NotThere(absent.what) from absent

    async def worked_out(self, made: Callable[[], _T]) -> _T:
        """The answer of `made`, in a thread."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(made)

    async def shown(self, session: str) -> Json:
        """The page of a session and how it stands."""
        source = await self.source(session)
        page = await self.worked_out(lambda: html.fragment(sheet(report(source))))
        words, signed = source.words, signed_of(source.facts)
        return {
            "session": session,
            "html": page,
            "seen": seen(source.facts),
            "closed": source.session.phase is Phase.CLOSED,
            "noted": note_of(source.facts) is not None,
            "signed": ""
            if signed is None
            else f"signed by {words.person(signed.actor)}, "
            f"{words.time(signed.at_us, '%Y-%m-%d %H:%M:%S')}",
            "sha256": signed.document_sha256 if signed else "",
            "addenda": [
                {
                    "time": words.time(one.at_us, "%Y-%m-%d %H:%M"),
                    "by": self._clinic.people.names().get(one.actor, one.actor),
                    "text": one.text,
                }
                for one in addenda_of(source.facts)
            ],
        }

    async def pdf(self, session: str, paper: Paper | None) -> bytes:
        """The report as PDF: a signed one in the bytes that were signed.

        Raises `NotThere`, and `AuditBroken` when those bytes are no longer what they were.
        """
        source = await self.source(session)
        kept = await signed_pdf(self._clinic.ward.record, source, paper)
        if kept is not None:
            return kept
        return await self.worked_out(lambda: report_pdf(source, paper))

    async def sign(self, session: str, body: SignBody, actor: str, execute: Execute) -> Done:
        """Sign what was looked at, as the PDF that is made for it at this moment."""
        source = await self.source(session)
        if seen(source.facts) != body.seen:
            raise CommandRefused(
                "the report is no longer the one that was looked at",
                why="something was added to the session since",
                fix="open the report again and sign it there",
            )
        signed = signing(source, actor, dict(self._clinic.people.names()))
        document = await self.worked_out(lambda: report_pdf(signed))
        act = Sign(
            session=session,
            actor=actor,
            document=document,
            made_us=signed.letterhead.made_us,
            letterhead=signed.letterhead.text(),
        )
        return await execute(act)


def seen(facts: Sequence[FactRow]) -> str:
    """The name of the newest fact."""
    return name_of(max(facts, key=lambda one: (one.at_us, one.ordinal)))


def add_printing(api: FastAPI, acts: APIRouter, printing: Printing, execute: Execute) -> None:
    """The routes; all but the style are for people who are signed in."""
    style = html.stylesheet(FONT_PATH)

    @api.get(STYLE_PATH, include_in_schema=False)
    async def css() -> Response:
        return Response(style, media_type="text/css")

    @acts.get("/api/sessions/{session}/report")
    async def shown(session: SessionId) -> Json:
        """The report's page as HTML, whether it is signed, and its addenda."""
        return await printing.shown(session)

    @acts.get("/api/sessions/{session}/report.pdf", response_class=Response)
    async def as_pdf(session: SessionId, paper: PAPERS = None) -> Response:
        """The report as PDF; a signed one as it was signed, on the paper of the signature."""
        return as_file(await printing.pdf(session, paper), session)

    @acts.post("/api/sessions/{session}/sign")
    async def sign(request: Request, session: SessionId, body: SignBody) -> Done:
        """A clinician signs the report; from then on there are addenda alone."""
        return await printing.sign(session, body, request.state.actor, execute)

    api.mount(FONT_PATH, StaticFiles(directory=FONTS))


def as_file(document: bytes, name: str) -> Response:
    """A PDF that a browser shows, and saves under that name."""
    named = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(document, media_type="application/pdf", headers=named)
