"""The lines of a course's small multiples: minutes from the infusion's start, values, gaps.

The same axes for every session, so that one look compares them. What is drawn of
continuous values is the lowest and highest of each half minute: no peak is lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from monitor.review import GOOD, Review, Sample
from monitor.vitals import VitalSign
from monitor.web.present import Json

MINUTE_US = 60_000_000
STEP_US = MINUTE_US // 2
GAP_STEPS = 2
"""After so many steps without a value the line is broken: nothing bridges a gap."""
X_STEP, X_BEFORE_MAX, X_AFTER_MIN = 10, 30, 60
HEART = (VitalSign.HEART_RATE, VitalSign.PULSE_RATE)
Y = {"bp": (40.0, 180.0, 20.0), "hr": (40.0, 120.0, 20.0), "spo2": (88.0, 100.0, 4.0)}
"""Least range of each axis and its step: mmHg, /min, %."""


def lines(seen: Review) -> Json:
    """One session's lines, x in minutes from the start of its infusion."""
    start_us = _start_us(seen)
    baseline = seen.session.baseline.get(VitalSign.NIBP_SYSTOLIC)
    ended_us = seen.session.infusion_ended_us
    return {
        "bp": [
            [_minute(cuff.at_us, start_us), cuff.systolic, cuff.diastolic]
            for cuff in seen.cuffs
            if cuff.valid
        ],
        "hr": _spans(_heart(seen), start_us),
        "spo2": _spans(seen.traces.get(VitalSign.SPO2, ()), start_us),
        "baseline": baseline,
        "end": None if ended_us is None else _minute(ended_us, start_us),
    }


def axes(seen: Sequence[Review]) -> Json:
    """The axes that hold every session: lowest, highest, step."""
    minutes = [
        (at_us - _start_us(one)) / MINUTE_US
        for one in seen
        for at_us in (one.session.opened_us, one.session.closed_us)
        if at_us is not None
    ]
    low = max(min(minutes, default=0.0), -X_BEFORE_MAX)
    return {
        "x": _axis([low, *minutes], (low, X_AFTER_MIN, X_STEP), floor=-X_BEFORE_MAX),
        "bp": _axis(
            [
                value
                for one in seen
                for cuff in one.cuffs
                for value in (cuff.systolic, cuff.diastolic)
                if value is not None
            ],
            Y["bp"],
        ),
        "hr": _axis([value for one in seen for value in _good(_heart(one))], Y["hr"]),
        "spo2": _axis(
            [value for one in seen for value in _good(one.traces.get(VitalSign.SPO2, ()))],
            Y["spo2"],
        ),
    }


def _axis(
    values: Iterable[float], least: tuple[float, float, float], floor: float = -math.inf
) -> list[float]:
    low, high, step = least
    found = list(values)
    lowest, highest = min([low, *found]), max([high, *found])
    return [max(math.floor(lowest / step) * step, floor), math.ceil(highest / step) * step, step]


def _start_us(seen: Review) -> int:
    return seen.session.infusion_started_us or seen.session.opened_us


def _minute(at_us: int, start_us: int) -> float:
    return round((at_us - start_us) / MINUTE_US, 2)


def _heart(seen: Review) -> Sequence[Sample]:
    """Heart rate; where it was not measured, the pulse."""
    return next((seen.traces[one] for one in HEART if one in seen.traces), ())


def _good(line: Iterable[Sample]) -> list[float]:
    return [one.value for one in line if one.quality == GOOD and one.value is not None]


def _spans(line: Iterable[Sample], start_us: int) -> list[list[list[float]]]:
    """Stretches without a gap, each of minute, lowest and highest of every half minute."""
    steps: dict[int, tuple[float, float]] = {}
    for one in line:
        if one.quality == GOOD and one.value is not None:
            at = (one.at_us - start_us) // STEP_US
            low, high = steps.get(at, (one.value, one.value))
            steps[at] = (min(low, one.value), max(high, one.value))
    spans: list[list[list[float]]] = []
    before: int | None = None
    for at, (low, high) in sorted(steps.items()):
        if before is None or at - before > GAP_STEPS:
            spans.append([])
        spans[-1].append([at * STEP_US / MINUTE_US, low, high])
        before = at
    return spans
