"""One publisher, many readers: numbered messages into each reader's own bounded slot.

Knows nothing of who listens or what a message means. A reader that does not
keep up loses its slot, never anybody's time: its next `get` raises `Overrun`
and it starts again from a snapshot.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SLOT_MESSAGES_MAX = 512


@dataclass(frozen=True, slots=True)
class Message:
    """`seq` rises by one per publish, `name` says what kind it is, `data` is ready to send."""

    seq: int
    name: str
    data: bytes


class Overrun(Exception):
    """A reader fell more than a slot behind; it must take a new snapshot."""


class Slot:
    """One reader's bounded inbox."""

    def __init__(self, size_max: int) -> None:
        self._messages: deque[Message] = deque()
        self._size_max = size_max
        self._filled = asyncio.Event()
        self.overrun = False

    def put(self, message: Message) -> None:
        """Add a message, or mark the slot overrun and empty it. Never waits."""
        if len(self._messages) >= self._size_max:
            self.overrun = True
            self._messages.clear()
        if not self.overrun:
            self._messages.append(message)
        self._filled.set()

    async def get(self) -> list[Message]:
        """All messages since the last call, at least one; raises `Overrun` when some were lost."""
        await self._filled.wait()
        self._filled.clear()
        if self.overrun:
            raise Overrun
        messages = list(self._messages)
        self._messages.clear()
        return messages


class Hub:
    """Publishes to every open slot; `seq` is the number of the last message."""

    def __init__(self) -> None:
        self.seq = 0
        self.overruns = 0
        self._slots: set[Slot] = set()

    @property
    def readers(self) -> int:
        """How many slots are open."""
        return len(self._slots)

    def publish(self, name: str, data: bytes) -> None:
        """Number the message and hand it to every slot. Never waits."""
        self.seq += 1
        message = Message(self.seq, name, data)
        for slot in self._slots:
            was = slot.overrun
            slot.put(message)
            self.overruns += slot.overrun and not was

    @contextmanager
    def subscribe(self, size_max: int = SLOT_MESSAGES_MAX) -> Iterator[Slot]:
        """A slot that receives every message published from this instant on.

        Take the snapshot in the same step, without awaiting, and nothing falls in between.
        """
        slot = Slot(size_max)
        self._slots.add(slot)
        try:
            yield slot
        finally:
            self._slots.discard(slot)
