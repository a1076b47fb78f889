"""Alarms of an empty chair are the patient's from the seat on, under their old ids (8a.18)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from monitor.alerts import Alarm, AlarmEvent, AlarmState, Engine, Reason
from monitor.clinic import Phase
from monitor.conditions import Preset, Priority
from monitor.presets import load_preset
from monitor.vitals import VitalSign
from tests.judged import DIA, HR, QUIET_S, SPO2, SYS, Chairside, preset

OLD = "chair:1/SPO2-3/SpO2/1"


def low(seconds: int = 8) -> Chairside:
    """Nobody is seated, and the probe tells of a desaturation."""
    chair = Chairside(phase=None)
    chair.hold(seconds, SPO2=84)
    return chair


def seat(chair: Chairside, phase: Phase = Phase.PREPARE) -> list[AlarmEvent]:
    """The patient is seated there; the steps that this takes."""
    events = chair.engine.seat("1", "s9", phase, chair.now)
    chair.events += events
    return events


def known(alarm: Alarm | None) -> Alarm:
    assert alarm is not None
    return alarm


def last(chair: Chairside) -> AlarmEvent:
    return [one for one in chair.events if one.alarm.condition == "SPO2-3"][-1]


@pytest.mark.requirement("ALM-142")
def test_an_alarm_that_is_open_goes_on_under_its_id_as_it_stood() -> None:
    chair = low()
    before = known(chair.alarm("SPO2-3"))
    steps = seat(chair)
    (step,) = [one for one in steps if one.reason is Reason.ASSIGNED]
    assert (step.alarm.id, step.alarm.session, step.ordinal) == (OLD, "s9", 1)
    assert (step.from_state, step.alarm.state) == (before.state, before.state)
    after = known(chair.alarm("SPO2-3"))
    assert (after.onset_s, after.episode, after.priority) == (before.onset_s, 1, Priority.HIGH)
    assert (after.fired_by, after.extreme) == (before.fired_by, 84.0)
    assert chair.sounding() is Priority.HIGH


@pytest.mark.requirement("ALM-142")
def test_an_acknowledge_goes_along_and_it_sounds_again_at_its_old_time() -> None:
    chair = low()
    chair.acknowledge("SPO2-3", "nn")
    acknowledged_s = chair.now
    chair.hold(60, SPO2=84)
    seat(chair)
    after = known(chair.alarm("SPO2-3"))
    assert (after.state, after.acknowledged_by) == (AlarmState.ACTIVE_ACK, "nn")
    chair.hold(59, SPO2=84)
    assert chair.state("SPO2-3") is AlarmState.ACTIVE_ACK
    chair.hold(1, SPO2=84)
    assert (last(chair).reason, last(chair).at_s) == (Reason.RE_ALARM, acknowledged_s + 120.0)


@pytest.mark.requirement("ALM-142")
def test_worse_is_measured_from_what_a_person_saw_at_the_empty_chair() -> None:
    chair = low(14)
    chair.acknowledge("SPO2-3")
    chair.acknowledge("SPO2-2")
    seat(chair)
    chair.hold(5, SPO2=81)
    assert chair.sounding() is None
    chair.hold(1, SPO2=80)
    assert (last(chair).reason, chair.sounding()) == (Reason.WORSE, Priority.HIGH)


@pytest.mark.requirement("ALM-142")
def test_one_that_is_over_and_unseen_waits_for_the_patients_nurse() -> None:
    chair = low()
    chair.hold(12)
    assert chair.state("SPO2-3") is AlarmState.LATCHED_UNACK
    seat(chair)
    chair.hold(30)
    assert (chair.state("SPO2-3"), last(chair).reason) == (
        AlarmState.LATCHED_UNACK,
        Reason.ASSIGNED,
    )
    chair.acknowledge("SPO2-3")
    assert chair.alarm("SPO2-3") is None


@pytest.mark.requirement("ALM-142")
def test_it_ends_by_the_patients_own_readings_alone() -> None:
    chair = low()
    chair.hold(9)
    chair.acknowledge("SPO2-3")
    seat(chair)
    seated_s = chair.now
    chair.hold(10)
    assert chair.state("SPO2-3") is AlarmState.ACTIVE_ACK
    chair.hold(1)
    assert (last(chair).reason, last(chair).at_s) == (Reason.CONDITION_ENDED, seated_s + 10.0)


@pytest.mark.requirement("ALM-142")
def test_without_own_readings_its_data_are_lost_since_the_seat() -> None:
    chair = low()
    seat(chair)
    seated_s = chair.now
    for _ in range(5):
        chair.pass_second({}, silent=True)
    alarm = known(chair.alarm("SPO2-3"))
    assert (alarm.state, alarm.data_lost_s) == (AlarmState.ACTIVE_UNACK, seated_s)
    chair.hold(1, SPO2=84)
    assert not known(chair.alarm("SPO2-3")).data_lost


@pytest.mark.requirement("ALM-142")
def test_what_was_counted_or_shown_before_the_seat_is_of_nobody() -> None:
    chair = low(2)
    assert chair.engine.pending("1") == {SPO2}
    seat(chair)
    assert chair.engine.pending("1") == frozenset()
    seated_s = chair.now
    chair.hold(4, SPO2=84)
    alarm = known(chair.alarm("SPO2-3"))
    assert (alarm.id, alarm.onset_s) == ("s9/SPO2-3/SpO2/1", seated_s)
    assert all(one.at_s >= seated_s for one in alarm.fired_by)


@pytest.mark.requirement("ALM-142")
def test_the_next_alarm_of_the_rule_has_an_id_of_the_session() -> None:
    chair = low()
    chair.acknowledge("SPO2-3")
    seat(chair)
    chair.hold(12)
    assert chair.alarm("SPO2-3") is None
    chair.hold(5, SPO2=84)
    assert known(chair.alarm("SPO2-3")).id == "s9/SPO2-3/SpO2/1"


@pytest.mark.requirement("ALM-142")
def test_a_pause_of_the_empty_chair_ends_and_its_alarm_is_heard() -> None:
    chair = low(14)
    chair.events += chair.engine.pause_audio("1", "rk", chair.now, 120.0)
    assert chair.sounding() is None
    seat(chair)
    assert chair.engine.audio_paused_until("1") is None
    assert chair.sounding() is Priority.HIGH
    # And the next pause need not wait.
    chair.events += chair.engine.pause_audio("1", "rk", chair.now, 120.0)
    assert chair.sounding() is None


@pytest.mark.requirement("ALM-142")
def test_data_without_a_patient_are_over_as_they_have_one() -> None:
    chair = low(14)
    steps = seat(chair)
    (over,) = [one for one in steps if one.alarm.condition == "T-ASSIGN"]
    assert (over.reason, over.alarm.state) == (Reason.SEATED, AlarmState.RESOLVED)
    assert over.alarm.session is None
    chair.hold(30)
    assert chair.alarm("T-ASSIGN") is None


@pytest.mark.requirement("ALM-142")
def test_a_cuffs_alarm_ends_by_the_patients_next_reading() -> None:
    chair = Chairside(phase=None)
    chair.cuff(190, 112)
    seat(chair)
    chair.hold(60)
    alarm = known(chair.alarm("BP-H2"))
    assert (alarm.id, alarm.data_lost) == ("chair:1/BP-H2/NIBP/1", False)
    chair.acknowledge("BP-H2")
    chair.cuff(125, 78)
    assert chair.alarm("BP-H2") is None


@pytest.mark.requirement("ALM-142")
def test_the_limits_of_the_phase_are_in_force_for_it() -> None:
    """In a phase with a lower limit it clears within that, as nothing else is known of it."""
    chair = low(12)
    chair.events += chair.engine.seat("1", "s9", Phase.INFUSION, chair.now)
    chair.acknowledge("SPO2-2")
    steps = [one for one in chair.events if one.alarm.condition == "SPO2-2"]
    assert [one.reason for one in steps[-3:-1]] == [Reason.ASSIGNED, Reason.LIMIT_RELAXED]
    chair.hold(11, SPO2=89)
    assert chair.alarm("SPO2-2") is None


@pytest.mark.requirement("ALM-142")
def test_two_monitors_at_the_chair_are_urgent_as_somebody_is_seated() -> None:
    chair = Chairside(phase=None)
    told = ("T-ASSIGN-2", "1", 0.0, "TWO MONITORS", 0.0)
    chair.events += chair.engine.assert_technical(*told)
    assert known(chair.alarm("T-ASSIGN-2")).priority is Priority.LOW
    seat(chair)
    steps = [one for one in chair.events if one.alarm.condition == "T-ASSIGN-2"]
    assert [one.reason for one in steps[1:]] == [Reason.ASSIGNED, Reason.PRIORITY_RISES]
    alarm = known(chair.alarm("T-ASSIGN-2"))
    assert (alarm.priority, alarm.message, alarm.session) == (Priority.HIGH, "TWO MONITORS", "s9")
    chair.events += chair.engine.assert_technical("T-ASSIGN-2", "1", None, "", chair.now)
    assert chair.engine.alarms() == []


@pytest.mark.requirement("ALM-142")
def test_what_the_phase_does_not_know_ends_with_it() -> None:
    every = 'priority = { unassigned = "HIGH", baseline = "HIGH", infusion = "HIGH"'
    some = 'priority = { unassigned = "HIGH", infusion = "HIGH"'
    text = preset().text
    before, rule = text.split('id = "HR-H2"')
    rules = load_preset(f'{before}id = "HR-H2"{rule.replace(every, some, 1)}', where="a test")
    for acknowledged, then in ((True, AlarmState.RESOLVED), (False, AlarmState.LATCHED_UNACK)):
        chair = Chairside(phase=None, rules=rules)
        chair.hold(8, HEART_RATE=160)
        if acknowledged:
            chair.acknowledge("HR-H2")
        steps = [one for one in seat(chair) if one.alarm.condition == "HR-H2"]
        assert [one.reason for one in steps] == [Reason.ASSIGNED, Reason.PHASE]
        assert (steps[-1].alarm.session, steps[-1].alarm.state) == ("s9", then)


@pytest.mark.requirement("ALM-142")
def test_when_the_session_closes_it_is_over_and_nothing_is_of_the_next() -> None:
    chair = low()
    seat(chair)
    chair.events += chair.engine.clear("1", chair.now)
    assert (last(chair).reason, last(chair).alarm.session) == (Reason.CLOSED, "s9")
    chair.events += chair.engine.seat("1", "s10", Phase.PREPARE, chair.now)
    chair.hold(20)
    assert chair.engine.alarms() == []


# ------------------------------------------------------------- moved to such a chair


def two(
    at_two: Mapping[VitalSign, float | None], seconds: int = 8, rules: Preset | None = None
) -> Chairside:
    """A patient in the first chair, and a monitor that tells of nobody at the second."""
    chair = Chairside(phase=None, chairs="12", rules=rules)
    chair.events += chair.engine.seat("1", "s1", Phase.INFUSION, chair.now)
    for _ in range(seconds):
        chair.pass_second(at_two, chair="2")
    return chair


@pytest.mark.requirement("ALM-142")
def test_an_alarm_of_the_chair_to_which_a_patient_is_moved_is_theirs() -> None:
    chair = two({SPO2: 84.0, HR: 72.0})
    chair.events += chair.engine.pause_audio("2", "rk", chair.now, 120.0)
    chair.events += chair.engine.move("1", "2", chair.now)
    assert (last(chair).reason, last(chair).alarm.session) == (Reason.ASSIGNED, "s1")
    alarm = known(chair.alarm("SPO2-3"))
    assert (alarm.id, alarm.chair) == ("chair:2/SPO2-3/SpO2/1", "2")
    assert chair.sounding() is Priority.HIGH
    assert chair.alarm("T-ASSIGN") is None
    chair.acknowledge("SPO2-3")
    for _ in range(11):
        chair.pass_second({SPO2: 97.0, HR: 72.0}, chair="2")
    assert chair.alarm("SPO2-3") is None


@pytest.mark.requirement("ALM-142")
def test_there_it_clears_within_the_patients_limit_if_they_were_within() -> None:
    chair = two({SPO2: 89.0, HR: 72.0}, 12)
    chair.now -= 1.0
    chair.pass_second({SPO2: 97.0, HR: 72.0}, chair="1")
    chair.events += chair.engine.move("1", "2", chair.now)
    steps = [one.reason for one in chair.events if one.alarm.condition == "SPO2-2"]
    assert steps[-2:] == [Reason.ASSIGNED, Reason.LIMIT_RELAXED]
    chair.acknowledge("SPO2-2")
    for _ in range(11):
        chair.pass_second({SPO2: 89.0, HR: 72.0}, chair="2")
    assert chair.alarm("SPO2-2") is None


@pytest.mark.requirement("ALM-142")
def test_each_of_its_alarms_is_told_the_limit_of_the_patients_phase() -> None:
    columns = "unassigned = 150, baseline = 150, infusion = 160, recovery = 160"
    same, other = "limit = 150,", f"limit = {{ {columns} }},"
    before, rule = preset().text.split('id = "HR-H2"')
    rules = load_preset(f'{before}id = "HR-H2"{rule.replace(same, other, 1)}', where="a test")
    chair = two({SPO2: 89.0, HR: 152.0}, 20, rules)
    chair.events += chair.engine.move("1", "2", chair.now)
    relaxed = [one.alarm.condition for one in chair.events if one.reason is Reason.LIMIT_RELAXED]
    assert relaxed == ["SPO2-2", "HR-H2"]


@pytest.mark.requirement("ALM-142")
def test_an_earlier_alarm_of_the_patient_is_no_measure_for_it() -> None:
    chair = Chairside(phase=None, chairs="12")
    chair.events += chair.engine.seat("1", "s1", Phase.PREPARE, chair.now)
    chair.hold(12, SPO2=89)
    chair.acknowledge("SPO2-2")
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    chair.hold(12, SPO2=89)
    assert chair.alarm("SPO2-2") is None
    for _ in range(12):
        chair.pass_second({SPO2: 86.0, HR: 72.0}, chair="2")
    chair.events += chair.engine.move("1", "2", chair.now)
    steps = [one for one in chair.events if one.alarm.id == "chair:2/SPO2-2/SpO2/1"]
    assert [one.reason for one in steps[1:]] == [Reason.ASSIGNED, Reason.LIMIT_RELAXED]


@pytest.mark.requirement("ALM-142")
def test_two_monitors_there_are_urgent_as_somebody_is_moved_there() -> None:
    chair = two({SPO2: 97.0, HR: 72.0})
    told = ("T-ASSIGN-2", "2", chair.now, "TWO MONITORS", chair.now)
    chair.events += chair.engine.assert_technical(*told)
    chair.events += chair.engine.move("1", "2", chair.now)
    assert known(chair.alarm("T-ASSIGN-2")).priority is Priority.HIGH
    (risen,) = [one for one in chair.events if one.reason is Reason.PRIORITY_RISES]
    assert risen.at_s == chair.now
    chair.events += chair.engine.assert_technical("T-ASSIGN-2", "2", None, "", chair.now)
    assert chair.alarm("T-ASSIGN-2") is None


@pytest.mark.requirement("ALM-142")
def test_a_rise_of_the_pressure_there_is_told_by_their_next_reading() -> None:
    chair = two({SYS: 190.0, DIA: 112.0, SPO2: 97.0, HR: 72.0}, 1)
    chair.events += chair.engine.move("1", "2", chair.now)
    assert known(chair.alarm("BP-H2")).session == "s1"
    chair.acknowledge("BP-H2")
    chair.pass_second({SYS: 125.0, DIA: 78.0, SPO2: 97.0, HR: 72.0}, chair="2")
    assert chair.alarm("BP-H2") is None


@pytest.mark.requirement("S-52")
@pytest.mark.parametrize(("given", "number"), [("r2-3", 4), ("r1-3", 1)])
def test_the_ids_that_an_empty_chair_gave_in_this_run_are_not_given_again(
    given: str, number: int
) -> None:
    chair = Chairside(phase=None)
    chair.engine = Engine(preset(), run="r2-")
    chair.engine.add_chair("1", {"dev-1": (QUIET_S, frozenset(VitalSign))}, 0.0)
    chair.engine.returning.given(f"chair:1/SPO2-3/SpO2/{given}")
    chair.hold(8, SPO2=84)
    assert known(chair.alarm("SPO2-3")).id == f"chair:1/SPO2-3/SpO2/r2-{number}"
