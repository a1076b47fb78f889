"""A review's figures as the words and numbers of its page. Decides nothing about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor

from monitor.board.words import hours_minutes, minutes_seconds
from monitor.conditions import Priority
from monitor.review import (
    Cuff,
    Figures,
    KeyPoint,
    Middle,
    Origin,
    Rise,
    Summary,
    TableRow,
    TimeInRange,
)
from monitor.review.wording import at_the_close, minutes, percent, whole_minutes, whole_percent
from monitor.vitals import VitalSign
from monitor.web.present import Json
from monitor.words import Words

SHOWN = (VitalSign.HEART_RATE, VitalSign.SPO2, VitalSign.RESPIRATORY_RATE)
BAND_NAMES = {VitalSign.NIBP_SYSTOLIC: "SBP mmHg", VitalSign.HEART_RATE: "HR /min"}


def figured(found: Figures, words: Words) -> Json:
    """All of them."""
    return {
        "left_out": found.left_out,
        "baseline": _baseline(found, words),
        "head": list(head(found, words)),
        "in_range": [_in_range(one) for one in found.in_range],
        "points_head": ["point", "minute", "clock", "BP mmHg", "of", "HR /min", "SpO2 %"],
        "points": [_point(one, found, words) for one in found.points],
        "table_head": ["minute", "clock", "BP mmHg", "HR /min", "SpO2 %", "RR /min", "MOAA/S"],
        "table": [line for row in found.table for line in _table_lines(row, words)],
        "cells": [_cell(row) for row in found.table],
        "cell_ms": found.cell_s * 1_000,
        "burden_head": ["rule", "alarms", "s in alarm", "s to acknowledge", "artefact"],
        "burden": _burden(found),
    }


def head(found: Figures, words: Words) -> Iterator[Json]:
    """What the head of the review says in numbers."""
    for name, text in _head(found, words):
        if text:
            yield {"label": name, "text": text}


def _head(found: Figures, words: Words) -> Iterator[tuple[str, str]]:
    yield "Peak BP mmHg", _peak(found, words)
    yield "SBP over baseline", _above(found.systolic)
    yield "DBP over baseline", _above(found.diastolic)
    yield "Over the clinic's limits", _over_limits(found)
    yield "Lowest SpO2 %", _lowest(found, words)
    for one in found.summaries:
        if one.vital is not VitalSign.PERFUSION_INDEX:
            yield f"{one.vital.codes.label} {one.vital.codes.unit}", _summary(one)
    yield "NIBP readings", _cuffs(found)
    yield "Alarms", _alarms(found)
    yield "From infusion end", _leaving(found, words)
    yield "Counted by", found.preset.text()


def _summary(one: Summary) -> str:
    quality = f"valid {percent(one.valid_share)}"
    if one.infusion_share is not None:
        quality += f", of the infusion {percent(one.infusion_share)}"
    if one.gaps:
        quality += f", longest gap {minutes_seconds(one.longest_gap_s)}"
    return f"{one.minimum:g} to {one.maximum:g}, median {one.median:g} ({quality})"


def _lowest(found: Figures, words: Words) -> str:
    spo2 = found.summary(VitalSign.SPO2)
    if spo2 is None:
        return ""
    text = f"{spo2.minimum:g} at {words.time(spo2.minimum_at_us)}"
    for one in found.in_range:
        if one.vital is VitalSign.SPO2:
            edges = [band.high for band in one.bands if band.high is not None]
            text += "".join(
                f", below {edge:g} for {minutes(one.below(edge))} min" for edge in edges
            )
    return f"{text} (valid {percent(spo2.valid_share)})"


def _peak(found: Figures, words: Words) -> str:
    rise, start_us = found.systolic, found.treatment.started_us
    if rise.peak is None or rise.peak_us is None or start_us is None:
        return ""
    cuff = next(
        (one for one in found.cuffs if one.at_us == rise.peak_us and one.systolic == rise.peak),
        None,
    )
    diastolic = cuff.diastolic if cuff else None
    text = f"{rise.peak:g}/{number(diastolic)}"
    if rise.rise is not None:
        base = found.diastolic.baseline
        more = None if diastolic is None or base is None else diastolic - base
        text += f" ({rise.rise:+g}/{'--' if more is None else f'{more:+g}'})"
    minute = whole_minutes(start_us, rise.peak_us)
    text += f" at {minute} min, {words.time(rise.peak_us, '%H:%M')}"
    if found.diastolic.peak is not None and found.diastolic.peak != diastolic:
        text += f"; highest diastolic {found.diastolic.peak:g}"
    return text


def _above(rise: Rise) -> str:
    if not rise.above:
        return ""
    said = ", ".join(f">+{step:g} {minutes(over)} min" for step, over in rise.above.items())
    return f"{said}, area {rise.area or 0.0:.0f} mmHg·min (known {percent(rise.held_share)})"


def _over_limits(found: Figures) -> str:
    pairs = [
        f"{name} > {limit:g} for {minutes(over)} min"
        for name, rise in (("SBP", found.systolic), ("DBP", found.diastolic))
        for limit, over in rise.above_limits.items()
        if over
    ]
    return ", ".join(pairs)


def _cuffs(found: Figures) -> str:
    done = found.cuffs_done
    count = done.session
    text = f"{count.taken} taken of {count.planned} planned"
    text += f", {count.failed} failed" if count.failed else ""
    text += f", {count.artefacts} artefact" if count.artefacts else ""
    infusion = done.infusion
    if infusion.planned or infusion.taken:
        text += f"; in the infusion {infusion.taken} of {infusion.planned}"
    return f"{text}; longest gap {minutes_seconds(done.longest_gap_s)}"


def _alarms(found: Figures) -> str:
    rules, hours = found.burden.rules, found.burden.chair_hours
    total = sum(one.count for one in rules)
    levels = [
        f"{sum(one.alarms.get(level, 0) for one in rules)} {level.name}"
        for level in sorted(Priority, reverse=True)
    ]
    rate = f", {total / hours:.1f} an hour" if hours else ""
    return f"{total} ({', '.join(levels)}){rate}" if total else "none"


def _leaving(found: Figures, words: Words) -> str:
    leaving = found.leaving
    if leaving.ended_us is None:
        return ""

    def clock(at_us: int) -> str:
        return words.time(at_us, "%H:%M")

    parts = []
    for name, at_us in (("ready", leaving.ready_us), ("left", leaving.left_us)):
        if at_us is not None:
            after = hours_minutes((at_us - leaving.ended_us) / 1e6)
            parts.append(f"{name} after {after} h ({clock(at_us)})")
        elif name == "ready" and leaving.left_us is not None:
            parts.append("never ready by the leave gate")
        if name == "ready" and leaving.another:
            parts[-1] += at_the_close(leaving, clock)
    return ", ".join(parts)


def _baseline(found: Figures, words: Words) -> Json:
    used = found.baseline
    pressures = [
        used.values.get(one) for one in (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC)
    ]
    return {
        "origin": used.origin.value,
        "stated": used.origin is Origin.REVIEWED,
        "values": {one.value: value for one, value in used.values.items()},
        "bp": "/".join(number(one) for one in pressures) if any(pressures) else "none",
        "hr": number(used.values.get(VitalSign.HEART_RATE)),
        "spo2": number(used.values.get(VitalSign.SPO2)),
        "readings": [_reading(one, words) for one in used.cuffs],
        "missing": ", ".join(f"no {name}: {why}" for name, why in used.missing.items()),
        "reason": used.reason,
        "by": words.person(used.by),
        "name": used.name,
    }


def _reading(cuff: Cuff, words: Words) -> str:
    return f"{_pair(cuff)} at {words.time(cuff.at_us, '%H:%M')}"


def _in_range(one: TimeInRange) -> Json:
    total = one.minutes
    return {
        "label": BAND_NAMES.get(one.vital, f"{one.vital.codes.label} {one.vital.codes.unit}"),
        "held": one.vital.episodic,
        "valid": percent(one.valid_share),
        "usual": len(one.bands) - 1 if one.vital is VitalSign.SPO2 else 1,
        "bands": [
            {
                "text": _edges(band.low, band.high),
                "minutes": minutes(band.minutes),
                "percent": whole_percent(share),
                "width": round(100 * share, 2),
            }
            for band in one.bands
            for share in (band.minutes / total if total else 0.0,)
        ],
    }


def _edges(low: float | None, high: float | None) -> str:
    if low is None:
        return f"below {high:g}"
    return f"{low:g} and above" if high is None else f"{low:g} to below {high:g}"


def _point(one: KeyPoint, found: Figures, words: Words) -> list[str]:
    start_us, at_us = found.treatment.started_us, one.at_us
    minute = "" if at_us is None or start_us is None else f"{whole_minutes(start_us, at_us)}"
    pair = "" if one.systolic is None and one.diastolic is None else _numbers(one)
    return [
        one.name,
        minute,
        "" if at_us is None else words.time(at_us, "%H:%M"),
        pair,
        words.time(one.cuff.at_us, "%H:%M") if one.cuff else "",
        _middle(one.middles, VitalSign.HEART_RATE),
        _middle(one.middles, VitalSign.SPO2),
    ]


def _numbers(one: KeyPoint) -> str:
    return f"{number(one.systolic)}/{number(one.diastolic)}"


def _middle(middles: Mapping[VitalSign, Middle], vital: VitalSign) -> str:
    found = middles.get(vital)
    return "" if found is None else f"{found.value:g}"


def _table_lines(row: TableRow, words: Words) -> Iterator[list[str]]:
    """A line a row, and one more for each further cuff reading in it."""
    first = row.cuffs[0] if row.cuffs else None
    yield [
        f"{floor(row.minute)}",
        words.time(row.from_us, "%H:%M"),
        "" if first is None else _measured(first, words),
        *(_middle(row.middles, vital) for vital in SHOWN),
        "" if row.sedation is None else _said(row.sedation.value),
    ]
    for cuff in row.cuffs[1:]:
        yield ["", "", _measured(cuff, words), "", "", "", ""]


def _cell(row: TableRow) -> Json:
    return {
        "from_ms": row.from_us / 1_000,
        "rr": _middle(row.middles, VitalSign.RESPIRATORY_RATE),
        "sedation": "" if row.sedation is None else _said(row.sedation.value),
    }


def _measured(cuff: Cuff, words: Words) -> str:
    """As measured: M by hand, X an artefact."""
    at = words.time(cuff.at_us, "%H:%M")
    if cuff.artefact:
        return f"X {at}"
    if not cuff.valid:
        return f"failed: {cuff.reason or 'no reading'} {at}"
    return f"{_pair(cuff)} {at}{' M' if cuff.manual else ''}"


def _burden(found: Figures) -> list[list[str]]:
    """Rule by rule, most alarms first: how many, seconds in alarm, median to acknowledge."""
    rules = sorted(found.burden.rules, key=lambda one: (-one.count, one.rule))
    return [
        [
            one.rule,
            str(one.count),
            f"{one.alarm_s:.0f}",
            "" if one.acknowledge_s is None else f"{one.acknowledge_s:.0f}",
            "" if one.artefact_share is None else f"{100 * one.artefact_share:.0f} %",
        ]
        for one in rules
    ]


def _pair(cuff: Cuff) -> str:
    return f"{number(cuff.systolic)}/{number(cuff.diastolic)}"


def _said(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def number(value: float | None) -> str:
    """A number, or two dashes."""
    return "--" if value is None else f"{value:g}"
