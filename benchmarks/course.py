"""A course of six dense sessions, from the record to its JSON: looked at first, and again.

    python -m benchmarks.course [--times 15]

Each is the session of `benchmarks.review`: two hours, six vital signs each second, a cuff
every five minutes. Every first look has a memory of its own, as after a restart. Some
arithmetic beside it, which only other processes make longer. Exits 1 over the bound.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from benchmarks.large_history import arithmetic
from benchmarks.review import BATCH, SESSION, report, rows_of
from monitor.clinic import Chair
from monitor.displays import Shelf
from monitor.history import FactRow, ReadingRow, TransitionRow
from monitor.leafing import Leafing
from monitor.store.record import Record, RecordHistory
from monitor.web.course import Courses
from simulators.clinic import Setting, configuration
from simulators.simulation import preset_of
from tests.browser import review_scene
from tests.stored import clock

FIRST_S = 1.0
SESSIONS = 6
WEEK_US = 7 * 86_400_000_000
_Row = TypeVar("_Row", FactRow, ReadingRow, TransitionRow)


def later(row: _Row, weeks: int) -> _Row:
    """The same of a session so many weeks later."""
    moved_us, session = weeks * WEEK_US, f"s-{weeks + 1}"
    if isinstance(row, ReadingRow):
        return replace(
            row,
            session=session,
            sampled_at_us=row.sampled_at_us + moved_us,
            received_at_us=row.received_at_us + moved_us,
        )
    if isinstance(row, TransitionRow):
        return replace(
            row,
            session=session,
            alarm=row.alarm.replace(SESSION, session),
            at_us=row.at_us + moved_us,
            onset_us=row.onset_us + moved_us,
        )
    return replace(row, session=session, at_us=row.at_us + moved_us)


async def keep(path: Path) -> str:
    """Put the sessions into a record; whose they are."""
    stored = review_scene.whole()
    rows = rows_of(stored)
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        for week in range(SESSIONS):
            record.add([later(one, week) for one in stored.facts])
            record.add([later(one, week) for one in stored.steps])
            for first in range(0, len(rows), BATCH):
                record.add([later(one, week) for one in rows[first : first + BATCH]])
                await record.commit()
    return str(stored.facts[0].data["patient_ref"])


async def looks(path: Path, patient: str, times: int) -> dict[str, list[float]]:
    """Seconds of each first look, each second one, and the arithmetic before them."""
    config = configuration([Chair(id="1", label="1")], [], Setting(record=path))
    history = RecordHistory(path)
    shelf = Shelf(
        config=config,
        clock=clock(),
        history=history,
        catalogue=Leafing(history),
        preset=preset_of(config),
        names=dict,
    )
    names = ("arithmetic (control)", "first look", "its processor time", "again")
    found: dict[str, list[float]] = {name: [] for name in names}
    # As the service does once it has started.
    gc.collect()
    gc.freeze()
    for _ in range(times):
        found["arithmetic (control)"].append(arithmetic())
        courses = Courses(shelf)
        for name in ("first look", "again"):
            began, worked = time.perf_counter(), time.process_time()
            await courses.shown(patient, None, may_sign=True)
            found[name].append(time.perf_counter() - began)
            if name == "first look":
                found["its processor time"].append(time.process_time() - worked)
    return found


def main() -> None:
    """Measure; exit 1 over the bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=15)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        patient = asyncio.run(keep(path))
        found = asyncio.run(looks(path, patient, times))
        p99s_s = {name: report(name, took) for name, took in found.items()}
    sys.exit(0 if p99s_s["first look"] <= FIRST_S else 1)


if __name__ == "__main__":
    main()
