"""The lines of a course's small multiples: minutes from the infusion's start, values, gaps.

The same axes for every session, so that one look compares them. What is drawn of
continuous values is the lowest and highest of each half minute: no peak is lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


Span = list[list[float]]
"""A line without a gap: minute, lowest and highest of every half minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple:
    """One session as it is drawn, x in minutes from the start of its infusion.

    `bp` holds minute, systolic and diastolic of each valid cuff reading; `ends` are when
    the session was opened and closed.
    """

    bp: list[tuple[float, float | None, float | None]]
    hr: list[Span]
    spo2: list[Span]
    baseline: int | None
    end: float | None
    ends: tuple[float, ...]

    def lines(self) -> Json:
        """What is drawn of it, as JSON."""
        return {
            "bp": self.bp,
            "hr": self.hr,
            "spo2": self.spo2,
            "baseline": self.baseline,
            "end": self.end,
        }


def multiple_of(seen: Review) -> Multiple:
    """The session's small multiple."""
    session, start_us = seen.session, _start_us(seen)
    ended_us, closed_us = session.infusion_ended_us, session.closed_us
    times_us = [session.opened_us] + ([] if closed_us is None else [closed_us])
    return Multiple(
        bp=[
            (_minute(cuff.at_us, start_us), cuff.systolic, cuff.diastolic)
            for cuff in seen.cuffs
            if cuff.valid
        ],
        hr=_spans(_heart(seen), start_us),
        spo2=_spans(seen.traces.get(VitalSign.SPO2, ()), start_us),
        baseline=session.baseline.get(VitalSign.NIBP_SYSTOLIC),
        end=None if ended_us is None else _minute(ended_us, start_us),
        ends=tuple((at_us - start_us) / MINUTE_US for at_us in times_us),
    )


def axes(seen: Sequence[Multiple]) -> Json:
    """The axes that hold every session: lowest, highest, step."""
    minutes = [minute for one in seen for minute in one.ends]
    low = max(min(minutes, default=0.0), -X_BEFORE_MAX)
    pressures = [value for one in seen for _, *pair in one.bp for value in pair]
    return {
        "x": _axis([low, *minutes], (low, X_AFTER_MIN, X_STEP), floor=-X_BEFORE_MAX),
        "bp": _axis([value for value in pressures if value is not None], Y["bp"]),
        "hr": _axis(_values(span for one in seen for span in one.hr), Y["hr"]),
        "spo2": _axis(_values(span for one in seen for span in one.spo2), Y["spo2"]),
    }


def _values(spans: Iterable[Span]) -> list[float]:
    return [value for span in spans for _, low, high in span for value in (low, high)]


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


def _spans(line: Iterable[Sample], start_us: int) -> list[Span]:
    """Stretches without a gap, each of minute, lowest and highest of every half minute."""
    steps: dict[int, tuple[float, float]] = {}
    for one in line:
        if one.quality == GOOD and one.value is not None:
            at = (one.at_us - start_us) // STEP_US
            low, high = steps.get(at, (one.value, one.value))
            steps[at] = (min(low, one.value), max(high, one.value))
    spans: list[Span] = []
    before: int | None = None
    for at, (low, high) in sorted(steps.items()):
        if before is None or at - before > GAP_STEPS:
            spans.append([])
        spans[-1].append([at * STEP_US / MINUTE_US, low, high])
        before = at
    return spans
