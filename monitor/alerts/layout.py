"""A preset as arrays: one row a (condition, instance), one column a phase.

Every chair has the same rows; which of them exist for it is decided by its
phase and its devices. Knows conditions and numpy; knows no value and no time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.clinic import Phase
from monitor.conditions import COLUMN_OF, AlarmCondition, Clause, Column, Form, Preset, Priority
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

ECG = "ECG"
"""The instance of a silent ECG, beside the judged heart rate that the pulse can stand for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a condition, and for which vital sign or device of the chair.

    `once_seen_s` is set for a source that is expected only after so many valid
    seconds of it; the row is then about that source alone.
    """

    condition: AlarmCondition
    vital: VitalSign | None = None
    device: int | None = None
    once_seen_s: float | None = None


class Layout:
    """The rows of a preset, limit rules first, then technical rows, the more telling first.

    `clause_*` describe all clauses of the limit rules, rule after rule;
    `clause_starts` says where each rule's begin. Limits are multiplied by the
    clause's sign, so that every violation reads `value * sign > limit`; a limit
    is NaN where its rule does not exist.
    """

    def __init__(self, preset: Preset) -> None:
        judged = [one for one in preset.conditions if one.enabled]
        technical = [row for one in judged for row in _technical_rows(one)]
        technical.sort(key=lambda row: _yields_depth(row.condition, preset))
        self.limit_rows = [Row(one) for one in judged if one.form is Form.LIMIT]
        self.rows = self.limit_rows + technical
        self.limits = len(self.limit_rows)
        self.preset = preset
        rows = [row.condition for row in self.rows]
        self.priority = np.array(
            [[one.priority.get(column, 0) for one in rows] for column in COLUMNS], dtype=np.int64
        )
        self.on_delay = np.array([one.on_delay_s for one in rows])
        self.off_delay = np.array([one.off_delay_s for one in rows])
        self.samples_min = np.array([one.samples_min for one in rows], dtype=np.int64)
        self.high = self.priority == Priority.HIGH
        self._build_clauses()

    def rows_of(self, form: Form) -> list[int]:
        """Indices of the rows of one form."""
        return [index for index, row in enumerate(self.rows) if row.condition.form is form]

    def nibp_interval_s(self, phase: Phase | None) -> float:
        """How often the cuff should measure; 0 when nobody expects it to."""
        return self.preset.nibp_interval_s.get(phase, 0.0) if phase else 0.0

    def clauses_of(self, row: int) -> range:
        """The numbers of a limit rule's clauses."""
        last = row + 1 == self.limits
        stop = len(self.clauses) if last else int(self.clause_starts[row + 1])
        return range(int(self.clause_starts[row]), stop)

    def rules_on(self, vital: VitalSign) -> Bools:
        """Which limit rules ask for a vital sign."""
        return np.array([vital in row.condition.watched for row in self.limit_rows], dtype=bool)

    def calm(self, column: int) -> dict[VitalSign, tuple[float, float]]:
        """Between which values (exclusive) a vital sign violates no rule of the column."""
        bands: dict[VitalSign, tuple[float, float]] = {}
        for number, clause in enumerate(self.clauses):
            low, high = bands.get(clause.vital, (-np.inf, np.inf))
            limit = float(self.limit[column, number] * self.clause_sign[number])
            if np.isnan(limit):
                continue
            sides = (low, min(high, limit)) if clause.comparison.high else (max(low, limit), high)
            bands[clause.vital] = sides
        return bands

    def _build_clauses(self) -> None:
        clauses = [
            (index, clause)
            for index, row in enumerate(self.limit_rows)
            for clause in row.condition.any_of
        ]
        self.clauses: list[Clause] = [clause for _, clause in clauses]
        self.clause_row = np.array([index for index, _ in clauses], dtype=np.int64)
        self.clause_starts = np.searchsorted(self.clause_row, np.arange(self.limits))
        self.clause_vital = np.array([VITAL_INDEX[c.vital] for c in self.clauses], dtype=np.int64)
        self.clause_sign = np.array([1.0 if c.comparison.high else -1.0 for c in self.clauses])
        self.clause_inclusive = np.array([c.comparison.inclusive for c in self.clauses], dtype=bool)
        self.clause_strict = np.array([c.clear_strictly for c in self.clauses], dtype=bool)
        self.limit = self._levels("limit")
        self.clear = self._levels("clear")
        self.clause_high = self.high[:, self.clause_row]

    def _levels(self, which: str) -> Floats:
        """[column, clause] levels without a baseline, signed; NaN where not in force."""
        out = np.full((len(COLUMNS), len(self.clauses)), np.nan)
        for number, clause in enumerate(self.clauses):
            levels = clause.limit if which == "limit" else clause.clear
            for column, level in levels.items():
                value = level.resolve(None)
                exists = self.priority[COLUMN_INDEX[column], self.clause_row[number]] > 0
                if value is not None and exists:
                    out[COLUMN_INDEX[column], number] = value * self.clause_sign[number]
        return out


def _technical_rows(condition: AlarmCondition) -> list[Row]:
    if condition.form is Form.LIMIT:
        return []
    if condition.form is Form.SILENT_LINK:
        return [Row(condition, device=slot) for slot in range(DEVICES_MAX)]
    if condition.form in (Form.SILENT_VITAL, Form.REPORTED, Form.OVERDUE):
        sources = condition.expected_once_seen_s.items()
        return [Row(condition, vital=vital) for vital in condition.vitals] + [
            Row(condition, vital=vital, once_seen_s=seen_s) for vital, seen_s in sources
        ]
    return [Row(condition)]


def _yields_depth(condition: AlarmCondition, preset: Preset) -> int:
    """How many conditions stand above it: at one instant the more telling is raised first."""
    above = [one for one in preset.conditions if one.id in condition.yields_to]
    return 1 + max((_yields_depth(one, preset) for one in above), default=-1)


def column_of(phase: Phase | None) -> int:
    """The index of the limit table's column that a phase uses."""
    return COLUMN_INDEX[COLUMN_OF[phase]]
