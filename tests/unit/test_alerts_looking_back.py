"""What rests on longer ago than the last minutes is after a restart as if there had been none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.history import TransitionRow
from tests.unit.test_alerts_restart import Room

Part = Callable[[Room], None]


def lived(before: Part, after: Part, *, restarts: bool) -> Room:
    """A day with a restart in it, or without one."""
    room = Room()
    before(room)
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
