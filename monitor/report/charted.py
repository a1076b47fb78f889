"""Block 5: what the chart shows of a session, out of its stored rows.

Heart rate is the median of each minute, saturation the lowest of each 20 s, so
that a short fall is seen; between two values that are further apart nothing is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from statistics import median

from monitor.board.words import MARKS
from monitor.conditions import Priority
from monitor.report.charting import PRESSURES, SATURATION
from monitor.report.happened import happenings
from monitor.report.in_force import in_force
from monitor.report.model import Chart, Dot, Level, Numbered, Pressure, Span, Tick
from monitor.report.source import Source
from monitor.review import GOOD, Sample
from monitor.vitals import VitalSign

MINUTE_US = 60_000_000
HEART_US, OXYGEN_US = MINUTE_US, 20_000_000
GAP_S = 15.0
"""Shorter gaps are not drawn; all of them count in the figures."""
STEPS_MIN = (5, 10, 15, 30, 60, 120, 240, 480, 1440)
TICKS_MAX = 60
SAID = (
    "v systolic, ^ diastolic, dots HR (median of 1 min), line SpO2 (lowest of 20 s), "
    "dashed limits, hatched no value, hollow artefact"
)


def chart(source: Source) -> Chart:
    """The chart of a session, from seat to leave."""
    from_us, to_us = source.session.opened_us, source.figures.end_us
    return Chart(
        from_us=from_us,
        to_us=to_us,
        ticks=tuple(_ticks(source, from_us, to_us)),
        phases=tuple(
            Span(one.from_us, one.to_us or to_us, one.phase.value.capitalize())
            for one in source.seen.phases
        ),
        pump=tuple(_pump(source, to_us)),
        pressures=tuple(_pressures(source)),
        heart=tuple(_heart(source)),
        saturation=tuple(tuple(line) for line in _saturation(source)),
        levels=tuple(_levels(source)),
        events=tuple(
            Numbered(one.at_us, place) for place, one in enumerate(happenings(source), start=1)
        ),
        alarms=tuple(_alarms(source, to_us)),
        gaps=tuple(_gaps(source, from_us, to_us)),
        said=SAID,
    )


def beyond(shown: Chart) -> int:
    """How many values lie beyond the chart's axes, and are drawn at their edge."""
    values = [one.value for one in shown.heart]
    values += [one.systolic for one in shown.pressures if one.systolic is not None]
    values += [one.diastolic for one in shown.pressures if one.diastolic is not None]
    low, high = PRESSURES
    lowest = SATURATION[0]
    below = sum(one.value < lowest for line in shown.saturation for one in line)
    return below + sum(not low <= value <= high for value in values)


def _ticks(source: Source, from_us: int, to_us: int) -> Iterator[Tick]:
    """A grid through the start of the infusion; every third line has its time below."""
    span_min = (to_us - from_us) // MINUTE_US
    step = next((one for one in STEPS_MIN if span_min / one <= TICKS_MAX), STEPS_MIN[-1])
    zero_us, step_us = source.zero_us, step * MINUTE_US
    first = -((zero_us - from_us) // step_us)
    last = min((to_us - zero_us) // step_us, first + 10 * TICKS_MAX)
    for count in range(first, last + 1):
        at_us = zero_us + count * step_us
        named = count % 3 == 0
        yield Tick(
            at_us,
            source.at(at_us) if named else "",
            f"{count * step:+d}" if named and count else "0" if named else "",
        )


def _pump(source: Source, to_us: int) -> Iterator[Span]:
    for run in source.treatment.runs:
        rate = "" if run.rate_ml_h is None else f"{run.rate_ml_h:.4g} ml/h"
        yield Span(run.from_us, run.to_us or to_us, rate)


def _heart(source: Source) -> Iterator[Dot]:
    """Of each minute the median of the ECG's rate, else of the pulse."""
    ecg = source.seen.traces.get(VitalSign.HEART_RATE, ())
    pulse = source.seen.traces.get(VitalSign.PULSE_RATE, ())
    by_ecg, by_pulse = _buckets(ecg, HEART_US), _buckets(pulse, HEART_US)
    for bucket in sorted({*by_ecg, *by_pulse}):
        at_us = bucket * HEART_US + HEART_US // 2
        both = [*by_ecg.get(bucket, ()), *by_pulse.get(bucket, ())]
        good = _values(by_ecg.get(bucket, ())) or _values(by_pulse.get(bucket, ()))
        doubtful = [one.value for one in both if one.value is not None]
        yield Dot(at_us, median(good or doubtful), hollow=not good)


def _values(samples: Sequence[Sample]) -> list[float]:
    return [one.value for one in samples if one.quality == GOOD and one.value is not None]


def _buckets(line: Sequence[Sample], wide_us: int) -> dict[int, list[Sample]]:
    found: dict[int, list[Sample]] = defaultdict(list)
    for one in line:
        if one.value is not None:
            found[one.at_us // wide_us].append(one)
    return found


def _saturation(source: Source) -> Iterator[list[Dot]]:
    """Lines of neighbouring values; those that do not count stand apart, hollow."""
    buckets = _buckets(source.seen.traces.get(VitalSign.SPO2, ()), OXYGEN_US)
    line: list[Dot] = []
    hollow: list[Dot] = []
    for bucket, samples in sorted(buckets.items()):
        at_us = bucket * OXYGEN_US + OXYGEN_US // 2
        good = _values(samples)
        if not good:
            lowest = min(one.value for one in samples if one.value is not None)
            hollow.append(Dot(at_us, lowest, hollow=True))
            continue
        if line and at_us - line[-1].at_us > OXYGEN_US:
            yield line
            line = []
        line.append(Dot(at_us, min(good), hollow=False))
    yield from (part for part in (line, hollow) if part)


def _pressures(source: Source) -> Iterator[Pressure]:
    """Every determination that gave a pressure; one called an artefact by what it gave."""
    for one in source.seen.cuffs:
        systolic = one.marked_systolic if one.artefact else one.systolic
        diastolic = one.marked_diastolic if one.artefact else one.diastolic
        if systolic is not None or diastolic is not None:
            yield Pressure(
                at_us=one.at_us,
                systolic=systolic,
                diastolic=diastolic,
                hollow=one.artefact or not one.valid,
            )


def _levels(source: Source) -> Iterator[Level]:
    """The limits of systolic pressure and saturation, each as long as it stayed the same."""
    bands = ((VitalSign.NIBP_SYSTOLIC, "BP"), (VitalSign.SPO2, "SpO2"))
    open_: dict[tuple[str, float], Level] = {}
    for one, (vital, band) in product(in_force(source), bands):
        for value in one.ends.get(vital, ()):
            if value is None:
                continue
            before = open_.get((band, value))
            if before is not None and before.to_us != one.from_us:
                yield before
                before = None
            from_us = before.from_us if before else one.from_us
            open_[band, value] = Level(from_us, one.to_us, value, band)
    yield from open_.values()


def _alarms(source: Source, to_us: int) -> Iterator[Span]:
    for one in source.seen.alarms:
        yield Span(one.onset_us, one.ended_us or to_us, MARKS[Priority[one.priority]])


def _gaps(source: Source, from_us: int, to_us: int) -> Iterator[Span]:
    """Where saturation or heart rate had no valid value."""
    for vital, found in ((VitalSign.SPO2, source.oxygen), (VitalSign.HEART_RATE, source.heart)):
        name = vital.codes.label
        if found is None:
            yield Span(from_us, to_us, name)
            continue
        for gap in found.gaps:
            if gap.seconds >= GAP_S:
                yield Span(gap.from_us, gap.to_us, name)
