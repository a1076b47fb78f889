"""How old a value may be that is judged, and in which order what came together is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.clinic import Phase
from monitor.vitals import Reading, VitalSign
from tests.judged import SPO2, SYS, Chairside, reading


def came(vital: VitalSign, value: float, sampled_s: float, received_s: float) -> Reading:
    return replace(reading(vital, value, sampled_s), received_s=received_s)


@pytest.mark.requirement("S-68")
@pytest.mark.parametrize(("age_s", "judged"), [(10.0, True), (10.1, False)])
def test_a_continuous_value_is_judged_up_to_its_age_and_no_older(
    age_s: float, *, judged: bool
) -> None:
    chair = Chairside()
    for at_s in range(1, 20):
        chair.engine.observe([came(SPO2, 84.0, float(at_s), at_s + age_s)])
    assert (chair.alarm("SPO2-3") is not None) is judged


@pytest.mark.requirement("S-68")
@pytest.mark.parametrize(
    ("phase", "age_s", "judged"),
    [
        (Phase.INFUSION, 599.0, True),
        (Phase.INFUSION, 600.0, False),
        (Phase.RECOVERY, 1349.0, True),
        (Phase.RECOVERY, 1350.0, False),
    ],
)
def test_a_cuffs_reading_is_judged_while_it_is_younger_than_its_phase_asks_for(
    phase: Phase, age_s: float, *, judged: bool
) -> None:
    chair = Chairside(phase)
    chair.engine.observe([came(SYS, 190.0, 100.0, 100.0 + age_s)])
    assert (chair.alarm("BP-H2") is not None) is judged


def test_a_burst_that_came_in_the_wrong_order_is_judged_in_the_order_in_which_it_was_taken() -> (
    None
):
    chair = Chairside()
    burst = [came(SPO2, 84.0, at_s, 10.0) for at_s in (9.0, 8.0)]
    chair.engine.observe(burst)
    chair.engine.observe([came(SPO2, 83.0, 10.0, 10.5), came(SPO2, 82.0, 11.0, 11.0)])
    alarm = chair.alarm("SPO2-3")
    assert alarm is not None
    assert (alarm.onset_s, alarm.fired_count) == (8.0, 4)


def test_what_came_first_is_judged_first_however_the_chairs_are_named() -> None:
    chair = Chairside(chairs=("1", "2"))
    told = [
        replace(came(SYS, 190.0, 3.0, 3.0), chair="1", device="dev-1"),
        replace(came(SYS, 190.0, 2.0, 2.0), chair="2", device="dev-2"),
        replace(came(SYS, 205.0, 1.0, 1.0), chair="1", device="dev-1"),
    ]
    events = chair.engine.observe(told)
    very_high = [one for one in events if one.alarm.condition == "BP-H2"]
    assert [(one.alarm.chair, one.at_s) for one in very_high] == [("1", 1.0), ("2", 2.0)]
    values = {one.chair: one.value for one in chair.engine.alarms() if one.condition == "BP-H2"}
    assert values == {"1": 190.0, "2": 190.0}


def test_what_says_nothing_new_of_one_chair_keeps_no_other_from_being_judged() -> None:
    chair = Chairside(chairs="12")
    told = reading(SPO2, 97.0, 1.0)
    chair.engine.observe([told])
    chair.engine.observe([told, reading(SYS, 190.0, 1.0, chair="2")])
    assert "BP-H2" in {alarm.condition for alarm in chair.engine.alarms("2")}
