"""Blocks 6 to 9: the values, the key points, what happened, and what alarmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from monitor.board.words import MARKS
from monitor.care.notes import charted_of
from monitor.clinic import Phase
from monitor.conditions import Kind, Priority
from monitor.history import AUDIO_PAUSED, STANDBY, SUSPENDED
from monitor.report.happened import happenings
from monitor.report.model import Block, Row, Said
from monitor.report.source import Source
from monitor.report.wording import (
    NONE,
    cuff_text,
    lasted,
    listed,
    number,
    pressure,
    signed,
)
from monitor.review import AlarmLife, Cuff, KeyPoint, Middle, Rise, TableRow
from monitor.review.wording import minutes
from monitor.vitals import NIBP, VitalSign

HR, SPO2, RR = VitalSign.HEART_RATE, VitalSign.SPO2, VitalSign.RESPIRATORY_RATE
KEY = frozenset({"baseline", "start", "peak", "end", "leave"})
VALUES = "6 Values: HR, RR /min, SpO2 % medians; Sed MOAA/S; D device, M by hand, X artefact"
QUIET = (("audio paused", AUDIO_PAUSED), ("suspended", SUSPENDED), ("standby", STANDBY))
TABLE_HEAD = ("Time", "Min", "BP mmHg", "HR", "SpO2", "RR", "Sed")


def table(source: Source) -> Block:
    """Block 6."""
    rows = [*_measured(source), *_by_hand(source)]
    rows.sort(key=lambda one: one[0])
    return Block(
        title=VALUES,
        said=() if rows else (Said("", "Nothing was measured."),),
        head=TABLE_HEAD,
        rows=tuple(row for _, row in rows),
    )


def _measured(source: Source) -> Iterator[tuple[int, Row]]:
    for one in source.figures.table:
        middles = _middles(one)
        if not one.cuffs and (any(cell != NONE for cell in middles) or one.sedation):
            yield (
                one.from_us,
                _row(source, one.from_us, NONE, middles, quarter=one.minute % 15 == 0),
            )
        for place, cuff in enumerate(one.cuffs):
            cells = middles if place == 0 else (NONE,) * len(middles)
            yield cuff.at_us, _row(source, cuff.at_us, cuff_text(cuff), cells, cuff=cuff)


def _middles(one: TableRow) -> tuple[str, ...]:
    sedation = one.sedation.value if one.sedation else None
    said = sedation if isinstance(sedation, str) else number(sedation)
    return (*_numbers(one.middles, HR, SPO2, RR), said)


def _numbers(middles: Mapping[VitalSign, Middle], *vitals: VitalSign) -> Iterator[str]:
    for vital in vitals:
        yield number(middles[vital].value if vital in middles else None)


def _row(
    source: Source,
    at_us: int,
    bp: str,
    cells: Sequence[str],
    *,
    quarter: bool = False,
    cuff: Cuff | None = None,
) -> Row:
    weight = int(quarter)
    if cuff is not None:
        weight = 3 if _infusing(source, at_us) else 2
        weight += 2 * (at_us == source.figures.systolic.peak_us)
    return Row((source.at(at_us), source.minute(at_us), bp, *cells), weight)


def _infusing(source: Source, at_us: int) -> bool:
    return any(
        span.phase is Phase.INFUSION
        and span.from_us <= at_us <= (source.figures.end_us if span.to_us is None else span.to_us)
        for span in source.seen.phases
    )


def _by_hand(source: Source) -> Iterator[tuple[int, Row]]:
    """What was charted without a pressure; one with it is a cuff reading of the review."""
    for one in charted_of(source.facts):
        if not NIBP & one.values.keys():
            cells = [number(one.values.get(vital)) for vital in (HR, SPO2, RR)]
            at = (source.at(one.at_us), source.minute(one.at_us))
            yield one.at_us, Row((*at, f"{NONE} M", *cells, NONE), 3)


def points(source: Source) -> Block:
    """Block 7."""
    return Block(
        title="7 Key points (mmHg, min)",
        said=tuple(_against_baseline(source)),
        head=("Point", "Time", "BP", "HR", "SpO2"),
        rows=tuple(_point(source, one) for one in source.figures.points),
    )


def _against_baseline(source: Source) -> Iterator[Said]:
    systolic, diastolic = source.figures.systolic, source.figures.diastolic
    if systolic.peak is None or systolic.peak_us is None:
        yield Said(
            "Rise", "no cuff reading since the start" if source.treatment.started_us else NONE
        )
    else:
        rises = f"{signed(systolic.rise)}/{signed(diastolic.rise)}"
        at = source.minute(systolic.peak_us)
        yield Said("Peak rise", f"{rises}; SBP {number(systolic.peak)} at {at} min")
    risen = [f"{step:+g} {minutes(over)}" for step, over in systolic.above.items() if over]
    yield Said("SBP over", listed([*_over_limits(systolic), *risen]))
    if over := [*_over_limits(diastolic)]:
        yield Said("DBP over", listed(over))
    lowest = source.oxygen
    if lowest is None:
        yield Said("SpO2", "never valid")
        return
    below = [
        f"<{band.high:g} {minutes(one.below(band.high))}"
        for one in source.figures.in_range
        if one.vital is SPO2
        for band in one.bands
        if band.high is not None
    ]
    at = source.at(lowest.minimum_at_us)
    yield Said("SpO2 low", f"{lowest.minimum:g} at {at}; min {listed(below)}")


def _over_limits(one: Rise) -> Iterator[str]:
    """Each limit of the preset that was passed, and for how many minutes."""
    for limit, over in one.above_limits.items():
        if over:
            yield f"{limit:g} {minutes(over)}"


def _point(source: Source, one: KeyPoint) -> Row:
    bp = pressure(one.systolic, one.diastolic)
    cells = (one.name, source.at(one.at_us), bp, *_numbers(one.middles, HR, SPO2))
    return Row(cells, int(one.name in KEY))


def events(source: Source) -> Block:
    """Block 8: numbered as on the chart."""
    rows = [
        Row((str(place), source.at(one.at_us), one.text), one.weight)
        for place, one in enumerate(happenings(source), start=1)
    ]
    return Block(
        title="8 Events",
        said=() if rows else (Said("", "none entered"),),
        head=("No", "Time", "What, by whom"),
        rows=tuple(rows),
    )


def alarms(source: Source) -> Block:
    """Block 9."""
    lives = source.seen.alarms
    return Block(
        title="9 Alarms",
        said=(*_totals(lives), *_quiet(source)),
        head=("Onset", "", "Alarm, rule, how long, seen by"),
        rows=tuple(alarm_row(source, one) for one in lives),
    )


def _totals(lives: Sequence[AlarmLife]) -> Iterator[Said]:
    if not lives:
        yield Said("", "none")
        return
    counts = [
        f"{count} {MARKS[priority]}"
        for priority in sorted(Priority, reverse=True)
        if (count := sum(one.priority == priority.name for one in lives))
    ]
    seen = [(one.acknowledged_us or 0) - one.raised_us for one in lives if one.acknowledged_us]
    after = f", median after {median(seen) / 1e6:.0f} s" if seen else ""
    yield Said(f"{len(lives)}", f"({listed(counts)}), {len(seen)} acknowledged{after}")


def _quiet(source: Source) -> Iterator[Said]:
    """How often somebody made alarms silent, and who."""
    told = []
    for name, kind in QUIET:
        actors = [fact.actor for fact in source.facts if fact.kind == kind]
        if actors:
            who = listed(dict.fromkeys(source.words.person(one) for one in actors))
            told.append(f"{name} {len(actors)}x ({who})")
    if told:
        yield Said("", listed(told))


def alarm_row(source: Source, one: AlarmLife) -> Row:
    """An alarm's life in one line."""
    extreme = "" if one.extreme is None else f"worst {one.extreme:g}"
    end_us = one.ended_us or source.figures.end_us
    open_ = "" if one.ended_us else " and open"
    times = f"{one.episodes}x" if one.episodes > 1 else ""
    parts = [
        f"{one.message.split(': ')[0]} [{one.condition}]",
        extreme,
        times,
        f"{lasted(one.onset_us, end_us)}{open_}",
        _acknowledged(source, one),
    ]
    technical = one.kind == Kind.TECHNICAL.value
    weight = 2 * Priority[one.priority].value - technical
    marks = MARKS[Priority[one.priority]]
    return Row((source.at(one.onset_us, "%H:%M:%S"), marks, listed(parts)), weight)


def _acknowledged(source: Source, one: AlarmLife) -> str:
    if one.acknowledged_us is None:
        return "acknowledged before" if one.seen_before else "not acknowledged"
    who = source.words.person(one.acknowledged_by)
    after = (one.acknowledged_us - one.raised_us) // 1_000_000
    return f"{who} {after} s" + (f": {one.acknowledged_as}" if one.acknowledged_as else "")
