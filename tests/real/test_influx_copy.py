"""The copy into a real InfluxDB: everything once, and what it refuses is set aside and seen."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from monitor.store.influx import InfluxCopy
from monitor.store.influx_history import InfluxHistory
from monitor.store.record import Record
from monitor.tables import InfluxTable
from monitor.vitals import VitalSign
from tests.influx_bucket import Bucket, Server, make_bucket, make_grant, revoke
from tests.servers import Influxd
from tests.stored import NOON_US, clock, fact, reading, transition, until

PAST_THE_END_OF_TIME_S = (9_300_000_000_000_000 - NOON_US) / 1e6
"""InfluxDB's last instant is in 2262."""


@asynccontextmanager
async def copying(
    record: Record, bucket: Bucket, token: Callable[[], str] | None = None
) -> AsyncIterator[InfluxCopy]:
    told = token or (lambda: bucket.token)
    copy = InfluxCopy(record, bucket.url, bucket.org, bucket.name, told, clock())
    task = asyncio.create_task(copy.run())
    try:
        yield copy
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def record(tmp_path: Path) -> AsyncIterator[Record]:
    async with Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as opened:
        yield opened


def parked(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = connection.execute("SELECT line, reason FROM parked ORDER BY line").fetchall()
    connection.close()
    return rows


def history_of(bucket: Bucket) -> InfluxHistory:
    return InfluxHistory(bucket.url, bucket.org, bucket.name, bucket.token)


async def copied(record: Record, copy: InfluxCopy) -> None:
    await record.commit()
    await until(lambda: copy.rows_behind == 0)
    await record.commit()


@pytest.mark.requirement("INF-006")
async def test_400_parks_the_lines_that_cannot_be_read_and_stores_all_others(
    record: Record, tmp_path: Path, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    good = [reading(n) for n in range(30)]
    bad = [reading(PAST_THE_END_OF_TIME_S + n) for n in range(3)]
    record.add([*good[:10], bad[0], *good[10:20], *bad[1:], *good[20:]])
    record.add([transition(0, "ACTIVE_UNACK"), fact(0, "seated", patient_ref="A")])
    async with copying(record, bucket) as copy:
        await copied(record, copy)
        assert copy.parked == 3
        assert copy.error == ""
    assert await history_of(bucket).readings("s-1") == good
    assert len(await history_of(bucket).transitions("s-1")) == 1
    rows = parked(tmp_path / "clinic.db")
    assert [line.split()[-1] for line, _ in rows] == [str(row.sampled_at_us) for row in bad]
    assert all("time outside range" in reason for _, reason in rows)
    # The record itself lacks nothing.
    assert len(await record.readings("s-1")) == 33


@pytest.mark.requirement("INF-015")
async def test_422_parks_what_was_dropped_for_its_type_and_stores_all_others(
    record: Record, tmp_path: Path, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    # Somebody's early point makes `seq` a float in this bucket for ever.
    bucket.write(f"vitals,chair=9 seq=1.5 {NOON_US}")
    plain = [reading(n) for n in range(20)]
    numbered = [
        reading(n, boot="b", seq=n, vital=VitalSign.PULSE_RATE, reason=", seq=9") for n in range(5)
    ]
    record.add([*plain[:7], *numbered, *plain[7:]])
    record.add([fact(0, "seated", patient_ref="A")])
    async with copying(record, bucket) as copy:
        await copied(record, copy)
        assert copy.parked == 5
        record.add([reading(100)])
        await copied(record, copy)
        assert copy.parked == 5
    assert await history_of(bucket).readings("s-1") == [*plain, reading(100)]
    rows = parked(tmp_path / "clinic.db")
    assert all("vital=PR" in line and "field type conflict" in why for line, why in rows)


async def test_422_for_points_too_old_for_the_bucket_parks_those(
    record: Record, tmp_path: Path, influxd: Server
) -> None:
    bucket = make_bucket(influxd, keep_s=3_600)
    recent = [reading(n) for n in range(40)]
    old = [reading(n - 400_000_000) for n in range(3)]
    record.add([*recent[:20], *old, *recent[20:]])
    record.add([fact(0, "seated", patient_ref="A")])
    async with copying(record, bucket) as copy:
        await copied(record, copy)
        assert copy.parked == 3
    assert bucket.count("vitals", "value") == 40
    times = {line.split()[-1] for line, _ in parked(tmp_path / "clinic.db")}
    assert times == {str(row.sampled_at_us) for row in old}


@pytest.mark.requirement("INF-004")
async def test_copying_all_again_changes_nothing(tmp_path: Path, influxd: Server) -> None:
    bucket = make_bucket(influxd)
    rows = [reading(n // 4, n) for n in range(400)]
    steps = [transition(5, "ACTIVE_UNACK", n) for n in range(50)]
    path = tmp_path / "clinic.db"
    for _ in range(3):
        async with Record(path, clock=clock(), reserve_bytes=0) as record:
            if not record.behind()[0]:
                record.add([fact(0, "seated", patient_ref="A"), *rows, *steps])
            async with copying(record, bucket) as copy:
                await copied(record, copy)
        assert bucket.count("vitals", "value") == 400
        assert bucket.count("alarms", "ordinal") == 50
        assert await history_of(bucket).readings("s-1") == rows
        connection = sqlite3.connect(path)
        connection.execute("UPDATE progress SET id = 0")
        connection.commit()
        connection.close()


async def test_rows_of_a_running_service_arrive_while_they_are_committed(
    record: Record, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    run = asyncio.create_task(record.run())
    async with copying(record, bucket) as copy:
        record.add([fact(0, "seated", patient_ref="A")], urgent=True)
        for second in range(3_000):
            record.add([reading(second)], urgent=second % 100 == 0)
            if second % 50 == 0:
                await asyncio.sleep(0.001)
        await until(lambda: record.pending == 0 and copy.rows_behind == 0)
    run.cancel()
    assert await history_of(bucket).readings("s-1") == await record.readings("s-1")
    assert bucket.count("vitals", "value") == 3_000


@pytest.mark.requirement("INF-016")
async def test_influxdb_killed_in_the_middle_loses_nothing_and_is_told(
    record: Record, own_influxd: Influxd
) -> None:
    bucket = make_bucket(own_influxd)
    run = asyncio.create_task(record.run())
    loop = asyncio.get_running_loop()
    record.add([fact(0, "seated", patient_ref="A")], urgent=True)
    async with copying(record, bucket) as copy:
        second = 0
        for _ in range(3):
            for _ in range(200):
                record.add([reading(second), reading(second, 70, vital=VitalSign.PULSE_RATE)])
                second += 1
                await asyncio.sleep(0.001)
            await loop.run_in_executor(None, own_influxd.kill)
            record.add([reading(second)], urgent=True)
            second += 1
            await until(lambda: bool(copy.error))
            assert "cannot be reached" in copy.error
            assert copy.rows_behind > 0
            await loop.run_in_executor(None, own_influxd.start)
        await until(lambda: record.pending == 0 and copy.rows_behind == 0)
        assert (copy.parked, copy.error) == (0, "")
    run.cancel()
    kept = await record.readings("s-1")
    assert len(kept) == 1_203
    assert await history_of(bucket).readings("s-1") == kept


@pytest.mark.requirement("INF-018")
async def test_a_new_token_in_the_file_is_taken_up_without_a_restart(
    record: Record, tmp_path: Path, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    first, second, third = (make_grant(influxd, bucket) for _ in range(3))
    path = tmp_path / "token"
    path.touch(0o600)
    path.write_text(first.token)
    table = InfluxTable(url=bucket.url, org=bucket.org, bucket=bucket.name, token_file=path)
    async with copying(record, bucket, table.token) as copy:
        record.add([reading(0)])
        await copied(record, copy)
        revoke(influxd, first)
        path.unlink()
        record.add([reading(1)])
        await record.commit()
        await until(lambda: "refuses the token" in copy.error)
        assert "cannot read the InfluxDB token" in copy.error
        path.touch(0o600)
        path.write_text(second.token)
        await copied(record, copy)
        assert copy.error == ""
        # A third while the second still works: it is in use before the second goes.
        path.write_text(third.token)
        record.add([reading(2)])
        await copied(record, copy)
        revoke(influxd, second)
        path.unlink()
        record.add([reading(3), fact(0, "seated", patient_ref="A")])
        await copied(record, copy)
        assert copy.error == ""
    assert await history_of(bucket).readings("s-1") == [reading(n) for n in range(4)]


@pytest.mark.requirement("REC-017")
async def test_what_the_record_forgets_is_in_influxdb_and_what_influxdb_lacks_stays(
    record: Record, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    rows = [reading(n) for n in range(20)]
    seated, left = fact(-1, "seated", patient_ref="A"), fact(30, "phase", phase="CLOSED")
    async with copying(record, bucket) as copy:
        record.add([seated, left, *rows[:12]])
        await copied(record, copy)
    record.add(rows[12:])
    await record.commit()
    assert await record.forget(NOON_US + 86_400_000_000) == 12
    assert await record.readings("s-1") == rows[12:]
    assert await history_of(bucket).readings("s-1") == rows[:12]
    async with copying(record, bucket) as copy:
        await copied(record, copy)
    assert await history_of(bucket).readings("s-1") == rows
    assert await record.forget(NOON_US + 86_400_000_000) == 8
    assert await record.facts("s-1") == [seated, left]
