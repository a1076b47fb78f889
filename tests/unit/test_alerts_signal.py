"""What a device says of its own signal, and numbers that cannot be (alarms.md 7.2, 7.3, 9)."""

from __future__ import annotations

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.clinic import Phase
from monitor.conditions import Priority
from monitor.plausibility import flagged
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, MEAN, PR, SPO2, SYS, Chairside, preset, reading


def doubt(chair: Chairside, seconds: int, spo2: float, why: str = "") -> None:
    for _ in range(seconds):
        said = {SPO2: (Validity.QUESTIONABLE, why)}
        chair.pass_second({SPO2: spo2, HR: 72.0}, validity=said)


def physiological(chair: Chairside) -> set[str]:
    return {event.alarm.condition for event in chair.events if event.alarm.vitals} - {
        "T-SIG",
        "T-IMP",
        "T-STALE",
        "T-NIBP-F",
    }


@pytest.mark.requirement("S-57")
def test_a_doubtful_value_raises_the_signal_alarm_and_no_medium_one() -> None:
    chair = Chairside()
    doubt(chair, 60, 90.0)
    assert chair.raised("T-SIG") == [15.0]
    assert physiological(chair) == set()
    alarm = chair.alarm("T-SIG")
    assert alarm is not None
    assert alarm.priority is Priority.MEDIUM
    chair.hold(5)
    assert chair.state("T-SIG") is AlarmState.ACTIVE_UNACK
    chair.hold(1)
    assert chair.state("T-SIG") is AlarmState.IDLE


@pytest.mark.requirement("ALM-201")
@pytest.mark.parametrize(("poor", "rises"), [(29, False), (30, True)])
def test_a_signal_that_is_good_before_the_rise_is_due_rises_no_more(
    poor: int, *, rises: bool
) -> None:
    chair = Chairside()
    doubt(chair, poor, 97.0)
    chair.hold(5)
    alarm = chair.alarm("T-SIG")
    assert alarm is not None
    assert alarm.priority is (Priority.MEDIUM if rises else Priority.LOW)
    doubt(chair, 1, 97.0)
    again = chair.alarm("T-SIG")
    assert again is not None
    assert (again.id, again.priority) == (alarm.id, Priority.MEDIUM)


@pytest.mark.requirement("ALM-201")
@pytest.mark.parametrize(("off", "rises"), [(69, False), (70, True)])
def test_a_probe_that_is_on_before_the_rise_is_due_rises_no_more(off: int, *, rises: bool) -> None:
    chair, gone = Chairside(), {SPO2: (Validity.INVALID, "sensor off")}
    for _ in range(off):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=gone)
    chair.hold(3)
    alarm = chair.alarm("T-PROBE")
    assert alarm is not None
    assert alarm.priority is (Priority.HIGH if rises else Priority.MEDIUM)
    chair.hold(1)
    assert chair.state("T-PROBE") is AlarmState.IDLE


def test_a_poor_signal_before_the_infusion_stays_low() -> None:
    chair = Chairside(Phase.BASELINE)
    doubt(chair, 90, 97.0, "low perfusion")
    alarm = chair.alarm("T-SIG")
    assert alarm is not None
    assert alarm.priority is Priority.LOW


@pytest.mark.requirement("S-58")
@pytest.mark.parametrize(("vital", "value"), [("HEART_RATE", 301.0), ("SPO2", 101.0)])
def test_an_impossible_number_is_told_and_raises_nothing_else(vital: str, value: float) -> None:
    chair = Chairside()
    chair.hold(12, **{vital: value})
    assert chair.raised("T-IMP") == [10.0]
    assert physiological(chair) == set()
    chair.hold(6)
    assert chair.state("T-IMP") is AlarmState.IDLE


@pytest.mark.requirement("S-24")
@pytest.mark.parametrize("none", [-1.0, 0.0, 127.0, 511.0, 32767.0])
def test_a_devices_word_for_none_is_missing_and_not_implausible(none: float) -> None:
    chair = Chairside()
    chair.hold(16, SPO2=none)
    assert chair.raised("T-IMP") == []
    assert chair.raised("T-STALE") == [15.0]


def test_a_flagged_reading_keeps_its_raw_number_and_says_why() -> None:
    wild = flagged(reading(SPO2, 101.0, 1.0), preset())
    assert (wild.value, wild.validity, wild.reason) == (101.0, Validity.INVALID, "implausible")
    none = flagged(reading(SPO2, 127.0, 1.0), preset())
    assert (none.value, none.validity, none.reason) == (127.0, Validity.NOT_AVAILABLE, "no value")
    low = reading(HR, 15.0, 1.0)
    assert flagged(low, preset()) is low


def failed(chair: Chairside, why: str = "cuff leak") -> None:
    gone = {SYS: (Validity.INVALID, why), DIA: (Validity.INVALID, why)}
    chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: None, DIA: None}, validity=gone)


def test_a_failed_cuff_is_told_once_more_urgently_at_the_second_time() -> None:
    chair = Chairside()
    failed(chair)
    first = chair.alarm("T-NIBP-F")
    assert first is not None
    assert (first.priority, first.message) == (Priority.LOW, "NIBP FAILED: cuff leak")
    chair.hold(120)
    failed(chair)
    second = chair.alarm("T-NIBP-F")
    assert second is not None
    assert (second.id, second.priority) == (first.id, Priority.MEDIUM)
    chair.cuff(120, 80)
    assert chair.state("T-NIBP-F") is AlarmState.IDLE


@pytest.mark.requirement("ALM-224")
@pytest.mark.parametrize(("times", "priority"), [(1, Priority.LOW), (2, Priority.MEDIUM)])
def test_failures_before_the_infusion_count_when_it_begins(times: int, priority: Priority) -> None:
    chair = Chairside(Phase.BASELINE)
    for _ in range(times):
        failed(chair)
    before = chair.alarm("T-NIBP-F")
    assert before is not None
    assert before.priority is Priority.LOW
    chair.events += chair.engine.set_phase("1", Phase.INFUSION, chair.now)
    after = chair.alarm("T-NIBP-F")
    assert after is not None
    assert (after.id, after.priority) == (before.id, priority)
    rises = [one for one in chair.events if one.reason is Reason.PRIORITY_RISES]
    assert len(rises) == times - 1


@pytest.mark.requirement("ALM-192")
def test_a_cuff_that_fails_again_for_another_reason_tells_the_newest() -> None:
    chair = Chairside()
    for why in ("cuff leak", "motion", "timeout"):
        failed(chair, why)
        alarm = chair.alarm("T-NIBP-F")
        assert alarm is not None
        assert alarm.message == f"NIBP FAILED: {why}"
        assert chair.engine.take_changed() == {"1"}
        chair.hold(60)
    rows = [one.alarm.message for one in chair.events if one.reason is Reason.PRIORITY_RISES]
    assert rows == ["NIBP FAILED: motion"]
    failed(chair, "timeout")
    assert chair.engine.take_changed() == set()


@pytest.mark.requirement("ALM-192")
def test_a_probe_that_fails_in_another_way_tells_the_newest() -> None:
    chair = Chairside()
    for why in ("sensor off", "defective sensor"):
        for _ in range(12):
            chair.pass_second({SPO2: None, HR: 72.0}, validity={SPO2: (Validity.INVALID, why)})
        alarm = chair.alarm("T-PROBE")
        assert alarm is not None
        assert alarm.message == f"SpO2 PROBE OFF ({why})"
    assert len(chair.raised("T-PROBE")) == 1


@pytest.mark.requirement("S-25")
@pytest.mark.parametrize("pressures", [(80, 120, None), (100, 91, None), (185, 80, 190)])
def test_pressures_that_contradict_each_other_are_a_failure_and_no_reading(
    pressures: tuple[float, float, float | None],
) -> None:
    chair = Chairside()
    chair.cuff(*pressures)
    assert {one.condition for one in chair.engine.alarms()} == {"T-NIBP-F"}
    assert chair.engine.alarms()[0].message == "NIBP FAILED: inconsistent"


def test_two_sources_of_heart_rate_that_disagree_are_told_after_half_a_minute() -> None:
    chair = Chairside()
    for _ in range(31):
        chair.pass_second({SPO2: 97.0, HR: 72.0, PR: 95.0})
    assert chair.raised("T-SRC") == [30.0]
    for _ in range(60):
        chair.pass_second({SPO2: 97.0, HR: 72.0, PR: 85.0})
    assert chair.state("T-SRC") is AlarmState.ACTIVE_UNACK
    for _ in range(16):
        chair.pass_second({SPO2: 97.0, HR: 72.0, PR: 80.0})
    assert chair.state("T-SRC") is AlarmState.IDLE


def test_one_source_alone_cannot_disagree() -> None:
    chair = Chairside()
    chair.hold(60)
    for _ in range(60):
        chair.pass_second({SPO2: 97.0, PR: 110.0})
    assert chair.raised("T-SRC") == []


@pytest.mark.requirement("S-25")
def test_a_mean_is_never_worked_out_to_reject_a_reading() -> None:
    chair = Chairside()
    chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: 120.0, MEAN: 90.0})
    assert chair.state("T-NIBP-F") is AlarmState.IDLE
    assert VitalSign.NIBP_MEAN in chair.engine.limits("1")
