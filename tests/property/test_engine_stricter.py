"""A stricter limit or a shorter delay never alarms later (alarms.md section 9, statement 62)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import Engine, Reason
from monitor.clinic import Phase
from monitor.conditions import AlarmCondition, Clause, Preset
from monitor.thresholds import Level
from monitor.vitals import VitalSign
from tests.examples import examples
from tests.judged import DIA, HR, SPO2, SYS, preset, reading

LEVELS = {
    SPO2: (97.0, 94.0, 92.0, 91.0, 88.0, 87.0, 84.0, None),
    HR: (72.0, 110.0, 121.0, 130.0, 151.0, 50.0, 45.0, 38.0, None),
    SYS: (125.0, 155.0, 161.0, 181.0, 90.0, 85.0, 75.0),
    DIA: (78.0, 96.0, 101.0, 111.0, 50.0, 45.0, 40.0),
}
RULES = [
    one.id
    for one in preset().conditions
    if one.enabled and one.any_of and one.form.value in ("limit", "integral", "change", "rise")
]
RUNS = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 40)), min_size=1, max_size=12)
BASELINE = {HR: 72.0, SPO2: 97.0, SYS: 125.0, DIA: 78.0}


def stricter(clause: Clause, by: float) -> Clause:
    """The same clause with a limit nearer to what is usual; its clear value follows."""
    sign = -1.0 if clause.comparison.high else 1.0

    def moved(level: Level) -> Level:
        parts = {name: getattr(level, name) for name in ("value", "offset", "at_least", "at_most")}
        told = {name: value + sign * by for name, value in parts.items() if value is not None}
        return replace(level, **told)

    return replace(
        clause,
        limit={column: moved(level) for column, level in clause.limit.items()},
        clear={column: moved(level) for column, level in clause.clear.items()},
    )


def changed(condition: AlarmCondition, by: float, delay_s: float) -> AlarmCondition:
    """The condition, so much stricter and quicker."""
    return replace(
        condition,
        any_of=tuple(stricter(clause, by) for clause in condition.any_of),
        on_delay_s=max(condition.on_delay_s - delay_s, 0.0),
    )


def first_onset(rules: Preset, rule: str, runs: list[tuple[int, int]]) -> float:
    """When the rule first alarms in this session; infinity when it never does."""
    engine = Engine(rules)
    engine.add_chair("1", {"dev-1": (3.0, frozenset(VitalSign))}, 0.0)
    engine.seat("1", "s", Phase.INFUSION, 0.0)
    engine.set_baseline("1", BASELINE, 0.0)
    now = 0.0
    for level, seconds in runs:
        for number in range(seconds):
            vitals = (SPO2, HR) if number else (SPO2, HR, SYS, DIA)
            told = [reading(one, LEVELS[one][level % len(LEVELS[one])], now) for one in vitals]
            for event in engine.observe(told):
                if event.alarm.condition == rule and event.reason is Reason.CONDITION_PRESENT:
                    return now
            now += 1.0
    return float("inf")


@pytest.mark.requirement("S-62")
@given(rule=st.sampled_from(RULES), runs=RUNS, by=st.integers(0, 6), delay_s=st.integers(0, 10))
@settings(max_examples=examples(60), deadline=None)
def test_a_stricter_limit_or_a_shorter_delay_never_alarms_later(
    rule: str, runs: list[tuple[int, int]], by: int, delay_s: int
) -> None:
    rules = preset()
    one = rules.condition(rule)
    alone = replace(rules, conditions=(replace(one, group=""),))
    quicker = replace(alone, conditions=(changed(alone.conditions[0], by, delay_s),))
    assert first_onset(quicker, rule, runs) <= first_onset(alone, rule, runs)
