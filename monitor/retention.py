"""How long readings stay in the record: older ones go, once InfluxDB has them.

Knows the record and a number of days. Knows no link, alarm or screen.
"""

from __future__ import annotations

import asyncio
import logging

from monitor.clock import Clock
from monitor.counting import counted
from monitor.errors import StoreError
from monitor.status import StatusLine
from monitor.store.record import Record

EVERY_S = 3_600.0
DAY_US = 86_400_000_000

log = logging.getLogger("chairside.retention")


class Retention:
    """Deletes, once an hour, readings older than `keep_days` that `Record.forget` lets go."""

    def __init__(self, record: Record, clock: Clock, keep_days: int) -> None:
        self._record, self._clock, self._keep_days = record, clock, keep_days
        self._deleted = 0
        self._failing = ""

    async def run(self) -> None:
        """Delete for ever, an hour apart."""
        while True:
            try:
                before_us = self._clock.utc_us() - self._keep_days * DAY_US
                self._deleted += await self._record.forget(before_us)
                self._failing = ""
            except StoreError as problem:
                # Nothing is lost by keeping them; the next hour tries again.
                log.warning("old readings could not be deleted: %s", problem)
                self._failing = problem.what
            await asyncio.sleep(EVERY_S)

    def status(self) -> list[StatusLine]:
        """What went, or why nothing goes."""
        if self._failing:
            text = f"old readings could not be deleted: {self._failing}"
            return [StatusLine("warn", "READINGS NOT DELETED", text)]
        if not self._deleted:
            return []
        text = f"{counted(self._deleted, 'reading')} older than {self._keep_days} days deleted"
        return [StatusLine("info", "old readings deleted", f"{text}; InfluxDB has them")]
