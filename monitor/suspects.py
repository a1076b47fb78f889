"""Readings that a jump made and that did not last: kept as they came, marked when read back.

A stored reading is never changed. That it was left out of judging is a fact
beside it, and whoever shows or exports readings marks them by those facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.history import FactRow, ReadingRow
from monitor.vitals import STANDS_FOR, Validity, VitalSign

SUSPECT = "suspect discarded"
"""A fact: `vital` as judged, `value`, `sampled_at_us` of the reading."""


def suspect(vital: VitalSign, value: float, sampled_at_us: int) -> Mapping[str, str | int | float]:
    """What the fact holds."""
    return {"vital": vital.value, "value": value, "sampled_at_us": sampled_at_us}


def marked(facts: Sequence[FactRow], readings: Sequence[ReadingRow]) -> list[ReadingRow]:
    """The readings, those left out of judging as questionable, with that as their reason."""
    left_out = {
        (fact.data["vital"], fact.data["sampled_at_us"], fact.data["value"])
        for fact in facts
        if fact.kind == SUSPECT
    }
    if not left_out:
        return list(readings)
    return [
        replace(row, validity=Validity.QUESTIONABLE, reason=SUSPECT)
        if (STANDS_FOR.get(row.vital, row.vital).value, row.sampled_at_us, row.value) in left_out
        else row
        for row in readings
    ]
