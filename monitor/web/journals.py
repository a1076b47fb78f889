"""The journals as staff see them: what is due, done and overdue, and whom to call.

A list with a phone number, never an alarm. What was written is for clinicians
alone, and only where the clinic switched it on.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.care.journal import HOUR_US, Day, Journal, State
from monitor.care.session import session_of
from monitor.commands.acts import REASON_MAX
from monitor.commands.journaling import CallAboutJournal, OpenJournal, new_link
from monitor.displays import Clinic
from monitor.people import Permission
from monitor.report.qr import qr_rows
from monitor.web.answers import Done, Execute
from monitor.web.present import Json
from monitor.words import Words

SessionId = Annotated[str, PathParameter(max_length=100)]
NEWEST = 100
"""So many sessions are looked through for one without a link: a day of twenty chairs."""
RANKS = {State.OVERDUE: 0, State.DUE: 1, State.LATER: 2, State.DONE: 3}


class CallBody(BaseModel):
    """Whether somebody was reached, and what they said of it."""

    model_config = ConfigDict(extra="forbid")

    reached: bool
    text: Annotated[str, Field(max_length=REASON_MAX)] = ""


class EmptyBody(BaseModel):
    """Nothing needs to be said."""

    model_config = ConfigDict(extra="forbid")


class Link(BaseModel):
    """A journal's link, shown once; `code` is its QR code, a row of 0 and 1 (dark) each."""

    id: str
    link: str
    code: list[str]
    expires: str
    days: list[str]


class Journals:
    """The journals of one clinic whose links still count."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    async def listed(self, actor: str) -> Json:
        """All of them for that person, overdue ones first, then the oldest.

        And infusions that ended a short while ago, whose journals have no link yet.
        """
        table, now_us = self._clinic.config.journal, self._clinic.clock.utc_us()
        if table is None:
            return {"on": False, "content": False, "as_of": "", "journals": [], "unopened": []}
        ledger, words = self._clinic.ward.facts.ledger, self._clinic.words
        content = table.content and self._clinic.people.may(actor, Permission.SIGN)
        found = sorted(
            ledger.journals.standing(now_us),
            key=lambda one: (RANKS[one[1].state], one[1].opened_us or 0),
        )
        lines = []
        for session, journal in found:
            patient = ledger.patients.get(journal.patient_ref)
            line = line_of(session, journal, words, content=content)
            lines.append({**line, "phone": patient.phone if patient else ""})
        return {
            "on": True,
            "content": content,
            "as_of": words.time(now_us, "%Y-%m-%d %H:%M"),
            "journals": lines,
            "unopened": await self._unopened(now_us - round(table.within_hours * HOUR_US), words),
        }

    async def _unopened(self, since_us: int, words: Words) -> list[Json]:
        opened = self._clinic.ward.facts.ledger.journals
        found: list[Json] = []
        for told in await self._clinic.history.newest(NEWEST):
            session = session_of(told.facts)
            ended_us = session.infusion_ended_us if session else None
            if session is None or ended_us is None or ended_us < since_us:
                continue
            if not opened.of(session.id):
                ended = words.time(ended_us, "%d %b %H:%M")
                found.append(
                    {"session": session.id, "patient": session.patient_ref, "ended": ended}
                )
        return found

    async def opened(self, session: str, actor: str, execute: Execute) -> Link:
        """A new link for a session's journal; only here it is ever shown."""
        table = self._clinic.config.journal
        link, token_sha256 = new_link(table) if table else ("", "")
        done = await execute(OpenJournal(session=session, token_sha256=token_sha256, actor=actor))
        found = self._clinic.ward.facts.ledger.journals.found(
            token_sha256, self._clinic.clock.utc_us()
        )
        journal, words = found[1] if found else Journal(), self._clinic.words
        return Link(
            id=done.id,
            link=link,
            code=["".join("01"[dark] for dark in row) for row in qr_rows(link)],
            expires=words.time(journal.expires_us, "%Y-%m-%d"),
            days=[words.time(day.from_us, "%Y-%m-%d") for day in journal.days if day.day],
        )


def line_of(session: str, journal: Journal, words: Words, *, content: bool) -> Json:
    """One journal in the list; what was written only with `content`."""
    called = journal.called
    return {
        "session": session,
        "patient": journal.patient_ref,
        "state": journal.state.value,
        "infusion": words.time(journal.days[0].from_us, "%d %b") if journal.days else "",
        "expires": words.time(journal.expires_us, "%Y-%m-%d"),
        "days": [_day(one, words, content=content) for one in journal.days],
        "called": ""
        if called is None
        else f"{words.time(called.at_us, '%d %b %H:%M')} {words.person(called.actor)}: "
        f"{'reached' if called.reached else 'not reached'}"
        + (f", {called.text}" if called.text else ""),
    }


def _day(day: Day, words: Words, *, content: bool) -> Json:
    entry = day.entry
    told: Json = {
        "day": day.day,
        "state": day.state.value,
        "from": words.time(day.from_us, "%d %b %H:%M"),
        "due": words.time(day.due_us, "%d %b %H:%M"),
        "done": words.time(entry.at_us, "%d %b %H:%M") if entry else "",
    }
    if entry is not None and content:
        told |= {"mood": entry.mood, "how": entry.how, "text": entry.text}
    return told


def add_journals(acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes, for those who are signed in."""
    journals = Journals(clinic)

    @acts.get("/api/journals")
    async def listed(request: Request) -> Json:
        """Due, done and overdue, with the number to call."""
        return await journals.listed(request.state.actor)

    @acts.post("/api/sessions/{session}/journal")
    async def opened(request: Request, session: SessionId, _: EmptyBody) -> Link:
        """A link for the patient's journal; one given out before counts no more."""
        return await journals.opened(session, request.state.actor, execute)

    @acts.post("/api/sessions/{session}/journal/called")
    async def called(request: Request, session: SessionId, body: CallBody) -> Done:
        """Somebody called about an overdue entry."""
        actor = request.state.actor
        return await execute(
            CallAboutJournal(session=session, reached=body.reached, text=body.text, actor=actor)
        )
