"""The record as files on a disk: one owner, private, a reserve for a full disk, damage set aside.

Beside `NAME` lie `NAME-wal` and `NAME-shm` (SQLite's), `NAME.lock` (held while a
service runs) and `NAME.reserve` (given up when the disk is full). Knows no rows.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from monitor.errors import StoreError
from monitor.store import acts, schema

RESERVE_BYTES = 16 * 1024 * 1024
CHECKPOINT_PAGES = 4_000
"""The log goes into the file each 16 MB: pages written often are then written once."""
CACHE_KIB = 32 * 1024
WAL_BYTES_MAX = 64 * 1024 * 1024
CHECK_BYTES_MAX = 64 * 1024 * 1024
"""Files up to this size are read through at the start (some 0.4 s); damage in a larger one is
met when it is touched. A start must not take longer than the 3 s promised."""
PRIVATE = 0o600

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
LOST = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
"""After these a new connection may do what the old one cannot."""


def primary_code(problem: sqlite3.Error) -> int:
    """SQLite's primary result code of an error; 0 when it has none."""
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF


def store_error(problem: sqlite3.Error | OSError, path: Path) -> StoreError:
    """The problem in words that say what to do."""
    code = primary_code(problem) if isinstance(problem, sqlite3.Error) else 0
    what, fix = _WORDS.get(code, ("the record cannot be used", "see the reason"))
    return StoreError(what, where=str(path), why=str(problem), fix=fix)


_WORDS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space; the record goes on by itself"),
    sqlite3.SQLITE_IOERR: (
        "the disk refuses to write the record",
        "free some space or replace the disk; the record goes on by itself",
    ),
    sqlite3.SQLITE_READONLY: (
        "the record cannot be written",
        "give the service's user the right to write the file and its folder",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the record cannot be opened",
        "make its folder, and give the service's user the right to write there",
    ),
}


class Lock:
    """Only one process may write the record; the kernel lets go when the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._descriptor = -1

    def acquire(self) -> None:
        """Raises `StoreError` when another process holds it."""
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, PRIVATE)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise StoreError(
                "another Chairside writes this record",
                where=str(self._path),
                fix="stop it, or give [record] path another file name",
            ) from None
        except OSError as problem:
            raise StoreError(
                "the record cannot be opened",
                where=str(self._path),
                why=str(problem),
                fix="make its folder, and give the service's user the right to write there",
            ) from problem

    def release(self) -> None:
        """Let others have it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Reserve:
    """Room on the disk, kept for the record alone. `out` is True while it is given up."""

    def __init__(self, path: Path, size_bytes: int) -> None:
        self._path = path.with_name(path.name + ".reserve")
        self._size_bytes = size_bytes
        self.out = size_bytes > 0

    def release(self) -> bool:
        """Give the room up; False when that had been done before."""
        if self.out or not self._size_bytes:
            return False
        self._path.unlink(missing_ok=True)
        self.out = True
        return True

    def refill(self) -> None:
        """Take the room again, once four times as much is free; else leave it."""
        if not self.out:
            return
        try:
            if not self._is_whole():
                self._fill()
            self.out = False
        except OSError:
            # Told as `out`: there is no room for a reserve now.
            self._path.unlink(missing_ok=True)

    def _is_whole(self) -> bool:
        return self._path.exists() and self._path.stat().st_size >= self._size_bytes

    def _fill(self) -> None:
        if shutil.disk_usage(self._path.parent).free < 4 * self._size_bytes:
            raise OSError("not enough room for a reserve")
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, PRIVATE)
        try:
            os.posix_fallocate(descriptor, 0, self._size_bytes)
        finally:
            os.close(descriptor)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The one writing connection: WAL, every commit synced, the tables there.

    Raises `sqlite3.Error` (damage among them) and `StoreError` for a database
    that is not ours or of another layout.
    """
    if sqlite3.sqlite_version_info < schema.SQLITE_VERSION_MIN:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old",
            where="the Python that runs Chairside",
            fix="use a Python with SQLite 3.37 or newer",
        )
    _make_private(path)
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=64)
    try:
        connection.execute("PRAGMA busy_timeout = 5000")
        _lay_out(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES_MAX}")
        if path.stat().st_size <= CHECK_BYTES_MAX:
            _check_through(connection)
        last_number(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
        # SQLite gives its other files the mode of this one.
        path.chmod(PRIVATE)
    except OSError as problem:
        raise StoreError(
            "the record cannot be opened",
            where=str(path),
            why=str(problem),
            fix="make its folder, and give the service's user the right to write there",
        ) from problem


def _lay_out(connection: sqlite3.Connection, path: Path) -> None:
    application_id = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if empty and not application_id and not version:
        connection.executescript(f"BEGIN IMMEDIATE; {schema.SCHEMA} COMMIT;")
    else:
        schema.check(str(path), application_id, version)
        if version < schema.VERSION:
            _take_over(connection, version)


def _take_over(connection: sqlite3.Connection, version: int) -> None:
    """Bring a record of an older layout up to this one, all of it or nothing."""
    connection.executescript(schema.migration(version))
    if version < schema.AUDITED_SINCE:
        acts.chain(connection, 0)
    connection.execute("COMMIT")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _check_through(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        problem = sqlite3.DatabaseError(str(found))
        problem.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise problem


def last_number(connection: sqlite3.Connection) -> int:
    """The highest number any row has or had."""
    (last,) = connection.execute(
        "SELECT max((SELECT ifnull(max(id), 0) FROM readings), "
        "(SELECT ifnull(max(id), 0) FROM transitions), "
        "(SELECT ifnull(max(id), 0) FROM facts), (SELECT max(id) FROM progress))"
    ).fetchone()
    return int(last)


def is_at(path: Path, inode: int) -> bool:
    """Whether the file at `path` is still the one that was opened."""
    try:
        return path.stat().st_ino == inode
    except FileNotFoundError:
        return False


def set_aside(path: Path, now_us: int) -> Path:
    """Rename a damaged record with its write-ahead log; returns its new name."""
    stamp = datetime.fromtimestamp(now_us / 1_000_000, UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    path.rename(aside)
    wal = path.with_name(path.name + "-wal")
    if wal.exists():
        wal.rename(aside.with_name(aside.name + "-wal"))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    return aside


def open_for_reading(
    path: Path, steps_max: int, *, before: int | None = None
) -> sqlite3.Connection:
    """A connection that can neither write nor checkpoint; ends a query after `steps_max` steps.

    With `before`, rows of that number and above are not there.

    SQLite up to 3.51.2 can damage a file when two connections checkpoint at the
    same instant (sqlite.org, "WAL-reset bug"), so only the writer ever does.
    """
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
    if before is not None:
        for table in ("readings", "transitions", "facts"):
            # A name in `temp` goes before the same one in the file.
            connection.execute(
                f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE id < {before:d}"  # noqa: S608
            )
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.set_progress_handler(lambda: 1, steps_max)
    return connection
