"""Limits, on-delays and off-delays for all chairs in one pass (alarms.md 7.6 and 8a.19).

`nan < limit` is False, so a missing sample would look healthy; every verdict
here therefore rests on masks: violating, clearing, in limits, or nothing said.
Knows arrays of samples and times. Knows no alarm's life.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from monitor.alerts.layout import Bools, Floats, Ints, Layout
from monitor.alerts.room import with_row
from monitor.edits import Edits, delay_key


@dataclass(frozen=True, slots=True)
class Samples:
    """What came in one round, at most one sample of a vital a chair.

    `chairs` are row numbers of the arrays. `values`, `valid` and `doubtful` are
    [chair, vital]: `doubtful` samples are neither valid nor absent.
    `at_s` is the sample time of each chair's samples, `under_cuff` says where then a
    cuff measured on the probe's arm.
    """

    chairs: Ints
    values: Floats
    valid: Bools
    doubtful: Bools
    at_s: Floats
    under_cuff: Bools


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the round says of each limit rule, [chair, rule].

    `due`: violating long enough to be raised. `over`: cleared long enough.
    `violating` and `clearing` are of this round alone, `violates` by [chair, clause].
    """

    due: Bools
    over: Bools
    violating: Bools
    clearing: Bools
    violates: Bools


class Delays:
    """The counters of every (chair, limit rule).

    `pending`: violating since `onset_s`, `counted_s` of them counted and `waited_s`
    spent waiting for a cuff, newest at `last_s`. `clearing`: cleared without a break
    since `from_s`, newest at `clear_s`. `relaxed`: this episode clears at the limit
    itself (8a.13). `on_delay` is in force: the preset's, or what was set for the session.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._grow(0)

    def _grow(self, chairs: int) -> None:
        shape = (chairs, self._layout.limits)
        self.pending = np.zeros(shape, bool)
        self.onset_s = np.full(shape, np.nan)
        self.counted_s = np.zeros(shape)
        self.waited_s = np.zeros(shape)
        self.samples = np.zeros(shape, np.int64)
        self.last_s = np.full(shape, -np.inf)
        self.clearing = np.zeros(shape, bool)
        self.from_s = np.zeros(shape)
        self.clear_s = np.full(shape, -np.inf)
        self.relaxed = np.zeros(shape, bool)
        self.on_delay = np.tile(self._layout.on_delay[: self._layout.limits], (chairs, 1))

    def add_chair(self) -> None:
        """One more chair, at rest."""
        fresh = Delays(self._layout)
        fresh._grow(1)
        for name, array in vars(fresh).items():
            if isinstance(array, np.ndarray):
                setattr(self, name, with_row(getattr(self, name), array[0]))

    def rest(self, chair: int) -> None:
        """Nothing is counted for this chair any more."""
        for array in (self.pending, self.clearing, self.relaxed):
            array[chair] = False

    def rearm(self, chair: int, row: int) -> None:
        """Nothing is counted for one rule any more."""
        for array in (self.pending, self.clearing, self.relaxed):
            array[chair, row] = False

    def move(self, chair: int, to: int, rows: Bools) -> None:
        """Count on for another chair where this one is; another source begins to clear anew."""
        self.rest(to)
        for name, array in vars(self).items():
            if isinstance(array, np.ndarray) and name != "clearing":
                array[to, rows] = array[chair, rows]

    def set_delays(self, chair: int, edits: Edits) -> None:
        """Put the on-delays in force that were set for this chair's session."""
        for row in range(self._layout.limits):
            condition, plain = self._layout.rows[row].condition, self._layout.on_delay[row]
            own = edits.get(delay_key(condition.id), plain) if condition.on_delay_guard else plain
            self.on_delay[chair, row] = own

    def forget_clearing(self, chair: int, rules: Bools) -> None:
        """Forget what was counted toward clearing these rules."""
        self.clearing[chair, rules] = False

    def recount(self, chair: int, rule: int, said: Iterable[tuple[float, bool]]) -> None:
        """Count one rule anew from (sample time, violates) of retained samples (8a.16)."""
        at = (chair, rule)
        self.pending[at] = False
        for now_s, violates in said:
            gap = now_s - self.last_s[at]
            if violates and self.pending[at] and gap <= self._layout.preset.restart_gap_s:
                self.counted_s[at] += min(gap, self._layout.preset.gap_s)
                self.samples[at] += 1
            elif violates:
                self.onset_s[at], self.counted_s[at], self.samples[at] = now_s, 0.0, 1
                self.waited_s[at] = 0.0
            self.last_s[at] = now_s
            self.pending[at] = violates

    def judge(self, samples: Samples, limit: Floats, clear: Floats, high: Bools) -> Verdict:
        """One round: count, and say what is due.

        `limit` and `clear` are the levels in force, signed, and `high` says whose
        rule is HIGH; all [chair, clause] of this round's chairs. A rule is violated
        when each of its groups has a violated clause, and clear when all clauses of
        one group are.
        """
        layout = self._layout
        signed = samples.values[:, layout.clause_source] * layout.clause_sign
        valid = samples.valid[:, layout.clause_source]
        doubtful = samples.doubtful[:, layout.clause_source]
        beyond = (signed > limit) | (layout.clause_inclusive & (signed == limit))
        violates = beyond & (valid | (doubtful & high))
        inside = (signed < clear) | (~layout.clause_strict & (signed == clear))
        relaxed = self.relaxed[samples.chairs][:, layout.clause_row] & ~beyond & ~np.isnan(limit)
        groups, rows = layout.group_starts, layout.row_starts
        violated = np.logical_or.reduceat(violates, groups, axis=1)
        violating = np.logical_and.reduceat(violated, rows, axis=1)
        cleared = np.logical_and.reduceat((inside | relaxed) & valid, groups, axis=1)
        clearing = np.logical_or.reduceat(cleared, rows, axis=1) & ~violating
        heard = np.logical_or.reduceat(valid, groups, axis=1)
        said = np.logical_or.reduceat(heard, rows, axis=1)
        return Verdict(
            due=self._count_violating(samples, violating, said & ~violating),
            over=self._count_clearing(samples, clearing, violating | (said & ~clearing)),
            violating=violating,
            clearing=clearing,
            violates=violates,
        )

    def _count_violating(self, samples: Samples, violating: Bools, normal: Bools) -> Bools:
        at, preset = samples.chairs, self._layout.preset
        now = samples.at_s[:, None]
        gap = now - self.last_s[at]
        first = violating & (~self.pending[at] | (gap > preset.restart_gap_s))
        again = violating & ~first
        self.onset_s[at] = np.where(first, now, self.onset_s[at])
        part = np.where(again, np.minimum(gap, preset.gap_s), 0.0)
        if samples.under_cuff.any():
            part -= self._wait(samples, part)
        self.waited_s[at] = np.where(first, 0.0, self.waited_s[at])
        counted = self.counted_s[at] + part
        self.counted_s[at] = counted = np.where(first, 0.0, counted)
        self.samples[at] = number = np.where(first, 1, self.samples[at] + again)
        self.last_s[at] = np.where(violating, now, self.last_s[at])
        self.pending[at] = (self.pending[at] | violating) & ~normal
        limits = slice(0, self._layout.limits)
        enough = counted >= self.on_delay[at]
        return violating & enough & (number >= self._layout.samples_min[limits])

    def _wait(self, samples: Samples, part: Floats) -> Floats:
        """What of these parts passes while a cuff takes the pulse away (8a.22)."""
        at, most = samples.chairs, self._layout.cuff_wait[: self._layout.limits]
        left = np.where(samples.under_cuff[:, None], most - self.waited_s[at], 0.0)
        waits = np.minimum(part, left)
        self.waited_s[at] += waits
        return waits

    def _count_clearing(self, samples: Samples, clearing: Bools, not_clear: Bools) -> Bools:
        at, gap_max = samples.chairs, self._layout.preset.gap_s
        now = samples.at_s[:, None]
        gap = now - self.clear_s[at]
        goes_on = clearing & self.clearing[at] & (gap <= gap_max)
        self.from_s[at] = from_s = np.where(clearing & ~goes_on, now, self.from_s[at])
        self.clear_s[at] = np.where(clearing, now, self.clear_s[at])
        self.clearing[at] = (self.clearing[at] | clearing) & ~not_clear
        return clearing & (now - from_s >= self._layout.off_delay[: self._layout.limits])
