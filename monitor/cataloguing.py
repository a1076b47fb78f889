"""Keeps the catalogue: each session's entry follows its facts, alarms and readings.

What changed since is looked for when something was kept, at the start, and
before anybody searches; readings are looked at once a session is closed, one
session at a time. Knows the record; knows no page and no SQL.
"""

from __future__ import annotations

import asyncio
import logging

from monitor.care.attribution import readings_of
from monitor.care.session import session_of
from monitor.care.settings import begun_with
from monitor.conditions import Preset
from monitor.counted_by import counted_by
from monitor.errors import StoreError
from monitor.finding import Found, Wanted
from monitor.review import entry_of, figures, measured_of
from monitor.status import StatusLine
from monitor.store.record import Record

ROWS_AT_ONCE = 500
"""Facts and transitions looked through in one step: some dozens of sessions."""
STEPS_BEFORE_SEARCH = 4
"""A search waits for so many steps at most; a catalogue far behind catches up beside it."""
RETRY_S = 30.0

log = logging.getLogger("chairside.cataloguing")


class Cataloguer:
    """The catalogue of one record, and the hand that keeps it."""

    def __init__(self, record: Record, preset: Preset) -> None:
        self._record, self._preset = record, preset
        self._lock = asyncio.Lock()
        self._failing = ""

    async def run(self) -> None:
        """Keep it for ever; while the disk refuses, try again now and then."""
        while True:
            self._record.acted.clear()
            try:
                while await self.step() or await self.measure_one():
                    await asyncio.sleep(0)
                self._failing = ""
            except StoreError as problem:
                # What is found is older for a while; the rows it follows from wait on their own.
                log.warning("the catalogue could not be kept: %s", problem)
                self._failing = problem.what
                await asyncio.sleep(RETRY_S)
                continue
            await self._record.acted.wait()

    def status(self) -> list[StatusLine]:
        """Why the search may be behind."""
        if not self._failing:
            return []
        text = f"the list of sessions is behind: {self._failing}"
        return [StatusLine("warn", "LIST IS BEHIND", text)]

    async def find(self, wanted: Wanted) -> Found:
        """The entries that hold, as of now. Raises `StoreError`."""
        for _ in range(STEPS_BEFORE_SEARCH):
            if not await self.step():
                break
        return await self._record.find(wanted)

    async def step(self) -> bool:
        """Bring some entries up to date; False when all of them were. Raises `StoreError`."""
        async with self._lock:
            touched = await self._record.touched(ROWS_AT_ONCE)
            if not touched.sessions:
                return False
            told = await self._record.told(touched.sessions)
            seated = [one for one in told if session_of(one.facts) is not None]
            entries = [entry_of(one.facts, one.transitions) for one in seated]
            await self._record.keep_entries(entries, touched.through)
            return True

    async def measure_one(self) -> bool:
        """Look at the readings of one closed session; False when none waits for it."""
        waiting = await self._record.unmeasured()
        if waiting is None:
            return False
        session = waiting.session
        facts = await self._record.facts(session)
        readings = await readings_of(self._record, session, facts)
        measured = None
        if readings:
            steps = await self._record.transitions(session)
            preset = await counted_by(self._record, begun_with(facts), self._preset)
            found = await asyncio.to_thread(figures, facts, readings, steps, preset)
            measured = measured_of(found)
        await self._record.measure(waiting, measured)
        return True
