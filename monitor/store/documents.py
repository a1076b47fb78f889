"""Signed documents in the record, each under its hash. Knows SQLite; knows no format."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from monitor.filed import Filed

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    sha256 TEXT PRIMARY KEY,
    session TEXT NOT NULL,
    document BLOB NOT NULL
) STRICT;
"""


def put(connection: sqlite3.Connection, filed: Sequence[Filed]) -> None:
    """Keep them, within the open transaction; the same one twice is kept once."""
    connection.executemany(
        "INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING",
        [(one.sha256, one.session, one.document) for one in filed],
    )


def find(connection: sqlite3.Connection, sha256: str) -> bytes | None:
    """The bytes that were kept under that hash, unchecked; None where none were."""
    found = connection.execute("SELECT document FROM documents WHERE sha256 = ?", (sha256,))
    row = found.fetchone()
    return None if row is None else bytes(row[0])
