"""A monitor whose clock is wrong is told of, and no longer when it is right (T-CLK)."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.clinic import Phase
from monitor.drivers import Report
from monitor.intake import Arrival
from monitor.operations.rejudging import rejudged
from monitor.vitals import Measurement
from tests.stepped import CALM, Stepped, stepped


def speak(house: Stepped, seconds: int, ahead_s: float) -> None:
    """A stamped frame each second from a clock that is so far ahead."""
    for _ in range(seconds):
        now_us = house.clock.utc_us()
        report = Report(
            measurements=tuple(Measurement(vital=one, value=value) for one, value in CALM.items()),
            sent_at_us=now_us + round(ahead_s * 1e6),
        )
        arrival = Arrival(received_s=house.clock.monotonic(), received_at_us=now_us, retained=False)
        house.ward.take(house.intakes["1"], report, arrival)
        house.wait(1.0)


def told(house: Stepped) -> list[str]:
    return [one.message for one in house.ward.engine.alarms("1") if one.condition == "T-CLK"]


@pytest.mark.requirement("ALM-124")
async def test_a_clock_that_is_off_is_told_after_half_a_minute_and_ends_when_set_right(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat()
        speak(house, 10, 0.0)
        speak(house, 30, 40.0)
        assert told(house) == []
        speak(house, 6, 40.0)
        assert told(house) == ["CLOCK SKEW 40 s: mon-1 is ahead"]
        await house.record.commit()
        raised = [
            row for row in await house.record.transitions(session) if row.condition == "T-CLK"
        ]
        assert [row.message for row in raised] == ["CLOCK SKEW 40 s: mon-1 is ahead"]
        speak(house, 6, 0.0)
        assert told(house) == []
        await house.record.commit()
        found = await rejudged(house.config.record.path, session)
    assert found.lines() == [f"{found.steps} transitions, identical"]


@pytest.mark.requirement("ALM-124")
async def test_the_next_patient_is_told_of_the_same_wrong_clock(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat()
        speak(house, 50, -600.0)
        assert told(house) == ["CLOCK SKEW 600 s: mon-1 is behind"]
        for phase in (Phase.RECOVERY, Phase.CLOSED):
            await house.enter(session, phase)
        assert told(house) == []
        await house.seat()
        speak(house, 32, -600.0)
        assert told(house) == ["CLOCK SKEW 600 s: mon-1 is behind"]


@pytest.mark.requirement("ALM-124")
async def test_a_restart_after_the_clock_was_set_right_ends_it(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        await house.seat()
        speak(house, 50, 40.0)
        assert told(house) != []
        await house.record.commit()
    async with stepped(tmp_path, chairs=1, at_s=60.0) as house:
        assert told(house) != []
        speak(house, 3, 0.0)
        assert told(house) == []


@pytest.mark.requirement("ALM-124")
@pytest.mark.parametrize("ahead_s", [40.0, 6.5])
async def test_a_clock_that_was_off_is_told_until_it_is_within_two_seconds(
    tmp_path: Path, ahead_s: float
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        await house.seat()
        speak(house, 50, ahead_s)
        speak(house, 10, 3.4)
        assert told(house) == ["CLOCK SKEW 3 s: mon-1 is ahead"]
        await house.record.commit()
    async with stepped(tmp_path, chairs=1, at_s=60.0) as house:
        speak(house, 10, 3.4)
        assert told(house) == ["CLOCK SKEW 3 s: mon-1 is ahead"]
        speak(house, 10, 1.6)
        assert told(house) == []
        speak(house, 60, 4.0)
        assert told(house) == []


@pytest.mark.requirement("ALM-125")
async def test_each_condition_of_the_clinic_is_recorded_in_its_own_words(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        began_s = house.clock.monotonic()
        for _ in range(70):
            house.ward.assert_technical("T-STORE", "", began_s, "NOT RECORDING (alarms still run)")
            house.ward.assert_technical(
                "T-COPY", "", began_s, "HISTORY COPY 3 BEHIND (nothing lost)"
            )
            house.ward.assert_technical("T-ENG", "", None, "")
            house.wait(1.0)
        await house.record.commit()
        raised = {row.condition: row.message for row in await house.record.apart(0)}
    assert raised["T-STORE"] == "NOT RECORDING (alarms still run)"
    assert raised["T-COPY"] == "HISTORY COPY 3 BEHIND (nothing lost)"
