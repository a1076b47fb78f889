"""One reader's response: server-sent events, each sent within its time or not at all.

A plain streaming response and nothing more: the usual helpers add tens of
milliseconds at the slow end and wait for the reader when we stop. Knows
starlette; knows no clinic.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

SEND_S_MAX = 5.0
HURRY_S = 0.2


class EventStream(StreamingResponse):
    """Sends `events`; a browser that takes nothing for 5 s is cut off.

    It stands in `among` as long as it is sending.
    """

    def __init__(self, events: AsyncGenerator[bytes], *, among: set[EventStream]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._events, self._among = events, among
        self._limit: asyncio.Timeout | None = None

    def hurry(self) -> None:
        """The service stops: what is being sent has 0.2 s left."""
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + HURRY_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the events end, the reader goes, or it takes nothing for 5 s."""
        self._among.add(self)
        try:
            await super().__call__(scope, receive, self._within_time(send))
        except TimeoutError:
            # Returning unfinished makes the server drop the connection.
            return
        finally:
            await self._events.aclose()
            self._among.discard(self)

    def _within_time(self, send: Send) -> Send:
        async def limited(message: Message) -> None:
            try:
                async with asyncio.timeout(SEND_S_MAX) as self._limit:
                    await send(message)
            finally:
                self._limit = None

        return limited
