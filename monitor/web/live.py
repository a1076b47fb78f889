"""The event stream: a snapshot, then every change, and a heartbeat each second.

A chair's tile is sent as soon as something in it changed, and once a second
whatever an age or a countdown has moved. Everything is encoded once and handed
to all readers through the hub; a reader that does not keep up is cut off or
begins again from a snapshot, and delays nobody.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Final

from pydantic import TypeAdapter
from starlette.responses import StreamingResponse
from starlette.types import Message as AsgiMessage
from starlette.types import Send

from monitor import __version__
from monitor.alerts import AlarmEvent
from monitor.board import StripEntry, Tile, Wall
from monitor.board.words import MARKS
from monitor.displays import Clinic
from monitor.hub import Message, Overrun, Slot
from monitor.ward import Change

HEARTBEAT_S = 1.0
SEND_S_MAX = 5.0
STREAMS_MAX = 200

WALL: Final = TypeAdapter(Wall)
TILE: Final = TypeAdapter(Tile)
STRIP: Final = TypeAdapter(tuple[StripEntry, ...])


class Live:
    """Publishes what the clinic shows. One for each application."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._shown: dict[str, bytes] = {}
        self.closing = False
        clinic.ward.listen(self._changed)

    @property
    def full(self) -> bool:
        """Are there as many streams as we serve?"""
        return self._clinic.hub.readers >= STREAMS_MAX

    async def run(self) -> None:
        """Send heartbeats and what time alone has changed, until cancelled."""
        while True:
            self._send_delta([chair.id for chair in self._clinic.config.chairs])
            self._publish("hb", {"now_ms": self._now_ms(), "seq": self._clinic.hub.seq})
            await asyncio.sleep(HEARTBEAT_S)

    def close(self) -> None:
        """End every stream."""
        self.closing = True
        self._publish("bye", {})

    def snapshot(self) -> bytes:
        """The whole wall, as JSON."""
        clinic = self._clinic
        wall = clinic.ward.board.wall(clinic.clock.monotonic(), clinic.clock.utc_us())
        extra = {
            "status": self._status(),
            "version": __version__,
            "staff": [
                {"id": one.id, "name": one.name, "role": one.role.value}
                for one in clinic.config.staff
            ],
        }
        return WALL.dump_json(wall)[:-1] + b"," + json.dumps(extra).encode()[1:]

    async def events(self) -> AsyncIterator[bytes]:
        """One reader's stream of server-sent events."""
        while not self.closing:
            with self._clinic.hub.subscribe() as slot:
                yield _event(Message(self._clinic.hub.seq, "snapshot", self.snapshot()))
                async for block in self._blocks(slot):
                    yield block

    async def _blocks(self, slot: Slot) -> AsyncIterator[bytes]:
        async for messages in _until_overrun(slot):
            yield b"".join(_event(one) for one in messages)
            if self.closing:
                return

    def _changed(self, change: Change) -> None:
        self._send_delta(sorted(chair for chair in change.chairs if chair))
        for event in change.events:
            self._publish("alarm", self._news(event))

    def _send_delta(self, chairs: Iterable[str]) -> None:
        clinic = self._clinic
        now_s, now_us = clinic.clock.monotonic(), clinic.clock.utc_us()
        board, tiles = clinic.ward.board, []
        for chair in chairs:
            tile = TILE.dump_json(board.tile(chair, now_s, now_us))
            if self._shown.get(chair) != tile:
                self._shown[chair] = tile
                tiles.append(tile)
        rest = {
            "now_ms": now_us // 1_000,
            "clock": board.clock(now_us),
            "sound": board.sound(),
            "counts": board.counts(now_s),
            "status": self._status(),
        }
        strip = STRIP.dump_json(board.strip(now_s, now_us))
        data = b'{"tiles":[%b],"strip":%b,%b' % (
            b",".join(tiles),
            strip,
            json.dumps(rest).encode()[1:],
        )
        clinic.hub.publish("delta", data)

    def _news(self, event: AlarmEvent) -> dict[str, str | int]:
        alarm = event.alarm
        return {
            "id": alarm.id,
            "chair": alarm.chair,
            "priority": alarm.priority.name,
            "state": alarm.state.value,
            "text": f"{MARKS[alarm.priority]} {alarm.message}",
            "reason": event.reason.value,
            "at_ms": self._clinic.clock.to_utc_us(event.at_s) // 1_000,
        }

    def _publish(self, name: str, data: dict[str, str | int]) -> None:
        self._clinic.hub.publish(name, json.dumps(data).encode())

    def _status(self) -> list[dict[str, str]]:
        return [{"level": line.level, "text": line.text} for line in self._clinic.status()]

    def _now_ms(self) -> int:
        return self._clinic.clock.utc_us() // 1_000


class EventStream(StreamingResponse):
    """Server-sent events; a browser that takes nothing for 5 s is cut off."""

    def __init__(self, events: AsyncIterator[bytes]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)

    async def stream_response(self, send: Send) -> None:
        """Send every event, each within its time."""

        async def limited(message: AsgiMessage) -> None:
            async with asyncio.timeout(SEND_S_MAX):
                await send(message)

        try:
            await super().stream_response(limited)
        except TimeoutError:
            # Returning unfinished makes the server drop the connection.
            return


async def _until_overrun(slot: Slot) -> AsyncIterator[list[Message]]:
    """The slot's messages, until some were lost: then the reader needs a new snapshot."""
    while not slot.overrun:
        try:
            yield await slot.get()
        except Overrun:
            return


def _event(message: Message) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (
        message.seq,
        message.name.encode(),
        message.data,
    )
