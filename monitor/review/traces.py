"""Continuous vital signs as lines in time, each sample with how far it is to be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from monitor.history import ReadingRow
from monitor.review.artefacts import CALLED
from monitor.vitals import NIBP, Validity, VitalSign

GOOD, DOUBTFUL, ABSENT, MARKED = 0, 1, 2, 3
_SHOWN = (Validity.VALID, Validity.VALIDATED, Validity.QUESTIONABLE)


class Sample(NamedTuple):
    """One point of a trace; `quality` is GOOD, DOUBTFUL, MARKED (artefact) or ABSENT (no value)."""

    at_us: int
    value: float | None
    quality: int


def traces(own: Mapping[VitalSign, Sequence[ReadingRow]]) -> dict[VitalSign, tuple[Sample, ...]]:
    """Every stored sample of each continuous vital sign; `own` are its readings, in time."""
    return {
        vital: tuple(map(_sample, own[vital]))
        for vital in VitalSign
        if vital in own and vital not in NIBP
    }


def _sample(row: ReadingRow) -> Sample:
    value, validity = row.value, row.validity
    if value is None or validity not in _SHOWN:
        return Sample(row.sampled_at_us, None, ABSENT)
    if row.reason == CALLED:
        return Sample(row.sampled_at_us, value, MARKED)
    doubtful = validity is Validity.QUESTIONABLE
    return Sample(row.sampled_at_us, value, DOUBTFUL if doubtful else GOOD)
