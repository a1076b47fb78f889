"""A limit that is set, or a baseline that changes, under an open alarm (alarms.md 8a.13)."""

from __future__ import annotations

import pytest

from monitor.vitals import Validity
from tests.judged import DIA, HR, SPO2, SYS, Chairside


@pytest.mark.parametrize(("limit", "ends"), [(80.0, True), (85.0, True), (90.0, False)])
def test_a_pressure_that_is_within_its_new_limit_clears_there_whatever_was_not_measured(
    limit: float, *, ends: bool
) -> None:
    chair = Chairside()
    chair.cuff(85, 60)
    chair.events += chair.engine.set_limits("1", {"BP-L1 NIBP_SYS": limit}, chair.now)
    chair.pass_second({SYS: 85.0, DIA: 60.0})
    assert (chair.alarm("BP-L1") is None) is ends


@pytest.mark.parametrize(("limit", "ends"), [(124.0, False), (125.0, True), (130.0, True)])
def test_a_rate_on_its_new_limit_is_within_it(limit: float, *, ends: bool) -> None:
    chair = Chairside()
    chair.hold(12, HEART_RATE=125)
    chair.events += chair.engine.set_limits("1", {"HR-H1 HR": limit}, chair.now)
    chair.hold(12, HEART_RATE=125)
    assert (chair.alarm("HR-H1") is None) is ends


@pytest.mark.parametrize(("baseline", "ends"), [(130.0, False), (131.0, True)])
def test_a_rule_that_includes_its_limit_is_violated_on_it_after_a_change_too(
    baseline: float, *, ends: bool
) -> None:
    chair = Chairside()
    chair.engine.set_baseline("1", {SYS: 125.0, DIA: 80.0}, 0.0)
    chair.pass_second({SYS: 170.0, DIA: 80.0})
    assert chair.alarm("BP-R2") is not None
    chair.events += chair.engine.set_baseline("1", {SYS: baseline, DIA: 80.0}, chair.now)
    chair.pass_second({SYS: 170.0, DIA: 80.0})
    assert (chair.alarm("BP-R2") is None) is ends


@pytest.mark.requirement("ALM-110")
def test_a_doubtful_sample_on_the_limit_is_no_part_of_what_fired() -> None:
    chair = Chairside()
    chair.hold(5, SPO2=87)
    doubtful = {SPO2: (Validity.QUESTIONABLE, "motion")}
    chair.pass_second({SPO2: 88.0, HR: 72.0}, validity=doubtful)
    chair.pass_second({SPO2: 87.0, HR: 72.0}, validity=doubtful)
    chair.hold(4, SPO2=87)
    alarm = chair.alarm("SPO2-2")
    assert alarm is not None
    assert alarm.fired_count == 10


def test_a_pressure_without_its_diastolic_is_within_a_limit_of_both() -> None:
    chair = Chairside()
    chair.pass_second({SYS: 165.0})
    assert chair.alarm("BP-H1") is not None
    chair.events += chair.engine.set_limits("1", {"BP-H1 NIBP_SYS": 168.0}, chair.now)
    chair.cuff(165, 80)
    assert chair.alarm("BP-H1") is None
