"""What the changes in the staff file's audit add up to, held against its rows.

A role, a name or a secret that was written by hand stands in a row and in no
change. Knows SQL; knows no page and no hash function of secrets.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Final

from monitor.store import audit

KEPT: Final = "kept_sha256"
"""Under it a change tells the digest of what is kept of a PIN or password."""
Row = dict[str, object]
Rows = dict[str, Row]
_TABLES: Final = {
    "staff": "SELECT id, name, role, disabled, pin, password FROM staff",
    "displays": "SELECT id, name, enrolled_by, enrolled_us, revoked FROM displays",
}


def digest(kept: str) -> str:
    """What a change tells of a kept secret: enough to know it again."""
    return hashlib.sha256(kept.encode()).hexdigest()


def tampered(connection: sqlite3.Connection) -> str:
    """Which row is not what the changes made of it, in words; "" when all are."""
    told: dict[str, Rows] = {table: {} for table in _TABLES}
    for link in audit.links(connection):
        _change(told, json.loads(link.act))
    for table, sql in _TABLES.items():
        cursor = connection.execute(sql)
        columns = [column[0] for column in cursor.description]
        found = {str(row[0]): dict(zip(columns[1:], row[1:], strict=True)) for row in cursor}
        for name in sorted(found.keys() | told[table].keys()):
            if fault := _compared(table, name, told[table].get(name), found.get(name)):
                return fault
    return ""


def _change(told: dict[str, Rows], act: Mapping[str, object]) -> None:
    """Do to the rows what an act did."""
    data = act["data"]
    assert isinstance(data, dict)
    name, kind = str(data["id"]), act["kind"]
    staff, displays = told["staff"].get(name, {}), told["displays"].get(name, {})
    match kind:
        case "staff added":
            told["staff"][name] = {
                "name": data["name"],
                "role": data["role"],
                "disabled": 0,
                "pin": None,
                "password": None,
            }
        case "pin set" | "password set":
            # A change of before there were digests tells none: whatever is kept is taken.
            staff[str(kind).split()[0]] = data.get(KEPT, ...)
        case "role set":
            staff["role"] = data["role"]
        case "staff disabled" | "staff enabled":
            staff["disabled"] = int(kind == "staff disabled")
        case "display enrolled":
            by = {"enrolled_by": act["actor"], "enrolled_us": act["at_us"]}
            told["displays"][name] = {"name": data["name"], **by, "revoked": 0}
        case "display revoked":
            displays["revoked"] = 1


def _compared(table: str, name: str, told: Row | None, found: Row | None) -> str:
    if told is None or found is None:
        missing = "is there and no change tells of it" if found else "was added and is not there"
        return f"the row {name!r} of {table} {missing}"
    for column, said in told.items():
        secret = column in ("pin", "password")
        now = found[column]
        if secret and isinstance(now, str):
            now = digest(now)
        if said is not ... and now != said:
            words = (
                "is not the one that was set" if secret else f"is {now!r} and was set to {said!r}"
            )
            return f"the {column} of {name!r} in {table} {words}"
    return ""
