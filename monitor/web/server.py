"""uvicorn inside our own loop: our socket, our signals, our stop.

The port is bound by us, since uvicorn ends the process from inside the loop
when it is taken; streams are ended by our own event, since uvicorn would wait
for them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from monitor.displays import Clinic
from monitor.errors import ConfigError
from monitor.web.app import create_app
from monitor.web.live import Live
from monitor.web.stream import HURRY_S, SEND_S_MAX

BACKLOG = 256
SEND_BUFFER_BYTES = 262_144
"""What one browser may leave unread in the kernel; the system's own bound is megabytes."""


class WebDisplay:
    """The pages, served on `host`:`port`; 0 lets the system choose.

    `ready` is called with the address once it answers.
    """

    def __init__(self, host: str, port: int, *, ready: Callable[[str], None]) -> None:
        self._host, self._port, self._ready = host, port, ready

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """Serve until `stop`, and end within 1 s of it whoever is still reading.

        Raises `ConfigError` when the address cannot be had.
        """
        live = Live(clinic)
        config = uvicorn.Config(
            create_app(clinic, live),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        with bound(self._host, self._port, where="[web] listen") as listening:
            server = Server(config, lambda: self._ready(url_of(listening)))
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(server.serve([listening]), name="uvicorn")
                beating = group.create_task(live.run(), name="live")
                stopping = group.create_task(stop.wait(), name="stop")
                await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
                if not stopping.done():
                    raise RuntimeError("the web server ended by itself")
                live.close()
                await asyncio.sleep(HURRY_S)
                server.drop_unread()
                server.should_exit = True
                await asyncio.wait([serving])
                beating.cancel()


@contextmanager
def bound(host: str, port: int, *, where: str, backlog: int = BACKLOG) -> Iterator[socket.socket]:
    """A socket that listens there; `where` names the key of the configuration.

    So many connections as `backlog` says wait in the kernel until they are taken in.

    Raises `ConfigError` when the address cannot be had.
    """
    plain = host.strip("[]")
    family = socket.AF_INET6 if ":" in plain else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it events wait 40 ms.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # A browser that vanished, or takes nothing, is dropped by the kernel too.
            limit_ms = round(SEND_S_MAX * 1_000)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit_ms)
        try:
            listening.bind((plain, port))
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host}:{port}",
                where=where,
                why=error.strerror or str(error),
                fix="stop what uses that port, or choose another",
            ) from error
        listening.listen(backlog)
        yield listening


def url_of(listening: socket.socket) -> str:
    """Where a socket answers."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


class Server(uvicorn.Server):
    """uvicorn without its hands on the process's signals."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The service's own signal handlers stay."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell that it answers."""
        await super().startup(sockets=sockets)
        self._ready()

    def drop_unread(self) -> None:
        """Drop connections whose other side does not take what was sent."""
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if isinstance(transport, asyncio.Transport) and transport.get_write_buffer_size():
                transport.abort()
