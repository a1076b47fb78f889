"""Numbers that rules derive from a vital sign's past (alarms.md 7.1 with 8a.14, 8a.20-8a.22).

Each rule of such a form keeps a little past of each chair and turns a valid
sample into a number; that number is then compared like any vital sign. Knows
samples and their times. Knows no alarm. A new form is one class here.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Mapping
from statistics import median
from typing import Protocol

from monitor.conditions import AlarmCondition, Column, Form

PAST_SAMPLES_MAX = 2048
"""Of one stretch of one vital sign: a minute at more than 30 samples a second."""


class Deriving(Protocol):
    """One rule's past at one chair.

    Rules that count from the phase are fed how far a value is beyond the limit, the others the
    value: whatever the limit was before, a sample is held against that of its own phase.
    """

    def feed(self, value: float, at_s: float) -> float | None:
        """The number after this valid sample; None while it cannot be told."""
        ...


class Integral:
    """Sum over seconds of the points beyond the limit, leaking within it (8a.14).

    The interval between two samples takes the value at its beginning.
    """

    def __init__(self, settings: Mapping[str, float]) -> None:
        self._settings = settings
        self._sum = 0.0
        self._last: tuple[float, float] | None = None

    def feed(self, value: float, at_s: float) -> float:
        """The sum, in the vital sign's unit times seconds."""
        if self._last is not None:
            before, before_s = self._last
            step_s = min(at_s - before_s, self._settings["step_s_max"])
            grows = before if before > 0.0 else -self._settings["leak_per_s"]
            self._sum = min(max(self._sum + grows * step_s, 0.0), self._settings["sum_max"])
        self._last = (value, at_s)
        return self._sum


class Dips:
    """How many separate excursions of some consecutive samples the window holds (8a.21)."""

    def __init__(self, settings: Mapping[str, float]) -> None:
        self._samples, self._window_s = int(settings["samples"]), settings["window_s"]
        self._begins: deque[float] = deque(maxlen=int(settings["dips"]))
        self._run = self._count = 0
        self._begin_s = self._low_s = float("-inf")

    def feed(self, value: float, at_s: float) -> float:
        """Dips within the window at the last one; 0 when no value was low for so long."""
        if value > 0.0:
            self._low_s = at_s
            self._run += 1
            if self._run == 1:
                self._begin_s = at_s
            if self._run == self._samples:
                self._begins.append(self._begin_s)
                within = [one for one in self._begins if at_s - one <= self._window_s]
                self._count = len(within)
        else:
            self._run = 0
            if at_s - self._low_s >= self._window_s:
                self._count = 0
                self._begins.clear()
        return float(self._count)


class Stretch:
    """The samples of a stretch of time, oldest first: when, what, and how many seconds they cover.

    Their values are kept in order of size too, so that each sample is put in its place once.
    """

    def __init__(self) -> None:
        self._at_s: deque[float] = deque()
        self._values: deque[float] = deque()
        self._covers_s: deque[float] = deque()
        self._by_size: list[float] = []

    def take(self, at_s: float, value: float, covers_s: float) -> None:
        """One more, the newest."""
        if len(self._at_s) == PAST_SAMPLES_MAX:
            self.drop()
        self._at_s.append(at_s)
        self._values.append(value)
        self._covers_s.append(covers_s)
        insort(self._by_size, value)

    def drop(self) -> None:
        """The oldest belongs to it no more."""
        self._at_s.popleft()
        self._covers_s.popleft()
        del self._by_size[bisect_left(self._by_size, self._values.popleft())]

    @property
    def oldest_s(self) -> float:
        """When the oldest was; infinity without any."""
        return self._at_s[0] if self._at_s else float("inf")

    @property
    def covered_s(self) -> float:
        """The seconds that they cover together."""
        return sum(self._covers_s)

    @property
    def middle(self) -> float:
        """The median of their values."""
        return median(self._by_size)


class Change:
    """Difference of the medians of the last seconds and of some time before (8a.22).

    A sample stands for the time since the one before, at most a gap; with too
    little time covered, or too short a past, the number cannot be told.
    """

    def __init__(self, settings: Mapping[str, float], gap_s: float) -> None:
        self._settings, self._gap_s = settings, gap_s
        self._recent, self._earlier = Stretch(), Stretch()
        self._between: deque[tuple[float, float, float]] = deque(maxlen=PAST_SAMPLES_MAX)
        self._began_s: float | None = None
        self._last_s = 0.0

    def feed(self, value: float, at_s: float) -> float | None:
        """The difference, without its sign."""
        of, recent, earlier = self._settings, self._recent, self._earlier
        covers_s = 0.0 if self._began_s is None else min(at_s - self._last_s, self._gap_s)
        self._began_s = at_s if self._began_s is None else self._began_s
        self._last_s = at_s
        recent.take(at_s, value, covers_s)
        self._between.append((at_s, value, covers_s))
        while at_s - recent.oldest_s >= of["recent_s"]:
            recent.drop()
        while self._between and at_s - self._between[0][0] >= of["earlier_to_s"]:
            earlier.take(*self._between.popleft())
        while at_s - earlier.oldest_s > of["earlier_from_s"]:
            earlier.drop()
        if at_s - self._began_s < of["earlier_from_s"]:
            return None
        if recent.covered_s < of["recent_valid_s"] or earlier.covered_s < of["earlier_valid_s"]:
            return None
        return abs(recent.middle - earlier.middle)


class Rise:
    """How much higher than the reading before, if that was not too long ago (8a.20)."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._last: tuple[float, float] | None = None

    def feed(self, value: float, at_s: float) -> float:
        """The rise; 0 at the first reading and after too long a time."""
        last, self._last = self._last, (value, at_s)
        if last is None or at_s - last[1] > self._within_s:
            return 0.0
        return value - last[0]


FROM_THE_PHASE = frozenset({Form.INTEGRAL, Form.DIPS})
"""Forms that begin anew when their rule begins to exist; the others know the whole session."""


def deriving(condition: AlarmCondition, gap_s: float) -> Deriving:
    """A fresh past for a rule of such a form."""
    settings = condition.settings
    match condition.form:
        case Form.INTEGRAL:
            return Integral(settings)
        case Form.DIPS:
            return Dips(settings)
        case Form.CHANGE:
            return Change(settings, gap_s)
        case Form.RISE:
            return Rise(settings["within_s"])
    raise ValueError(f"{condition.id}: form {condition.form.value!r} derives no number")


def counted_from(condition: AlarmCondition) -> dict[Column, tuple[float, float]]:
    """Of a rule that counts from the phase: limit and sign by column in which it exists.

    A value is `(value - limit) * sign` beyond it.
    """
    clause = condition.any_of[0]
    sign = 1.0 if clause.comparison.high else -1.0
    found = {column: clause.limit[column].resolve(None) for column in condition.priority}
    return {column: (limit, sign) for column, limit in found.items() if limit is not None}
