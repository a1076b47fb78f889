"""What a tile shows of the cuff: a point in time, its age, and when the next is due."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.clinic import Arm, Arms, Chair, Device, Phase
from monitor.clock import Clock
from monitor.conditions import Kind, Preset, Priority
from monitor.drivers.registry import DRIVERS
from monitor.service import build_ward
from monitor.store.record import Record
from monitor.vitals import Validity, VitalSign
from simulators.clinic import Setting, configuration
from tests.judged import preset
from tests.on_board import INTERVALS, OVERDUE, Bench, alarm, cuff, sample
from tests.stored import NOON_US

NOON = "08:00"
"""NOON_US as UTC shows it."""


def seated(phase: Phase = Phase.INFUSION, at_s: float = 0.0) -> Bench:
    bench = Bench()
    bench.seat(at_s, phase)
    return bench


@pytest.mark.requirement("SHO-130")
def test_the_block_tells_value_mean_time_age_and_when_the_next_is_due() -> None:
    bench = seated()
    bench.alarms()
    bench.put(cuff(0.0, 172.0, 104.0, 127.0, session="s-1"))
    block = bench.nibp(139.0)
    assert (block.text, block.mean, block.state) == ("172/104", "(127)", "valid")
    assert (block.time, block.age, block.next) == (NOON, "2 min ago", "next in 02:41")
    assert (block.limits.low, block.limits.high) == ("90", "160")
    assert bench.nibp(30.0).age == "just now"


@pytest.mark.requirement("SHO-190")
def test_the_change_from_the_baseline_stands_beside_it_where_both_are_known() -> None:
    usual = {VitalSign.NIBP_SYSTOLIC: 122, VitalSign.NIBP_DIASTOLIC: 78}
    bench = seated()
    bench.put(cuff(0.0, 160.0, 70.0, 100.0, session="s-1"))
    assert bench.nibp(1.0).change == ""
    bench.seat(0.0, baseline=usual)
    assert bench.nibp(1.0).change == "+38/-8"
    bench.seat(0.0, baseline={VitalSign.NIBP_SYSTOLIC: 122})
    assert bench.nibp(1.0).change == ""
    bench.seat(0.0, baseline=usual)
    # Without a number, or with a word on it, there is none.
    assert bench.nibp(2_000.0).change == ""
    bench.put(cuff(10.0, None, None, None, validity=Validity.INVALID, session="s-1"))
    assert bench.nibp(11.0).change == ""
    bench.put(cuff(20.0, 122.0, 78.0, 93.0, session="s-1"))
    assert bench.nibp(21.0).change == "+0/+0"


@pytest.mark.requirement("SHO-131")
@pytest.mark.parametrize("phase", list(INTERVALS))
def test_it_is_grey_when_overdue_and_gone_at_the_later_of_15_min_and_two_intervals(
    phase: Phase,
) -> None:
    interval_s, late_s = INTERVALS[phase], OVERDUE[phase]
    gone_s = max(900, 2 * interval_s)
    bench = seated(phase)
    bench.put(cuff(0.0, session="s-1"))
    for age_s in range(0, 2_000, 7):
        block = bench.nibp(float(age_s))
        grey = "ageing" if age_s >= late_s else "valid"
        assert block.state == ("stale" if age_s >= gone_s else grey)
        assert block.text == ("---/---" if age_s >= gone_s else "120/80")
        assert block.time == NOON
        left_s = interval_s - age_s
        word = "next in" if left_s >= 0 else "overdue"
        assert block.next == f"{word} {abs(left_s) // 60:02d}:{abs(left_s) % 60:02d}"
        assert block.mean == ("" if age_s >= gone_s else "(93)")


def test_without_a_session_nothing_is_due_and_nothing_is_overdue() -> None:
    bench = Bench()
    bench.put(cuff(0.0))
    assert (bench.nibp(899.0).state, bench.nibp(899.0).next) == ("valid", "")
    assert bench.nibp(900.0).text == "---/---"


def test_before_the_first_reading_the_first_is_due_from_the_phase_on() -> None:
    bench = seated(Phase.BASELINE, at_s=100.0)
    block = bench.nibp(160.0)
    assert (block.text, block.state, block.note) == ("---/---", "waiting", "waiting")
    assert (block.time, block.age, block.next) == ("", "", "next in 09:00")


@pytest.mark.requirement("SHO-132")
def test_at_a_phase_the_cuff_is_due_at_the_old_time_or_one_new_interval_on() -> None:
    bench = seated(Phase.BASELINE)
    bench.put(cuff(0.0, session="s-1"))
    bench.seat(480.0, Phase.INFUSION)
    assert bench.nibp(480.0).next == "next in 02:00"
    assert bench.nibp(480.0).state == "valid"
    bench = seated(Phase.BASELINE)
    bench.put(cuff(0.0, session="s-1"))
    bench.seat(60.0, Phase.INFUSION)
    assert bench.nibp(60.0).next == "next in 05:00"


@pytest.mark.requirement("SHO-033")
def test_a_failed_attempt_stands_in_the_place_of_its_number() -> None:
    bench = seated()
    bench.put(cuff(0.0, session="s-1"))
    failed = cuff(
        60.0, None, None, None, session="s-1", validity=Validity.INVALID, reason="cuff leak"
    )
    bench.put(failed)
    block = bench.nibp(61.0)
    assert (block.text, block.state, block.note, block.mean) == (
        "-?-",
        "invalid",
        "cuff leak",
        "",
    )
    assert block.next == "next in 03:59"
    bench.put(cuff(120.0, 130.0, session="s-1"))
    assert (bench.nibp(121.0).text, bench.nibp(121.0).note) == ("130/80", "")


@pytest.mark.parametrize("validity", [Validity.NOT_AVAILABLE, Validity.ONGOING])
def test_a_device_that_has_nothing_new_hides_nothing(validity: Validity) -> None:
    bench = seated()
    bench.put(cuff(1.0, None, None, None, session="s-1", validity=validity))
    assert bench.nibp(2.0).state == "waiting"
    bench.put(cuff(3.0, session="s-1"))
    bench.put(cuff(4.0, None, None, None, session="s-1", validity=validity))
    assert bench.nibp(5.0).text == "120/80"


@pytest.mark.requirement("SHO-133")
def test_while_the_cuff_measures_the_number_before_it_is_grey() -> None:
    bench = seated()
    bench.put(cuff(0.0, 172.0, session="s-1"))
    assert bench.nibp(99.0).state == "valid"
    bench.put(cuff(100.0, None, None, None, session="s-1", validity=Validity.ONGOING))
    block = bench.nibp(101.0)
    assert (block.text, block.state, block.note, block.next) == (
        "172/80",
        "ageing",
        "measuring",
        "",
    )
    bench.put(cuff(130.0, 165.0, session="s-1"))
    block = bench.nibp(131.0)
    assert (block.text, block.state, block.note) == ("165/80", "valid", "")


@pytest.mark.requirement("SHO-133")
def test_a_monitor_that_stops_saying_that_it_measures_does_not() -> None:
    bench = seated()
    bench.put(cuff(0.0, session="s-1"))
    bench.put(cuff(100.0, None, None, None, session="s-1", validity=Validity.ONGOING))
    assert bench.nibp(104.0).note == "measuring"
    assert bench.nibp(105.0).note == ""


@pytest.mark.requirement("SHO-133")
@pytest.mark.parametrize(("probe", "note"), [(Arm.LEFT, "pulse search"), (Arm.RIGHT, "cuff cycle")])
def test_a_probe_under_the_cuff_says_cuff_cycle(probe: Arm, note: str) -> None:
    bench, lost = Bench(), Validity.INVALID
    bench.seat(0.0, arms=Arms(cuff=Arm.RIGHT, probe=probe))
    bench.put(cuff(10.0, None, None, None, session="s-1", validity=Validity.ONGOING))
    bench.put(sample(10.0, None, session="s-1", validity=lost, reason="pulse search"))
    slot = bench.slot(11.0)
    assert (slot.text, slot.note) == ("-?-", note)


def test_a_doubtful_determination_is_shown_with_doubt_and_does_not_count_as_taken() -> None:
    bench = seated()
    doubt = cuff(60.0, session="s-1", validity=Validity.QUESTIONABLE, reason="movement")
    bench.put(doubt)
    block = bench.nibp(61.0)
    assert (block.text, block.state, block.note) == ("120/80?", "questionable", "movement")
    assert block.next == "next in 03:59"


def test_a_missing_component_is_dashes_and_an_older_determination_changes_nothing() -> None:
    bench = seated()
    bench.put(cuff(60.0, 120.0, None, None, session="s-1"))
    assert (bench.nibp(61.0).text, bench.nibp(61.0).mean) == ("120/--", "")
    bench.put(cuff(30.0, 99.0, session="s-1"))
    assert bench.nibp(61.0).text == "120/--"


def test_the_cuffs_pulse_alone_is_no_determination() -> None:
    bench = seated()
    bench.put(sample(1.0, 70.0, vital=VitalSign.NIBP_PULSE_RATE, session="s-1"))
    assert bench.nibp(2.0).state == "waiting"


def test_an_alarm_about_pressure_marks_the_block() -> None:
    bench = seated()
    bench.put(cuff(0.0, session="s-1"))
    high = alarm("BP-H2", vitals=(VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC))
    overdue = alarm(
        "T-NIBP-O",
        kind=Kind.TECHNICAL,
        priority=Priority.LOW,
        vitals=(VitalSign.NIBP_SYSTOLIC,),
    )
    bench.alarms(overdue)
    assert bench.nibp(1.0).priority == "LOW"
    bench.alarms(overdue, high)
    assert bench.nibp(1.0).priority == "HIGH"


@pytest.mark.requirement("SHO-131")
def test_it_is_grey_from_the_very_second_of_the_alarm_whatever_the_preset_says(
    tmp_path: Path,
) -> None:
    quick = with_settings(preset(), "T-NIBP-O", {"intervals": 1.2, "slack_s": 30.0})
    now = 0.0
    clock = Clock(lambda: now, epoch_us=NOON_US)
    places = [Chair(id="1", label="1")]
    device = Device(id="dev-1", driver="ansar-b", link="direct:x", chair="1")
    ward = build_ward(
        configuration(places, [device], Setting(record=tmp_path / "clinic.db")),
        drivers=DRIVERS,
        record=Record(tmp_path / "clinic.db", clock=clock),
        clock=clock,
        preset=quick,
    )
    ward.engine.seat("1", "s-1", Phase.PREPARE, 0.0)
    ward.engine.set_phase("1", Phase.INFUSION, 0.0)
    bench = Bench()
    bench.board = ward.board
    bench.seat(0.0)
    ward.engine.frame("dev-1", 0.0)
    ward.engine.observe([replace(one, device="dev-1") for one in cuff(0.0, session="s-1")])
    bench.put(cuff(0.0, session="s-1"))
    for second in range(1, 600):
        now = float(second)
        ward.engine.frame("dev-1", now)
        ward.engine.advance(now)
        overdue = any(one.condition == "T-NIBP-O" for one in ward.engine.alarms("1"))
        assert overdue == (second >= 360)
        assert bench.nibp(now).state == ("ageing" if overdue else "valid")


def with_settings(of: Preset, condition: str, settings: dict[str, float]) -> Preset:
    """The preset with other settings of one condition."""
    changed = [
        replace(one, settings=settings) if one.id == condition else one for one in of.conditions
    ]
    return replace(of, conditions=tuple(changed))
