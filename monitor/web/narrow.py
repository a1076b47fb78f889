"""uvicorn behind a narrow gate: for what faces the internet beside the watch over patients.

It takes in so many connections a second and holds so many at a time, each for
one request and a few seconds; what comes beyond that waits in the kernel, whose
queue is bounded. So the most work that a flood can cause is known beforehand.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS_MAX: Final = 24
CONNECTIONS_A_SECOND: Final = 25.0
CONNECTION_S_MAX: Final = 10.0
"""From its first byte to its last, whoever sends or reads slowly."""
WAITING_MAX: Final = 64
"""In the kernel, until they are taken in: after a flood that is some three seconds' worth."""
HEAD_BYTES_MAX: Final = 8_192
SILENT: Final = logging.getLogger("chairside.narrow")
"""uvicorn's own words about broken requests: a flood would fill the log with them."""


class NarrowServer(uvicorn.Server):
    """Serves `app` on one socket that listens already, until `should_exit`."""

    def __init__(self, app: ASGIApp, proxies: list[str]) -> None:
        SILENT.disabled = True
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                http=H11Protocol,
                log_config=None,
                access_log=False,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=proxies,
                server_header=False,
                h11_max_incomplete_event_size=HEAD_BYTES_MAX,
                timeout_graceful_shutdown=1,
            )
        )
        self._gate: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The service's own signal handlers stay."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the gate instead of uvicorn's own door, which has no measure."""
        assert sockets is not None
        sockets[0].setblocking(False)
        self.servers = []
        self._gate = asyncio.get_running_loop().create_task(self._take_in(sockets[0]), name="gate")
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the gate, then end what is under way."""
        if self._gate is not None:
            self._gate.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._gate
        await super().shutdown(sockets)

    async def _take_in(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1.0 / CONNECTIONS_A_SECOND)
            if len(self.server_state.connections) >= CONNECTIONS_MAX:
                continue
            # No room for another file, or the other side is gone already: the next one then.
            with contextlib.suppress(OSError):
                connection, _ = await loop.sock_accept(listening)
                transport, _ = await loop.connect_accepted_socket(self._protocol, connection)
                loop.call_later(CONNECTION_S_MAX, transport.abort)

    def _protocol(self) -> asyncio.Protocol:
        protocol = H11Protocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        protocol.logger = SILENT
        return protocol
