"""What an alarm says. Knows templates and values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import floor, isfinite

from monitor.alerts.layout import ECG
from monitor.alerts.opened import Opened
from monitor.alerts.place import Place
from monitor.conditions import COLUMN_OF, Clause, Wording
from monitor.thresholds import Comparison
from monitor.vitals import VitalSign

NOT_KNOWN = "--"
"""What stands for a number that nobody measured."""


def message(opened: Opened, place: Place) -> str:
    """The condition's message with this alarm's values; a more urgent wording where one applies."""
    condition = opened.row.condition
    template = condition.message
    if condition.wordings:
        values = place.values()
        for wording in condition.wordings:
            if _applies(wording, place, values):
                template = wording.message
    return template.format_map(_Said(opened, place))


def follows_phase(opened: Opened) -> bool:
    """Is another phase told in other words?"""
    return any(wording.of_a_phase for wording in opened.row.condition.wordings)


class _Said:
    """The words of one alarm at one chair, each worked out when a template names it."""

    def __init__(self, opened: Opened, place: Place) -> None:
        self._opened, self._place = opened, place

    def __getitem__(self, name: str) -> str:
        return WORDS[name](self._opened, self._place)


def _applies(wording: Wording, place: Place, values: Mapping[VitalSign, float]) -> bool:
    if COLUMN_OF[place.phase] not in wording.columns:
        return False
    return not wording.any_of or any(_beyond(clause, values) for clause in wording.any_of)


def _label(opened: Opened, _: Place) -> str:
    if opened.instance == ECG or not opened.vitals:
        return opened.instance
    return opened.vitals[0].codes.label


def _reason(opened: Opened, place: Place) -> str:
    if opened.row.device is not None:
        return place.devices[opened.instance].why
    if opened.row.vital is None:
        return place.asserted.get(opened.row.condition.id, "")
    return place.quantities[opened.row.vital].reason


# ------------------------------------------------------------- beside the baseline


def _percent(opened: Opened, place: Place) -> str:
    """How far from the baseline, in whole percent; of two pressures the one that is farther.

    Never rounded away from the baseline: what is told as +20 has reached it (alarms.md 7.6).
    """
    far = [
        (100 * (off if clause.comparison.high else -off) / base, clause.comparison.high)
        for clause, off, base in _beside_baseline(opened, place)
        if base
    ]
    if not far:
        return NOT_KNOWN
    percent, above = max(far)
    # A hair's breadth below a whole number is that number: the quotient is binary.
    whole = floor(round(percent, 6))
    return f"{whole if above else -whole:+d}"


def _beside_baseline(opened: Opened, place: Place) -> Iterator[tuple[Clause, float, float]]:
    """Each clause with how far its value is from the baseline, and the baseline."""
    for clause in opened.row.condition.any_of:
        value = opened.value if clause.vital is opened.speaks else place.value(clause.vital)
        base = place.baseline.get(clause.vital)
        if value is not None and base is not None:
            yield clause, value - base, base


def _below(opened: Opened, place: Place) -> str:
    """By how much its value is below the baseline."""
    off = next((off for _, off, _ in _beside_baseline(opened, place)), None)
    return NOT_KNOWN if off is None else _number(-off)


def _over(place: Place, vital: VitalSign) -> str:
    """How far a pressure is from its baseline, with its sign."""
    value, base = place.value(vital), place.baseline.get(vital)
    return NOT_KNOWN if value is None or base is None else f"{value - base:+.0f}"


# ----------------------------------------------------------------------- by the cuff


def _pressure(place: Place, vital: VitalSign) -> str:
    """Whole, as the tile shows it."""
    value = place.value(vital)
    return NOT_KNOWN if value is None else f"{value:.0f}"


def _minutes(opened: Opened, place: Place) -> str:
    """Between the last two readings, in whole minutes, at least one."""
    taken = place.taken(opened.row.condition.any_of[0].vital)
    return f"{max(1, round((taken[-1] - taken[-2]) / 60))}" if len(taken) > 1 else NOT_KNOWN


def _age(opened: Opened, place: Place) -> str:
    """How old the last reading was when the alarm began to sound.

    Without one: since when the patient is here.
    """
    passed_s = opened.entered_s - place.taken_s(opened.vitals[0])
    return f"{max(0, floor(passed_s / 60))} min" if isfinite(passed_s) else NOT_KNOWN


WORDS: Mapping[str, Callable[[Opened, Place], str]] = {
    "v": lambda opened, _: _number(opened.value),
    "limit": lambda opened, _: _number(opened.limit),
    "s": lambda _, place: _pressure(place, VitalSign.NIBP_SYSTOLIC),
    "d": lambda _, place: _pressure(place, VitalSign.NIBP_DIASTOLIC),
    "m": lambda _, place: _pressure(place, VitalSign.NIBP_MEAN),
    "p": _percent,
    "below": _below,
    "ds": lambda _, place: _over(place, VitalSign.NIBP_SYSTOLIC),
    "dd": lambda _, place: _over(place, VitalSign.NIBP_DIASTOLIC),
    "t": _minutes,
    "age": _age,
    "vital": _label,
    "chair": lambda _, place: place.id,
    "reason": _reason,
}
"""What a message may name in braces, and what stands there then."""


def _beyond(clause: Clause, values: Mapping[VitalSign, float]) -> bool:
    value = values.get(clause.vital)
    level = next(iter(clause.limit.values())).resolve(None)
    if value is None or level is None:
        return False
    match clause.comparison:
        case Comparison.ABOVE:
            return value > level
        case Comparison.AT_OR_ABOVE:
            return value >= level
        case Comparison.BELOW:
            return value < level
        case Comparison.AT_OR_BELOW:
            return value <= level


def _number(value: float | None) -> str:
    """To a tenth at most."""
    return NOT_KNOWN if value is None else f"{round(value, 1):g}"
