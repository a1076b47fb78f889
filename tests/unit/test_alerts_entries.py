"""Sedation as a nurse enters it: 3 is LOW, 2 or less HIGH, 4 ends it (alarms.md 7.1, 8a.22)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.clinic import Phase
from monitor.conditions import Priority
from tests.judged import Chairside, preset


def enter(chair: Chairside, score: float | None) -> None:
    chair.events += chair.engine.enter_score("1", score, "rk", chair.now)


def standing(chair: Chairside) -> tuple[str, Priority, AlarmState] | None:
    alarm = chair.alarm("SED")
    return (alarm.id, alarm.priority, alarm.state) if alarm else None


@pytest.mark.requirement("ALM-019")
@pytest.mark.parametrize(
    ("score", "priority"),
    [(5, None), (4, None), (3, Priority.LOW), (2, Priority.HIGH), (0, Priority.HIGH)],
)
def test_a_low_score_alarms_as_it_is_entered(score: float, priority: Priority | None) -> None:
    chair = Chairside()
    enter(chair, score)
    assert chair.sounding() is priority
    alarm = chair.alarm("SED")
    if alarm is not None:
        assert alarm.message == f"Sedation MOAA/S {score}"
        assert (chair.events[-1].actor, chair.events[-1].at_s) == ("rk", chair.now)


@pytest.mark.requirement("ALM-019")
def test_what_is_measured_leaves_the_alarm_of_a_score_as_it_is() -> None:
    chair = Chairside()
    enter(chair, 2)
    before = standing(chair)
    chair.hold(30, SPO2=84)
    assert chair.alarm("SPO2-3") is not None
    assert standing(chair) == before


@pytest.mark.requirement("ALM-019")
def test_a_better_score_lowers_the_same_alarm_and_a_good_one_ends_it() -> None:
    chair = Chairside()
    enter(chair, 2)
    first = chair.alarm("SED")
    assert first is not None
    chair.hold(30)
    enter(chair, 3)
    assert standing(chair) == (first.id, Priority.LOW, AlarmState.ACTIVE_UNACK)
    assert chair.events[-1].reason is Reason.PRIORITY_FALLS
    enter(chair, 4)
    assert standing(chair) is None


@pytest.mark.requirement("ALM-019")
def test_a_lowered_alarm_that_was_seen_stays_seen_and_a_worse_one_sounds() -> None:
    chair = Chairside()
    enter(chair, 2)
    chair.acknowledge("SED")
    enter(chair, 3)
    assert (chair.state("SED"), chair.sounding()) == (AlarmState.ACTIVE_ACK, None)
    enter(chair, 2)
    assert (chair.state("SED"), chair.sounding()) == (AlarmState.ACTIVE_UNACK, Priority.HIGH)
    chair.acknowledge("SED")
    enter(chair, 2)
    assert chair.sounding() is None
    enter(chair, 1)
    assert (chair.events[-1].reason, chair.sounding()) == (Reason.WORSE, Priority.HIGH)


@pytest.mark.requirement("ALM-019")
def test_lowering_breaks_no_pause_and_worse_does() -> None:
    chair = Chairside()
    enter(chair, 2)
    chair.engine.pause_audio("1", "rk", chair.now)
    enter(chair, 3)
    assert chair.sounding() is None
    enter(chair, 2)
    assert chair.sounding() is Priority.HIGH


def test_a_score_that_is_worse_than_at_the_pause_sounds_through_it() -> None:
    chair = Chairside()
    enter(chair, 2)
    chair.engine.pause_audio("1", "rk", chair.now)
    assert chair.sounding() is None
    enter(chair, 1)
    assert chair.sounding() is Priority.HIGH


@pytest.mark.requirement("ALM-019")
def test_an_unseen_high_one_latches_and_comes_again_as_the_same() -> None:
    chair = Chairside()
    enter(chair, 1)
    alarm = chair.alarm("SED")
    assert alarm is not None
    enter(chair, 5)
    assert chair.state("SED") is AlarmState.LATCHED_UNACK
    enter(chair, 3)
    again = chair.alarm("SED")
    assert again is not None
    assert (again.id, again.episode, again.priority) == (alarm.id, 2, Priority.HIGH)


@pytest.mark.requirement("ALM-019")
def test_a_score_of_before_the_infusion_counts_from_its_start_and_not_for_the_next_patient() -> (
    None
):
    chair = Chairside(Phase.BASELINE)
    enter(chair, 3)
    assert standing(chair) is None
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    assert chair.sounding() is Priority.LOW
    chair.engine.set_phase("1", Phase.CLOSED, chair.now)
    chair.engine.seat("1", "next", Phase.INFUSION, chair.now)
    assert standing(chair) is None


@pytest.mark.requirement("COR-003")
def test_a_score_taken_back_ends_its_alarm_as_a_good_one_does() -> None:
    chair = Chairside()
    enter(chair, 3)
    enter(chair, None)
    assert (standing(chair), chair.sounding()) == (None, None)
    enter(chair, 2)
    enter(chair, None)
    assert chair.state("SED") is AlarmState.LATCHED_UNACK
    chair.acknowledge("SED")
    assert standing(chair) is None
    # Nothing is known: a new phase judges nothing.
    chair.events += chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    assert standing(chair) is None


@pytest.mark.requirement("ALM-019")
def test_every_rule_about_a_score_is_judged_as_it_is_entered_and_as_a_phase_begins() -> None:
    own = preset().condition("SED")
    rules = replace(preset(), conditions=(own, replace(own, id="SED-2", message="second")))
    chair = Chairside(rules=rules)
    raised = chair.engine.enter_score("1", 3, "rk", 0.0)
    assert [event.alarm.condition for event in raised] == ["SED", "SED-2"]
    chair = Chairside(Phase.BASELINE, rules=rules)
    chair.engine.enter_score("1", 0, "rk", 0.0)
    begun = chair.engine.set_phase("1", Phase.INFUSION, 0.0)
    assert [event.alarm.condition for event in begun] == ["SED", "SED-2"]
    assert begun[0].alarm.message == "Sedation MOAA/S 0"


@pytest.mark.requirement("ALM-019")
def test_the_same_score_again_is_no_step_and_nor_is_one_between_low_and_good() -> None:
    own = preset().condition("SED")
    apart = replace(own, settings={**own.settings, "clears_at": 5.0})
    chair = Chairside(rules=replace(preset(), conditions=(apart,)))
    enter(chair, 2)
    enter(chair, 2)
    enter(chair, 4)
    assert [event.reason for event in chair.events] == [Reason.CONDITION_PRESENT]
    assert chair.sounding() is Priority.HIGH
    chair.acknowledge("SED")
    enter(chair, 5)
    assert standing(chair) is None


@pytest.mark.requirement("ALM-019")
def test_a_good_score_does_not_end_an_alarm_that_waits_to_be_seen() -> None:
    chair = Chairside()
    enter(chair, 1)
    enter(chair, 5)
    enter(chair, 5)
    assert chair.state("SED") is AlarmState.LATCHED_UNACK
    assert [event.reason for event in chair.events][1:] == [Reason.CONDITION_ENDED]
    alarm = chair.alarm("SED")
    assert alarm is not None
    chair.now = 7.0
    enter(chair, 3)
    again = chair.alarm("SED")
    assert again is not None
    assert (alarm.onset_s, again.onset_s) == (0.0, 7.0)


@pytest.mark.requirement("ALM-019")
def test_a_score_tells_the_limit_that_it_is_at_or_below() -> None:
    chair = Chairside()
    told = []
    for score in (3, 2, 1, 3):
        enter(chair, score)
        alarm = chair.alarm("SED")
        assert alarm is not None
        told.append((alarm.value, alarm.limit))
    assert told == [(3, 3), (2, 2), (1, 2), (3, 3)]


@pytest.mark.requirement("ALM-019")
def test_whoever_enters_a_score_is_told_with_each_step_that_it_takes() -> None:
    chair = Chairside()
    for score in (3, 2, 3, 5):
        enter(chair, score)
    assert [event.reason for event in chair.events] == [
        *(Reason.CONDITION_PRESENT, Reason.PRIORITY_RISES),
        *(Reason.PRIORITY_FALLS, Reason.CONDITION_ENDED),
    ]
    assert {event.actor for event in chair.events} == {"rk"}
