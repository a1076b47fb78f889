"""A history without names and free words: what is looked at where nobody signs in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.history import PRIVATE, FactRow, History, Told


class Nameless:
    """Another `History` as it is copied: facts without what could tell who somebody is."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.sessions, self.sessions_of = history.sessions, history.sessions_of
        self.seated, self.apart = history.seated, history.apart
        self.readings, self.readings_by = history.readings, history.readings_by
        self.stretch, self.transitions = history.stretch, history.transitions
        self.counted, self.preset = history.counted, history.preset

    async def newest(self, limit: int, before_us: int | None = None) -> list[Told]:
        """The newest sessions that began before that, newest first."""
        found = await self._history.newest(limit, before_us)
        return [replace(one, facts=_without(one.facts)) for one in found]

    async def facts(self, session: str) -> list[FactRow]:
        """The session's facts in order."""
        return _without(await self._history.facts(session))

    async def remarks(self, from_us: int, to_us: int) -> list[FactRow]:
        """What was said of the readings of that time."""
        return _without(await self._history.remarks(from_us, to_us))


def _without(facts: Sequence[FactRow]) -> list[FactRow]:
    return [
        replace(fact, data={key: said for key, said in fact.data.items() if key not in PRIVATE})
        for fact in facts
    ]
