"""The staff file: who works here, what they sign in by, and which displays are enrolled.

A small SQLite file beside the record, of its own so that `chairside staff` can
write it while the service runs. Every change and its audit row are one
transaction. Each call opens the file anew; any thread may call.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from monitor.clinic import Person, Role
from monitor.errors import CommandRefused, StoreError
from monitor.people import Enrolled, Member, Method, Roll
from monitor.store import audit, staff_audit
from monitor.store.staff_audit import KEPT, digest

APPLICATION_ID = 0x43485370
"""Marks the file as a staff file ("CHSp"); see SQLite, PRAGMA application_id."""
VERSION = 1
BUSY_MS = 5_000
PRIVATE = 0o600

# The journal stays SQLite's plain one: two processes write, if seldom, and SQLite up to 3.51.2
# can damage a file in WAL mode when both checkpoint at one instant.
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    pin TEXT,
    password TEXT
) STRICT;
CREATE TABLE displays (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    enrolled_by TEXT NOT NULL,
    enrolled_us INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
{audit.SCHEMA}
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
COMMIT;
"""
_SECRET = {
    Method.PIN: "UPDATE staff SET pin = ? WHERE id = ?",
    Method.PASSWORD: "UPDATE staff SET password = ? WHERE id = ?",
}


class StaffFile:
    """The file at `path`. Raises `StoreError` when it cannot be used.

    Changes are told `by` whom and `at_us` (UTC microseconds), for the audit.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the file, readable by its owner alone; one that is there stays as it is."""
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, PRIVATE))
            self.path.chmod(PRIVATE)
        except OSError as problem:
            raise _unusable(self.path, problem) from problem
        with self._connection() as connection:
            if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                connection.executescript(SCHEMA)
        with self._connection() as connection:
            found = connection.execute("PRAGMA application_id").fetchone()[0]
        if found != APPLICATION_ID:
            raise StoreError(
                "this file is a database, but not a staff file",
                where=str(self.path),
                why=f"its application id is {found}, not {APPLICATION_ID}",
                fix="give [people] path another file name; this one was left as it is",
            )

    def read(self) -> Roll:
        """Everybody and every display."""
        with self._connection() as connection:
            staff = connection.execute(
                "SELECT id, name, role, disabled, pin, password FROM staff ORDER BY name, id"
            ).fetchall()
            displays = connection.execute(
                "SELECT id, name, enrolled_by, enrolled_us, revoked FROM displays ORDER BY name, id"
            ).fetchall()
        return Roll(
            members={row[0]: _member(*row) for row in staff},
            displays={row[0]: _enrolled(*row) for row in displays},
        )

    def add(self, person: Person, *, by: str, at_us: int) -> None:
        """Somebody new. Raises `CommandRefused` when the id is or was in use."""
        told = {"id": person.id, "name": person.name, "role": person.role.value}
        with self._change("staff added", by, at_us, told) as connection:
            if connection.execute("SELECT 1 FROM staff WHERE id = ?", (person.id,)).fetchone():
                raise CommandRefused(
                    f"there is a {person.id!r} already",
                    where=str(self.path),
                    why="an id stands in the record and is never used again",
                    fix="choose another id",
                )
            for other, name in connection.execute("SELECT id, name FROM staff").fetchall():
                if _alike(name) == _alike(person.name):
                    raise CommandRefused(
                        f"there is a {name!r} already: {other}",
                        where=str(self.path),
                        why="the name stands on reports and acts, and must tell one person",
                        fix="add what tells them apart, such as the first name in full",
                    )
            values = (person.id, person.name, person.role.value)
            connection.execute("INSERT INTO staff (id, name, role) VALUES (?, ?, ?)", values)

    def keep_secret(self, person: str, method: Method, kept: str, *, by: str, at_us: int) -> None:
        """Another PIN or password, as the hasher gave it."""
        told = {"id": person, KEPT: digest(kept)}
        with self._change(f"{method.value} set", by, at_us, told) as connection:
            self._changed(connection.execute(_SECRET[method], (kept, person)), person)

    def set_role(self, person: str, role: Role, *, by: str, at_us: int) -> None:
        """From now on that person has another role."""
        told = {"id": person, "role": role.value}
        with self._change("role set", by, at_us, told) as connection:
            sql = "UPDATE staff SET role = ? WHERE id = ?"
            self._changed(connection.execute(sql, (role.value, person)), person)

    def disable(self, person: str, *, disabled: bool, by: str, at_us: int) -> None:
        """From now on that person cannot, or can again, sign in."""
        kind = "staff disabled" if disabled else "staff enabled"
        with self._change(kind, by, at_us, {"id": person}) as connection:
            sql = "UPDATE staff SET disabled = ? WHERE id = ?"
            self._changed(connection.execute(sql, (int(disabled), person)), person)

    def enrol(self, display: Enrolled) -> None:
        """A display at which a PIN is enough from now on."""
        told = {"id": display.id, "name": display.name}
        by, at_us = display.enrolled_by, display.enrolled_us
        with self._change("display enrolled", by, at_us, told) as connection:
            connection.execute(
                "INSERT INTO displays (id, name, enrolled_by, enrolled_us) VALUES (?, ?, ?, ?)",
                (display.id, display.name, by, at_us),
            )

    def revoke(self, display: str, *, by: str, at_us: int) -> None:
        """That display is enrolled no longer."""
        with self._change("display revoked", by, at_us, {"id": display}) as connection:
            sql = "UPDATE displays SET revoked = 1 WHERE id = ?"
            self._changed(connection.execute(sql, (display,)), display)

    def verify(self, anchor: audit.Anchor | None = None) -> tuple[audit.Anchor, str]:
        """How far the chain of changes holds, and what is wrong after that or "".

        Also wrong is a row that is not what the changes made of it.
        """
        with self._connection() as connection:
            connection.execute("BEGIN")  # rows and chain as of one instant
            held, fault = audit.verify(connection, anchor)
            return held, fault or staff_audit.tampered(connection)

    def acts(self) -> list[audit.Link]:
        """Every change ever made, in order."""
        with self._connection() as connection:
            return list(audit.links(connection))

    @contextmanager
    def _change(
        self, kind: str, by: str, at_us: int, data: Mapping[str, object]
    ) -> Iterator[sqlite3.Connection]:
        act = {"actor": by, "at_us": at_us, "data": dict(data), "kind": kind}
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            audit.extend(connection, [audit.act_text(act)])
            connection.execute("COMMIT")

    def _changed(self, done: sqlite3.Cursor, asked: str) -> None:
        if not done.rowcount:
            raise CommandRefused(
                f"there is no {asked!r}",
                where=str(self.path),
                why="no row has that id",
                fix="`chairside staff list` and `chairside display list` show them",
            )

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(self.path))}?mode=rw", uri=True, isolation_level=None
            )
        except sqlite3.Error as problem:
            raise _unusable(self.path, problem) from problem
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
        except sqlite3.Error as problem:
            raise _unusable(self.path, problem) from problem
        finally:
            # Closing an open transaction takes it back.
            connection.close()


def _alike(name: str) -> str:
    """Names that nobody could tell apart are one."""
    return " ".join(name.split()).casefold()


def _unusable(path: Path, problem: Exception) -> StoreError:
    return StoreError(
        "the staff file cannot be used",
        where=str(path),
        why=str(problem),
        fix="give the service's user the right to write it; `chairside staff add` makes a new one",
    )


def _member(
    person: str, name: str, role: str, disabled: int, pin: str | None, password: str | None
) -> Member:
    kept = {Method.PIN: pin, Method.PASSWORD: password}
    if role not in {one.value for one in Role}:
        raise StoreError(
            f"the staff file has a role {role!r} of {person!r}",
            why="there is no such role; somebody wrote it by hand",
            fix=f"`chairside staff set-role {person} nurse`, or which role is theirs",
        )
    return Member(
        person=Person(id=person, name=name, role=Role(role)),
        disabled=bool(disabled),
        hashes={method: text for method, text in kept.items() if text is not None},
    )


def _enrolled(display: str, name: str, by: str, at_us: int, revoked: int) -> Enrolled:
    return Enrolled(id=display, name=name, enrolled_by=by, enrolled_us=at_us, revoked=bool(revoked))
