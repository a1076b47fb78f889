"""Entering what a person sees at the chair: kept as a fact, and judged where a rule asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.care.observations import Entry, Item, Value, checked, noted
from monitor.clinic import Person
from monitor.commands.acts import Act, Desk
from monitor.history import OBSERVED, observed_data


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe(Act):
    """A person enters what they see: one item of a session; `person` names a sitter present."""

    session: str
    item: Item
    value: Value
    person: str = ""

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = desk.open_session(self.session)
        value, named = checked(self.item, self.value, self.person)
        at_us = desk.ward.clock.utc_us()
        entry = Entry(item=self.item, value=value, at_us=at_us, actor=person.id, person=named)
        desk.keep_of(session, OBSERVED, person, observed_data(entry), at_us)
        desk.ward.note_entry(replace(session, observed=noted(session.observed, entry)), entry)
        return session.id
