"""Suspended rules, standby and held jumps over a real record: kept, back, judged again."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.alerts import Alarm
from monitor.clinic import Phase
from monitor.commands.quieting import EndStandby, EndSuspension, StandBy, SuspendRule
from monitor.errors import CommandRefused
from monitor.history import STANDBY, SUSPENDED, SUSPENSION_ENDED
from monitor.operations.rejudging import rejudged
from monitor.suspects import SUSPECT
from tests.stepped import ACTOR, Stepped, stepped

EXPECTED = "expected with the drug"


async def suspend(house: Stepped, rule: str, seconds: float = 600.0) -> None:
    await house.commands.execute(
        SuspendRule(chair="1", rule=rule, seconds=seconds, reason=EXPECTED, actor=ACTOR)
    )


def open_alarm(house: Stepped, condition: str) -> Alarm:
    (found,) = [one for one in house.ward.engine.alarms("1") if one.condition == condition]
    return found


@pytest.mark.requirement("S-70")
async def test_a_suspension_is_kept_with_person_and_reason(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(12, HEART_RATE=121.0)
        await suspend(house, "HR-H1")
        await house.commands.execute(EndSuspension(chair="1", rule="HR-H1", actor=ACTOR))
        facts = await house.record.facts(session)
    told = {fact.kind: fact for fact in facts}
    assert told[SUSPENDED].actor == told[SUSPENSION_ENDED].actor == ACTOR
    assert dict(told[SUSPENDED].data) == {"rule": "HR-H1", "seconds": 600.0, "reason": EXPECTED}


@pytest.mark.requirement("S-48")
async def test_a_suspension_outlives_a_restart_and_ends_when_it_would_have(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        await house.seat()
        house.hold(12, HEART_RATE=121.0)
        await suspend(house, "HR-H1", 120.0)
        house.hold(10, HEART_RATE=121.0)
    async with stepped(tmp_path, at_s=30.0) as house:
        assert not open_alarm(house, "HR-H1").audible
        house.hold(101, HEART_RATE=121.0)
        assert not open_alarm(house, "HR-H1").audible
        house.hold(2, HEART_RATE=121.0)
        assert open_alarm(house, "HR-H1").audible


@pytest.mark.requirement("S-48")
async def test_a_suspension_that_an_alarm_broke_stays_broken_over_a_restart(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        await house.seat()
        house.hold(12, HEART_RATE=121.0)
        await suspend(house, "HR-H1")
        house.hold(5, HEART_RATE=140.0)
        assert open_alarm(house, "HR-H1").audible
    async with stepped(tmp_path, at_s=20.0) as house:
        assert open_alarm(house, "HR-H1").audible
        assert house.ward.engine.silences("1").suspended == {}


@pytest.mark.requirement("S-63", "ALM-225")
async def test_a_standby_outlives_a_restart_and_is_over_in_time(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat(phase=Phase.RECOVERY)
        await house.commands.execute(StandBy(chair="1", seconds=100.0, actor=ACTOR))
        house.hold(10)
        # Pressed again while it is on.
        await house.commands.execute(StandBy(chair="1", seconds=600.0, actor=ACTOR))
        kept = [fact for fact in await house.record.facts(session) if fact.kind == STANDBY]
        assert [fact.data["seconds"] for fact in kept] == [100.0]
    async with stepped(tmp_path, at_s=30.0) as house:
        assert house.ward.engine.silences("1").standby_until_s is not None
        house.hold(71)
        assert house.ward.engine.silences("1").standby_until_s is None


@pytest.mark.requirement("S-52")
async def test_silences_and_held_jumps_are_judged_again_the_same(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat(phase=Phase.BASELINE)
        await house.commands.execute(StandBy(chair="1", seconds=300.0, actor=ACTOR))
        house.hold(10)
        await house.commands.execute(EndStandby(chair="1", actor=ACTOR))
        await house.enter(session, Phase.INFUSION)
        house.hold(12, HEART_RATE=121.0)
        await suspend(house, "HR-H1", 60.0)
        with pytest.raises(CommandRefused):
            await suspend(house, "SPO2-2")
        house.hold(70, HEART_RATE=121.0)
        house.hold(2, HEART_RATE=121.0, SPO2=70.0)
        house.hold(10, HEART_RATE=136.0)
        house.hold(2, SPO2=70.0)
        await house.record.commit()
        kinds = [fact.kind for fact in await house.record.facts(session)]
    async with stepped(tmp_path, at_s=200.0) as house:
        house.hold(40, SPO2=70.0)
        await house.record.commit()
        found = await rejudged(house.config.record.path, session)
    assert SUSPECT in kinds
    assert found.steps > 3
    assert found.lines() == [f"{found.steps} transitions, identical"]


async def test_a_kill_within_a_hold_loses_nothing_of_it(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        await house.seat()
        house.hold(10)
        house.hold(3, SPO2=84.0)
    async with stepped(tmp_path, at_s=14.0) as house:
        house.hold(5, SPO2=84.0)
        onset_us = house.clock.to_utc_us(open_alarm(house, "SPO2-3").onset_s)
        (first,) = {
            row.sampled_at_us
            for row in await house.record.readings(house.ward.seating.all()[0].id)
            if row.value == 84.0 and row.sampled_at_us <= onset_us
        }
        assert first == onset_us
