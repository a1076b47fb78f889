"""Which assertions of what is measured elsewhere can change anything; most repeat what is known."""

from __future__ import annotations

from math import isnan

from monitor.alerts.layout import Layout
from monitor.alerts.place import Place
from monitor.alerts.watch import Watch
from monitor.conditions import Form


def is_news(
    watch: Watch,
    layout: Layout,
    place: Place,
    told: tuple[str, float | None, str],
    now: float,
) -> bool:
    """Can this condition, since when, in these words, change anything at the chair?"""
    condition, since_s, message = told
    if now >= watch.deadlines.soonest_s:
        return True
    for row in watch.rows_of[Form.ASSERTED]:
        if layout.rows[row].condition.id != condition:
            continue
        opened = place.open.get(row)
        if opened is not None:
            ending = opened.word.good_s is not None
            return since_s is None or opened.message != message or ending
        known = not isnan(watch.since_s[place.index, row])
        return known is (since_s is None) or place.asserted.get(condition, "") != message
    return False
