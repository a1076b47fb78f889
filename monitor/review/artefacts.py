"""Stretches of readings that a person called artefacts: kept as they came, left out of figures.

The stored readings are never changed. Marking is a fact, its undoing another.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from monitor.history import ARTEFACT, TEXT, FactRow, ReadingRow, name_of, standing
from monitor.vitals import Validity, VitalSign

CALLED = "marked as artefact"
"""The reason of a marked reading, in place of its own."""
_SHOWN = frozenset({Validity.VALID, Validity.VALIDATED, Validity.QUESTIONABLE})


class Cause(Enum):
    """What a person takes the readings for."""

    ARTEFACT = "artefact"
    MOVEMENT = "movement"
    CUFF = "cuff error"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """One marking that stands: both ends are in it; no `vitals` means all of them."""

    name: str
    from_us: int
    to_us: int
    vitals: frozenset[VitalSign]
    cause: Cause
    text: str
    by: str | None
    at_us: int

    def covers(self, row: ReadingRow) -> bool:
        """Is this reading one of those marked?"""
        inside = self.from_us <= row.sampled_at_us <= self.to_us
        return inside and (not self.vitals or row.vital in self.vitals)


def artefacts_of(facts: Iterable[FactRow]) -> tuple[Artefact, ...]:
    """The markings that stand, in order of the time they are about."""
    found = [_told(fact) for fact in standing(list(facts)) if fact.kind == ARTEFACT]
    return tuple(sorted(found, key=lambda one: (one.from_us, one.at_us, one.name)))


def _told(fact: FactRow) -> Artefact:
    named = str(fact.data.get("vitals") or "")
    return Artefact(
        name=name_of(fact),
        from_us=int(fact.data["from_us"] or 0),
        to_us=int(fact.data["to_us"] or 0),
        vitals=frozenset(VitalSign(one) for one in named.split(",") if one),
        cause=Cause(str(fact.data["cause"])),
        text=str(fact.data.get(TEXT, "")),
        by=fact.actor,
        at_us=fact.at_us,
    )


def left_out(
    rows: Sequence[ReadingRow], artefacts: Sequence[Artefact]
) -> tuple[list[ReadingRow], list[ReadingRow]]:
    """All readings in time, marked ones as questionable with `CALLED` as their reason; and those.

    What had no number to believe or doubt stays as it is.
    """
    out = sorted(rows, key=_time)
    places = {
        place
        for one in artefacts
        for place in range(
            bisect_left(out, one.from_us, key=_time), bisect_right(out, one.to_us, key=_time)
        )
        if one.covers(out[place]) and out[place].validity in _SHOWN
    }
    marked = [out[place] for place in sorted(places)]
    for place in places:
        out[place] = replace(out[place], validity=Validity.QUESTIONABLE, reason=CALLED)
    return out, marked


def cause_of(row: ReadingRow, artefacts: Sequence[Artefact]) -> str:
    """What a reading was marked as; empty when it was not."""
    return next((one.cause.value for one in artefacts if one.covers(row)), "")


def _time(row: ReadingRow) -> int:
    return row.sampled_at_us
