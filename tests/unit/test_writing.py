"""The writing half of the record, interrupted where it hurts most: between commit and answer."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from types import FrameType

import pytest

from monitor.clock import Clock
from monitor.store.rows import item_of
from monitor.store.writing import Batch, Writer
from tests.stored import NOON_US, reading


class Interrupted(Exception):
    """As a signal's handler would raise it."""


def after_commit(frame: FrameType, event: str, _: object) -> None:
    """Raise as soon as the transaction is over and nobody has been told yet."""
    connection = frame.f_locals.get("connection")
    if event != "c_return" or frame.f_code.co_name != "_transaction":
        return
    if isinstance(connection, sqlite3.Connection) and not connection.in_transaction:
        raise Interrupted


def batch(first: int) -> Batch:
    """Ten readings of a line that numbers nothing."""
    rows = [reading(n, float(n)) for n in range(first, first + 10)]
    return Batch([item_of(row) for row in rows])


@pytest.mark.requirement("REC-104")
def test_what_breaks_in_between_commit_and_answer_stops_no_later_row(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    writer = Writer(path, Clock(lambda: 0.0, epoch_us=NOON_US), 0)
    writer.open()
    writer.write(batch(0))
    sys.setprofile(after_commit)
    with pytest.raises(Interrupted):
        writer.write(batch(10))
    sys.setprofile(None)
    assert writer.write(batch(20)) == 10
    writer.close()
    with sqlite3.connect(path) as connection:
        values = [
            value for (value,) in connection.execute("SELECT value FROM readings ORDER BY id")
        ]
    assert values == list(range(30))
