"""Cuff readings: the parts of one determination put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.history import ReadingRow
from monitor.review.artefacts import CALLED
from monitor.review.by_hand import BY_HAND
from monitor.vitals import NIBP, VitalSign, under_way


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuff:
    """One NIBP determination, mmHg; `valid` is False when it gave no believed pressure.

    `artefact`: it gave one, and a person called it an artefact; its `marked` values count
    for nothing. `manual`: measured by hand.
    """

    at_us: int
    device: str
    systolic: float | None
    diastolic: float | None
    mean: float | None
    valid: bool
    reason: str
    artefact: bool = False
    marked_systolic: float | None = None
    marked_diastolic: float | None = None
    manual: bool = False

    def value(self, vital: VitalSign) -> float | None:
        """Its systolic, diastolic or mean pressure; None where it gave none."""
        return {
            VitalSign.NIBP_SYSTOLIC: self.systolic,
            VitalSign.NIBP_DIASTOLIC: self.diastolic,
            VitalSign.NIBP_MEAN: self.mean,
        }[vital]


def cuffs(readings: Iterable[ReadingRow]) -> tuple[Cuff, ...]:
    """The determinations in time; components belong together by device and sample time."""
    told = [row for row in readings if row.vital in NIBP]
    rows = [row for row in told if not under_way(row.vital, row.validity)]
    rows.sort(key=lambda row: (row.sampled_at_us, row.device))
    return tuple(
        _cuff(list(group))
        for _, group in groupby(rows, key=lambda row: (row.sampled_at_us, row.device))
    )


def _cuff(rows: Sequence[ReadingRow]) -> Cuff:
    values = {row.vital: row.value for row in rows if row.validity.believed}
    systolic = values.get(VitalSign.NIBP_SYSTOLIC)
    diastolic = values.get(VitalSign.NIBP_DIASTOLIC)
    called = {row.vital: row.value for row in rows if row.reason == CALLED}
    valid = systolic is not None or diastolic is not None
    reason = next((row.reason for row in rows if row.reason), "")
    return Cuff(
        at_us=rows[0].sampled_at_us,
        device=rows[0].device,
        systolic=systolic,
        diastolic=diastolic,
        mean=values.get(VitalSign.NIBP_MEAN),
        valid=valid,
        reason=reason,
        manual=rows[0].device == BY_HAND,
        marked_systolic=called.get(VitalSign.NIBP_SYSTOLIC),
        marked_diastolic=called.get(VitalSign.NIBP_DIASTOLIC),
        artefact=not valid and bool(called),
    )
