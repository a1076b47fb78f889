"""An hour out of one chair's five years, and each search over 50,000 sessions, over HTTP.

    make bench-large     (python -m benchmarks.large_history [--seconds 36000000])

Loads what `benchmarks.five_years` describes into a record and into a real
InfluxDB, once, into the user's cache; prints their bytes. Then `chairside serve`
runs upon the record and `chairside review --from-influxdb` over InfluxDB alone,
processes of their own, and a client asks for hours at random and for every kind
of search. Two controls of the same run: the same route asked for a chair that is
not there, which reads nothing, and before each request some 10 ms of arithmetic,
which only other processes make longer. Exits 1 over the bounds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import quantiles

import httpx

from benchmarks import five_years
from benchmarks.five_years import (
    CHAIR,
    CLINIC,
    OPENING_S_MAX,
    SECOND_US,
    SESSION_S,
    WHOLE_EVERY,
    Built,
    Visit,
)
from monitor.clinic import Phase
from monitor.finding import Entry, Measured
from monitor.store import catalogue, file
from tests.process import PASSWORD, employ
from tools.influxd.server import Influxd
from tools.server import Server, free_port

HOUR_P99_S, SEARCH_P99_S = 0.050, 0.100
SESSIONS = 50_000
ASKED = 300
WARM_UP = 5
CONTROL_STEPS = 500_000
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
        people=people,
        measured=Measured(
            rise=float(chance.randrange(-5, 80)),
            lowest_spo2=90.0 + chance.randrange(10),
            ready_minutes=30.0 + chance.randrange(60),
        ),
    )


@contextmanager
def shipped(folder: Path, more: str, *command: str) -> Iterator[str]:
    """The address at which that command of the product serves, as a process of its own.

    `more` is added to its configuration: where it reads.
    """
    folder.mkdir()
    employ(folder)
    port = free_port()
    chairs = [f'[[chairs]]\nid = "{one}"\nlabel = "{one}"\n' for one in range(1, 7)]
    web = f'[clinic]\nname = "bench"\nid = "{CLINIC}"\n[web]\nlisten = "127.0.0.1:{port}"\n'
    config = folder / "clinic.toml"
    config.write_text("".join([web, *chairs, more]))
    line = [sys.executable, "-m", "monitor.cli", *command, "--config", str(config)]
    port_too = ["--port", str(port)] if command[0] == "review" else []
    server = Server([*line, *port_too], port, folder)
    server.start(OPENING_S_MAX)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def over_record(found: Built, folder: Path) -> AbstractContextManager[str]:
    """The whole service upon the record."""
    return shipped(folder / "record", f'[record]\npath = "{found.record}"\n', "serve")


def over_influxdb(server: Influxd, folder: Path) -> AbstractContextManager[str]:
    """The pages of the past over InfluxDB alone, as on another machine."""
    token = folder / "token"
    token.touch(0o600)
    token.write_text(server.token)
    more = f'[influxdb]\nurl = "{server.url}"\norg = "{server.org}"\nbucket = "{server.bucket}"\n'
    more += f'token_file = "{token}"\n'
    return shipped(folder / "influxdb", more, "review", "--from-influxdb")


SIGN_IN = {"person": "rk", "method": "password", "secret": PASSWORD}
ACT = {"X-Chairside": "1"}
Parameters = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds each answer took, those of as much arithmetic beside it, and an answer's bytes."""

    took: list[float]
    control: list[float]
    answer_bytes: int


def timed(
    client: httpx.Client, path: str, asked: Callable[[], Parameters], status: int = 200
) -> Times:
    """Ask so often; before each request the control."""
    found = Times([], [], 0)
    for number in range(ASKED + WARM_UP):
        parameters = asked()
        control_s = arithmetic()
        began = time.perf_counter()
        answer = client.get(path, params=parameters)
        if number >= WARM_UP:
            found.took.append(time.perf_counter() - began)
            found.control.append(control_s)
        assert answer.status_code == status, answer.text
    return replace(found, answer_bytes=len(answer.content))


def arithmetic() -> float:
    """Seconds for some 10 ms of arithmetic: longer only where others have the processor."""
    began = time.perf_counter()
    sum(range(CONTROL_STEPS))
    return time.perf_counter() - began


def report(what: str, found: Times) -> float:
    """Print p50 and p99 in milliseconds, beside the control's; the p99 in seconds."""
    row: dict[str, str | float] = {"what": what}
    for name, took in (("", found.took), ("control_", found.control)):
        row |= {f"{name}p{part}_ms": round(percentile(took, part) * 1e3, 1) for part in (50, 99)}
    row |= {"max_ms": round(max(found.took) * 1e3, 1), "answer_bytes": found.answer_bytes}
    print(json.dumps(row), flush=True)
    return percentile(found.took, 99)


def percentile(took: Sequence[float], part: int) -> float:
    """That percentile."""
    return quantiles(took, n=100)[part - 1]


def hours(
    client: httpx.Client, found: Built, *, whole: bool, name: str, cold: Path | None = None
) -> float:
    """Hours at random; the p99. With `cold` that file is out of memory before each."""
    chance = random.Random(2)
    wholes = range(0, found.sessions, WHOLE_EVERY)

    def asked() -> Parameters:
        if cold:
            forget(cold)
        number = chance.choice(wholes) if whole else chance.randrange(found.sessions)
        if not whole and number % WHOLE_EVERY == 0:
            number += 1
        begin_ms = Visit(number).begin_us // 1_000 + chance.randrange(SESSION_S * 500)
        return {"from_ms": begin_ms, "to_ms": begin_ms + HOUR_MS}

    vitals = "six vital signs" if whole else "one vital sign"
    path = f"/api/chairs/{CHAIR}/readings"
    return report(f"an hour of {vitals}, {name}", timed(client, path, asked))


def forget(path: Path) -> None:
    """Have the system drop what it holds of that file: the next read is from the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def measured_hours(client: httpx.Client, found: Built, name: str) -> bool:
    """Hours of that history, and a request to the same route that reads nothing."""
    nothing: Parameters = {"from_ms": 0, "to_ms": 1}
    path = "/api/chairs/none/readings"
    took = timed(client, path, lambda: nothing, status=404)
    report(f"a request that reads nothing, {name}", took)
    fine = hours(client, found, whole=False, name=name) <= HOUR_P99_S
    hours(client, found, whole=True, name=name)
    return fine


def measured_searches(client: httpx.Client) -> bool:
    """Each kind of search."""
    p99s_s = [
        report(
            f"search of {SESSIONS:,}: {what}",
            timed(client, "/api/sessions", partial(dict, asked)),
        )
        for what, asked in SEARCHES.items()
    ]
    return max(p99s_s) <= SEARCH_P99_S


def measure(found: Built, server: Influxd | None, folder: Path) -> bool:
    """Everything over HTTP; whether it kept the bounds."""
    with over_record(found, folder) as address, httpx.Client(base_url=address) as client:
        client.post("/api/sign-in", json=SIGN_IN, headers=ACT).raise_for_status()
        fine = measured_hours(client, found, "record")
        cold = hours(client, found, whole=False, name="record on the disk", cold=found.record)
        fine &= cold <= HOUR_P99_S
        fine &= measured_searches(client)
    if server:
        with over_influxdb(server, folder) as address, httpx.Client(base_url=address) as client:
            fine &= measured_hours(client, found, "influxdb")
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
        with tempfile.TemporaryDirectory() as folder:
            fine = measure(found, server, Path(folder))
    finally:
        if server:
            server.stop()
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
