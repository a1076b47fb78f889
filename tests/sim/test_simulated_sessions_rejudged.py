"""What the record holds gives the same alarms again, byte for byte."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monitor.operations.rejudging import rejudged
from monitor.store.record import RecordHistory
from simulators.simulation import simulate
from simulators.stories import demo_stories


async def outcome(path: Path) -> dict[str, tuple[int, list[str]]]:
    found = {}
    for session in await RecordHistory(path).sessions():
        again = await rejudged(path, session)
        found[session] = (again.steps, again.lines())
    return found


@pytest.mark.requirement("S-52")
def test_every_session_of_a_clinic_comes_out_the_same(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    simulate(1, chairs=6, minutes=12.0, stories=demo_stories(1, 6), keep=path)
    found = asyncio.run(outcome(path))
    assert len(found) >= 5
    assert sum(steps for steps, _ in found.values()) > 20
    assert {lines[0] for _, lines in found.values()} == {
        f"{steps} transitions, identical" for steps, _ in found.values()
    }
