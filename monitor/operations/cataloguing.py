"""`chairside catalogue`: work out anew what sessions are found by."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click

from monitor.cataloguing import Cataloguer
from monitor.clock import Clock
from monitor.counting import counted
from monitor.finding import Wanted
from monitor.operations import validating
from monitor.store.record import Record


def rebuild(config_path: Path) -> None:
    """Every entry again, with a bar on a terminal. Raises `StoreError` while a service runs."""
    loaded, preset = validating.load(config_path)

    async def work() -> int:
        clock = Clock.starting_at(asyncio.get_running_loop().time, time.time_ns() // 1_000)
        async with Record(loaded.record.path, clock=clock, reserve_bytes=0) as record:
            return await _anew(record, Cataloguer(record, preset))

    found = counted(asyncio.run(work()), "session")
    click.echo(f"{loaded.record.path}: {found} can be found")


async def _anew(record: Record, cataloguer: Cataloguer) -> int:
    """Every entry, then every closed session's readings; how many entries there are."""
    await record.catalogue_anew()
    while await cataloguer.step():
        pass
    total = (await record.find(Wanted(limit=1))).total
    with _progress(total) as bar:
        while await cataloguer.measure_one():
            if bar is not None:
                bar.update(1)
    return total


def _progress(total: int) -> AbstractContextManager[Any]:
    """A bar for a person who waits; none into a pipe."""
    if not sys.stderr.isatty():
        return nullcontext()
    return click.progressbar(length=total, label="Sessions", file=sys.stderr, show_pos=True)
