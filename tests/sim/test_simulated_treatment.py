"""The simulated nurse orders, starts, notes and stops: a demo shows a whole treatment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monitor.care.notes import events_of
from monitor.care.session import session_of
from monitor.care.treatment import PumpAction, treatment_of
from monitor.clinic import Phase
from monitor.history import FactRow
from monitor.store.record import RecordHistory
from simulators.simulation import simulate
from simulators.stories import demo_stories


async def told(path: Path) -> list[list[FactRow]]:
    history = RecordHistory(path)
    return [await history.facts(session) for session in await history.sessions()]


@pytest.mark.requirement("TRT-021")
def test_a_simulated_session_has_order_pump_and_events(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    simulate(1, chairs=3, minutes=60.0, stories=demo_stories(1, 3), keep=path)
    facts = asyncio.run(told(path))
    ended = [
        one
        for one in facts
        if (session := session_of(one)) is not None and session.infusion_ended_us is not None
    ]
    assert ended
    for one in ended:
        seen = treatment_of(one)
        assert [step.action for step in seen.steps] == [PumpAction.START, PumpAction.STOP]
        assert seen.order is not None
        total_mg = seen.total_mg(10**17)
        assert total_mg == pytest.approx(seen.order.dose_mg, rel=0.05)
        assert {"IV site", "dissociation"} <= {event.event for event in events_of(one)}
        session = session_of(one)
        assert session is not None
        assert session.phase in (Phase.RECOVERY, Phase.CLOSED)
