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


@dataclass(slots=True)
class Backoff:
    """How long to wait before the next try: 0.5 s, doubled at each failure, 10 s at most."""

    first_s: float = 0.5
    longest_s: float = 10.0
    _next_s: float = 0.0

    def next_s(self) -> float:
        """Seconds to wait now; the next answer is twice as long."""
        wait_s = min(max(self._next_s, self.first_s), self.longest_s)
        self._next_s = wait_s * 2.0
        return wait_s

    def reset(self) -> None:
        """It works again: the next failure waits shortly."""
        self._next_s = 0.0


@dataclass(slots=True)
class Throttle:
    """How fast a line may talk: `bytes_per_s` in the long run, `burst` bytes at once.

    A sound device never comes near; one that floods is read no faster than this
    and its kernel buffer fills instead of our time. `held_back` counts the waits.
    """

    bytes_per_s: float = 65_536.0
    burst: float = 65_536.0
    held_back: int = 0
    _debt: float = 0.0
    _at_s: float = 0.0

    def take(self, count: int, now_s: float) -> float:
        """Note `count` bytes read at `now_s`; the seconds to wait before reading more."""
        paid = (now_s - self._at_s) * self.bytes_per_s
        self._debt, self._at_s = max(0.0, self._debt - paid) + count, now_s
        wait_s = max(0.0, self._debt - self.burst) / self.bytes_per_s
        self.held_back += wait_s > 0.0
        return wait_s
