"""When a cuff measured at one chair, and when it did so on the arm of the oximeter's probe.

Above it a cuff takes the finger's pulse away for some seconds, which says nothing of
the heart (alarms.md 7.2, 8a.22). Knows times. Knows no value and no rule.
"""

from __future__ import annotations

from collections import deque

NEVER = float("-inf")
SPANS_MAX = 64
"""Cycles on the probe's arm that are remembered; a rule waits 60 s at most and asks of no more."""


class Cuff:
    """Times are monotonic seconds.

    Monitors say again and again that the cuff measures. It measures until they give a
    result, or have said nothing of it for `gap_s`: `ends_s`, as far as is known now.
    `shared`: it is on the probe's arm.
    """

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self.forget()

    def forget(self) -> None:
        """A new patient, or none."""
        self.ends_s = self._result_s = NEVER
        self.shared = self._going_on = False
        self._spans: deque[tuple[float, float]] = deque(maxlen=SPANS_MAX)

    def measures(self, at_s: float) -> None:
        """A monitor says that its cuff measured at that time."""
        if at_s <= self._result_s:
            return
        if at_s >= self.ends_s:
            self._going_on = False
        self.ends_s = max(self.ends_s, at_s + self._gap_s)
        if self.shared:
            self._go_on(at_s)

    def gave(self, now: float) -> None:
        """A result came now, a number or a failure."""
        self._result_s = now
        self._stop(now)
        self.ends_s = min(self.ends_s, now)

    def share(self, now: float, *, shared: bool) -> None:
        """From now on it is on the probe's arm, or it is not."""
        if self.shared and not shared:
            self._stop(now)
        elif shared and not self.shared and now < self.ends_s:
            self._going_on = False
            self._go_on(now)
        self.shared = shared

    def covers(self, at_s: float) -> bool:
        """Did it measure on the probe's arm at that time?"""
        return any(began_s <= at_s < ends_s for began_s, ends_s in self._spans)

    def waited_s(self, since_s: float) -> float:
        """For how long it measures on the probe's arm since then, as far as is known now."""
        return sum(max(0.0, ends_s - max(began_s, since_s)) for began_s, ends_s in self._spans)

    def _go_on(self, at_s: float) -> None:
        began_s = self._spans.pop()[0] if self._going_on else at_s
        self._spans.append((began_s, self.ends_s))
        self._going_on = True

    def _stop(self, now: float) -> None:
        if self._going_on and now < self.ends_s:
            began_s = self._spans.pop()[0]
            self._spans.append((began_s, max(began_s, now)))
        self._going_on = False
