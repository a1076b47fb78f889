"""An hour out of one chair's five years, and each search over 50,000 sessions, over HTTP.

    make bench-large     (python -m benchmarks.large_history [--seconds 36000000])

Loads what `benchmarks.five_years` describes into a record and into a real
InfluxDB, once, into the user's cache; prints their bytes. Then the shipped pages
serve it, once over the record and once over InfluxDB alone, and a client asks
for hours at random and for every kind of search. The control of the same run is
the same server asked for `/api/presets`: what a request costs that reads
nothing. Exits 1 over the bounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import quantiles

import httpx

from benchmarks import five_years
from benchmarks.five_years import CHAIR, CLINIC, SECOND_US, SESSION_S, WHOLE_EVERY, Built, Visit
from monitor import service
from monitor.clinic import Chair, Phase
from monitor.clock import Clock
from monitor.config import Config
from monitor.displays import Clinic
from monitor.drivers.registry import DRIVERS
from monitor.finding import Entry, Measured
from monitor.history import History
from monitor.store import catalogue, file
from monitor.store.influx_history import InfluxHistory
from monitor.store.record import Record
from monitor.web.server import WebDisplay
from simulators.clinic import Setting, configuration
from simulators.simulation import preset_of
from simulators.staff import PUBLISHED_PIN, employ
from tools.influxd.server import Influxd

HOUR_P99_S, SEARCH_P99_S = 0.050, 0.100
SESSIONS = 50_000
ASKED = 200
WARM_UP = 5
HOUR_MS = 3_600_000
SEARCHES: dict[str, Mapping[str, str | int]] = {
    "the newest": {},
    "a patient": {"patient": "P00123"},
    "patients that begin with P0": {"patient": "P0"},
    "a month": {"since": "2023-03-01", "until": "2023-03-31"},
    "a chair": {"chair": "3"},
    "a clinician": {"person": "dr"},
    "had a HIGH": {"had_high": "true"},
    "rise over 40": {"rise_over": 40},
    "rise over 79, the rarest": {"rise_over": 79},
    "unsigned": {"unsigned": "true"},
    "all of it at once": {
        "patient": "P0",
        "chair": "3",
        "person": "dr",
        "had_high": "true",
        "rise_over": 40,
        "unsigned": "true",
        "since": "2021-01-01",
        "until": "2025-12-31",
    },
    "nobody": {"patient": "nobody"},
}


def fill_catalogue(path: Path, sessions: int) -> None:
    """Entries of so many sessions of six chairs, in place of what the chair's own would be."""
    chance = random.Random(1)
    with closing(file.open_for_writing(path)) as connection:
        connection.execute("BEGIN")
        connection.execute("DELETE FROM catalogue")
        connection.execute("DELETE FROM catalogue_people")
        entries = [_entry(number, sessions, chance) for number in range(sessions)]
        catalogue.put(connection, entries, _newest(connection))
        for entry in entries:
            known = catalogue.Unmeasured(entry.session, 0)
            catalogue.measure(connection, known, entry.measured)
        connection.execute("COMMIT")


def _newest(connection: sqlite3.Connection) -> int:
    return file.last_number(connection)


def _entry(number: int, sessions: int, chance: random.Random) -> Entry:
    five_years_s = 5 * 365 * 86_400
    opened_us = five_years.BEGIN_US + number * five_years_s // sessions * SECOND_US
    people = frozenset(chance.sample(["rk", "ml", "js", "dr", "ht", "pc"], 3))
    return Entry(
        session=f"s-{number:06}",
        patient_ref=f"P{number // 6:05}",
        chair=str(1 + number % 6),
        opened_us=opened_us,
        closed_us=opened_us + SESSION_S * SECOND_US,
        phase=Phase.CLOSED,
        planned_minutes=40,
        infusion=1 + number % 6,
        high=int(chance.random() < 0.2),
        medium=chance.randrange(4),
        low=chance.randrange(4),
        signed=chance.random() < 0.97,
        ready_minutes=30.0 + chance.randrange(60),
        people=people,
        measured=Measured(
            rise=float(chance.randrange(-5, 80)), lowest_spo2=90.0 + chance.randrange(10)
        ),
    )


@asynccontextmanager
async def running(record_path: Path, shared: History | None) -> AsyncIterator[dict[str, str]]:
    """The service over that record; the addresses of its pages over each history."""
    addresses: dict[str, asyncio.Future[str]] = {}
    loop = asyncio.get_running_loop()

    class Pages:
        """The shipped pages, over another history than the record's."""

        def __init__(self, name: str, history: History | None) -> None:
            self._history = history
            self._web = WebDisplay("127.0.0.1", 0, ready=addresses[name].set_result)

        async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
            shown = replace(clinic, history=self._history) if self._history else clinic
            await self._web.run(shown, stop)

    for name in ("record", "influxdb") if shared else ("record",):
        addresses[name] = loop.create_future()
    pages = [Pages("record", None)] + ([Pages("influxdb", shared)] if shared else [])
    clock = Clock.starting_at(loop.time, time.time_ns() // 1_000)
    config, stop = _config(record_path), asyncio.Event()
    async with Record(record_path, clock=clock, reserve_bytes=0) as record:
        task = asyncio.create_task(
            service.run(
                config,
                drivers=DRIVERS,
                links={},
                record=record,
                people=employ(config.people, clock, published_pin=PUBLISHED_PIN),
                displays=pages,
                clock=clock,
                preset=preset_of(config),
                stop=stop,
            )
        )
        yield {name: await future for name, future in addresses.items()}
        stop.set()
        await task


def _config(record_path: Path) -> Config:
    chairs = [Chair(id=str(number), label=str(number)) for number in range(1, 7)]
    return configuration(chairs, [], Setting(record=record_path))


Parameters = Mapping[str, str | int]


async def timed(
    client: httpx.AsyncClient, path: str, asked: Callable[[], Parameters]
) -> tuple[list[float], int]:
    """Seconds each answer took, and the bytes of the last."""
    took, size = [], 0
    for number in range(ASKED + WARM_UP):
        parameters = asked()
        began = time.perf_counter()
        answer = await client.get(path, params=parameters)
        if number >= WARM_UP:
            took.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
        size = len(answer.content)
    return took, size


def report(what: str, took: Sequence[float], size: int) -> float:
    """Print p50 and p99 in milliseconds; the p99 in seconds."""
    cuts = quantiles(took, n=100)
    p50, p99 = cuts[49], cuts[98]
    row = {"what": what, "p50_ms": round(p50 * 1e3, 1), "p99_ms": round(p99 * 1e3, 1)}
    print(json.dumps(row | {"max_ms": round(max(took) * 1e3, 1), "answer_bytes": size}), flush=True)
    return p99


async def hours(client: httpx.AsyncClient, found: Built, *, whole: bool, name: str) -> float:
    """Hours at random; the p99."""
    chance = random.Random(2)
    wholes = range(0, found.sessions, WHOLE_EVERY)

    def asked() -> Parameters:
        number = chance.choice(wholes) if whole else chance.randrange(found.sessions)
        if not whole and number % WHOLE_EVERY == 0:
            number += 1
        begin_ms = Visit(number).begin_us // 1_000 + chance.randrange(SESSION_S * 500)
        return {"from_ms": begin_ms, "to_ms": begin_ms + HOUR_MS}

    vitals = "six vital signs" if whole else "one vital sign"
    path = f"/api/chairs/{CHAIR}/readings"
    return report(f"an hour of {vitals}, {name}", *await timed(client, path, asked))


async def measure(found: Built, server: Influxd | None) -> bool:
    """Everything over HTTP; whether it kept the bounds."""
    shared = (
        InfluxHistory(server.url, server.org, server.bucket, server.token, CLINIC)
        if server
        else None
    )
    fine = True
    async with running(found.record, shared) as addresses:
        for name, address in addresses.items():
            async with httpx.AsyncClient(base_url=address, timeout=60) as client:
                took, size = await timed(client, "/api/presets", dict)
                report(f"control: a request that reads nothing, {name}", took, size)
                fine &= await hours(client, found, whole=False, name=name) <= HOUR_P99_S
                await hours(client, found, whole=True, name=name)
        async with httpx.AsyncClient(base_url=addresses["record"], timeout=60) as client:
            for what, asked in SEARCHES.items():
                took, size = await timed(client, "/api/sessions", partial(dict, asked))
                fine &= report(f"search of {SESSIONS:,}: {what}", took, size) <= SEARCH_P99_S
    return fine


def main() -> None:
    """Load, print bytes, measure; exit 1 over the bounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=36_000_000)
    parser.add_argument("--without-influxdb", action="store_true")
    options = parser.parse_args()
    found = five_years.built(options.seconds)
    server = None if options.without_influxdb else five_years.served(found)
    try:
        sizes = {"record_bytes": found.bytes_of(found.record.name)}
        sizes |= {"influxdb_bytes": found.bytes_of("influxdb")} if server else {}
        free = shutil.disk_usage(found.folder).free
        told = {"seconds": found.seconds, "readings": found.readings, **sizes, "disk_free": free}
        print(json.dumps(told | {"cores": os.cpu_count(), "load": os.getloadavg()[0]}), flush=True)
        fill_catalogue(found.record, SESSIONS)
        fine = asyncio.run(measure(found, server))
    finally:
        if server:
            server.stop()
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
