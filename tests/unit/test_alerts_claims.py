"""Statements with several claims, each claim by itself (alarms.md section 9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.alerts import AlarmState, Reason
from monitor.clinic import Phase
from monitor.conditions import Column, Priority
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, PR, SPO2, SYS, Chairside, preset

OFF = {SPO2: (Validity.INVALID, "sensor off")}
LEAK = {SYS: (Validity.INVALID, "cuff leak"), DIA: (Validity.INVALID, "cuff leak")}
PHASES = [None, Phase.PREPARE, Phase.BASELINE, Phase.INFUSION, Phase.RECOVERY]


def steps(chair: Chairside, condition: str) -> Iterator[tuple[float, Reason]]:
    """When its alarms took a step, and why."""
    for event in chair.events:
        if event.alarm.condition == condition:
            yield event.at_s, event.reason


def silence(chair: Chairside, seconds: int) -> None:
    """No frame for so long."""
    for _ in range(seconds):
        chair.pass_second({}, silent=True)


def probe_off(chair: Chairside, seconds: int) -> None:
    for _ in range(seconds):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=OFF)


# ------------------------------------------------------------------------------- S-06


@pytest.mark.requirement("S-06")
def test_of_a_group_the_most_urgent_sound_and_the_next_is_heard_without_a_new_delay() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=84)
    heard = {one.condition: one.audible for one in chair.engine.alarms()}
    # Equals share one sound (8a.11).
    assert heard == {"SPO2-1": False, "SPO2-2": True, "SPO2-3": True, "SPO2-I": False}
    second = chair.alarm("SPO2-2")
    assert second is not None
    chair.acknowledge("SPO2-3")
    chair.hold(11, SPO2=88)
    assert chair.state("SPO2-3") is AlarmState.IDLE
    assert chair.alarm("SPO2-2") == second  # as it was, and heard
    chair.acknowledge("SPO2-2")
    assert chair.sounding() is None  # what is seen speaks for the less urgent on
    chair.hold(10, SPO2=91)
    assert chair.sounding() is None
    chair.hold(1, SPO2=91)
    assert chair.state("SPO2-2") is AlarmState.IDLE
    assert chair.sounding() is Priority.MEDIUM
    assert [len(chair.raised(rule)) for rule in ("SPO2-1", "SPO2-2", "SPO2-3")] == [1, 1, 1]


@pytest.mark.requirement("S-06")
def test_what_latched_speaks_for_nothing_that_is_still_so() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=84)
    chair.hold(11, SPO2=91)
    first = chair.alarm("SPO2-1")
    assert chair.state("SPO2-2") is AlarmState.LATCHED_UNACK
    assert first is not None
    assert (first.superseded, first.audible) == (False, True)


# ------------------------------------------------------------------------------- S-12


@pytest.mark.requirement("S-12")
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(("source", "after_s"), [(HR, 5.0), (PR, 10.0)])
def test_no_beat_is_high_in_every_phase_and_no_jump_that_is_held_back(
    phase: Phase | None, source: VitalSign, after_s: float
) -> None:
    chair = Chairside(phase)
    for _ in range(20):
        chair.pass_second({SPO2: 97.0, source: 72.0})
    for second in range(12):
        chair.pass_second({SPO2: 97.0, source: 0.0})
        if second == 0:
            assert HR in chair.engine.pending("1")
    assert chair.raised("HR-0") == [20.0 + after_s]
    alarm = chair.alarm("HR-0")
    assert alarm is not None
    assert alarm.priority is Priority.HIGH


@pytest.mark.requirement("S-12")
def test_a_beat_in_between_begins_the_delay_of_no_pulse_anew() -> None:
    chair = Chairside()
    chair.hold(5, HEART_RATE=0)
    chair.hold(1, HEART_RATE=20)
    chair.hold(5, HEART_RATE=0)
    assert chair.raised("HR-0") == []


# ------------------------------------------------------------------------------- S-25


@pytest.mark.requirement("S-25")
@pytest.mark.parametrize(
    ("pressures", "contradict"),
    [
        ((100.0, 90.0, None), False),
        ((100.0, 90.5, None), True),
        ((185.0, 95.0, 184.0), False),
        ((185.0, 95.0, 185.0), True),
        ((185.0, 95.0, 96.0), False),
        ((185.0, 95.0, 95.0), True),
    ],
)
def test_a_reading_is_rejected_whole_or_judged_whole(
    pressures: tuple[float, float, float | None], *, contradict: bool
) -> None:
    chair = Chairside()
    systolic, diastolic, mean = pressures
    chair.cuff(systolic, diastolic, mean)
    found = {one.condition for one in chair.engine.alarms()}
    assert ("T-NIBP-F" in found) is contradict
    assert ("BP-H2" in found) is (systolic > 180 and not contradict)


@pytest.mark.requirement("S-25")
def test_a_rejected_reading_ends_no_alarm_and_is_no_reading_before_the_next() -> None:
    chair = Chairside()
    chair.cuff(185, 95)
    chair.cuff(80, 120)
    chair.cuff(120, 80, 130)
    assert chair.state("BP-H2") is AlarmState.ACTIVE_UNACK
    chair.cuff(214, 95)  # 29 above the last that was one
    assert chair.raised("BP-D") == []
    assert chair.raised("BP-L2") == []


# ------------------------------------------------------------------------------- S-27


@pytest.mark.requirement("S-27")
@pytest.mark.parametrize(
    ("gap", "raised_s"),
    # Time stamps 4, 5, 6 and 8 s apart: beyond 5 s of a gap nothing counts.
    [((5, 8), 15.0), ((5, 9), 15.0), ((5, 10), 16.0), ((5, 12), 18.0), ((13, 17), 17.0)],
)
def test_of_a_gap_five_seconds_count_and_the_alarm_comes_with_a_valid_sample(
    gap: tuple[int, int], raised_s: float
) -> None:
    chair = Chairside()
    for second in range(22):
        missing = gap[0] <= second < gap[1]
        chair.pass_second({SPO2: None if missing else 91.0, HR: 72.0})
    assert chair.raised("SPO2-1") == [raised_s]


@pytest.mark.requirement("S-27")
@pytest.mark.parametrize(("seconds", "stale"), [(13, False), (14, True)])
def test_no_gap_under_fifteen_seconds_is_missing_data(seconds: int, *, stale: bool) -> None:
    chair = Chairside()
    chair.hold(5)
    for _ in range(seconds):
        chair.pass_second({SPO2: None, HR: 72.0})
    chair.hold(0 if stale else 5)
    assert bool(chair.raised("T-STALE")) is stale


# ------------------------------------------------------------------------------- S-31


@pytest.mark.requirement("S-31")
def test_a_lost_link_lets_neither_missing_data_nor_an_overdue_cuff_begin_to_sound() -> None:
    chair = Chairside()
    chair.cuff(120, 80)
    chair.hold(10)
    silence(chair, 700)
    assert {one.condition for one in chair.engine.alarms() if one.audible} == {"T-LINK"}
    assert chair.raised("T-STALE") == chair.raised("T-NIBP-O") == []


@pytest.mark.requirement("S-31")
def test_a_lost_link_silences_what_sounded_before_it_and_lists_it() -> None:
    chair = Chairside()
    chair.cuff(120, 80)
    for _ in range(485):
        chair.pass_second({HR: 72.0})
    assert {one.condition for one in chair.engine.alarms() if one.audible} >= {
        "T-STALE",
        "T-NIBP-O",
    }
    silence(chair, 12)
    listed = {one.condition: one.audible for one in chair.engine.alarms()}
    assert listed == {"T-LINK": True, "T-STALE": False, "T-NIBP-O": False}


@pytest.mark.requirement("S-31")
def test_a_link_is_back_after_five_seconds_of_frames_without_a_gap() -> None:
    chair = Chairside()
    chair.hold(10)
    silence(chair, 20)
    chair.hold(5)
    silence(chair, 6)
    chair.hold(5)
    assert chair.state("T-LINK") is AlarmState.ACTIVE_UNACK
    chair.hold(1)
    assert chair.state("T-LINK") is AlarmState.IDLE
    assert len(chair.raised("T-LINK")) == 1


# ------------------------------------------------------------------------------- S-33


@pytest.mark.requirement("S-33")
@pytest.mark.parametrize(
    ("phase", "low_s", "medium_s"),
    [
        (Phase.BASELINE, 900.0, None),
        (Phase.INFUSION, 480.0, 600.0),
        (Phase.RECOVERY, 1350.0, 1800.0),
    ],
)
@pytest.mark.parametrize("fails", [False, True])
def test_a_cuff_is_overdue_by_the_interval_of_its_phase_whatever_failed_since(
    phase: Phase, low_s: float, medium_s: float | None, *, fails: bool
) -> None:
    chair = Chairside(phase)
    chair.cuff(120, 80)
    chair.hold(99)
    if fails:
        chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: None, DIA: None}, validity=LEAK)
    chair.hold(int(low_s) - int(chair.now))
    chair.hold(round((medium_s or 3600.0) - low_s) + 5)
    expected = [(low_s, Reason.CONDITION_PRESENT)]
    expected += [(medium_s, Reason.PRIORITY_RISES)] if medium_s else []
    assert list(steps(chair, "T-NIBP-O")) == expected
    alarm = chair.alarm("T-NIBP-O")
    assert alarm is not None
    assert alarm.priority is (Priority.MEDIUM if medium_s else Priority.LOW)


@pytest.mark.requirement("S-33")
def test_a_failed_reading_does_not_end_an_overdue_one() -> None:
    chair = Chairside()
    chair.cuff(120, 80)
    chair.hold(490)
    chair.pass_second({SPO2: 97.0, HR: 72.0, SYS: None, DIA: None}, validity=LEAK)
    assert chair.state("T-NIBP-O") is AlarmState.ACTIVE_UNACK
    chair.cuff(120, 80)
    assert chair.state("T-NIBP-O") is AlarmState.IDLE


# ------------------------------------------------------------------------------- S-35


@pytest.mark.requirement("S-35")
def test_a_probe_off_is_medium_and_the_same_alarm_high_after_a_minute_unseen() -> None:
    chair = Chairside()
    chair.hold(3)
    probe_off(chair, 72)
    raised, *_ = (one for one in chair.events if one.alarm.condition == "T-PROBE")
    risen = [one for one in chair.events if one.reason is Reason.PRIORITY_RISES]
    assert (raised.alarm.priority, raised.at_s) == (Priority.MEDIUM, 13.0)
    assert [(one.alarm.id, one.at_s, one.alarm.priority) for one in risen] == [
        (raised.alarm.id, 73.0, Priority.HIGH)
    ]


@pytest.mark.requirement("S-35")
@pytest.mark.parametrize(
    ("phase", "priority"), [(Phase.BASELINE, Priority.LOW), (Phase.RECOVERY, Priority.MEDIUM)]
)
def test_a_probe_off_outside_an_infusion_does_not_become_high(
    phase: Phase, priority: Priority
) -> None:
    chair = Chairside(phase)
    chair.hold(3)
    probe_off(chair, 400)
    alarm = chair.alarm("T-PROBE")
    assert alarm is not None
    assert alarm.priority is priority


@pytest.mark.requirement("S-35")
@pytest.mark.parametrize(("seen_after_s", "rises"), [(59, False), (61, True)])
def test_a_probe_off_that_is_seen_within_the_minute_rises_no_more(
    seen_after_s: int, *, rises: bool
) -> None:
    chair = Chairside()
    chair.hold(3)
    probe_off(chair, 10 + seen_after_s)
    chair.acknowledge("T-PROBE")
    probe_off(chair, 60)
    reasons = [reason for _, reason in steps(chair, "T-PROBE")]
    assert (Reason.PRIORITY_RISES in reasons) is rises


# ------------------------------------------------------------------------------- S-39


@pytest.mark.requirement("S-39")
@pytest.mark.parametrize(
    ("values", "condition", "again_s"),
    [
        ({"SPO2": 86.0}, "SPO2-2", 120.0),
        ({"HEART_RATE": 125.0}, "HR-H1", 300.0),
        ({"HEART_RATE": 112.0}, "HR-A", None),
    ],
)
def test_each_sounding_again_comes_in_its_time_after_each_acknowledge_and_is_told(
    values: dict[str, float], condition: str, again_s: float | None
) -> None:
    chair = Chairside()
    chair.hold(62, **values)
    for _ in range(2):
        chair.acknowledge(condition)
        seen_s = chair.now
        chair.hold(round(again_s or 700.0) - 1, **values)
        assert chair.state(condition) is AlarmState.ACTIVE_ACK
        if again_s is None:
            return
        chair.hold(1, **values)
        last = [event for event in chair.events if event.alarm.condition == condition][-1]
        assert (last.reason, last.at_s) == (Reason.RE_ALARM, seen_s + again_s)
        assert last.alarm.audible


# ------------------------------------------------------------------------------- S-45


@pytest.mark.requirement("S-45")
def test_crossings_that_stay_in_the_deadband_for_longer_than_an_off_delay_are_one_alarm() -> None:
    chair = Chairside()
    chair.hold(20, SPO2=91)
    for _ in range(20):
        chair.hold(15, SPO2=93)
        chair.hold(16, SPO2=91)
    assert list(steps(chair, "SPO2-1")) == [(15.0, Reason.CONDITION_PRESENT)]


@pytest.mark.requirement("S-45")
@pytest.mark.parametrize("latched", [False, True])
def test_a_rule_has_one_open_alarm_however_often_it_is_violated(*, latched: bool) -> None:
    chair = Chairside()
    for _ in range(5):
        chair.hold(20, SPO2=86)
        chair.hold(20 if latched else 5, SPO2=96)
        found = [one for one in chair.engine.alarms() if one.condition == "SPO2-2"]
        assert [one.id for one in found] == ["s1/SPO2-2/SpO2/1"]


# ------------------------------------------------------------------------------- S-46


@pytest.mark.requirement("S-46")
def test_a_stricter_phase_judges_by_its_limits_from_the_next_sample_on() -> None:
    chair = Chairside(Phase.INFUSION)
    chair.hold(60, SPO2=93)
    assert chair.raised("SPO2-1") == []
    chair.events += chair.engine.set_phase("1", Phase.BASELINE, chair.now)
    chair.hold(1, SPO2=93)
    assert chair.raised("SPO2-1") == [60.0]


@pytest.mark.requirement("S-46")
@pytest.mark.parametrize(
    ("seen", "state"), [(False, AlarmState.LATCHED_UNACK), (True, AlarmState.IDLE)]
)
@pytest.mark.parametrize("condition", ["SPO2-2", "SPO2-1"])
def test_a_rule_that_the_new_phase_does_not_know_ends_and_an_unseen_high_one_is_kept(
    condition: str, state: AlarmState, *, seen: bool
) -> None:
    rule = preset().condition(condition)
    only = {Column.INFUSION: rule.priority[Column.INFUSION]}
    rules = replace(preset(), conditions=(replace(rule, priority=only),))
    chair = Chairside(rules=rules)
    chair.hold(20, SPO2=86)
    if seen:
        chair.acknowledge(condition)
    chair.events += chair.engine.set_phase("1", Phase.RECOVERY, chair.now)
    high = condition == "SPO2-2"
    assert chair.state(condition) is (state if high else AlarmState.IDLE)
    assert chair.events[-1].reason is Reason.PHASE
    chair.hold(60, SPO2=86)
    assert len(chair.raised(condition)) == 1
