"""Limits, on-delays and off-delays for all chairs in one pass (alarms.md 7.6 and 8a.19).

`nan < limit` is False, so a missing sample would look healthy; every verdict
here therefore rests on masks: violating, clearing, in limits, or nothing said.
Knows arrays of samples and times. Knows no alarm's life.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.alerts.layout import Bools, Floats, Ints, Layout


@dataclass(frozen=True, slots=True)
class Samples:
    """What came in one round, at most one sample of a vital a chair.

    `chairs` are row numbers of the arrays. `values`, `valid` and `doubtful` are
    [chair, vital]: `doubtful` samples are neither valid nor absent.
    `at_s` is the sample time of each chair's samples.
    """

    chairs: Ints
    values: Floats
    valid: Bools
    doubtful: Bools
    at_s: Floats


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the round says of each limit rule, [chair, rule].

    `due`: violating long enough to be raised. `over`: cleared long enough.
    `violating`: of this round. `value` and `limit` are those of the clause that
    decides (the worst), unsigned; `depth` is how far beyond its limit, signed.
    """

    due: Bools
    over: Bools
    violating: Bools
    value: Floats
    limit: Floats
    step: Floats
    sign: Floats


class Delays:
    """The counters of every (chair, limit rule)."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._grow(0)

    def _grow(self, chairs: int) -> None:
        shape = (chairs, self._layout.limits)
        self.pending = np.zeros(shape, bool)
        self.onset_s = np.full(shape, np.nan)
        self.counted_s = np.zeros(shape)
        self.samples = np.zeros(shape, np.int64)
        self.last_s = np.full(shape, -np.inf)
        self.clearing = np.zeros(shape, bool)
        self.held_s = np.zeros(shape)
        self.clear_s = np.full(shape, -np.inf)

    def add_chair(self) -> None:
        """One more chair, at rest."""
        fresh = Delays(self._layout)
        fresh._grow(1)
        for name, array in vars(fresh).items():
            if isinstance(array, np.ndarray):
                setattr(self, name, np.vstack([getattr(self, name), array]))

    def restart(self, chair: int, rules: Bools) -> None:
        """Forget what was counted toward raising these rules."""
        self.pending[chair, rules] = False

    def forget_clearing(self, chair: int, rules: Bools) -> None:
        """Forget what was counted toward clearing these rules."""
        self.clearing[chair, rules] = False

    def judge(self, samples: Samples, columns: Ints) -> Verdict:
        """One round: count, and say what is due. `columns` are the chairs' phases."""
        layout = self._layout
        signed = samples.values[:, layout.clause_vital] * layout.clause_sign
        valid = samples.valid[:, layout.clause_vital]
        doubtful = samples.doubtful[:, layout.clause_vital]
        high = layout.high[columns][:, layout.clause_row]
        limit, clear = layout.limit[columns], layout.clear[columns]
        beyond = np.where(layout.clause_inclusive, signed >= limit, signed > limit)
        violates = beyond & (valid | (doubtful & high))
        inside = np.where(layout.clause_strict, signed < clear, signed <= clear)
        clears = inside & valid
        starts = layout.clause_starts
        violating = np.logical_or.reduceat(violates, starts, axis=1)
        clearing = np.logical_and.reduceat(clears, starts, axis=1)
        said = np.logical_or.reduceat(valid, starts, axis=1)
        normal = said & ~violating
        due = self._count_violating(samples, violating, normal)
        over = self._count_clearing(samples, clearing, said & ~clearing)
        return self._verdict(due, over, violating, signed, limit, violates)

    def _count_violating(self, samples: Samples, violating: Bools, normal: Bools) -> Bools:
        at, preset = samples.chairs, self._layout.preset
        now = samples.at_s[:, None]
        gap = now - self.last_s[at]
        first = violating & (~self.pending[at] | (gap > preset.restart_gap_s))
        again = violating & ~first
        self.onset_s[at] = np.where(first, now, self.onset_s[at])
        counted = self.counted_s[at] + np.where(again, np.minimum(gap, preset.gap_s), 0.0)
        self.counted_s[at] = np.where(first, 0.0, counted)
        self.samples[at] = np.where(first, 1, self.samples[at] + again)
        self.last_s[at] = np.where(violating, now, self.last_s[at])
        self.pending[at] = (self.pending[at] | violating) & ~normal
        limits = slice(0, self._layout.limits)
        enough = self.counted_s[at] >= self._layout.on_delay[limits]
        return violating & enough & (self.samples[at] >= self._layout.samples_min[limits])

    def _count_clearing(self, samples: Samples, clearing: Bools, not_clear: Bools) -> Bools:
        at, gap_max = samples.chairs, self._layout.preset.gap_s
        now = samples.at_s[:, None]
        gap = now - self.clear_s[at]
        goes_on = clearing & self.clearing[at] & (gap <= gap_max)
        held = self.held_s[at] + np.where(goes_on, gap, 0.0)
        self.held_s[at] = np.where((clearing & ~goes_on) | not_clear, 0.0, held)
        self.clear_s[at] = np.where(clearing, now, self.clear_s[at])
        self.clearing[at] = (self.clearing[at] | clearing) & ~not_clear
        return clearing & (self.held_s[at] >= self._layout.off_delay[: self._layout.limits])

    def _verdict(
        self,
        due: Bools,
        over: Bools,
        violating: Bools,
        signed: Floats,
        limit: Floats,
        violates: Bools,
    ) -> Verdict:
        """The clause that is farthest beyond its limit speaks for its rule."""
        layout = self._layout
        depth = np.where(violates, signed - limit, -np.inf)
        deepest = np.maximum.reduceat(depth, layout.clause_starts, axis=1)
        speaks = (depth == deepest[:, layout.clause_row]) & violates
        chosen = np.full(due.shape, 0, np.int64)
        for chair, clause in zip(*np.nonzero(speaks[:, ::-1]), strict=True):
            number = speaks.shape[1] - 1 - clause
            chosen[chair, layout.clause_row[number]] = number
        chosen = np.where(violating, chosen, layout.clause_starts)
        sign = layout.clause_sign[chosen]
        rows = np.arange(len(due))[:, None]
        return Verdict(
            due=due,
            over=over,
            violating=violating,
            value=signed[rows, chosen] * sign,
            limit=limit[rows, chosen] * sign,
            step=layout.clause_step[chosen],
            sign=sign,
        )
