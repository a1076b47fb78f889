"""A limit that is set, or a baseline that changes, under an open alarm (alarms.md 8a.13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import Reason
from monitor.clinic import Phase
from monitor.conditions import Column
from monitor.thresholds import Level
from monitor.vitals import Validity
from tests.judged import DIA, HR, SPO2, SYS, Chairside, preset
from tests.unit.test_alerts_counting import with_rule
from tests.unit.test_alerts_restart import Room


@pytest.mark.parametrize(("limit", "ends"), [(80.0, True), (85.0, True), (90.0, False)])
def test_a_pressure_that_is_within_its_new_limit_clears_there_whatever_was_not_measured(
    limit: float, *, ends: bool
) -> None:
    chair = Chairside()
    chair.cuff(85, 60)
    chair.events += chair.engine.set_limits("1", {"BP-L1 NIBP_SYS": limit}, chair.now)
    chair.pass_second({SYS: 85.0, DIA: 60.0})
    assert (chair.alarm("BP-L1") is None) is ends


@pytest.mark.parametrize(("limit", "ends"), [(124.0, False), (125.0, True), (130.0, True)])
def test_a_rate_on_its_new_limit_is_within_it(limit: float, *, ends: bool) -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=125)
    chair.events += chair.engine.set_limits("1", {"HR-H1 HR": limit}, chair.now)
    chair.hold(12, HEART_RATE=125)
    assert (chair.alarm("HR-H1") is None) is ends


@pytest.mark.parametrize(("baseline", "ends"), [(130.0, False), (131.0, True)])
def test_a_rule_that_includes_its_limit_is_violated_on_it_after_a_change_too(
    baseline: float, *, ends: bool
) -> None:
    chair = Chairside()
    chair.engine.set_baseline("1", {SYS: 125.0, DIA: 80.0}, 0.0)
    chair.pass_second({SYS: 170.0, DIA: 80.0})
    assert chair.alarm("BP-R2") is not None
    chair.events += chair.engine.set_baseline("1", {SYS: baseline, DIA: 80.0}, chair.now)
    chair.pass_second({SYS: 170.0, DIA: 80.0})
    assert (chair.alarm("BP-R2") is None) is ends


@pytest.mark.requirement("ALM-110")
def test_a_doubtful_sample_on_the_limit_is_no_part_of_what_fired() -> None:
    chair = Chairside()
    chair.hold(5, SPO2=87)
    doubtful = {SPO2: (Validity.QUESTIONABLE, "motion")}
    chair.pass_second({SPO2: 88.0, HR: 72.0}, validity=doubtful)
    chair.pass_second({SPO2: 87.0, HR: 72.0}, validity=doubtful)
    chair.hold(4, SPO2=87)
    alarm = chair.alarm("SPO2-2")
    assert alarm is not None
    assert alarm.fired_count == 10


def test_a_pressure_without_its_diastolic_is_within_a_limit_of_both() -> None:
    chair = Chairside()
    chair.pass_second({SYS: 165.0})
    assert chair.alarm("BP-H1") is not None
    chair.events += chair.engine.set_limits("1", {"BP-H1 NIBP_SYS": 168.0}, chair.now)
    chair.cuff(165, 80)
    assert chair.alarm("BP-H1") is None


def steps(chair: Chairside, *conditions: str) -> list[tuple[str, Reason, float]]:
    """What the record gets of these rules: which step, and when."""
    return [
        (one.alarm.condition, one.reason, one.at_s)
        for one in chair.events
        if one.alarm.condition in conditions and one.reason is not Reason.CONDITION_PRESENT
    ]


@pytest.mark.requirement("ALM-141")
def test_each_limit_change_that_alters_how_an_alarm_clears_is_one_step_and_no_other_is() -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=125)
    for limit in (122.0, 130.0, 135.0, 122.0, 124.0):
        chair.events += chair.engine.set_limits("1", {"HR-H1 HR": limit}, chair.now)
        chair.hold(1, HEART_RATE=125)
    assert steps(chair, "HR-H1") == [
        ("HR-H1", Reason.LIMIT_RELAXED, 13.0),
        ("HR-H1", Reason.LIMIT_BINDS, 15.0),
    ]


@pytest.mark.requirement("ALM-141")
def test_an_alarm_whose_value_still_violates_clears_at_its_clear_value_as_before() -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=125)
    chair.events += chair.engine.set_limits("1", {"HR-H1 HR": 124.0}, chair.now)
    chair.hold(15, HEART_RATE=123)
    assert chair.alarm("HR-H1") is not None


@pytest.mark.requirement("ALM-141")
def test_every_alarm_that_one_change_relaxes_is_told() -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=125)
    chair.pass_second({SPO2: 97.0, HR: 125.0, SYS: 165.0, DIA: 80.0})
    wider = {"HR-H1 HR": 130.0, "BP-H1 NIBP_SYS": 170.0}
    chair.events += chair.engine.set_limits("1", wider, chair.now)
    assert steps(chair, "HR-H1", "BP-H1") == [
        ("HR-H1", Reason.LIMIT_RELAXED, 13.0),
        ("BP-H1", Reason.LIMIT_RELAXED, 13.0),
    ]


@pytest.mark.requirement("ALM-141")
def test_an_alarm_that_the_next_phase_would_not_have_begun_is_relaxed_at_its_start() -> None:
    chair = Chairside(phase=Phase.BASELINE)
    chair.hold(16, SPO2=93)
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    assert steps(chair, "SPO2-1") == [("SPO2-1", Reason.LIMIT_RELAXED, 16.0)]


def test_every_alarm_whose_baseline_goes_ends_at_that_instant() -> None:
    chair = Chairside()
    chair.engine.set_baseline("1", {SYS: 125.0, DIA: 78.0, HR: 70.0}, 0.0)
    chair.hold(62, HEART_RATE=105)
    chair.pass_second({SPO2: 97.0, HR: 105.0, SYS: 170.0, DIA: 80.0})
    chair.events += chair.engine.set_baseline("1", {}, chair.now)
    assert steps(chair, "HR-R", "BP-R2") == [
        ("HR-R", Reason.LIMIT_GONE, 63.0),
        ("BP-R2", Reason.LIMIT_GONE, 63.0),
    ]


def test_what_was_clear_for_a_while_begins_to_clear_anew_at_another_limit() -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=125)
    chair.hold(8)
    chair.events += chair.engine.set_limits("1", {"HR-H1 HR": 118.0}, chair.now)
    chair.hold(10)
    assert chair.alarm("HR-H1") is not None
    chair.hold(1)
    assert chair.alarm("HR-H1") is None


def test_a_derived_number_is_not_held_against_the_patients_own() -> None:
    settings = preset().condition("HR-D")
    (clause,) = settings.any_of
    limit = {Column.INFUSION: Level(value=30.0), Column.RECOVERY: Level(value=110.0)}
    chair = Chairside(rules=with_rule("HR-D", any_of=(replace(clause, limit=limit),)))
    chair.hold(130, HEART_RATE=70)
    chair.hold(25, HEART_RATE=105)
    alarm = chair.alarm("HR-D")
    assert alarm is not None
    chair.events += chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    assert steps(chair, "HR-D") == []


@pytest.mark.requirement("ALM-141")
def test_within_its_new_limit_an_alarm_clears_there_after_a_restart_too() -> None:
    room = Room()
    room.hold(12, HEART_RATE=125.0)
    room.do("limits", {"HR-H1 HR": 130.0})
    room.hold(2, HEART_RATE=128.0)
    room.restart()
    room.hold(9, HEART_RATE=128.0)
    assert "HR-H1" not in room.open()
