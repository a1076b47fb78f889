"""The listener of the patient's journal: served beside the clinic, and never in its way.

Whatever happens to it is told in the header and tried again; nothing of it can
end the service that watches patients.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from monitor.displays import Clinic
from monitor.errors import ChairsideError
from monitor.status import StatusLine
from monitor.tables import JournalTable
from monitor.web.journal import Journal
from monitor.web.narrow import WAITING_MAX, NarrowServer
from monitor.web.server import bound, url_of

RETRY_S: Final = 10.0

log = logging.getLogger("chairside.journal")


class JournalHealth:
    """What the header should tell of the journal."""

    def __init__(self) -> None:
        self.problem = ""

    async def run(self) -> None:
        """Nothing to do beside the listener itself."""
        await asyncio.Event().wait()

    def status(self) -> list[StatusLine]:
        """That patients cannot write, while it is so."""
        if not self.problem:
            return []
        text = f"the patients' journal is not served: {self.problem}"
        return [StatusLine("warn", "JOURNAL NOT SERVED", text)]


class JournalDisplay:
    """The journal, served where its table says. `ready` is called with the address."""

    def __init__(self, table: JournalTable, *, ready: Callable[[str], None]) -> None:
        self._table, self._ready = table, ready
        self.health = JournalHealth()

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """Serve until `stop`; a failure is told and tried again."""
        while not stop.is_set():
            try:
                await self._serve(clinic, stop)
            except ChairsideError as problem:
                self._tell(f"{problem.what} ({problem.why})")
            except Exception as problem:  # noqa: BLE001  nothing of it may end the watch
                # Its words may hold what a patient wrote.
                self._tell(f"it failed ({type(problem).__name__})")
            await _first(stop, RETRY_S)

    def _tell(self, problem: str) -> None:
        if problem != self.health.problem:
            log.error("the patients' journal is not served: %s", problem)
        self.health.problem = problem

    async def _serve(self, clinic: Clinic, stop: asyncio.Event) -> None:
        table = self._table
        where = "[journal] listen"
        with bound(table.host, table.port, where=where, backlog=WAITING_MAX) as listening:
            server = NarrowServer(Journal(clinic, table).app(), list(table.proxies))
            loop = asyncio.get_running_loop()
            serving = loop.create_task(server.serve([listening]), name="journal")
            stopping = loop.create_task(stop.wait(), name="journal stop")
            self.health.problem = ""
            self._ready(url_of(listening))
            try:
                await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                server.should_exit = True
            await serving
            if not stop.is_set():
                raise RuntimeError("it ended by itself")


async def _first(stop: asyncio.Event, seconds: float) -> None:
    """Until `stop`, or for so long."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
