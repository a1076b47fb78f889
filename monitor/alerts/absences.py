"""What is missing, and since when: probe, vital, link, cuff reading, patient (alarms.md 7.2).

Every technical rule is one question: since when is it so? Its alarm is due when
that is longer ago than its delay. Knows times, never a clock.
"""

from __future__ import annotations

import numpy as np

from monitor.alerts.layout import Bools, Floats, Layout
from monitor.conditions import Form


class Absences:
    """[chair, row] over all rows of the layout; limit rows stay at rest.

    `bad_s` is since when the condition is so (NaN: it is not). While good
    samples come, `good_s` is when they began and `last_good_s` the newest.
    `delay_s` is the on-delay in force, `exists` whether the rule is judged now.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        width = len(layout.rows)
        self.bad_s: Floats = np.full((0, width), np.nan)
        self.good_s: Floats = np.full((0, width), np.nan)
        self.last_good_s: Floats = np.full((0, width), np.nan)
        self.delay_s: Floats = np.zeros((0, width))
        self.exists: Bools = np.zeros((0, width), bool)
        self.opened: Bools = np.zeros((0, width), bool)
        self._rests = np.array(
            [
                row.condition.form in (Form.SILENT_VITAL, Form.SILENT_LINK, Form.OVERDUE)
                for row in layout.rows
            ]
        )

    def add_chair(self) -> None:
        """One more chair, nothing missing yet."""
        width = len(self._layout.rows)
        blank = np.full((1, width), np.nan)
        self.bad_s = np.vstack([self.bad_s, blank])
        self.good_s = np.vstack([self.good_s, blank])
        self.last_good_s = np.vstack([self.last_good_s, blank])
        self.delay_s = np.vstack([self.delay_s, self._layout.on_delay[None]])
        self.exists = np.vstack([self.exists, np.zeros((1, width), bool)])
        self.opened = np.vstack([self.opened, np.zeros((1, width), bool)])

    def due(self, now_s: float) -> list[tuple[int, int]]:
        """(chair, row) of the alarms to raise now, in order."""
        ripe = self.exists & ~self.opened & (self.bad_s + self.delay_s <= now_s)
        return [(int(chair), int(row)) for chair, row in zip(*np.nonzero(ripe), strict=True)]

    def next_due_s(self, now_s: float) -> float:
        """When the next alarm would be due; infinity when nothing is missing.

        Those due already but held back by a more telling alarm are not counted.
        """
        at = np.where(self.exists & ~self.opened, self.bad_s + self.delay_s, np.nan)
        later = at[at > now_s]
        return float(later.min()) if later.size else float("inf")

    def is_bad(self, chair: int, row: int, at_s: float) -> None:
        """It is so at this time; the first such time counts."""
        if np.isnan(self.bad_s[chair, row]):
            self.bad_s[chair, row] = at_s
        self.good_s[chair, row] = np.nan

    def is_good(self, chair: int, row: int, at_s: float) -> bool:
        """A good sample. True when an open alarm of this row has been good for its off-delay."""
        if not self.opened[chair, row]:
            self.bad_s[chair, row] = at_s if self._rests[row] else np.nan
            return False
        gap_max = self._layout.preset.gap_s
        began = self.good_s[chair, row]
        if np.isnan(began) or at_s - self.last_good_s[chair, row] > gap_max:
            self.good_s[chair, row] = began = at_s
        self.last_good_s[chair, row] = at_s
        return bool(at_s - began >= self._layout.off_delay[row])

    def close(self, chair: int, row: int, at_s: float) -> None:
        """The row's alarm is over: what rests on the last sample rests on this time again."""
        self.opened[chair, row] = False
        self.good_s[chair, row] = np.nan
        self.bad_s[chair, row] = at_s if self._rests[row] else np.nan
