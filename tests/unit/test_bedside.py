"""A simulated bedside, from the body to the bytes on the wire and back through the decoder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from monitor.clock import Clock
from monitor.drivers import Report
from monitor.drivers.registry import DRIVERS
from monitor.vitals import GenerationMode, Measurement, Validity, VitalSign
from simulators.bedside import MonitorPlan, play, station
from simulators.clinic import bedside
from simulators.episodes import EpisodeKind, fault
from simulators.loops import run_virtual
from simulators.stories import Visit, demo_stories, drawn_stories, ivy, n560, rad8
from simulators.wires import PtyWire

MORNING_US = 1_767_600_000_000_000
SEED = 4711


@dataclass
class Tape:
    """A wire that remembers what was sent and when."""

    sent: list[tuple[float, bytes]] = field(default_factory=list)

    def send(self, data: bytes) -> bool:
        self.sent.append((asyncio.get_running_loop().time(), data))
        return True


def a_visit(**changes: object) -> Visit:
    quiet = replace(demo_stories(SEED, 6)[0].visit(0), lingers_s=0.0)
    return replace(quiet, **changes)  # type: ignore[arg-type]


def played(visit: Visit, plans: tuple[MonitorPlan, ...], *, seconds: float) -> list[Tape]:
    async def for_a_while() -> list[Tape]:
        clock = Clock.starting_at(asyncio.get_running_loop().time, MORNING_US)
        tapes = [Tape() for _ in plans]
        stations = [station(plan, DRIVERS, tape) for plan, tape in zip(plans, tapes, strict=True)]
        ends_s = clock.monotonic() + seconds
        await play(
            bedside(visit, SEED, "1", 0),
            stations,
            clock,
            going=lambda: clock.monotonic() < ends_s,
            lingers_s=visit.lingers_s,
        )
        return tapes

    return run_virtual(for_a_while())


def decoded(tape: Tape, driver: str) -> list[tuple[float, dict[VitalSign, Measurement]]]:
    decoder, out = DRIVERS[driver].decoder(), []
    for at_s, data in tape.sent:
        for event in decoder.feed(data):
            assert isinstance(event, Report), event
            out.append((at_s, {one.vital: one for one in event.measurements}))
    return out


@pytest.mark.requirement("SIM-003")
def test_the_same_seed_sends_the_same_bytes_at_the_same_times() -> None:
    plans = (*ivy("1"), *rad8("1"), *n560("1"))
    once, again = (played(a_visit(), plans, seconds=300) for _ in range(2))
    assert [tape.sent for tape in once] == [tape.sent for tape in again]


@pytest.mark.requirement("SIM-004")
@pytest.mark.parametrize("stories", [demo_stories, drawn_stories])
def test_more_chairs_leave_the_stories_of_the_others_alone(stories: object) -> None:
    assert callable(stories)
    six, twelve = stories(SEED, 6), stories(SEED, 12)
    for few, many in zip(six, twelve, strict=False):
        assert few.visit(0) == many.visit(0)
        assert few.visit(3) == many.visit(3)
        assert (few.chair, few.monitors, few.offset_s) == (many.chair, many.monitors, many.offset_s)


@pytest.mark.requirement("SIM-007")
@pytest.mark.parametrize(
    ("plan", "period_s"),
    [(ivy("1")[0], 1), (rad8("1")[0], 1), (n560("1")[0], 2), (rad8("1")[1], 1)],
)
def test_a_monitor_speaks_its_protocol_at_its_period(plan: MonitorPlan, period_s: int) -> None:
    (tape,) = played(a_visit(), (plan,), seconds=120)
    assert [at_s for at_s, _ in tape.sent] == pytest.approx(list(range(0, 120, period_s)), abs=1e-6)
    told = {vital for _, report in decoded(tape, plan.driver) for vital in report}
    assert plan.shows <= told


def test_a_json_cuff_says_of_itself_that_it_is_a_demo() -> None:
    plan = rad8("1")[1]
    (tape,) = played(a_visit(), (plan,), seconds=120)
    modes = {one.mode for _, report in decoded(tape, plan.driver) for one in report.values()}
    assert modes == {GenerationMode.DEMO}


@pytest.mark.parametrize(
    ("plan", "reason"), [(rad8("1")[0], "sensor off"), (n560("1")[0], "sensor off")]
)
def test_a_probe_off_is_told_in_the_protocols_own_words(plan: MonitorPlan, reason: str) -> None:
    visit = a_visit(episodes=(fault(EpisodeKind.PROBE_OFF, 30.0, seconds=30.0),))
    (tape,) = played(visit, (plan,), seconds=90)
    spo2 = [(at_s, report[VitalSign.SPO2]) for at_s, report in decoded(tape, plan.driver)]
    off = [one for at_s, one in spo2 if 36.0 <= at_s < 59.5]
    assert {(one.validity, one.value) for one in off} == {(Validity.INVALID, None)}
    assert {one.reason for one in off} == {reason}
    assert all(one.validity is Validity.VALID for at_s, one in spo2 if at_s < 29.5 or at_s > 67.0)


def test_ansar_b_has_no_word_for_a_probe_off_and_leaves_the_field_empty() -> None:
    visit = a_visit(episodes=(fault(EpisodeKind.PROBE_OFF, 30.0, seconds=30.0),))
    (tape,) = played(visit, ivy("1"), seconds=60)
    off = [report for at_s, report in decoded(tape, "ansar-b") if 36.0 <= at_s < 59.5]
    assert {one[VitalSign.SPO2].validity for one in off} == {Validity.NOT_AVAILABLE}
    assert all(one[VitalSign.HEART_RATE].value for one in off)


def test_a_lost_link_is_silence_and_nothing_is_sent_late() -> None:
    visit = a_visit(episodes=(fault(EpisodeKind.LINK_LOST, 30.0, seconds=20.0),))
    (tape,) = played(visit, ivy("1"), seconds=60)
    times = [round(at_s) for at_s, _ in tape.sent]
    assert times == [*range(30), *range(50, 60)]


@pytest.mark.requirement("ALM-130")
def test_a_cuff_that_measures_says_so_over_json_from_its_beginning_to_its_reading() -> None:
    *_, tape = played(a_visit(), rad8("1"), seconds=120)
    told = [
        (at_s, one.validity)
        for at_s, report in decoded(tape, "chairside-json")
        if (one := report.get(VitalSign.NIBP_SYSTOLIC))
    ]
    cycle = [at_s for at_s, validity in told if validity is Validity.ONGOING]
    assert 26 <= len(cycle) <= 45
    assert [round(b - a) for a, b in pairwise(cycle)] == [1] * (len(cycle) - 1)
    read = next(at_s for at_s, validity in told if validity is Validity.VALID)
    assert round(read - cycle[-1]) == 1


def test_a_cuff_on_the_probes_arm_takes_its_pulse_away_for_some_seconds() -> None:
    def lost(*, one_arm: bool) -> int:
        (tape, _) = played(replace(a_visit(), one_arm=one_arm), rad8("1"), seconds=120)
        return sum(
            report[VitalSign.SPO2].reason == "pulse search"
            for at_s, report in decoded(tape, "masimo-ascii1")
            if at_s > 10
        )

    assert lost(one_arm=False) == 0
    assert 5 <= lost(one_arm=True) <= 25


def test_a_cuff_reading_is_told_once_over_ansar_b_and_stamped_over_json() -> None:
    ansar, _, json_cuff = played(a_visit(), (*ivy("1"), *rad8("1")), seconds=900)
    readings = [
        at_s for at_s, report in decoded(ansar, "ansar-b") if VitalSign.NIBP_SYSTOLIC in report
    ]
    stamps = {
        one.measured_at_us
        for _, report in decoded(json_cuff, "chairside-json")
        if (one := report.get(VitalSign.NIBP_SYSTOLIC)) and one.validity is Validity.VALID
    }
    assert [MORNING_US + round(at_s) * 1_000_000 for at_s in readings] == sorted(
        stamp or 0 for stamp in stamps
    )
    assert len(readings) == 3


def test_monitors_go_on_for_a_while_after_the_session_where_the_story_says_so() -> None:
    (tape,) = played(a_visit(lingers_s=20.0), ivy("1"), seconds=30)
    assert round(tape.sent[-1][0]) == 49


def test_a_pty_takes_frames_until_it_is_full_and_counts_what_is_lost() -> None:
    with PtyWire() as wire:
        assert wire.send(b"x" * 100)
        taken = sum(wire.send(b"x" * 1000) for _ in range(100))
        assert taken < 100
        assert wire.lost_bytes >= (100 - taken - 1) * 1000


def test_no_two_simulated_patients_of_a_clinic_share_a_pseudonym() -> None:
    for stories in (demo_stories(SEED, 200), drawn_stories(SEED, 200)):
        visits = [story.visit(count) for story in stories for count in range(4)]
        references = [one.patient_ref for one in visits]
        assert len(set(references)) == len(references)
        assert all(len(one) <= 24 for one in references)
