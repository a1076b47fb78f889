"""MQTT: one broker connection for the clinic, its messages handed to devices by topic.

Messages come with QoS 1 into a session that the broker keeps while we are away,
and are acknowledged only when their receipt is confirmed, after our commit.
Knows topics. Does not know what the bytes mean.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from paho.mqtt.client import MQTTMessage

from monitor.clock import Clock
from monitor.errors import ConfigError, DeviceError
from monitor.links import Backoff, Delivery
from monitor.links.connection import (
    ANSWER_S_MAX,
    BrokerAddress,
    Connection,
    SessionTerms,
    marks_of,
)
from monitor.links.topics import Routes
from monitor.status import StatusLine

RECEIVE_MAX = 1_024
"""Messages the broker may send ahead of our commits.

A device's queue takes two such windows: one left over from a lost connection,
and the same messages once more from the next.
"""
SESSION_EXPIRY_S = 7 * 86_400
"""A clinic closed for days loses nothing; one given up does not fill the broker for ever."""
STEADY_S = 10.0
SHORT_MAX = 3
"""So many connections in a row that did not last: somebody else connects with our name."""
UNKNOWN_TOPICS_MAX = 64
SAMPLE_BYTES_MAX = 32
OWN, WATCHED = 1, 2
"""Marks of the subscriptions for devices, and of those for whoever else is there."""
UNWATCHED = "a monitor that the configuration does not know and that sends as a chair is not told"
MARKS_FIX = "use one that has (MQTT 5.0, 3.2.2.3.12), such as mosquitto"
REFUSAL_FIX = "let our user subscribe to it, as `topic read #` of config/mosquitto.acl does"

log = logging.getLogger("chairside.links")


class MqttReceipt:
    """The broker's claim on one message, bound to the connection that brought it."""

    __slots__ = ("_connection", "_message_id")

    def __init__(self, connection: Connection, message_id: int) -> None:
        self._connection: Connection | None = connection
        self._message_id = message_id

    def confirm(self) -> None:
        """Acknowledge, once; harmless after the connection is lost. From any thread."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.acknowledge(self._message_id)


class MqttLink:
    """One device's share of the broker's messages, in the order they came.

    The queue is bounded. A message that finds it full stays unacknowledged and
    comes again; one sent with QoS 0 can not, so it is counted in `lost`.
    """

    def __init__(self, topic_filter: str, *, queue_max: int) -> None:
        self.topic_filter = topic_filter
        self.lost = 0
        self.held = 0
        self.set_aside = 0
        self._queue_max = queue_max
        self._waiting: deque[Delivery] = deque()
        self._connection: Connection | None = None
        self._failure: DeviceError | None = None
        self._told = ""
        self._changed = asyncio.Event()
        self._last: Delivery | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Delivery]]:
        """Wait for the broker; `DeviceError` tells each new reason why it is not there once."""
        while self._connection is None:
            self._tell()
            await self._change()
        try:
            yield self._deliveries()
        except DeviceError:
            raise
        except Exception:
            self._set_aside()
            raise

    def take(self, delivery: Delivery) -> None:
        """Queue a message for the device, if there is room."""
        if len(self._waiting) >= self._queue_max:
            self.held += delivery.receipt is not None
            self.lost += delivery.receipt is None
            return
        self._waiting.append(delivery)
        self._changed.set()

    def up(self, connection: Connection) -> None:
        """The broker has welcomed us and sends this device's messages.

        What waits here from an earlier connection stays: a broker that was killed
        has forgotten the messages it had under way to us.
        """
        self._connection, self._failure, self._told = connection, None, ""
        self._changed.set()

    def down(self, failure: DeviceError) -> None:
        """The broker is lost, or refuses this filter."""
        self._connection, self._failure = None, failure
        self._changed.set()

    async def _deliveries(self) -> AsyncIterator[Delivery]:
        while True:
            while self._waiting:
                self._last = self._waiting.popleft()
                yield self._last
                # A backlog must not keep the other tasks from their turn.
                await asyncio.sleep(0)
            if self.held and self._connection is not None:
                self._connection.drop()
            self._tell()
            await self._change()

    def _tell(self) -> None:
        failure = self._failure
        if failure is not None and self._told != str(failure):
            self._told = str(failure)
            raise DeviceError(
                failure.what, where=failure.where, why=failure.why, fix=failure.fix
            ) from failure

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _set_aside(self) -> None:
        """Its reader failed on this message; sent again it would fail again, and hold a place."""
        last = self._last
        if last is None or last.receipt is None:
            return
        self.set_aside += 1
        sample = last.data[:SAMPLE_BYTES_MAX]
        log.error("set aside %d bytes on %s: %r ...", len(last.data), last.channel, sample)
        last.receipt.confirm()


class Broker:
    """The clinic's one connection to its broker, kept alive by `run`.

    `unknown` counts messages by topic that no device of the configuration owns, `strange`
    is when the newest live one of each came.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        clock: Clock,
        receive_max: int = RECEIVE_MAX,
        answer_s_max: float = ANSWER_S_MAX,
    ) -> None:
        self.address = address
        self.unknown: Counter[str] = Counter()
        self.strange: dict[str, float] = {}
        self.connections = 0
        self.forgotten = 0
        self._clock = clock
        self._terms = SessionTerms(expiry_s=SESSION_EXPIRY_S, receive_max=receive_max)
        self._answer_s_max = answer_s_max
        self._routes: Routes[MqttLink] = Routes()
        self._watched: list[str] = []
        self._unwatched = ""
        self._failure: DeviceError | None = None
        self._backoff = Backoff()
        self._short = 0

    def link(self, topic_filter: str, *, queue_max: int | None = None) -> MqttLink:
        """A link for the messages of one filter, to be made before `run`.

        Raises `ConfigError` where the filter is malformed or overlaps another one.
        """
        link = MqttLink(topic_filter, queue_max=queue_max or 2 * self._terms.receive_max)
        try:
            self._routes.add(topic_filter, link)
        except ValueError as error:
            raise ConfigError(
                "topic filter can not be used",
                where=f"mqtt:{topic_filter}",
                why=str(error),
                fix="give each device a filter of its own, such as clinic/chair/device/#",
            ) from error
        return link

    def watch(self, topic_filter: str) -> None:
        """Receive what comes by this filter as well, to be told of strangers; before `run`."""
        self._watched.append(topic_filter)

    async def run(self) -> None:
        """Connect, and connect again whenever the broker is lost, with back-off."""
        while True:
            began_s = self._clock.monotonic()
            try:
                await self._serve()
            except DeviceError as failure:
                log.warning("%s", failure)
                self._failure = failure
                for link in self._routes.owners:
                    link.down(failure)
            # A broker that welcomes us and drops us at once is not asked twice a second for ever.
            if self._clock.monotonic() - began_s >= STEADY_S:
                self._backoff.reset()
                self._short = 0
            await asyncio.sleep(self._backoff.next_s())

    def status(self) -> list[StatusLine]:
        """What the page says: the broker lost, messages of no device, messages set aside."""
        lines = []
        if self._failure is not None:
            text = f"{self._failure.what}: {self._failure.why} ({self.address.where})"
            lines.append(StatusLine("error", "BROKER LOST", text))
        if self._short >= SHORT_MAX:
            text = f"broker drops us again and again: who else is {self.address.client_id!r}?"
            lines.append(StatusLine("error", "BROKER DROPS US", text))
        if self.unknown:
            topic, _ = self.unknown.most_common(1)[0]
            text = f"{self.unknown.total()} messages of no configured device, most on {topic}"
            lines.append(StatusLine("warn", "UNKNOWN DEVICE", text))
        if self._unwatched:
            text = f"{UNWATCHED}: the broker ({self.address.where}) {self._unwatched}"
            lines.append(StatusLine("warn", "STRANGERS NOT TOLD", text))
        if self.forgotten:
            text = f"broker forgot our session {self.forgotten} times: values may be missing"
            lines.append(StatusLine("warn", "BROKER FORGOT US", text))
        for link in self._routes.owners:
            lines += _link_lines(link)
        if self.address.exposed:
            text = f"{self.address.where} is not encrypted"
            lines.append(StatusLine("warn", "BROKER UNENCRYPTED", text))
        return lines

    async def _serve(self) -> None:
        """One connection, from welcome to loss."""
        links = self._routes.owners
        for link in links:
            link.held = 0
        connection = Connection(
            self.address,
            self._terms,
            incoming=lambda message: self._receive(connection, message),
            answer_s_max=self._answer_s_max,
        )
        async with connection:
            refused = await connection.subscribe(self._routes.filters, mark=OWN)
            self._unwatched = await self._watch(connection)
            self.connections += 1
            self.forgotten += self.connections > 1 and not connection.session_present
            self._failure = None
            for link in links:
                if link.topic_filter in refused:
                    link.down(self._refusal(link.topic_filter))
                else:
                    link.up(connection)
            try:
                await connection.lost()
            finally:
                self._short += not connection.dropped
                if connection.dropped:
                    self._backoff.reset()

    async def _watch(self, connection: Connection) -> str:
        """Subscribe to whoever else is there; what the broker denies us of that, and the fix."""
        if not self._watched:
            return ""
        if not connection.marks:
            return f"has no subscription identifiers; {MARKS_FIX}"
        # Nothing of a stranger is kept, so nothing of it need be sent again.
        refused = await connection.subscribe(self._watched, qos=0, mark=WATCHED)
        if not refused:
            return ""
        others = f" and {len(refused) - 1} others" if refused[1:] else ""
        return f"refuses {refused[0]}{others}; {REFUSAL_FIX}"

    def _receive(self, connection: Connection, message: MQTTMessage) -> None:
        receipt = MqttReceipt(connection, message.mid) if message.qos else None
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "(not UTF-8)"
        link = self._routes.owner(topic)
        if link is not None:
            if marks_of(message) == [WATCHED]:
                return  # the device's own subscription brings it too
            link.take(
                Delivery(
                    data=bytes(message.payload),
                    received_s=self._clock.monotonic(),
                    channel=topic,
                    retained=message.retain,
                    receipt=receipt,
                )
            )
            return
        known = topic in self.unknown or len(self.unknown) < UNKNOWN_TOPICS_MAX
        self.unknown[topic if known else "(others)"] += 1
        if known and not message.retain:
            self.strange[topic] = self._clock.monotonic()
        if receipt is not None:
            receipt.confirm()

    def _refusal(self, topic_filter: str) -> DeviceError:
        return DeviceError(
            "broker refuses the subscription",
            where=f"{self.address.where} {topic_filter}",
            why="the broker's access list does not let us read it",
            fix=f"add `topic read {topic_filter}` for our user to the broker's ACL file",
        )


def _link_lines(link: MqttLink) -> list[StatusLine]:
    lines = []
    if link.held or link.lost:
        text = f"{link.topic_filter}: {link.held} messages wait at the broker, {link.lost} lost"
        lines.append(StatusLine("error", "MESSAGES WAIT", text))
    if link.set_aside:
        text = f"{link.topic_filter}: {link.set_aside} messages could not be read, set aside"
        lines.append(StatusLine("warn", "MESSAGES UNREADABLE", text))
    return lines
