"""A monitor's way to the broker: every value is held until the broker has it for a listener.

Knows topics and confirmations. Does not know what the bytes mean; their sender
numbers them, so a value that arrives twice is recognised and one that is
missing shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import deque
from dataclasses import dataclass

import aiomqtt

from monitor.errors import DeviceError
from monitor.links import Backoff
from monitor.links.connection import (
    REFUSED_FROM,
    BrokerAddress,
    Connection,
    SessionTerms,
)

NOBODY_SUBSCRIBES = 0x10
"""MQTT 5.0, section 3.4.2.1: taken by the broker, and thrown away."""
HELD_MAX = 3_600
"""An hour of one value a second; beyond it the oldest goes, counted, and its number is missing."""
AGAIN_MAX = 8
"""How many confirmed values are sent once more after a lost connection.

A broker that is killed can forget what it confirmed in its last moment (10 of
6,490 in a trial of 12 kills, one a publisher at most), and only we still know it.
"""
EXPIRY_S = 7 * 86_400
"""As long as the broker keeps the service's session: no value expires while the service is away.

Its age does no harm: the service sees it, keeps the value and does not judge it.
"""
GREETING_S_MAX = 3.0
GOODBYE_S_MAX = 0.5

log = logging.getLogger("chairside.simulators")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Where a device publishes, and the words of its availability."""

    values: str
    availability: str
    online: bytes
    offline: bytes


class Publisher:
    """One device's values, in order, one under way at a time.

    `send` never waits; `run` does the sending and returns when cancelled.
    `dropped` counts values given up because too many were held, `unheard` the
    times that nobody subscribed, `resent` values sent again after a lost
    connection.
    """

    def __init__(
        self,
        address: BrokerAddress,
        topics: Topics,
        *,
        held_max: int = HELD_MAX,
        answer_s_max: float = GREETING_S_MAX,
        rng: random.Random | None = None,
    ) -> None:
        self.connections = self.confirmed = self.dropped = self.unheard = self.resent = 0
        self._address, self._topics, self._held_max = address, topics, held_max
        self._answer_s_max = answer_s_max
        self._rng = rng or random.Random(address.client_id)  # spreads reconnects
        self._held: deque[bytes] = deque()
        self._confirmed: deque[bytes] = deque(maxlen=AGAIN_MAX)
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()

    @property
    def held(self) -> int:
        """Values that the broker has not confirmed yet."""
        return len(self._held)

    def send(self, data: bytes) -> bool:
        """Hold a value for sending; False when an older one had to be given up for it."""
        full = len(self._held) >= self._held_max
        if full:
            self._held.popleft()
            self.dropped += 1
        self._held.append(data)
        self._filled.set()
        self._emptied.clear()
        return not full

    async def drained(self) -> None:
        """Wait until every value is confirmed."""
        await self._emptied.wait()

    async def run(self) -> None:
        """Publish for ever: connect, announce, send what is held, connect again when lost."""
        backoff = Backoff()
        while True:
            try:
                await self._connected(backoff)
            except* DeviceError as lost:
                log.warning("%s: %s", self._address.client_id, lost.exceptions[0])
                self.resent += len(self._confirmed)
                self._held.extendleft(reversed(self._confirmed))
                self._confirmed.clear()
            # Monitors that lost the broker together must not all come back together.
            await asyncio.sleep(backoff.next_s() * self._rng.uniform(0.5, 1.0))

    async def _connected(self, backoff: Backoff) -> None:
        """One connection: birth, values, and at an orderly end the same word as the will."""
        topics = self._topics
        will = aiomqtt.Will(topics.availability, topics.offline, qos=1, retain=True)
        connection = Connection(
            self._address, SessionTerms(will=will), answer_s_max=self._answer_s_max
        )
        async with connection:
            try:
                # From here on a stop must say so: an orderly end does not send the will.
                await connection.publish(topics.availability, topics.online, retain=True)
                self.connections += 1
                backoff.reset()
                async with asyncio.TaskGroup() as group:
                    group.create_task(connection.lost())
                    group.create_task(self._send_held(connection))
            except asyncio.CancelledError:
                await self._take_leave(connection)
                raise

    async def _take_leave(self, connection: Connection) -> None:
        # A broker that does not take it in time says it for us: that is the will.
        topics = self._topics
        with contextlib.suppress(DeviceError, TimeoutError):
            async with asyncio.timeout(GOODBYE_S_MAX):
                await connection.publish(topics.availability, topics.offline, retain=True)

    async def _send_held(self, connection: Connection) -> None:
        unheard = Backoff()
        while True:
            if not self._held:
                self._emptied.set()
                self._filled.clear()
                await self._filled.wait()
            value = self._held[0]
            code = await connection.publish(self._topics.values, value, expiry_s=EXPIRY_S)
            if code == NOBODY_SUBSCRIBES or code >= REFUSED_FROM:
                self.unheard += 1
                await asyncio.sleep(unheard.next_s())
                continue
            unheard.reset()
            self.confirmed += 1
            # The oldest held may have been given up meanwhile, and with it this one.
            if self._held and self._held[0] is value:
                self._held.popleft()
            self._confirmed.append(value)
