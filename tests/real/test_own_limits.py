"""A session's own limits over a real record: kept, back after a restart, foreseen, judged again."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.clinic import Phase
from monitor.commands.limiting import ChangeLimits
from monitor.errors import CommandRefused
from monitor.foreseen import foresee
from monitor.history import LIMITS
from monitor.operations.rejudging import rejudged
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, Stepped, stepped

HR = VitalSign.HEART_RATE


async def limit(house: Stepped, session: str, **changes: float | None) -> None:
    """`HR_H1__HR=140` sets "HR-H1 HR"."""
    named = {key.replace("__", " ").replace("_", "-"): one for key, one in changes.items()}
    await house.commands.execute(
        ChangeLimits(chair="1", session=session, changes=named, actor=ACTOR)
    )


def limits_told(house: Stepped) -> list[float | None]:
    """The limit that each open HR-H1 alarm tells."""
    alarms = house.ward.engine.alarms("1")
    return [one.limit for one in alarms if one.condition == "HR-H1"]


@pytest.mark.requirement("S-55")
async def test_a_limit_is_kept_with_its_person_and_outlives_a_restart(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        await limit(house, session, HR_H1__HR=140.0)
        await limit(house, session, HR_H1__delay=20.0)
        facts = [fact for fact in await house.record.facts(session) if fact.kind == LIMITS]
        assert [fact.actor for fact in facts] == [ACTOR, ACTOR]
        assert dict(facts[-1].data) == {"HR-H1 HR": 140.0, "HR-H1 delay": 20.0}
        house.hold(5)
    async with stepped(tmp_path, at_s=10.0) as house:
        assert house.ward.seating.at("1") is not None
        house.hold(30, HEART_RATE=121.0)
        assert limits_told(house) == []
        house.hold(20, HEART_RATE=141.0)
        assert limits_told(house) == []
        house.hold(2, HEART_RATE=141.0)
        assert limits_told(house) == [140.0]


@pytest.mark.requirement("S-55")
async def test_what_is_refused_leaves_the_old_limit_and_no_fact(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        await limit(house, session, HR_H1__HR=140.0)
        for changes in ({"HR_H1__HR": 500.0}, {"HR_H2__HR": 160.0}, {"HR_H1__HR": 140.0}):
            with pytest.raises(CommandRefused):
                await limit(house, session, **changes)
        with pytest.raises(CommandRefused, match="another patient"):
            await limit(house, "20200101-000000-1", HR_H1__HR=120.0)
        facts = [fact for fact in await house.record.facts(session) if fact.kind == LIMITS]
        assert len(facts) == 1
        seated = house.ward.seating.at("1")
        assert seated is not None
        assert dict(seated.edits) == {"HR-H1 HR": 140.0}


@pytest.mark.requirement("S-55")
async def test_the_next_patient_has_the_preset_s_limits_on_the_tile_too(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        await limit(house, session, HR_H1__HR=100.0)
        assert house.ward.engine.limits("1")[HR] == (50.0, 100.0)
        for phase in (Phase.RECOVERY, Phase.CLOSED):
            await house.enter(session, phase)
        await house.seat()
        assert house.ward.engine.limits("1")[HR] == (50.0, 110.0)
        seated = house.ward.seating.at("1")
        assert seated is not None
        assert seated.edits == {}


@pytest.mark.requirement("S-52")
async def test_a_session_with_its_own_limits_is_judged_again_the_same(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(15, HEART_RATE=121.0)
        await limit(house, session, HR_H1__HR=140.0)
        house.hold(15, HEART_RATE=121.0)
        house.hold(15, HEART_RATE=141.0)
        await house.record.commit()
    async with stepped(tmp_path, at_s=60.0) as house:
        house.hold(30, HEART_RATE=141.0)
        await limit(house, session, HR_H1__HR=None)
        house.hold(5)
        house.hold(15, HEART_RATE=121.0)
        await house.record.commit()
        found = await rejudged(house.config.record.path, session)
    assert found.steps >= 4
    assert found.lines() == [f"{found.steps} transitions, identical"]


@pytest.mark.requirement("S-55")
async def test_what_is_foreseen_is_what_would_have_been(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        for high in (118.0, 125.0, 130.0, 118.0):
            house.hold(20, HEART_RATE=high)
            house.hold(30)
        await house.record.commit()
        seated, rows = house.ward.seating.at("1"), await house.record.readings(session)
        raised = [one.condition for one in await house.record.transitions(session)]
        assert seated is not None
        now_us = house.clock.utc_us()

        def alarms(edits: dict[str, float]) -> tuple[int, int]:
            seen = foresee(house.ward.preset, seated, ["mon-1"], rows, edits, now_us)
            return seen.before["HR-H1"], seen.after["HR-H1"]

        assert raised.count("HR-H1") >= 2
        assert alarms({"HR-H1 HR": 115.0}) == (2, 4)
        assert alarms({"HR-H1 HR": 125.0}) == (2, 1)
        assert alarms({"HR-H1 delay": 30.0}) == (2, 0)
        old = foresee(house.ward.preset, seated, ["mon-1"], rows, {}, now_us + 3_600_000_000)
        assert (old.minutes, old.before.total()) == (30, 0)
