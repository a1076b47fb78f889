"""What an alarm tells of itself: which step it is, since when it stands so, its worst value."""

from __future__ import annotations

import pytest

from monitor.alerts import AlarmState, Engine, Reason
from monitor.clinic import Phase
from monitor.conditions import Kind
from monitor.vitals import Validity, VitalSign
from tests.judged import HR, PR, QUIET_S, SPO2, SYS, Chairside, preset, reading

OFF = {SPO2: (Validity.INVALID, "sensor off")}


def test_an_alarm_tells_what_it_is_about() -> None:
    chair = Chairside()
    chair.hold(14, HEART_RATE=125)
    alarm = chair.alarm("HR-H1")
    assert alarm is not None
    assert (alarm.chair, alarm.session, alarm.instance) == ("1", "s1", "HR")
    assert (alarm.kind, alarm.group, alarm.vitals) == (Kind.PHYSIOLOGICAL, "HR high", (HR,))
    assert (alarm.suspendable, alarm.audible, alarm.audio_paused) == (True, True, False)
    assert (alarm.value, alarm.limit, alarm.extreme) == (125.0, 120.0, 125.0)
    chair.hold(11, SPO2=86)
    desaturated = chair.alarm("SPO2-2")
    assert desaturated is not None
    assert desaturated.suspendable is False
    pressure = Chairside()
    pressure.cuff(85, 48, 58)
    low = pressure.alarm("BP-L1")
    assert low is not None
    assert (low.instance, low.vitals) == ("NIBP", (SYS, VitalSign.NIBP_MEAN))


def test_the_worst_value_is_told_with_the_time_at_which_it_was_reached_first() -> None:
    chair = Chairside()
    chair.hold(5)
    chair.hold(12, HEART_RATE=125)
    chair.hold(3, HEART_RATE=131)
    chair.hold(3, HEART_RATE=128)
    high = chair.alarm("HR-H1")
    assert high is not None
    assert (high.value, high.extreme, high.extreme_s) == (128.0, 131.0, 17.0)
    chair = Chairside()
    chair.hold(5)
    chair.hold(17, SPO2=91)
    chair.hold(2, SPO2=89)
    low = chair.alarm("SPO2-1")
    assert low is not None
    assert (low.extreme, low.extreme_s) == (89.0, 22.0)


def test_what_is_missing_has_no_worst_value() -> None:
    chair = Chairside()
    chair.hold(5)
    for _ in range(12):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    probe = chair.alarm("T-PROBE")
    assert probe is not None
    assert (probe.value, probe.extreme, probe.extreme_s) == (None, None, None)


def test_the_steps_of_an_alarm_are_numbered_from_nought() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    chair.acknowledge("SPO2-1")
    chair.hold(1, SPO2=87)
    chair.hold(12)
    steps = [event for event in chair.events if event.alarm.condition == "SPO2-1"]
    assert [event.reason for event in steps] == [
        *(Reason.CONDITION_PRESENT, Reason.ACKNOWLEDGED, Reason.WORSE, Reason.CONDITION_ENDED)
    ]
    assert [event.ordinal for event in steps] == [0, 1, 2, 3]


def test_since_is_when_it_was_raised_seen_or_got_louder_and_nothing_quiet_changes_it() -> None:
    chair = Chairside()
    chair.hold(5)
    chair.hold(20, SPO2=91)
    chair.acknowledge("SPO2-1")
    chair.hold(1, SPO2=87)
    chair.hold(12)
    steps = [event for event in chair.events if event.alarm.condition == "SPO2-1"]
    assert [event.alarm.since_s for event in steps] == [20.0, 25.0, 25.0, 36.0]
    chair = Chairside()
    chair.events += chair.engine.enter_score("1", 3, "rk", 1.0)
    chair.events += chair.engine.enter_score("1", 2, "rk", 2.0)
    chair.events += chair.engine.enter_score("1", 3, "rk", 3.0)
    assert [event.alarm.since_s for event in chair.events] == [1.0, 2.0, 2.0]
    moved = Chairside(chairs=("1", "2"))
    moved.engine.clear("2", 0.0)
    moved.hold(15, SPO2=80)
    moved.engine.move("1", "2", 15.0)
    assert {one.condition: one.since_s for one in moved.engine.alarms("2")}["SPO2-3"] == 3.0


def test_who_saw_it_and_when_is_told_while_it_is_open() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    before = chair.alarm("SPO2-1")
    chair.acknowledge("SPO2-1", "mb")
    chair.hold(3, SPO2=91)
    after = chair.alarm("SPO2-1")
    assert before is not None
    assert after is not None
    assert (before.acknowledged_by, before.acknowledged_s) == (None, None)
    assert (after.acknowledged_by, after.acknowledged_s) == ("mb", 20.0)


def test_an_alarm_without_data_tells_since_when_and_keeps_its_state() -> None:
    chair = Chairside()
    chair.hold(5)
    chair.hold(16, SPO2=91)
    for _ in range(6):
        chair.pass_second({HR: 72.0})
    alarm = chair.alarm("SPO2-1")
    assert alarm is not None
    assert (alarm.data_lost, alarm.data_lost_s) == (True, 20.0)
    assert alarm.state is AlarmState.ACTIVE_UNACK
    chair.hold(1, SPO2=91)
    again = chair.alarm("SPO2-1")
    assert again is not None
    assert (again.data_lost, again.data_lost_s) == (False, None)


def test_what_lay_over_an_alarm_is_off_it_when_it_ends() -> None:
    chair = Chairside()
    chair.hold(14, HEART_RATE=122)
    chair.events += chair.engine.suspend("1", "HR-H1", chair.now, 600.0)
    suspended = chair.alarm("HR-H1")
    assert suspended is not None
    assert suspended.silent_until_s == 614.0
    chair.hold(12)
    ended = chair.events[-1].alarm
    assert (ended.condition, ended.state) == ("HR-H1", AlarmState.RESOLVED)
    assert ended.silent_until_s is None
    over = (ended.superseded, ended.data_lost, ended.audio_paused, ended.audible)
    assert not any(over)


def test_a_paused_alarm_is_told_as_paused_and_an_acknowledged_one_is_not() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    chair.engine.pause_audio("1", "rk", chair.now, 60.0)
    paused = chair.alarm("SPO2-1")
    assert paused is not None
    assert (paused.audio_paused, paused.audible) == (True, False)
    chair.acknowledge("SPO2-1")
    seen = chair.alarm("SPO2-1")
    assert seen is not None
    assert seen.audio_paused is False


@pytest.mark.requirement("S-39")
def test_a_probe_that_stays_off_after_an_acknowledge_sounds_again_and_then_rises() -> None:
    chair = Chairside()
    chair.hold(5)

    def off(seconds: int) -> None:
        for _ in range(seconds):
            values = {SPO2: None, HR: 72.0, PR: 72.0}
            chair.pass_second(values, validity=OFF)

    off(20)
    chair.acknowledge("T-PROBE")
    seen_s = chair.now
    off(182)
    steps = [(event.reason, event.at_s - seen_s) for event in chair.events[-2:]]
    assert steps == [(Reason.RE_ALARM, 120.0), (Reason.PRIORITY_RISES, 180.0)]


def test_an_engine_that_is_called_late_takes_each_step_at_its_own_time() -> None:
    chair = Chairside()
    chair.hold(5)
    for _ in range(20):
        chair.pass_second({SPO2: None, HR: 72.0, PR: 72.0}, validity=OFF)
    chair.acknowledge("T-PROBE")
    seen_s = chair.now
    events = chair.engine.advance(seen_s + 400.0)
    own = [event for event in events if event.alarm.condition == "T-PROBE"]
    assert [(one.reason, one.at_s - seen_s) for one in own][:2] == [
        (Reason.RE_ALARM, 120.0),
        (Reason.PRIORITY_RISES, 180.0),
    ]


def test_the_list_begins_with_what_is_most_urgent_then_unseen_then_newest() -> None:
    chair = Chairside(chairs="12")
    chair.hold(20, SPO2=91)
    chair.acknowledge("SPO2-1")
    chair.hold(3, SPO2=91, HEART_RATE=125)
    chair.hold(8, SPO2=87, HEART_RATE=125)
    chair.pass_second({SPO2: 87.0, HR: 125.0, SYS: 85.0})
    chair.hold(3, SPO2=87, HEART_RATE=125)
    told = [one.condition for one in chair.engine.alarms("1") if one.condition != "SPO2-I"]
    assert told == ["SPO2-2", "BP-L1", "HR-H1", "SPO2-1"]
    assert {one.chair for one in chair.engine.alarms()} == {"1", "2"}


def test_an_alarm_without_a_patient_is_named_after_its_chair_and_the_run() -> None:
    engine = Engine(preset(), run="r7-")
    engine.add_chair("1", {"dev-1": (QUIET_S, frozenset(VitalSign))}, 0.0)
    for at_s in range(1, 6):
        engine.observe([reading(SPO2, 80.0, float(at_s))])
    assert [one.id for one in engine.alarms()][:1] == ["chair:1/SPO2-3/SpO2/r7-1"]
    engine.seat("1", "s1", Phase.INFUSION, 6.0)
    for at_s in range(7, 32):
        engine.observe([reading(SPO2, 80.0, float(at_s))])
    assert "s1/SPO2-2/SpO2/1" in [one.id for one in engine.alarms()]


def test_an_alarm_with_a_delay_was_pending_and_one_without_was_not() -> None:
    chair = Chairside()
    chair.hold(16, SPO2=91)
    chair.cuff(190, 95)
    came_from = {one.alarm.condition: one.from_state for one in chair.events}
    assert came_from["SPO2-1"] is AlarmState.PENDING
    assert came_from["BP-H2"] is AlarmState.IDLE
    at_once = Chairside()
    at_once.engine.set_limits("1", {"SPO2-1 delay": 0.0}, 0.0)
    at_once.hold(1, SPO2=91)
    assert [one.from_state for one in at_once.events] == [AlarmState.IDLE]
