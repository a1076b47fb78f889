"""What is looked at once a second, whatever comes in.

Joins what gateways, lines, record and copy say of themselves to the ward. Knows no rule.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from monitor.doubles import CONDITION
from monitor.store.record import Record
from monitor.ward import Ward

HOUSEKEEPING_S = 1.0

Strangers = Callable[[], Mapping[tuple[str, str], float]]
"""By chair and name, when a device that the configuration does not know last sent as that chair."""


class Copy(Protocol):
    """A copy of the record elsewhere, and what the page says of it."""

    @property
    def rows_behind(self) -> int: ...

    @property
    def oldest_behind_us(self) -> int | None: ...

    @property
    def parked(self) -> int: ...

    @property
    def error(self) -> str: ...

    async def run(self) -> None: ...


async def housekeep(ward: Ward, record: Record, copy: Copy | None, strangers: Strangers) -> None:
    """Lost gateways, two as one chair, a failing record and a copy behind become alarms."""
    failing_s: float | None = None
    while True:
        failing_s = (failing_s or ward.clock.monotonic()) if record.failing else None
        ward.look_at_gateways()
        look_at_senders(ward, strangers())
        ward.assert_technical("T-STORE", "", failing_s, "NOT RECORDING (alarms still run)")
        if copy is not None:
            since_us = copy.oldest_behind_us
            since_s = None if since_us is None else ward.clock.to_monotonic(since_us)
            message = f"HISTORY COPY {copy.rows_behind} BEHIND (nothing lost)"
            ward.assert_technical("T-COPY", "", since_s, message)
        await asyncio.sleep(HOUSEKEEPING_S)


def look_at_senders(ward: Ward, strangers: Mapping[tuple[str, str], float]) -> None:
    """As which chairs two monitors send now, and as which they do no more."""
    now = ward.clock.monotonic()
    for chair, words in ward.doubles.look(strangers, now):
        ward.assert_technical(CONDITION, chair, now if words else None, words)
