"""The key points of a session: what was measured at baseline, start, peak, end and leave.

Nothing is interpolated: a cuff reading speaks for a point when it lies near it, and
stands with its own time; heart rate and SpO2 are medians around the point.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from monitor.conditions import Preset
from monitor.review.cuffs import Cuff
from monitor.review.holding import MINUTE_US, Held
from monitor.review.used import UsedBaseline
from monitor.vitals import VitalSign

CONTINUOUS = (VitalSign.HEART_RATE, VitalSign.SPO2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle:
    """The median of valid samples, and how many there were."""

    value: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPoint:
    """One point: its time (None for the baseline, which is no instant), and what was so then.

    `cuff` is the reading that speaks for it; `systolic` and `diastolic` are its
    values, or the baseline's. `middles` are medians; of the baseline its own numbers
    with a count of 0.
    """

    name: str
    at_us: int | None
    cuff: Cuff | None
    systolic: float | None
    diastolic: float | None
    middles: Mapping[VitalSign, Middle]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The instants around which the points lie; None for what did not happen."""

    start_us: int | None
    peak_us: int | None
    stop_us: int | None
    left_us: int | None


def key_points(
    moments: Moments,
    baseline: UsedBaseline,
    cuffs: Sequence[Cuff],
    held: Mapping[VitalSign, Sequence[Held]],
    preset: Preset,
    end_us: int,
) -> tuple[KeyPoint, ...]:
    """Baseline first, then in the order of their time; a point after the end is none."""
    values = baseline.values
    numbers = {one: Middle(value=values[one], count=0) for one in CONTINUOUS if one in values}
    first = KeyPoint(
        name="baseline",
        at_us=None,
        cuff=None,
        systolic=values.get(VitalSign.NIBP_SYSTOLIC),
        diastolic=values.get(VitalSign.NIBP_DIASTOLIC),
        middles=numbers,
    )
    named = sorted(_named(moments, preset), key=lambda pair: pair[1])
    points = [_point(name, at_us, cuffs, held, preset) for name, at_us in named if at_us <= end_us]
    return (first, *points)


def _named(moments: Moments, preset: Preset) -> Iterator[tuple[str, int]]:
    if moments.start_us is not None:
        yield "start", moments.start_us
        for number in preset.review.start_minutes:
            yield f"{number:g} min", moments.start_us + round(number * MINUTE_US)
    if moments.peak_us is not None:
        yield "peak", moments.peak_us
    if moments.stop_us is not None:
        yield "end", moments.stop_us
        for number in preset.review.end_minutes:
            yield f"end +{number:g} min", moments.stop_us + round(number * MINUTE_US)
    if moments.left_us is not None:
        yield "leave", moments.left_us


def _point(
    name: str,
    at_us: int,
    cuffs: Sequence[Cuff],
    held: Mapping[VitalSign, Sequence[Held]],
    preset: Preset,
) -> KeyPoint:
    near_us = preset.review.near_s * 1e6
    close = [one for one in cuffs if one.valid and abs(one.at_us - at_us) <= near_us]
    cuff = min(close, key=lambda one: (abs(one.at_us - at_us), one.at_us), default=None)
    half_us = round(preset.review.point_s * 1e6 / 2)
    around = {
        one: middle(held.get(one, ()), at_us - half_us, at_us + half_us) for one in CONTINUOUS
    }
    return KeyPoint(
        name=name,
        at_us=at_us,
        cuff=cuff,
        systolic=cuff.systolic if cuff else None,
        diastolic=cuff.diastolic if cuff else None,
        middles={vital: found for vital, found in around.items() if found is not None},
    )


def middle(held: Sequence[Held], from_us: int, to_us: int) -> Middle | None:
    """Of the samples taken from then to before then; None without any."""
    first = bisect_left(held, from_us, key=_start)
    values = [one.value for one in held[first : bisect_left(held, to_us, key=_start)]]
    return Middle(value=median(values), count=len(values)) if values else None


def _start(one: Held) -> int:
    return one.from_us
