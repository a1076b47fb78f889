"""The catalogue: a row for each session to find it by, derived from its rows alone.

Nothing is in it that the record does not hold elsewhere: it can be dropped and
worked out again. Knows SQL; knows no rule, review or page.
"""

# ruff: noqa: S608  names come from this file, values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from monitor.clinic import Phase
from monitor.finding import Entry, Found, Measured, Wanted
from monitor.history import SEATED
from monitor.store.rows import SqlValue

CAUGHT_UP = "catalogued"
"""The row of `progress` that says up to which fact and transition the catalogue holds."""
SCHEMA = f"""
CREATE TABLE catalogue (
    session TEXT PRIMARY KEY,
    patient_ref TEXT NOT NULL COLLATE NOCASE,
    chair TEXT NOT NULL,
    opened_us INTEGER NOT NULL,
    closed_us INTEGER,
    phase TEXT NOT NULL,
    planned_minutes INTEGER NOT NULL,
    infusion INTEGER,
    high INTEGER NOT NULL,
    medium INTEGER NOT NULL,
    low INTEGER NOT NULL,
    signed INTEGER NOT NULL,
    ready_minutes REAL,
    rise REAL,
    lowest_spo2 REAL,
    measured INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX catalogue_time ON catalogue (opened_us, session);
CREATE INDEX catalogue_patient ON catalogue (patient_ref, opened_us, session);
CREATE INDEX catalogue_chair ON catalogue (chair, opened_us, session);
CREATE INDEX catalogue_high ON catalogue (opened_us, session) WHERE high > 0;
CREATE INDEX catalogue_rise ON catalogue (rise) WHERE rise IS NOT NULL;
CREATE INDEX catalogue_unsigned ON catalogue (opened_us, session)
    WHERE signed = 0 AND closed_us IS NOT NULL;
CREATE INDEX catalogue_unmeasured ON catalogue (opened_us)
    WHERE measured = 0 AND closed_us IS NOT NULL;
CREATE INDEX facts_seated ON facts (at_us) WHERE kind = '{SEATED}';
CREATE INDEX facts_of_sessions ON facts (id) WHERE session IS NOT NULL;
CREATE TABLE catalogue_people (
    person TEXT NOT NULL,
    session TEXT NOT NULL,
    PRIMARY KEY (person, session)
) STRICT, WITHOUT ROWID;
INSERT INTO progress VALUES ('{CAUGHT_UP}', 0);
"""

_COLUMNS = (
    *("session", "patient_ref", "chair", "opened_us", "closed_us", "phase", "planned_minutes"),
    *("infusion", "high", "medium", "low", "signed", "ready_minutes"),
)
_FIGURES = ("rise", "lowest_spo2", "measured")
_PUT = (
    f"INSERT INTO catalogue ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (session) DO UPDATE "
    # Figures stay until the readings are looked at again, and for good where those are gone.
    f"SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}, "
    "measured = 0, changes = changes + 1"
)
_SELECT = f"SELECT {', '.join((*_COLUMNS, *_FIGURES))} FROM catalogue"
_BEYOND = "\U0010ffff"
"""After every text that begins with what stands before it."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Sessions about which something was kept, up to the row of number `through`."""

    sessions: tuple[str, ...]
    through: int


class Unmeasured(NamedTuple):
    """A session whose readings are to be looked at, and how often its entry changed until now."""

    session: str
    changes: int


def touched(connection: sqlite3.Connection, limit: int) -> Touched:
    """The next sessions whose entries are older than their facts or transitions."""
    ends, sessions = list[int](), dict[str, None]()
    # One transaction, so that nothing kept meanwhile is passed over.
    connection.execute("BEGIN")
    ((since,),) = connection.execute("SELECT id FROM progress WHERE name = ?", (CAUGHT_UP,))
    for table in ("facts", "transitions"):
        rows = connection.execute(
            f"SELECT id, session FROM {table} WHERE id > ? AND session IS NOT NULL "
            "ORDER BY id LIMIT ?",
            (since, limit),
        ).fetchall()
        sessions |= dict.fromkeys(session for _, session in rows)
        if len(rows) == limit:
            ends.append(rows[-1][0])
        else:
            newest = f"SELECT ifnull(max(id), 0) FROM {table} WHERE session IS NOT NULL"
            ends.append(connection.execute(newest).fetchone()[0])
    connection.execute("COMMIT")
    full = [end for end in ends if end > since]
    return Touched(tuple(sessions), min(full, default=since))


def unmeasured(connection: sqlite3.Connection) -> Unmeasured | None:
    """The newest closed session whose readings were not looked at since it changed."""
    row = connection.execute(
        "SELECT session, changes FROM catalogue WHERE measured = 0 AND closed_us IS NOT NULL "
        "ORDER BY opened_us DESC LIMIT 1"
    ).fetchone()
    return None if row is None else Unmeasured(*row)


def put(connection: sqlite3.Connection, entries: Sequence[Entry], through: int | None) -> None:
    """Keep these entries in place of older ones, and up to where the catalogue then holds."""
    connection.executemany(_PUT, [_values(entry) for entry in entries])
    people = [(person, entry.session) for entry in entries for person in entry.people]
    connection.executemany("INSERT OR IGNORE INTO catalogue_people VALUES (?, ?)", people)
    if through is not None:
        values = (CAUGHT_UP, through)
        connection.execute("UPDATE progress SET id = ?2 WHERE name = ?1", values)


def measure(connection: sqlite3.Connection, of: Unmeasured, measured: Measured | None) -> None:
    """Keep what a session's readings told, unless its entry changed meanwhile.

    None: the readings are gone, and what they told before stays.
    """
    if measured is not None:
        connection.execute(
            "UPDATE catalogue SET rise = ?, lowest_spo2 = ? WHERE session = ? AND changes = ?",
            (measured.rise, measured.lowest_spo2, *of),
        )
    connection.execute("UPDATE catalogue SET measured = 1 WHERE session = ? AND changes = ?", of)


def anew(connection: sqlite3.Connection) -> None:
    """Every entry is to be worked out again; what only deleted readings told stays."""
    connection.execute("DELETE FROM catalogue_people")
    connection.execute("UPDATE progress SET id = 0 WHERE name = ?", (CAUGHT_UP,))


def find(connection: sqlite3.Connection, wanted: Wanted) -> Found:
    """A page of the entries that hold, the newest first, and how many there are."""
    (total,) = connection.execute(*count(wanted)).fetchone()
    query, values = page(wanted)
    return Found(
        entries=tuple(_entry(row) for row in connection.execute(query, values)), total=total
    )


def count(wanted: Wanted) -> tuple[str, list[SqlValue]]:
    """The question for how many hold, with its values."""
    where, values = conditions(wanted)
    return f"SELECT count(*) FROM catalogue {where}", values


def page(wanted: Wanted) -> tuple[str, list[SqlValue]]:
    """The question for one page, with its values."""
    where, values = conditions(wanted)
    if wanted.after is not None:
        where = f"{where} {'AND' if where else 'WHERE'} (opened_us, session) < (?, ?)"
        values += wanted.after
    return f"{_SELECT} {where} ORDER BY opened_us DESC, session DESC LIMIT ?", [
        *values,
        wanted.limit,
    ]


def conditions(wanted: Wanted) -> tuple[str, list[SqlValue]]:
    """What is asked for as SQL, with its values."""
    told: list[tuple[str, tuple[SqlValue, ...]]] = []
    if wanted.patient:
        told.append(
            ("patient_ref >= ? AND patient_ref < ?", (wanted.patient, wanted.patient + _BEYOND))
        )
    if wanted.chair:
        told.append(("chair = ?", (wanted.chair,)))
    if wanted.person:
        of_person = "session IN (SELECT session FROM catalogue_people WHERE person = ?)"
        told.append((of_person, (wanted.person,)))
    if wanted.from_us is not None:
        told.append(("opened_us >= ?", (wanted.from_us,)))
    if wanted.to_us is not None:
        told.append(("opened_us < ?", (wanted.to_us,)))
    if wanted.had_high:
        told.append(("high > 0", ()))
    if wanted.rise_over is not None:
        told.append(("rise IS NOT NULL AND rise > ?", (wanted.rise_over,)))
    if wanted.unsigned:
        told.append(("signed = 0 AND closed_us IS NOT NULL", ()))
    where = " AND ".join(condition for condition, _ in told)
    return f"WHERE {where}" if told else "", [value for _, values in told for value in values]


def _values(entry: Entry) -> tuple[SqlValue, ...]:
    return (
        *(entry.session, entry.patient_ref, entry.chair, entry.opened_us, entry.closed_us),
        *(entry.phase.value, entry.planned_minutes, entry.infusion),
        *(entry.high, entry.medium, entry.low, int(entry.signed), entry.ready_minutes),
    )


def _entry(row: Sequence[Any]) -> Entry:
    named = dict(zip((*_COLUMNS, *_FIGURES), row, strict=True))
    rise, lowest, measured = (named.pop(name) for name in _FIGURES)
    known = measured or rise is not None or lowest is not None
    named |= {"phase": Phase(named["phase"]), "signed": bool(named["signed"])}
    return Entry(**named, measured=Measured(rise=rise, lowest_spo2=lowest) if known else None)
