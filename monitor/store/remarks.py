"""What is said of readings, by the time of the session it is said of, however much later.

A mark set today on a session of five years ago is found with that session, in the record
by the session's own facts, in the copy at the place that is worked out here: some
microseconds after the session was seated. Knows the record's tables; opens no file.
"""

# ruff: noqa: S608  columns come from schema.py, values are bound

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from monitor.history import REMARK_KINDS, SEATED, SESSION_US_MAX, FactRow
from monitor.store.rows import Committed, Seat, fact_of
from monitor.store.schema import FACT_COLUMNS

_KINDS = "', '".join(REMARK_KINDS)
_REMARKS = f"kind IN ('{_KINDS}')"
OF_THAT_TIME = (
    f"session IN (SELECT session FROM facts WHERE kind = '{SEATED}' "
    f"AND at_us > ?1 - {SESSION_US_MAX} AND at_us < ?2) AND {_REMARKS}"
)
"""Which facts are the remarks between two times, ?1 and ?2; see `History.remarks`."""
_SEATS = (
    f"SELECT id, (SELECT min(at_us) FROM facts WHERE session = one.session AND kind = '{SEATED}'), "
    f"(SELECT count(*) FROM facts WHERE session = one.session AND {_REMARKS} AND id <= one.id) "
    "FROM facts AS one WHERE id IN (SELECT value FROM json_each(?))"
)
_UNPLACED = (
    f"SELECT id, at_us, shift_us, {', '.join(FACT_COLUMNS)} FROM facts "
    "WHERE id > ? AND id <= (SELECT id FROM progress WHERE name = 'unplaced') "
    f"AND session IS NOT NULL AND {_REMARKS} ORDER BY id LIMIT ?"
)


def is_remark(one: Committed) -> bool:
    """Whether it says something of a session's readings."""
    row = one.row
    return isinstance(row, FactRow) and row.session is not None and row.kind in REMARK_KINDS


def placed(connection: sqlite3.Connection, rows: Sequence[Committed]) -> list[Committed]:
    """The same rows, each remark with its seat; one of a session that nobody seated has none."""
    numbers = json.dumps([one.id for one in rows if is_remark(one)])
    seats = {
        number: Seat(at_us, place)
        for number, at_us, place in connection.execute(_SEATS, (numbers,))
        if at_us is not None
    }
    return [replace(one, seat=seats[one.id]) if one.id in seats else one for one in rows]


def unplaced(connection: sqlite3.Connection, number: int, limit: int) -> list[Committed]:
    """The next remarks above `number` that were copied without their seats, now with them."""
    found = connection.execute(_UNPLACED, (number, limit)).fetchall()
    rows = [Committed(one, at, fact_of(at, shift, rest)) for one, at, shift, *rest in found]
    return placed(connection, rows)


def began_us(connection: sqlite3.Connection) -> int | None:
    """When the first fact of this record was entered: none of an earlier session is here."""
    found: int | None = connection.execute("SELECT min(at_us) FROM facts").fetchone()[0]
    return found


def all_placed(connection: sqlite3.Connection) -> None:
    """Note that no remark is left that was copied without its seat."""
    connection.execute("UPDATE progress SET id = 0 WHERE name = 'unplaced'")
