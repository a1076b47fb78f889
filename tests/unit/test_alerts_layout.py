"""A preset as rows and arrays: one row a condition and what it is about (alarms.md 7.6, 8a.7)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.alerts.layout import COLUMNS, DEVICES_MAX, VITAL_INDEX, VITALS, Layout, Row, column_of
from monitor.clinic import Phase
from monitor.conditions import Clause, Column, Form, Priority
from monitor.thresholds import Comparison
from tests.judged import DIA, HR, PR, SPO2, SYS, preset


def layout() -> Layout:
    """Of the shipped preset, made anew: each test runs what it tests."""
    return Layout(preset())


def rows(condition: str) -> list[tuple[int, Row]]:
    """The rows of a condition, with their numbers."""
    return [(n, row) for n, row in enumerate(layout().rows) if row.condition.id == condition]


def number(condition: str) -> int:
    """Of its first row."""
    return rows(condition)[0][0]


def clauses(condition: str) -> list[tuple[int, Clause]]:
    """What a counted rule compares, with the numbers of the clauses."""
    return [(n, layout().clauses[n]) for n in layout().clauses_of[number(condition)]]


def test_every_condition_that_is_judged_has_a_row_and_no_other() -> None:
    judged = {one.id for one in preset().conditions if one.enabled}
    assert {row.condition.id for row in layout().rows} == judged
    assert "T-UI" not in judged
    assert {row.condition.id for row in layout().rows[layout().limits :]}.isdisjoint(
        row.condition.id for row in layout().limit_rows
    )


def test_a_row_is_about_one_vital_sign_one_source_or_one_device() -> None:
    about = {
        name: [(row.vital, row.device, row.once_seen_s, row.source) for _, row in rows(name)]
        for name in ("SPO2-1", "HR-0", "HR-0P", "T-SRC", "T-PROBE", "T-NIBP-O", "T-ASSIGN")
    }
    assert about == {
        "SPO2-1": [(None, None, None, None)],
        "HR-0": [(None, None, None, HR), (None, None, None, PR)],
        "HR-0P": [(None, None, None, PR)],
        "T-SRC": [(HR, None, None, None)],
        "T-PROBE": [(SPO2, None, None, None)],
        "T-NIBP-O": [(SYS, None, None, None)],
        "T-ASSIGN": [(None, None, None, None)],
    }
    stale = [(row.vital, row.once_seen_s) for _, row in rows("T-STALE")]
    assert stale == [(SPO2, None), (HR, None), (HR, 30.0)]
    assert [row.device for _, row in rows("T-LINK")] == list(range(DEVICES_MAX))


def test_of_technical_rows_the_more_telling_comes_first() -> None:
    order = [row.condition.id for row in layout().rows[layout().limits :]]
    for one in preset().conditions:
        for above in one.yields_to:
            if one.id in order and above in order:
                assert order.index(above) < order.index(one.id), (above, one.id)
    last = [n for n, name in enumerate(order) if name == "T-LINK"][-1]
    assert last < order.index("T-PROBE") < order.index("T-STALE") < order.index("T-SIG")


def test_times_are_those_of_the_row() -> None:
    ecg, pleth = (n for n, _ in rows("HR-0"))
    assert (layout().on_delay[ecg], layout().on_delay[pleth]) == (5.0, 10.0)
    assert (layout().cuff_wait[ecg], layout().cuff_wait[pleth]) == (0.0, 60.0)
    assert [layout().cuff_wait[n] for n, _ in rows("T-STALE")] == [0.0, 0.0, 0.0]
    assert layout().cuff_wait[number("T-NIBP-O")] == 180.0
    assert layout().on_delay[number("SPO2-1")] == 15.0
    assert layout().off_delay[number("T-LINK")] == 5.0
    assert layout().samples_min[number("SPO2-3")] == 2


def test_priorities_are_by_column_and_none_where_the_rule_does_not_exist() -> None:
    at = {column: COLUMNS.index(column) for column in Column}
    row = number("T-PROBE")
    assert layout().priority[at[Column.UNASSIGNED], row] == 0
    assert layout().priority[at[Column.PREPARE], row] == Priority.LOW
    assert layout().priority[at[Column.INFUSION], row] == Priority.MEDIUM
    assert not layout().high[at[Column.INFUSION], row]
    assert layout().high[at[Column.INFUSION], number("SPO2-2")]


def test_what_is_about_the_patient_goes_along_to_another_chair() -> None:
    goes = {row.condition.id for n, row in enumerate(layout().rows) if layout().goes_along[n]}
    assert {"SPO2-1", "SED", "T-NIBP-O", "T-BASE"} <= goes
    assert goes.isdisjoint({"T-LINK", "T-PROBE", "T-STALE", "T-CLK", "T-COPY"})


def test_which_rules_ask_for_a_vital_sign() -> None:
    asks = {
        row.condition.id for n, row in enumerate(layout().limit_rows) if layout().rules_on(DIA)[n]
    }
    assert asks == {"BP-A", "BP-H1", "BP-H2", "BP-R1", "BP-R2"}
    assert len(layout().rules_on(SPO2)) == layout().limits


def test_rows_of_a_form_are_found_by_their_numbers() -> None:
    assert layout().rows_of(Form.SILENT_LINK) == [n for n, _ in rows("T-LINK")]
    assert layout().rows_of(Form.RISE) == [number("BP-D")]


@pytest.mark.parametrize(
    ("phase", "seconds"),
    [(None, 0.0), (Phase.CLOSED, 0.0), (Phase.INFUSION, 300.0), (Phase.RECOVERY, 900.0)],
)
def test_the_cuff_is_expected_by_the_phase(phase: Phase | None, seconds: float) -> None:
    assert layout().nibp_interval_s(phase) == seconds
    assert (
        COLUMNS[column_of(phase)]
        is {
            None: Column.UNASSIGNED,
            Phase.CLOSED: Column.UNASSIGNED,
            Phase.INFUSION: Column.INFUSION,
            Phase.RECOVERY: Column.RECOVERY,
        }[phase]
    )


# -------------------------------------------------------------------------- clauses


def test_clauses_lie_rule_after_rule_and_group_after_group() -> None:
    assert [n for row in layout().clauses_of for n in row] == list(range(len(layout().clauses)))
    row = number("BP-R1")
    first, second = layout().groups_of[row]
    assert (len(first), len(second)) == (2, 2)
    starts = list(layout().group_starts)
    assert starts == [group[0] for groups in layout().groups_of for group in groups]
    assert starts[layout().row_starts[row]] == first[0]
    assert layout().row_starts[0] == 0
    assert len(layout().row_starts) == layout().limits
    assert list(layout().clause_row[first + second]) == [row] * 4
    assert np.array_equal(layout().clause_high, layout().high[:, layout().clause_row])


def test_a_clause_looks_at_its_vital_sign_or_at_what_its_rule_derives() -> None:
    (low,) = (n for n, _ in clauses("SPO2-1"))
    assert layout().clause_source[low] == VITAL_INDEX[SPO2]
    derived = [row for row in range(layout().limits) if row in layout().derived]
    assert {layout().rows[row].condition.form for row in derived}.isdisjoint({Form.LIMIT})
    assert [layout().derived[row] for row in derived] == list(range(len(VITALS), layout().width))
    (rise,) = (n for n, _ in clauses("BP-D"))
    assert layout().clause_source[rise] == layout().derived[number("BP-D")]
    assert [row.source for row in layout().pulses.values()] == [HR, PR, PR]
    assert set(layout().pulses) <= set(derived)


def test_the_side_of_a_clause_and_its_edges_are_told() -> None:
    told = {
        name: [
            (layout().clause_sign[n], layout().clause_inclusive[n], layout().clause_strict[n])
            for n, _ in clauses(name)
        ]
        for name in ("SPO2-1", "SPO2-B", "HR-H1", "HR-D", "BP-D")
    }
    assert told == {
        "SPO2-1": [(-1.0, False, False)],
        "SPO2-B": [(-1.0, True, False)],
        "HR-H1": [(1.0, False, False)],
        "HR-D": [(1.0, True, True)],
        "BP-D": [(1.0, True, True)],
    }


def levels(condition: str, column: Column) -> tuple[float | None, float | None, Comparison, bool]:
    ((_, clause),) = clauses(condition)
    limit, clear = clause.limit[column].resolve(None), clause.clear[column].resolve(None)
    return limit, clear, clause.comparison, clause.clear_strictly


def test_a_sum_and_a_count_are_held_against_the_settings_of_their_rules() -> None:
    at_least = Comparison.AT_OR_ABOVE
    assert levels("SPO2-I", Column.INFUSION) == (50, 25, at_least, True)
    assert levels("SPO2-N", Column.RECOVERY) == (3, 0, at_least, False)
    ((_, sums),) = clauses("SPO2-I")
    assert (set(sums.limit), sums.vital) == ({Column.INFUSION, Column.RECOVERY}, SPO2)
    assert set(sums.clear) == set(sums.limit)


@pytest.mark.parametrize("comparison", list(Comparison))
def test_a_rise_ends_with_any_reading_that_would_not_have_begun_it(comparison: Comparison) -> None:
    rule = preset().condition("BP-D")
    clause = replace(rule.any_of[0], comparison=comparison)
    made = Layout(replace(preset(), conditions=(replace(rule, any_of=(clause,)),)))
    (one,) = made.clauses
    assert (one.clear, one.clear_strictly) == (clause.limit, comparison.inclusive)
