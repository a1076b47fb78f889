"""How a delay is counted: over gaps, limit changes, moves and cuffs, to the second."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.clinic import Phase
from monitor.conditions import Column, Preset, Priority
from monitor.vitals import Validity, VitalSign
from tests.judged import HR, SPO2, SYS, Chairside, preset, reading
from tests.unit.test_alerts_restart import Room

WAITS = Validity.ONGOING
UNDER_WAY = {SYS: (WAITS, "")}


def with_rule(condition: str, **changes: object) -> Preset:
    """The shipped preset with nothing but this rule, changed so."""
    rules = preset()
    return replace(rules, conditions=(replace(rules.condition(condition), **changes),))  # type: ignore[arg-type]


def sampled(chair: Chairside, *values: tuple[float, float]) -> None:
    """SpO2 at these seconds, and nothing in between."""
    for at_s, value in values:
        chair.events += chair.engine.observe([reading(SPO2, value, at_s)])
        chair.now = at_s


@pytest.mark.parametrize(("gap_s", "onset_s"), [(60.0, 0.0), (60.5, 60.5)])
def test_a_delay_goes_on_over_a_gap_of_a_minute_and_begins_anew_after_a_longer_one(
    gap_s: float, onset_s: float
) -> None:
    chair = Chairside(rules=with_rule("SPO2-1"))
    sampled(chair, (0.0, 91.0), *((gap_s + second, 91.0) for second in range(16)))
    alarm = chair.alarm("SPO2-1")
    assert alarm is not None
    assert alarm.onset_s == onset_s
    # Five seconds of the gap count.
    assert chair.raised("SPO2-1") == [gap_s + (10.0 if onset_s == 0.0 else 15.0)]


@pytest.mark.parametrize(("gap_s", "raised_s"), [(60.0, 70.0), (60.5, 75.5)])
def test_a_limit_that_changes_counts_what_was_measured_before_in_the_same_way(
    gap_s: float, raised_s: float
) -> None:
    chair = Chairside(rules=with_rule("SPO2-1"))
    sampled(chair, (0.0, 93.0), (gap_s, 93.0))
    chair.engine.set_limits("1", {"SPO2-1 SpO2": 94.0}, gap_s)
    sampled(chair, *((gap_s + second, 93.0) for second in range(1, 16)))
    assert chair.raised("SPO2-1") == [raised_s]


def test_a_limit_that_changes_finds_the_delay_counted_since_the_first_sample_beyond_it() -> None:
    chair = Chairside()
    chair.hold(3, SPO2=96)
    chair.hold(10, SPO2=93)
    chair.events += chair.engine.set_limits("1", {"SPO2-1 SpO2": 94.0}, chair.now)
    chair.hold(10, SPO2=93)
    assert chair.raised("SPO2-1") == [18.0]


@pytest.mark.parametrize(("before", "after"), [(1, 3), (2, 2), (3, 1)])
def test_as_many_samples_as_a_rule_asks_for_are_needed_before_and_after_a_limit_change(
    before: int, after: int
) -> None:
    chair = Chairside(rules=with_rule("SPO2-1", on_delay_s=0.0, samples_min=4))
    sampled(chair, *((float(second), 93.0) for second in range(before)))
    chair.engine.set_limits("1", {"SPO2-1 SpO2": 94.0}, chair.now)
    for second in range(after):
        assert chair.raised("SPO2-1") == []
        sampled(chair, (float(before + second), 93.0))
    assert chair.raised("SPO2-1") == [3.0]


def test_a_rule_without_a_delay_that_asks_for_two_samples_waits_for_the_second() -> None:
    chair = Chairside(rules=with_rule("SPO2-1", on_delay_s=0.0, samples_min=2))
    sampled(chair, (0.0, 91.0))
    assert chair.raised("SPO2-1") == []
    sampled(chair, (1.0, 91.0))
    assert chair.raised("SPO2-1") == [1.0]


def test_a_delay_that_may_not_be_set_stays_as_the_preset_has_it() -> None:
    chair = Chairside()
    chair.engine.set_limits("1", {"SPO2-I delay": 600.0, "HR-D delay": 0.0}, 0.0)
    chair.hold(12, SPO2=86)
    assert chair.alarm("SPO2-I") is not None


def test_a_delay_goes_on_in_another_chair_and_no_other_patients_is_touched() -> None:
    chair = Chairside(None, chairs="123")
    for one, session in (("1", "s"), ("3", "t")):
        chair.engine.seat(one, session, Phase.INFUSION, 0.0)
    for second in range(16):
        if second == 10:
            chair.events += chair.engine.move("1", "2", chair.now)
        for one in ("3", "1" if second < 10 else "2"):
            chair.events += chair.engine.observe([reading(SPO2, 91.0, chair.now, chair=one)])
        chair.now += 1.0
    raised = [one for one in chair.events if one.alarm.condition == "SPO2-1"]
    assert {(one.alarm.chair, one.at_s, one.alarm.onset_s) for one in raised} == {
        ("2", 15.0, 0.0),
        ("3", 15.0, 0.0),
    }


def test_the_source_of_another_chair_begins_to_clear_anew() -> None:
    chair = Chairside(None, chairs="12")
    chair.engine.seat("1", "s", Phase.INFUSION, 0.0)
    chair.hold(16, SPO2=91)
    chair.hold(8)
    chair.engine.move("1", "2", chair.now)
    for second in range(11):
        still = [one.condition for one in chair.engine.alarms("2")]
        assert ("SPO2-1" in still) is (second <= 10)
        chair.pass_second({SPO2: 97.0, HR: 72.0}, chair="2")
    assert "SPO2-1" not in [one.condition for one in chair.engine.alarms("2")]


def test_a_rule_that_a_person_ended_counts_anew_whatever_was_in_doubt_meanwhile() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=87)
    chair.acknowledge("SPO2-2")
    doubtful = {SPO2: (Validity.QUESTIONABLE, "motion")}
    for _ in range(61):
        chair.pass_second({SPO2: 87.0, HR: 72.0}, validity=doubtful)
    alarm = chair.alarm("SPO2-2")
    assert alarm is not None
    chair.engine.end_unusable(alarm.id, "rk", chair.now, "away")
    chair.hold(10, SPO2=87)
    assert chair.alarm("SPO2-2") is None
    chair.hold(1, SPO2=87)
    assert chair.alarm("SPO2-2") is not None


def test_a_rule_may_wait_a_minute_for_a_cuff_from_a_limit_change_on_and_no_longer() -> None:
    chair = Chairside(rules=with_rule("SPO2-1", cuff_wait_s=60.0))
    chair.engine.set_arms("1", 0.0, shared=True)
    chair.hold(5, SPO2=93)
    chair.engine.set_limits("1", {"SPO2-1 SpO2": 94.0}, chair.now)
    for _ in range(90):
        chair.pass_second({SPO2: 93.0, HR: 72.0, SYS: None}, validity=UNDER_WAY)
    assert chair.raised("SPO2-1") == [75.0]


def test_a_cuff_in_one_chair_delays_nothing_in_another() -> None:
    chair = Chairside(rules=with_rule("SPO2-1", cuff_wait_s=60.0), chairs="12")
    chair.engine.set_arms("1", 0.0, shared=True)
    for second in range(20):
        at_s = float(second)
        measures = reading(SYS, None, at_s, validity=WAITS)
        low = [reading(SPO2, 91.0, at_s, chair=one) for one in ("1", "2")]
        chair.events += chair.engine.observe([measures, *low])
    raised = [(one.alarm.chair, one.at_s) for one in chair.events]
    assert raised == [("2", 15.0)]


def test_what_nobody_measures_is_not_counted() -> None:
    chair = Chairside()
    chair.engine.set_limits("1", {"SPO2-1 SpO2": 94.0}, 0.0)
    chair.hold(3, PULSE_RATE=72)
    assert chair.events == []
    assert VitalSign.SPO2 not in chair.engine.pending("1")


@pytest.mark.parametrize(("limit", "raised"), [(85.0, 8.0), (88.0, 5.0)])
def test_of_a_high_rule_what_was_in_doubt_counts_at_its_new_limit_too(
    limit: float, raised: float
) -> None:
    chair = Chairside(rules=with_rule("SPO2-3"))
    doubtful = {SPO2: (Validity.QUESTIONABLE, "motion")}
    for _ in range(5):
        chair.pass_second({SPO2: 86.0, HR: 72.0}, validity=doubtful)
    chair.engine.set_limits("1", {"SPO2-3 SpO2": limit}, chair.now)
    for _ in range(5):
        chair.pass_second({SPO2: 86.0 if limit > 86.0 else 84.0, HR: 72.0}, validity=doubtful)
    assert chair.raised("SPO2-3") == [raised]


def test_of_another_rule_what_was_in_doubt_counts_at_no_limit() -> None:
    chair = Chairside(rules=with_rule("SPO2-1"))
    doubtful = {SPO2: (Validity.QUESTIONABLE, "motion")}
    for _ in range(10):
        chair.pass_second({SPO2: 93.0, HR: 72.0}, validity=doubtful)
    chair.engine.set_limits("1", {"SPO2-1 SpO2": 94.0}, chair.now)
    chair.hold(16, SPO2=93)
    assert chair.raised("SPO2-1") == [25.0]


def test_an_instant_within_the_new_limit_that_was_in_doubt_ends_no_high_delay() -> None:
    chair = Chairside(rules=with_rule("SPO2-3"))
    doubtful = {SPO2: (Validity.QUESTIONABLE, "motion")}
    chair.hold(2, SPO2=86)
    chair.pass_second({SPO2: 90.0, HR: 72.0}, validity=doubtful)
    chair.hold(1, SPO2=86)
    chair.engine.set_limits("1", {"SPO2-3 SpO2": 88.0}, chair.now)
    chair.hold(1, SPO2=86)
    assert chair.raised("SPO2-3") == [4.0]


def test_a_pressure_that_another_limit_finds_too_high_waits_for_its_next_reading() -> None:
    chair = Chairside()
    chair.cuff(150, 80)
    chair.events += chair.engine.set_limits("1", {"BP-H1 NIBP_SYS": 140.0}, chair.now)
    assert chair.engine.pending("1") == frozenset()
    chair.hold(20)
    chair.cuff(150, 80)
    alarm = chair.alarm("BP-H1")
    assert alarm is not None
    assert alarm.onset_s == 21.0


def test_nothing_is_pending_as_a_phase_with_other_rules_begins() -> None:
    chair = Chairside(Phase.BASELINE)
    chair.cuff(120, 80)
    chair.hold(20)
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    assert chair.engine.pending("1") == frozenset()
    assert chair.events == []


def test_a_rule_that_is_high_in_this_phase_alone_counts_what_is_in_doubt() -> None:
    chair = Chairside(rules=with_rule("SPO2-2", priority={Column.INFUSION: Priority.HIGH}))
    doubtful = {SPO2: (Validity.QUESTIONABLE, "motion")}
    for second in range(11):
        low = 80.0 if second == 4 else 86.0
        chair.pass_second({SPO2: low, HR: 72.0}, validity=doubtful)
    alarm = chair.alarm("SPO2-2")
    assert alarm is not None
    assert (alarm.onset_s, alarm.extreme, alarm.extreme_s) == (0.0, 80.0, 4.0)


def test_another_source_of_one_vital_sign_delays_the_end_of_no_others_alarm() -> None:
    chair = Chairside()
    chair.hold(16, SPO2=91, PULSE_RATE=72)
    for _ in range(11):
        assert chair.alarm("SPO2-1") is not None
        chair.pass_second({SPO2: 97.0, VitalSign.PULSE_RATE: 72.0})
    assert chair.alarm("SPO2-1") is None


def test_a_rule_that_a_person_ends_takes_nothing_from_another_ones_delay() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=87)
    chair.acknowledge("SPO2-2")
    for second in range(61):
        rate = 125.0 if second >= 55 else 72.0
        chair.pass_second({SPO2: None, HR: rate}, validity={SPO2: (Validity.INVALID, "sensor off")})
    alarm = chair.alarm("SPO2-2")
    assert alarm is not None
    chair.engine.end_unusable(alarm.id, "rk", chair.now, "away")
    chair.hold(6, SPO2=97, HEART_RATE=125)
    assert chair.raised("HR-H1") == [77.0]


def test_an_alarm_that_was_clearing_before_a_restart_ends_after_it_in_time() -> None:
    room = Room()
    room.hold(16, SPO2=91.0)
    room.hold(5)
    room.restart()
    room.hold(5)
    assert "SPO2-1" in room.open()
    room.hold(1)
    assert "SPO2-1" not in room.open()


def test_a_source_that_takes_over_clears_nothing_that_another_began_to_clear() -> None:
    chair = Chairside()
    pulse = VitalSign.PULSE_RATE
    for rate in (*[122.0] * 12, *[114.0] * 8):
        chair.pass_second({SPO2: 97.0, pulse: rate})
    for _ in range(11):
        assert chair.alarm("HR-H1") is not None
        chair.pass_second({SPO2: 97.0, pulse: 114.0, HR: 114.0})
    assert chair.alarm("HR-H1") is None


def test_a_limit_of_the_cuffs_takes_nothing_from_the_delay_of_a_rate() -> None:
    chair = Chairside()
    chair.cuff(120, 80)
    chair.hold(5, HEART_RATE=125)
    chair.events += chair.engine.set_limits("1", {"BP-H1 NIBP_SYS": 150.0}, chair.now)
    chair.hold(7, HEART_RATE=125)
    assert chair.raised("HR-H1") == [11.0]


def test_a_value_that_is_good_again_goes_on_over_a_gap_of_five_seconds() -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=125)
    for _ in range(2):
        chair.hold(1, HEART_RATE=110)
        for _ in range(4):
            chair.pass_second({}, silent=True)
    assert chair.alarm("HR-H1") is not None
    chair.hold(1, HEART_RATE=110)
    assert chair.alarm("HR-H1") is None
