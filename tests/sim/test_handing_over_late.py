"""A hand-over made on paper while nothing could be entered counts from its own time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.care.handover import hand_over_of
from monitor.care.notes import noted_of
from monitor.care.session import session_of
from monitor.clinic import Phase
from monitor.commands import AddAddendum, HandOver
from monitor.commands.leaving import gate_of
from monitor.errors import CommandRefused
from monitor.history import HANDED_OVER, FactRow
from tests.real.test_leaving import POINTS
from tests.stepped import ACTOR, Stepped, stepped

pytestmark = pytest.mark.asyncio
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US


def over(session: str, happened_us: int | None = None) -> HandOver:
    return HandOver(
        session=session, sitter="Mia", points=POINTS, happened_us=happened_us, actor=ACTOR
    )


async def refused(house: Stepped, act: HandOver) -> CommandRefused:
    with pytest.raises(CommandRefused) as caught:
        await house.commands.execute(act)
    return caught.value


async def facts_of(house: Stepped, session: str) -> list[FactRow]:
    await house.record.commit()
    return await house.record.facts(session)


@pytest.mark.requirement("COR-014")
async def test_while_the_patient_sits_there_it_opens_the_gate_and_says_since_when(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat(phase=Phase.INFUSION)
        house.hold(60)
        await house.enter(session, Phase.RECOVERY)
        house.hold(600)
        told_us = house.clock.utc_us() - 300 * SECOND_US
        early = await refused(house, over(session, told_us - 330 * SECOND_US))
        assert early.what == "a patient in the infusion is not handed over"
        of = await house.commands.execute(over(session, told_us))
        seated = house.ward.seating.find(session)
        assert seated is not None
        holds = {one.name: one.holds for one in gate_of(house.ward, seated).checks}
        assert holds["Advice given"]
        assert holds["Sitter present"]
        await house.record.commit()
    async with stepped(tmp_path, at_s=700) as again:
        known = hand_over_of(again.ward.facts.ledger.of(session))
        assert known is not None
        assert known.happened_us == told_us
        (noted,) = [
            one
            for one in noted_of(again.ward.facts.ledger.of(session))
            if one.fact.kind == HANDED_OVER
        ]
        assert noted.manual
        assert f"{noted.fact.at_us}-{noted.fact.ordinal}" == of
        assert noted.fact.at_us - noted.at_us == 300 * SECOND_US


@pytest.mark.requirement("COR-014")
async def test_after_the_close_it_is_entered_with_its_time_and_the_sheet_follows(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat(phase=Phase.RECOVERY)
        house.hold(600)
        await house.enter(session, Phase.CLOSED)
        left_us = house.clock.utc_us()
        house.wait(3_600.0)
        assert "nobody said when" in (await refused(house, over(session))).why
        assert "closed by then" in (await refused(house, over(session, left_us + 1))).why
        told_us = left_us - 60 * SECOND_US
        # The next session lies after the hand-over, also where it is past by now.
        act = replace(over(session, told_us), next_us=told_us)
        assert "next session" in (await refused(house, act)).what
        times = (left_us + 60 * SECOND_US, left_us + DAY_US)
        act = replace(act, next_us=times[0], journal_due_us=times[1])
        await house.commands.execute(act)
        facts = await facts_of(house, session)
        known = hand_over_of(facts)
        assert known is not None
        assert (known.person, known.happened_us, known.entered_us) == (
            "Mia",
            told_us,
            house.clock.utc_us(),
        )
        assert (known.next_us, known.journal_due_us) == times
        closed = session_of(facts)
        assert closed is not None
        # It moves nothing of when the patient left.
        assert (closed.phase, closed.closed_us) == (Phase.CLOSED, left_us)
        assert closed.observed


@pytest.mark.requirement("COR-014")
async def test_it_is_refused_for_who_was_never_infused_and_for_a_signed_report(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat(phase=Phase.BASELINE)
        house.hold(60)
        now_us = house.clock.utc_us()
        assert "BASELINE" in (await refused(house, over(session, now_us - SECOND_US))).what
        await house.enter(session, Phase.CLOSED)
        assert "CLOSED" in (await refused(house, over(session, now_us))).what
    assert HandOver.after_signing is False
    assert AddAddendum.after_signing is True
