"""Five years of one chair, loaded in bulk into a record and a real InfluxDB, and kept in a cache.

A reading of SpO2 each second of eight hours a day, 250 days a year: 36 million
seconds in 5,000 sessions of two hours. In every hundredth session five more
vital signs come each second, as they would from a whole monitor, so that an hour
of one and an hour of six can be asked for. In every tenth a stretch is called an
artefact: in most an hour after its end, in each fifth of those at the end of the five years.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.history import ARTEFACT, Data, FactRow
from monitor.store import file
from monitor.store.lines import Lines
from monitor.store.rows import Committed, Seat, item_of
from monitor.store.schema import FACT_COLUMNS, READING_COLUMNS
from tools.influxd.server import TOKEN, Influxd, influxd, program_found

CLINIC, CHAIR, DEVICE = "bench", "1", "monitor-1"
SECOND_US = 1_000_000
BEGIN_US = 1_609_718_400 * SECOND_US
"""Monday 2021-01-04, UTC."""
SESSION_S, SESSIONS_A_DAY, DAYS_A_WEEK = 7_200, 4, 5
MORE = ("PR", "HR", "RR", "EtCO2", "PI")
"""What a whole monitor adds, in every `WHOLE_EVERY`th session."""
WHOLE_EVERY = 100
LINES_A_POST = 50_000
PHASES = (("PREPARE", 0), ("BASELINE", 300), ("INFUSION", 900), ("RECOVERY", 3_900))
SESSIONS_A_COMMIT = 50
MARKED_EVERY, LONG_AFTER_EVERY = 10, 50
OPENING_S_MAX = 300.0
"""InfluxDB opens each of 250 weeks before it answers."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One session of the chair."""

    number: int

    @property
    def id(self) -> str:
        """Its id."""
        return f"s-{self.number:06}"

    @property
    def begin_us(self) -> int:
        """When it was seated."""
        day, place = divmod(self.number, SESSIONS_A_DAY)
        week, weekday = divmod(day, DAYS_A_WEEK)
        hours = 8 + 2 * place
        return BEGIN_US + ((week * 7 + weekday) * 24 + hours) * 3_600 * SECOND_US

    @property
    def vitals(self) -> tuple[str, ...]:
        """What is measured each second."""
        return ("SpO2", *MORE) if self.number % WHOLE_EVERY == 0 else ("SpO2",)

    def facts(self) -> Iterator[FactRow]:
        """Seated, through the phases, closed."""
        names = [*PHASES[1:], ("CLOSED", SESSION_S - 1)]
        told: list[tuple[str, Data, int]] = [
            (
                "seated",
                {"patient_ref": f"P{self.number // 6:05}", "planned_minutes": 40},
                0,
            ),
            *(("phase", {"phase": name}, second) for name, second in names),
        ]
        for ordinal, (kind, data, second) in enumerate(told):
            yield FactRow(
                at_us=self.begin_us + second * SECOND_US + 7,
                ordinal=ordinal,
                session=self.id,
                chair=CHAIR,
                kind=kind,
                actor="rk",
                data=data,
            )

    def remark(self, end_us: int) -> FactRow:
        """What was said of its readings: a stretch is an artefact; `end_us` ends all years."""
        hour_us = 3_600 * SECOND_US
        soon_us = self.begin_us + SESSION_S * SECOND_US + hour_us + 11
        from_us = self.begin_us + hour_us
        return FactRow(
            at_us=end_us + self.number if self.number % LONG_AFTER_EVERY == 0 else soon_us,
            ordinal=99,
            session=self.id,
            chair=CHAIR,
            kind=ARTEFACT,
            actor="rk",
            data={
                "from_us": from_us,
                "to_us": from_us + 30 * SECOND_US,
                "vitals": "SpO2",
                "cause": "movement",
            },
        )


@dataclass(frozen=True, slots=True)
class Built:
    """The folder of what was built, how much it holds, and how long that took."""

    folder: Path
    seconds: int

    @property
    def sessions(self) -> int:
        """How many sessions the chair had."""
        return self.seconds // SESSION_S

    @property
    def marked(self) -> list[Visit]:
        """The sessions of whose readings something was said."""
        return [Visit(number) for number in range(0, self.sessions, MARKED_EVERY)]

    @property
    def end_us(self) -> int:
        """After the last session."""
        return Visit(self.sessions).begin_us

    @property
    def record(self) -> Path:
        """The record's file."""
        return self.folder / "chairside.db"

    @property
    def readings(self) -> int:
        """How many rows that makes."""
        whole = -(-self.sessions // WHOLE_EVERY)
        return (self.sessions + whole * len(MORE)) * SESSION_S

    def bytes_of(self, name: str) -> int:
        """What a part of it takes on the disk."""
        place = self.folder / name
        files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
        return sum(one.stat().st_size for one in files)


def cache() -> Path:
    """Where it is kept between runs."""
    home = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")))
    return home / "chairside" / "large-history"


def built(seconds: int) -> Built:
    """The record of so many seconds; loaded now where the cache does not hold it."""
    found = Built(cache() / str(seconds), seconds)
    if not (found.folder / "record.json").exists():
        shutil.rmtree(found.folder, ignore_errors=True)
        found.folder.mkdir(parents=True)
        began = time.monotonic()
        _load_record(found)
        _done(found, "record", time.monotonic() - began)
    if not (found.folder / "remarks.json").exists():
        _remark_in_record(found)
        _done(found, "remarks")
    return found


def served(found: Built) -> Influxd:
    """A running InfluxDB that holds the same; loaded now where the cache does not hold it."""
    folder = found.folder / "influxdb"
    if not (found.folder / "influxdb.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        # What is years old lies in InfluxDB's own files, no longer in its log.
        loading = influxd(folder, program_found(), "--storage-wal-flush-on-shutdown")
        loading.start(OPENING_S_MAX)
        loading.set_up()
        began = time.monotonic()
        _load_influxdb(found, loading)
        loading.stop(OPENING_S_MAX)
        _done(found, "influxdb", time.monotonic() - began)
    if not (found.folder / "influxdb-remarks.json").exists():
        loading = influxd(folder, program_found(), "--storage-wal-flush-on-shutdown")
        loading.start(OPENING_S_MAX)
        loading.account.token = TOKEN
        _remark_in_influxdb(found, loading)
        loading.stop(OPENING_S_MAX)
        _done(found, "influxdb-remarks")
    server = influxd(folder, program_found())
    server.start(OPENING_S_MAX)
    server.account.token = TOKEN
    return server


def _done(found: Built, what: str, took_s: float | None = None) -> None:
    told = {"seconds": found.seconds, "took_s": took_s and round(took_s, 1)}
    (found.folder / f"{what}.json").write_text(json.dumps(told))
    if took_s is not None:
        print(f"{what}: {found.readings:,} readings loaded in {took_s:,.0f} s", flush=True)


def _load_record(found: Built) -> None:
    connection = file.open_for_writing(found.record)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    last = 0
    for number in range(found.sessions):
        if number % SESSIONS_A_COMMIT == 0:
            connection.execute("BEGIN")
        last = _load_visit(connection, Visit(number), last)
        if number % SESSIONS_A_COMMIT == SESSIONS_A_COMMIT - 1:
            connection.execute("COMMIT")
    if connection.in_transaction:
        connection.execute("COMMIT")
    connection.execute("UPDATE progress SET id = ? WHERE name = 'copied'", (last,))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _load_visit(connection: sqlite3.Connection, visit: Visit, last: int) -> int:
    for fact in visit.facts():
        last += 1
        _load_fact(connection, fact, last)
    vitals = visit.vitals
    # SQLite counts the seconds itself: no row passes through Python.
    connection.execute(
        f"INSERT INTO readings (id, at_us, shift_us, {', '.join(READING_COLUMNS)}) "
        "WITH RECURSIVE second(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM second WHERE n < ?1) "
        "SELECT ?2 + n * ?3 + v.key + 1, ?4 + n * 1000000 + 250000, 0, "
        "?4 + n * 1000000 + 250800, ?5, ?6, ?7, v.value, 88.0 + (n * 7 + v.key) % 12, "
        "CASE n % 601 WHEN 0 THEN 'questionable' ELSE 'valid' END, 'test', 'received', '', 0, "
        "NULL, NULL FROM second, json_each(?8) AS v",
        (
            *(SESSION_S - 1, last, len(vitals), visit.begin_us),
            *(CHAIR, DEVICE, visit.id, json.dumps(vitals)),
        ),
    )
    return last + SESSION_S * len(vitals)


def _load_fact(connection: sqlite3.Connection, fact: FactRow, number: int) -> None:
    item = item_of(fact)
    connection.execute(
        f"INSERT INTO facts (id, at_us, shift_us, {', '.join(FACT_COLUMNS)}) "
        f"VALUES ({', '.join('?' * (len(FACT_COLUMNS) + 3))})",
        (number, item.at_us, 0, *item.values),
    )


def _remark_in_record(found: Built) -> None:
    connection = file.open_for_writing(found.record)
    last = file.last_number(connection)
    connection.execute("BEGIN")
    for number, visit in enumerate(found.marked, last + 1):
        _load_fact(connection, visit.remark(found.end_us), number)
    for name, number in (("copied", last + len(found.marked)), ("unplaced", 0)):
        connection.execute("UPDATE progress SET id = ? WHERE name = ?", (number, name))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _remark_in_influxdb(found: Built, server: Influxd) -> None:
    rows = [
        Committed(0, remark.at_us, remark, Seat(next(visit.facts()).at_us, 1))
        for visit in found.marked
        for remark in [visit.remark(found.end_us)]
    ]
    lines = Lines(CLINIC)
    since_us = next(Visit(0).facts()).at_us
    _post(server, [*lines.lines(rows), lines.layout(since_us, found.end_us)])


def _load_influxdb(found: Built, server: Influxd) -> None:
    lines = Lines(CLINIC)
    waiting: list[str] = []
    for number in range(found.sessions):
        visit = Visit(number)
        waiting += lines.lines(Committed(0, fact.at_us, fact) for fact in visit.facts())
        waiting += _lines_of(visit)
        if len(waiting) >= LINES_A_POST:
            _post(server, waiting)
            waiting = []
    _post(server, waiting)


def _lines_of(visit: Visit) -> Iterator[str]:
    """As `Lines` writes them, without making a row of each."""
    begin_us = visit.begin_us
    for key, vital in enumerate(visit.vitals):
        head = f"vitals,clinic={CLINIC},chair={CHAIR},device={DEVICE},vital={vital} value="
        rest = f',mode="test",basis="received",reason="",late=false,session="{visit.id}"'
        for n in range(SESSION_S):
            at_us = begin_us + n * SECOND_US + 250_000
            validity = "valid" if n % 601 else "questionable"
            yield (
                f'{head}{88.0 + (n * 7 + key) % 12},validity="{validity}"{rest},'
                f"received_us={at_us + 800}i {at_us}"
            )


def _post(server: Influxd, lines: list[str]) -> None:
    path = f"/api/v2/write?org={server.org}&bucket={server.bucket}&precision=us"
    request = urllib.request.Request(
        server.url + path,
        data=gzip.compress("\n".join(lines).encode(), compresslevel=1),
        headers={"Authorization": f"Token {server.token}", "Content-Encoding": "gzip"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()
