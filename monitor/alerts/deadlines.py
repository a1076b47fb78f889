"""When each row next needs the engine: one array of times, and the nearest of them.

Knows times; knows neither what is due nor why.
"""

from __future__ import annotations

import numpy as np

from monitor.alerts.layout import Floats
from monitor.alerts.room import with_row

NOT_NOW = float("inf")


class Deadlines:
    """[chair, row] of monotonic seconds; infinity where nothing waits.

    `soonest_s` is never later than the nearest deadline, so that a call before
    it has nothing to do.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._due_s: Floats = np.full((0, rows), NOT_NOW)
        self.soonest_s = NOT_NOW

    def add_chair(self) -> None:
        """One more chair that waits for nothing."""
        self._due_s = with_row(self._due_s, np.full(self._rows, NOT_NOW))

    def put(self, chair: int, row: int, at_s: float) -> None:
        """Let this row wait for that time, and no longer for another."""
        self._due_s[chair, row] = at_s
        self.soonest_s = min(self.soonest_s, at_s)

    def first(self, chair: int) -> tuple[int, float]:
        """The chair's row that is due first, and when; of equals the first row."""
        mine = self._due_s[chair]
        row = int(mine.argmin())
        return row, float(mine[row])

    def chairs_due(self, now_s: float) -> list[int]:
        """The chairs with something due at this time; looks again at what is nearest."""
        if now_s < self.soonest_s:
            return []
        first = self._due_s.min(axis=1)
        ripe = first <= now_s
        self.soonest_s = float(first[~ripe].min(initial=NOT_NOW))
        return [int(chair) for chair in np.nonzero(ripe)[0]]

    def next_s(self) -> float:
        """The nearest deadline of all."""
        self.soonest_s = float(self._due_s.min(initial=NOT_NOW))
        return self.soonest_s
