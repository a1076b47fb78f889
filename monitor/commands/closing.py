"""What closes a session: the clinician's note and plan, the signature, and what is added later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from monitor.care.closing import Plan, note_of, signed_of
from monitor.clinic import Person, Phase, Session
from monitor.commands.acts import Desk, SessionAct
from monitor.errors import CommandRefused
from monitor.filed import Filed
from monitor.history import ADDENDUM, NOTE, SIGNED, TEXT, Data, FactRow
from monitor.people import Permission

WORDS_MAX: Final = 2_000
"""Characters of a note or an addendum."""
DOCUMENT_BYTES_MAX: Final = 4_000_000
"""Of a signed report; one page takes some 120,000."""
PDF: Final = b"%PDF-"
"""How every such file begins (ISO 32000-1, 7.5.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAndPlan(SessionAct):
    """What the clinician says of the infusion, and means for the next; the newest stands."""

    plan: Plan
    text: str
    permission: ClassVar[Permission] = Permission.SIGN

    def upon(self, desk: Desk, person: Person, session: Session, _: Sequence[FactRow]) -> str:
        """The session's id."""
        if session.phase not in (Phase.RECOVERY, Phase.CLOSED):
            raise CommandRefused(
                "it is too early for a note and plan",
                why=f"the session is in {session.phase.value}",
                fix="write it in RECOVERY or when the session is closed",
            )
        _check_words(self.text, least=0)
        data: Data = {"plan": self.plan.value, TEXT: self.text.strip()}
        desk.note(session, NOTE, person, data)
        return session.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(SessionAct):
    """A clinician signs the report `document`, a PDF; from then on only addenda.

    Its bytes are kept in the record with the signature, which names them by their
    SHA-256. It was made at `made_us` (UTC microseconds) under that `letterhead`.
    """

    document: bytes = field(repr=False)
    made_us: int
    letterhead: str
    permission: ClassVar[Permission] = Permission.SIGN

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The session's id."""
        if session.phase is not Phase.CLOSED:
            raise CommandRefused(
                "an open session cannot be signed",
                why=f"it is in {session.phase.value}, and its report will change",
                fix="close the session first",
            )
        if note_of(facts) is None:
            raise CommandRefused(
                "there is no note and plan yet",
                why="it is what closes a session",
                fix="write it first, then sign",
            )
        if not self.document.startswith(PDF) or len(self.document) > DOCUMENT_BYTES_MAX:
            raise CommandRefused(
                "this is no report that can be signed",
                why=f"a report is a PDF of at most {DOCUMENT_BYTES_MAX:,} bytes",
                fix="open the report again and sign it there",
            )
        if any(fact.at_us > self.made_us for fact in facts):
            raise CommandRefused(
                "something was added while this was being signed",
                why="a signature stands for what its clinician saw",
                fix="open the report again and sign it there",
            )
        filed = Filed(session=session.id, document=self.document)
        desk.ward.record.file(filed)
        data: Data = {
            "document_sha256": filed.sha256,
            "number": desk.ward.record.audited,
            TEXT: self.letterhead,
        }
        desk.keep_of(session, SIGNED, person, data, self.made_us)
        return session.id


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAddendum(SessionAct):
    """A clinician adds to a signed report."""

    text: str
    permission: ClassVar[Permission] = Permission.SIGN
    after_signing: ClassVar[bool] = True

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The session's id."""
        if signed_of(facts) is None:
            raise CommandRefused(
                "this report is not signed yet",
                why="until then the note itself can be written anew",
                fix="change the note and plan",
            )
        _check_words(self.text, least=1)
        desk.note(session, ADDENDUM, person, {TEXT: self.text.strip()})
        return session.id


def _check_words(text: str, *, least: int) -> None:
    if not least <= len(text.strip()) <= WORDS_MAX:
        raise CommandRefused(
            "these words cannot be kept",
            why=f"{least} to {WORDS_MAX} characters are allowed",
            fix="make it shorter" if text.strip() else "write something",
        )
