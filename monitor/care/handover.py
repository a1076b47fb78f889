"""What the sitter was told before the patient left with them, point by point.

Facts in, a value out. Knows no clock, database, page or printed sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.history import (
    HANDED_OVER,
    JOURNAL_DUE,
    NEXT_SESSION,
    PERSON,
    FactRow,
    happened_us,
    standing,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A sitter took the patient over. Times are UTC microseconds.

    `points` are the ids of the points of advice that were given, as `[leaving] advice` of
    the configuration lists them. `person` is "" where names are not kept: in a copy.
    `next_us` is the next session, `journal_due_us` when the journal is to be written by.
    """

    person: str
    points: frozenset[str]
    next_us: int | None
    journal_due_us: int | None
    happened_us: int
    entered_us: int
    actor: str


def hand_over_of(facts: Sequence[FactRow]) -> HandOver | None:
    """The last hand-over of these facts of one session, as they stand; None without one."""
    told = [fact for fact in standing(facts) if fact.kind == HANDED_OVER]
    if not told:
        return None
    fact = told[-1]
    return HandOver(
        person=str(fact.data.get(PERSON, "")),
        points=frozenset(key for key, said in fact.data.items() if said is True),
        next_us=_time(fact, NEXT_SESSION),
        journal_due_us=_time(fact, JOURNAL_DUE),
        happened_us=happened_us(fact),
        entered_us=fact.at_us,
        actor=fact.actor or "",
    )


def _time(fact: FactRow, key: str) -> int | None:
    said = fact.data.get(key)
    return said if isinstance(said, int) and not isinstance(said, bool) else None
