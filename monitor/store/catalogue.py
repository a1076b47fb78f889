"""The catalogue: a row for each session to find it by, derived from its rows alone.

Nothing is in it that the record does not hold elsewhere: it can be dropped and
worked out again. Knows SQL; knows no rule, review or page.
"""

# ruff: noqa: S608  names come from this file, values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from monitor.clinic import Phase
from monitor.finding import COUNTED_MAX, Entry, Found, Measured, Wanted
from monitor.history import SEATED
from monitor.store.rows import SqlValue

CAUGHT_UP = "catalogued"
"""The row of `progress` that says up to which fact and transition the catalogue holds."""
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS catalogue (
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
CREATE INDEX IF NOT EXISTS catalogue_time ON catalogue (opened_us, session);
CREATE INDEX IF NOT EXISTS catalogue_patient ON catalogue (patient_ref, opened_us, session);
CREATE INDEX IF NOT EXISTS catalogue_chair ON catalogue (chair, opened_us, session);
CREATE INDEX IF NOT EXISTS catalogue_high ON catalogue (opened_us, session) WHERE high > 0;
CREATE INDEX IF NOT EXISTS catalogue_rise ON catalogue (opened_us, session, rise)
    WHERE rise IS NOT NULL;
CREATE INDEX IF NOT EXISTS catalogue_unsigned ON catalogue (opened_us, session)
    WHERE signed = 0 AND closed_us IS NOT NULL;
CREATE INDEX IF NOT EXISTS catalogue_unmeasured ON catalogue (opened_us)
    WHERE measured = 0 AND closed_us IS NOT NULL;
CREATE INDEX IF NOT EXISTS facts_seated ON facts (at_us) WHERE kind = '{SEATED}';
CREATE INDEX IF NOT EXISTS facts_of_sessions ON facts (id) WHERE session IS NOT NULL;
CREATE TABLE IF NOT EXISTS catalogue_people (
    person TEXT NOT NULL,
    opened_us INTEGER NOT NULL,
    session TEXT NOT NULL,
    PRIMARY KEY (person, opened_us, session)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO progress VALUES ('{CAUGHT_UP}', 0);
"""

_COLUMNS = (
    *("session", "patient_ref", "chair", "opened_us", "closed_us", "phase", "planned_minutes"),
    *("infusion", "high", "medium", "low", "signed"),
)
_FIGURES = ("rise", "lowest_spo2", "ready_minutes")
_PUT = (
    f"INSERT INTO catalogue ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (session) DO UPDATE "
    # Figures stay until the readings are looked at again, and for good where those are gone.
    f"SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}, "
    "measured = 0, changes = changes + 1"
)
_BEYOND = "\U0010ffff"
"""After every text that begins with what stands before it."""
TELLING = 3
"""Characters of a patient's reference from which on few share them."""


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
    people = [
        (person, entry.opened_us, entry.session) for entry in entries for person in entry.people
    ]
    connection.executemany("INSERT OR IGNORE INTO catalogue_people VALUES (?, ?, ?)", people)
    if through is not None:
        values = (CAUGHT_UP, through)
        connection.execute("UPDATE progress SET id = ?2 WHERE name = ?1", values)


def measure(connection: sqlite3.Connection, of: Unmeasured, measured: Measured | None) -> None:
    """Keep what a session's readings told, unless its entry changed meanwhile.

    None: the readings are gone, and what they told before stays.
    """
    if measured is not None:
        connection.execute(
            f"UPDATE catalogue SET {', '.join(f'{name} = ?' for name in _FIGURES)} "
            "WHERE session = ? AND changes = ?",
            (measured.rise, measured.lowest_spo2, measured.ready_minutes, *of),
        )
    connection.execute("UPDATE catalogue SET measured = 1 WHERE session = ? AND changes = ?", of)


def anew(connection: sqlite3.Connection) -> None:
    """Every entry is to be worked out again; what only deleted readings told stays."""
    connection.execute("DELETE FROM catalogue_people")
    connection.execute("UPDATE progress SET id = 0 WHERE name = ?", (CAUGHT_UP,))


def find(connection: sqlite3.Connection, wanted: Wanted) -> Found:
    """A page of the entries that hold, the newest first, and how many there are."""
    (total,) = connection.execute(*count(wanted)).fetchone()
    entries = tuple(_entry(row) for row in connection.execute(*page(wanted)))
    return Found(entries=entries, total=total)


def count(wanted: Wanted) -> tuple[str, list[SqlValue]]:
    """The question for how many hold, with its values; it counts no further than it must."""
    source, conditions, values = _asked(wanted)
    return f"SELECT count(*) FROM (SELECT 1 FROM {source}{conditions} LIMIT ?)", [
        *values,
        COUNTED_MAX + 1,
    ]


def page(wanted: Wanted) -> tuple[str, list[SqlValue]]:
    """The question for one page, with its values."""
    source, conditions, values = _asked(wanted)
    time, session = ("p.opened_us", "p.session") if wanted.person else ("c.opened_us", "c.session")
    if wanted.after is not None:
        conditions += f" AND ({time}, {session}) < (?, ?)"
        values += wanted.after
    columns = ", ".join(f"c.{name}" for name in (*_COLUMNS, *_FIGURES, "measured"))
    return (
        f"SELECT {columns} FROM {source}{conditions} ORDER BY {time} DESC, {session} DESC LIMIT ?",
        [*values, wanted.limit],
    )


def _asked(wanted: Wanted) -> tuple[str, str, list[SqlValue]]:
    """Where to look, what must hold, and its values.

    The index is named: which one is quick is known here and could not be told
    from the few figures that SQLite keeps of a table.
    """
    told = list(_conditions(wanted))
    conditions = " AND ".join(["true", *(condition for condition, _ in told)])
    values = [value for _, values in told for value in values]
    if wanted.person:
        source = "catalogue_people AS p CROSS JOIN catalogue AS c ON c.session = p.session"
    else:
        source = f"catalogue AS c INDEXED BY {_index(wanted)}"
    return source, f" WHERE {conditions}", values


def _index(wanted: Wanted) -> str:
    """The index that leaves the fewest to look at, in the order of time where it can."""
    if len(wanted.patient) >= TELLING:
        return "catalogue_patient"
    if wanted.unsigned:
        return "catalogue_unsigned"
    if wanted.rise_over is not None:
        return "catalogue_rise"
    if wanted.had_high:
        return "catalogue_high"
    return "catalogue_chair" if wanted.chair else "catalogue_time"


def _conditions(wanted: Wanted) -> Iterator[tuple[str, tuple[SqlValue, ...]]]:
    if wanted.person:
        yield "p.person = ?", (wanted.person,)
    if wanted.patient:
        span = (wanted.patient, wanted.patient + _BEYOND)
        yield "c.patient_ref >= ? AND c.patient_ref < ?", span
    if wanted.chair:
        yield "c.chair = ?", (wanted.chair,)
    time = "p.opened_us" if wanted.person else "c.opened_us"
    if wanted.from_us is not None:
        yield f"{time} >= ?", (wanted.from_us,)
    if wanted.to_us is not None:
        yield f"{time} < ?", (wanted.to_us,)
    if wanted.had_high:
        yield "c.high > 0", ()
    if wanted.rise_over is not None:
        yield "c.rise IS NOT NULL AND c.rise > ?", (wanted.rise_over,)
    if wanted.unsigned:
        yield "c.signed = 0 AND c.closed_us IS NOT NULL", ()


def _values(entry: Entry) -> tuple[SqlValue, ...]:
    return (
        *(entry.session, entry.patient_ref, entry.chair, entry.opened_us, entry.closed_us),
        *(entry.phase.value, entry.planned_minutes, entry.infusion),
        *(entry.high, entry.medium, entry.low, int(entry.signed)),
    )


def _entry(row: Sequence[Any]) -> Entry:
    named = dict(zip((*_COLUMNS, *_FIGURES, "measured"), row, strict=True))
    looked_at = named.pop("measured")
    figures = {name: named.pop(name) for name in _FIGURES}
    known = looked_at or any(value is not None for value in figures.values())
    named |= {"phase": Phase(named["phase"]), "signed": bool(named["signed"])}
    return Entry(**named, measured=Measured(**figures) if known else None)
