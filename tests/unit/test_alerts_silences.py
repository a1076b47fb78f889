"""Rules suspended and chairs on standby: silent for a while, judged all the time."""

from __future__ import annotations

import pytest

from monitor.alerts import AlarmState
from monitor.clinic import Phase
from monitor.conditions import Priority
from monitor.errors import CommandRefused, ConfigError
from monitor.presets import load_preset
from monitor.vitals import Validity
from tests.judged import HR, SPO2, Chairside, preset

MINUTES_30 = 1800.0


def suspend(chair: Chairside, rule: str, seconds: float = 600.0) -> None:
    chair.events += chair.engine.suspend("1", rule, chair.now, seconds)


def stand_by(chair: Chairside, seconds: float = 600.0) -> None:
    chair.events += chair.engine.stand_by("1", chair.now, seconds)


def heard(chair: Chairside, rule: str) -> bool:
    alarm = chair.alarm(rule)
    return alarm is not None and alarm.audible


def probe_off(chair: Chairside, seconds: int) -> None:
    off = {SPO2: (Validity.NOT_AVAILABLE, "sensor off")}
    for _ in range(seconds):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=off)


@pytest.mark.requirement("S-56")
def test_no_rule_that_is_or_becomes_high_can_be_suspended_in_any_phase() -> None:
    high = [
        one.id
        for one in preset().conditions
        if Priority.HIGH in (*one.priority.values(), *(rise.to for rise in one.escalations))
    ]
    assert {"SPO2-2", "SPO2-3", "HR-H2", "HR-0", "BP-H2", "T-PROBE"} <= set(high)
    for phase in (Phase.BASELINE, Phase.INFUSION, Phase.RECOVERY):
        chair = Chairside(phase)
        for rule in high:
            with pytest.raises(CommandRefused, match=rule):
                suspend(chair, rule, 60.0)


@pytest.mark.requirement("S-56")
def test_a_suspension_ends_by_itself_and_lasts_half_an_hour_in_all() -> None:
    chair = Chairside()
    for seconds in (0.0, -1.0, MINUTES_30 + 1, float("nan"), float("inf")):
        with pytest.raises(CommandRefused):
            suspend(chair, "HR-H1", seconds)
    suspend(chair, "HR-H1", 1200.0)
    chair.hold(1200)
    assert chair.engine.silences("1").suspended == {}
    with pytest.raises(CommandRefused, match="600 s are left"):
        suspend(chair, "HR-H1", 601.0)
    suspend(chair, "HR-H1", 600.0)
    chair.hold(600)
    with pytest.raises(CommandRefused, match="0 s are left"):
        suspend(chair, "HR-H1", 1.0)


@pytest.mark.requirement("S-56")
def test_what_was_not_used_may_be_used_later_and_the_next_phase_begins_anew() -> None:
    chair = Chairside()
    suspend(chair, "HR-H1", MINUTES_30)
    chair.hold(60)
    chair.events += chair.engine.end_suspension("1", "HR-H1", chair.now)
    suspend(chair, "HR-H1", MINUTES_30 - 60)
    chair.events += chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    assert chair.engine.silences("1").suspended == {}
    suspend(chair, "HR-H1", MINUTES_30)


@pytest.mark.requirement("S-63")
def test_after_a_standby_that_a_person_ended_the_next_may_follow_when_it_was_heard() -> None:
    chair = Chairside(Phase.RECOVERY)
    stand_by(chair)
    chair.hold(30)
    chair.events += chair.engine.end_standby("1", chair.now)
    with pytest.raises(CommandRefused, match="a moment ago"):
        stand_by(chair)
    chair.hold(10)
    stand_by(chair)


def test_a_rule_is_suspended_where_it_belongs_at_its_chair_or_for_the_clinic() -> None:
    chair = Chairside()
    with pytest.raises(CommandRefused, match="it is about the whole clinic"):
        suspend(chair, "T-COPY")
    with pytest.raises(CommandRefused, match="it is about one chair"):
        chair.engine.suspend("", "HR-H1", chair.now, 60.0)


def test_a_rule_that_does_not_exist_and_one_already_suspended_are_refused() -> None:
    chair = Chairside()
    with pytest.raises(CommandRefused, match="no rule 'HR-X'"):
        suspend(chair, "HR-X")
    suspend(chair, "HR-H1")
    with pytest.raises(CommandRefused, match="suspended already"):
        suspend(chair, "HR-H1")


@pytest.mark.requirement("S-70")
def test_a_suspended_alarm_is_listed_and_silent_and_sounds_again_at_the_end() -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=121)
    assert chair.sounding() is Priority.MEDIUM
    suspend(chair, "HR-H1", 60.0)
    chair.hold(59, HEART_RATE=121)
    assert chair.state("HR-H1") is AlarmState.ACTIVE_UNACK
    assert not heard(chair, "HR-H1")
    chair.hold(1, HEART_RATE=121)
    assert heard(chair, "HR-H1")


@pytest.mark.requirement("S-70")
def test_a_suspended_rule_goes_on_being_judged_and_ends_when_it_clears() -> None:
    chair = Chairside()
    suspend(chair, "HR-H1")
    chair.hold(12, HEART_RATE=121)
    assert chair.raised("HR-H1") == [10.0]
    assert chair.sounding() is None
    chair.hold(11, HEART_RATE=100)
    assert chair.state("HR-H1") is AlarmState.IDLE


def test_the_end_of_a_suspension_is_heard_through_an_audio_pause() -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=121)
    suspend(chair, "HR-H1", 30.0)
    chair.events += chair.engine.pause_audio("1", "rk", chair.now, 120.0)
    chair.hold(30, HEART_RATE=121)
    assert chair.sounding() is Priority.MEDIUM


def test_an_alarm_that_gets_worse_by_its_step_breaks_the_suspension() -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=121)
    suspend(chair, "HR-H1")
    chair.hold(5, HEART_RATE=135)
    assert chair.sounding() is None
    chair.hold(1, HEART_RATE=136)
    assert chair.sounding() is Priority.MEDIUM
    assert chair.engine.silences("1").suspended == {}


def test_a_second_high_reading_breaks_the_suspension() -> None:
    chair = Chairside()
    chair.cuff(165, 95)
    suspend(chair, "BP-H1")
    chair.hold(60)
    chair.cuff(166, 95)
    assert chair.sounding() is Priority.MEDIUM


def test_a_suspended_alarm_supersedes_nothing() -> None:
    chair = Chairside()
    chair.hold(70, HEART_RATE=121)
    lesser = chair.alarm("HR-A")
    assert lesser is not None
    assert lesser.superseded
    suspend(chair, "HR-H1")
    lesser = chair.alarm("HR-A")
    assert lesser is not None
    assert not lesser.superseded


@pytest.mark.requirement("S-63")
def test_standby_is_refused_in_an_infusion_and_without_a_session() -> None:
    with pytest.raises(CommandRefused, match="an infusion runs"):
        stand_by(Chairside(Phase.INFUSION))
    with pytest.raises(CommandRefused, match="nobody is seated"):
        stand_by(Chairside(None))


@pytest.mark.requirement("S-63")
def test_standby_ends_at_ten_minutes_at_the_latest_and_cannot_be_renewed_in_silence() -> None:
    chair = Chairside(Phase.RECOVERY)
    for seconds in (0.0, -1.0, 601.0, float("nan")):
        with pytest.raises(CommandRefused):
            stand_by(chair, seconds)
    stand_by(chair)
    probe_off(chair, 300)
    stand_by(chair)
    assert chair.sounding() is None
    probe_off(chair, 300)
    assert chair.sounding() is not None
    with pytest.raises(CommandRefused, match="a moment ago"):
        stand_by(chair)


@pytest.mark.requirement("S-63")
def test_standby_silences_equipment_only_and_what_comes_is_judged() -> None:
    chair = Chairside(Phase.RECOVERY)
    chair.hold(5)
    stand_by(chair)
    probe_off(chair, 30)
    assert chair.state("T-PROBE") is AlarmState.ACTIVE_UNACK
    assert chair.sounding() is None
    chair.hold(4, SPO2=84)
    assert chair.state("SPO2-3") is AlarmState.ACTIVE_UNACK
    assert chair.sounding() is Priority.HIGH


@pytest.mark.requirement("S-63")
def test_standby_ends_with_the_start_of_the_infusion_and_by_a_person() -> None:
    chair = Chairside(Phase.BASELINE)
    stand_by(chair)
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    assert chair.engine.silences("1").standby_until_s is None
    back = Chairside(Phase.RECOVERY)
    back.hold(5)
    stand_by(back)
    probe_off(back, 30)
    back.events += back.engine.end_standby("1", back.now)
    assert back.sounding() is Priority.MEDIUM


def test_a_lost_link_is_heard_during_standby() -> None:
    chair = Chairside(Phase.RECOVERY)
    chair.hold(5)
    stand_by(chair)
    for _ in range(15):
        chair.pass_second({}, silent=True)
    assert chair.sounding() is Priority.MEDIUM


def test_nothing_is_silent_for_the_next_patient() -> None:
    chair = Chairside(Phase.RECOVERY)
    suspend(chair, "HR-H1")
    stand_by(chair)
    chair.events += chair.engine.clear("1", chair.now)
    chair.events += chair.engine.seat("1", "s2", Phase.RECOVERY, chair.now)
    assert chair.engine.silences("1").suspended == {}
    assert chair.engine.silences("1").standby_until_s is None


@pytest.mark.requirement("S-56")
@pytest.mark.parametrize(
    ("rule", "line", "told"),
    [
        ("SPO2-2", "suspendable = true", "no HIGH alarm may be suspended"),
        ("T-PROBE", "suspendable = true", "no HIGH alarm may be suspended"),
        ("T-STORE", "suspendable = true", "it tells that monitoring itself fails"),
        ("HR-H1", "standby = true", "it is about the patient"),
    ],
)
def test_a_preset_cannot_let_what_must_be_heard_be_silenced(
    rule: str, line: str, told: str
) -> None:
    text = preset().text.replace(f'id = "{rule}"\n', f'id = "{rule}"\n{line}\n')
    with pytest.raises(ConfigError, match=told):
        load_preset(text, where="another preset")
