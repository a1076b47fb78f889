"""What was said last of a probe and its signal is known after a restart (8a.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.alerts.word import Word
from monitor.vitals import Validity
from tests.judged import HR, SPO2, reading
from tests.unit.test_alerts_looking_back import lived, the_same
from tests.unit.test_alerts_restart import Room

Part = Callable[[Room], None]
GAP_S = 5.0


def doubt(room: Room, seconds: int) -> None:
    """A poor signal."""
    for _ in range(seconds):
        room.at += 1.0
        doubtful = reading(
            SPO2, 96.0, room.at, validity=Validity.QUESTIONABLE, reason="low perfusion"
        )
        said = [replace(one, device="mon-1") for one in (doubtful, reading(HR, 72.0, room.at))]
        room.kept.play([(room.at, "1", "frame", ("mon-1", said))])


def probe_off_for(seconds: int) -> Part:
    """A probe that was on, and comes off for so long."""

    def before(room: Room) -> None:
        room.hold(20)
        room.hold(seconds, probe_off=True)

    return before


def then(before: Part, good_s: int) -> Part:
    """And it is good again for so long."""

    def part(room: Room) -> None:
        before(room)
        room.hold(good_s)

    return part


def still_on(room: Room) -> None:
    room.hold(8)


def off_again(room: Room) -> None:
    room.hold(12, probe_off=True)


@pytest.mark.requirement("S-48")
@pytest.mark.requirement("ALM-223")
@pytest.mark.parametrize("after", [still_on, off_again])
@pytest.mark.parametrize("good_s", [1, 2])
def test_a_probe_that_was_on_again_at_the_restart_rises_and_ends_as_without_one(
    good_s: int, after: Part
) -> None:
    told = the_same(then(probe_off_for(69), good_s), after, "T-PROBE")
    assert [step.priority for step in told] == (
        ["MEDIUM", "MEDIUM"] if after is still_on else ["MEDIUM", "HIGH"]
    )


@pytest.mark.requirement("S-48")
@pytest.mark.requirement("ALM-223")
@pytest.mark.parametrize("again_s", [0, 1])
def test_a_signal_that_was_good_again_at_the_restart_rises_and_ends_as_without_one(
    again_s: int,
) -> None:
    def before(room: Room) -> None:
        room.hold(20)
        doubt(room, 28)
        room.hold(2)

    def after(room: Room) -> None:
        doubt(room, again_s)
        room.hold(8)

    told = the_same(before, after, "T-SIG")
    assert [step.priority for step in told] == (
        ["LOW"] * 2 if not again_s else ["LOW", "MEDIUM", "MEDIUM"]
    )


@pytest.mark.requirement("S-71")
@pytest.mark.requirement("ALM-223")
def test_a_restart_within_the_on_delay_of_a_probe_that_is_off_begins_no_new_one() -> None:
    (told,) = the_same(probe_off_for(7), off_again, "T-PROBE")
    assert (told.onset_us, told.at_us) == (21_000_000, 31_000_000)


@pytest.mark.requirement("ALM-223")
def test_a_probe_that_was_off_and_on_again_before_the_restart_has_no_on_delay_left() -> None:
    room = lived(then(probe_off_for(7), 1), lambda _: None, restarts=True)
    room.kept.pass_time(room.at + 4.0)  # ten seconds since it came off, nothing came since
    assert "T-PROBE" not in room.open()


def test_a_good_word_after_a_gap_begins_anew_and_a_bad_one_too() -> None:
    word = Word()
    assert not word.is_good(10.0, off_delay_s=3.0, gap_s=GAP_S)
    assert word.is_good(15.0, off_delay_s=3.0, gap_s=GAP_S)
    assert not word.is_good(20.5, off_delay_s=3.0, gap_s=GAP_S)
    word.is_bad()
    assert (word.good_s, word.bad) == (None, 1)
    assert not word.is_good(21.0, off_delay_s=3.0, gap_s=GAP_S)
    assert word.is_good(24.0, off_delay_s=3.0, gap_s=GAP_S)
    assert word.bad == 0


@pytest.mark.requirement("ALM-224")
def test_bad_ones_in_a_row_are_counted_and_a_good_one_ends_the_row() -> None:
    word = Word()
    word.is_bad()
    word.is_bad()
    assert word.bad == 2
    word.is_good(10.0, off_delay_s=5.0, gap_s=GAP_S)
    assert word.bad == 0
