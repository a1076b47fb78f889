"""`chairside rejudge`: does the record still give the alarms that it holds?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from monitor import journal
from monitor.conditions import Preset
from monitor.errors import StoreError
from monitor.history import INPUT, RUN, FactRow
from monitor.operations import validating
from monitor.presets import load_preset
from monitor.rejudging import Difference, Replay, Row, first_difference
from monitor.resuming import past_of
from monitor.store.record import RecordHistory

ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How many steps a session's alarms took, and the first one that came out otherwise."""

    steps: int
    difference: Difference | None

    def lines(self) -> list[str]:
        """For a person."""
        if self.difference is None:
            return [f"{self.steps} transitions, identical"]
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
    stored = await history.transitions(session)
    first, last = await span_of(history, path, session)
    presets: dict[str, Preset] = {}
    replay = Replay(presets.__getitem__)
    preset, began = None, first
    async for number, row in stream(history, first, last):
        if isinstance(row, FactRow) and row.kind == RUN:
            digest, began = str(row.data["preset"]), number
            preset = presets[digest] = await stored_preset(history, path, digest)
        if preset and isinstance(row, FactRow) and row.kind == INPUT:
            call, arguments = journal.call_of(row)
            if call == journal.RESUMED:
                asked_us, now = int(str(arguments["asked_us"])), float(str(arguments["now"]))
                before = RecordHistory(path, before=began)
                past = await past_of(before, asked_us, preset.nibp_interval_s.values())
                replay.resume(past, now)
                continue
        replay.take(row)
    replay.finish()
    steps = [row for row in replay.steps if row.session == session]
    return Rejudged(len(stored), first_difference(stored, steps))


async def span_of(history: RecordHistory, path: Path, session: str) -> tuple[int, int]:
    """The numbers of the rows from the beginning of the session's run to its last one."""
    if not await history.facts(session):
        raise StoreError(
            f"there is no session {session!r}",
            where=str(path),
            fix="`chairside export` without a session lists them",
        )
    span = await history.span(session)
    if span is None:
        raise StoreError(
            f"session {session!r} cannot be judged again",
            where=str(path),
            why="it was recorded before Chairside kept what its engine is told",
            fix="choose a later session",
        )
    return span


async def stream(history: RecordHistory, first: int, last: int) -> AsyncIterator[tuple[int, Row]]:
    """The record's rows of these numbers, with them, in the order of their commit."""
    reached = first - 1
    while reached < last:
        rows = await history.after(reached, ROWS_AT_ONCE)
        if not rows:
            return
        for one in rows:
            if one.id <= last:
                yield one.id, one.row
        reached = rows[-1].id


async def stored_preset(history: RecordHistory, path: Path, digest: str) -> Preset:
    """The alarm preset of that hash as the record keeps it."""
    text = await history.preset(digest)
    if text is None:
        raise StoreError(
            f"alarm preset {digest[:12]} is not in the record",
            where=str(path),
            why="the record was begun anew or changed by hand",
            fix="restore the record from a backup",
        )
    return load_preset(text, where=f"{path}, preset {digest[:12]}")
