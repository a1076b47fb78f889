"""A wire inside the process: a simulator puts bytes in, the service takes them out.

Needs no socket, thread or file, so it works in virtual time. Does not know
what the bytes mean.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links import Delivery, Receipt

WIRE_DELIVERIES_MAX = 256


class DirectWire:
    """Both ends of one bounded wire. What finds it full or cut is lost and counted in `lost`."""

    def __init__(self, name: str, *, clock: Clock, size_max: int = WIRE_DELIVERIES_MAX) -> None:
        self.name = name
        self.lost = 0
        self._clock = clock
        self._size_max = size_max
        self._waiting: deque[Delivery] = deque()
        self._changed = asyncio.Event()
        self._cut_why = ""

    def send(
        self,
        data: bytes,
        *,
        channel: str = "",
        retained: bool = False,
        receipt: Receipt | None = None,
    ) -> bool:
        """Put bytes on the wire; False when they could not be taken. Never waits."""
        if self._cut_why or len(self._waiting) >= self._size_max:
            self.lost += 1
            return False
        delivery = Delivery(
            data=data,
            received_s=self._clock.monotonic(),
            channel=channel,
            retained=retained,
            receipt=receipt,
        )
        self._waiting.append(delivery)
        self._changed.set()
        return True

    def cut(self, why: str) -> None:
        """Break the wire, as a pulled cable does; what was sent before still arrives."""
        self._cut_why = why
        self._changed.set()

    def mend(self) -> None:
        """Join the wire again; an `open` that waits goes on."""
        self._cut_why = ""
        self._changed.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Delivery]]:
        """The receiving end; waits while the wire is cut."""
        while self._cut_why:
            await self._change()
        yield self._deliveries()

    async def _deliveries(self) -> AsyncIterator[Delivery]:
        while True:
            while self._waiting:
                yield self._waiting.popleft()
                # A full wire must not keep the other tasks from their turn.
                await asyncio.sleep(0)
            if self._cut_why:
                raise DeviceError("line lost", where=f"direct:{self.name}", why=self._cut_why)
            await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
