"""Readings read back from the record over one connection, whole or a few about a time.

Every query names what it asks for; who asks is `reading`.
"""

# ruff: noqa: S608  columns come from schema.py, values are bound

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from monitor.history import ReadingRow
from monitor.store import schema
from monitor.store.rows import SqlValue, readings_of
from monitor.uncollected import uncollected
from monitor.vitals import VitalSign

FEW = 16
"""So many valid readings about a time: some seconds of each of a few senders."""

_SAMPLES = ", ".join(("at_us", "shift_us", *schema.READING_COLUMNS))


def readings(
    connection: sqlite3.Connection,
    where: str,
    values: Sequence[SqlValue],
    vitals: Sequence[VitalSign] | None = None,
) -> list[ReadingRow]:
    """Those of that condition, of these vital signs or of all, in order of time."""
    names = None if vitals is None else [vital.value for vital in vitals]
    chosen = "" if names is None else f"AND vital IN ({', '.join('?' * len(names))})"
    # In order of the index's time: only rows of one instant are left to sort.
    with uncollected():
        found = connection.execute(
            f"SELECT {_SAMPLES} FROM readings WHERE {where} {chosen} ORDER BY at_us, vital, device",
            (*values, *(names or ())),
        )
        rows, moved = readings_of(found)
    return sorted(rows, key=_in_time) if moved else rows


def few_valid(
    connection: sqlite3.Connection,
    session: str,
    vitals: frozenset[VitalSign],
    side: str,
    at_us: int,
    device: str | None = None,
) -> list[ReadingRow]:
    """The session's nearest in time on that side, "<" or ">=", nearest first.

    Those of that device, or of all.
    """
    names, way = json.dumps([one.value for one in vitals]), "DESC" if side == "<" else "ASC"
    found = connection.execute(
        f"SELECT {_SAMPLES} FROM readings WHERE session = ? AND at_us {side} ? AND NOT late "
        "AND vital IN (SELECT value FROM json_each(?)) AND validity IN ('valid', 'validated') "
        "AND device = ifnull(?, device) "
        f"ORDER BY at_us {way} LIMIT {FEW}",
        (session, at_us, names, device),
    )
    return readings_of(found)[0]


def _in_time(row: ReadingRow) -> tuple[int, str, str]:
    return row.sampled_at_us, row.vital.value, row.device
