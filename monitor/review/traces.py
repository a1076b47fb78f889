"""Continuous vital signs as lines in time, each sample with how far it is to be believed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.history import ReadingRow
from monitor.review.artefacts import ARTEFACT
from monitor.vitals import NIBP, Validity, VitalSign

GOOD, DOUBTFUL, ABSENT, MARKED = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One point of a trace; `quality` is GOOD, DOUBTFUL, MARKED (artefact) or ABSENT (no value)."""

    at_us: int
    value: float | None
    quality: int


def traces(readings: Iterable[ReadingRow]) -> dict[VitalSign, tuple[Sample, ...]]:
    """Continuous vitals in time, every stored sample of each."""
    out: dict[VitalSign, list[Sample]] = {}
    for row in readings:
        if row.vital not in NIBP:
            out.setdefault(row.vital, []).append(_sample(row))
    return {
        vital: tuple(sorted(out[vital], key=lambda sample: sample.at_us))
        for vital in VitalSign
        if vital in out
    }


def _sample(row: ReadingRow) -> Sample:
    doubtful = row.validity is Validity.QUESTIONABLE
    shown = row.value is not None and (row.validity.believed or doubtful)
    quality = ABSENT if not shown else DOUBTFUL if doubtful else GOOD
    if shown and row.reason == ARTEFACT:
        quality = MARKED
    return Sample(at_us=row.sampled_at_us, value=row.value if shown else None, quality=quality)
