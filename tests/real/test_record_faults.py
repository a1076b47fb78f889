"""The record under kill -9, full disks, damage and the wrong file: nothing confirmed is lost."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import record as record_module
from monitor.store import schema
from monitor.store.record import Record, RecordHistory
from tests.stored import Slip, as_of_layout, clock, fact, reading, transition, until

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("CHAIRSIDE_KILLS", "10"))
RESERVE_BYTES = 1024 * 1024


def open_record(path: Path, reserve_bytes: int = 0, flush_s: float = 0.2) -> Record:
    return Record(path, clock=clock(), reserve_bytes=reserve_bytes, flush_s=flush_s)


def integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return str(found)


def write_until_killed(path: Path, first: int, confirmations: int) -> list[int]:
    """Start a writer, kill -9 it after so many confirmations; returns the numbers confirmed."""
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/real/record_writer.py"), str(path), str(first)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout
    heard = [child.stdout.readline() for _ in range(confirmations)]
    child.send_signal(signal.SIGKILL)
    heard += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    # The last line may be cut in two by the kill.
    return [int(line) for line in heard if line.endswith(b"\n")]


@pytest.mark.requirement("REC-011")
@pytest.mark.timeout(600)
async def test_kill_9_at_any_instant_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    path, chance = tmp_path / "clinic.db", random.Random(5)
    confirmed: list[int] = []
    for _ in range(KILLS):
        first = max(confirmed, default=0) + 1_000
        confirmed += write_until_killed(path, first, chance.randrange(1, 2_000))
    readings = {n for n in confirmed if n > 0}
    alarms = {-n for n in confirmed if n < 0}
    async with open_record(path) as record:
        kept = await record.readings("s-1")
        counts: dict[int, int] = {}
        for row in kept:
            assert row.seq is not None
            counts[row.seq] = counts.get(row.seq, 0) + 1
        assert readings <= set(counts)
        # A message is kept whole or not at all.
        assert set(counts.values()) == {3}
        steps = {row.alarm for row in await record.open_alarms()}
        assert {f"a/{n}" for n in alarms} <= steps
        assert len(confirmed) > KILLS
        assert not record.warning
    assert integrity(path) == "ok"


@contextmanager
def small_disk(folder: Path, size_kib: int) -> Iterator[None]:
    """A disk of its own, for those who may mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.requirement("REC-012")
async def test_a_full_disk_is_told_uses_the_reserve_and_is_left_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "RETRY_S_MAX", 0.5)
    with small_disk(tmp_path, 6_000):
        async with open_record(tmp_path / "clinic.db", RESERVE_BYTES, 0.01) as record:
            assert not record.warning
            filler = tmp_path / "other-files"
            filler.write_bytes(b"x" * 4_000_000)
            run = asyncio.create_task(record.run())
            second, slip = 0, Slip()
            while not record.warning and not record.failing:
                record.add(reading(second + n) for n in range(200))
                second += 200
                await until(lambda: record.pending == 0 or bool(record.failing))
            # The reserve went first, and the rows with it.
            assert "reserve" in record.warning
            assert not (tmp_path / "clinic.db.reserve").exists()
            while not record.failing:
                record.add(reading(second + n) for n in range(200))
                second += 200
                await until(lambda: record.pending == 0 or bool(record.failing))
            assert "disk is full" in record.failing
            record.add([reading(second)], receipts=[slip])
            with pytest.raises(StoreError, match="disk is full"):
                await record.commit()
            assert not slip.confirmed
            waiting = record.pending
            assert waiting > 0
            # What was committed can be read all the while.
            assert len(await record.readings("s-1")) == second + 1 - waiting
            filler.unlink()
            await until(lambda: record.pending == 0)
            assert not record.failing
            assert slip.confirmed
            run.cancel()
            assert len(await record.readings("s-1")) == second + 1
        assert integrity(tmp_path / "clinic.db") == "ok"


@pytest.mark.requirement("REC-012")
async def test_a_disk_that_refuses_to_write_holds_rows_until_it_recovers(tmp_path: Path) -> None:
    async with open_record(tmp_path / "clinic.db") as record:
        record.add(reading(n) for n in range(100))
        await record.commit()
        run = asyncio.create_task(record.run())
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
        try:
            slip = Slip()
            record.add([reading(n) for n in range(100, 3_000)], receipts=[slip])
            await until(lambda: bool(record.failing))
            assert "refuses to write" in record.failing
            assert (record.pending, record.dropped) == (2_900, 0)
            assert not slip.confirmed
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        await until(lambda: record.pending == 0)
        assert slip.confirmed
        assert not record.failing
        run.cancel()
        assert len(await record.readings("s-1")) == 3_000


@pytest.mark.requirement("REC-013")
@pytest.mark.parametrize("harm", ["header", "page", "cut", "text"])
async def test_a_damaged_file_is_set_aside_with_a_name_and_a_fresh_one_begun(
    tmp_path: Path, harm: str
) -> None:
    path = tmp_path / "clinic.db"
    async with open_record(path) as record:
        record.add(reading(n) for n in range(2_000))
    data = bytearray(path.read_bytes())
    if harm == "header":
        data[:16] = b"0123456789abcdef"
    elif harm == "page":
        data[8_192 : 8_192 + 4_096] = b"\xff" * 4_096
    elif harm == "cut":
        del data[len(data) // 2 :]
    else:
        data[:] = b"this was never a database, somebody saved a letter here\n" * 100
    path.write_bytes(data)
    async with open_record(path) as record:
        aside = [file for file in tmp_path.iterdir() if ".damaged-" in file.name]
        assert len(aside) == 1
        assert aside[0].name in record.warning
        assert aside[0].read_bytes() == bytes(data)
        record.add([reading(1)])
        await record.commit()
        assert await record.readings("s-1") == [reading(1)]
        assert record.behind()[0] == 1
    assert integrity(path) == "ok"


def forget_cached_pages(record: Record) -> None:
    connection = record._writer._open_connection()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute("PRAGMA shrink_memory").fetchall()


@pytest.mark.requirement("REC-013")
async def test_damage_met_while_running_costs_no_row_that_waits(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with open_record(path) as record:
        record.add(reading(n) for n in range(3_000))
        await record.commit()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(record._writing, forget_cached_pages, record)
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(4_096)
            file.write(b"\xff" * (size - 4_096))
        # Another row of the same and of a new series: their indexes are gone.
        record.add([reading(5_000), reading(5_001, device="mon-9"), fact(0, "seated")])
        await record.commit()
        assert "damaged" in record.warning
        assert await record.readings("s-1") == [reading(5_000), reading(5_001, device="mon-9")]
        assert [row.row for row in (await record.uncopied(10)).rows][2] == fact(0, "seated")


async def test_a_removed_file_is_noticed_and_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with open_record(path) as record:
        record.add([reading(0)])
        await record.commit()
        for file in tmp_path.glob("clinic.db*"):
            file.unlink()
        record.add([reading(1)])
        await record.commit()
        assert "removed" in record.warning
    assert await RecordHistory(path).readings("s-1") == [reading(1)]


@pytest.mark.requirement("REC-014")
async def test_a_record_of_another_layout_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with open_record(path) as record:
        record.add([reading(0)])
    connection = sqlite3.connect(path)
    newer = schema.VERSION + 1
    connection.execute(f"PRAGMA user_version = {newer}")
    connection.close()
    before = path.read_bytes()
    told = f"layout {newer}; this Chairside reads layout {schema.VERSION}"
    with pytest.raises(StoreError, match=told):
        await open_record(path).open()
    assert path.read_bytes() == before


@pytest.mark.requirement("REC-020")
async def test_a_record_of_the_first_layout_is_taken_over_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    told = [transition(n, "ACTIVE_UNACK", n) for n in range(3)]
    rows = [
        replace(row, baseline=None, fired_by=(), fired_count=0, extreme_at_us=None) for row in told
    ]
    async with open_record(path) as record:
        record.add([reading(0), *rows])
        await record.commit()
    connection = sqlite3.connect(path)
    for column in ("baseline", "fired_by", "fired_count"):
        connection.execute(f"ALTER TABLE transitions DROP COLUMN {column}")
    connection.execute("DROP TABLE audit")
    connection.executescript(as_of_layout(1))
    connection.close()
    newer = transition(5, "RESOLVED", 5)
    async with open_record(path) as record:
        record.add([newer])
        await record.commit()
        assert await record.transitions("s-1") == [*rows, newer]
        assert await record.readings("s-1") == [reading(0)]
        assert record.warning == ""


@pytest.mark.requirement("ALM-147")
async def test_a_record_of_the_layout_before_keeps_the_time_of_a_worst_value_from_then_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "clinic.db"
    old = replace(transition(0, "ACTIVE_UNACK", 0), extreme_at_us=None)
    async with open_record(path) as record:
        record.add([old])
        await record.commit()
    connection = sqlite3.connect(path)
    connection.executescript(as_of_layout(8))
    connection.close()
    newer = transition(5, "RESOLVED", 5)
    async with open_record(path) as record:
        record.add([newer])
        await record.commit()
        assert await record.transitions("s-1") == [old, newer]


async def test_a_database_of_somebody_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "address-book.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE friends (name TEXT)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a Chairside record"):
        await open_record(path).open()
    assert path.read_bytes() == before


@pytest.mark.requirement("REC-015")
async def test_a_second_service_on_the_same_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with open_record(path):
        with pytest.raises(StoreError, match="another Chairside writes this record"):
            await open_record(path).open()
    async with open_record(path) as record:
        assert record.pending == 0


async def test_a_missing_folder_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        await open_record(tmp_path / "nowhere" / "clinic.db").open()
    assert told.value.fix.startswith("make its folder")
    with pytest.raises(StoreError):
        await RecordHistory(tmp_path / "none.db").sessions()
    assert list(tmp_path.iterdir()) == []
