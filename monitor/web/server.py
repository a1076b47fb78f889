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

BACKLOG = 256


class WebDisplay:
    """The pages, served on `host`:`port`; 0 lets the system choose.

    `ready` is called with the address once it answers.
    """

    def __init__(self, host: str, port: int, *, ready: Callable[[str], None]) -> None:
        self._host, self._port, self._ready = host, port, ready

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """Serve until `stop`. Raises `ConfigError` when the address can not be had."""
        live = Live(clinic)
        config = uvicorn.Config(
            create_app(clinic, live),
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        with self._bound() as listening:
            host, port = listening.getsockname()[:2]
            server = _Server(config, lambda: self._ready(f"http://{host}:{port}"))
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(server.serve([listening]), name="uvicorn")
                beating = group.create_task(live.run(), name="live")
                await stop.wait()
                live.close()
                server.should_exit = True
                await asyncio.wait([serving])
                beating.cancel()

    @contextmanager
    def _bound(self) -> Iterator[socket.socket]:
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind((self._host, self._port))
            except OSError as error:
                raise ConfigError(
                    f"cannot listen on {self._host}:{self._port}",
                    where="[web] listen",
                    why=error.strerror or str(error),
                    fix="stop what uses that port, or choose another",
                ) from error
            listening.listen(BACKLOG)
            yield listening


class _Server(uvicorn.Server):
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
