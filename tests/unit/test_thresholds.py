"""Levels as a preset writes them, and the numbers that they are for one patient."""

from __future__ import annotations

import pytest

from monitor.thresholds import Guard, Level


@pytest.mark.parametrize(
    ("level", "baseline", "number"),
    [
        (Level(value=160.0), 125.0, 160.0),
        (Level(value=160.0), None, 160.0),
        (Level(percent=120.0), 125.0, 150.0),
        (Level(percent=70.0), 200.0, 140.0),
        (Level(offset=40.0), 125.0, 165.0),
        (Level(offset=-10.0), 58.0, 48.0),
        (Level(offset=0.0), 58.0, 58.0),
        (Level(percent=120.0), None, None),
        (Level(offset=-10.0, without_baseline=50.0), None, 50.0),
        (Level(offset=-10.0, at_least=42.0, at_most=50.0), 51.0, 42.0),
        (Level(offset=-10.0, at_least=42.0, at_most=50.0), 53.0, 43.0),
        (Level(offset=-10.0, at_least=42.0, at_most=50.0), 59.0, 49.0),
        (Level(offset=-10.0, at_least=42.0, at_most=50.0), 61.0, 50.0),
        (Level(offset=-10.0, at_least=42.0), 40.0, 42.0),
        (Level(offset=-10.0, at_most=50.0), 70.0, 50.0),
    ],
)
def test_a_level_is_this_number_for_a_patient_of_that_baseline(
    level: Level, baseline: float | None, number: float | None
) -> None:
    assert level.resolve(baseline) == number


@pytest.mark.parametrize(
    ("value", "allowed"),
    [(70.0, True), (85.0, True), (100.0, True), (80.0, False), (55.0, False), (115.0, False)],
)
def test_a_limit_is_set_in_whole_steps_from_the_lower_end_of_its_range(
    value: float, *, allowed: bool
) -> None:
    assert Guard(low=70.0, high=105.0, step=15.0).allows(value) is allowed
