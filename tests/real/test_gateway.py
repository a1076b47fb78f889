"""A gateway is lost with all its chairs: told once, marked at each chair (statement 32)."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.operations.rejudging import rejudged
from tests.stepped import CALM, Stepped, stepped

CHAIRS = [str(number) for number in range(1, 9)]


def silence(house: Stepped, seconds: int) -> list[str]:
    """Nothing comes for so long; every alarm that sounded meanwhile, once each."""
    heard: dict[str, None] = {}
    for _ in range(seconds):
        house.wait(1.0)
        house.ward.look_at_gateways()
        heard |= dict.fromkeys(one.condition for one in house.ward.engine.alarms() if one.audible)
    return list(heard)


def links(house: Stepped) -> list[bool]:
    """Of each open T-LINK, whether it sounds."""
    return [one.audible for one in house.ward.engine.alarms() if one.condition == "T-LINK"]


@pytest.mark.requirement("S-32")
async def test_eight_chairs_lost_at_once_make_one_sound_and_mark_eight_tiles(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=8) as house:
        for chair in CHAIRS:
            await house.seat(chair)
        house.hold(30)
        before = {one.condition for one in house.ward.engine.alarms() if one.audible}
        heard = silence(house, 25)
        assert [one for one in heard if one not in before] == ["T-GATE"]
        assert links(house) == [False] * 8
        wall = house.ward.board.wall(house.clock.monotonic(), house.clock.utc_us())
        assert [bool(tile.offline) for tile in wall.tiles] == [True] * 8
        (gate,) = [one for one in house.ward.engine.alarms() if one.condition == "T-GATE"]
        assert gate.message == "DATA LINK DOWN: 8 chairs (direct)"
        assert 10.0 <= gate.since_s - gate.onset_s < 12.0


@pytest.mark.requirement("S-32")
async def test_one_chair_back_ends_it_and_who_stays_away_is_heard_ten_seconds_later(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=3) as house:
        session = await house.seat("1")
        for chair in ("2", "3"):
            await house.seat(chair)
        house.hold(30)
        silence(house, 25)
        for _ in range(9):
            house.frame("1", CALM)
            silence(house, 1)
        conditions = [one.condition for one in house.ward.engine.alarms()]
        assert "T-GATE" not in conditions
        assert links(house) == [False, False]
        for _ in range(2):
            house.frame("1", CALM)
            silence(house, 1)
        assert links(house) == [True, True]
        await house.record.commit()
        found = await rejudged(house.config.record.path, session)
    assert found.lines() == [f"{found.steps} transitions, identical"]


@pytest.mark.requirement("S-32")
async def test_chairs_that_are_back_one_after_another_are_not_heard_at_all(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=4) as house:
        for chair in ("1", "2", "3", "4"):
            await house.seat(chair)
        house.hold(30)
        silence(house, 25)
        heard = list[str]()
        for second in range(14):
            for number in range(1, min(second, 4) + 1):
                house.frame(str(number), CALM)
            heard += silence(house, 1)
        assert "T-LINK" not in heard
        assert links(house) == []


@pytest.mark.requirement("S-32")
async def test_one_chair_alone_is_heard_as_itself(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=2) as house:
        for chair in ("1", "2"):
            await house.seat(chair)
        house.hold(30)
        for _ in range(20):
            house.frame("2", CALM)
            silence(house, 1)
        assert links(house) == [True]
        assert "T-GATE" not in [one.condition for one in house.ward.engine.alarms()]


def gates(house: Stepped) -> list[tuple[str, str]]:
    """Each open T-GATE: its id and state."""
    open_now = house.ward.engine.alarms("")
    return [(one.id, one.state.value) for one in open_now if one.condition == "T-GATE"]


@pytest.mark.requirement("ALM-194")
async def test_after_a_restart_a_gateway_still_away_is_told_of_once_as_before(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=4) as house:
        session = await house.seat("1")
        for chair in ("2", "3"):
            await house.seat(chair)
        house.hold(20)
        for _ in range(20):  # this one was lost before: it is heard as itself
            for chair in ("1", "2"):
                house.frame(chair, CALM)
            silence(house, 1)
        silence(house, 400)
        before, at_s = gates(house), house.time[0] - 17.25
        assert (len(before), sorted(links(house))) == (1, [False, False, True])
        await house.record.commit()
    async with stepped(tmp_path, chairs=4, at_s=at_s + 20.0) as again:
        assert (gates(again), sorted(links(again))) == (before, [False, False, True])
        await again.seat("4")
        silence(again, 30)
        assert (gates(again), sorted(links(again))) == (before, [False, False, True, True])
        again.frame("2", CALM)
        silence(again, 11)
        assert (gates(again), links(again)) == ([], [True] * 4)
        await again.record.commit()
        found = await rejudged(again.config.record.path, session)
    assert found.lines() == [f"{found.steps} transitions, identical"]


@pytest.mark.requirement("ALM-194")
async def test_a_restart_makes_no_gateway_lost_of_chairs_that_were_not_told_of(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=2) as house:
        for chair in ("1", "2"):
            await house.seat(chair)
        house.hold(20)
        at_s = house.time[0] - 17.25
        await house.record.commit()
    async with stepped(tmp_path, chairs=2, at_s=at_s + 60.0) as again:
        silence(again, 9)
        assert (gates(again), links(again)) == ([], [])
