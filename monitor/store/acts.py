"""Which rows of the record are acts of people, and their audit.

Every fact is one but what the engine is told, and every alarm transition that has an
actor. Each goes into the chain of `audit` in the transaction that keeps it, in
the order of the rows' numbers, so that chain and rows can be held against each
other. Knows SQL.
"""

# ruff: noqa: S608  columns come from schema.py

from __future__ import annotations

import heapq
import json
import sqlite3
from collections.abc import Iterator
from itertools import zip_longest

from monitor.history import INPUT, PRESET, RUN
from monitor.store import audit, schema
from monitor.store.audit import Anchor
from monitor.store.rows import FACTS, TRANSITIONS

_COLUMNS = {
    FACTS: ("id", "at_us", "shift_us", *schema.FACT_COLUMNS),
    TRANSITIONS: ("id", "at_us", "shift_us", *schema.TRANSITION_COLUMNS),
}
# What the engine was told follows from acts, and those are facts themselves.
_WHERE = {
    FACTS: f"id > ? AND kind NOT IN ('{RUN}', '{INPUT}', '{PRESET}')",
    TRANSITIONS: "id > ? AND actor IS NOT NULL",
}


def chain(connection: sqlite3.Connection, after: int) -> int:
    """Add the acts among the rows numbered above `after`, within the open transaction.

    Returns the number of the chain's last row.
    """
    return audit.extend(connection, [act for _, act in _acts(connection, after)])


def verify(connection: sqlite3.Connection, anchor: Anchor | None = None) -> tuple[Anchor, str]:
    """How far the chain holds, and what is wrong after that with it or with its rows, or ""."""
    connection.execute("BEGIN")  # rows and chain as of one instant, while the service writes
    try:
        held, fault = audit.verify(connection, anchor)
        return held, fault or _compared(connection)
    finally:
        connection.execute("ROLLBACK")


def _compared(connection: sqlite3.Connection) -> str:
    links = audit.links(connection)
    for link, found in zip_longest(links, _acts(connection, 0)):
        if found is None:
            return f"the record no longer holds what row {link.number} of the audit tells"
        number, act = found
        if link is None:
            return f"row {number} of the record is in no audit"
        if not _tells(link.act, act):
            return f"row {number} of the record is not what row {link.number} of the audit tells"
    return ""


def _tells(kept: str, now: str) -> bool:
    """Whether a row still is what was kept of it; columns of a later layout are its own matter."""
    before, after = json.loads(kept), json.loads(now)
    same = before["row"].items() <= after["row"].items()
    return before["table"] == after["table"] and bool(same)


def _acts(connection: sqlite3.Connection, after: int) -> Iterator[tuple[int, str]]:
    """Number and text of each act above `after`, in the order of their numbers."""
    return heapq.merge(*(_of(connection, table, after) for table in _COLUMNS))


def _of(connection: sqlite3.Connection, table: str, after: int) -> Iterator[tuple[int, str]]:
    columns = _COLUMNS[table]
    rows = connection.execute(
        f"SELECT {', '.join(columns)} FROM {table} WHERE {_WHERE[table]} ORDER BY id", (after,)
    )
    for row in rows:
        told = dict(zip(columns, row, strict=True))
        yield int(row[0]), audit.act_text({"table": table, "row": told})
