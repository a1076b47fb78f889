"""An audio pause as every display is told of it, through the shipped ward in stepped time."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.board.tile import Wall
from tests.stepped import Stepped, stepped


def wall(clinic: Stepped) -> Wall:
    """What every display shows at this instant."""
    return clinic.ward.board.wall(clinic.clock.monotonic(), clinic.clock.utc_us())


@pytest.mark.requirement("UIX-105")
async def test_a_pause_counts_down_each_second_and_is_over_after_two_minutes(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as clinic:
        await clinic.seat()
        clinic.hold(12, HEART_RATE=130.0)
        assert wall(clinic).sound == "MEDIUM"
        await clinic.pause()
        left = []
        while wall(clinic).tiles[0].audio_paused:
            left.append(wall(clinic).tiles[0].audio_paused)
            assert wall(clinic).sound == ""
            clinic.hold(1, HEART_RATE=130.0)
            assert len(left) <= 121
        assert left == [f"{one // 60}:{one % 60:02d}" for one in range(120, 0, -1)]
        assert wall(clinic).sound == "MEDIUM"


@pytest.mark.requirement("UIX-105")
async def test_a_new_high_alarm_is_heard_at_once_and_what_was_paused_stays_so(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as clinic:
        await clinic.seat()
        clinic.hold(12, HEART_RATE=130.0)
        await clinic.pause()
        clinic.hold(30, HEART_RATE=130.0)
        assert (wall(clinic).sound, wall(clinic).tiles[0].audio_paused) == ("", "1:30")
        for _ in range(12):
            clinic.hold(1, HEART_RATE=130.0, SPO2=87.0)
            raised = [one for one in clinic.ward.engine.alarms("1") if one.condition == "SPO2-2"]
            assert wall(clinic).sound == ("HIGH" if raised else "")
        assert raised
        assert {one.condition for one in clinic.ward.engine.alarms("1") if one.audible} == {
            "SPO2-2"
        }


@pytest.mark.requirement("UIX-105")
async def test_a_new_high_alarm_of_another_chair_is_heard_through_a_pause(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=2) as clinic:
        await clinic.seat()
        await clinic.seat("2")
        clinic.hold(12, HEART_RATE=130.0)
        await clinic.pause()
        clinic.hold(11, "2", SPO2=87.0)
        assert wall(clinic).sound == "HIGH"
        assert wall(clinic).tiles[1].audio_paused == ""


@pytest.mark.requirement("S-42")
async def test_a_second_press_leaves_the_end_where_it_was_over_a_restart_too(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as clinic:
        await clinic.seat()
        clinic.hold(12, HEART_RATE=130.0)
        await clinic.pause()
        clinic.hold(100, HEART_RATE=130.0)
        await clinic.pause()
        assert wall(clinic).tiles[0].audio_paused == "0:20"
        await clinic.record.commit()
    async with stepped(tmp_path, chairs=1, at_s=115.0) as clinic:
        assert wall(clinic).tiles[0].audio_paused == "0:17"
        clinic.hold(17, HEART_RATE=130.0)
        assert (wall(clinic).tiles[0].audio_paused, wall(clinic).sound) == ("", "MEDIUM")
