"""The event stream: a snapshot, then every change, and a heartbeat each second.

A chair's tile is sent as soon as something in it changed, and once a second
whatever an age or a countdown has moved. Everything is encoded once and handed
to all readers through the hub; a snapshot is put together from what was last
sent, so that a hundred pages may come back at once. Knows board, hub and
status; knows no socket.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter

from monitor import __version__
from monitor.alerts import QUIET, AlarmEvent, AlarmState
from monitor.board import StripEntry, Tile
from monitor.displays import Clinic
from monitor.hub import Message, Overrun, Slot
from monitor.showing import TEST_CHAIR
from monitor.ward import Change
from monitor.web import speaker
from monitor.web.naming import Naming
from monitor.web.stream import EventStream

HEARTBEAT_S = 1.0
CHAIRS_AT_ONCE = 8
"""The second's pass draws so many tiles, then lets a waiting reading go first."""
STREAMS_MAX = 200

TILE: Final = TypeAdapter(Tile)
STRIP: Final = TypeAdapter(tuple[StripEntry, ...])


@dataclass(slots=True)
class Told:
    """What every reader knows by now: the parts of the wall as they were last sent."""

    tiles: dict[str, bytes] = field(default_factory=dict)
    strip: bytes = b"[]"
    rest: dict[str, object] = field(default_factory=dict)
    status: list[dict[str, str]] = field(default_factory=list)
    alarm_changes: int = 0


class Live:
    """Publishes what the clinic shows. One for each application."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic, self._naming = clinic, Naming(clinic)
        self._told = Told()
        self._chairs = [chair.id for chair in clinic.config.chairs]
        self._streams: set[EventStream] = set()
        self.closing = False
        self._send(self._chairs, second=True)
        clinic.ward.listen(self._changed)
        clinic.ward.listen_for_test(self._tested)

    @property
    def readers(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    @property
    def full(self) -> bool:
        """Are there as many streams as we serve?"""
        return self.readers >= STREAMS_MAX

    async def run(self) -> None:
        """Send heartbeats and what time alone has changed, until cancelled."""
        starts = range(0, len(self._chairs), CHAIRS_AT_ONCE)
        while True:
            self._told.status = [
                {"level": line.level, "brief": line.brief, "text": line.text}
                for line in self._clinic.status()
            ]
            for start in starts:
                self._send(self._chairs[start : start + CHAIRS_AT_ONCE], second=start == starts[-1])
                await asyncio.sleep(0)
            self._publish("hb", {"now_ms": self._now_ms(), "seq": self._clinic.hub.seq})
            await asyncio.sleep(HEARTBEAT_S)

    def close(self) -> None:
        """End every stream, those too that nobody reads."""
        self.closing = True
        self._publish("end", {})
        for stream in self._streams:
            stream.hurry()

    def stream(self) -> EventStream:
        """One more reader's stream."""
        return EventStream(self.events(), among=self._streams)

    def snapshot(self) -> bytes:
        """The whole wall, as JSON: at most a second old, as every page has it."""
        config, told = self._clinic.config, self._told
        head = {
            **self._time(),
            "clinic": config.clinic.name,
            **told.rest,
            "status": told.status,
            "version": __version__,
        }
        tiles = b",".join(told.tiles[chair] for chair in self._chairs)
        return _joined(head, tiles=b"[%b]" % tiles, strip=told.strip)

    async def events(self) -> AsyncGenerator[bytes]:
        """One reader's stream of server-sent events."""
        while not self.closing:
            with self._clinic.hub.subscribe() as slot:
                yield _event(Message(self._clinic.hub.seq, "snapshot", self.snapshot()))
                async for block in self._blocks(slot):
                    yield block

    async def _blocks(self, slot: Slot) -> AsyncGenerator[bytes]:
        async for messages in _until_overrun(slot):
            if self.closing:
                return
            yield b"".join(_event(one) for one in messages)

    def _changed(self, change: Change) -> None:
        self._send(sorted(chair for chair in change.chairs if chair))
        for event in change.events:
            self._publish("alarm", self._news(event))

    def _tested(self) -> None:
        """The synthetic chair, to the one reader that listens for it; pages do not."""
        clock, ward = self._clinic.clock, self._clinic.ward
        if ward.showing.test_board is None:
            return
        tile = ward.showing.test_board.tile(TEST_CHAIR, clock.monotonic(), clock.utc_us())
        (slot,) = tile.slots
        # An alarm that merely stays open proves no judging: the engine's own value must move.
        judged = ward.test_judged()
        if judged is not None and slot.text == f"{judged:g}":
            self._publish("test", {"value": slot.text, "priority": tile.priority})

    def _send(self, chairs: Sequence[str], *, second: bool = False) -> None:
        """Publish a delta of these chairs if anything is new, and each `second` in any case.

        What concerns the whole clinic is looked at when an alarm changed, and each second.
        """
        self._naming.refresh()
        clock, board, told = self._clinic.clock, self._clinic.ward.board, self._told
        now_s, now_us = clock.monotonic(), clock.utc_us()
        drawn = {chair: TILE.dump_json(board.tile(chair, now_s, now_us)) for chair in chairs}
        tiles = {chair: tile for chair, tile in drawn.items() if told.tiles.get(chair) != tile}
        told.tiles |= tiles
        parts = {"tiles": b"[%b]" % b",".join(tiles.values())}
        news = bool(tiles) or second
        if second or told.alarm_changes != board.alarm_changes:
            told.alarm_changes = board.alarm_changes
            strip = STRIP.dump_json(board.strip(now_s, now_us))
            rest: dict[str, object] = {
                "mode": board.mode(),
                "sound": board.sound(),
                "counts": board.counts(now_s),
                "speaker": speaker.told(self._clinic),
            }
            news |= strip != told.strip or rest != told.rest
            parts |= {"strip": strip} if strip != told.strip else {}
            told.strip, told.rest = strip, rest
        if news:
            head = {**self._time(), **told.rest, "status": told.status}
            self._clinic.hub.publish("delta", _joined(head, **parts))

    def _time(self) -> dict[str, int | str]:
        now_us = self._clinic.clock.utc_us()
        return {"now_ms": now_us // 1_000, "clock": self._clinic.ward.board.clock(now_us)}

    def _news(self, event: AlarmEvent) -> dict[str, str | int]:
        alarm, clinic = event.alarm, self._clinic
        return {
            "id": alarm.id,
            "chair": alarm.chair,
            "priority": alarm.priority.name,
            "state": alarm.state.value,
            "text": clinic.ward.board.spoken(alarm, clinic.clock.to_utc_us(alarm.onset_s)),
            "reason": event.reason.value,
            "begins": alarm.state is AlarmState.ACTIVE_UNACK and event.reason not in QUIET,
            "at_ms": clinic.clock.to_utc_us(event.at_s) // 1_000,
        }

    def _publish(self, name: str, data: dict[str, str | int]) -> None:
        self._clinic.hub.publish(name, json.dumps(data).encode())

    def _now_ms(self) -> int:
        return self._clinic.clock.utc_us() // 1_000


async def _until_overrun(slot: Slot) -> AsyncGenerator[list[Message]]:
    """The slot's messages, until some were lost: then the reader needs a new snapshot."""
    while not slot.overrun:
        try:
            yield await slot.get()
        except Overrun:
            return


def _joined(head: Mapping[str, object], **encoded: bytes) -> bytes:
    """One JSON object of plain values and of parts that are JSON already."""
    parts = b"".join(b',"%b":%b' % (name.encode(), part) for name, part in encoded.items())
    return json.dumps(head).encode()[:-1] + parts + b"}"


def _event(message: Message) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (
        message.seq,
        message.name.encode(),
        message.data,
    )
