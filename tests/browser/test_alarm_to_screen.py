"""From a sample to its number and its alarm on a display, over the shipped service."""

from __future__ import annotations

import pytest

from benchmarks.alarm_to_screen import MAX_S, P99_S, measured
from benchmarks.wire_to_screen import percentile

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.alone]

ALARMS = 200
"""`make bench` sends the thousand, which takes a minute and a half."""


@pytest.mark.requirement("S-51", "UIX-110")
async def test_numbers_and_alarms_of_24_chairs_are_each_on_the_wall_in_time(chromium: str) -> None:
    took = await measured(chromium, chairs=24, alarms=ALARMS)
    for each in (took.numbers, took.alarms):
        seen = [one for one in each if one is not None]
        assert len(seen) == len(each) >= ALARMS
        assert percentile(seen, 0.99) <= P99_S
        assert max(seen) <= MAX_S
