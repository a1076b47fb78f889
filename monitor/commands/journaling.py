"""The patient's journal: the link that is given out, what the patient writes, a call about it.

A link's token is made where it is shown, once; here and in the record is its hash alone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from monitor.care.journal import MOOD_MAX, TEXT_MAX, journal_of, schedule, writable
from monitor.care.treatment import treatment_of
from monitor.clinic import Person, Session
from monitor.commands.acts import REASON_MAX, Desk, SessionAct
from monitor.errors import CommandRefused
from monitor.history import JOURNAL, JOURNAL_CALLED, JOURNAL_OPENED, TEXT, Data, FactRow
from monitor.tables import JournalTable

TOKEN_BYTES: Final = 24
"""192 bits from the system's own source: S15 asks for 128."""


def new_link(table: JournalTable) -> tuple[str, str]:
    """A link that nobody can guess, and the hash of its token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return f"{table.public_url}/j/{token}", token_hash(token)


def token_hash(token: str) -> str:
    """What is kept of a token: SHA-256, which needs no salt for what cannot be guessed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenJournal(SessionAct):
    """The journal of a session has a link from now on; one given out before counts no more."""

    token_sha256: str
    after_signing: ClassVar[bool] = True

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The session's id."""
        table = _configured(desk)
        ended_us = treatment_of(facts).stopped_us or session.infusion_ended_us
        if ended_us is None:
            raise CommandRefused(
                "there is no journal yet",
                why="it is about an infusion that has ended, and none has in this session",
                fix="end the infusion first",
            )
        times = schedule(
            ended_us,
            within_h=table.within_hours,
            days=table.days,
            expires_days=table.expires_days,
            zone=desk.config.zone,
        )
        if desk.ward.clock.utc_us() >= int(times["expires_us"] or 0):
            raise CommandRefused(
                "the time of this journal is over",
                why=f"a link counts for {table.expires_days} days after the infusion",
                fix="write what the patient tells into the note or an addendum",
            )
        _check_room(desk, session.id)
        told: Data = {"patient_ref": session.patient_ref, "token_sha256": self.token_sha256}
        desk.note(session, JOURNAL_OPENED, person, {**told, **times})
        return session.id


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAboutJournal(SessionAct):
    """Somebody called about an overdue entry, and reached the patient or not."""

    reached: bool
    text: str = ""
    after_signing: ClassVar[bool] = True

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The session's id."""
        if not journal_of(facts, desk.ward.clock.utc_us()).overdue:
            raise CommandRefused(
                "nothing of this journal is overdue",
                why="it was written meanwhile, or is not due yet",
                fix="reload the page",
            )
        if len(self.text) > REASON_MAX:
            raise CommandRefused(
                "these words cannot be kept",
                why=f"at most {REASON_MAX} characters are allowed",
                fix="say it in a few words",
            )
        _check_room(desk, session.id)
        data: Data = {"reached": self.reached, TEXT: self.text.strip()}
        desk.note(session, JOURNAL_CALLED, person, data)
        return session.id


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteJournal:
    """A patient's entry for a day, by whoever holds the link: no person of the staff."""

    token: str
    day: int
    mood: int
    how: str
    text: str

    def by_patient(self, desk: Desk) -> None:
        """Keep it. Raises `CommandRefused`, with nothing changed."""
        table, now_us = _configured(desk), desk.ward.clock.utc_us()
        ledger = desk.ward.facts.ledger
        found = ledger.journals.found(token_hash(self.token), now_us)
        if found is None:
            raise CommandRefused(
                "this link does not count any more",
                why="it has expired, or another was given out since",
                fix="ask the clinic for a new one",
            )
        session, journal = found
        day = writable(journal, now_us)
        if day is None or day.day != self.day:
            raise CommandRefused(
                "this was not kept",
                why="there is an entry for that day, or its time is over",
                fix="open the link again",
            )
        self._check(table)
        _check_room(desk, session)
        data: Data = {"day": self.day, "mood": self.mood, "how": self.how, TEXT: self.text}
        facts = desk.ward.facts
        chair = ledger.journals.of(session)[-1].chair
        desk.ward.note(facts.new(JOURNAL, chair=chair, session=session, data=data))

    def _check(self, table: JournalTable) -> None:
        words = table.how_since if self.day else table.how
        if not 0 <= self.mood <= MOOD_MAX or self.how not in ("", *words):
            raise CommandRefused(
                "this was not kept",
                why="a mood from 0 to 10 is needed, and one of the words or none",
                fix="choose again",
            )
        if len(self.text) > TEXT_MAX:
            raise CommandRefused(
                "this was not kept",
                why=f"at most {TEXT_MAX} characters are allowed",
                fix="make it shorter",
            )


def _configured(desk: Desk) -> JournalTable:
    if desk.config.journal is None:
        raise CommandRefused(
            "this clinic keeps no journals",
            why="its configuration has no [journal]",
            fix="add that table to clinic.toml: docs/journal.md shows it",
        )
    return desk.config.journal


def _check_room(desk: Desk, session: str) -> None:
    if not desk.ward.facts.ledger.journals.has_room(session):
        raise CommandRefused(
            "nothing more can be kept of this journal",
            why="it has as many entries, links and calls as one may have",
            fix="write it into the note or an addendum",
        )
