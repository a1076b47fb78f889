"""A patient is moved: what is about them goes along, the old chair is silent (alarms.md 8)."""

from __future__ import annotations

import pytest

from monitor.alerts import AlarmState, Engine, Reason
from monitor.clinic import Phase
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, QUIET_S, SPO2, SYS, Chairside, preset

OFF = {SPO2: (Validity.INVALID, "sensor off")}


def seated(phase: Phase = Phase.INFUSION) -> Chairside:
    """Two chairs, a patient in the first."""
    chair = Chairside(None, chairs="12")
    chair.events += chair.engine.seat("1", "s", Phase.PREPARE, 0.0)
    chair.events += chair.engine.set_phase("1", phase, 0.0)
    return chair


def move(chair: Chairside) -> None:
    chair.events += chair.engine.move("1", "2", chair.now)


def at_two(chair: Chairside, seconds: int, **values: float) -> None:
    shown: dict[VitalSign, float | None] = {SPO2: 97.0, HR: 72.0}
    shown |= {VitalSign[name]: value for name, value in values.items()}
    for _ in range(seconds):
        chair.pass_second(shown, chair="2")


@pytest.mark.requirement("S-72")
def test_an_acknowledged_high_and_the_rest_of_a_pause_go_along() -> None:
    chair = seated()
    chair.hold(12, SPO2=87)
    chair.acknowledge("SPO2-2")
    chair.hold(11, SPO2=87, HEART_RATE=121)
    chair.events += chair.engine.pause_audio("1", "rk", chair.now)
    chair.hold(80, SPO2=87, HEART_RATE=121)
    before = {one.condition: one for one in chair.engine.alarms("1")}
    move(chair)
    after = {one.condition: one for one in chair.engine.alarms("2")}
    assert chair.engine.alarms("1") == []
    assert after.keys() == before.keys()
    assert {one.chair for one in after.values()} == {"2"}
    assert [one.id for one in after.values()] == [one.id for one in before.values()]
    assert (after["SPO2-2"].state, after["SPO2-2"].acknowledged_by) == (AlarmState.ACTIVE_ACK, "rk")
    assert after["HR-H1"].audio_paused
    assert chair.engine.audio_paused_until("2") == chair.now + 40.0
    assert chair.engine.audio_paused_until("1") is None
    at_two(chair, 39, SPO2=87, HEART_RATE=121)
    assert not any(one.audible for one in chair.engine.alarms("2") if one.condition == "HR-H1")
    at_two(chair, 2, SPO2=87, HEART_RATE=121)
    assert any(one.audible for one in chair.engine.alarms("2") if one.condition == "HR-H1")


@pytest.mark.requirement("S-72")
def test_the_new_chair_is_stale_after_fifteen_seconds_and_the_old_one_never() -> None:
    chair = seated()
    chair.hold(20)
    move(chair)
    for _ in range(60):
        chair.events += chair.engine.frame("dev-2", chair.now)
        chair.now += 1.0
        chair.events += chair.engine.advance(chair.now)
    stale = [one for one in chair.events if one.alarm.condition == "T-STALE"]
    raised = [one for one in stale if one.reason is Reason.CONDITION_PRESENT]
    assert {(one.alarm.chair, one.at_s) for one in raised} == {("2", 35.0)}
    assert chair.engine.alarms("1") == []


@pytest.mark.requirement("S-72")
def test_what_belongs_to_the_old_devices_ends_as_moved() -> None:
    chair = seated()
    chair.hold(20)
    for _ in range(12):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    assert chair.state("T-PROBE") is AlarmState.ACTIVE_UNACK
    move(chair)
    ended = [one for one in chair.events if one.reason is Reason.MOVED]
    assert [(one.alarm.condition, one.alarm.state) for one in ended] == [
        ("T-PROBE", AlarmState.RESOLVED)
    ]
    chair.hold(30)
    assert [one.condition for one in chair.engine.alarms("1")] == ["T-ASSIGN"]


@pytest.mark.requirement("S-72")
def test_an_overdue_cuff_is_of_the_patient_and_only_a_reading_ends_it() -> None:
    chair = seated()
    chair.hold(485)
    (overdue,) = chair.engine.alarms("1")
    assert overdue.condition == "T-NIBP-O"
    move(chair)
    at_two(chair, 20)
    (still,) = chair.engine.alarms("2")
    assert (still.id, still.onset_s) == (overdue.id, overdue.onset_s)
    chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: 125.0, DIA: 78.0}, chair="2")
    assert chair.engine.alarms("2") == []


@pytest.mark.requirement("S-72")
def test_a_cuff_is_due_from_the_move_where_the_old_chair_had_none() -> None:
    chair = Chairside(None, chairs="2")
    chair.engine.add_chair("1", {"dev-1": (QUIET_S, frozenset({SPO2, HR}))}, 0.0)
    chair.engine.seat("1", "s", Phase.INFUSION, 0.0)
    chair.hold(60)
    move(chair)
    at_two(chair, 485)
    (overdue,) = chair.engine.alarms("2")
    assert (overdue.condition, overdue.onset_s) == ("T-NIBP-O", 60.0)


@pytest.mark.requirement("S-72")
def test_limits_baseline_and_a_suspension_are_in_force_in_the_new_chair() -> None:
    chair = seated()
    chair.events += chair.engine.set_baseline("1", {SYS: 125, DIA: 78, HR: 72, SPO2: 97}, 0.0)
    chair.events += chair.engine.set_limits("1", {"HR-H1 HR": 100.0}, 0.0)
    chair.events += chair.engine.suspend("1", "HR-H1", 0.0, 600.0)
    chair.hold(20)
    limits = chair.engine.limits("1")
    move(chair)
    assert chair.engine.limits("2") == limits
    at_two(chair, 15, HEART_RATE=105)
    (high,) = [one for one in chair.engine.alarms("2") if one.condition == "HR-H1"]
    assert (high.limit, high.audible, high.silent_until_s) == (100.0, False, 600.0)
    assert "HR-H1" not in chair.engine.silences("1").suspended


@pytest.mark.requirement("S-72")
def test_a_sum_over_seconds_goes_on_where_it_was() -> None:
    chair = seated()
    chair.hold(20)
    chair.hold(8, SPO2=87)  # 5 points, 40 %s; the alarm is at 50
    move(chair)
    at_two(chair, 4, SPO2=87)
    assert [one for one in chair.raised("SPO2-I") if one <= 32.0]


@pytest.mark.requirement("S-72")
def test_of_two_alarms_of_one_rule_the_sessions_own_stays() -> None:
    chair = seated()
    for _ in range(15):
        chair.pass_second({SPO2: 80.0, HR: 72.0}, chair="1")
        chair.now -= 1.0
        chair.pass_second({SPO2: 80.0, HR: 72.0}, chair="2")
    own = {one.id for one in chair.engine.alarms("1") if one.condition == "SPO2-3"}
    assert [one.id for one in chair.engine.alarms("2") if one.condition == "SPO2-3"] == [
        "chair:2/SPO2-3/SpO2/1"
    ]
    move(chair)
    assert {one.id for one in chair.engine.alarms("2") if one.condition == "SPO2-3"} == own
    assert "T-ASSIGN" not in {one.condition for one in chair.engine.alarms("2")}


@pytest.mark.requirement("S-72")
def test_what_a_jump_holds_back_is_judged_in_its_chair_at_the_time_of_the_move() -> None:
    chair = seated()
    for low in (False, True):
        for _ in range(4 if low else 20):
            chair.pass_second({SPO2: 80.0 if low else 97.0, HR: 72.0})
            chair.now -= 1.0
            at_two(chair, 1, SPO2=80.0 if low else 97.0)
    assert [one for one in chair.events if one.alarm.condition == "SPO2-3"] == []
    move(chair)
    steps = [
        (one.alarm.session, one.reason, one.at_s)
        for one in chair.events
        if one.alarm.condition == "SPO2-3"
    ]
    assert sorted(steps, key=str) == [
        ("s", Reason.CONDITION_PRESENT, 24.0),
        ("s", Reason.WENT_ALONG, 24.0),
        (None, Reason.CONDITION_PRESENT, 24.0),
        (None, Reason.SEATED, 24.0),
    ]


@pytest.mark.requirement("S-72")
def test_two_monitors_that_disagreed_are_not_told_of_the_next_two() -> None:
    chair = seated()
    chair.hold(20, PULSE_RATE=95.0)
    move(chair)
    at_two(chair, 40, PULSE_RATE=95.0)
    assert chair.raised("T-SRC") == [50.0]


@pytest.mark.requirement("S-72")
def test_each_alarm_of_the_old_chairs_devices_ends_at_the_move_and_is_told() -> None:
    engine = Engine(preset())
    devices = {"mon": (3.0, frozenset({HR, SPO2})), "oxi": (3.0, frozenset({SPO2}))}
    engine.add_chair("1", devices, 0.0)
    engine.add_chair("2", {}, 0.0)
    engine.seat("1", "s", Phase.INFUSION, 0.0)
    engine.advance(30.0)
    lost = {one.id for one in engine.alarms("1") if one.condition == "T-LINK"}
    events = engine.move("1", "2", 30.0)
    ended = {one.alarm.id: one.at_s for one in events if one.reason is Reason.MOVED}
    assert len(lost) == 2
    assert ended.items() >= dict.fromkeys(lost, 30.0).items()
