"""Serial ports: opened by pyserial, read by the loop, bytes handed on as they come.

Knows ports and their errors. Does not know what the bytes mean, and sends none.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import serial

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links import Delivery, Throttle

CHUNK_BYTES_MAX = 4_096
"""One turn of the loop reads at most this much, so that no line keeps the others waiting."""
LOOK_AGAIN_S = 0.5

_FIXES = {
    errno.ENOENT: "plug the cable in; `ls /dev/serial/by-id` shows what is there",
    errno.EACCES: "add the service's user to the group that owns the port (Debian: dialout)",
    errno.EAGAIN: "stop the other program that has opened the port",
    errno.EBUSY: "stop the other program that has opened the port",
}
_WHATS = {
    errno.ENOENT: "serial port not found",
    errno.EACCES: "no permission for the serial port",
    errno.EAGAIN: "serial port in use by another program",
    errno.EBUSY: "serial port in use by another program",
}


class SerialLink:
    """One serial line, 8 data bits, no parity, 1 stop bit, as all our protocols have it.

    `path` is looked up at each opening, so a `/dev/serial/by-id` name finds the
    adapter again under whatever number the kernel gave it. A port that is not
    there is an error once; after that `open` waits for it to appear.
    """

    def __init__(self, path: str, *, baud: int, clock: Clock) -> None:
        self.path, self.baud = path, baud
        self.throttle = Throttle()
        self._clock = clock
        self._missing_told = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Delivery]]:
        """Take the port for ourselves; `DeviceError` says why it can not be had."""
        if self._missing_told:
            await self._appearance()
        port = await self._take()
        try:
            yield self._deliveries(port)
        finally:
            await asyncio.to_thread(port.close)

    async def _appearance(self) -> None:
        # No event tells of a new file.
        while not await asyncio.to_thread(Path(self.path).exists):
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _take(self) -> serial.Serial:
        opening = asyncio.get_running_loop().run_in_executor(None, _open_port, self.path, self.baud)
        try:
            port = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise
        except (OSError, ValueError) as error:
            code = error.errno if isinstance(error, OSError) else None
            self._missing_told = code == errno.ENOENT
            raise DeviceError(
                _WHATS.get(code or 0, "serial port does not open"),
                where=self.path,
                why=str(error),
                fix=_FIXES.get(code or 0, "check adapter, cable and path"),
            ) from error
        self._missing_told = False
        return port

    async def _deliveries(self, port: serial.Serial) -> AsyncIterator[Delivery]:
        file = port.fileno()
        while True:
            await _readable(file)
            data = self._read(file)
            if data is None:
                continue
            now_s = self._clock.monotonic()
            yield Delivery(data=data, received_s=now_s)
            if wait_s := self.throttle.take(len(data), now_s):
                await asyncio.sleep(wait_s)

    def _read(self, file: int) -> bytes | None:
        """What is there, None for a false alarm; an unplugged adapter reads as nothing or fails."""
        try:
            data = os.read(file, CHUNK_BYTES_MAX)
        except BlockingIOError:
            return None
        except OSError as error:
            raise self._lost(error.strerror or str(error)) from error
        if not data:
            raise self._lost("the port reads as ended")
        return data

    def _lost(self, why: str) -> DeviceError:
        return DeviceError(
            "serial line lost",
            where=self.path,
            why=why,
            fix="plug the adapter in again; it is taken up by itself",
        )


def _open_port(path: str, baud: int) -> serial.Serial:
    """Open exclusively; blocks, so it runs in a thread."""
    port = serial.Serial(path, baudrate=baud, timeout=0, exclusive=True)
    # Some adapters collect bytes for 16 ms unless told not to; others have no such switch.
    with contextlib.suppress(ValueError, OSError, NotImplementedError):
        port.set_low_latency_mode(True)
    return port


def _close_unwanted(opening: asyncio.Future[serial.Serial]) -> None:
    """The opener was cancelled meanwhile: nobody else will close the port."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


async def _readable(file: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(file, _settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(file)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
