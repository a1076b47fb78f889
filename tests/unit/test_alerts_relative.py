"""Rules relative to the patient's own baseline, statement by statement (alarms.md section 9)."""

from __future__ import annotations

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.clinic import Phase
from tests.judged import DIA, HR, SPO2, SYS, Chairside


def based(**baseline: float) -> Chairside:
    """A chair in INFUSION with this baseline."""
    names = {"hr": HR, "spo2": SPO2, "sys": SYS, "dia": DIA}
    chair = Chairside()
    chair.engine.set_baseline("1", {names[name]: value for name, value in baseline.items()}, 0.0)
    return chair


def open_after(chair: Chairside, systolic: float, diastolic: float) -> set[str]:
    """The pressure rules that are open after one reading."""
    chair.cuff(systolic, diastolic)
    return {one.condition for one in chair.engine.alarms() if one.condition.startswith("BP-")}


@pytest.mark.requirement("S-11")
@pytest.mark.parametrize(("base", "limit"), [(55, 45), (48, 42), (80, 50), (None, 50)])
def test_a_low_heart_rate_is_low_for_this_patient(base: float | None, limit: float) -> None:
    chair = Chairside() if base is None else based(hr=base)
    chair.hold(60, HEART_RATE=limit)
    assert chair.raised("HR-L1") == []
    chair.hold(11, HEART_RATE=limit - 1)
    assert chair.raised("HR-L1") == [70.0]
    low, _ = chair.engine.limits("1")[HR]
    assert low == limit


@pytest.mark.requirement("S-11")
@pytest.mark.parametrize("base", [40, 55, 90])
def test_thirty_nine_is_extreme_whatever_the_baseline(base: float) -> None:
    chair = based(hr=base)
    chair.hold(6, HEART_RATE=39)
    assert chair.raised("HR-L2") == [5.0]


@pytest.mark.requirement("S-17")
def test_a_fifth_over_baseline_is_shown_without_sound_and_forty_over_sounds() -> None:
    assert open_after(based(sys=125, dia=78), 150, 80) == {"BP-R1"}
    shown = based(sys=125, dia=78)
    shown.cuff(150, 80)
    assert shown.sounding() is None
    assert "BP-R2" in open_after(based(sys=125, dia=78), 165, 80)
    assert "BP-R2" not in open_after(based(sys=125, dia=78), 164, 80)


@pytest.mark.requirement("S-18")
def test_a_rise_below_the_floor_does_not_sound() -> None:
    assert open_after(based(sys=95, dia=60), 136, 75) == {"BP-R1"}
    assert "BP-R2" in open_after(based(sys=95, dia=60), 141, 75)


@pytest.mark.requirement("S-19")
def test_a_fall_is_low_only_when_it_is_low_by_itself_too() -> None:
    assert "BP-R3" not in open_after(based(sys=150, dia=70), 104, 55)
    assert "BP-R3" in open_after(based(sys=140, dia=70), 97, 55)


def test_relative_rules_end_at_the_relative_value_or_below_the_floor() -> None:
    chair = based(sys=125, dia=78)
    assert "BP-R2" in open_after(chair, 166, 92)
    assert "BP-R2" in open_after(chair, 155, 92)
    assert "BP-R2" not in open_after(chair, 154, 92)
    floor = based(sys=80, dia=40)
    assert "BP-R2" in open_after(floor, 145, 70)
    assert "BP-R2" in open_after(floor, 135, 70)
    assert "BP-R2" not in open_after(floor, 134, 84)


@pytest.mark.requirement("S-20")
def test_without_a_baseline_no_relative_rule_fires_and_the_others_do() -> None:
    chair = Chairside()
    assert open_after(chair, 179, 99) == {"BP-H1"}
    chair.hold(120, HEART_RATE=119, SPO2=93)
    raised = {event.alarm.condition for event in chair.events}
    assert not raised & {"BP-R1", "BP-R2", "BP-R3", "HR-R", "SPO2-B"}


def test_saturation_four_below_baseline_is_advised() -> None:
    chair = based(spo2=99)
    chair.hold(40, SPO2=96)
    assert chair.raised("SPO2-B") == []
    chair.hold(31, SPO2=95)
    assert chair.raised("SPO2-B") == [70.0]
    chair.hold(11, SPO2=97)
    assert chair.state("SPO2-B") is AlarmState.IDLE


def test_heart_rate_a_third_over_baseline_is_advised_above_its_floor() -> None:
    chair = based(hr=70)
    chair.hold(100, HEART_RATE=100)
    assert chair.raised("HR-R") == []
    chair.hold(61, HEART_RATE=101)
    assert chair.raised("HR-R") == [160.0]


def test_a_baseline_set_later_counts_what_is_retained_and_ends_with_the_patient() -> None:
    chair = Chairside()
    chair.hold(60, SPO2=94)
    chair.events += chair.engine.set_baseline("1", {SPO2: 98.0}, chair.now)
    chair.hold(1, SPO2=94)
    assert chair.raised("SPO2-B") == [60.0]
    chair.engine.clear("1", chair.now)
    chair.engine.seat("1", "next", Phase.INFUSION, chair.now)
    assert chair.alarm("SPO2-B") is None
    chair.hold(60, SPO2=94)
    assert len(chair.raised("SPO2-B")) == 1


def test_the_limits_beside_the_numbers_are_those_that_one_value_alone_can_break() -> None:
    """HR-R and BP-R1 to BP-R3 ask for two things at once; BP-R1 does not even sound."""
    plain = {SYS: (90.0, 160.0), DIA: (None, 100.0)}
    for chair in (Chairside(), based(sys=125, dia=78, hr=72)):
        limits = chair.engine.limits("1")
        assert limits[HR] == (50.0, 110.0)
        assert {vital: limits[vital] for vital in plain} == plain


@pytest.mark.requirement("COR-007")
def test_an_alarm_against_a_baseline_that_is_taken_away_ends_and_comes_again_with_the_next() -> (
    None
):
    chair = based(sys=125, dia=78)
    chair.cuff(166, 80)
    assert chair.alarm("BP-R2") is not None
    chair.hold(60)
    chair.events += chair.engine.set_baseline("1", {}, chair.now)
    assert chair.alarm("BP-R2") is None
    assert chair.events[-1].reason is Reason.LIMIT_GONE
    # What is judged by fixed limits goes on.
    assert chair.alarm("BP-H1") is not None
    chair.events += chair.engine.set_baseline("1", {SYS: 120, DIA: 75}, chair.now)
    chair.hold(300)
    chair.cuff(166, 80)
    assert chair.alarm("BP-R2") is not None
