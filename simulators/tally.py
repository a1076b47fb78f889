"""What a record holds, counted and digested: how a simulation or a replay ended.

Reads the SQLite file as `docs/record.md` describes it, after the service has closed it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

TABLES = ("readings", "transitions", "facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`digest` is over every committed row in order of commit; alarms are counted by condition."""

    digest: str
    readings: int
    values: int
    sessions: int
    transitions: int
    alarms: Mapping[str, int]

    def lines(self) -> Iterable[str]:
        """For people."""
        yield f"readings     {self.readings} ({self.values} with a value)"
        yield f"sessions     {self.sessions}"
        yield f"alarms       {sum(self.alarms.values())} in {self.transitions} transitions"
        for condition, count in sorted(self.alarms.items()):
            yield f"  {condition:<10} {count}"
        yield f"digest       {self.digest}"


def tally(path: Path) -> Tally:
    """Count and digest the record at `path`."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as record:
        return Tally(
            digest=_digest(record),
            readings=_number(record, "SELECT count(*) FROM readings"),
            values=_number(record, "SELECT count(value) FROM readings"),
            sessions=_number(record, "SELECT count(DISTINCT session) FROM facts"),
            transitions=_number(record, "SELECT count(*) FROM transitions"),
            alarms=dict(
                record.execute(
                    "SELECT condition, count(DISTINCT alarm) FROM transitions GROUP BY condition"
                ).fetchall()
            ),
        )


def _digest(record: sqlite3.Connection) -> str:
    digest = hashlib.sha256()
    for table in TABLES:
        for row in record.execute(f"SELECT * FROM {table} ORDER BY id"):  # noqa: S608  our own names
            digest.update(repr(row).encode())
    return digest.hexdigest()[:16]


def _number(record: sqlite3.Connection, question: str) -> int:
    (count,) = record.execute(question).fetchone()
    return int(count)
