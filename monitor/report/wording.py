"""Figures as the words of a report: one way for page, long tables and sheets."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.review import Cuff
from monitor.review.by_hand import BY_HAND
from monitor.vitals import VitalSign

NONE = "–"


def number(value: float | None) -> str:
    """Without needless zeros; a dash for none."""
    return NONE if value is None else f"{value:g}"


def signed(value: float | None) -> str:
    """With its sign; a dash for none."""
    return NONE if value is None else f"{value:+g}"


def pressure(systolic: float | None, diastolic: float | None) -> str:
    """`168/101`."""
    if systolic is None and diastolic is None:
        return NONE
    return f"{number(systolic)}/{number(diastolic)}"


def cuff_text(cuff: Cuff) -> str:
    """A cuff reading with whose word it is: D a device's, M a person's; X marked as artefact."""
    if cuff.artefact:
        return f"{pressure(cuff.marked_systolic, cuff.marked_diastolic)} X"
    if cuff.systolic is None and cuff.diastolic is None:
        return "failed"
    mark = "M" if cuff.device == BY_HAND else "D"
    return f"{pressure(cuff.systolic, cuff.diastolic)} {mark}"


def lasted(from_us: int, to_us: int) -> str:
    """`0:48`: minutes and seconds."""
    seconds = max(0, to_us - from_us) // 1_000_000
    return f"{seconds // 60}:{seconds % 60:02d}"


def listed(parts: Iterable[str], between: str = ", ") -> str:
    """Those that say something, one after the other; a dash for none at all."""
    return between.join(part for part in parts if part) or NONE


def label(vital: VitalSign) -> str:
    """A vital sign's short name; the two pressures by theirs."""
    short = {VitalSign.NIBP_SYSTOLIC: "SBP", VitalSign.NIBP_DIASTOLIC: "DBP"}
    return short.get(vital, vital.codes.label)
