"""Keeping in a session by which devices it is measured, whenever that is news."""

from __future__ import annotations

from typing import Protocol

from monitor.bedsides import Bedsides
from monitor.care.equipment import EQUIPMENT
from monitor.clinic import Session
from monitor.factbook import FactBook

TOLD_MAX = 20
"""So many facts of one device of a session: a clock that runs wild ends there."""


class Equipped(Protocol):
    """The ward, as far as it is needed here."""

    bedsides: Bedsides
    facts: FactBook


def keep_equipment(ward: Equipped, session: Session) -> None:
    """Into the session: each device of its chair of which something else is known than before."""
    kept = [fact.data for fact in ward.facts.ledger.of(session.id) if fact.kind == EQUIPMENT]
    for data in ward.bedsides.at(session.chair):
        before = [one for one in kept if one["device"] == data["device"]]
        if len(before) < TOLD_MAX and (not before or before[-1] != data):
            ward.facts.keep(
                ward.facts.new(EQUIPMENT, chair=session.chair, session=session.id, data=data)
            )
