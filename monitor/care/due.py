"""What is due at a chair and when: sedation, and every event that the clinic wants at an interval.

NIBP has a schedule of its own (`board.cuff`). Knows no live value, clock,
database or page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.care.notes import events_of
from monitor.care.scoring import sedation_due_us
from monitor.care.treatment import treatment_of
from monitor.care.treatment_terms import CareTable
from monitor.clinic import Session
from monitor.conditions import Preset
from monitor.history import FactRow

MINUTE_US = 60_000_000
SEDATION = "MOAA/S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is to be done at `due_us` (UTC microseconds)."""

    name: str
    due_us: int


def due_of(
    session: Session, facts: Sequence[FactRow], preset: Preset, care: CareTable
) -> tuple[Due, ...]:
    """What is due next at this session, the earliest first.

    Sedation at each cuff interval of the phase, from the infusion's start on. An
    event with an interval counts from the pump's start, or from when it was entered
    last, until the pump is stopped; a pause changes nothing, for the line lies.
    """
    due = []
    sedation_us = sedation_due_us(session, preset)
    if sedation_us is not None and preset.nibp_interval_s.get(session.phase):
        due.append(Due(name=SEDATION, due_us=sedation_us))
    treatment = treatment_of(facts)
    if treatment.started_us is not None and treatment.stopped_us is None:
        last = {one.event: one.at_us for one in events_of(facts)}
        for event in care.events:
            if event.every_minutes is not None:
                since_us = max(treatment.started_us, last.get(event.name, 0))
                every_us = round(event.every_minutes * MINUTE_US)
                due.append(Due(name=event.name, due_us=since_us + every_us))
    return tuple(sorted(due, key=lambda one: one.due_us))
