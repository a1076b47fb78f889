"""The wires a simulated monitor sends on. The pseudo-terminal is the serial port of the service.

A wire takes bytes and never waits: a line to which nobody listens loses them,
as copper does.
"""

from __future__ import annotations

import os
import tty
from types import TracebackType
from typing import Protocol, Self


class Wire(Protocol):
    """Where a monitor's bytes go."""

    def send(self, data: bytes) -> bool:
        """Give the bytes to the line; False when some are lost. Never waits."""
        ...


class PtyWire:
    """A pseudo-terminal: the monitor writes to one end, the service opens `path` as a serial port.

    Keep it open with `with`; closing it is the cable pulled out.
    """

    def __init__(self) -> None:
        self._near, self._far = os.openpty()
        os.set_blocking(self._near, False)
        # Without raw mode the line would echo and wait for a newline until the service opens it.
        tty.setraw(self._far)
        self.path = os.ttyname(self._far)
        self.lost_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._near)
        os.close(self._far)

    @property
    def link(self) -> str:
        """As it stands in a configuration."""
        return f"serial:{self.path}"

    def send(self, data: bytes) -> bool:
        """Write what the line takes; the rest is lost and counted."""
        try:
            sent = os.write(self._near, data)
        except BlockingIOError:
            sent = 0
        self.lost_bytes += len(data) - sent
        return sent == len(data)
