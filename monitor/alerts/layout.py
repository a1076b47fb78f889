"""A preset as arrays: one row a (condition, instance), one column a phase.

Every chair has the same rows; which of them exist for it is decided by its
phase and its devices. Knows conditions and numpy; knows no value and no time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.clinic import Phase
from monitor.conditions import COLUMN_OF, AlarmCondition, Column, Form, Preset, Priority
from monitor.vitals import VitalSign

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

VITALS = tuple(VitalSign)
VITAL_INDEX = {vital: index for index, vital in enumerate(VITALS)}
COLUMNS = tuple(Column)
COLUMN_INDEX = {column: index for index, column in enumerate(COLUMNS)}
DEVICES_MAX = 8
"""Devices of one chair that T-LINK watches, each in a row of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a condition, and for which vital sign or device of the chair."""

    condition: AlarmCondition
    vital: VitalSign | None = None
    device: int | None = None


class Layout:
    """The rows of a preset, limit rules first.

    `clause_*` describe all clauses of the limit rules, rule after rule;
    `clause_starts` says where each rule's begin. Limits are multiplied by the
    clause's sign, so that every violation reads `value * sign > limit`.
    """

    def __init__(self, preset: Preset) -> None:
        judged = [one for one in preset.conditions if one.enabled]
        self.limit_rows = [Row(one) for one in judged if one.form is Form.LIMIT]
        self.rows = self.limit_rows + [row for one in judged for row in _technical_rows(one)]
        self.limits = len(self.limit_rows)
        self.preset = preset
        self._build_clauses()
        rows = [row.condition for row in self.rows]
        self.priority = np.array(
            [[one.priority.get(column, 0) for one in rows] for column in COLUMNS], dtype=np.int64
        )
        self.on_delay = np.array([one.on_delay_s for one in rows])
        self.off_delay = np.array([one.off_delay_s for one in rows])
        self.samples_min = np.array([one.samples_min for one in rows], dtype=np.int64)
        self.high = self.priority == Priority.HIGH

    def rows_of(self, form: Form) -> list[int]:
        """Indices of the rows of one form."""
        return [index for index, row in enumerate(self.rows) if row.condition.form is form]

    def nibp_interval_s(self, phase: Phase | None) -> float:
        """How often the cuff should measure; 0 when nobody expects it to."""
        return self.preset.nibp_interval_s.get(phase, 0.0) if phase else 0.0

    def _build_clauses(self) -> None:
        clauses = [
            (index, clause)
            for index, row in enumerate(self.limit_rows)
            for clause in row.condition.any_of
        ]
        self.clauses = [clause for _, clause in clauses]
        self.clause_row = np.array([index for index, _ in clauses], dtype=np.int64)
        self.clause_starts = np.searchsorted(self.clause_row, np.arange(self.limits))
        self.clause_vital = np.array([VITAL_INDEX[c.vital] for c in self.clauses], dtype=np.int64)
        self.clause_sign = np.array([1.0 if c.comparison.high else -1.0 for c in self.clauses])
        self.clause_inclusive = np.array([c.comparison.inclusive for c in self.clauses], dtype=bool)
        self.clause_strict = np.array([c.clear_strictly for c in self.clauses], dtype=bool)
        self.clause_step = np.array([c.step or np.inf for c in self.clauses])
        self.limit = self._levels("limit")
        self.clear = self._levels("clear")

    def _levels(self, which: str) -> Floats:
        """[column, clause] levels without a baseline, signed; NaN where not in force."""
        out = np.full((len(COLUMNS), len(self.clauses)), np.nan)
        for number, clause in enumerate(self.clauses):
            levels = clause.limit if which == "limit" else clause.clear
            for column, level in levels.items():
                value = level.resolve(None)
                if value is not None:
                    out[COLUMN_INDEX[column], number] = value * self.clause_sign[number]
        return out


def _technical_rows(condition: AlarmCondition) -> list[Row]:
    if condition.form is Form.LIMIT:
        return []
    if condition.form is Form.SILENT_LINK:
        return [Row(condition, device=slot) for slot in range(DEVICES_MAX)]
    if condition.form in (Form.SILENT_VITAL, Form.REPORTED, Form.OVERDUE):
        return [Row(condition, vital=vital) for vital in condition.vitals]
    return [Row(condition)]


def column_of(phase: Phase | None) -> int:
    """The index of the limit table's column that a phase uses."""
    return COLUMN_INDEX[COLUMN_OF[phase]]
