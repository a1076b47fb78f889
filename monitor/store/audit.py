"""The audit: a chain of acts in which no link can be changed, removed or moved unseen.

Each row holds the SHA-256 of the row before, its own number and its act. A row
goes in within the transaction of the act itself, so that neither is ever there
without the other. Whoever rewrites the whole chain is found by an anchor: a
number and hash that were written down elsewhere. Knows SQLite; knows no act.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import CommandRefused

SCHEMA = """
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    act TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
"""
TRIGGERS = frozenset({"audit_update", "audit_delete"})
BEGINNING = hashlib.sha256(b"Chairside audit, layout 1").hexdigest()
ANCHOR = re.compile(r"^(\d{1,15}):([0-9a-f]{64})$")


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the chain."""

    number: int
    act: str
    hash: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far a chain had come, and its hash there: what is written down elsewhere."""

    number: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """From "NUMBER:HASH" as `str` gives it. Raises `CommandRefused`."""
        found = ANCHOR.match(text)
        if found is None:
            raise CommandRefused(
                "this is no anchor",
                where=repr(text),
                why="an anchor is NUMBER:HASH, as `chairside audit verify` prints it",
                fix="copy the whole of it",
            )
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


def act_text(act: Mapping[str, object]) -> str:
    """An act as the one text that is hashed: JSON, keys in order, no spaces."""
    return json.dumps(
        act, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def linked(before: str, number: int, act: str) -> str:
    """The hash of a link, from that of the one before it."""
    return hashlib.sha256(f"{before}\n{number}\n{act}".encode()).hexdigest()


def end(connection: sqlite3.Connection) -> Anchor:
    """Where the chain ends, taken as it stands."""
    last = connection.execute("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
    return Anchor(*(last.fetchone() or (0, BEGINNING)))


def extend(connection: sqlite3.Connection, acts: Sequence[str]) -> int:
    """Add acts to the chain within the connection's open transaction; its last row's number."""
    last, links = end(connection), []
    number, before = last.number, last.hash
    for act in acts:
        number += 1
        before = linked(before, number, act)
        links.append((number, act, before))
    connection.executemany("INSERT INTO audit VALUES (?, ?, ?)", links)
    return number


def links(connection: sqlite3.Connection) -> Iterator[Link]:
    """The chain from its beginning."""
    for row in connection.execute("SELECT number, act, hash FROM audit ORDER BY number"):
        yield Link(*row)


def follow(chain: Iterable[Link], anchor: Anchor | None = None) -> tuple[Anchor, str]:
    """How far the chain holds, and what is wrong right after that; "" when it holds to its end.

    With an `anchor` the chain must also pass through it.
    """
    held = Anchor(0, BEGINNING)
    for link in chain:
        number = held.number + 1
        if link.number != number:
            return held, f"row {number} is missing: row {link.number} follows row {held.number}"
        if link.hash != linked(held.hash, number, link.act):
            return (
                held,
                f"row {number} is not what was written, or does not follow row {number - 1}",
            )
        held = Anchor(number, link.hash)
        if anchor is not None and anchor.number == number and anchor.hash != link.hash:
            return held, f"row {number} is not the one of the anchor: the chain was rewritten"
    if anchor is not None and anchor.number > held.number:
        return held, f"the chain ends at row {held.number}, before the anchor at {anchor.number}"
    return held, ""


def guarded(connection: sqlite3.Connection) -> str:
    """What is wrong with what guards the table itself; "" when nothing is."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    if missing := TRIGGERS - {name for (name,) in rows}:
        return f"the trigger {min(missing)}, which refuses changes, was removed"
    written = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    (last,) = connection.execute("SELECT ifnull(max(number), 0) FROM audit").fetchone()
    if written is not None and written[0] != last:
        return f"rows after {last} are missing: {written[0]} were written"
    return ""


def verify(connection: sqlite3.Connection, anchor: Anchor | None = None) -> tuple[Anchor, str]:
    """`follow` over the whole table, and `guarded`."""
    held, fault = follow(links(connection), anchor)
    return held, fault or guarded(connection)
