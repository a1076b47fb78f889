"""What an alarm says. Knows templates and values."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.alerts.layout import ECG
from monitor.alerts.opened import Opened
from monitor.alerts.place import Place
from monitor.conditions import Clause
from monitor.thresholds import Comparison
from monitor.vitals import VitalSign


def message(opened: Opened, place: Place) -> str:
    """The condition's message with this alarm's values; a more urgent wording where one applies."""
    condition = opened.row.condition
    template = condition.message
    if condition.wordings:
        values = place.values()
        for wording in condition.wordings:
            if any(_beyond(clause, values) for clause in wording.any_of):
                template = wording.message
    words = {
        "v": _number(opened.value),
        "limit": _number(opened.limit),
        "s": _number(place.value(VitalSign.NIBP_SYSTOLIC)),
        "d": _number(place.value(VitalSign.NIBP_DIASTOLIC)),
        "m": _number(place.value(VitalSign.NIBP_MEAN)),
        "vital": _label(opened),
        "chair": place.id,
        "reason": _reason(opened, place),
    }
    return template.format_map(words)


def _label(opened: Opened) -> str:
    if opened.instance == ECG or not opened.vitals:
        return opened.instance
    return opened.vitals[0].codes.label


def _reason(opened: Opened, place: Place) -> str:
    if opened.row.device is not None:
        return place.devices[opened.instance].why
    if opened.row.vital is None:
        return place.asserted.get(opened.row.condition.id, "")
    return place.quantities[opened.row.vital].reason


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
    return "--" if value is None else f"{value:g}"
