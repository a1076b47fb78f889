"""Correcting what was entered: it was at another time, it was otherwise, or it never was.

A correction is a fact of its own and changes no stored row; what follows from the
corrected fact, live and later, follows from what stands now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.care.harm import ADVERSE
from monitor.care.notes import CHARTED, EVENT, Noted, noted_of
from monitor.care.observations import PRESENT, Item, checked
from monitor.care.treatment import ORDERED, PUMP
from monitor.clinic import Person, Session
from monitor.commands.acts import Desk, SessionAct, check_reason
from monitor.commands.noting import check_grade, check_pump, check_text, happened
from monitor.errors import CommandRefused, NotAllowed
from monitor.history import (
    ARTEFACT,
    CORRECTED,
    HANDED_OVER,
    HAPPENED,
    OBSERVED,
    OF,
    PERSON,
    REASON,
    TEXT,
    WITHDRAWN,
    Data,
    FactRow,
    Value,
    name_of,
)
from monitor.people import Permission, may
from monitor.review import REVIEWED

CORRECTABLE = frozenset({ORDERED, PUMP, EVENT, CHARTED, OBSERVED, HANDED_OVER})
WITHDRAWABLE = CORRECTABLE | {ADVERSE, ARTEFACT, REVIEWED}
"""What may be taken back; what a clinician said of a review, by one who may sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(SessionAct):
    """The entry `of` was at another time, was otherwise, or never was.

    `grade` and `text` are an event's; `value` and the sitter's name `person` are of what
    was seen at the chair. None leaves a thing as it is. Of a closed session it is an
    addendum like any other.
    """

    of: str
    reason: str
    withdrawn: bool = False
    happened_us: int | None = None
    grade: str | None = None
    text: str | None = None
    value: str | float | None = None
    person: str | None = None

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The corrected fact's name."""
        check_reason(self.reason)
        entry = self._entry(person, facts)
        data: Data = {
            OF: self.of,
            REASON: self.reason.strip(),
            **({WITHDRAWN: True} if self.withdrawn else self._instead(desk, session, entry)),
        }
        check_pump(facts, desk.new_of(session, CORRECTED, person, data))
        desk.note(session, CORRECTED, person, data)
        return self.of

    def _entry(self, person: Person, facts: Sequence[FactRow]) -> Noted:
        entry = next((one for one in noted_of(facts) if name_of(one.fact) == self.of), None)
        allowed = WITHDRAWABLE if self.withdrawn else CORRECTABLE
        if entry is None or entry.fact.kind not in allowed or entry.withdrawn:
            raise CommandRefused(
                "this entry cannot be corrected",
                why="it was withdrawn already" if entry and entry.withdrawn else "it is no note",
                fix="enter what was so as a new entry",
            )
        if entry.fact.kind == REVIEWED and not may(person.role, Permission.SIGN):
            raise NotAllowed(
                "a baseline of a review is taken back by a clinician",
                why=f"{person.name} is {person.role.value}",
                fix="ask a clinician",
            )
        return entry

    def _instead(self, desk: Desk, session: Session, entry: Noted) -> dict[str, Value]:
        """What is so instead; refused where it is what stands."""
        said = {**self._worded(desk, entry), **self._seen(entry)}
        if self.happened_us is not None:
            said |= happened(desk, session, self.happened_us)
        stands = {**entry.data, HAPPENED: entry.at_us}
        if all(stands.get(key) == one for key, one in said.items()):
            raise CommandRefused(
                "nothing was corrected", why="it stands so already", fix="say what was otherwise"
            )
        return said

    def _worded(self, desk: Desk, entry: Noted) -> dict[str, Value]:
        """Another grade and other words, of an event."""
        if self.grade is None and self.text is None:
            return {}
        _check_kind(entry, EVENT, "only an event has a grade and words")
        check_grade(desk, str(entry.data["event"]), self.grade or "")
        check_text(self.text or "")
        grade: dict[str, Value] = {} if self.grade is None else {"grade": self.grade}
        return grade if self.text is None else {**grade, TEXT: self.text.strip()}

    def _seen(self, entry: Noted) -> dict[str, Value]:
        """Another value of what was seen at the chair, and another name of a sitter."""
        if self.value is None and self.person is None:
            return {}
        _check_kind(entry, OBSERVED, "only what was seen at the chair has a value of its own")
        item, stood = Item(str(entry.data["item"])), entry.data["value"]
        value = self.value if self.value is not None else stood
        named = str(entry.data.get(PERSON, "")) if self.person is None else self.person
        there = (item, value) == (Item.SITTER, PRESENT)
        value, named = checked(item, _plain(value), named if there or self.person else "")
        return {"value": value, PERSON: named} if item is Item.SITTER else {"value": value}


def _plain(value: Value) -> str | float:
    return value if isinstance(value, str) else float(value or 0.0)


def _check_kind(entry: Noted, kind: str, what: str) -> None:
    if entry.fact.kind != kind:
        raise CommandRefused(
            what, why=f"this is {entry.fact.kind}", fix="withdraw it and enter it anew"
        )
