"""Readings a second into the record and on to InfluxDB, beside bare SQLite in the same run.

    python -m benchmarks.commit [--rows 60000] [--influxdb URL ORG BUCKET TOKEN]

The control does the least that could keep a row: `executemany` of ready tuples
into the same tables, with the same syncs and batches. What the record adds is
checking each row, its unique time and number, receipts and the queue.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.clock import Clock
from monitor.history import ReadingRow
from monitor.store import file, schema
from monitor.store.influx import InfluxCopy
from monitor.store.lines import Lines
from monitor.store.record import Record, RecordHistory
from monitor.store.rows import Committed, item_of
from monitor.vitals import GenerationMode, TimeBasis, Validity, VitalSign

EPOCH_US = 1_800_000_000_000_000
VITALS = tuple(VitalSign)[:6]
CHAIRS = 100
BATCHES = (120, 1_000, 10_000)
"""Rows a commit: 100 chairs of six vitals each second in flushes of 200 ms; more; the most."""


@dataclass(frozen=True, slots=True)
class Result:
    """Rows a second, and the slowest commit in milliseconds."""

    rows_per_s: float
    worst_ms: float


def make_rows(count: int) -> list[ReadingRow]:
    """Readings of many chairs, second after second, each with its message's number."""
    rows = []
    for number in range(count):
        second, place = divmod(number, CHAIRS * len(VITALS))
        chair, vital = divmod(place, len(VITALS))
        rows.append(
            ReadingRow(
                sampled_at_us=EPOCH_US + second * 1_000_000 + chair,
                received_at_us=EPOCH_US + second * 1_000_000 + chair + 800,
                chair=str(chair),
                device=f"monitor-{chair}",
                session=f"s-20270115-{chair:04}",
                vital=VITALS[vital],
                value=60.0 + number % 40,
                validity=Validity.VALID,
                mode=GenerationMode.TEST,
                basis=TimeBasis.RECEIVED,
                reason="",
                late=False,
                boot="0b7c1d2e",
                seq=second,
            )
        )
    return rows


def bare(path: Path, rows: Sequence[ReadingRow], batch: int) -> Result:
    """`executemany` of ready tuples, a transaction a batch."""
    connection = file.open_for_writing(path)
    columns = ", ".join(("id", "at_us", "shift_us", *schema.READING_COLUMNS))
    marks = ", ".join("?" * (len(schema.READING_COLUMNS) + 3))
    insert = f"INSERT INTO readings ({columns}) VALUES ({marks})"
    ready = [
        (number, item.at_us, 0, *item.values) for number, item in enumerate(map(item_of, rows), 1)
    ]
    worst_s, began = 0.0, time.perf_counter()
    for start in range(0, len(ready), batch):
        step = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, ready[start : start + batch])
        connection.execute("COMMIT")
        worst_s = max(worst_s, time.perf_counter() - step)
    result = Result(len(rows) / (time.perf_counter() - began), worst_s * 1e3)
    connection.close()
    return result


async def recorded(record: Record, rows: Sequence[ReadingRow], batch: int) -> Result:
    """`Record.add` and `Record.commit`, a commit a batch."""
    worst_s, began = 0.0, time.perf_counter()
    for start in range(0, len(rows), batch):
        step = time.perf_counter()
        record.add(rows[start : start + batch])
        await record.commit()
        worst_s = max(worst_s, time.perf_counter() - step)
    return Result(len(rows) / (time.perf_counter() - began), worst_s * 1e3)


def open_record(path: Path) -> Record:
    """A record on the loop's clock."""
    clock = Clock.starting_at(asyncio.get_running_loop().time, EPOCH_US)
    return Record(path, clock=clock, reserve_bytes=0)


def lines_per_s(rows: Sequence[ReadingRow]) -> float:
    """Rows to line protocol alone."""
    lines = Lines("Harbour")
    ready = [Committed(number, row.sampled_at_us, row) for number, row in enumerate(rows)]
    began = time.perf_counter()
    for committed in ready:
        lines.line(committed)
    return len(rows) / (time.perf_counter() - began)


async def read_back(history: RecordHistory) -> float:
    """Seconds to read the committed rows as the copy does, in blocks."""
    number, began = 0, time.perf_counter()
    while block := await history.after(number, 5_000):
        number = block[-1].id
    return time.perf_counter() - began


async def caught_up(record: Record, server: Sequence[str]) -> float:
    """Seconds until a real InfluxDB has everything."""
    url, org, bucket, token = server
    clock = Clock.starting_at(asyncio.get_running_loop().time, EPOCH_US)
    copy = InfluxCopy(record, url, org, bucket, lambda: token, clock, clinic="benchmark")
    began = time.perf_counter()
    task = asyncio.create_task(copy.run())
    while copy.rows_behind and not copy.error:
        await asyncio.sleep(0.01)
    task.cancel()
    if copy.error:
        raise SystemExit(copy.error)
    return time.perf_counter() - began


async def measure(count: int, server: Sequence[str] | None) -> None:
    """All figures, printed."""
    rows = make_rows(count)
    print(f"SQLite {sqlite3.sqlite_version}, {count:,} readings, every commit synced")
    print(f"{'rows a commit':>13} {'bare /s':>10} {'record /s':>10} {'ratio':>6} {'worst ms':>18}")
    with tempfile.TemporaryDirectory() as folder:
        for batch in BATCHES:
            control = bare(Path(folder) / f"bare-{batch}.db", rows, batch)
            async with open_record(Path(folder) / f"record-{batch}.db") as record:
                ours = await recorded(record, rows, batch)
            print(
                f"{batch:>13,} {control.rows_per_s:>10,.0f} {ours.rows_per_s:>10,.0f} "
                f"{ours.rows_per_s / control.rows_per_s:>6.2f} "
                f"{control.worst_ms:>8.1f} {ours.worst_ms:>8.1f}"
            )
        path = Path(folder) / f"record-{BATCHES[-1]}.db"
        print(f"bytes a row      {path.stat().st_size / count:.0f}")
        print(f"to lines         {lines_per_s(rows):,.0f} rows/s")
        async with open_record(path) as record:
            print(f"read for copying {count / await read_back(RecordHistory(path)):,.0f} rows/s")
            if server:
                print(f"to InfluxDB      {count / await caught_up(record, server):,.0f} rows/s")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--influxdb", nargs=4, metavar=("URL", "ORG", "BUCKET", "TOKEN"))
    told = parser.parse_args()
    asyncio.run(measure(told.rows, told.influxdb))


if __name__ == "__main__":
    main()
