"""The life of an alarm: acknowledge, pause, latch, phase, absence (alarms.md sections 8 and 8a)."""

from __future__ import annotations

import math

import pytest

from monitor.alerts import LATCHING_LIFE, LIFE, AlarmState, Reason
from monitor.clinic import Phase
from monitor.conditions import Priority
from monitor.errors import CommandRefused
from monitor.vitals import Validity, VitalSign
from tests.judged import HR, SPO2, Chairside

OFF = {SPO2: (Validity.INVALID, "sensor off")}


def test_only_an_acknowledge_ends_a_latched_alarm_while_its_session_lasts() -> None:
    ways = {
        reason
        for (state, reason), to in LATCHING_LIFE.items()
        if state is AlarmState.LATCHED_UNACK and to is AlarmState.RESOLVED
    }
    # One of an empty chair is of nobody, and ends when somebody is seated there.
    assert ways == {Reason.ACKNOWLEDGED, Reason.CLOSED, Reason.SEATED}


def test_no_step_leads_back_to_idle_or_pending() -> None:
    assert not {AlarmState.IDLE, AlarmState.PENDING} & set(LIFE.values())


@pytest.mark.requirement("SHO-148")
def test_pending_is_told_from_the_first_violating_sample_to_the_return() -> None:
    chair = Chairside()
    chair.hold(5, SPO2=97)
    assert chair.engine.pending("1") == frozenset()
    chair.hold(5, SPO2=91)
    assert chair.engine.pending("1") == {SPO2}
    chair.hold(1, SPO2=97)
    assert chair.engine.pending("1") == frozenset()
    chair.hold(3, SPO2=97, HEART_RATE=121)
    assert chair.engine.pending("1") == {HR}


@pytest.mark.requirement("S-38")
def test_an_acknowledge_silences_that_alarm_alone() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91, HEART_RATE=125)
    chair.acknowledge("SPO2-1")
    assert chair.state("SPO2-1") is AlarmState.ACTIVE_ACK
    assert chair.sounding() is Priority.MEDIUM
    heart = chair.alarm("HR-H1")
    assert heart is not None
    assert heart.audible


def test_what_is_not_open_or_acknowledged_already_cannot_be_acknowledged() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    chair.acknowledge("SPO2-1")
    with pytest.raises(CommandRefused, match="acknowledged already"):
        chair.acknowledge("SPO2-1")
    with pytest.raises(CommandRefused, match="not open"):
        chair.engine.acknowledge("no-such", "rk", chair.now)


@pytest.mark.requirement("S-39")
@pytest.mark.parametrize(
    ("value", "condition", "again_s"), [(91, "SPO2-1", 300), (86, "SPO2-2", 120)]
)
def test_an_acknowledged_alarm_that_stays_sounds_again(
    value: float, condition: str, again_s: int
) -> None:
    chair = Chairside()
    chair.hold(20, SPO2=value)
    if condition == "SPO2-2":
        chair.acknowledge("SPO2-1")
    chair.acknowledge(condition)
    chair.hold(again_s - 1, SPO2=value)
    assert chair.state(condition) is AlarmState.ACTIVE_ACK
    chair.hold(2, SPO2=value)
    assert chair.state(condition) is AlarmState.ACTIVE_UNACK
    assert chair.events[-1].reason is Reason.RE_ALARM


def test_a_low_alarm_never_sounds_again() -> None:
    chair = Chairside()
    chair.cuff(165, 90, 115)
    chair.acknowledge("BP-H1")
    chair.hold(200)
    assert chair.state("BP-H1") is AlarmState.ACTIVE_ACK


@pytest.mark.requirement("S-40")
def test_a_more_severe_tier_sounds_at_once_after_an_acknowledge() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    chair.acknowledge("SPO2-1")
    assert chair.sounding() is None
    chair.hold(11, SPO2=86)
    assert chair.sounding() is Priority.HIGH


@pytest.mark.requirement("S-64")
def test_worse_by_its_step_sounds_on_the_same_alarm_acknowledged_or_paused() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=84)
    before = chair.alarm("SPO2-3")
    chair.acknowledge("SPO2-3")
    chair.acknowledge("SPO2-2")
    chair.hold(5, SPO2=81)
    assert chair.sounding() is None
    chair.hold(1, SPO2=80)
    after = chair.alarm("SPO2-3")
    assert before is not None
    assert after is not None
    assert (after.id, after.state) == (before.id, AlarmState.ACTIVE_UNACK)
    paused = Chairside()
    paused.hold(12, SPO2=84)
    paused.engine.pause_audio("1", "rk", paused.now)
    assert paused.sounding() is None
    paused.hold(1, SPO2=80)
    assert paused.sounding() is Priority.HIGH


@pytest.mark.requirement("S-41")
def test_a_pause_ends_by_itself_and_anything_new_sounds_through_it() -> None:
    chair = Chairside()
    chair.hold(20, HEART_RATE=130)
    chair.engine.pause_audio("1", "rk", chair.now)
    assert chair.sounding() is None
    assert chair.state("HR-H1") is AlarmState.ACTIVE_UNACK
    chair.cuff(165, 90, 115)
    assert chair.sounding() is Priority.LOW
    chair.hold(118, HEART_RATE=130)
    assert chair.sounding() is Priority.LOW
    chair.hold(2, HEART_RATE=130)
    assert chair.sounding() is Priority.MEDIUM
    assert "1" in chair.engine.take_changed()


@pytest.mark.requirement("S-42")
@pytest.mark.parametrize("seconds", [0.0, -1.0, 121.0, 1e9, math.nan, math.inf])
def test_no_pause_is_longer_than_two_minutes(seconds: float) -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    with pytest.raises(CommandRefused):
        chair.engine.pause_audio("1", "rk", chair.now, seconds)
    assert chair.sounding() is Priority.MEDIUM


def test_a_second_press_changes_nothing_and_the_next_must_wait() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    chair.engine.pause_audio("1", "rk", chair.now)
    until = chair.engine.audio_paused_until("1")
    chair.hold(60, SPO2=91)
    chair.engine.pause_audio("1", "rk", chair.now)
    assert chair.engine.audio_paused_until("1") == until
    chair.hold(61, SPO2=91)
    with pytest.raises(CommandRefused, match="heard for 10 s"):
        chair.engine.pause_audio("1", "rk", chair.now)
    chair.hold(10, SPO2=91)
    chair.engine.pause_audio("1", "rk", chair.now)
    assert chair.sounding() is None


@pytest.mark.requirement("S-43")
def test_a_medium_alarm_ends_by_itself_and_a_high_one_latches() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    chair.hold(12, SPO2=95)
    assert chair.alarm("SPO2-1") is None
    chair.hold(12, SPO2=86)
    chair.hold(11, SPO2=96)
    latched = chair.alarm("SPO2-2")
    assert latched is not None
    assert (latched.state, latched.extreme) == (AlarmState.LATCHED_UNACK, 86.0)
    chair.acknowledge("SPO2-2")
    assert chair.alarm("SPO2-2") is None


@pytest.mark.requirement("S-44")
def test_a_latched_alarm_that_comes_again_is_the_same_one_in_its_second_episode() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=86)
    first = chair.alarm("SPO2-2")
    chair.hold(11, SPO2=96)
    chair.hold(11, SPO2=85)
    second = chair.alarm("SPO2-2")
    assert first is not None
    assert second is not None
    assert (second.id, second.episode, second.state) == (first.id, 2, AlarmState.ACTIVE_UNACK)
    chair.acknowledge("SPO2-2")
    chair.hold(11, SPO2=96)
    chair.hold(12, SPO2=86)
    third = chair.alarm("SPO2-2")
    assert third is not None
    assert third.id != first.id


@pytest.mark.requirement("S-45")
def test_a_hundred_crossings_inside_the_deadband_are_one_alarm() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    for _ in range(100):
        chair.hold(1, SPO2=93)
        chair.hold(1, SPO2=91)
    assert len(chair.raised("SPO2-1")) == 1


@pytest.mark.requirement("S-46")
def test_a_new_phase_switches_limits_at_once_and_keeps_an_unseen_high_alarm() -> None:
    chair = Chairside(Phase.BASELINE)
    chair.hold(12, SPO2=93)
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    chair.hold(20, SPO2=93)
    assert chair.raised("SPO2-1") == []
    chair.hold(12, SPO2=86)
    chair.events += chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    assert chair.state("SPO2-2") is AlarmState.ACTIVE_UNACK


@pytest.mark.requirement("S-47")
def test_closing_ends_every_alarm_of_the_chair_and_its_pause() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=84)
    chair.engine.pause_audio("1", "rk", chair.now)
    chair.events += chair.engine.clear("1", chair.now)
    assert chair.engine.alarms() == []
    assert chair.engine.audio_paused_until("1") is None
    assert {event.reason for event in chair.events[-3:]} == {Reason.CLOSED}


@pytest.mark.requirement("S-26")
def test_a_probe_that_comes_off_ends_no_alarm_and_says_so() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=86)
    for _ in range(20):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    alarm = chair.alarm("SPO2-2")
    assert alarm is not None
    assert (alarm.state, alarm.data_lost) == (AlarmState.ACTIVE_UNACK, True)
    assert chair.state("T-PROBE") is AlarmState.ACTIVE_UNACK
    chair.hold(11, SPO2=96)
    assert chair.state("SPO2-2") is AlarmState.LATCHED_UNACK


@pytest.mark.requirement("S-65")
def test_a_lost_probe_does_not_stop_the_re_alarm() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=86)
    chair.acknowledge("SPO2-2")
    for _ in range(121):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
    assert chair.state("SPO2-2") is AlarmState.ACTIVE_UNACK


@pytest.mark.requirement("S-29")
def test_a_silent_vital_alarms_at_fifteen_seconds() -> None:
    chair = Chairside()
    chair.hold(10)
    for _ in range(20):
        chair.pass_second({SPO2: None, HR: 72.0})
    assert chair.raised("T-STALE") == [24.0]
    chair.hold(3)
    assert chair.alarm("T-STALE") is not None
    chair.hold(1)
    assert chair.alarm("T-STALE") is None


@pytest.mark.requirement("S-30")
@pytest.mark.parametrize(
    ("phase", "priority"),
    [(Phase.INFUSION, Priority.HIGH), (Phase.BASELINE, Priority.MEDIUM)],
)
def test_a_silent_monitor_alarms_at_ten_seconds(phase: Phase, priority: Priority) -> None:
    chair = Chairside(phase)
    chair.hold(10)
    for _ in range(12):
        chair.pass_second({}, silent=True)
    assert chair.raised("T-LINK") == [19.0]
    alarm = chair.alarm("T-LINK")
    assert alarm is not None
    assert alarm.priority is priority


@pytest.mark.requirement("S-31")
def test_a_lost_link_speaks_for_what_it_silences_and_ends_after_five_seconds_of_frames() -> None:
    chair = Chairside()
    chair.hold(10)
    for _ in range(30):
        chair.pass_second({}, silent=True)
    assert [one.condition for one in chair.engine.alarms()] == ["T-LINK"]
    chair.hold(5)
    assert chair.alarm("T-LINK") is not None
    chair.hold(1)
    assert chair.engine.alarms() == []


@pytest.mark.requirement("S-33")
def test_an_overdue_cuff_is_low_then_medium() -> None:
    chair = Chairside()
    chair.cuff(120, 80, 93)
    chair.hold(480)
    assert chair.raised("T-NIBP-O") == [480.0]
    low = chair.alarm("T-NIBP-O")
    assert low is not None
    assert low.priority is Priority.LOW
    chair.hold(121)
    medium = chair.alarm("T-NIBP-O")
    assert medium is not None
    assert (medium.id, medium.priority) == (low.id, Priority.MEDIUM)
    chair.cuff(120, 80, 93)
    assert chair.alarm("T-NIBP-O") is None


@pytest.mark.requirement("S-35")
def test_an_unseen_probe_off_becomes_high_and_a_seen_one_does_not() -> None:
    for seen, priority in ((False, Priority.HIGH), (True, Priority.MEDIUM)):
        chair = Chairside()
        chair.hold(3)
        for second in range(80):
            chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)
            if seen and second == 20:
                chair.acknowledge("T-PROBE")
        alarm = chair.alarm("T-PROBE")
        assert alarm is not None
        assert alarm.priority is priority


@pytest.mark.requirement("INF-017")
def test_a_copy_behind_is_low_after_a_minute_and_medium_after_fifteen() -> None:
    chair = Chairside()
    for second in range(1_000):
        text = "HISTORY COPY 9 BEHIND"
        chair.events += chair.engine.assert_technical("T-COPY", "", 0.0, text, float(second))
        chair.events += chair.engine.advance(float(second))
        alarm = chair.alarm("T-COPY")
        priority = alarm.priority if alarm else None
        expected = None if second < 60 else Priority.LOW if second < 900 else Priority.MEDIUM
        assert priority == expected, second
    chair.events += chair.engine.assert_technical("T-COPY", "", None, "", 1_000.0)
    assert chair.alarm("T-COPY") is None


def test_the_caller_is_told_when_to_come_back_and_never_made_to_spin() -> None:
    chair = Chairside()
    chair.hold(30, SPO2=91)
    chair.engine.pause_audio("1", "rk", chair.now)
    for _ in range(300):
        deadline = chair.engine.next_deadline()
        assert deadline > chair.now
        chair.pass_second({SPO2: 91.0})


@pytest.mark.requirement("S-39")
def test_a_lost_probe_in_an_infusion_sounds_again_two_minutes_after_its_acknowledge() -> None:
    chair = Chairside()
    off = {SPO2: (Validity.NOT_AVAILABLE, "sensor off")}
    chair.hold(5)
    while chair.alarm("T-PROBE") is None:
        chair.pass_second({SPO2: None, HR: 72.0}, validity=off)
    chair.acknowledge("T-PROBE")
    for _ in range(119):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=off)
    assert chair.state("T-PROBE") is AlarmState.ACTIVE_ACK
    chair.pass_second({SPO2: None, HR: 72.0}, validity=off)
    assert chair.state("T-PROBE") is AlarmState.ACTIVE_UNACK


@pytest.mark.requirement("S-39")
@pytest.mark.parametrize(("missing", "again_s"), [(SPO2, 120), (HR, 300)])
def test_silence_in_an_infusion_sounds_again_after_two_minutes_of_spo2_and_after_five_of_others(
    missing: VitalSign, again_s: int
) -> None:
    chair = Chairside()
    chair.hold(5)
    values = {SPO2: 97.0, HR: 72.0} | {missing: None}
    while chair.alarm("T-STALE") is None:
        chair.pass_second(values)
    chair.acknowledge("T-STALE")
    for _ in range(again_s - 1):
        chair.pass_second(values)
    assert chair.state("T-STALE") is AlarmState.ACTIVE_ACK
    chair.pass_second(values)
    assert chair.state("T-STALE") is AlarmState.ACTIVE_UNACK


def test_alarms_are_ranked_by_priority_then_unseen_then_newest() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    chair.hold(20, SPO2=91, HEART_RATE=121)
    newest_first = [one.condition for one in chair.engine.alarms("1")]
    assert newest_first.index("HR-H1") < newest_first.index("SPO2-1")
    chair.acknowledge("HR-H1")
    assert [one.condition for one in chair.engine.alarms("1")].index("SPO2-1") == 0
    chair.hold(20, SPO2=91, HEART_RATE=151)
    assert chair.engine.alarms("1")[0].condition == "HR-H2"


@pytest.mark.requirement("S-46")
def test_a_phase_in_which_an_open_alarm_is_more_urgent_raises_it_at_once() -> None:
    chair = Chairside(Phase.BASELINE)
    chair.hold(1)
    for _ in range(15):
        chair.pass_second({}, silent=True)
    lost = chair.alarm("T-LINK")
    assert lost is not None
    assert lost.priority is Priority.MEDIUM
    events = chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    rises = [one for one in events if one.alarm.condition == "T-LINK"]
    assert [(one.reason, one.at_s) for one in rises] == [(Reason.PRIORITY_RISES, chair.now)]
    assert chair.sounding() is Priority.HIGH
