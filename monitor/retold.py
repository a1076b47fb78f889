"""A session's stored stream, read from the record and judged again, by any preset.

Knows the record's rows, not its files; judges by `rejudging`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Protocol, Self

from monitor import journal
from monitor.burden import Burden, burden
from monitor.conditions import Preset
from monitor.errors import StoreError
from monitor.history import (
    INPUT,
    RUN,
    FactRow,
    History,
    Told,
    TransitionRow,
    chairs_of,
)
from monitor.presets import load_preset
from monitor.rejudging import Replay, Row
from monitor.resuming import Kept, past_of
from monitor.retelling import Past

ROWS_AT_ONCE = 10_000
SESSIONS_MAX = 50
"""Sessions that one question may judge again."""


class Numbered(Protocol):
    """A row and its number in the record."""

    @property
    def id(self) -> int: ...
    @property
    def row(self) -> Row: ...


class Stored(Kept, History, Protocol):
    """What the record gives to judge again."""

    async def span(self, session: str) -> tuple[int, int, int] | None: ...
    async def preset(self, digest: str) -> str | None: ...
    async def after(
        self, number: int, limit: int, chairs: Collection[str] = (), measured: int = 0
    ) -> Sequence[Numbered]: ...
    def as_of(self, number: int) -> Self: ...


async def replayed(
    history: Stored, session: str, *, preset: Preset | None = None
) -> list[TransitionRow]:
    """The steps of a session's alarms from its stored stream, judged again.

    By the presets it was judged by, every chair of the clinic beside it; or by
    another preset, with no more than the readings of its own chairs. Raises
    `StoreError` when the record does not hold what that needs.
    """
    chairs = frozenset[str]() if preset is None else await _chairs(history, session)
    span = await _span(history, session)
    presets: dict[str, Preset] = {}
    replay = Replay(presets.__getitem__)
    in_force, began = preset, span[0]
    async for number, row in _stream(history, span, chairs):
        if isinstance(row, FactRow) and row.kind == RUN:
            digest, began = str(row.data["preset"]), number
            in_force = presets[digest] = preset or await _preset(history, digest)
        if in_force and isinstance(row, FactRow) and row.kind == INPUT:
            call, told = journal.call_of(row)
            if call == journal.RESUMED:
                asked_us, now = int(str(told["asked_us"])), float(str(told["now"]))
                past = await past_of(history.as_of(began), asked_us, in_force, replay.probes())
                so_far = replay if began != span[0] else None
                replay.resume(past if preset is None else _its_own(past, chairs, so_far), now)
                continue
        replay.take(row)
    replay.finish()
    return [row for row in replay.steps if row.session == session]


async def compared(
    history: Stored,
    sessions: Sequence[str],
    preset: Preset,
    now_us: int,
    judged: Callable[[], None] = lambda: None,
) -> tuple[Burden, Burden]:
    """The burden of these sessions as it was, and as it would have been under another preset.

    What people did stays as it was: an acknowledge counts where the same alarm is
    open then. At most `SESSIONS_MAX` sessions; `judged` is called after each, and may
    raise to end it. Raises `StoreError`.
    """
    before, after = list[Told](), list[Told]()
    for session in sessions[:SESSIONS_MAX]:
        facts = await history.facts(session)
        before.append(
            Told(session=session, facts=facts, transitions=await history.transitions(session))
        )
        steps = await replayed(history, session, preset=preset)
        after.append(Told(session=session, facts=facts, transitions=steps))
        judged()
    return burden(before, now_us), burden(after, now_us)


def _its_own(past: Past, chairs: Collection[str], replay: Replay | None) -> Past:
    """The alarms that are open in this replay, which are not those of the record.

    Those of before it (None) are: what raised them is not judged again.
    """
    readings, earlier = (
        [row for row in rows if row.chair in chairs] for rows in (past.readings, past.earlier)
    )
    if replay is None:
        alarms = [row for row in past.alarms if row.chair in chairs]
        return Past(past.facts, readings, alarms, past.steps, earlier)
    return Past(past.facts, readings, replay.open_steps(), replay.steps, earlier)


async def _chairs(history: Stored, session: str) -> frozenset[str]:
    chairs = chairs_of(await history.facts(session))
    if not chairs:
        raise _no_session(session)
    return chairs


async def _span(history: Stored, session: str) -> tuple[int, int, int]:
    """From which row of its run to which a session is judged again, and from which reading on."""
    if not await history.facts(session):
        raise _no_session(session)
    span = await history.span(session)
    if span is None:
        raise StoreError(
            f"session {session!r} cannot be judged again",
            where="the record",
            why="it was recorded before Chairside kept what its engine is told",
            fix="choose a later session",
        )
    return span


def _no_session(session: str) -> StoreError:
    return StoreError(
        f"there is no session {session!r}",
        where="the record",
        fix="`chairside export` without a session lists them",
    )


async def _stream(
    history: Stored, span: tuple[int, int, int], chairs: Collection[str]
) -> AsyncIterator[tuple[int, Row]]:
    """The record's rows of these numbers, with them, in the order of their commit.

    What was measured long before the session is left out: who is seated begins anew.
    """
    first, measured, last = span
    reached = first - 1
    while reached < last:
        rows = await history.after(reached, ROWS_AT_ONCE, chairs, measured)
        if not rows:
            return
        for one in rows:
            if one.id <= last:
                yield one.id, one.row
        reached = rows[-1].id


async def _preset(history: Stored, digest: str) -> Preset:
    """The alarm preset of that hash as the record keeps it."""
    text = await history.preset(digest)
    if text is None:
        raise StoreError(
            f"alarm preset {digest[:12]} is not in the record",
            where="the record",
            why="the record was begun anew or changed by hand",
            fix="restore the record from a backup",
        )
    return load_preset(text, where=f"the record, preset {digest[:12]}")
