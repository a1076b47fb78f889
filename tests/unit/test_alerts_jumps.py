"""A jump is judged when it has lasted; a spike never (alarms.md 7.3 with 8a.5)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.alerts import Reason
from monitor.clinic import Phase
from monitor.jumps import HELD_MAX
from monitor.vitals import Validity
from tests.judged import HR, PR, SPO2, Chairside, reading


def seconds(chair: Chairside, saturations: Sequence[float | None]) -> None:
    """One SpO2 a second beside a calm heart rate."""
    for value in saturations:
        chair.hold(1, SPO2=value)


def discarded(chair: Chairside) -> list[tuple[str, float, float]]:
    """What was left out of judging: vital sign, sample time, value."""
    return [(one.vital.value, one.at_s, one.value) for _, one in chair.engine.take_discarded()]


@pytest.mark.requirement("S-05")
def test_a_step_that_lasts_alarms_five_seconds_after_it_with_its_own_onset() -> None:
    chair = Chairside()
    chair.hold(10)
    chair.hold(10, SPO2=84)
    assert chair.raised("SPO2-3") == [15.0]
    alarm = chair.alarm("SPO2-3")
    assert alarm is not None
    assert alarm.onset_s == 10.0
    assert discarded(chair) == []


@pytest.mark.requirement("S-05")
def test_a_ramp_of_one_a_second_alarms_three_seconds_after_its_first_value_beyond() -> None:
    chair = Chairside()
    seconds(chair, [97.0 - second for second in range(20)])
    assert chair.raised("SPO2-3") == [16.0]


@pytest.mark.requirement("S-23")
def test_a_spike_raises_nothing_and_is_told_as_left_out() -> None:
    chair = Chairside()
    seconds(chair, [98, 98, 70, 98, 98, 98, 98, 98, 98])
    assert chair.events == []
    assert discarded(chair) == [("SpO2", 2.0, 70.0)]
    assert discarded(chair) == []


@pytest.mark.requirement("S-23")
def test_a_lasting_step_to_70_alarms_by_six_seconds() -> None:
    chair = Chairside()
    seconds(chair, [98, 98, *[70] * 6])
    (at_s,) = chair.raised("SPO2-3")
    assert at_s - 2.0 <= 6.0


@pytest.mark.requirement("S-23")
def test_a_jump_nobody_confirms_is_judged_when_its_time_is_over() -> None:
    """Two valid seconds after it are too few to call it artefact, and none is nobody's word."""
    chair = Chairside()
    seconds(chair, [98, 98, 70, None, None, 70, None, None, 70, 70, 70])
    assert discarded(chair) == []
    (alarm,) = [one for one in chair.engine.alarms() if one.condition == "SPO2-3"]
    assert alarm.onset_s == 2.0


def test_the_median_decides_which_of_the_held_are_left_out() -> None:
    chair = Chairside()
    seconds(chair, [98, 98, 70, 72, 97, 98, 98, 98, 98])
    assert discarded(chair) == [("SpO2", 2.0, 70.0), ("SpO2", 3.0, 72.0)]


def test_a_real_fall_of_more_than_one_a_second_is_accepted() -> None:
    chair = Chairside()
    seconds(chair, [98, 98, 87, 85.5, 84, 82.5, 81, 79.5, 78])
    assert discarded(chair) == []
    assert chair.raised("SPO2-3") == [7.0]


def test_for_ten_seconds_after_a_hold_nothing_is_held() -> None:
    chair = Chairside()
    seconds(chair, [98, 98, 70, 98, 98, 98, 98, 98, 70, 70, 70, 70, 70])
    assert discarded(chair) == [("SpO2", 2.0, 70.0)]
    assert chair.raised("SPO2-3") == [11.0]


def test_after_ten_seconds_the_next_spike_is_held_again() -> None:
    chair = Chairside()
    seconds(chair, [98, 70, *[98] * 15, 70, *[98] * 6])
    assert [at_s for _, at_s, _ in discarded(chair)] == [1.0, 17.0]


def test_the_first_sample_and_the_first_after_a_gap_are_no_jumps() -> None:
    chair = Chairside()
    seconds(chair, [84, 84, 84, 84])
    assert chair.raised("SPO2-3") == [3.0]
    later = Chairside()
    seconds(later, [98, None, None, None, None, None, 84, 84, 84, 84])
    assert later.raised("SPO2-3") == [9.0]


def test_no_pulse_at_all_is_never_called_a_jump() -> None:
    chair = Chairside()
    chair.hold(5)
    chair.hold(6, HEART_RATE=0)
    assert chair.raised("HR-0") == [10.0]
    assert discarded(chair) == []


def test_a_heart_rate_of_fifty_more_is_none_and_of_51_more_is() -> None:
    for value, raised in ((122.0, []), (123.0, [("HR", 5.0, 123.0)])):
        chair = Chairside()
        chair.hold(5)
        chair.hold(1, HEART_RATE=value)
        chair.hold(6)
        assert discarded(chair) == raised


def test_the_pulse_that_takes_the_ecgs_place_is_no_jump() -> None:
    chair = Chairside()
    for _ in range(5):
        chair.pass_second({SPO2: 97.0, HR: 60.0, PR: 60.0})
    for _ in range(12):
        chair.pass_second({SPO2: 97.0, HR: None, PR: 130.0})
    assert discarded(chair) == []


def test_a_doubtful_spike_is_held_like_a_valid_one() -> None:
    chair = Chairside()
    chair.hold(5)
    doubtful = {SPO2: (Validity.QUESTIONABLE, "low perfusion")}
    chair.pass_second({SPO2: 70.0, HR: 72.0}, validity=doubtful)
    chair.hold(6)
    assert discarded(chair) == [("SpO2", 5.0, 70.0)]
    assert chair.raised("SPO2-3") == []


def test_a_held_sample_counts_as_data_and_a_lost_probe_is_told_in_time() -> None:
    chair = Chairside()
    chair.hold(20)
    chair.hold(1, SPO2=70)
    off = {SPO2: (Validity.NOT_AVAILABLE, "sensor off")}
    for _ in range(20):
        chair.pass_second({SPO2: None, HR: 72.0}, validity=off)
    probe = chair.raised("T-PROBE")
    plain = Chairside()
    plain.hold(21)
    for _ in range(20):
        plain.pass_second({SPO2: None, HR: 72.0}, validity=off)
    assert probe == plain.raised("T-PROBE") != []


def test_a_sender_that_chatters_fills_no_hold_and_is_judged_at_the_bound() -> None:
    chair = Chairside()
    chair.hold(5)
    before = len(chair.events)
    for number in range(400):
        now = 5.0 + number / 100
        chair.events += chair.engine.observe([reading(SPO2, 84.0, now)])
        low = chair.engine.pending("1")
        assert low == (frozenset({SPO2}) if number >= HELD_MAX else frozenset())
        if len(chair.events) > before:
            break
    (event,) = chair.events[before:]
    assert (event.alarm.condition, event.alarm.onset_s) == ("SPO2-3", 5.0)
    assert event.at_s == pytest.approx(8.0, abs=0.02)


def test_the_end_of_a_session_within_a_hold_ends_the_hold() -> None:
    chair = Chairside()
    chair.hold(5)
    chair.hold(2, SPO2=70)
    chair.events += chair.engine.clear("1", chair.now)
    chair.events += chair.engine.advance(chair.now + 60.0)
    assert chair.engine.next_deadline() > chair.now + 60.0


def test_the_next_patient_hears_nothing_of_what_was_held() -> None:
    chair = Chairside()
    chair.hold(5)
    chair.hold(4, SPO2=70)
    chair.events += chair.engine.clear("1", chair.now)
    chair.events += chair.engine.seat("1", "s2", Phase.INFUSION, chair.now)
    chair.hold(10, SPO2=None)
    assert chair.raised("SPO2-3") == []


def test_the_next_patients_first_value_is_no_jump_from_the_last_patients() -> None:
    chair = Chairside()
    chair.hold(5)
    chair.events += chair.engine.clear("1", chair.now)
    chair.events += chair.engine.seat("1", "s2", Phase.INFUSION, chair.now)
    chair.hold(5, SPO2=84)
    assert chair.raised("SPO2-3") == [8.0]


def test_what_fell_due_before_a_jump_was_judged_is_told_with_it() -> None:
    chair = Chairside()
    chair.hold(10, HEART_RATE=155)
    chair.acknowledge("HR-H2")
    off = {SPO2: (Validity.INVALID, "sensor off")}
    for rate in (*[155.0] * 7, 210.0):
        chair.pass_second({SPO2: None, HR: rate}, validity=off)
    told = chair.engine.advance(chair.now + 20.0)
    first_two = [(one.alarm.condition, one.reason) for one in told][:2]
    assert first_two == [("T-PROBE", Reason.CONDITION_PRESENT), ("HR-H2", Reason.WORSE)]
