"""Rules over the recent past: sums, dips, changes, rises and repeats (alarms.md section 9)."""

from __future__ import annotations

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.alerts.derived import PAST_SAMPLES_MAX, Change, Integral, Stretch
from monitor.clinic import Phase
from monitor.conditions import Priority
from tests.judged import DIA, HR, SPO2, SYS, Chairside, reading

SATSECONDS = {"leak_per_s": 1.0, "sum_max": 75.0, "step_s_max": 5.0}


def sums(limit: float, values: list[float]) -> list[float]:
    """The sum after each whole second of these values."""
    core = Integral(lambda value: limit - value, SATSECONDS)
    return [core.feed(value, float(at)) for at, value in enumerate([*values, limit])][1:]


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
