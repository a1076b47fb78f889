"""The pump was started before it was entered: what was measured after that is no baseline."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from monitor.care.session import TOO_LATE
from monitor.care.treatment import PumpAction
from monitor.clinic import Phase
from monitor.commands import Correct, NotePump, SetBaseline, WaiveBaseline
from monitor.review import figures
from monitor.review.used import Origin
from monitor.web.care import Care
from monitor.words import Words
from tests.sim.test_devices_in_doubt import DIA, FIRST, HR, SPO2, SYS, open_rules, play, seated
from tests.stepped import ACTOR, Stepped, stepped

if TYPE_CHECKING:
    from monitor.displays import Clinic

pytestmark = pytest.mark.asyncio
SECOND_US = 1_000_000
WHOLE = {SYS: 150, DIA: 92, HR: 88, SPO2: 95}


async def begun(house: Stepped) -> tuple[str, str, int]:
    """Measured for six minutes, a cuff each two, and a minute; then the pump is started.

    The session, the start's name, and when it was.
    """
    session = await house.seat("1", Phase.BASELINE)
    for _ in range(3):
        play(house, 120, cuff=True)
    play(house, 60)
    start = NotePump(session=session, action=PumpAction.START, rate_ml_h=30.0, actor=ACTOR)
    at_us = house.clock.utc_us()
    return session, await house.commands.execute(start), at_us


def moved(session: str, of: str, at_us: int) -> Correct:
    return Correct(session=session, of=of, reason="from paper", happened_us=at_us, actor=ACTOR)


@pytest.mark.requirement("COR-015")
async def test_what_was_measured_after_the_corrected_start_is_in_doubt_and_no_more_than_that(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session, of, start_us = await begun(house)
        assert seated(house, session).baseline == WHOLE
        # The last cuff was three minutes before; the other vital signs go up to the start.
        await house.commands.execute(moved(session, of, start_us - 60 * SECOND_US))
        known = seated(house, session)
        assert known.baseline == {SYS: 150, DIA: 92}
        assert known.baseline_missing == {"HR": TOO_LATE, "SpO2": TOO_LATE}
        assert "T-BASE" in open_rules(house)
        await house.commands.execute(moved(session, of, start_us - 200 * SECOND_US))
        assert seated(house, session).baseline == {}
        # Another word on the start that stands: all is as it was.
        await house.commands.execute(moved(session, of, start_us))
        known = seated(house, session)
        assert (known.baseline, known.baseline_missing) == (WHOLE, {})
        assert "T-BASE" not in open_rules(house)


@pytest.mark.requirement("COR-015")
async def test_it_stays_so_after_a_restart_until_a_person_states_one(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session, of, start_us = await begun(house)
        await house.commands.execute(moved(session, of, start_us - 200 * SECOND_US))
        await house.record.commit()
        at_s = house.time[0] + 5
    async with stepped(tmp_path, at_s=at_s) as again:
        assert seated(again, session).baseline == {}
        assert "T-BASE" in open_rules(again)
        again.frame("1", {SYS: 200.0, DIA: 95.0})
        assert "BP-R2" not in open_rules(again)
        stated = SetBaseline(session=session, values=FIRST, reason="known", actor=ACTOR)
        await again.commands.execute(stated)
        known = seated(again, session)
        assert (known.baseline, known.baseline_missing) == (WHOLE, {})
        assert "T-BASE" not in open_rules(again)
        again.frame("1", {SYS: 200.0, DIA: 95.0})
        assert "BP-R2" in open_rules(again)


@pytest.mark.requirement("COR-015")
@pytest.mark.parametrize("before", [True, False], ids=["before the start", "after it"])
async def test_what_was_waived_before_it_was_known_does_not_cover_it(
    tmp_path: Path, before: bool
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat("1", Phase.BASELINE)
        waive = WaiveBaseline(session=session, reason="known well", actor=ACTOR)
        if before:
            await house.commands.execute(waive)
        play(house, 330)
        start = NotePump(session=session, action=PumpAction.START, rate_ml_h=30.0, actor=ACTOR)
        of = await house.commands.execute(start)
        if not before:
            await house.commands.execute(waive)
        play(house, 5)
        assert "T-BASE" not in open_rules(house)
        at_us = house.clock.utc_us() - 100 * SECOND_US
        await house.commands.execute(moved(session, of, at_us))
        assert not seated(house, session).baseline_waived
        assert "T-BASE" in open_rules(house)
        await house.commands.execute(waive)
        assert seated(house, session).baseline_waived
        assert "T-BASE" not in open_rules(house)


@pytest.mark.requirement("COR-015")
async def test_a_start_that_is_entered_late_doubts_it_too_and_a_restart_keeps_that(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat("1", Phase.BASELINE)
        for _ in range(3):
            play(house, 120, cuff=True)
        at_us = house.clock.utc_us() - 200 * SECOND_US
        start = NotePump(session=session, action=PumpAction.START, rate_ml_h=30.0, actor=ACTOR)
        await house.commands.execute(replace(start, happened_us=at_us))
        assert seated(house, session).baseline == {}
        await house.record.commit()
        at_s = house.time[0] + 5
    async with stepped(tmp_path, at_s=at_s) as again:
        assert seated(again, session).baseline == {}
        again.frame("1", {SYS: 200.0, DIA: 95.0})
        assert "T-BASE" in open_rules(again)
        assert "BP-R2" not in open_rules(again)


@pytest.mark.requirement("COR-015")
async def test_the_chair_s_page_offers_what_was_measured_before_the_corrected_start(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session, of, start_us = await begun(house)
        # Of a clinic the page's part needs no more than where its patients and records are.
        clinic = SimpleNamespace(
            ward=house.ward, clock=house.clock, history=house.record, words=Words(UTC, {}, {})
        )
        care = Care(cast("Clinic", clinic))
        assert (await care.shown(session))["baseline_again"] is None
        await house.commands.execute(moved(session, of, start_us - 200 * SECOND_US))
        await house.record.commit()
        told: Any = (await care.shown(session))["baseline_again"]
        assert told["values"] == {"NIBP_SYS": 150, "NIBP_DIA": 92}
        assert told["why"] == "measured after the infusion's corrected start"
        assert told["how"] == "measured before the corrected start"
        assert "HR" in told["missing"]


@pytest.mark.requirement("COR-015")
async def test_the_review_measures_again_up_to_the_corrected_start(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session, of, start_us = await begun(house)
        play(house, 30)
        await house.commands.execute(moved(session, of, start_us - 200 * SECOND_US))
        await house.record.commit()
        facts = await house.record.facts(session)
        rows = await house.record.readings(session)
        found = await asyncio.to_thread(figures, facts, rows, [], house.ward.preset)
        assert found.baseline.origin is Origin.BEFORE_START
        assert found.baseline.values.keys() == {SYS, DIA}
        assert max(one.at_us for one in found.baseline.cuffs) <= start_us - 200 * SECOND_US
