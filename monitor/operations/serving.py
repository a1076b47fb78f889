"""`chairside serve`: build what a configuration names, run it, stop on a signal."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import shlex
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor import service
from monitor.alarm_path import DEVICE, AlarmPath
from monitor.clock import Clock
from monitor.conditions import Preset
from monitor.config import Config
from monitor.displays import Display
from monitor.drivers.registry import DRIVERS
from monitor.guarding import Guard
from monitor.links.wiring import Wiring, make_links
from monitor.operations import auditing, staffing, validating
from monitor.operations.rereading import Rereading
from monitor.people import People
from monitor.sentry import Sentry
from monitor.status import StatusLine
from monitor.store.record import Record

if TYPE_CHECKING:
    from monitor.web.journal_display import JournalDisplay

log = logging.getLogger("chairside.serve")

WALL_CLOCK_LOOK_S = 10.0
WALL_CLOCK_STEP_S = 0.5


class WallClock:
    """Makes the service's UTC follow the machine's clock when that is stepped; delays never do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def run(self) -> None:
        """Look every 10 s."""
        while True:
            await asyncio.sleep(WALL_CLOCK_LOOK_S)
            now_us = time.time_ns() // 1_000
            if abs(now_us - self._clock.utc_us()) > WALL_CLOCK_STEP_S * 1e6:
                self._clock.step_to(now_us)

    def status(self) -> list[StatusLine]:
        """Nothing to tell."""
        return []


def serve(config_path: Path) -> None:
    """Watch the clinic until SIGINT or SIGTERM. Raises any `ChairsideError` of its parts."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    loaded, preset = validating.load(config_path)
    asyncio.run(_serve(config_path, loaded, preset))


async def _serve(config_path: Path, loaded: Config, preset: Preset) -> None:
    from monitor.web.server import WebDisplay  # noqa: PLC0415  the other commands start sooner

    clock = system_clock()
    baud = {name: driver.baud for name, driver in DRIVERS.items()}
    wiring = make_links(loaded.devices, loaded.mqtt, clock, usual_baud=baud)
    display = WebDisplay(loaded.web.host, loaded.web.port, ready=lambda url: ready(url, guard.path))
    journals = journals_of(loaded, lambda url: click.echo(f"journal: {url}/"))
    with sentry_of(loaded) as sentry:
        guard = guard_of(sentry, clock)
        await run_clinic(
            loaded,
            preset,
            clock=clock,
            wiring=wiring,
            people=people_of(loaded, clock),
            displays=[display, *journals],
            workers=[
                WallClock(clock),
                Rereading(config_path, loaded, preset),
                *(one.health for one in journals),
            ],
            guard=guard,
        )


def ready(url: str, path: AlarmPath) -> None:
    """The pages are there: say where, to people and to the synthetic alarm's reader."""
    click.echo(f"wall: {url}/")
    path.reach(url)
    freeze()


def freeze() -> None:
    """Leave what the modules made out of garbage collection: it stays for ever.

    Walking over it at each full collection held every reading and every answer back for
    30 to 60 ms (`benchmarks/wire_to_screen.py`, `benchmarks/large_history.py`).
    """
    gc.collect()
    gc.freeze()


def journals_of(loaded: Config, ready: Callable[[str], None]) -> list[JournalDisplay]:
    """The listener of the patients' journal; none where the clinic keeps no journals."""
    from monitor.web.journal_display import JournalDisplay  # noqa: PLC0415  as above

    return [JournalDisplay(loaded.journal, ready=ready)] if loaded.journal else []


def sentry_of(loaded: Config) -> Sentry:
    """The thread that watches the engine; it tells systemd where systemd started us."""
    return Sentry(
        loaded.watchdog.heartbeat,
        command=shlex.split(loaded.watchdog.command),
        notify=os.environ.get("NOTIFY_SOCKET", ""),
    )


def guard_of(sentry: Sentry, clock: Clock) -> Guard:
    """The synthetic alarm, which alone keeps that thread content."""
    driver = DRIVERS[DEVICE.driver]
    path = AlarmPath(clock, driver, proved=sentry.proved, ago_s=sentry.proved_ago_s)
    return Guard(sentry, path)


def people_of(loaded: Config, clock: Clock) -> People:
    """Staff and displays of the clinic; both files are made where there are none."""
    desk, idle_s = staffing.desk_of(loaded.people), loaded.people.idle_minutes * 60.0
    return People(desk.file, desk.hasher, clock, idle_s=idle_s)


def system_clock() -> Clock:
    """A clock on the running loop that shows the machine's UTC."""
    return Clock.starting_at(asyncio.get_running_loop().time, time.time_ns() // 1_000)


async def run_clinic(
    loaded: Config,
    preset: Preset,
    *,
    clock: Clock,
    wiring: Wiring,
    people: People,
    displays: Sequence[Display],
    workers: Sequence[service.Worker] = (),
    stop: asyncio.Event | None = None,
    guard: Guard | None = None,
) -> None:
    """Open record and copy as configured and watch until `stop` or a signal."""
    stop = stop or asyncio.Event()
    stop_on_signal(stop)
    async with AsyncExitStack() as stack:
        record = await stack.enter_async_context(Record(loaded.record.path, clock=clock))
        log.info("audit anchor of the record: %s", auditing.record_anchor(loaded.record.path))
        copy = None
        if loaded.influxdb is not None:
            from monitor.store.influx import InfluxCopy  # noqa: PLC0415  slow to import

            influx = loaded.influxdb
            copy = InfluxCopy(
                record,
                url=influx.url,
                org=influx.org,
                bucket=influx.bucket,
                token=influx.token,
                clinic=loaded.clinic.id,
                clock=clock,
            )
        await service.run(
            loaded,
            drivers=DRIVERS,
            links=wiring.links,
            record=record,
            people=people,
            copy=copy,
            workers=[wiring, *workers],
            strangers=wiring.strangers,
            displays=displays,
            clock=clock,
            preset=preset,
            stop=stop,
            guard=guard,
        )


def stop_on_signal(stop: asyncio.Event) -> None:
    """Set `stop` at SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
