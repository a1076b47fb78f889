"""Which rows of the record a session's stream is, to judge it again: their first and last number.

Knows the record's tables; opens no file.
"""

# ruff: noqa: S608  only what stands in this file and in schema.py

from __future__ import annotations

import sqlite3

from monitor.store import schema

BEFORE_US = 300_000_000
"""Readings of so long before a session opened are read again with it, and none before.

And of as long before an alarm of it began that was open at the chair by then.
"""
_BEGAN = (
    "SELECT min(onset_us) FROM transitions WHERE alarm IN "
    "(SELECT alarm FROM transitions WHERE session = ?)"
)
_CLOSING = f"SELECT ifnull(min(id), {2**63 - 1}) FROM facts WHERE session = ?1 AND {schema.CLOSED}"
"""What is noted of a closed session, days later even, is no part of its stream."""


def span(connection: sqlite3.Connection, session: str) -> tuple[int, int, int] | None:
    """See `RecordHistory.span`."""
    (first,) = connection.execute(
        "SELECT max(id) FROM facts WHERE kind = 'run' "
        "AND id < (SELECT min(id) FROM facts WHERE session = ?)",
        (session,),
    ).fetchone()
    (last,) = connection.execute(
        "SELECT max((SELECT ifnull(max(id), 0) FROM readings WHERE session = ?1), "
        "(SELECT ifnull(max(id), 0) FROM transitions WHERE session = ?1), "
        f"(SELECT ifnull(max(id), 0) FROM facts WHERE session = ?1 AND id <= ({_CLOSING})))",
        (session,),
    ).fetchone()
    if first is None:
        return None
    return first, _measured(connection, session), last


def _measured(connection: sqlite3.Connection, session: str) -> int:
    """The number of the last reading that counts for nothing of the session."""
    opened, opened_us = connection.execute(
        "SELECT id, at_us FROM facts WHERE session = ? ORDER BY id LIMIT 1", (session,)
    ).fetchone()
    (began_us,) = connection.execute(_BEGAN, (session,)).fetchone()
    from_us = (opened_us if began_us is None else min(opened_us, began_us)) - BEFORE_US
    found = connection.execute(
        "SELECT id FROM readings WHERE id < ? AND received_at_us < ? ORDER BY id DESC LIMIT 1",
        (opened, from_us),
    ).fetchone()
    return int(found[0]) if found else 0
