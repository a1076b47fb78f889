"""Marking what happened as an adverse event: how serious, what was done, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.care.harm import ADVERSE, Deed, Outcome, Seriousness, data_of, markable
from monitor.clinic import Person, Session
from monitor.commands.acts import Desk, SessionAct
from monitor.commands.noting import check_text
from monitor.errors import CommandRefused
from monitor.history import FactRow, name_of, standing

MARKS_MAX = 200
"""So many marks of one session, those that were changed since among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAdverse(SessionAct):
    """The entry `of` was an adverse event; what was said of it before no longer counts."""

    of: str
    seriousness: Seriousness
    done: frozenset[Deed]
    outcome: Outcome
    text: str = ""

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The mark's name as a fact, by which it can be taken back."""
        check_text(self.text)
        self._check(facts)
        data = data_of(self.of, self.seriousness, self.done, self.outcome, self.text)
        return name_of(desk.note(session, ADVERSE, person, data))

    def _check(self, facts: Sequence[FactRow]) -> None:
        why = ""
        fatal = self.outcome is Outcome.FATAL
        entry = next((one for one in standing(facts) if name_of(one) == self.of), None)
        if entry is None or not markable(entry):
            why = "it is no event, or it was withdrawn"
        elif not self.done:
            why = "nobody said what was done"
        elif Deed.NOTHING in self.done and len(self.done) > 1:
            why = "something was done, and nothing was needed"
        elif fatal != (self.seriousness is Seriousness.DEATH):
            why = "a death is serious by death, and its outcome is fatal"
        elif sum(one.kind == ADVERSE for one in facts) >= MARKS_MAX:
            why = f"{MARKS_MAX} marks were set in this session already"
        if why:
            raise CommandRefused(
                "this cannot be marked as an adverse event",
                why=why,
                fix="say how serious it was, what was done and how it ended",
            )
