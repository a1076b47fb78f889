"""What rests on longer ago than the last minutes is after a restart as if there had been none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monitor.clinic import Phase
from monitor.history import ReadingRow, TransitionRow
from monitor.looking_back import calm_since, pulse_known
from monitor.resuming import past_of
from monitor.retelling import Past
from monitor.vitals import Validity, VitalSign
from tests import stored
from tests.judged import HR, PR, preset, reading
from tests.unit.test_alerts_restart import Room

Part = Callable[[Room], None]


def lived(before: Part, after: Part, *, restarts: bool) -> Room:
    """A day with a restart in it, or without one."""
    room = Room()
    before(room)
    room.kept.pass_time(room.at)
    if restarts:
        room.restart()
    after(room)
    return room


def steps(room: Room, condition: str) -> list[TransitionRow]:
    """What an alarm did."""
    return [step for step in room.kept.steps if step.condition == condition]


def the_same(before: Part, after: Part, condition: str) -> list[TransitionRow]:
    """The steps of a condition, which a restart in between does not alter."""
    plain = steps(lived(before, after, restarts=False), condition)
    assert steps(lived(before, after, restarts=True), condition) == plain
    return plain


@pytest.mark.requirement("ALM-148")
def test_a_sum_that_is_nearly_full_fills_in_time_however_long_no_value_came() -> None:
    def before(room: Room) -> None:
        room.hold(20, SPO2=90.0)
        room.hold(400, probe_off=True)

    told = the_same(before, lambda room: room.hold(10, SPO2=91.0), "SPO2-I")
    assert [step.value for step in told] == [50.0]


@pytest.mark.requirement("ALM-148")
def test_an_open_sum_leaks_from_where_it_was() -> None:
    def before(room: Room) -> None:
        room.hold(60, SPO2=90.0)
        room.hold(20, SPO2=95.0)
        room.hold(400, probe_off=True)

    told = the_same(before, lambda room: room.hold(40, SPO2=95.0), "SPO2-I")
    assert told[-1].to_state == "RESOLVED"


@pytest.mark.requirement("ALM-148")
def test_a_sum_counts_from_its_own_phase_and_from_where_a_person_ended_it() -> None:
    def before(room: Room) -> None:
        room.hold(40, SPO2=90.0)
        room.acknowledge("SPO2-I")
        room.hold(61, probe_off=True)
        room.end("SPO2-I")
        room.hold(20, SPO2=90.0)
        room.hold(400, probe_off=True)

    told = the_same(before, lambda room: room.hold(10, SPO2=91.0), "SPO2-I")
    assert len(told) == 4


@pytest.mark.requirement("ALM-148")
def test_dips_of_longer_ago_still_count_while_no_value_says_that_they_are_over() -> None:
    def before(room: Room) -> None:
        for _ in range(3):
            room.hold(3, SPO2=90.0)
            room.hold(5, SPO2=96.0)
        room.hold(400, probe_off=True)

    def after(room: Room) -> None:
        room.hold(1, SPO2=91.0)
        room.hold(90, SPO2=96.0)

    assert len(the_same(before, after, "SPO2-N")) == 2


@pytest.mark.requirement("ALM-148")
@pytest.mark.parametrize("silent_s", [10, 150, 400])
def test_a_rate_is_held_against_the_past_of_the_whole_session(silent_s: int) -> None:
    def before(room: Room) -> None:
        room.hold(130)
        room.at += silent_s

    def after(room: Room) -> None:
        room.hold(95, HEART_RATE=72.0)
        room.hold(20, HEART_RATE=110.0)

    told = the_same(before, after, "HR-D")
    assert len(told) == 1


@pytest.mark.requirement("ALM-147")
@pytest.mark.parametrize("since_s", [10, 100, 500])
def test_the_worst_value_of_a_long_alarm_is_known_with_its_time(since_s: int) -> None:
    def before(room: Room) -> None:
        room.hold(30, HEART_RATE=125.0)
        room.hold(1, HEART_RATE=135.0)
        room.hold(since_s, HEART_RATE=125.0)

    room = lived(before, lambda _: None, restarts=True)
    assert (room.alarm("HR-H1").extreme, room.alarm("HR-H1").extreme_s) == (135.0, 31.0)


@pytest.mark.requirement("ALM-147")
def test_the_highest_sum_of_an_alarm_is_known_with_its_time() -> None:
    def before(room: Room) -> None:
        room.hold(31, SPO2=90.0)
        room.hold(20, SPO2=95.0)
        room.hold(10, SPO2=91.0)

    plain = lived(before, lambda _: None, restarts=False).alarm("SPO2-I")
    again = lived(before, lambda _: None, restarts=True).alarm("SPO2-I")
    assert plain.extreme is not None
    assert plain.extreme > 60.0
    assert (again.extreme, again.extreme_s) == (plain.extreme, plain.extreme_s)


@pytest.mark.requirement("ALM-148")
def test_worse_is_measured_from_what_a_person_saw_however_long_ago() -> None:
    def before(room: Room) -> None:
        room.hold(70, HEART_RATE=118.0)
        room.acknowledge("HR-A")
        room.at += 400.0

    def after(room: Room) -> None:
        room.hold(3, HEART_RATE=118.0)
        room.hold(3, HEART_RATE=132.0)
        room.hold(3, HEART_RATE=133.0)

    told = the_same(before, after, "HR-A")
    assert told[-1].reason == "worse since a person looked"


@pytest.mark.requirement("ALM-147")
def test_an_artefact_of_long_ago_is_not_the_worst_value() -> None:
    def before(room: Room) -> None:
        room.hold(30, HEART_RATE=125.0)
        room.hold(1, HEART_RATE=190.0)
        room.hold(10, HEART_RATE=125.0)
        room.hold(3, HEART_RATE=131.0)
        room.hold(400, HEART_RATE=125.0)

    plain = lived(before, lambda _: None, restarts=False).alarm("HR-H1")
    again = lived(before, lambda _: None, restarts=True).alarm("HR-H1")
    assert (plain.extreme, plain.extreme_s) == (131.0, 42.0)
    assert (again.extreme, again.extreme_s) == (131.0, 42.0)


@pytest.mark.requirement("ALM-147")
def test_what_another_sender_said_meanwhile_is_not_the_worst_value() -> None:
    def before(room: Room) -> None:
        room.hold(30, HEART_RATE=125.0, PULSE_RATE=140.0)
        room.hold(1, HEART_RATE=130.0, PULSE_RATE=145.0)
        room.hold(400, HEART_RATE=125.0, PULSE_RATE=140.0)

    again = lived(before, lambda _: None, restarts=True).alarm("HR-H1")
    assert (again.extreme, again.extreme_s) == (130.0, 31.0)


@pytest.mark.requirement("ALM-147")
def test_the_lowest_is_the_worst_of_a_low_alarm_and_the_first_of_equals() -> None:
    def before(room: Room) -> None:
        room.hold(20, HEART_RATE=46.0)
        for _ in range(2):
            room.hold(1, HEART_RATE=43.0)
            room.hold(250, HEART_RATE=46.0)

    again = lived(before, lambda _: None, restarts=True).alarm("HR-L1")
    assert (again.extreme, again.extreme_s) == (43.0, 21.0)


@pytest.mark.requirement("ALM-148")
def test_a_suspended_alarm_gets_worse_from_what_was_there_at_its_suspension() -> None:
    def before(room: Room) -> None:
        room.hold(70, HEART_RATE=118.0)
        room.do("suspend", ("HR-A", 1800.0))
        room.hold(400, HEART_RATE=112.0)

    def after(room: Room) -> None:
        room.hold(2, HEART_RATE=132.0)
        room.hold(2, HEART_RATE=133.0)

    told = the_same(before, after, "HR-A")
    assert told[-1].reason == "worse since a person looked"
    assert told[-1].value == 133.0


@pytest.mark.requirement("ALM-148")
def test_a_limit_that_is_changed_while_no_value_comes_is_held_against_the_last_one() -> None:
    def before(room: Room) -> None:
        room.hold(20, HEART_RATE=125.0)
        room.at += 400.0

    def after(room: Room) -> None:
        room.do("limits", {"HR-H1 HR": 115.0})
        room.at += 5.0
        room.do("limits", {"HR-H1 HR": 130.0})

    told = the_same(before, after, "HR-H1")
    assert told[-1].reason == "limit changed: clears within it"


@pytest.mark.requirement("ALM-147")
def test_the_worst_number_of_a_rule_over_the_past_is_one_that_it_alarmed_for() -> None:
    def before(room: Room) -> None:
        room.hold(125, HEART_RATE=72.0)
        room.hold(7, HEART_RATE=120.0)
        room.hold(15, HEART_RATE=112.0)

    plain = lived(before, lambda _: None, restarts=False).alarm("HR-D")
    again = lived(before, lambda _: None, restarts=True).alarm("HR-D")
    assert (again.extreme, again.extreme_s) == (plain.extreme, plain.extreme_s)


def had_a_pulse(room: Room) -> None:
    room.hold(20, PULSE_RATE=70.0)


def wore_none(room: Room) -> None:
    room.hold(400)


def sent_nothing(room: Room) -> None:
    room.at += 400.0


@pytest.mark.requirement("ALM-202")
@pytest.mark.parametrize("meanwhile", [wore_none, sent_nothing])
def test_a_pulse_of_long_ago_is_lost_as_if_there_had_been_no_restart(meanwhile: Part) -> None:
    def before(room: Room) -> None:
        had_a_pulse(room)
        meanwhile(room)

    told = the_same(before, lambda room: room.hold(40, searches=True), "HR-0P")
    assert [step.priority for step in told] == ["MEDIUM", "HIGH"]


@pytest.mark.requirement("ALM-202")
@pytest.mark.parametrize(("worn_s", "alarms"), [(9, 0), (10, 0), (11, 1)])
def test_a_probe_that_came_off_long_ago_has_lost_no_pulse_from_before(
    worn_s: int, alarms: int
) -> None:
    def before(room: Room) -> None:
        room.hold(200, PULSE_RATE=70.0)
        room.hold(1, lifted=True)
        room.hold(worn_s, PULSE_RATE=70.0)
        room.at += 400.0

    told = the_same(before, lambda room: room.hold(12, searches=True), "HR-0P")
    assert len(told) == alarms


@pytest.mark.requirement("ALM-202")
def test_a_pulse_that_came_and_went_long_ago_was_there_for_as_long_as_it_was() -> None:
    def before(room: Room) -> None:
        for _ in range(6):
            room.hold(2, PULSE_RATE=70.0)
            room.hold(90)
        room.at += 400.0

    assert the_same(before, lambda room: room.hold(12, searches=True), "HR-0P")


@pytest.mark.requirement("ALM-202")
def test_what_a_probe_had_in_another_chair_was_not_that_chairs_probe() -> None:
    def before(room: Room) -> None:
        had_a_pulse(room)
        room.do("move", "spare")
        room.at += 400.0

    def after(room: Room) -> None:
        room.hold(12, searches=True, chair="spare")

    assert the_same(before, after, "HR-0P") == []


@pytest.mark.requirement("ALM-202")
def test_an_open_loss_and_a_heart_that_stands_still_are_the_same_alarms_again() -> None:
    def before(room: Room) -> None:
        had_a_pulse(room)
        room.hold(12, searches=True)
        room.hold(400, searches=True, HEART_RATE=0.0)

    def after(room: Room) -> None:
        room.hold(5, searches=True, HEART_RATE=0.0)
        room.hold(5, PULSE_RATE=70.0)
        room.hold(5, searches=True)
        room.hold(11, PULSE_RATE=70.0)

    for condition in ("HR-0P", "HR-0"):
        assert the_same(before, after, condition)[-1].to_state == "LATCHED_UNACK"


def two_probes(room: Room, seconds: int, **said: float | None) -> None:
    """At the chair with two oximeters these show a pulse, or search for one (None)."""
    for _ in range(seconds):
        room.at += 1.0
        for name, value in said.items():
            one = reading(PR, value, room.at, chair="2")
            if value is None:
                one = replace(one, validity=Validity.INVALID, reason="pulse search")
            told = [replace(one, device=f"{name}-2")]
            room.kept.play([(room.at, "2", "frame", (f"{name}-2", told))])


@pytest.mark.requirement("ALM-202")
@pytest.mark.parametrize("off", [False, True])
def test_of_two_probes_the_silent_ones_pulse_is_known_however_long_ago(*, off: bool) -> None:
    def before(room: Room) -> None:
        room.do("seat", ("s2", Phase.INFUSION), chair="2")
        two_probes(room, 15, mon=70.0, oxi=70.0)
        if off:
            room.at += 1.0
            one = reading(
                PR, None, room.at, chair="2", validity=Validity.INVALID, reason="sensor off"
            )
            one = replace(one, device="oxi-2")
            room.kept.play([(room.at, "2", "frame", ("oxi-2", [one]))])
        two_probes(room, 400, mon=70.0)

    def after(room: Room) -> None:
        # The first has nothing to say any more, and the second no pulse.
        two_probes(room, 40, oxi=None)

    told = the_same(before, after, "HR-0P")
    assert [step.priority for step in told] == ([] if off else ["MEDIUM", "HIGH"])


# ------------------------------------------------------------------ how far back is read


def told_again(room: Room) -> Past:
    """What a restart now would read."""
    now_us, probes = round(room.at * 1e6), room.kept.engine.probes()
    return asyncio.run(past_of(room.kept, now_us, preset(), probes))


@pytest.mark.requirement("ALM-202")
def test_of_a_pulse_no_more_is_read_than_tells_whether_there_was_one() -> None:
    def read(room: Room) -> set[float]:
        past = told_again(room)
        pulses = [one for one in past.earlier if one.vital is VitalSign.PULSE_RATE]
        # The first of a session are those that a difference asks for.
        return {one.sampled_at_us / 1e6 for one in pulses} - set(range(17))

    room = Room()
    room.hold(900, PULSE_RATE=70.0)
    assert read(room) == set()
    room.at += 600.0
    assert min(read(room)) >= 900.0 - 60.0


@pytest.mark.requirement("ALM-202")
def test_of_a_silent_probes_pulse_nothing_of_another_probe_is_read_with_it() -> None:
    room = Room()
    room.do("seat", ("s2", Phase.INFUSION), chair="2")
    two_probes(room, 15, mon=70.0, oxi=70.0)
    two_probes(room, 400, mon=70.0)
    past = told_again(room)
    told = [(row.device, row.sampled_at_us / 1e6) for row in past.earlier]
    assert {at for device, at in told if device == "oxi-2"} == set(range(1, 16))
    # The first of a session are those that a difference asks for.
    assert max(at for device, at in told if device == "mon-2") < 16.0


def pulses(*told: tuple[float, float | None, str], device: str = "oxi") -> list[ReadingRow]:
    """What a probe said of the pulse at these seconds."""
    return [
        replace(stored.reading(at, value), vital=PR, reason=reason, device=device)
        for at, value, reason in told
    ]


LOSS = preset().condition("HR-0P")
BEATS = [(float(at), 70.0, "") for at in range(11)]


@pytest.mark.requirement("ALM-202")
def test_whether_there_was_a_pulse_is_known_by_ten_seconds_of_it_or_a_probe_taken_off() -> None:
    assert not pulse_known([], LOSS, preset())
    assert not pulse_known(pulses(*BEATS[:10]), LOSS, preset())
    assert pulse_known(pulses(*BEATS), LOSS, preset())
    assert pulse_known(pulses((0.0, None, "sensor off")), LOSS, preset())
    assert not pulse_known(pulses((0.0, None, "pulse search")), LOSS, preset())
    sparse = [(at * 100.0, 70.0, "") for at in range(3)]  # five seconds count of a gap
    assert pulse_known(pulses(*sparse), LOSS, preset())
    assert not pulse_known(pulses(*sparse[:2]), LOSS, preset())
    other = pulses((0.0, None, "pulse search"), device="other")
    assert not pulse_known([*pulses(*BEATS), *other], LOSS, preset())


@pytest.mark.requirement("ALM-202")
@pytest.mark.parametrize(
    "odd",
    [{"value": 0.0}, {"value": 301.0}, {"validity": Validity.QUESTIONABLE}, {"late": True}],
)
def test_what_is_no_beat_is_no_pulse(odd: dict[str, Any]) -> None:
    rows = [replace(row, **odd) for row in pulses(*BEATS)]
    assert not pulse_known(rows, LOSS, preset())
    assert not pulse_known([replace(row, vital=HR) for row in pulses(*BEATS)], LOSS, preset())


def rows_of(*told: tuple[float, float | None]) -> list[ReadingRow]:
    """Readings of SpO2 at these seconds."""
    return [stored.reading(at, value) for at, value in told]


SUMS = [one for one in preset().conditions if one.id in ("SPO2-I", "SPO2-N")]


@pytest.mark.requirement("ALM-148")
def test_sums_are_read_from_where_they_were_at_nothing_for_certain() -> None:
    calm = [(float(at), 95.0) for at in range(200)]
    rows = rows_of((-1.0, 80.0), *calm)
    assert calm_since(rows, SUMS, preset()) == rows[50].sampled_at_us
    low = rows_of(*calm[:100], (100.0, 91.0), *calm[101:])
    assert calm_since(low, SUMS, preset()) is None
    at_the_limit = rows_of(*((at, 92.0) for at, _ in calm))
    assert calm_since(at_the_limit, SUMS, preset()) is not None


@pytest.mark.requirement("ALM-148")
@pytest.mark.parametrize(
    "odd",
    [
        {"value": 101.5},
        {"value": None},
        {"validity": Validity.QUESTIONABLE},
        {"late": True},
    ],
)
def test_what_is_no_value_is_no_calm(odd: dict[str, Any]) -> None:
    rows = [replace(row, **odd) for row in rows_of(*((float(at), 95.0) for at in range(200)))]
    assert calm_since(rows, SUMS, preset()) is None


@pytest.mark.requirement("ALM-148")
def test_of_a_gap_no_more_than_a_second_is_calm() -> None:
    rows = rows_of(*((at * 10.0, 95.0) for at in range(200)))
    assert calm_since(rows, SUMS, preset()) == rows[49].sampled_at_us
