"""A preset as arrays: one row a (condition, instance), one column a phase.

Every chair has the same rows; which of them exist for it is decided by its
phase and its devices. Knows conditions and numpy; knows no value and no time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from monitor.clinic import Phase
from monitor.conditions import (
    COLUMN_OF,
    COUNTED_FORMS,
    PULSE_FORMS,
    AlarmCondition,
    Clause,
    Column,
    Form,
    Preset,
    Priority,
)
from monitor.thresholds import Comparison, Level
from monitor.vitals import VitalSign

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

VITALS = tuple(VitalSign)
VITAL_INDEX = {vital: index for index, vital in enumerate(VITALS)}
COLUMNS = tuple(Column)
COLUMN_INDEX = {phase: COLUMNS.index(column) for phase, column in COLUMN_OF.items()}
DEVICES_MAX = 8
"""Devices of one chair that T-LINK watches, each in a row of its own."""

ECG = "ECG"
"""The instance of a silent ECG, beside the judged heart rate that the pulse can stand for."""


_LIMIT = Form.LIMIT


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a condition, and for which vital sign or device of the chair.

    `once_seen_s` is set for a source that is expected only after so many valid
    seconds of it; the row is then about that source alone. `source` is set for a
    row that listens to that source of heart rate, whichever is in charge.
    """

    condition: AlarmCondition
    vital: VitalSign | None = None
    device: int | None = None
    once_seen_s: float | None = None
    source: VitalSign | None = None

    @property
    def on_delay_s(self) -> float:
        """How long it must be violated."""
        pleth = self.source is VitalSign.PULSE_RATE
        own = self.condition.settings.get("pleth_on_delay_s") if pleth else None
        return self.condition.on_delay_s if own is None else own


class Layout:
    """The rows of a preset, counted rules first, then technical rows, the more telling first.

    `clause_*` describe all clauses of the counted rules, rule after rule: those of
    `any_of`, then those of `and_any_of`. `group_starts` says where each such group
    begins, `row_starts` with which group each rule begins. A clause looks at column
    `clause_source` of the values: a vital sign, or what a rule derives from one
    (`derived` gives the rule's column). Levels are multiplied by the clause's sign,
    so that every violation reads `value * sign > limit`.
    """

    def __init__(self, preset: Preset) -> None:
        judged = [one for one in preset.conditions if one.enabled]
        technical = [row for one in judged for row in _technical_rows(one)]
        technical.sort(key=lambda row: _yields_depth(row.condition, preset))
        self.limit_rows = [row for one in judged for row in _counted_rows(one)]
        self.rows = self.limit_rows + technical
        self.limits = len(self.limit_rows)
        self.preset = preset
        rows = [row.condition for row in self.rows]
        self.priority = np.array(
            [[one.priority.get(column, 0) for one in rows] for column in COLUMNS], dtype=np.int64
        )
        self.on_delay = np.array([one.on_delay_s for one in self.rows])
        self.cuff_wait = np.array([_cuff_wait_s(row) for row in self.rows])
        self.goes_along = np.array([one.of_the_patient for one in rows], dtype=bool)
        self.off_delay = np.array([one.off_delay_s for one in rows])
        self.samples_min = np.array([one.samples_min for one in rows], dtype=np.int64)
        self.high = self.priority == Priority.HIGH
        derived = [n for n, row in enumerate(self.limit_rows) if row.condition.form is not _LIMIT]
        self.derived = {row: len(VITALS) + number for number, row in enumerate(derived)}
        self.width = len(VITALS) + len(derived)
        self.pulses = {n: self.limit_rows[n] for n in derived if self.limit_rows[n].source}
        self._build_clauses()

    def rows_of(self, form: Form) -> list[int]:
        """Indices of the rows of one form."""
        return [index for index, row in enumerate(self.rows) if row.condition.form is form]

    def nibp_interval_s(self, phase: Phase | None) -> float:
        """How often the cuff should measure; 0 when nobody expects it to."""
        return self.preset.nibp_interval_s.get(phase, 0.0) if phase else 0.0

    def rules_on(self, vital: VitalSign) -> Bools:
        """Which counted rules ask for a vital sign."""
        return np.array([vital in row.condition.watched for row in self.limit_rows], dtype=bool)

    def _build_clauses(self) -> None:
        self.clauses: list[Clause] = []
        self.groups_of: list[list[list[int]]] = []
        sources, rows = [], []
        for index, row in enumerate(self.limit_rows):
            numbers: list[list[int]] = []
            for group in _groups(row.condition):
                first = len(self.clauses)
                self.clauses += group
                numbers.append(list(range(first, len(self.clauses))))
                rows += [index] * len(group)
                made = self.derived.get(index)
                sources += [VITAL_INDEX[c.vital] if made is None else made for c in group]
            self.groups_of.append(numbers)
        self.clauses_of = [[n for group in groups for n in group] for groups in self.groups_of]
        self.group_starts = np.array([g[0] for groups in self.groups_of for g in groups], np.int64)
        counts = [len(groups) for groups in self.groups_of]
        self.row_starts = np.cumsum([0, *counts], dtype=np.int64)[:-1]
        self.clause_row = np.array(rows, dtype=np.int64)
        self.clause_source = np.array(sources, dtype=np.int64)
        self.clause_sign = np.array([1.0 if c.comparison.high else -1.0 for c in self.clauses])
        self.clause_inclusive = np.array([c.comparison.inclusive for c in self.clauses], dtype=bool)
        self.clause_strict = np.array([c.clear_strictly for c in self.clauses], dtype=bool)
        self.clause_high = self.high[:, self.clause_row]


def _groups(condition: AlarmCondition) -> list[tuple[Clause, ...]]:
    """The clauses that are compared: the condition's own, or one on the number it derives."""
    if condition.form is _LIMIT:
        return [group for group in (condition.any_of, condition.and_any_of) if group]
    clause, settings = condition.any_of[0], condition.settings
    match condition.form:
        case Form.INTEGRAL:
            limit, clear, strict = settings["fires_at"], settings["clears_below"], True
        case Form.DIPS:
            limit, clear, strict = settings["dips"], 0.0, False
        case Form.RISE:  # any reading that is no such rise ends it
            strict = clause.comparison.inclusive
            return [(replace(clause, clear=clause.limit, clear_strictly=strict),)]
        case _:
            return [(clause,)]
    columns = condition.priority
    made = Clause(
        vital=clause.vital,
        comparison=Comparison.AT_OR_ABOVE,
        limit=dict.fromkeys(columns, Level(value=limit)),
        clear=dict.fromkeys(columns, Level(value=clear)),
        clear_strictly=strict,
    )
    return [(made,)]


def _counted_rows(condition: AlarmCondition) -> list[Row]:
    if condition.form not in COUNTED_FORMS:
        return []
    if condition.form is Form.PULSELESS:
        sources = (VitalSign.HEART_RATE, VitalSign.PULSE_RATE)
        return [Row(condition, source=source) for source in sources]
    if condition.form is Form.DISAGREEMENT:
        return [Row(condition, vital=condition.any_of[0].vital)]
    pleth = condition.form in PULSE_FORMS
    return [Row(condition, source=VitalSign.PULSE_RATE if pleth else None)]


def _technical_rows(condition: AlarmCondition) -> list[Row]:
    if condition.form in COUNTED_FORMS:
        return []
    if condition.form is Form.SILENT_LINK:
        return [Row(condition, device=slot) for slot in range(DEVICES_MAX)]
    if condition.form in (Form.SILENT_VITAL, Form.REPORTED, Form.OVERDUE):
        sources = condition.expected_once_seen_s.items()
        return [Row(condition, vital=vital) for vital in condition.vitals] + [
            Row(condition, vital=vital, once_seen_s=seen_s) for vital, seen_s in sources
        ]
    return [Row(condition)]


def _cuff_wait_s(row: Row) -> float:
    """What rests on an ECG waits for no cuff."""
    return 0.0 if row.source is VitalSign.HEART_RATE else row.condition.cuff_wait_s


def _yields_depth(condition: AlarmCondition, preset: Preset) -> int:
    """How many conditions stand above it: at one instant the more telling is raised first."""
    above = [one for one in preset.conditions if one.id in condition.yields_to]
    return 1 + max((_yields_depth(one, preset) for one in above), default=-1)


def column_of(phase: Phase | None) -> int:
    """The index of the limit table's column that a phase uses."""
    return COLUMN_INDEX[phase]
