"""The limits and clear values in force at every chair: by its phase, from its baseline.

Knows the preset's levels. Knows no sample and no time.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from monitor.alerts.layout import COLUMNS, Bools, Floats, Layout
from monitor.alerts.room import with_row
from monitor.edits import Edits, levels_in_force
from monitor.vitals import VitalSign

Bands = list[tuple[float, float]]


class Levels:
    """[chair, clause], multiplied by the clause's sign; NaN where a clause is not in force."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.limit: Floats = np.full((0, len(layout.clauses)), np.nan)
        self.clear: Floats = self.limit

    def add_chair(self) -> None:
        """One more chair, with no clause in force until `switch`."""
        fresh = np.full(len(self._layout.clauses), np.nan)
        self.limit = with_row(self.limit, fresh)
        self.clear = with_row(self.clear, fresh)

    def switch(
        self, chair: int, column: int, baseline: Mapping[VitalSign, float], edits: Edits
    ) -> Bools:
        """Put the column's levels in force: as set for the session, else from this baseline.

        Returns which clauses' limits are others than before.
        """
        before = self.limit[chair].copy()
        self._resolve(chair, column, baseline, edits)
        now = self.limit[chair]
        changed: Bools = (before != now) & ~(np.isnan(before) & np.isnan(now))
        return changed

    def beyond(self, chair: int, number: int, value: float | None) -> bool:
        """Does a value violate this one clause?"""
        if value is None:
            return False
        signed = value * float(self._layout.clause_sign[number])
        limit = float(self.limit[chair, number])
        return signed > limit or (bool(self._layout.clause_inclusive[number]) and signed == limit)

    def level(self, chair: int, number: int) -> float:
        """The limit of a clause in the vital sign's own unit; NaN when it is not in force."""
        return float(self.limit[chair, number] * self._layout.clause_sign[number])

    def calm(self, chair: int) -> Bands:
        """By column of the values: from what to what, both within, no rule in force is violated.

        A rule of two groups needs both, so the first of them bounds it.
        """
        bands: Bands = [(-np.inf, np.inf)] * self._layout.width
        for number in self._in_force(chair):
            if number not in self._layout.groups_of[int(self._layout.clause_row[number])][0]:
                continue
            clause, limit = self._layout.clauses[number], self.level(chair, number)
            above, column = clause.comparison.high, int(self._layout.clause_source[number])
            if clause.comparison.inclusive:
                limit = float(np.nextafter(limit, -np.inf if above else np.inf))
            low, high = bands[column]
            bands[column] = (low, min(high, limit)) if above else (max(low, limit), high)
        return bands

    def innermost(self, chair: int) -> Mapping[VitalSign, tuple[float | None, float | None]]:
        """The innermost limits in force that sound, (low, high) by vital sign.

        Only of rules of one group: the others ask for more than one number beyond one limit.
        """
        out: dict[VitalSign, tuple[float | None, float | None]] = {}
        for number in self._in_force(chair):
            row = int(self._layout.clause_row[number])
            condition = self._layout.limit_rows[row].condition
            if row in self._layout.derived or condition.and_any_of or condition.silent:
                continue
            clause, value = self._layout.clauses[number], self.level(chair, number)
            low, high = out.get(clause.vital, (None, None))
            if clause.comparison.high:
                high = value if high is None else min(high, value)
            else:
                low = value if low is None else max(low, value)
            out[clause.vital] = (low, high)
        return out

    def _in_force(self, chair: int) -> list[int]:
        """The clauses that are judged."""
        return [int(number) for number in np.nonzero(~np.isnan(self.limit[chair]))[0]]

    def _resolve(
        self, chair: int, column: int, baseline: Mapping[VitalSign, float], edits: Edits
    ) -> None:
        layout = self._layout
        self.limit[chair] = self.clear[chair] = np.nan
        for number, clause in enumerate(layout.clauses):
            row = int(layout.clause_row[number])
            if not layout.priority[column, row]:
                continue
            rule = layout.rows[row].condition.id if row not in layout.derived else ""
            limit, clear = levels_in_force(rule, clause, COLUMNS[column], baseline, edits)
            self.limit[chair, number] = _signed(limit, float(layout.clause_sign[number]))
            self.clear[chair, number] = _signed(clear, float(layout.clause_sign[number]))


def _signed(level: float | None, sign: float) -> float:
    return np.nan if level is None else level * sign
