"""Serial device servers: connect, lose, come back, flood, never answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links.tcp import TcpLink
from tests.servers import free_port
from tests.waiting import take_bytes, until


class DeviceServer:
    """A box with one serial port, reachable over TCP."""

    def __init__(self) -> None:
        self.port = free_port()
        self.writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._greet, "127.0.0.1", self.port)

    async def die(self) -> None:
        """Power off: connections are reset, the port is closed."""
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _greet(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)


@asynccontextmanager
async def device_server() -> AsyncIterator[DeviceServer]:
    server = DeviceServer()
    await server.start()
    yield server
    await server.die()


def line(port: int, *, connect_s_max: float = 3.0) -> TcpLink:
    clock = Clock(asyncio.get_running_loop().time, epoch_us=0)
    return TcpLink("127.0.0.1", port, clock=clock, connect_s_max=connect_s_max)


@pytest.mark.requirement("LNK-010")
async def test_a_device_server_that_dies_is_noticed_and_taken_up_when_it_is_back() -> None:
    async with device_server() as server:
        link = line(server.port)
        async with link.open() as deliveries:
            await until(lambda: server.writers)
            server.writers[0].write(b"before")
            assert await take_bytes(deliveries, 6) == b"before"
            await server.die()
            with pytest.raises(DeviceError, match=rf"(?s)network line lost.*{server.port}"):
                await anext(deliveries)
        with pytest.raises(DeviceError, match=r"(?s)refuses the connection.*fix: check"):
            async with link.open():
                pass
        await server.start()
        async with link.open() as deliveries:
            await until(lambda: server.writers)
            server.writers[0].write(b"after")
            assert await take_bytes(deliveries, 5) == b"after"


async def test_an_orderly_close_is_a_lost_line_too() -> None:
    async with device_server() as server, line(server.port).open() as deliveries:
        await until(lambda: server.writers)
        server.writers[0].close()
        with pytest.raises(DeviceError, match=r"closed by the device server"):
            await anext(deliveries)


async def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    with socket.socket() as deaf:
        # A full queue of connections is silent, as a pulled cable is.
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        with pytest.raises(DeviceError, match=r"(?s)does not answer.*no answer within 0.3 s"):
            async with line(port, connect_s_max=0.3).open():
                pass
        for filler in fillers:
            filler.close()


@pytest.mark.requirement("LNK-002")
async def test_a_flood_over_the_network_does_not_delay_another_line() -> None:
    loop = asyncio.get_running_loop()
    async with device_server() as flooding, device_server() as quiet:
        flood_link, quiet_link = line(flooding.port), line(quiet.port)

        async def swallow() -> None:
            async with flood_link.open() as deliveries:
                await until(lambda: flooding.writers)
                flooding.writers[0].write(b"\xff" * 2_000_000)
                async for _ in deliveries:
                    pass

        swallowing = asyncio.create_task(swallow())
        await until(lambda: flood_link.throttle.held_back > 0)
        delays = []
        async with quiet_link.open() as deliveries:
            await until(lambda: quiet.writers)
            for number in range(50):
                sent_s = loop.time()
                quiet.writers[0].write(b"%03d" % number)
                assert await take_bytes(deliveries, 3) == b"%03d" % number
                delays.append(loop.time() - sent_s)
        swallowing.cancel()
        await asyncio.wait([swallowing])
    assert max(delays) < 0.25
