"""What an alarm rests on travels with it: limit, baseline, samples."""

from __future__ import annotations

import pytest

from monitor.alerts.states import Evidence
from monitor.vitals import Validity
from tests.judged import DIA, HR, SPO2, SYS, Chairside


@pytest.mark.requirement("ALM-110")
def test_a_delayed_rule_tells_its_first_and_its_firing_sample_and_their_count() -> None:
    chair = Chairside()
    chair.hold(5)
    chair.hold(10, SPO2=91.0)
    chair.hold(8, SPO2=90.0)
    alarm = chair.alarm("SPO2-1")
    assert alarm is not None
    assert alarm.fired_by == (Evidence(SPO2, 5.0, 91.0), Evidence(SPO2, 20.0, 90.0))
    assert (alarm.fired_count, alarm.limit, alarm.baseline) == (16, 92.0, None)


@pytest.mark.requirement("ALM-110")
def test_samples_before_the_delay_began_anew_are_not_told() -> None:
    chair = Chairside()
    chair.hold(10, SPO2=91.0)
    chair.hold(1, SPO2=93.0)
    chair.hold(17, SPO2=90.0)
    alarm = chair.alarm("SPO2-1")
    assert alarm is not None
    assert alarm.fired_by[0] == Evidence(SPO2, 11.0, 90.0)
    assert alarm.fired_count == 16


@pytest.mark.requirement("ALM-110")
def test_a_relative_rule_tells_the_baseline_behind_its_limit_and_each_violating_part() -> None:
    chair = Chairside()
    chair.engine.set_baseline("1", {SYS: 125.0, DIA: 78.0, HR: 70.0}, 0.0)
    chair.cuff(170, 104)
    relative, absolute = chair.alarm("BP-R2"), chair.alarm("BP-H1")
    assert relative is not None
    assert absolute is not None
    assert (relative.baseline, relative.limit) == (125.0, 165.0)
    assert absolute.baseline is None
    both = (Evidence(SYS, 0.0, 170.0), Evidence(DIA, 0.0, 104.0))
    assert (relative.fired_by, relative.fired_count) == (both, 1)
    assert absolute.fired_by == both


@pytest.mark.requirement("ALM-110")
def test_a_sum_tells_the_sample_that_filled_it() -> None:
    chair = Chairside()
    chair.hold(12, SPO2=86.0)
    alarm = chair.alarm("SPO2-I")
    assert alarm is not None
    assert [one.value for one in alarm.fired_by] == [86.0]


@pytest.mark.requirement("ALM-110")
def test_the_baseline_that_is_told_is_of_the_part_that_violates() -> None:
    chair = Chairside()
    chair.engine.set_baseline("1", {SYS: 125.0, DIA: 78.0}, 0.0)
    chair.cuff(141, 104)
    alarm = chair.alarm("BP-R2")
    assert alarm is not None
    assert (alarm.value, alarm.baseline) == (104.0, 78.0)


@pytest.mark.requirement("ALM-110")
def test_a_change_over_minutes_tells_the_sample_at_which_it_fired() -> None:
    chair = Chairside()
    chair.hold(130, HEART_RATE=70)
    chair.hold(30, HEART_RATE=105)
    alarm = chair.alarm("HR-D")
    assert alarm is not None
    (at_s,) = chair.raised("HR-D")
    assert (alarm.fired_by, alarm.fired_count) == ((Evidence(HR, at_s, 105.0),), 1)


@pytest.mark.requirement("ALM-110")
def test_a_probe_without_a_pulse_tells_its_own_sample_and_not_the_ecgs() -> None:
    chair = Chairside()
    chair.hold(20, PULSE_RATE=72.0)
    chair.hold(11, PULSE_RATE=0.0)
    alarm = chair.alarm("HR-0P") or chair.alarm("HR-0")
    assert alarm is not None
    assert [one.value for one in alarm.fired_by] == [0.0]


@pytest.mark.requirement("ALM-110")
@pytest.mark.parametrize(
    ("before", "within", "worst"),
    [
        # Lower a minute ago, but not for this alarm; then at its very first sample.
        ([89.0] * 5 + [95.0] * 20, [91.0] * 16, (91.0, 25.0)),
        ([95.0], [89.0, *[91.0] * 15], (89.0, 1.0)),
        ([95.0], [91.0, 91.0, 90.0, *[91.0] * 13], (90.0, 3.0)),
    ],
)
def test_the_worst_value_is_of_the_delay_and_of_no_earlier_sample(
    before: list[float], within: list[float], worst: tuple[float, float]
) -> None:
    chair = Chairside()
    for value in before + within:
        chair.hold(1, SPO2=value)
    alarm = chair.alarm("SPO2-1")
    assert alarm is not None
    assert (alarm.extreme, alarm.extreme_s) == worst


@pytest.mark.requirement("ALM-110")
def test_the_worst_value_of_a_rule_that_passes_over_what_is_in_doubt_is_in_none() -> None:
    chair = Chairside()
    chair.hold(5, SPO2=91.0)
    chair.pass_second({SPO2: 88.0, HR: 72.0}, validity={SPO2: (Validity.QUESTIONABLE, "motion")})
    chair.hold(12, SPO2=91.0)
    alarm = chair.alarm("SPO2-1")
    assert alarm is not None
    assert alarm.extreme == 91.0


@pytest.mark.requirement("ALM-110")
def test_of_two_samples_without_a_delay_both_fired_it_and_the_worse_is_its_worst() -> None:
    chair = Chairside()
    chair.engine.set_limits("1", {"SPO2-3 delay": 0.0}, 0.0)
    for value in (97.0, 90.0, 82.0, 84.0):
        chair.hold(1, SPO2=value)
    alarm = chair.alarm("SPO2-3")
    assert alarm is not None
    assert (alarm.value, alarm.extreme, alarm.extreme_s) == (84.0, 82.0, 2.0)
    assert [one.value for one in alarm.fired_by] == [82.0, 84.0]
    assert alarm.fired_count == 2
