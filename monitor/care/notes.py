"""What staff noted at the chair: events, values by hand, and what of it was corrected.

Every entry has the time at which it happened and the time at which it was
entered (UTC microseconds), and who made it. Knows no live value, clock,
database or page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.care.session import timed
from monitor.history import (
    CORRECTED,
    OF,
    PHASE,
    REASON,
    TEXT,
    WITHDRAWN,
    Data,
    FactRow,
    happened_us,
    name_of,
    said_instead,
    standing,
)
from monitor.vitals import VitalSign

EVENT, CHARTED = "event", "charted"
MANUAL_AFTER_US = 60_000_000
"""What was entered so much later than it happened is marked manual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at the chair, named as in `[care] events`; `grade` and `text` or "".

    `name` is the fact's, `at_us` when it happened, `entered_us` when it was entered.
    """

    name: str
    at_us: int
    entered_us: int
    actor: str
    event: str
    grade: str
    text: str

    @property
    def manual(self) -> bool:
        """Was it entered later than a minute after it happened?"""
        return self.entered_us - self.at_us > MANUAL_AFTER_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """Vital signs that a person measured or copied from paper, in their own units; `source` or "".

    `name` is the fact's, `at_us` when they were measured, `entered_us` when they were entered.
    """

    name: str
    at_us: int
    entered_us: int
    actor: str
    values: Mapping[VitalSign, float]
    source: str

    @property
    def manual(self) -> bool:
        """No device said it: always so."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A later word on a fact: it never was (`withdrawn`), or what stands in `instead` is so."""

    at_us: int
    actor: str
    withdrawn: bool
    instead: Data
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A fact as it was entered, as it stands now, and every correction in the order told.

    `fact` is the stored row; `at_us` and `data` are what the last corrections say.
    """

    fact: FactRow
    at_us: int
    data: Data
    corrections: tuple[Correction, ...]

    @property
    def withdrawn(self) -> bool:
        """Did somebody say that it never was?"""
        return any(one.withdrawn for one in self.corrections)

    @property
    def manual(self) -> bool:
        """Was it entered later than a minute after it happened, or measured by hand?"""
        late = self.fact.at_us - self.at_us > MANUAL_AFTER_US
        return late or self.fact.kind == CHARTED


def events_of(facts: Sequence[FactRow]) -> tuple[Event, ...]:
    """The events of a session as they stand, in the order in which they happened."""
    return tuple(_event(fact) for fact in standing(facts) if fact.kind == EVENT)


def charted_of(facts: Sequence[FactRow]) -> tuple[Charted, ...]:
    """The values by hand of a session as they stand, in the order in which they were measured."""
    return tuple(_charted(fact) for fact in standing(facts) if fact.kind == CHARTED)


def noted_of(facts: Sequence[FactRow]) -> tuple[Noted, ...]:
    """Every fact but the corrections, withdrawn ones too, in the order in which they happened.

    A phase happened when it began, by the pump; it was entered when it was entered.
    """
    later: dict[str, list[Correction]] = {}
    for fact in facts:
        if fact.kind == CORRECTED:
            later.setdefault(str(fact.data[OF]), []).append(_correction(fact))
    found = [_noted(fact, later.get(name_of(fact), ())) for fact in facts if fact.kind != CORRECTED]
    begun = {name_of(one): happened_us(one) for one in timed(facts) if one.kind == PHASE}
    found = [replace(one, at_us=begun.get(name_of(one.fact), one.at_us)) for one in found]
    return tuple(sorted(found, key=lambda one: one.at_us))


def _noted(fact: FactRow, later: Sequence[Correction]) -> Noted:
    data = dict(fact.data)
    for one in later:
        data |= one.instead
    at_us = happened_us(replace(fact, data=data))
    return Noted(fact=fact, at_us=at_us, data=data, corrections=tuple(later))


def _correction(fact: FactRow) -> Correction:
    withdrawn = bool(fact.data.get(WITHDRAWN))
    return Correction(
        at_us=fact.at_us,
        actor=fact.actor or "",
        withdrawn=withdrawn,
        instead={} if withdrawn else said_instead(fact),
        reason=str(fact.data.get(REASON) or ""),
    )


def _event(fact: FactRow) -> Event:
    return Event(
        name=name_of(fact),
        at_us=happened_us(fact),
        entered_us=fact.at_us,
        actor=fact.actor or "",
        event=str(fact.data["event"]),
        grade=str(fact.data.get("grade") or ""),
        text=str(fact.data.get(TEXT) or ""),
    )


def _charted(fact: FactRow) -> Charted:
    stated = {vital: fact.data.get(vital.value) for vital in VitalSign}
    return Charted(
        name=name_of(fact),
        at_us=happened_us(fact),
        entered_us=fact.at_us,
        actor=fact.actor or "",
        values={one: float(said) for one, said in stated.items() if isinstance(said, int | float)},
        source=str(fact.data.get("source") or ""),
    )
