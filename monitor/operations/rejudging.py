"""`chairside rejudge`: does the record still give the alarms that it holds?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from monitor import retold
from monitor.counting import counted
from monitor.operations import validating
from monitor.rejudging import Difference, first_difference
from monitor.store.record import RecordHistory


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How many steps a session's alarms took, and the first one that came out otherwise."""

    steps: int
    difference: Difference | None

    def lines(self) -> list[str]:
        """For a person."""
        if self.difference is None:
            return [f"{counted(self.steps, 'transition')}, identical"]
        return self.difference.words()


def rejudge(config_path: Path, session: str) -> Rejudged:
    """Judge a session's stored stream again by the preset it was judged by.

    Raises `StoreError` when there is no such session or the record does not
    hold the whole run in which it was watched.
    """
    loaded, _ = validating.load(config_path)
    return asyncio.run(rejudged(loaded.record.path, session))


async def rejudged(path: Path, session: str) -> Rejudged:
    """The same, of the record at `path`."""
    history = RecordHistory(path)
    # As the record gives its own: by their times, which a stepped wall clock takes out of order.
    steps = sorted(await retold.replayed(history, session), key=lambda step: step.at_us)
    stored = await history.transitions(session)
    return Rejudged(len(stored), first_difference(stored, steps))
