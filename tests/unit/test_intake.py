"""A report's readings: places, times, order and identity."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clinic import Device
from monitor.drivers import Report
from monitor.intake import LATE_S, Arrival, Intake, Seat
from monitor.vitals import GenerationMode, Measurement, Reading, Validity, VitalSign

T0_US = 1_800_000_000_000_000
SEAT = Seat(session="s", opened_us=0, cuff_late_s=600.0)


def device(mode: GenerationMode = GenerationMode.REAL) -> Device:
    return Device(id="d", driver="chairside-json", link="direct:d", chair="1", mode=mode)


def at(second: float, *, retained: bool = False) -> Arrival:
    return Arrival(received_s=second, received_at_us=T0_US + round(second * 1e6), retained=retained)


def report(
    measured_s: float | None = None,
    *,
    seq: int | None = None,
    vital: VitalSign = VitalSign.SPO2,
    sent_s: float | None = None,
) -> Report:
    stamp = None if measured_s is None else T0_US + round(measured_s * 1e6)
    sent = stamp if sent_s is None else T0_US + round(sent_s * 1e6)
    return Report(
        measurements=(Measurement(vital=vital, value=97.0, measured_at_us=stamp),),
        boot=None if seq is None else "b",
        seq=seq,
        sent_at_us=sent,
    )


def only(readings: list[Reading]) -> Reading:
    assert len(readings) == 1
    return readings[0]


@pytest.mark.requirement("S-68")
def test_a_backlog_that_arrives_at_once_is_kept_as_late_and_the_rest_is_live() -> None:
    intake = Intake(device())
    readings = [only(intake.readings(report(float(s), seq=s), at(65.0), SEAT)) for s in range(65)]
    assert [reading.late for reading in readings] == [s < 55 for s in range(65)]
    assert [reading.sampled_at_us for reading in readings] == [
        T0_US + s * 1_000_000 for s in range(65)
    ]


def test_a_device_clock_an_hour_slow_is_learned_after_five_reports() -> None:
    intake = Intake(device())
    late = [
        only(intake.readings(report(s - 3600.0, seq=s), at(float(s)), SEAT)).late
        for s in range(1, 9)
    ]
    assert late == [True, True, True, True, False, False, False, False]
    assert intake.clock.epoch == 1


@pytest.mark.requirement("DRV-010")
def test_a_steady_queue_on_the_way_is_not_taken_for_a_slow_clock() -> None:
    intake = Intake(device())
    delays = [0.1] * 3 + [6.0] * 30 + [0.1] * 5
    readings = []
    for second, delay_s in enumerate(delays):
        arrived = at(second + delay_s)
        readings.append(only(intake.readings(report(float(second), seq=second), arrived, SEAT)))
    assert intake.clock.epoch == 0
    assert [one.sampled_at_us for one in readings] == [
        T0_US + second * 1_000_000 for second in range(len(delays))
    ]
    assert not any(one.late for one in readings)


@pytest.mark.requirement("DRV-010")
@given(st.lists(st.sampled_from([0.0, 0.9, 1.0, 1.1, 6.0]) | st.floats(0.0, 30.0), max_size=40))
def test_no_delay_on_the_way_moves_a_right_clock_or_a_samples_time(waits_s: list[float]) -> None:
    """A line that takes any time for each message, in order, as a fast replay's broker may."""
    intake, free_s = Intake(device()), 0.0
    assert not only(intake.readings(report(0.0, seq=0), at(0.0), SEAT)).late
    for second, wait_s in enumerate(waits_s, start=1):
        free_s = max(free_s, float(second)) + wait_s
        reading = only(intake.readings(report(float(second), seq=second), at(free_s), SEAT))
        assert reading.sampled_at_us == T0_US + second * 1_000_000
        assert reading.late == (reading.received_s - reading.sampled_s > LATE_S)
    assert intake.clock.epoch == 0


def test_a_clock_set_back_while_it_runs_is_learned_after_five_reports() -> None:
    intake = Intake(device())
    late = [
        only(intake.readings(report(s - 3600.0 * (s >= 10), seq=s), at(float(s)), SEAT)).late
        for s in range(100)
    ]
    assert late == [False] * 10 + [True] * 4 + [False] * 86


def test_a_clock_that_comes_back_slow_from_a_silence_is_learned_within_65_seconds() -> None:
    intake = Intake(device())
    intake.readings(report(0.0, seq=0), at(0.0), SEAT)
    late = [
        only(intake.readings(report(s - 30.0, seq=s), at(float(s)), SEAT)).late
        for s in range(100, 200)
    ]
    assert late == [True] * 64 + [False] * 36


def test_a_device_clock_that_is_fast_never_gives_a_sample_from_the_future() -> None:
    reading = only(Intake(device()).readings(report(100.0, seq=1), at(50.0), SEAT))
    assert reading.sampled_s == 50.0


def test_the_same_numbered_message_twice_is_one() -> None:
    intake = Intake(device())
    assert len(intake.readings(report(1.0, seq=7), at(1.0), SEAT)) == 1
    assert intake.readings(report(1.0, seq=7), at(1.1), SEAT) == []


def test_the_same_determination_sent_again_is_one_reading() -> None:
    intake = Intake(device())
    cuff = VitalSign.NIBP_SYSTOLIC
    first = intake.readings(report(1.0, seq=1, vital=cuff), at(1.0), SEAT)
    again = intake.readings(report(1.0, seq=2, vital=cuff, sent_s=2.0), at(2.0), SEAT)
    assert (len(first), again) == (1, [])


@pytest.mark.requirement("ALM-130")
def test_a_reading_stamped_with_the_cuffs_beginning_is_not_late_for_its_own_cycle() -> None:
    intake = Intake(device())
    for second in range(30):
        measures = Measurement(
            vital=VitalSign.NIBP_SYSTOLIC,
            value=None,
            validity=Validity.ONGOING,
            measured_at_us=T0_US + second * 1_000_000,
        )
        told = Report(measurements=(measures,))
        assert not only(intake.readings(told, at(second), SEAT)).late
    reading = report(0.0, vital=VitalSign.NIBP_SYSTOLIC, sent_s=30.0)
    assert not only(intake.readings(reading, at(30.0), SEAT)).late
    assert intake.readings(reading, at(31.0), SEAT) == []


def test_a_number_that_is_missing_is_counted_until_it_comes() -> None:
    intake = Intake(device())
    for seq in (1, 2, 5):
        intake.readings(report(float(seq), seq=seq), at(float(seq)), SEAT)
    assert intake.numbering.missing == 2
    intake.readings(report(3.0, seq=3), at(6.0), SEAT)
    assert intake.numbering.missing == 1


def test_an_older_sample_is_kept_and_not_judged() -> None:
    intake = Intake(device())
    intake.readings(report(5.0, seq=2), at(5.0), SEAT)
    assert only(intake.readings(report(4.0, seq=1), at(5.1), SEAT)).late


def test_two_serial_frames_in_one_instant_keep_times_of_their_own() -> None:
    intake = Intake(device())
    first = only(intake.readings(report(), at(1.0), SEAT))
    second = only(intake.readings(report(), at(1.0), SEAT))
    assert second.sampled_at_us == first.sampled_at_us + 1
    assert not second.late


def test_a_brokers_memory_is_never_fresh() -> None:
    assert only(Intake(device()).readings(report(1.0, seq=1), at(1.0, retained=True), SEAT)).late


def test_what_was_measured_before_the_seat_belongs_to_nobody() -> None:
    seat = Seat(session="s", opened_us=T0_US + 10_000_000, cuff_late_s=600.0)
    before = only(Intake(device()).readings(report(9.0, seq=1), at(11.0), seat))
    assert (before.session, before.late) == (None, True)


@pytest.mark.requirement("LVE-012")
def test_an_old_value_is_nobody_s_even_where_its_time_had_to_be_moved_past_the_seat() -> None:
    seat = Seat(session="s", opened_us=T0_US + 10_000_000, cuff_late_s=600.0)
    intake = Intake(device())
    intake.readings(report(), at(12.0), seat)
    value = Measurement(vital=VitalSign.SPO2, value=88.0, age_s=5.0)
    old = only(intake.readings(Report(measurements=(value,)), at(13.0), seat))
    assert (old.session, old.late) == (None, True)


def test_a_cuff_reading_two_minutes_old_is_still_news() -> None:
    cuff = report(0.0, seq=1, vital=VitalSign.NIBP_SYSTOLIC)
    assert not only(Intake(device()).readings(cuff, at(120.0), SEAT)).late


def test_a_simulators_values_are_marked_demo() -> None:
    reading = only(Intake(device(GenerationMode.DEMO)).readings(report(), at(1.0), SEAT))
    assert reading.mode is GenerationMode.DEMO


def test_an_empty_field_of_what_is_not_connected_is_no_reading() -> None:
    absent = Measurement(vital=VitalSign.ETCO2, value=None, validity=Validity.NOT_AVAILABLE)
    there = Measurement(vital=VitalSign.ETCO2, value=38.0)
    connected = replace(device(), vitals=frozenset({VitalSign.SPO2}))
    for monitor, kept in ((device(), 2), (connected, 1)):
        intake = Intake(monitor)
        readings = [
            *intake.readings(Report(measurements=(absent,)), at(0.0), SEAT),
            *intake.readings(Report(measurements=(there,)), at(1.0), SEAT),
        ]
        assert len(readings) == kept
        assert readings[-1].value == 38.0


def test_a_cuff_without_news_still_speaks_and_a_backlog_does_not() -> None:
    intake = Intake(device())
    now = at(100.0)
    fresh = Report(measurements=(), boot="b", seq=1, sent_at_us=now.received_at_us - 1_000_000)
    old = Report(measurements=(), boot="b", seq=2, sent_at_us=now.received_at_us - 60_000_000)
    assert intake.speaks_now(fresh, now, intake.readings(fresh, now, SEAT))
    assert not intake.speaks_now(old, now, intake.readings(old, now, SEAT))
    assert not intake.speaks_now(Report(measurements=()), now, [])
