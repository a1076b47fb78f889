"""Entering what a person sees at the chair, now or later than they saw it: kept as a fact.

A rule that asks for it judges it as it is entered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.care.observations import Entry, Item, Value, checked
from monitor.care.scales import scored
from monitor.care.session import observed_data
from monitor.clinic import Person, Session
from monitor.commands.acts import Desk, SessionAct
from monitor.commands.noting import happened
from monitor.history import OBSERVED, FactRow, name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe(SessionAct):
    """A person enters one item they see, or saw at `happened_us`; `person` names a sitter present.

    A late sedation score is judged where it is the newest that is known and still stands.
    """

    item: Item
    value: Value
    person: str = ""
    happened_us: int | None = None

    def upon(self, desk: Desk, person: Person, session: Session, _: Sequence[FactRow]) -> str:
        """The entry's name as a fact, by which it can be corrected."""
        value, named = checked(self.item, self.value, self.person)
        entry = Entry(item=self.item, value=value, at_us=0, actor=person.id, person=named)
        return _keep(desk, person, session, entry, self.happened_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterScore(SessionAct):
    """A person enters PADSS or Aldrete item by item; the sum is worked out."""

    item: Item
    parts: Mapping[str, int]
    happened_us: int | None = None

    def upon(self, desk: Desk, person: Person, session: Session, _: Sequence[FactRow]) -> str:
        """The entry's name as a fact, by which it can be corrected."""
        value, parts = float(scored(self.item, self.parts)), dict(self.parts)
        entry = Entry(item=self.item, value=value, at_us=0, actor=person.id, parts=parts)
        return _keep(desk, person, session, entry, self.happened_us)


def _keep(
    desk: Desk, person: Person, session: Session, entry: Entry, happened_us: int | None
) -> str:
    data = {**observed_data(entry), **happened(desk, session, happened_us)}
    return name_of(desk.note(session, OBSERVED, person, data))
