"""Rules over the recent past: sums, dips, changes, rises and repeats (alarms.md section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.alerts.derived import PAST_SAMPLES_MAX, Change, Dips, Integral, Rise, Stretch, deriving
from monitor.clinic import Phase
from monitor.conditions import Column, Priority
from monitor.thresholds import Comparison, Level
from tests.judged import DIA, HR, SPO2, SYS, Chairside, preset, reading

SATSECONDS = {"leak_per_s": 1.0, "sum_max": 75.0, "step_s_max": 5.0}


def sums(limit: float, values: list[float]) -> list[float]:
    """The sum after each whole second of these values."""
    core = Integral(SATSECONDS)
    return [core.feed(limit - value, float(at)) for at, value in enumerate([*values, limit])][1:]


def spo2(chair: Chairside, *values: float | None) -> None:
    for value in values:
        chair.pass_second({SPO2: value, HR: 72.0})


def minutes(chair: Chairside, count: float) -> None:
    chair.hold(round(count * 60))


@pytest.mark.requirement("S-07")
def test_a_shallow_desaturation_fires_by_time_and_a_deep_one_by_its_sum() -> None:
    shallow = Chairside()
    shallow.hold(60, SPO2=90)
    assert shallow.raised("SPO2-1") == [15.0]
    assert shallow.raised("SPO2-I") == [25.0]
    deep = Chairside()
    deep.hold(12, SPO2=86)
    assert deep.raised("SPO2-I") == [9.0]
    assert deep.raised("SPO2-1") == []


@pytest.mark.requirement("S-08")
def test_the_sum_over_seconds_is_that_of_the_published_examples() -> None:
    assert sums(90, [88.0] * 2 + [86.0] * 3 + [84.0] * 6)[1::3] == [4.0, 16.0, 34.0, 52.0]
    assert sums(91, [92.0, 89.0, 87.0, 87.0, 80.0]) == [0.0, 2.0, 6.0, 10.0, 21.0]


def test_the_sum_is_capped_leaks_and_ends_below_half() -> None:
    chair = Chairside()
    chair.hold(60, SPO2=80)
    chair.acknowledge("SPO2-I")
    chair.hold(50, SPO2=97)
    assert chair.state("SPO2-I") is AlarmState.ACTIVE_ACK
    chair.hold(3, SPO2=97)
    assert chair.state("SPO2-I") is AlarmState.IDLE


def test_the_sum_begins_with_the_infusion_and_goes_on_into_recovery() -> None:
    chair = Chairside(Phase.BASELINE)
    chair.hold(60, SPO2=90)
    chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    chair.hold(20, SPO2=90)
    chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    assert chair.raised("SPO2-I") == []
    chair.hold(6, SPO2=90)
    assert chair.raised("SPO2-I") == [85.0]


@pytest.mark.requirement("S-09")
@pytest.mark.parametrize(
    ("begins", "samples", "fires"),
    [
        ((0, 29, 59), 2, [60.0]),
        ((0, 29, 60), 2, []),
        ((0, 29), 2, []),
        ((0, 20, 40), 1, []),
        ((0, 10, 20), 3, [21.0]),
    ],
)
def test_three_short_dips_within_a_minute_are_unstable(
    begins: tuple[int, ...], samples: int, fires: list[float]
) -> None:
    chair = Chairside()
    low = {begin + more for begin in begins for more in range(samples)}
    spo2(chair, *(91.0 if second in low else 95.0 for second in range(90)))
    assert chair.raised("SPO2-N") == fires


def test_unstable_saturation_ends_a_minute_after_the_last_low_value() -> None:
    chair = Chairside()
    spo2(chair, *(91.0 if second % 10 < 2 else 95.0 for second in range(30)))
    assert chair.state("SPO2-N") is AlarmState.ACTIVE_UNACK
    chair.hold(51)
    assert chair.state("SPO2-N") is AlarmState.ACTIVE_UNACK
    chair.hold(1)
    assert chair.state("SPO2-N") is AlarmState.IDLE


@pytest.mark.requirement("S-14")
def test_a_second_high_pressure_makes_the_same_alarm_medium() -> None:
    chair = Chairside()
    chair.cuff(165, 95)
    first = chair.alarm("BP-H1")
    assert first is not None
    assert first.priority is Priority.LOW
    minutes(chair, 3)
    chair.cuff(165, 95)
    second = chair.alarm("BP-H1")
    assert second is not None
    assert (second.id, second.priority, second.audible) == (first.id, Priority.MEDIUM, True)
    assert chair.events[-1].reason is Reason.PRIORITY_RISES


@pytest.mark.requirement("S-14")
def test_a_reading_in_limits_between_two_high_ones_begins_again() -> None:
    chair = Chairside()
    for systolic, diastolic in ((165, 95), (150, 90), (165, 95)):
        chair.cuff(systolic, diastolic)
        minutes(chair, 3)
    alarm = chair.alarm("BP-H1")
    assert alarm is not None
    assert alarm.priority is Priority.LOW
    assert len(chair.raised("BP-H1")) == 2


@pytest.mark.requirement("S-14")
def test_a_late_second_reading_still_confirms_what_is_open() -> None:
    chair = Chairside()
    chair.cuff(165, 95)
    minutes(chair, 11)
    chair.cuff(165, 95)
    alarm = chair.alarm("BP-H1")
    assert alarm is not None
    assert alarm.priority is Priority.MEDIUM


@pytest.mark.requirement("S-22")
def test_a_rise_between_two_readings_tells_within_fifteen_minutes() -> None:
    soon = Chairside()
    soon.cuff(120, 78)
    minutes(soon, 8)
    soon.cuff(150, 88)
    assert len(soon.raised("BP-D")) == 1
    late = Chairside()
    late.cuff(120, 78)
    minutes(late, 16)
    late.cuff(150, 88)
    assert late.raised("BP-D") == []


def test_a_further_rise_is_the_next_episode_and_any_other_reading_ends_it() -> None:
    chair = Chairside()
    chair.cuff(100, 60)
    chair.cuff(131, 70)
    chair.acknowledge("BP-D")
    chair.cuff(161, 80)
    alarm = chair.alarm("BP-D")
    assert alarm is not None
    assert (alarm.episode, alarm.state) == (2, AlarmState.ACTIVE_UNACK)
    assert alarm.message == "BP rising 30 in 1 min: recheck"
    chair.cuff(165, 82)
    assert chair.state("BP-D") is AlarmState.IDLE


@pytest.mark.requirement("ALM-191")
@pytest.mark.parametrize(
    ("comparison", "goes_on"), [(Comparison.ABOVE, False), (Comparison.AT_OR_ABOVE, True)]
)
def test_a_rise_of_exactly_the_limit_goes_on_if_it_would_have_begun(
    comparison: Comparison, *, goes_on: bool
) -> None:
    rule = preset().condition("BP-D")
    clause = replace(rule.any_of[0], comparison=comparison)
    rules = replace(preset(), conditions=(replace(rule, any_of=(clause,)),))
    begins, open_before = Chairside(rules=rules), Chairside(rules=rules)
    begins.cuff(100, 60)
    begins.cuff(130, 60)
    assert (begins.state("BP-D") is AlarmState.ACTIVE_UNACK) is goes_on
    for systolic in (100, 131, 161):
        open_before.cuff(systolic, 60)
    assert (open_before.state("BP-D") is AlarmState.ACTIVE_UNACK) is goes_on


def test_a_changed_heart_rate_tells_after_two_minutes_of_data() -> None:
    chair = Chairside()
    chair.hold(130, HEART_RATE=60)
    chair.hold(14, HEART_RATE=95)
    assert chair.raised("HR-D") == []
    chair.hold(2, HEART_RATE=95)
    assert chair.raised("HR-D") == [145.0]


@pytest.mark.parametrize(("recent", "earlier"), [(5, 30), (4, 60), (10, 29)])
def test_a_change_needs_enough_valid_seconds(recent: int, earlier: int) -> None:
    of = {"recent_s": 10, "earlier_from_s": 120, "earlier_to_s": 60}
    change = Change({**of, "recent_valid_s": 5, "earlier_valid_s": 30}, 1.0)
    for at in range(-200, 200):
        since_end = 199 - at
        kept = since_end < recent or (since_end >= 60 and (since_end < 60 + earlier or at == -200))
        told = change.feed(60.0 if since_end >= 60 else 95.0, float(at)) if kept else None
    assert (told == 35.0) is (recent >= 5 and earlier >= 30)


def test_of_a_chattering_sender_a_stretch_keeps_the_newest_samples() -> None:
    stretch = Stretch()
    for number in range(PAST_SAMPLES_MAX + 1000):
        stretch.take(float(number), 60.0 if number < 1000 else 90.0, 1.0)
    assert stretch.oldest_s == 1000.0
    assert stretch.covered_s == PAST_SAMPLES_MAX
    assert stretch.middle == 90.0


def test_the_trend_is_that_of_the_last_two_minutes_however_many_the_samples() -> None:
    of = {"recent_s": 10, "earlier_from_s": 120, "earlier_to_s": 60}
    change = Change({**of, "recent_valid_s": 5, "earlier_valid_s": 30}, 1.0)
    told = [change.feed(60.0 if at < 1800 else 95.0, at / 30) for at in range(120 * 30 + 1)]
    assert told[-2] is None
    assert told[-1] == 35.0


@pytest.mark.requirement("S-16")
def test_one_determination_told_twice_confirms_nothing() -> None:
    chair = Chairside()
    chair.now = 10.0
    for _ in range(2):
        chair.events += chair.engine.observe([reading(SYS, 165.0, 9.0), reading(DIA, 95.0, 9.0)])
    alarm = chair.alarm("BP-H1")
    assert alarm is not None
    assert alarm.priority is Priority.LOW


def test_a_single_point_beyond_the_limit_adds_up_too() -> None:
    assert sums(92, [91.0, 91.0]) == [1.0, 2.0]


def test_a_value_at_the_limit_is_no_dip() -> None:
    chair = Chairside()
    spo2(chair, *(92.0 if second % 10 < 2 else 95.0 for second in range(60)))
    assert chair.raised("SPO2-N") == []


def test_dips_are_counted_as_far_as_the_rule_asks() -> None:
    dips = Dips({"samples": 2, "dips": 3, "window_s": 60})
    counts = [dips.feed(1.0 if at % 5 < 2 else -3.0, float(at)) for at in range(60)]
    assert max(counts) == 3.0


CHANGE = {"recent_s": 2, "earlier_to_s": 20, "earlier_from_s": 30}


def changes(values: Mapping[int, float], *, until: int, **valid_s: float) -> dict[int, float]:
    """What is told at which second; 70 where no value is named."""
    change = Change(CHANGE | {"recent_valid_s": 1, "earlier_valid_s": 1} | valid_s, gap_s=5.0)
    told = {at: change.feed(values.get(at, 70.0), 1000.0 + at) for at in range(until + 1)}
    return {at: number for at, number in told.items() if number is not None}


def test_the_first_sample_covers_no_time() -> None:
    # Earlier are the seconds 0 to 10 at 30 s, 1 to 11 at 31 s: ten and eleven intervals.
    assert list(changes({}, until=32, earlier_valid_s=10.5)) == [31, 32]


def test_the_recent_stretch_leaves_out_its_beginning_and_the_earlier_one_has_both_ends() -> None:
    assert changes({39: 80.0, 40: 100.0}, until=40)[40] == 20.0  # of 80 and 100, not of 70 too
    ends = {10: 100.0, 20: 50.0} | dict.fromkeys(range(11, 20), 60.0)
    several = ends | dict.fromkeys((12, 14, 16, 18), 90.0)
    assert changes(several, until=40)[40] == 10.0  # 100, five of 60, four of 90, 50: 60


def test_of_more_samples_than_are_kept_no_change_is_told() -> None:
    change = Change(CHANGE | {"recent_valid_s": 1, "earlier_valid_s": 1}, gap_s=5.0)
    assert {change.feed(70.0, at / 200) for at in range(200 * 60)} == {None}


def test_a_rise_is_told_up_to_its_time_after_the_reading_before_whenever_that_was() -> None:
    rise = Rise(900.0)
    fed = [(120.0, 5000.0), (155.0, 5900.0), (195.0, 6800.1), (190.0, 6900.0)]
    assert [rise.feed(value, at_s) for value, at_s in fed] == [0.0, 35.0, 0.0, -5.0]


def test_a_sum_may_be_of_what_is_above_a_limit() -> None:
    own = preset().condition("SPO2-I")
    clause = replace(own.any_of[0], comparison=Comparison.ABOVE, vital=HR)
    chair = Chairside(rules=replace(preset(), conditions=(replace(own, any_of=(clause,)),)))
    chair.hold(30, HEART_RATE=94)
    assert chair.raised("SPO2-I") == [25.0]


def test_a_rule_that_derives_nothing_is_named() -> None:
    condition = preset().condition("SPO2-1")
    with pytest.raises(ValueError, match="SPO2-1: form 'limit' derives no number"):
        deriving(condition, 5.0)


def test_a_change_counts_what_was_measured_before_the_infusion() -> None:
    own, columns = preset().condition("HR-D"), (Column.INFUSION, Column.RECOVERY)
    clause = replace(own.any_of[0], limit=dict.fromkeys(columns, Level(value=30.0)))
    rules = replace(preset(), conditions=(replace(own, any_of=(clause,)),))
    chair = Chairside(Phase.BASELINE, rules=rules)
    chair.hold(130)
    chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    chair.hold(20, HEART_RATE=105)
    assert chair.raised("HR-D") == [145.0]


def test_a_sum_follows_the_limit_of_its_phase() -> None:
    own = preset().condition("SPO2-I")
    levels = {Column.INFUSION: Level(value=92.0), Column.RECOVERY: Level(value=90.0)}
    by_phase = replace(own, any_of=(replace(own.any_of[0], limit=levels),))
    chair = Chairside(rules=replace(preset(), conditions=(by_phase,)))
    chair.hold(40, SPO2=91)
    chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    chair.hold(60, SPO2=91)
    assert chair.raised("SPO2-I") == []


def test_a_sum_begins_anew_where_its_rule_was_not_in_force_in_between() -> None:
    own, columns = preset().condition("SPO2-I"), (Column.BASELINE, Column.RECOVERY)
    clause = replace(own.any_of[0], limit=dict.fromkeys(columns, Level(value=92.0)))
    apart = replace(own, any_of=(clause,), priority=dict.fromkeys(columns, Priority.MEDIUM))
    chair = Chairside(Phase.BASELINE, rules=replace(preset(), conditions=(apart,)))
    chair.hold(40, SPO2=91)
    for phase in (Phase.INFUSION, Phase.RECOVERY):
        chair.engine.set_phase("1", phase, chair.now)
        chair.hold(30, SPO2=91)
    assert chair.raised("SPO2-I") == []
    chair.hold(21, SPO2=91)
    assert chair.raised("SPO2-I") == [120.0]
