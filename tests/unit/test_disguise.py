"""A row in disguise holds no time of before, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from monitor.exports.disguise import DAY_US, SHIFT_DAYS_MAX, Disguise
from monitor.store.rows import Row
from tests.stored import fact, reading, transition

DISGUISE = Disguise(key=b"a clinic's own", patient_ref="A.M.")


def times(row: Row) -> Iterator[tuple[str, int]]:
    """Every time that a row tells, by its name."""
    said = asdict(row)
    for number, (_, at_us, _) in enumerate(said.pop("fired_by", ())):
        yield f"fired by {number}", at_us
    for name, one in (said | said.pop("data", {})).items():
        if name.endswith("_us") and isinstance(one, int):
            yield name, one


@pytest.mark.requirement("EXP-022")
def test_every_time_of_a_row_moves_by_the_patients_days() -> None:
    facts = [fact(1, "phase", from_us=5, phase="infusion")]
    readings, steps = [reading(2)], [transition(3, "ACTIVE_UNACK"), transition(4, "RESOLVED", 1)]
    before: list[Row] = [*facts, *readings, *steps]
    after: list[Row] = [
        *DISGUISE.facts(facts),
        *DISGUISE.readings(readings),
        *DISGUISE.transitions(steps),
    ]
    shift_us = DISGUISE.shift_us
    assert shift_us % DAY_US == 0
    assert -SHIFT_DAYS_MAX * DAY_US <= shift_us < 0
    for one, other in zip(before, after, strict=True):
        assert dict(times(one))
        assert {name: at + shift_us for name, at in times(one)} == dict(times(other))
