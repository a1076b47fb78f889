"""An alarm that a person knows of gets worse, or violates again (alarms.md 8, 8a.10, 8a.17)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import AlarmState
from monitor.conditions import Priority
from monitor.vitals import Validity
from tests.judged import HR, MEAN, SPO2, SYS, Chairside, preset
from tests.unit.test_alerts_counting import with_rule
from tests.unit.test_alerts_restart import Room

DOUBTFUL = {SPO2: (Validity.QUESTIONABLE, "motion")}


@pytest.mark.parametrize(("value", "sounds"), [(87.0, False), (86.0, True)])
def test_a_sum_gets_worse_with_the_saturation_that_it_is_made_of(
    value: float, *, sounds: bool
) -> None:
    chair = Chairside(rules=with_rule("SPO2-I"))
    chair.hold(27, SPO2=90)
    chair.acknowledge("SPO2-I")
    chair.hold(1, SPO2=value)
    assert (chair.state("SPO2-I") is AlarmState.ACTIVE_UNACK) is sounds


def test_a_doubtful_value_makes_nothing_worse() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=87)
    chair.acknowledge("SPO2-2")
    chair.pass_second({SPO2: 80.0, HR: 72.0}, validity=DOUBTFUL)
    assert chair.state("SPO2-2") is AlarmState.ACTIVE_ACK
    chair.pass_second({SPO2: 83.0, HR: 72.0})
    assert chair.state("SPO2-2") is AlarmState.ACTIVE_UNACK


@pytest.mark.parametrize(("mean", "sounds"), [(46.0, False), (45.0, True)])
def test_what_was_not_measured_when_a_person_looked_is_worse_from_its_limit_on(
    mean: float, *, sounds: bool
) -> None:
    chair = Chairside()
    chair.pass_second({SYS: 88.0})
    chair.acknowledge("BP-L1")
    chair.pass_second({SYS: 88.0, MEAN: mean})
    assert (chair.state("BP-L1") is AlarmState.ACTIVE_UNACK) is sounds


def test_a_part_without_a_step_does_not_hide_that_the_next_one_is_worse() -> None:
    systolic, mean = preset().condition("BP-L1").any_of
    rules = with_rule("BP-L1", any_of=(replace(systolic, step=None), mean))
    chair = Chairside(rules=rules)
    chair.pass_second({SYS: 88.0, MEAN: 59.0})
    chair.acknowledge("BP-L1")
    chair.pass_second({SYS: 88.0, MEAN: 44.0})
    assert chair.state("BP-L1") is AlarmState.ACTIVE_UNACK


def test_a_sum_that_nobody_is_known_to_have_looked_at_is_no_worse_than_itself() -> None:
    (fast,) = preset().condition("HR-H1").any_of
    rules = with_rule("SPO2-I", any_of=(replace(fast, guard=None),))
    room = Room()
    room.kept = room.kept.killed(rules)
    room.hold(10, HEART_RATE=130.0)
    room.acknowledge("SPO2-I")
    # The record was lost from which it is known who looked, and at what.
    room.kept.facts = [fact for fact in room.kept.facts if fact.kind != "acknowledged"]
    room.kept = room.kept.killed(rules)
    room.hold(1, HEART_RATE=135.0)
    assert room.alarm("SPO2-I").state is AlarmState.ACTIVE_ACK


def test_a_rule_that_counts_to_three_is_urgent_at_the_third_reading() -> None:
    (rise,) = preset().condition("BP-H1").escalations
    chair = Chairside(rules=with_rule("BP-H1", escalations=(replace(rise, count=3),)))
    found = []
    for _ in range(3):
        chair.pass_second({SYS: 165.0})
        alarm = chair.alarm("BP-H1")
        assert alarm is not None
        found.append(alarm.priority)
        chair.hold(120)
    assert found == [Priority.LOW, Priority.LOW, Priority.MEDIUM]
