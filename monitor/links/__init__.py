"""How bytes reach us: a link gives deliveries and says when it is up or down.

Knows ports, sockets and brokers. Does not know what the bytes mean.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Bytes as they came.

    `channel` is the MQTT topic ("" elsewhere). `received_s` is the monotonic
    arrival time. `retained` marks a broker's memory: stored, never fresh.
    """

    data: bytes
    received_s: float
    channel: str = ""
    retained: bool = False
    receipt: Receipt | None = None


class Receipt(Protocol):
    """A sender's claim on us: `confirm` tells it that the delivery is committed."""

    def confirm(self) -> None: ...


class Link(Protocol):
    """One device's way in. `open` may raise `DeviceError`; so may the stream, when it breaks.

    The stream ends, or raises `DeviceError`, when the line is lost; the
    supervisor opens it again with back-off.
    """

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Delivery]]: ...
