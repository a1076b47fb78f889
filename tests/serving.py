"""The shipped service with its web pages on a port of its own, fed by in-process wires."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import httpx

from monitor import service
from monitor.clinic import Chair, Device
from monitor.clock import Clock
from monitor.displays import Clinic
from monitor.drivers import Encoder, Shown
from monitor.drivers.registry import DRIVERS
from monitor.links.wiring import Wiring, make_links
from monitor.operations.serving import guard_of
from monitor.sentry import Sentry
from monitor.store.record import Record
from monitor.tables import JournalTable, WebTable
from monitor.vitals import GenerationMode, Validity, VitalSign
from monitor.web.journal_display import JournalDisplay
from monitor.web.server import WebDisplay
from simulators.clinic import Setting, configuration
from simulators.simulation import preset_of
from simulators.staff import PUBLISHED_PIN, employ
from tests.stored import NOON_US

DRIVER = "chairside-json"
ACT = {"X-Chairside": "1"}
WITHIN_S = 30.0
ACTOR = "rk"
CLINICIAN = "dl"
HIGH_PRESSURE = {
    VitalSign.NIBP_SYSTOLIC: 190.0,
    VitalSign.NIBP_DIASTOLIC: 112.0,
    VitalSign.NIBP_MEAN: 138.0,
}
"""Beyond BP-H2: HIGH from the first reading on."""

Json = dict[str, Any]


@dataclass
class Onlooker:
    """A display that hands out the running clinic."""

    seen: asyncio.Future[Clinic]

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        self.seen.set_result(clinic)
        await stop.wait()


@dataclass
class Served:
    """A running service: its address, its clinic, and the bedside of every chair."""

    url: str
    clinic: Clinic
    wiring: Wiring
    stop: asyncio.Event
    stopped: asyncio.Task[None]
    journal: JournalDisplay | None = None
    journal_url: str = ""
    encoders: Mapping[str, Encoder] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def say(
        self,
        chair: str,
        values: Mapping[VitalSign, float],
        validity: Mapping[VitalSign, tuple[Validity, str]] | None = None,
    ) -> None:
        """The monitor of a chair shows these values."""
        now_us = self.clinic.clock.utc_us()
        shown = Shown(
            at_us=now_us,
            values=values,
            validity=validity or {},
            mode=GenerationMode.REAL,
            nibp_at_us=now_us,
        )
        data = self.encoders[chair].encode(shown)
        assert self.wiring.wires[f"mon-{chair}"].send(data, channel=f"{chair}/mon-{chair}/vitals")

    def client(self) -> httpx.AsyncClient:
        """A browser as far as HTTP goes."""
        # Nothing here is TLS; the authorities, unread, take longer than most requests.
        return httpx.AsyncClient(base_url=self.url, timeout=WITHIN_S, verify=False)

    @asynccontextmanager
    async def nurse(self, person: str = ACTOR) -> AsyncIterator[httpx.AsyncClient]:
        """A browser at which that person is signed in."""
        async with self.client() as client:
            answer = await sign_in(client, person, PUBLISHED_PIN)
            assert answer.status_code == 200, answer.text
            yield client

    async def seat(self, client: httpx.AsyncClient, chair: str, patient: str = "A.M.") -> str:
        """A patient takes the chair; the session's id."""
        body = {"patient_ref": patient}
        answer = await client.post(f"/api/chairs/{chair}/seat", json=body, headers=ACT)
        assert answer.status_code == 200, answer.text
        session: str = answer.json()["id"]
        return session

    async def enter(self, client: httpx.AsyncClient, session: str, *phases: str) -> None:
        """The session moves on through these phases."""
        for phase in phases:
            if phase == "INFUSION":
                await self.waive_baseline(client, session)
            if phase == "CLOSED":
                await self.close(session)
                continue
            body = {"phase": phase}
            answer = await client.post(f"/api/sessions/{session}/phase", json=body, headers=ACT)
            assert answer.status_code == 200, answer.text

    async def close(self, session: str) -> None:
        """A clinician closes it, whatever is missing."""
        body = {"cuff": "off", "probe": "off", "override": "a test"}
        async with self.nurse(CLINICIAN) as client:
            answer = await client.post(f"/api/sessions/{session}/close", json=body, headers=ACT)
        assert answer.status_code == 200, answer.text

    async def waive_baseline(self, client: httpx.AsyncClient, session: str) -> None:
        """Nobody waits five minutes for one here."""
        body = {"reason": "a test"}
        path = f"/api/sessions/{session}/baseline/waive"
        assert (await client.post(path, json=body, headers=ACT)).status_code == 200


async def sign_in(
    client: httpx.AsyncClient, person: str, secret: str, method: str = "pin"
) -> httpx.Response:
    """What the door answers to who comes with that secret."""
    body = {"person": person, "method": method, "secret": secret}
    return await client.post("/api/sign-in", json=body, headers=ACT)


@asynccontextmanager
async def served(
    folder: Path,
    *,
    chairs: int = 2,
    host: str = "127.0.0.1",
    web: WebTable | None = None,
    published_pin: str = PUBLISHED_PIN,
    sentry: Sentry | None = None,
    journal: JournalTable | None = None,
    **tables: object,
) -> AsyncIterator[Served]:
    """Serve a clinic of so many chairs, one monitor each, until the block ends.

    The staff are those of the demo; without a published PIN they are as in a
    clinic, and a test gives them what they sign in by. A sentry gets its synthetic alarm.
    `tables` are tables of the configuration by their names.
    """
    loop = asyncio.get_running_loop()
    clock = Clock.starting_at(loop.time, NOON_US)
    places = [Chair(id=str(number), label=str(number)) for number in range(1, chairs + 1)]
    devices = [
        Device(id=f"mon-{one.id}", driver=DRIVER, link=f"direct:mon-{one.id}", chair=one.id)
        for one in places
    ]
    config = configuration(places, devices, Setting(record=folder / "record.db"))
    config = replace(config, web=web or config.web, journal=journal, **tables)  # type: ignore[arg-type]
    wiring = make_links(config.devices, None, clock, usual_baud={DRIVER: 0})
    stop, address = asyncio.Event(), loop.create_future()
    journal_address = loop.create_future()
    journals = [JournalDisplay(journal, ready=journal_address.set_result)] if journal else []
    onlooker = Onlooker(loop.create_future())
    guard = guard_of(sentry, clock) if sentry else None
    async with Record(config.record.path, clock=clock) as record:
        running = loop.create_task(
            service.run(
                config,
                drivers=DRIVERS,
                links=wiring.links,
                record=record,
                people=employ(config.people, clock, published_pin=published_pin),
                workers=[one.health for one in journals],
                displays=[
                    onlooker,
                    WebDisplay(host, 0, ready=address.set_result),
                    *journals,
                ],
                clock=clock,
                preset=preset_of(config),
                stop=stop,
                guard=guard,
            )
        )
        await asyncio.wait([running, address], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        if guard:
            guard.path.reach(await address)
        yield Served(
            url=await address,
            clinic=await onlooker.seen,
            wiring=wiring,
            stop=stop,
            stopped=running,
            journal=journals[0] if journals else None,
            journal_url=await journal_address if journals else "",
            encoders={one.id: DRIVERS[DRIVER].encoder(device=f"mon-{one.id}") for one in places},
        )
        stop.set()
        await running


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    seq: int
    name: str
    data: Json


class Page:
    """A reader of the stream, on a plain socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    @asynccontextmanager
    async def watching(cls, port: int) -> AsyncIterator[Self]:
        """Open the stream; the answer's head has been read."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)
        assert b" 200 " in head.splitlines()[0], head
        try:
            yield cls(reader, writer)
        finally:
            writer.close()

    async def next(self) -> Event:
        """The next event. Raises `asyncio.IncompleteReadError` at the stream's end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(WITHIN_S):
            while True:
                text = (await self._reader.readuntil(b"\n")).decode().rstrip("\r\n")
                if not text and "data" in fields:
                    break
                name, colon, value = text.partition(": ")
                if colon:
                    fields[name] = value
        return Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))

    async def until(self, name: str, **parts: object) -> Event:
        """The next event of that name whose data has these parts."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                event = await self.next()
                if event.name == name and parts.items() <= event.data.items():
                    return event

    async def tile(self, chair: str) -> Json:
        """The chair's tile in the next delta that changes it."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                event = await self.next()
                for tile in event.data.get("tiles", []):
                    if tile["chair"] == chair and event.name == "delta":
                        found: Json = tile
                        return found
