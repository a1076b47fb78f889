"""One step of an open alarm: what it tells, to whom, and what it leaves as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.clinic import Phase
from monitor.conditions import Column, Priority
from tests.acts import engine_of
from tests.judged import Chairside, preset


@pytest.mark.requirement("S-46")
def test_every_alarm_that_a_phase_makes_more_urgent_is_told() -> None:
    engine = engine_of(preset())
    engine.seat("2", "s", Phase.BASELINE, 0.0)
    engine.advance(30.0)
    assert {one.instance for one in engine.alarms("2")} >= {"mon-2", "oxi-2"}
    events = engine.set_phase("2", Phase.INFUSION, 30.0)
    rises = {one.alarm.instance for one in events if one.reason is Reason.PRIORITY_RISES}
    assert rises >= {"mon-2", "oxi-2"}


@pytest.mark.requirement("S-46")
def test_every_alarm_that_a_phase_knows_no_more_is_told() -> None:
    both = (preset().condition("HR-A"), preset().condition("SPO2-A"))
    infusion = {Column.INFUSION: Priority.LOW}
    rules = replace(preset(), conditions=tuple(replace(one, priority=infusion) for one in both))
    chair = Chairside(rules=rules)
    chair.hold(62, HEART_RATE=115, SPO2=93)
    events = chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    ended = [one.alarm.condition for one in events if one.reason is Reason.PHASE]
    assert sorted(ended) == ["HR-A", "SPO2-A"]


def test_how_old_a_reading_was_when_it_was_overdue_is_not_told_anew_when_somebody_looks() -> None:
    chair = Chairside()
    chair.cuff(125, 78)
    chair.hold(490)
    told = chair.alarm("T-NIBP-O")
    assert told is not None
    chair.hold(70)
    chair.acknowledge("T-NIBP-O")
    seen = chair.alarm("T-NIBP-O")
    assert seen is not None
    assert (seen.state, seen.message) == (AlarmState.ACTIVE_ACK, told.message)


def test_a_delay_of_a_second_is_waited_for() -> None:
    chair = Chairside()
    chair.engine.set_limits("1", {"HR-H1 delay": 1.0}, 0.0)
    chair.hold(3, HEART_RATE=125)
    first = next(one for one in chair.events if one.alarm.condition == "HR-H1")
    assert (first.from_state, first.at_s, first.note) == (AlarmState.PENDING, 1.0, "")


@pytest.mark.parametrize(("rate", "sounds"), [(129, False), (130, True)])
def test_an_alarm_that_opens_under_a_suspension_is_worse_than_when_somebody_suspended_it(
    rate: int, *, sounds: bool
) -> None:
    chair = Chairside()
    chair.hold(5, HEART_RATE=115)
    chair.events += chair.engine.suspend("1", "HR-H1", chair.now, 600.0)
    chair.hold(12, HEART_RATE=rate)
    assert any(one.alarm.condition == "HR-H1" and one.alarm.audible for one in chair.events) is (
        sounds
    )


def test_a_step_concerns_its_own_chair_alone() -> None:
    chair = Chairside()
    chair.engine.take_changed()
    chair.hold(12, HEART_RATE=125)
    assert chair.engine.take_changed() == {"1"}
