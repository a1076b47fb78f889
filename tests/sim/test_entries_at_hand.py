"""What staff entered is at hand while the session is open: all of it, bounded, after a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.care import ledger as ledger_room
from monitor.care.observations import Item
from monitor.care.treatment import PumpAction
from monitor.clinic import Phase
from monitor.commands import (
    ChartValues,
    Command,
    Correct,
    NoteEvent,
    NotePump,
    Observe,
    OrderInfusion,
)
from monitor.errors import CommandRefused
from monitor.history import FactRow
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, Stepped, stepped

pytestmark = pytest.mark.asyncio


def acts(session: str) -> list[Command]:
    """One of each that a nurse enters at a chair."""
    who: dict[str, Any] = {"session": session, "actor": ACTOR}
    return [
        OrderInfusion(
            drug="ketamine",
            concentration_mg_ml=2.0,
            dose_mg=40.0,
            weight_kg=80.0,
            minutes=40.0,
            **who,
        ),
        NotePump(action=PumpAction.START, **who),
        NoteEvent(event="nausea", grade="mild", text="looked pale", **who),
        Observe(item=Item.SEDATION, value=4.0, **who),
        Observe(item=Item.SITTER, value="present", person="Mia", **who),
        ChartValues(values={VitalSign.TEMPERATURE: 36.6}, source="by hand", **who),
    ]


async def entered(house: Stepped, session: str) -> list[FactRow]:
    """All of it, one of them corrected since; as it is at hand."""
    names = [await house.commands.execute(one) for one in acts(session)]
    wrong = Correct(session=session, of=names[2], reason="slip", grade="moderate", actor=ACTOR)
    await house.commands.execute(wrong)
    return list(house.ward.facts.ledger.of(session))


@pytest.mark.requirement("CAR-008")
async def test_every_entry_of_an_open_session_is_at_hand_and_back_after_a_restart(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat("1", Phase.BASELINE)
        gone = await house.seat("2", Phase.BASELINE)
        known = await entered(house, session)
        kinds = [one.kind for one in known if one.actor == ACTOR]
        assert kinds[-9:] == [
            "ordered",
            "phase",
            "baseline",
            "pump",
            "event",
            "observed",
            "observed",
            "charted",
            "corrected",
        ]
        await house.enter(gone, Phase.CLOSED)
        await house.record.commit()
        assert [one for one in await house.record.facts(session) if one in known] == known
    async with stepped(tmp_path, at_s=30.0) as again:
        back = list(again.ward.facts.ledger.of(session))
        # The restart itself may note something of the session; nothing of before is lost.
        assert back[: len(known)] == known
        assert not again.ward.facts.ledger.of(gone)


@pytest.mark.requirement("CAR-008")
async def test_beyond_the_bound_nothing_more_is_taken_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat("1", Phase.BASELINE)
        known = await entered(house, session)
        monkeypatch.setattr(ledger_room, "FACTS_MAX", len(known))
        for act in acts(session)[2:]:
            with pytest.raises(CommandRefused, match="nothing more can be entered"):
                await house.commands.execute(act)
        assert list(house.ward.facts.ledger.of(session)) == known
        await house.record.commit()
        assert await house.record.facts(session) == known
    async with stepped(tmp_path, at_s=30.0) as again:
        assert list(again.ward.facts.ledger.of(session))[: len(known)] == known
