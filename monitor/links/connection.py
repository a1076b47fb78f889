"""One connection to an MQTT broker: aiomqtt's, with acknowledgement in our own hands.

aiomqtt 2 acknowledges a message when it arrives, so a crash before our commit
would lose it. paho, beneath it, can leave that to us; this file is the only
one that reaches through to paho. Knows MQTT 5. Knows no device and no topic.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, cast

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from monitor.errors import DeviceError

KEEPALIVE_S = 3
"""A broker that stops answering is noticed after two of these and two ticks of a second."""
ANSWER_S_MAX = 3.0
REFUSED_FROM = 0x80
"""Reason codes from here on say no (MQTT 5.0, section 2.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where the broker is and who we are to it. `ca_file` switches TLS on."""

    host: str
    port: int = 1883
    client_id: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @property
    def where(self) -> str:
        """The address in words for messages."""
        return f"{'mqtts' if self.ca_file else 'mqtt'}://{self.host}:{self.port}"

    @property
    def exposed(self) -> bool:
        """True when readings and password cross a network in clear."""
        return self.ca_file is None and not _is_loopback(self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """What we ask of the broker at connecting.

    `expiry_s` 0 means a session that ends with the connection; otherwise the
    broker keeps our messages that long while we are away. `receive_max` bounds
    the messages it may have sent without our acknowledgement.
    """

    expiry_s: int = 0
    receive_max: int = 20
    will: aiomqtt.Will | None = None


Incoming = Callable[[paho.MQTTMessage], None]


class Connection:
    """From the broker's welcome to the loss of it. Each object connects once.

    `session_present` tells whether the broker still knew our session, `marks` whether it
    can mark messages by subscription, `dropped` that it was we who ended the connection.
    """

    def __init__(
        self,
        address: BrokerAddress,
        terms: SessionTerms,
        *,
        incoming: Incoming | None = None,
        answer_s_max: float = ANSWER_S_MAX,
    ) -> None:
        self.session_present = False
        self.dropped = False
        self.marks = False
        self._address, self._terms, self._incoming = address, terms, incoming
        self._answer_s_max = answer_s_max
        self._loop = asyncio.get_running_loop()
        self._answers: dict[int, asyncio.Future[int]] = {}

    async def __aenter__(self) -> Self:
        """Connect; `DeviceError` says why the broker can not be had."""
        self._client = self._make_client(await self._tls())
        self._paho = self._take_over(self._client)
        try:
            with _keeping_cancellation():
                await self._client.__aenter__()
        except aiomqtt.MqttError as error:
            self._abandon()
            raise self._not_reached(str(error)) from error
        except asyncio.CancelledError:
            self._abandon()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say good-bye where that is still possible."""
        with contextlib.suppress(aiomqtt.MqttError, DeviceError):
            await self._client.__aexit__(kind, error, trace)
            # Takes the reason of the end from aiomqtt, which else logs that nobody did.
            await self.lost()

    async def subscribe(
        self, filters: Sequence[str], *, qos: int = 1, mark: int | None = None
    ) -> list[str]:
        """Subscribe to all filters; returns those that the broker refuses.

        What comes by them bears the `mark`, where the broker `marks`.
        """
        options, properties = SubscribeOptions(qos=qos), _properties(PacketTypes.SUBSCRIBE)
        if mark is not None and self.marks:
            properties.SubscriptionIdentifier = mark
        wanted = [(name, options) for name in filters]
        try:
            with _keeping_cancellation():
                codes = await self._client.subscribe(wanted, properties=properties)
        except aiomqtt.MqttError as error:
            raise self._lost(str(error)) from error
        numbers = [_number(code) for code in codes]
        return [name for name, code in zip(filters, numbers, strict=True) if code >= REFUSED_FROM]

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> int:
        """Publish with QoS 1; returns the broker's reason code (0x10: nobody subscribes)."""
        properties = _properties(PacketTypes.PUBLISH)
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
        sent = self._paho.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if sent.rc != paho.MQTT_ERR_SUCCESS:
            raise self._lost(paho.error_string(sent.rc))
        # The answer is read by this loop, so it can not have come before this line.
        answer: asyncio.Future[int] = self._loop.create_future()
        self._answers[sent.mid] = answer
        try:
            async with asyncio.timeout(self._answer_s_max):
                return await answer
        except TimeoutError as error:
            raise self._lost(f"no answer within {self._answer_s_max:g} s") from error
        finally:
            del self._answers[sent.mid]

    async def lost(self) -> NoReturn:
        """Wait for the end of this connection; raises `DeviceError` then."""
        try:
            async for _ in self._client.messages:
                pass
        except aiomqtt.MqttError as error:
            raise self._lost(str(error.__cause__ or error)) from error
        raise self._lost("ended by ourselves")

    def drop(self) -> None:
        """End the connection, so that the broker sends again what we have not acknowledged."""
        self.dropped = True
        self._paho.disconnect()

    def acknowledge(self, message_id: int) -> None:
        """Tell the broker that a message is ours now. From any thread; harmless once lost."""
        try:
            here = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            here = False
        if here:
            self._acknowledge(message_id)
        else:
            # A loop that has closed meanwhile has no broker to tell either.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._acknowledge, message_id)

    def _acknowledge(self, message_id: int) -> None:
        # After a reconnect the same number may name another message: never across connections.
        if self._paho.is_connected():
            self._paho.ack(message_id, 1)

    def _abandon(self) -> None:
        """Close the socket of a greeting that failed; aiomqtt leaves it open."""
        # Its own callback would stumble over a greeting that was cancelled.
        self._paho.on_disconnect = None
        self._paho.disconnect()

    async def _tls(self) -> ssl.SSLContext | None:
        """Made anew for each connection, so that renewed certificates are taken up."""
        if self._address.ca_file is None:
            return None
        try:
            return await asyncio.to_thread(_tls_context, self._address)
        except OSError as error:
            raise DeviceError(
                "broker certificates can not be read",
                where=str(self._address.ca_file),
                why=str(error),
                fix="check ca_file, cert_file and key_file in [mqtt]",
            ) from error

    def _make_client(self, tls: ssl.SSLContext | None) -> aiomqtt.Client:
        address, terms = self._address, self._terms
        properties = _properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = terms.expiry_s
        properties.ReceiveMaximum = terms.receive_max
        return aiomqtt.Client(
            address.host,
            address.port,
            username=address.username,
            password=address.password,
            identifier=address.client_id,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=terms.expiry_s == 0,
            properties=properties,
            will=terms.will,
            keepalive=KEEPALIVE_S,
            timeout=self._answer_s_max,
            tls_context=tls,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )

    def _take_over(self, client: aiomqtt.Client) -> paho.Client:
        """Put our own callbacks beneath aiomqtt's: the one place that reaches through."""
        inner = client._client  # noqa: SLF001  # the reach this file exists for
        inner.connect_timeout = self._answer_s_max
        inner.manual_ack_set(True)
        greeted = cast("paho.CallbackOnConnect_v2 | None", inner.on_connect)

        def on_connect(
            which: paho.Client,
            userdata: object,
            flags: paho.ConnectFlags,
            code: ReasonCode,
            properties: Properties | None,
        ) -> None:
            self.session_present = flags.session_present
            self.marks = getattr(properties, "SubscriptionIdentifierAvailable", 1) == 1
            if greeted is not None:
                greeted(which, userdata, flags, code, properties)

        def on_message(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
            if self._incoming is not None:
                self._incoming(message)

        def on_publish(
            _client: paho.Client, _data: object, mid: int, code: ReasonCode, _more: object
        ) -> None:
            answer = self._answers.get(mid)
            if answer is not None and not answer.done():
                answer.set_result(_number(code))

        inner.on_connect, inner.on_message, inner.on_publish = on_connect, on_message, on_publish
        return inner

    def _not_reached(self, why: str) -> DeviceError:
        return DeviceError(
            "broker not reached",
            where=self._address.where,
            why=why,
            fix="check that mosquitto runs there and that address, password and CA in [mqtt] fit",
        )

    def _lost(self, why: str) -> DeviceError:
        return DeviceError(
            "broker connection lost",
            where=self._address.where,
            why=why,
            fix="it is taken up again by itself; if not, check the broker's log",
        )


@contextlib.contextmanager
def _keeping_cancellation() -> Iterator[None]:
    """Raise a cancellation that `asyncio.wait_for` of Python 3.11, in aiomqtt, swallows.

    It does so when the answer comes in the same turn of the loop; the service
    would then never stop. An older count is left over from a task group there.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


def marks_of(message: paho.MQTTMessage) -> list[int]:
    """Of which marked subscriptions of ours a message is."""
    return list(getattr(message.properties, "SubscriptionIdentifier", ()))


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho leaves it untyped


def _number(code: ReasonCode | int) -> int:
    return int(code.value) if isinstance(code, ReasonCode) else code


def _tls_context(address: BrokerAddress) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=address.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if address.cert_file is not None:
        context.load_cert_chain(address.cert_file, address.key_file)
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
