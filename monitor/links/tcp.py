"""Serial device servers: the same bytes as a serial port gives, over TCP.

Knows sockets. Does not know what the bytes mean, and sends none.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links import Delivery, Throttle

CHUNK_BYTES_MAX = 4_096
CONNECT_S_MAX = 3.0
KEEPALIVE_IDLE_S, KEEPALIVE_EVERY_S, KEEPALIVE_TRIES = 5, 2, 3
"""A cable pulled beyond the switch sends no word; the kernel notices after about 11 s."""

_FIX = "check that the device server is on, at this address, and that nobody else is connected"


class TcpLink:
    """One connection to one serial port of a device server."""

    def __init__(
        self, host: str, port: int, *, clock: Clock, connect_s_max: float = CONNECT_S_MAX
    ) -> None:
        self.host, self.port = host, port
        self.throttle = Throttle()
        self._clock = clock
        self._connect_s_max = connect_s_max

    @property
    def where(self) -> str:
        """The address as the configuration writes it."""
        return f"tcp://{self.host}:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[Delivery]]:
        """Connect; `DeviceError` when nobody answers in time."""
        reader, writer = await self._connect()
        try:
            yield self._deliveries(reader)
        finally:
            # Nothing is ever sent, so there is nothing to wait for.
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self._connect_s_max):
                reader, writer = await asyncio.open_connection(
                    self.host, self.port, limit=CHUNK_BYTES_MAX
                )
        except TimeoutError as error:
            why = f"no answer within {self._connect_s_max:g} s"
            raise DeviceError(
                "device server does not answer", where=self.where, why=why, fix=_FIX
            ) from error
        except OSError as error:
            why = error.strerror or str(error)
            raise DeviceError(
                "device server refuses the connection", where=self.where, why=why, fix=_FIX
            ) from error
        _watch_for_silence(writer.get_extra_info("socket"))
        return reader, writer

    async def _deliveries(self, reader: asyncio.StreamReader) -> AsyncIterator[Delivery]:
        while True:
            try:
                data = await reader.read(CHUNK_BYTES_MAX)
            except OSError as error:
                raise self._lost(error.strerror or str(error)) from error
            if not data:
                raise self._lost("closed by the device server")
            now_s = self._clock.monotonic()
            yield Delivery(data=data, received_s=now_s)
            # A read that finds bytes waiting does not give way by itself.
            await asyncio.sleep(self.throttle.take(len(data), now_s))

    def _lost(self, why: str) -> DeviceError:
        return DeviceError("network line lost", where=self.where, why=why, fix=_FIX)


def _watch_for_silence(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_EVERY_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_TRIES)
