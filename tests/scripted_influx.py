"""An InfluxDB that misbehaves on command, over real sockets: for answers a real one seldom gives.

It keeps what it accepts as InfluxDB does (one point for each series and time)
and remembers every block it was sent, in order.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HANG, LOSE = "hang", "lose"
"""Answers: never; or store the block and close without a word."""
Answer = int | tuple[int, str] | str


@dataclass
class ScriptedInflux:
    """Answers POSTs by `script`, first to last, then 204 for ever."""

    script: list[Answer] = field(default_factory=list)
    blocks: list[list[str]] = field(default_factory=list)
    points: dict[tuple[str, str], str] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    in_flight_max: int = 0
    _in_flight: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[None]:
        """Serve on `port`, or on a free one."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=2**24)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(head.lower().split("content-length:")[1].split("\r\n")[0])
                body = (await reader.readexactly(length)).decode()
                self.headers.append(head)
                self._in_flight += 1
                self.in_flight_max = max(self.in_flight_max, self._in_flight)
                going_on = await self._answer(body.split("\n"), reader, writer)
                self._in_flight -= 1
                if not going_on:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _answer(
        self, lines: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        self.blocks.append(lines)
        answer = self.script.pop(0) if self.script else 204
        if answer in (204, LOSE):
            self._store(lines)
        if answer == LOSE:
            return False
        if answer == HANG:
            # Until the client gives up.
            await reader.read(1)
            return False
        status, body = answer if isinstance(answer, tuple) else (int(answer), error(int(answer)))
        told = body.encode() if status != 204 else b""
        writer.write(b"HTTP/1.1 %d Scripted\r\nContent-Length: %d\r\n\r\n" % (status, len(told)))
        writer.write(told)
        await writer.drain()
        return True

    def _store(self, lines: list[str]) -> None:
        for line in lines:
            series, _, rest = line.partition(" ")
            self.points[series, rest.rpartition(" ")[2]] = line


def error(status: int, message: str = "scripted", code: str = "scripted") -> str:
    """A body as InfluxDB sends it."""
    return json.dumps({"code": code, "message": f"{message} {status}"})
