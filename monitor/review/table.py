"""The table of a session: a row each few minutes, cuffs as measured, the rest as medians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.care.observations import Entry, Item
from monitor.clinic import Session
from monitor.review.cuffs import Cuff
from monitor.review.holding import MINUTE_US, Held
from monitor.review.points import Middle, middle
from monitor.vitals import VitalSign

COLUMNS = (VitalSign.HEART_RATE, VitalSign.SPO2, VitalSign.RESPIRATORY_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """What was measured from `from_us` on, until the next row.

    `minute` counts from the start of the infusion, or from the seat without one.
    `cuffs` are every determination as measured, the failed ones too; `middles` the
    medians of valid samples; `sedation` what was entered last in that time.
    """

    from_us: int
    minute: float
    cuffs: tuple[Cuff, ...]
    middles: Mapping[VitalSign, Middle]
    sedation: Entry | None


def table(
    session: Session,
    start_us: int | None,
    cuffs: Sequence[Cuff],
    held: Mapping[VitalSign, Sequence[Held]],
    step_s: float,
    end_us: int,
) -> tuple[TableRow, ...]:
    """Every row from the seat to the end, on a grid that goes through the infusion's start."""
    step_us = round(step_s * 1e6)
    zero_us = session.opened_us if start_us is None else start_us
    first = (session.opened_us - zero_us) // step_us
    last = (end_us - zero_us) // step_us
    grid = [zero_us + number * step_us for number in range(first, last + 1)]
    sedation = session.observed.get(Item.SEDATION, ())
    return tuple(
        TableRow(
            from_us=from_us,
            minute=(from_us - zero_us) / MINUTE_US,
            cuffs=tuple(one for one in cuffs if from_us <= one.at_us < from_us + step_us),
            middles=_middles(held, from_us, from_us + step_us),
            sedation=_last(sedation, from_us, from_us + step_us),
        )
        for from_us in grid
    )


def _middles(
    held: Mapping[VitalSign, Sequence[Held]], from_us: int, to_us: int
) -> dict[VitalSign, Middle]:
    found = {vital: middle(held.get(vital, ()), from_us, to_us) for vital in COLUMNS}
    return {vital: one for vital, one in found.items() if one is not None}


def _last(entries: Sequence[Entry], from_us: int, to_us: int) -> Entry | None:
    return next((one for one in reversed(entries) if from_us <= one.at_us < to_us), None)
