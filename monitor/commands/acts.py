"""What every act of a person has in common, and the desk at which acts are done.

An act is a frozen value that can be done: it checks itself, tells the ward, and
is kept as a fact of its person. Knows no web framework, SQL or format.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, Self

from monitor.clinic import Person, Phase, Session
from monitor.config import Config
from monitor.errors import CommandRefused
from monitor.history import Data, FactRow, ReadingRow, TransitionRow
from monitor.people import Permission
from monitor.sounding import Sounding
from monitor.vitals import VitalSign
from monitor.ward import Ward

REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """Where acts are done: the ward they change and what they are checked against."""

    ward: Ward
    config: Config
    sounding: Sounding
    opened: Counter[str] = field(default_factory=Counter)
    """How many sessions were opened under each id, so that none is given twice."""

    def keep(
        self, kind: str, person: Person, data: Data, chair: str = "", session: str | None = None
    ) -> FactRow:
        """Keep one fact of a chair, else of the clinic, by that person."""
        facts = self.ward.facts
        fact = facts.new(kind, chair=chair, session=session, actor=person.id, data=data)
        facts.keep(fact)
        return fact

    def keep_at(self, chair: str, kind: str, person: Person, data: Data) -> None:
        """Keep a fact of whoever sits at that chair, or of the empty chair."""
        session = self.ward.seating.at(chair)
        self.keep(kind, person, data, chair, session.id if session else None)

    def keep_of(
        self, session: Session, kind: str, person: Person, data: Data, at_us: int | None = None
    ) -> FactRow:
        """Keep a fact of a session, at `at_us` or now, of which the ward is told otherwise."""
        fact = self.new_of(session, kind, person, data, at_us)
        self.ward.facts.keep(fact)
        return fact

    def note(self, session: Session, kind: str, person: Person, data: Data) -> FactRow:
        """Keep a fact of care; pages show it at once. Raises `CommandRefused` without room."""
        self.ward.facts.ledger.check_room(session.id)
        fact = self.new_of(session, kind, person, data)
        self.ward.note(fact)
        return fact

    def new_of(
        self, session: Session, kind: str, person: Person, data: Data, at_us: int | None = None
    ) -> FactRow:
        """A fact of a session, at `at_us` or now, that nobody has kept yet."""
        return self.ward.facts.new(
            kind,
            chair=session.chair,
            session=session.id,
            actor=person.id,
            data=data,
            at_us=at_us,
        )

    def open_session(self, session_id: str) -> Session:
        """The open session of that id. Raises `CommandRefused`."""
        session = self.ward.seating.find(session_id)
        if session is None:
            raise CommandRefused(
                "there is no open session with that id",
                why=f"{session_id} is unknown or closed",
                fix="reload the page; the chair shows its present session",
            )
        return session

    def known_chair(self, chair: str) -> None:
        """Raises `CommandRefused` for a chair that is not configured."""
        if all(chair != known.id for known in self.config.chairs):
            raise CommandRefused(
                f"there is no chair {chair!r}",
                why="it is not in the configuration",
                fix="reload the page",
            )


class Past(Protocol):
    """Where the record is read: facts of closed sessions, and what was measured."""

    async def facts(self, session: str) -> list[FactRow]: ...
    async def sessions_of(self, patient_ref: str) -> list[str]: ...
    async def readings(
        self, session: str, *, vitals: Sequence[VitalSign] | None = None
    ) -> list[ReadingRow]: ...
    async def readings_by(self, device: str, from_us: int, to_us: int) -> list[ReadingRow]: ...
    async def transitions(self, session: str) -> list[TransitionRow]: ...


class Prepared:
    """Whatever needs the record before it can be done."""

    async def prepared(self, desk: Desk, past: Past) -> Self:  # noqa: ARG002  most need nothing
        """The act with what it had to look up; nothing is changed yet. Raises `StoreError`."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Prepared, ABC):
    """An act of the person with the id `actor`; `permission` is the leave that it takes."""

    actor: str
    permission: ClassVar[Permission] = Permission.CARE

    @abstractmethod
    def do(self, desk: Desk, person: Person) -> str:
        """Do it. The id it concerns; raises `CommandRefused`, with nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAct(Prepared, ABC):
    """An act upon one session, which may be closed long since, and its facts until now.

    Once its report is signed only those are done that come `after_signing`.
    """

    session: str
    actor: str
    permission: ClassVar[Permission] = Permission.CARE
    after_signing: ClassVar[bool] = False

    @abstractmethod
    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """Do it. The id it concerns; raises `CommandRefused`, with nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientAct(Prepared, ABC):
    """An act upon one patient, by pseudonym, and the facts of each session of theirs before."""

    patient_ref: str
    actor: str
    permission: ClassVar[Permission] = Permission.CARE

    @abstractmethod
    def upon(self, desk: Desk, person: Person, earlier: Sequence[Sequence[FactRow]]) -> str:
        """Do it. The id it concerns; raises `CommandRefused`, with nothing changed.

        `earlier` are the sessions before, oldest first, an open one among them.
        """


Command = Act | SessionAct | PatientAct


def still_open(session: Session) -> Session:
    """The session, while it is open. Raises `CommandRefused`."""
    if session.phase is Phase.CLOSED:
        raise CommandRefused(
            f"session {session.id} is closed",
            why="this is done while the patient is in the chair",
            fix="add what is missing as an addendum in the review",
        )
    return session


def check_reason(reason: str) -> None:
    """Raises `CommandRefused` for none, or one that is too long to be read."""
    if not reason.strip() or len(reason) > REASON_MAX:
        raise CommandRefused(
            "a reason is missing",
            why=f"this is kept with who did it and why, in 1 to {REASON_MAX} characters",
            fix="say why in a few words",
        )
