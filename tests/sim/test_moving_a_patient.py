"""A patient is moved to another chair, through the shipped ward over a real record."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.alerts import Alarm, AlarmState
from monitor.clinic import Arm, Phase
from monitor.commands import ChangeLimits, MovePatient, SeatPatient, SetArms
from monitor.conditions import Priority
from monitor.errors import CommandRefused
from monitor.history import TransitionRow, chairs_of
from monitor.rejudging import first_difference
from monitor.retold import replayed
from monitor.store.record import RecordHistory
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, Stepped, stepped

LOW = 87.0


async def move(clinic: Stepped, session: str, to: str) -> None:
    await clinic.commands.execute(MovePatient(session=session, to=to, actor=ACTOR))


async def kept(clinic: Stepped, session: str) -> list[TransitionRow]:
    await clinic.record.commit()
    return await clinic.record.transitions(session)


def alarms(clinic: Stepped, chair: str) -> dict[str, Alarm]:
    return {one.condition: one for one in clinic.ward.engine.alarms(chair)}


def tile_state(clinic: Stepped, chair: str) -> tuple[str, str]:
    tile = clinic.ward.board.tile(chair, clinic.clock.monotonic(), clinic.clock.utc_us())
    return tile.state, tile.sound


async def in_alarm(clinic: Stepped) -> str:
    """A patient in chair 1 with an acknowledged HIGH, a pause that has 40 s left, own limits."""
    session = await clinic.seat()
    own = ChangeLimits(chair="1", session=session, changes={"HR-H1 HR": 110.0}, actor=ACTOR)
    await clinic.commands.execute(own)
    clinic.frame("1", {VitalSign.NIBP_SYSTOLIC: 125.0, VitalSign.NIBP_DIASTOLIC: 78.0})
    clinic.hold(12, SPO2=LOW)
    await clinic.acknowledge("SPO2-2")
    clinic.hold(16, SPO2=LOW, HEART_RATE=115.0)  # sounds: HR-H1
    await clinic.pause()
    clinic.hold(80, SPO2=LOW, HEART_RATE=115.0)
    return session


@pytest.mark.requirement("S-72")
async def test_a_moved_patient_has_alarm_acknowledgement_and_pause_in_the_new_chair(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=3) as clinic:
        session = await in_alarm(clinic)
        before = alarms(clinic, "1")
        await move(clinic, session, "2")
        after = alarms(clinic, "2")
        assert alarms(clinic, "1") == {}
        assert tile_state(clinic, "1") == ("EMPTY", "")
        for name in ("SPO2-2", "HR-H1"):
            assert (after[name].id, after[name].onset_s) == (before[name].id, before[name].onset_s)
            assert after[name].chair == "2"
        acknowledged = after["SPO2-2"]
        assert (acknowledged.state, acknowledged.acknowledged_by) == (AlarmState.ACTIVE_ACK, ACTOR)
        assert not after["HR-H1"].audible
        paused_s = clinic.ward.engine.audio_paused_until("2")
        assert paused_s is not None
        assert round(paused_s - clinic.clock.monotonic()) == 40
        assert clinic.ward.engine.audio_paused_until("1") is None
        # The new chair's monitor says nothing: 15 s, and nothing before.
        for second in range(1, 17):
            clinic.frame("1", {})
            clinic.frame("2", {})
            clinic.wait(1.0)
            assert ("T-STALE" in alarms(clinic, "2")) is (second >= 15), second
        assert alarms(clinic, "1") == {}
        assert tile_state(clinic, "1") == ("EMPTY", "")
        clinic.wait(25.0)
        assert clinic.ward.engine.audio_paused_until("2") is None
        assert alarms(clinic, "2")["HR-H1"].audible


@pytest.mark.requirement("S-72")
async def test_a_restart_after_a_move_finds_everything_in_the_new_chair(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=3) as clinic:
        session = await in_alarm(clinic)
        await move(clinic, session, "2")
        known = alarms(clinic, "2")
        at_s = clinic.time[0] - 17.25
    async with stepped(tmp_path, chairs=3, at_s=at_s) as again:
        found = alarms(again, "2")
        for name in ("SPO2-2", "HR-H1"):
            assert found[name].id == known[name].id
            assert found[name].state is known[name].state
            assert found[name].acknowledged_by == known[name].acknowledged_by
            assert found[name].audible is known[name].audible
        assert alarms(again, "1") == {}
        (seated,) = again.ward.seating.all()
        assert (seated.id, seated.chair, seated.edits) == (session, "2", {"HR-H1 HR": 110.0})
        paused_s = again.ward.engine.audio_paused_until("2")
        assert paused_s is not None
        assert round(paused_s - again.clock.monotonic()) == 40
        # The cuff's reading is the patient's, and its age too.
        cuff = again.ward.board.tile("2", again.clock.monotonic(), again.clock.utc_us()).nibp
        assert cuff is not None
        assert cuff.text == "125/78"


@pytest.mark.requirement("S-72")
async def test_an_on_delay_goes_on_in_the_new_chair_with_and_without_a_restart(
    tmp_path: Path,
) -> None:
    async def raised_at(folder: Path, *, restarts: bool) -> list[float]:
        folder.mkdir()
        async with stepped(folder, chairs=2) as clinic:
            session = await clinic.seat()
            clinic.hold(10, SPO2=91.0)
            await move(clinic, session, "2")
            at_s = clinic.time[0] - 17.25
            if not restarts:
                clinic.hold(10, chair="2", SPO2=91.0)
                steps = await kept(clinic, session)
        if restarts:
            async with stepped(folder, chairs=2, at_s=at_s) as clinic:
                clinic.hold(10, chair="2", SPO2=91.0)
                steps = await kept(clinic, session)
        (first,) = [one for one in steps if one.condition == "SPO2-1"]
        assert first.chair == "2"
        return [(first.at_us - first.onset_us) / 1e6]

    assert await raised_at(tmp_path / "on", restarts=False) == [15.0]
    assert await raised_at(tmp_path / "again", restarts=True) == [15.0]


@pytest.mark.requirement("S-72")
async def test_a_moved_session_is_judged_again_byte_for_byte_and_by_another_preset(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=3) as clinic:
        session = await in_alarm(clinic)
        arms = SetArms(session=session, cuff=Arm.LEFT, probe=Arm.LEFT, actor=ACTOR)
        await clinic.commands.execute(arms)
        await move(clinic, session, "2")
        clinic.hold(30, chair="2", SPO2=LOW, HEART_RATE=130.0)
        await move(clinic, session, "3")
        clinic.hold(30, chair="3", SPO2=97.0, HEART_RATE=72.0)
        stored = await kept(clinic, session)
        assert {one.chair for one in stored} == {"1", "2", "3"}
        history = RecordHistory(clinic.config.record.path)
        again = await replayed(history, session)
        assert first_difference(stored, again) is None
        other = await replayed(history, session, preset=clinic.ward.preset)
        mine = [one for one in stored if one.kind == "physiological"]
        assert [(one.alarm, one.reason) for one in mine] == [
            (one.alarm, one.reason) for one in other if one.kind == "physiological"
        ]
        assert chairs_of(await clinic.record.facts(session)) == {"1", "2", "3"}


@pytest.mark.requirement("S-72")
async def test_readings_belong_to_the_session_from_the_move_on_and_the_old_chair_to_nobody(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=2) as clinic:
        session = await clinic.seat()
        clinic.hold(5)
        await move(clinic, session, "2")
        clinic.hold(15)
        await clinic.record.commit()
        rows = await clinic.record.readings(session)
        assert {row.chair for row in rows} == {"1", "2"}
        moved_us = next(f.at_us for f in await clinic.record.facts(session) if f.kind == "moved")
        assert all((row.chair == "2") is (row.sampled_at_us >= moved_us) for row in rows)
        # Whoever is at the old chair's monitor now is nobody that we know.
        assert alarms(clinic, "1")["T-ASSIGN"].priority is Priority.LOW
        (known,) = clinic.ward.seating.all()
        assert {row.chair for row in clinic.ward.lately(known)} == {"1", "2"}


@pytest.mark.requirement("S-72")
async def test_nobody_is_moved_to_a_chair_that_is_taken_unknown_or_their_own(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=2) as clinic:
        session = await clinic.seat()
        seat = SeatPatient(chair="2", patient_ref="Z", planned_minutes=40, actor=ACTOR)
        await clinic.commands.execute(seat)
        for to, why in (("2", "taken by Z"), ("1", "own chair"), ("9", "no chair")):
            with pytest.raises(CommandRefused, match=why):
                await move(clinic, session, to)
        assert [one.chair for one in clinic.ward.seating.all()] == ["1", "2"]
        assert clinic.ward.seating.all()[0].phase is Phase.INFUSION
