"""What a clinician says of a session afterwards: artefacts, and another baseline to count from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from monitor.care.baseline import checked
from monitor.clinic import Person, Session
from monitor.commands.acts import REASON_MAX, Desk, SessionAct, check_reason
from monitor.errors import CommandRefused
from monitor.history import ARTEFACT, TEXT, Data, FactRow, name_of
from monitor.people import Permission
from monitor.review import REVIEWED, Cause, artefacts_of
from monitor.vitals import VitalSign

ARTEFACTS_MAX = 200
"""So many markings of one session stand at a time."""
REVIEWED_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkArtefact(SessionAct):
    """Readings of a stretch of time, both ends in it, are called artefacts; none is changed.

    No `vitals` means all of them.
    """

    from_us: int
    to_us: int
    vitals: frozenset[VitalSign]
    cause: Cause
    text: str = ""

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The name of the fact."""
        end_us = session.closed_us or desk.ward.clock.utc_us()
        why = ""
        if self.from_us > self.to_us:
            why = "it ends before it begins"
        elif self.to_us < session.opened_us or self.from_us > end_us:
            why = "it lies outside the session"
        elif len(self.text) > REASON_MAX:
            why = f"the note has more than {REASON_MAX} characters"
        elif len(artefacts_of(facts)) >= ARTEFACTS_MAX:
            why = f"{ARTEFACTS_MAX} stretches are marked already"
        if why:
            raise CommandRefused(
                "this cannot be marked", why=why, fix="choose a stretch of this session again"
            )
        data: Data = {
            "from_us": self.from_us,
            "to_us": self.to_us,
            "vitals": ",".join(one.value for one in VitalSign if one in self.vitals),
            "cause": self.cause.value,
        }
        text = {TEXT: self.text.strip()} if self.text.strip() else {}
        return name_of(desk.note(session, ARTEFACT, person, {**data, **text}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewBaseline(SessionAct):
    """A clinician counts from another baseline in the review; what was judged by stays."""

    permission: ClassVar[Permission] = Permission.SIGN

    values: Mapping[VitalSign, float]
    reason: str

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The name of the fact."""
        check_reason(self.reason)
        if sum(fact.kind == REVIEWED for fact in facts) >= REVIEWED_MAX:
            raise CommandRefused(
                "no other baseline can be stated for this session",
                why=f"{REVIEWED_MAX} were stated already",
                fix="the last one stated counts; write an addendum",
            )
        stated = checked(self.values, desk.ward.preset)
        data: Data = {vital.value: value for vital, value in stated.items()}
        fact = desk.note(session, REVIEWED, person, {**data, "reason": self.reason.strip()})
        return name_of(fact)
