"""What time alone does to an open alarm: it sounds again, its priority rises (alarms.md 8, 8a.8).

Knows one open alarm and the preset's times. Knows no sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from monitor.alerts.layout import COLUMNS, Layout, column_of
from monitor.alerts.opened import Opened
from monitor.alerts.place import Place
from monitor.alerts.states import AlarmState, Reason
from monitor.conditions import Cause, Escalation, Priority

NEVER = inf


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is due, and the priority it rises to (None: unchanged)."""

    reason: Reason
    to: Priority | None = None


class Timers:
    """Pure questions about an open alarm."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def due(self, opened: Opened, place: Place, bad_s: float, now: float) -> Step | None:
        """The step whose time has come; `bad_s` is since when the condition holds.

        To be asked at each `next_s`: of what fell due before, nothing is left.
        """
        if self._again_s(opened, place) <= now:
            return Step(Reason.RE_ALARM)
        for rise in self._rises(opened, place):
            if max(self._rise_s(rise, opened, place, bad_s), opened.word.rises_from_s) <= now:
                return Step(Reason.PRIORITY_RISES, rise.to)
        return None

    def next_s(self, opened: Opened, place: Place, bad_s: float) -> float:
        """When something is next due."""
        rises = [self._rise_s(rise, opened, place, bad_s) for rise in self._rises(opened, place)]
        soonest_s = max(min(rises, default=NEVER), opened.word.rises_from_s)
        return min(self._again_s(opened, place), soonest_s)

    def repeated(self, opened: Opened, place: Place) -> Priority | None:
        """To what its violations raise the alarm by their number; None when they do not."""
        for rise in self._rises(opened, place):
            if rise.cause is Cause.REPEATED and opened.violations >= rise.count:
                return rise.to
        return None

    def _again_s(self, opened: Opened, place: Place) -> float:
        if opened.state is not AlarmState.ACTIVE_ACK or opened.acknowledged_s is None:
            return NEVER
        column = COLUMNS[column_of(place.phase)]
        own = opened.row.condition.own_re_alarm_s(column, opened.row.vital)
        usual = self._layout.preset.re_alarm_s.get(opened.priority)
        after_s = own if own is not None else usual
        return NEVER if after_s is None else opened.acknowledged_s + after_s

    def _rises(self, opened: Opened, place: Place) -> list[Escalation]:
        column = COLUMNS[column_of(place.phase)]
        return [
            rise
            for rise in opened.row.condition.escalations
            if rise.enabled and column in rise.columns and rise.to > opened.priority
            if not rise.vitals or opened.row.vital in rise.vitals
        ]

    def _rise_s(self, rise: Escalation, opened: Opened, place: Place, bad_s: float) -> float:
        if rise.cause is Cause.UNACKNOWLEDGED:
            waiting = opened.state is AlarmState.ACTIVE_UNACK
            return opened.entered_s + rise.after_s if waiting else NEVER
        if rise.cause is Cause.REPEATED:
            return NEVER
        # Never before the alarm itself (alarms.md 7.2, T-NIBP-O).
        if rise.cause is Cause.LASTING:
            return max(opened.onset_s + rise.after_s, opened.entered_s)
        interval_s = self._layout.nibp_interval_s(place.phase)
        return max(bad_s + rise.count * interval_s, opened.entered_s)
