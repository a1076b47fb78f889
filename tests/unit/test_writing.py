"""The writing half of the record, interrupted where it hurts most: between commit and answer."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pytest

from monitor.clock import Clock
from monitor.store.rows import item_of
from monitor.store.writing import Batch, Parked, Writer
from tests.stored import NOON_US, fact, reading


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


def stored(path: Path) -> list[float]:
    with sqlite3.connect(path) as connection:
        return [one for (one,) in connection.execute("SELECT value FROM readings ORDER BY id")]


def interrupted(writer: Writer, told: Batch) -> None:
    sys.setprofile(after_commit)
    with pytest.raises(Interrupted):
        writer.write(told)
    sys.setprofile(None)


@pytest.mark.requirement("REC-104")
def test_what_breaks_in_between_commit_and_answer_stops_no_later_row(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    writer = Writer(path, Clock(lambda: 0.0, epoch_us=NOON_US), 0)
    writer.open()
    writer.write(batch(0))
    interrupted(writer, batch(10))
    assert writer.write(batch(20)) == 10
    writer.close()
    assert stored(path) == list(range(30))


@pytest.mark.requirement("REC-105")
def test_rows_that_come_again_because_nobody_was_answered_are_kept_once(tmp_path: Path) -> None:
    """As the record sends them: the same rows, and what came meanwhile behind them."""
    path = tmp_path / "c.db"
    writer = Writer(path, Clock(lambda: 0.0, epoch_us=NOON_US), 0)
    writer.open()
    act = item_of(fact(3, "event", event="nausea"))
    first = Batch([*batch(0).items, act])
    interrupted(writer, first)
    more = Batch([*first.items, *batch(10).items])
    interrupted(writer, more)
    everything = Batch([*more.items, *batch(20).items])
    assert writer.write(everything) == 31
    assert writer.audited == 1
    assert writer.write(batch(30)) == 10
    writer.close()
    assert stored(path) == list(range(40))
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM facts").fetchone() == (1,)
        assert connection.execute("SELECT sum(shift_us != 0) FROM readings").fetchone() == (0,)


@pytest.mark.requirement("REC-105")
def test_rows_of_a_transaction_that_was_undone_are_written_when_they_come_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "c.db"
    writer = Writer(path, Clock(lambda: 0.0, epoch_us=NOON_US), 0)
    writer.open()
    # No database takes half a character.
    wrong = Parked("line", "\ud800")
    with pytest.raises(UnicodeEncodeError):
        writer.write(replace(told := batch(0), parked=[wrong]))
    assert stored(path) == []
    assert writer.write(told) == 10
    writer.close()
    assert stored(path) == list(range(10))
