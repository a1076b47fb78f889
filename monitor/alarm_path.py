"""A synthetic chair in permanent test alarm, and a reader that sees it arrive as a page would.

Each second it puts one frame of bytes on a wire of its own; decoder, intake,
engine, board, hub and the HTTP stream carry it like any other. It is proved
only when the stream that we read back tells of that very frame with its HIGH
alarm. The chair is in no configuration: the ward keeps it off the wall and out
of the record (`monitor.ward`), and it never sounds.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import urlsplit

from monitor.clinic import Chair, Device
from monitor.clock import Clock
from monitor.conditions import Priority
from monitor.drivers import Driver, Shown
from monitor.links.direct import DirectWire
from monitor.showing import TEST_CHAIR
from monitor.status import StatusLine
from monitor.vitals import GenerationMode, VitalSign

ROUND_S = 1.0
QUIET_S = 5.0
"""A stream without an event for so long is opened anew; a page does the same."""
RETRY_S = 0.5
AWAITED_MAX = 64
LOW_SPO2, STEPS = 50, 20
"""Deep below every limit; one up or down a second, so that each value is another."""
DEVICE = Device(
    id=TEST_CHAIR,
    driver="chairside-json",
    link=f"direct:{TEST_CHAIR}",
    chair=TEST_CHAIR,
    mode=GenerationMode.TEST,
    vitals=frozenset({VitalSign.SPO2}),
)
CHAIR = Chair(id=TEST_CHAIR, label="test")
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  where to knock, not to bind


class AlarmPath:
    """A worker of the service: sends the rounds, reads the stream, tells `proved` of each.

    `ago_s` says how long ago the last one came through.
    """

    def __init__(
        self,
        clock: Clock,
        driver: Driver,
        *,
        proved: Callable[[], None],
        ago_s: Callable[[], float],
    ) -> None:
        self.link = DirectWire(TEST_CHAIR, clock=clock)
        self._clock, self._proved, self._ago_s = clock, proved, ago_s
        self._encoder = driver.encoder(device=TEST_CHAIR)
        self._awaited: deque[str] = deque(maxlen=AWAITED_MAX)
        self._address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._ever = False

    def reach(self, url: str) -> None:
        """The pages are served here."""
        self._address.set_result(url)

    async def run(self) -> None:
        """Send and read until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send(), name="alarm-path-send")
            group.create_task(self._read(), name="alarm-path-read")

    def status(self) -> list[StatusLine]:
        """How long ago the path was proved."""
        if not self._ever:
            return [StatusLine("info", "alarm path not yet", "alarm path not checked yet")]
        ago = f"{self._ago_s():.0f} s"
        return [StatusLine("info", f"alarm path {ago}", f"alarm path checked {ago} ago")]

    def take(self, data: bytes) -> None:
        """One test event of the stream: it counts when it tells of a frame that is awaited.

        Frames come through in their order, so those before it are not waited for
        any more; of two alike the older is meant.
        """
        told = json.loads(data)
        if told["priority"] != Priority.HIGH.name or told["value"] not in self._awaited:
            return
        while self._awaited.popleft() != told["value"]:
            pass
        self._ever = True
        self._proved()

    async def _send(self) -> None:
        for value in triangle():
            shown = Shown(
                at_us=self._clock.utc_us(),
                values={VitalSign.SPO2: float(value)},
                validity={},
                mode=GenerationMode.TEST,
                nibp_at_us=None,
            )
            self._awaited.append(str(value))
            self.link.send(self._encoder.encode(shown))
            await asyncio.sleep(ROUND_S)

    async def _read(self) -> None:
        parts = urlsplit(await self._address)
        host = ANYWHERE.get(parts.hostname or "", parts.hostname or "")
        while True:
            try:
                async for data in events_of_test(host, parts.port or 80):
                    self.take(data)
            except (OSError, EOFError, TimeoutError):
                # The age of the last proof rises, and that is what tells.
                await asyncio.sleep(RETRY_S)


def triangle() -> Iterator[int]:
    """Up and down for ever, by one."""
    while True:
        yield from range(LOW_SPO2, LOW_SPO2 + STEPS)
        yield from range(LOW_SPO2 + STEPS, LOW_SPO2, -1)


async def events_of_test(host: str, port: int) -> AsyncIterator[bytes]:
    """The data of the stream's test events, over HTTP as a browser gets them."""
    reader, writer = await asyncio.open_connection(host, port, limit=2**22)
    shown = f"[{host}]" if ":" in host else host
    try:
        writer.write(f"GET /api/stream HTTP/1.1\r\nHost: {shown}\r\n\r\n".encode())
        ours = False
        while True:
            async with asyncio.timeout(QUIET_S):
                line = await reader.readline()
            if not line:
                raise EOFError
            if line.startswith(b"event:"):
                ours = line.strip() == b"event: test"
            elif ours and line.startswith(b"data: "):
                yield line.removeprefix(b"data: ")
    finally:
        writer.close()
