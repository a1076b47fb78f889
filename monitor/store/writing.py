"""The one hand that writes the record; everything here runs in the writing thread.

Takes items, gives what became of them. Knows SQL and the record's files; knows
no task or loop.
"""

# ruff: noqa: S608  columns come from schema.py, values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.filed import Filed
from monitor.store import acts, audit, documents, file, schema
from monitor.store.rows import FACTS, READINGS, TRANSITIONS, Item, SqlValue

REFILL_EVERY_S = 30.0

_COLUMNS = {
    READINGS: schema.READING_COLUMNS,
    TRANSITIONS: schema.TRANSITION_COLUMNS,
    FACTS: schema.FACT_COLUMNS,
}
# A message that came twice is kept once (the unique index readings_message).
_TWICE = {
    READINGS: "ON CONFLICT (device, ifnull(boot, ''), seq, vital) WHERE seq IS NOT NULL DO NOTHING",
    TRANSITIONS: "",
    FACTS: "",
}
_INSERT = {
    table: f"INSERT INTO {table} (id, at_us, shift_us, {', '.join(columns)}) "
    f"VALUES ({', '.join('?' * (len(columns) + 3))}) {_TWICE[table]}"
    for table, columns in _COLUMNS.items()
}
_NEWEST = {table: f"SELECT max(at_us) FROM {table}" for table in _COLUMNS}
_TAKEN = {
    READINGS: "SELECT 1 FROM readings WHERE at_us = ? AND device = ? AND vital = ?",
    TRANSITIONS: "SELECT 1 FROM transitions WHERE at_us = ?",
    FACTS: "SELECT 1 FROM facts WHERE at_us = ?",
}
# Kept apart, because finding it among all readings would take longer than a start may.
_NUMBER = (
    "INSERT INTO devices VALUES (?, ?, ?) ON CONFLICT (device) DO UPDATE SET seq = "
    "CASE WHEN boot = excluded.boot THEN max(seq, excluded.seq) ELSE excluded.seq END, "
    "boot = excluded.boot"
)
_FORGET = (
    "DELETE FROM readings WHERE id IN (SELECT id FROM readings WHERE at_us < ? "
    "AND id <= (SELECT id FROM progress WHERE name = 'copied') "
    f"AND (session IS NULL OR session NOT IN ({schema.OPEN_SESSIONS})) ORDER BY at_us LIMIT ?)"
)
_ABOVE = "SELECT " + " + ".join(
    f"(SELECT count(*) FROM {table} WHERE id > ?1)" for table in _COLUMNS
)
_NO_TIME = -(2**63)


@dataclass(frozen=True, slots=True)
class Parked:
    """A line that InfluxDB refused for good, and why."""

    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction takes: rows, documents, refused lines, how far the copy has come."""

    items: Sequence[Item]
    parked: Sequence[Parked] = ()
    copied: int | None = None
    filed: Sequence[Filed] = ()


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A transaction that broke, perhaps after its commit: its rows, and the last number before.

    Of the rows the first `kept` were in the record before it, `new` of them as new ones.
    """

    items: Sequence[Item]
    kept: int
    new: int
    last: int

    def leads(self, items: Sequence[Item]) -> bool:
        """Are these the same rows again, or the first of them?"""
        again = items[: len(self.items)]
        same = (one is other for one, other in zip(again, self.items, strict=False))
        return len(again) == len(self.items) and all(same)


@dataclass(frozen=True, slots=True)
class State:
    """What the record holds: number of its last row and of the last one copied, lines parked."""

    last: int
    copied: int
    parked: int


class Writer:
    """Owns the writing connection. Every method must be called in one and the same thread.

    `audited` is the number of the audit's last committed row.
    """

    def __init__(self, path: Path, clock: Clock, reserve_bytes: int) -> None:
        self._path, self._clock = path, clock
        self._lock = file.Lock(path)
        self._reserve = file.Reserve(path, reserve_bytes)
        self._refilled_s = float("-inf")
        self._connection: sqlite3.Connection | None = None
        self._last = self._inode = 0
        self._newest: dict[tuple[str, tuple[str, ...]], int] = {}
        self._moved: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
        self._doubt: _Doubt | None = None
        self._is_open = False
        self.audited = 0
        self.told: list[str] = []

    @property
    def reserve_out(self) -> bool:
        """True while the room kept for a full disk is in use or could not be had."""
        return self._reserve.out

    def open(self) -> State:
        """Take the lock and open the file, or a fresh one in place of a damaged one."""
        self._lock.acquire()
        self._is_open = True
        try:
            self._open_connection()
        except BaseException:
            self.close()
            raise
        self._refill()
        return self.state()

    def state(self) -> State:
        """Read the numbers from the file."""
        connection = self._open_connection()
        (copied,) = connection.execute("SELECT id FROM progress WHERE name = 'copied'").fetchone()
        self.audited = audit.end(connection).number
        (parked,) = connection.execute("SELECT count(*) FROM parked").fetchone()
        return State(self._last, copied, parked)

    def write(self, batch: Batch) -> int:
        """Commit the batch; returns how many rows are new. Raises `StoreError`, with none kept."""
        try:
            return self._with_reserve(batch)
        except sqlite3.Error as problem:
            code = file.primary_code(problem)
            if code in file.LOST:
                self._disconnect()
            if code not in file.DAMAGED:
                raise file.store_error(problem, self._path) from problem
        self._replace_damaged()
        try:
            return self._with_reserve(batch)
        except sqlite3.Error as problem:
            raise file.store_error(problem, self._path) from problem

    def forget(self, before_us: int, limit: int) -> int:
        """Delete at most `limit` readings older than that, safely copied, of no open session.

        Returns how many.
        """
        try:
            return self._open_connection().execute(_FORGET, (before_us, limit)).rowcount
        except sqlite3.Error as problem:
            raise file.store_error(problem, self._path) from problem

    def change(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """Change what follows from rows, all of it or nothing. Raises `StoreError`."""
        try:
            connection = self._open_connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                change(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except sqlite3.Error as problem:
            raise file.store_error(problem, self._path) from problem

    def close(self) -> None:
        """Put all into the one file and let go of it."""
        self._is_open = False
        self._disconnect()
        self._lock.release()

    def _with_reserve(self, batch: Batch) -> int:
        try:
            new = self._transaction(batch)
        except sqlite3.Error as problem:
            if file.primary_code(problem) not in file.NO_ROOM or not self._reserve.release():
                raise
            self._refilled_s = self._clock.monotonic()
            new = self._transaction(batch)
        if self._reserve.out:
            self._refill()
        return new

    def _refill(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._refilled_s >= REFILL_EVERY_S:
            self._refilled_s = now_s
            self._reserve.refill()

    def _transaction(self, batch: Batch) -> int:
        connection = self._open_connection()
        kept, new = self._kept_of(connection, batch.items)
        items = batch.items[kept:]
        last, changes, audited = self._last, connection.total_changes, self.audited
        doubt = _Doubt(batch.items, kept, new, last)
        try:
            connection.execute("BEGIN IMMEDIATE")
            self._insert(connection, items)
            new += connection.total_changes - changes
            if any(item.table != READINGS for item in items):
                audited = acts.chain(connection, last)
            connection.executemany(_NUMBER, _numbers(items))
            documents.put(connection, batch.filed)
            self._note_copy(connection, batch)
            connection.execute("COMMIT")
        except BaseException:
            self._newest.clear()
            self._moved.clear()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
                self._last = last
            # Otherwise it may have been committed before it broke: its numbers are used up.
            self._doubt = doubt
            raise
        self.audited, self._doubt = audited, None
        return new

    def _kept_of(self, connection: sqlite3.Connection, items: Sequence[Item]) -> tuple[int, int]:
        """How many of these, from the first on, a transaction that broke has kept; and as new.

        A batch that nobody was answered for comes again, perhaps with more behind it. One
        hand writes, so rows with higher numbers than before are those of that transaction.
        """
        doubt = self._doubt
        if doubt is None or not doubt.leads(items):
            return 0, 0
        counted = connection.execute(_ABOVE, (doubt.last,)).fetchone()[0]
        if not counted:
            return doubt.kept, doubt.new
        self.audited = audit.end(connection).number
        return len(doubt.items), doubt.new + int(counted)

    def _insert(self, connection: sqlite3.Connection, items: Sequence[Item]) -> None:
        """Rows newer than all of their series go in together; others find a free time first."""
        table, waiting = READINGS, list[tuple[SqlValue, ...]]()
        for item in items:
            series = (item.table, item.series)
            if item.table != table:
                connection.executemany(_INSERT[table], waiting)
                table, waiting = item.table, []
            newest = self._newest.get(series)
            if newest is None:
                newest = self._newest_of_all(connection, item.table)
            at_us = item.at_us
            if at_us <= newest:
                connection.executemany(_INSERT[table], waiting)
                waiting = []
                at_us = self._free_time(connection, item)
            self._newest[series] = max(newest, at_us)
            self._last += 1
            waiting.append((self._last, at_us, at_us - item.at_us, *item.values))
        connection.executemany(_INSERT[table], waiting)

    def _newest_of_all(self, connection: sqlite3.Connection, table: str) -> int:
        """No series is newer than this; what is newer still cannot collide."""
        (newest,) = connection.execute(_NEWEST[table]).fetchone()
        return _NO_TIME if newest is None else int(newest)

    def _free_time(self, connection: sqlite3.Connection, item: Item) -> int:
        """The first free microsecond of its series at or after the item's own."""
        series = (item.table, item.series)
        asked, given = self._moved.get(series, (_NO_TIME, _NO_TIME))
        at_us = given + 1 if asked == item.at_us else item.at_us
        while connection.execute(_TAKEN[item.table], (at_us, *item.series)).fetchone():
            at_us += 1
        self._moved[series] = (item.at_us, at_us)
        return at_us

    def _note_copy(self, connection: sqlite3.Connection, batch: Batch) -> None:
        now_us = self._clock.utc_us()
        connection.executemany(
            "INSERT INTO parked VALUES (?, ?, ?) ON CONFLICT (line) DO NOTHING",
            [(one.line, one.reason, now_us) for one in batch.parked],
        )
        if batch.copied is not None:
            connection.execute("UPDATE progress SET id = ? WHERE name = 'copied'", (batch.copied,))

    def _open_connection(self) -> sqlite3.Connection:
        """The connection; opened again, or upon a fresh file, where it was lost."""
        if not self._is_open:
            raise StoreError("the record is not open", where=str(self._path))
        if self._connection is not None and not file.is_at(self._path, self._inode):
            self._disconnect()
            self._doubt = None
            self.told.append("the record's file was removed; a fresh one was begun")
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = file.open_for_writing(self._path)
        except sqlite3.Error as problem:
            if file.primary_code(problem) not in file.DAMAGED:
                raise file.store_error(problem, self._path) from problem
            self._replace_damaged()
            connection = self._connect_fresh()
        # Numbers go on rising when a fresh file takes the place of another.
        self._last = max(self._last, file.last_number(connection))
        self._inode = self._path.stat().st_ino
        return connection

    def _connect_fresh(self) -> sqlite3.Connection:
        try:
            return file.open_for_writing(self._path)
        except sqlite3.Error as problem:
            raise file.store_error(problem, self._path) from problem

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._newest.clear()
        self._moved.clear()

    def _replace_damaged(self) -> None:
        self._disconnect()
        self._doubt = None
        try:
            aside = file.set_aside(self._path, self._clock.utc_us())
        except OSError as problem:
            raise file.store_error(problem, self._path) from problem
        self.told.append(
            f"the record was damaged and is set aside as {aside.name}; a fresh one was begun"
        )


_BOOT, _SEQ = (schema.READING_COLUMNS.index(name) for name in ("boot", "seq"))


def _numbers(items: Sequence[Item]) -> list[tuple[SqlValue, ...]]:
    """Device, boot and highest number of the numbered messages among the rows."""
    highest: dict[tuple[SqlValue, SqlValue], int] = {}
    for item in items:
        if item.table != READINGS:
            continue
        boot, seq = item.values[_BOOT], item.values[_SEQ]
        if boot is not None and isinstance(seq, int):
            key = (item.series[0], boot)
            highest[key] = max(seq, highest.get(key, seq))
    return [(*key, seq) for key, seq in highest.items()]
