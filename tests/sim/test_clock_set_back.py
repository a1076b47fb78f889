"""The wall clock is set back while the service is down: what is silent stays so no longer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.alerts import AlarmState
from monitor.commands import SuspendRule
from monitor.operations.rejudging import rejudged
from tests.stepped import ACTOR, Stepped, stepped

ILL: dict[str, Any] = {"HEART_RATE": 130.0, "SPO2": 87.0}


def state(clinic: Stepped, condition: str) -> AlarmState:
    (found,) = [one for one in clinic.ward.engine.alarms("1") if one.condition == condition]
    return found.state


async def silence(clinic: Stepped) -> str:
    """Ill for half a minute: one alarm is acknowledged, the rest paused, one rule suspended."""
    session = await clinic.seat()
    clinic.hold(20, "1", **ILL)
    await clinic.acknowledge("SPO2-2")
    await clinic.pause()
    suspend = SuspendRule(chair="1", rule="HR-H1", seconds=300.0, reason="known", actor=ACTOR)
    await clinic.commands.execute(suspend)
    clinic.hold(10, "1", **ILL)
    await clinic.record.commit()
    return session


@pytest.mark.requirement("ALM-210")
@pytest.mark.parametrize("back_s", [100.0, 3_600.0, 86_400.0 * 400])
async def test_no_silence_is_longer_and_no_delay_later_for_a_clock_that_was_set_back(
    tmp_path: Path, back_s: float
) -> None:
    async with stepped(tmp_path, chairs=1) as clinic:
        session = await silence(clinic)
    async with stepped(tmp_path, chairs=1, at_s=-back_s) as clinic:
        engine = clinic.ward.engine
        paused_until_s = engine.audio_paused_until("1")
        assert paused_until_s is not None
        assert 109.0 <= paused_until_s - clinic.clock.monotonic() <= 111.0
        clinic.hold(112, "1", **ILL)
        assert engine.audio_paused_until("1") is None
        assert state(clinic, "SPO2-2") is AlarmState.ACTIVE_UNACK
        assert {"SPO2-2", "T-BASE"} <= {one.condition for one in engine.alarms("1") if one.audible}
        clinic.hold(180, "1", **ILL)
        assert engine.silences("1").suspended == {}
        await clinic.record.commit()
    found = await rejudged(clinic.config.record.path, session)
    assert found.lines() == [f"{found.steps} transitions, identical"]


@pytest.mark.requirement("ALM-210")
async def test_what_is_measured_after_a_clock_was_set_back_is_judged_at_each_chair(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as clinic:
        await clinic.seat()
        clinic.hold(30)
        await clinic.record.commit()
    async with stepped(tmp_path, at_s=-3_600.0) as clinic:
        for _ in range(20):
            clinic.hold(1, chair="1", SPO2=84.0)
        first = {one.condition for one in clinic.ward.engine.alarms("1")}
        assert "SPO2-3" in first
        assert not first & {"T-LINK", "T-STALE"}
        clinic.hold(20, chair="2", SPO2=84.0)
        assert {one.condition for one in clinic.ward.engine.alarms("2")} >= {"SPO2-3", "T-ASSIGN"}
