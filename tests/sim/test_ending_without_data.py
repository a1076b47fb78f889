"""A seen alarm without usable data is ended by a person, through the shipped ward and a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.commands import EndUnusable
from monitor.errors import CommandRefused
from monitor.history import ENDED
from monitor.rejudging import first_difference
from monitor.retold import replayed
from monitor.store.record import RecordHistory
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, Stepped, stepped


async def end(clinic: Stepped, reason: str = "probe cannot be kept on") -> None:
    (alarm,) = [one.id for one in clinic.ward.engine.alarms() if one.condition == "SPO2-2"]
    await clinic.commands.execute(EndUnusable(alarm=alarm, reason=reason, actor=ACTOR))


def can_end(clinic: Stepped, condition: str = "SPO2-2") -> bool:
    tile = clinic.ward.board.tile("1", clinic.clock.monotonic(), clinic.clock.utc_us())
    return any(one.can_end for one in tile.alarms if one.condition == condition)


@pytest.mark.requirement("ALM-131")
async def test_it_is_offered_when_it_is_possible_named_kept_and_stays_ended_after_a_restart(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as clinic:
        session = await clinic.seat()
        clinic.hold(12, SPO2=87.0)
        await clinic.acknowledge("SPO2-2")
        for second in range(70):
            clinic.frame("1", {VitalSign.HEART_RATE: 72.0})
            # The last valid value came one second before the first of these.
            assert can_end(clinic) is (second >= 59), second
            if second == 30:
                with pytest.raises(CommandRefused, match="valid data came"):
                    await end(clinic)
            clinic.wait(1.0)
        with pytest.raises(CommandRefused, match="reason"):
            await end(clinic, " ")
        await end(clinic)
        await clinic.record.commit()
        (fact,) = [one for one in await clinic.record.facts(session) if one.kind == ENDED]
        assert (fact.actor, fact.data["reason"]) == (ACTOR, "probe cannot be kept on")
        stored = await clinic.record.transitions(session)
        (step,) = [one for one in stored if one.reason == "ended by a person, data unusable"]
        assert (step.condition, step.actor, step.to_state) == ("SPO2-2", ACTOR, "RESOLVED")
        history = RecordHistory(clinic.config.record.path)
        assert first_difference(stored, await replayed(history, session)) is None
        at_s = clinic.time[0] - 17.25
    async with stepped(tmp_path, at_s=at_s) as again:
        again.hold(8, SPO2=87.0)
        assert "SPO2-2" not in {one.condition for one in again.ward.engine.alarms("1")}
        again.hold(4, SPO2=87.0)
        assert "SPO2-2" in {one.condition for one in again.ward.engine.alarms("1")}


@pytest.mark.requirement("ALM-193")
async def test_an_ecg_taken_off_is_ended_by_saying_so_and_stays_ended_after_a_restart(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as clinic:
        session = await clinic.seat()
        clinic.hold(40, PULSE_RATE=72.0)
        pulse = {VitalSign.SPO2: 97.0, VitalSign.PULSE_RATE: 72.0}
        for _ in range(20):
            clinic.frame("1", pulse)
            clinic.wait(1.0)
        assert not can_end(clinic, "T-STALE")
        await clinic.acknowledge("T-STALE")
        assert can_end(clinic, "T-STALE")
        (alarm,) = [one.id for one in clinic.ward.engine.alarms("1") if one.instance == "ECG"]
        why = "electrodes are off on purpose"
        await clinic.commands.execute(
            EndUnusable(alarm=alarm, reason=why, electrodes_off=True, actor=ACTOR)
        )
        await clinic.record.commit()
        (fact,) = [one for one in await clinic.record.facts(session) if one.kind == ENDED]
        assert (fact.actor, fact.data["reason"]) == (ACTOR, why)
        stored = await clinic.record.transitions(session)
        assert (stored[-1].condition, stored[-1].to_state) == ("T-STALE", "RESOLVED")
        history = RecordHistory(clinic.config.record.path)
        assert first_difference(stored, await replayed(history, session)) is None
        at_s = clinic.time[0] - 17.25
    async with stepped(tmp_path, at_s=at_s) as again:
        for _ in range(200):
            again.frame("1", pulse)
            again.wait(1.0)
        assert "T-STALE" not in {one.condition for one in again.ward.engine.alarms("1")}
