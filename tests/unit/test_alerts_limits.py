"""Limits, delays, hysteresis and missing data, statement by statement (alarms.md section 9)."""

from __future__ import annotations

import pytest

from monitor.alerts import AlarmState
from monitor.clinic import Phase
from monitor.conditions import Priority
from monitor.vitals import Validity
from tests.judged import DIA, HR, PR, SPO2, SYS, Chairside, reading


@pytest.mark.requirement("S-01")
def test_spo2_on_its_limit_never_alarms_and_one_below_does() -> None:
    chair = Chairside()
    chair.hold(600, SPO2=92)
    assert chair.raised("SPO2-1") == []
    chair.hold(20, SPO2=91)
    assert len(chair.raised("SPO2-1")) == 1


@pytest.mark.requirement("S-02")
def test_spo2_1_comes_at_fifteen_seconds_and_not_at_fourteen() -> None:
    chair = Chairside()
    chair.hold(15, SPO2=91)
    assert chair.events == []
    chair.hold(1, SPO2=96)
    assert chair.events == []
    again = Chairside()
    again.hold(16, SPO2=91)
    assert again.raised("SPO2-1") == [15.0]


@pytest.mark.requirement("S-03")
def test_one_valid_sample_in_limits_restarts_the_delay() -> None:
    chair = Chairside()
    chair.hold(10, SPO2=91)
    chair.hold(1, SPO2=92)
    chair.hold(15, SPO2=91)
    assert chair.raised("SPO2-1") == []
    chair.hold(1, SPO2=91)
    assert chair.raised("SPO2-1") == [26.0]


@pytest.mark.requirement("S-04")
def test_an_alarm_clears_at_its_clear_value_held_ten_seconds() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    chair.hold(60, SPO2=93)
    assert chair.state("SPO2-1") is AlarmState.ACTIVE_UNACK
    chair.hold(10, SPO2=94)
    chair.hold(1, SPO2=93)
    assert chair.state("SPO2-1") is AlarmState.ACTIVE_UNACK
    chair.hold(10, SPO2=94)
    assert chair.state("SPO2-1") is AlarmState.ACTIVE_UNACK
    chair.hold(1, SPO2=94)
    assert chair.state("SPO2-1") is AlarmState.IDLE


@pytest.mark.requirement("ALM-103")
def test_a_desaturation_alarms_three_seconds_after_its_first_value() -> None:
    chair = Chairside()
    for value in (87, 86, 85):
        chair.hold(1, SPO2=value)
    chair.hold(6, SPO2=84)
    assert chair.raised("SPO2-3") == [6.0]


def test_spo2_3_needs_two_samples() -> None:
    chair = Chairside()
    chair.pass_second({SPO2: 84.0})
    chair.hold(8, SPO2=None)
    assert chair.raised("SPO2-3") == []


@pytest.mark.requirement("S-06")
def test_the_less_urgent_of_a_group_is_listed_and_silent_until_the_other_clears() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=84)
    first = chair.alarm("SPO2-1")
    assert first is not None
    assert (first.superseded, first.audible) == (True, False)
    assert chair.sounding() is Priority.HIGH
    chair.acknowledge("SPO2-2")
    chair.acknowledge("SPO2-3")
    chair.hold(12, SPO2=91)
    again = chair.alarm("SPO2-1")
    assert again is not None
    assert (again.id, again.superseded, again.audible) == (first.id, False, True)


@pytest.mark.requirement("S-10")
def test_heart_rate_high_and_extreme() -> None:
    chair = Chairside()
    chair.hold(60, HEART_RATE=120)
    assert chair.events == []
    chair.hold(11, HEART_RATE=121)
    assert chair.raised("HR-H1") == [70.0]
    extreme = Chairside()
    extreme.hold(6, HEART_RATE=151)
    assert extreme.raised("HR-H2") == [5.0]
    assert extreme.sounding() is Priority.HIGH


@pytest.mark.requirement("S-11")
def test_without_a_baseline_low_heart_rate_is_below_fifty_and_forty_is_extreme() -> None:
    chair = Chairside()
    chair.hold(30, HEART_RATE=50)
    assert chair.events == []
    chair.hold(11, HEART_RATE=49)
    assert chair.raised("HR-L1") == [40.0]
    extreme = Chairside()
    extreme.hold(6, HEART_RATE=39)
    assert extreme.raised("HR-L2") == [5.0]


@pytest.mark.requirement("S-13")
def test_a_cuff_reading_alarms_with_itself() -> None:
    chair = Chairside()
    chair.cuff(181, 95, 120)
    assert chair.raised("BP-H2") == [0.0]
    alarm = chair.alarm("BP-H2")
    assert alarm is not None
    assert (alarm.value, alarm.limit) == (181.0, 180.0)


@pytest.mark.requirement("S-15")
@pytest.mark.parametrize(
    ("systolic", "diastolic", "raised"),
    [(160, 100, False), (161, 80, True), (120, 101, True)],
)
def test_bp_h1_is_above_its_limits_and_not_on_them(
    systolic: float, diastolic: float, *, raised: bool
) -> None:
    chair = Chairside()
    chair.cuff(systolic, diastolic, 110)
    assert bool(chair.raised("BP-H1")) is raised


def test_a_missing_cuff_component_violates_on_what_is_there_and_clears_on_nothing_less() -> None:
    chair = Chairside()
    chair.pass_second({SYS: 85.0})
    assert chair.state("BP-L1") is AlarmState.ACTIVE_UNACK
    chair.pass_second({SYS: 120.0})
    assert chair.state("BP-L1") is AlarmState.ACTIVE_UNACK
    chair.cuff(120, 80, 93)
    assert chair.state("BP-L1") is AlarmState.IDLE


@pytest.mark.requirement("S-24")
@pytest.mark.parametrize("nothing", [None, float("nan"), 0.0, 511.0])
def test_what_is_no_value_neither_resets_nor_advances_anything(nothing: float | None) -> None:
    plain, holed = Chairside(), Chairside()
    for second in range(60):
        value = 91.0 if second < 30 else 94.0
        plain.pass_second({SPO2: value} if second % 3 else {})
        holed.pass_second({SPO2: value if second % 3 else nothing})
    physiological = [
        [(e.at_s, e.alarm.id, e.alarm.state) for e in one.events if "SPO2" in e.alarm.id]
        for one in (plain, holed)
    ]
    assert physiological[0] == physiological[1]
    assert physiological[0]


@pytest.mark.requirement("S-27")
def test_a_short_gap_leaves_a_running_delay_running() -> None:
    chair = Chairside()
    for second in range(17):
        chair.pass_second({SPO2: None if 5 <= second < 9 else 91.0, HR: 72.0})
    assert chair.raised("SPO2-1") == [15.0]


@pytest.mark.requirement("S-27")
def test_time_beyond_five_seconds_of_a_gap_is_not_counted() -> None:
    chair = Chairside()
    for second in range(20):
        chair.pass_second({SPO2: None if 5 <= second < 12 else 91.0, HR: 72.0})
    assert chair.raised("SPO2-1") == [18.0]


@pytest.mark.requirement("S-28")
def test_an_older_sample_changes_no_alarm() -> None:
    chair = Chairside()
    chair.hold(10, SPO2=91)
    assert chair.engine.observe([reading(SPO2, 97.0, 3.5)]) == []
    chair.hold(6, SPO2=91)
    assert chair.raised("SPO2-1") == [15.0]


def test_a_late_reading_is_not_judged() -> None:
    chair = Chairside()
    late = [reading(SPO2, 70.0, float(at_s), late=True) for at_s in range(30)]
    assert chair.engine.observe(late) == []


@pytest.mark.requirement("S-57")
def test_doubtful_samples_raise_high_alarms_and_no_others() -> None:
    doubtful = {SPO2: (Validity.QUESTIONABLE, "motion")}
    chair = Chairside()
    for _ in range(60):
        chair.pass_second({SPO2: 90.0, HR: 72.0}, validity=doubtful)
    assert {event.alarm.condition for event in chair.events} == {"T-SIG"}
    for _ in range(4):
        chair.pass_second({SPO2: 84.0, HR: 72.0}, validity=doubtful)
    assert chair.raised("SPO2-3") == [63.0]
    invalid = Chairside()
    for _ in range(9):
        invalid.pass_second({SPO2: 84.0}, validity={SPO2: (Validity.INVALID, "pulse search")})
    assert invalid.events == []


@pytest.mark.requirement("S-58")
def test_a_low_but_possible_value_alarms() -> None:
    chair = Chairside()
    chair.hold(6, HEART_RATE=15)
    assert chair.raised("HR-L2") == [5.0]


@pytest.mark.requirement("S-67")
def test_doubtful_samples_clear_nothing() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=86)
    for _ in range(60):
        chair.pass_second({SPO2: 99.0, HR: 72.0}, validity={SPO2: (Validity.QUESTIONABLE, "?")})
    assert chair.state("SPO2-2") is AlarmState.ACTIVE_UNACK
    chair.hold(11, SPO2=99)
    assert chair.state("SPO2-2") is AlarmState.LATCHED_UNACK


@pytest.mark.requirement("S-69")
def test_heart_rate_goes_on_with_the_oximeters_pulse_and_never_with_the_cuffs() -> None:
    chair = Chairside()
    for _ in range(4):
        chair.pass_second({SPO2: 97.0, HR: 45.0, PR: 45.0})
    for _ in range(12):
        chair.pass_second({SPO2: 97.0, HR: None, PR: 45.0})
    assert len(chair.raised("HR-L1")) == 1
    cuff = Chairside()
    cuff.hold(30, NIBP_PULSE_RATE=45)
    assert cuff.events == []


def test_an_oximeters_pulse_alone_is_judged_second_by_second() -> None:
    chair = Chairside()
    for _ in range(6):
        chair.pass_second({SPO2: 97.0, PR: 39.0})
    assert chair.raised("HR-L2") == [5.0]
    for _ in range(20):
        chair.pass_second({SPO2: 97.0}, silent=True)
    for _ in range(7):
        chair.pass_second({SPO2: 97.0, PR: 60.0})
    assert chair.alarm("T-STALE") is None


@pytest.mark.requirement("S-53")
def test_two_chairs_do_not_know_each_other() -> None:
    both, alone = Chairside(chairs="12"), Chairside()
    for second in range(40):
        both.pass_second({SPO2: 80.0, HR: 160.0}, chair="2")
        both.now -= 1.0
        value = 91.0 if second < 25 else 96.0
        both.pass_second({SPO2: value, HR: 72.0})
        alone.pass_second({SPO2: value, HR: 72.0})
    mine = [(e.at_s, e.alarm.id, e.alarm.state) for e in both.events if e.alarm.chair == "1"]
    assert mine == [(e.at_s, e.alarm.id, e.alarm.state) for e in alone.events]


@pytest.mark.requirement("S-66")
def test_a_chair_without_a_session_has_the_high_rules_and_t_assign() -> None:
    chair = Chairside(phase=None)
    chair.hold(30, SPO2=91)
    assert {event.alarm.condition for event in chair.events} == {"T-ASSIGN"}
    chair.hold(6, SPO2=84)
    assert "SPO2-3" in {event.alarm.condition for event in chair.events}
    chair.events += chair.engine.seat("1", "s9", Phase.PREPARE, chair.now)
    assert [one.condition for one in chair.engine.alarms()] == ["SPO2-3"]


@pytest.mark.parametrize(
    ("diastolic", "raised"), [(40.0, False), (39.0, True)], ids=["mean 60", "mean 59.3"]
)
def test_a_mean_that_no_device_gives_is_a_third_of_the_pulse_above_the_diastolic(
    diastolic: float, *, raised: bool
) -> None:
    chair = Chairside()
    chair.cuff(100.0, diastolic)
    alarm = chair.alarm("BP-L1")
    assert (alarm is not None) is raised
    if alarm is not None:
        assert alarm.value == pytest.approx(39.0 + 61.0 / 3.0)


def test_a_doubtful_pressure_makes_a_doubtful_mean_that_raises_high_rules_alone() -> None:
    chair = Chairside()
    doubtful = {SYS: (Validity.QUESTIONABLE, "motion"), DIA: (Validity.QUESTIONABLE, "motion")}
    chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: 85.0, DIA: 30.0}, validity=doubtful)
    assert chair.alarm("BP-L1") is None
    assert chair.alarm("BP-L2") is not None
