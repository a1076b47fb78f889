"""Readings a second through decode, rules and commit, beside `executemany` alone.

One process, one core: Masimo ASCII1 lines of many chairs through the driver's
decoder, the intake, the engine, the board and the SQLite record with its real
commits. The peer in the same round writes the same rows with one
`executemany` a flush and nothing else.

    python -m benchmarks.throughput [--chairs 10 100 1000] [--seconds 20] [--rounds 3]

Goal: >= 100,000 readings/s at 100 chairs; red line 20,000.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.wire_to_screen import line
from monitor import shipped
from monitor.alerts import Engine
from monitor.bedsides import Bedsides
from monitor.board import Board
from monitor.care.settings import Practice
from monitor.clinic import Chair, Device
from monitor.clock import Clock
from monitor.doubles import Doubles
from monitor.drivers import Report
from monitor.drivers.registry import DRIVERS
from monitor.gateways import Gateways
from monitor.intake import Arrival, Intake
from monitor.presets import load_preset
from monitor.store.record import Record
from monitor.ward import Ward

DRIVER = "masimo-ascii1"


def build(chairs: int, record: Record, clock: Clock) -> tuple[Ward, list[Intake]]:
    """A ward with one oximeter a chair."""
    text, where = shipped.preset_text("ketamine-adult", base=Path())
    preset, driver = load_preset(text, where=where), DRIVERS[DRIVER]
    engine = Engine(preset)
    places = [Chair(id=str(number), label=str(number)) for number in range(chairs)]
    for chair in places:
        engine.add_chair(
            chair.id, {f"d{chair.id}": (driver.quiet_limit_s, driver.vitals)}, clock.monotonic()
        )
    board = Board(
        chairs=places,
        vitals={chair.id: driver.vitals for chair in places},
        clinic="bench",
        zone=ZoneInfo("UTC"),
        nibp_interval_s=preset.nibp_interval_s,
        nibp_overdue_s=preset.nibp_overdue_s(),
        modes={},
    )
    devices = [
        Device(id=f"d{chair.id}", driver=DRIVER, link="direct:x", chair=chair.id)
        for chair in places
    ]
    ward = Ward(
        engine=engine,
        board=board,
        record=record,
        clock=clock,
        preset=preset,
        practice=Practice(),
        gateways=Gateways(devices, {one.id: driver.quiet_limit_s for one in devices}),
        bedsides=Bedsides(devices, ZoneInfo("UTC")),
        doubles=Doubles([]),
    )
    return ward, [Intake(device) for device in devices]


async def whole_way(folder: Path, chairs: int, seconds: int) -> tuple[int, float, list[float]]:
    """Readings, wall seconds and commit times of one run; time is stepped, not waited for."""
    now, commits, count = [0.0], [], 0
    clock = Clock(lambda: now[0], epoch_us=1_800_000_000_000_000)
    decoder = [DRIVERS[DRIVER].decoder() for _ in range(chairs)]
    async with Record(folder / "whole.db", clock=clock) as record:
        ward, intakes = build(chairs, record, clock)
        start = time.perf_counter()
        for second in range(seconds):
            for number, intake in enumerate(intakes):
                now[0] = second + number / chairs
                arrival = Arrival(received_s=now[0], received_at_us=clock.utc_us())
                frame = line(90 + (second + number) % 9, 60 + (second + number) % 30)
                for report in decoder[number].feed(frame):
                    if isinstance(report, Report):
                        count += len(report.measurements)
                        ward.take(intake, report, arrival)
            before = time.perf_counter()
            await record.commit()
            commits.append(time.perf_counter() - before)
        return count, time.perf_counter() - start, commits


def executemany_alone(folder: Path, chairs: int, seconds: int, per_line: int) -> float:
    """Wall seconds for the same number of rows, one transaction a second of time."""
    with sqlite3.connect(folder / "bare.db") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE r (at INTEGER, chair TEXT, vital TEXT, value REAL)")
        start = time.perf_counter()
        for second in range(seconds):
            rows = [(second, "1", "SpO2", 97.0)] * (chairs * per_line)
            connection.executemany("INSERT INTO r VALUES (?, ?, ?, ?)", rows)
            connection.commit()
        return time.perf_counter() - start


def main() -> None:
    """Print one JSON line a round and size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chairs", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for chairs in options.chairs:
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                count, wall, commits = asyncio.run(whole_way(folder, chairs, options.seconds))
                per_line = count // (chairs * options.seconds)
                bare = executemany_alone(folder, chairs, options.seconds, per_line)
            row = {
                "chairs": chairs,
                "readings": count,
                "readings_per_s": round(count / wall),
                "commit_p99_ms": round(1e3 * sorted(commits)[int(0.99 * len(commits))], 2),
                "ratio_to_executemany": round(wall / bare, 1),
            }
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
