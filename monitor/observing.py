"""Entering what a person sees at the chair: kept as a fact, and judged where a rule asks for it.

Knows session facts and the ward. Knows no page, SQL or format.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.care.observations import Entry, Item, Value, checked, noted
from monitor.clinic import Person, Session
from monitor.history import OBSERVED, observed_data
from monitor.ward import Ward


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe:
    """A person enters what they see: one item of a session; `person` names a sitter present."""

    session: str
    item: Item
    value: Value
    actor: str
    person: str = ""


def observe(ward: Ward, session: Session, command: Observe, person: Person) -> str:
    """Keep it and judge it. The session's id; raises `CommandRefused` when it cannot be so."""
    value, named = checked(command.item, command.value, command.person)
    at_us = ward.clock.utc_us()
    entry = Entry(item=command.item, value=value, at_us=at_us, actor=person.id, person=named)
    ward.fact(
        ward.new_fact(
            OBSERVED,
            chair=session.chair,
            session=session.id,
            actor=person.id,
            data=observed_data(entry),
            at_us=at_us,
        )
    )
    ward.note_entry(replace(session, observed=noted(session.observed, entry)), entry)
    return session.id
