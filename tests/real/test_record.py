"""The record on a real disk: what was taken is there, once, and in its place."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.history import ReadingRow
from monitor.store import reading as reading_module
from monitor.store import record as record_module
from monitor.store.record import Record, RecordHistory
from monitor.store.rows import Row
from monitor.vitals import Validity, VitalSign
from simulators.loops import run_virtual
from tests.stored import NOON_US, Slip, clock, fact, reading, transition, until


@pytest.fixture
async def record(tmp_path: Path) -> AsyncIterator[Record]:
    async with Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as opened:
        yield opened


@pytest.mark.requirement("REC-001")
async def test_what_is_committed_reads_back_as_it_was(record: Record) -> None:
    rows = [
        reading(0, 97.5, boot="b", seq=1),
        reading(1, None, validity=Validity.INVALID, reason="sensor off", late=True),
        reading(2, 120, vital=VitalSign.NIBP_SYSTOLIC, device="mon-2"),
    ]
    steps = [transition(3, "ACTIVE_UNACK"), transition(4, "ACTIVE_ACK", 1, actor="rk", note="é 😀")]
    facts = [
        fact(-1, "seated", patient_ref="A.M.", planned_minutes=40),
        fact(5, "x", a=None, b=True),
    ]
    record.add([*rows, *steps, *facts])
    await record.commit()
    assert await record.readings("s-1") == rows
    assert await record.readings("s-1", vitals=[VitalSign.NIBP_SYSTOLIC]) == rows[2:]
    assert await record.readings("s-1", vitals=[]) == []
    assert await record.transitions("s-1") == steps
    assert await record.facts("s-1") == facts
    assert await record.sessions() == ["s-1"]


async def test_sessions_come_newest_first(record: Record) -> None:
    for number, second in enumerate([5, 1, 9]):
        record.add([fact(second, "seated", session=f"s-{number}", patient_ref="A")])
    await record.commit()
    assert await record.sessions() == ["s-2", "s-0", "s-1"]


async def test_readings_without_a_session_are_kept_and_belong_to_none(record: Record) -> None:
    record.add([reading(0, session=None), reading(1)])
    await record.commit()
    block = await record.uncopied(10)
    assert [row.row.session for row in block.rows] == [None, "s-1"]
    assert await record.readings("s-1") == [reading(1)]


@pytest.mark.requirement("REC-002")
async def test_a_message_delivered_twice_is_kept_once(record: Record) -> None:
    message = [
        reading(0, 97, boot="b", seq=1),
        reading(0, 70, boot="b", seq=1, vital=VitalSign.PULSE_RATE),
    ]
    record.add(message)
    await record.commit()
    record.add(replace(row, sampled_at_us=row.sampled_at_us + 5) for row in message)
    record.add([reading(1, 97, boot="b", seq=2), reading(2, 97, boot="c", seq=1)])
    await record.commit()
    assert len(await record.readings("s-1")) == 4
    assert record.duplicates == 2
    assert record.behind()[0] == 4
    assert await record.last_seqs() == {"mon-1": ("c", 1)}


async def test_the_last_number_of_each_device_is_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        record.add(reading(n, boot="b", seq=n) for n in (1, 2, 9, 4))
        record.add([reading(0, device="serial"), reading(0, device="mon-2", boot="x", seq=7)])
        await record.commit()
        record.add([reading(20, boot="b", seq=10), reading(21, boot="c", seq=1)])
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        assert await record.last_seqs() == {"mon-1": ("c", 1), "mon-2": ("x", 7)}


@pytest.mark.requirement("REC-003")
async def test_rows_of_one_series_at_one_time_are_all_kept_with_their_true_time(
    record: Record,
) -> None:
    record.add([reading(0, 90 + n) for n in range(4)] + [reading(0.000_002, 99), reading(-1, 80)])
    record.add([transition(0, "ACTIVE_UNACK", alarm=f"a{n}") for n in range(3)])
    record.add([fact(0, "note", ordinal=n) for n in range(3)])
    await record.commit()
    kept = await record.readings("s-1")
    assert [(row.value, row.sampled_at_us - NOON_US) for row in kept] == [
        (80, -1_000_000),
        *((90 + n, 0) for n in range(4)),
        (99, 2),
    ]
    assert [row.alarm for row in await record.transitions("s-1")] == ["a0", "a1", "a2"]
    assert [row.ordinal for row in await record.facts("s-1")] == [0, 1, 2]
    rows = (await record.uncopied(100)).rows
    places = [(type(r.row), getattr(r.row, "vital", None), r.at_us) for r in rows]
    assert len(set(places)) == len(places) == 12


async def test_rows_are_numbered_in_the_order_they_were_given(record: Record) -> None:
    given: list[Row] = [
        reading(0),
        transition(0, "ACTIVE_UNACK"),
        reading(1),
        fact(0, "x"),
        reading(-3),
    ]
    record.add(given[:2])
    record.add(given[2:])
    await record.commit()
    rows = (await record.uncopied(100)).rows
    assert [row.row for row in rows] == given
    assert [row.id for row in rows] == [1, 2, 3, 4, 5]


@pytest.mark.requirement("REC-004")
@pytest.mark.parametrize(
    "poison",
    [
        reading(0, float("nan")),
        reading(0, float("inf")),
        reading(0, reason="a\0b"),
        reading(0, device="\ud800"),
        reading(0, boot="b", seq=2**70),
        transition(0, "ACTIVE_UNACK", value=float("nan")),
        transition(0, "ACTIVE_UNACK", note="\0"),
        fact(0, "x", value=float("inf")),
        fact(0, "\0"),
    ],
)
async def test_a_row_no_database_can_keep_is_refused_alone_and_counted(
    record: Record, poison: ReadingRow
) -> None:
    slip = Slip()
    record.add([reading(1), poison, reading(2)], receipts=[slip])
    await record.commit()
    assert await record.readings("s-1") == [reading(1), reading(2)]
    assert record.refused == 1
    assert record.refused_why
    # A sender that were not answered would send the same again for ever.
    assert slip.confirmed


@pytest.mark.requirement("REC-005")
async def test_a_receipt_is_confirmed_after_its_commit_and_not_before(record: Record) -> None:
    first, second = Slip(), Slip()
    record.add([reading(0)], receipts=[first])
    assert not first.confirmed
    await record.commit()
    assert first.confirmed
    record.add([], receipts=[second])
    assert second.confirmed


async def test_an_empty_message_is_answered_after_the_rows_before_it(record: Record) -> None:
    slip = Slip()
    record.add([reading(0)])
    record.add([], receipts=[slip])
    assert not slip.confirmed
    await record.commit()
    assert slip.confirmed


@pytest.mark.requirement("REC-006")
def test_rows_are_committed_within_200_ms_and_urgent_ones_at_once(tmp_path: Path) -> None:
    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        async with Record(tmp_path / "v.db", clock=clock(), reserve_bytes=0) as record:
            task = asyncio.create_task(record.run())
            record.add([reading(0)])
            began = loop.time()
            await record.committed.wait()
            lazy = loop.time() - began
            record.committed.clear()
            record.add([reading(1)])
            record.add([transition(1, "ACTIVE_UNACK")], urgent=True)
            began = loop.time()
            await record.committed.wait()
            assert record.pending == 0
            task.cancel()
            return lazy, loop.time() - began

    lazy, urgent = run_virtual(main())
    assert lazy == pytest.approx(0.2)
    assert urgent == 0.0


@pytest.mark.requirement("REC-007")
def test_beyond_the_bound_rows_are_counted_and_not_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "QUEUE_ROWS_MAX", 5)
    monkeypatch.setattr(record_module, "QUEUE_URGENT_ROWS_MAX", 2)

    async def main() -> None:
        async with Record(tmp_path / "v.db", clock=clock(), reserve_bytes=0) as record:
            slip = Slip()
            record.add([reading(n) for n in range(4)])
            record.add([reading(5), reading(6)], receipts=[slip])
            assert (record.pending, record.dropped) == (4, 2)
            record.add([transition(n, "ACTIVE_UNACK") for n in range(3)], urgent=True)
            assert (record.pending, record.dropped) == (7, 2)
            record.add([fact(0, "x")])
            assert (record.pending, record.dropped) == (7, 3)
            await record.commit()
            assert not slip.confirmed
            assert record.behind()[0] == 7

    run_virtual(main())


@pytest.mark.requirement("REC-008")
async def test_what_is_open_is_found_again_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        record.add(
            [
                fact(0, "seated", session="closed", patient_ref="A"),
                fact(1, "phase", session="closed", phase="CLOSED"),
                fact(2, "seated", session="open", patient_ref="B"),
                fact(3, "phase", session="open", phase="BASELINE"),
                fact(4, "audio paused", session=None),
                transition(0, "ACTIVE_UNACK", 0, alarm="over"),
                transition(1, "RESOLVED", 1, alarm="over"),
                transition(2, "ACTIVE_UNACK", 0, alarm="on"),
                transition(3, "ACTIVE_ACK", 1, alarm="on", actor="rk"),
                transition(4, "LATCHED_UNACK", 2, alarm="latched"),
            ]
        )
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        late, early = NOON_US + 10_000_000, NOON_US
        assert [row.session for row in await record.open_facts(late)] == ["open", "open"]
        told = [(row.kind, row.session) for row in await record.open_facts(early)]
        assert told == [
            ("phase", "closed"),
            ("seated", "open"),
            ("phase", "open"),
            ("audio paused", None),
        ]
        assert [(row.alarm, row.to_state) for row in await record.open_alarms()] == [
            ("on", "ACTIVE_ACK"),
            ("latched", "LATCHED_UNACK"),
        ]
        record.add([reading(9)])
        await record.commit()
        assert [row.id for row in (await record.uncopied(100)).rows] == list(range(1, 12))


@pytest.mark.requirement("ALM-202", "ALM-148")
async def test_a_few_valid_readings_about_a_time_are_found_nearest_first(record: Record) -> None:
    spo2, pulse = VitalSign.SPO2, VitalSign.PULSE_RATE
    silent = [reading(at, 70.0, vital=pulse, device="oxi") for at in range(20)]
    heard = [reading(at + 0.5, 71.0, vital=pulse) for at in range(40)]
    others = [
        reading(30.1, None, vital=pulse, device="oxi", reason="sensor off"),
        reading(30.2, 70.0, vital=pulse, device="oxi", validity=Validity.QUESTIONABLE),
        reading(30.3, 70.0, vital=pulse, device="oxi", late=True),
        reading(30.4, 97.0, device="oxi"),
        reading(30.6, 70.0, vital=pulse, device="oxi", session="s-2"),
    ]
    record.add([*silent, *heard, *others])
    await record.commit()
    at_us, pulses = NOON_US + 35_500_000, frozenset({pulse})
    assert await record.valid_before("s-1", pulses, at_us) == heard[34:18:-1]
    assert await record.valid_before("s-1", pulses, at_us, device="oxi") == silent[:3:-1]
    assert await record.valid_before("s-1", pulses, at_us, device="mon-2") == []
    assert await record.valid_before("s-1", frozenset({spo2}), at_us) == others[3:4]
    assert await record.valid_since("s-1", pulses, at_us) == heard[35:]
    assert await record.valid_since("s-1", pulses, NOON_US + 30_000_000) == heard[30:]


async def test_the_copys_progress_and_parked_lines_outlive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        record.add(reading(n) for n in range(5))
        await record.commit()
        record.copied(await record.uncopied(3))
        record.park(["bad line", "other"], "says InfluxDB")
        record.park(["bad line"], "again")
        assert record.behind() == (2, NOON_US + 2_000_040)
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        assert record.behind() == (2, NOON_US + 3_000_040)
        assert record.parked == 2
        block = await record.uncopied(100)
        assert [row.id for row in block.rows] == [4, 5]
        record.copied(block)
        assert record.behind() == (0, None)


@pytest.mark.requirement("REC-009")
async def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    path.touch(0o644)
    async with Record(path, clock=clock(), reserve_bytes=4096) as record:
        record.add([reading(0)])
        await record.commit()
        files = sorted(tmp_path.iterdir())
        assert [file.name for file in files] == [
            "clinic.db",
            "clinic.db-shm",
            "clinic.db-wal",
            "clinic.db.lock",
            "clinic.db.reserve",
        ]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.requirement("REC-010")
async def test_a_slow_reader_stalls_neither_the_writer_nor_other_readers(
    record: Record, tmp_path: Path
) -> None:
    record.add(reading(n) for n in range(1_000))
    await record.commit()
    slow = sqlite3.connect(f"file:{tmp_path / 'clinic.db'}?mode=ro", uri=True)
    cursor = slow.execute("SELECT * FROM readings")
    cursor.fetchone()
    async with asyncio.timeout(4.0):
        for second in range(1_000, 1_020):
            record.add([reading(second)])
            await record.commit()
    assert len(await record.readings("s-1")) == 1_020
    assert len(cursor.fetchall()) == 999
    slow.close()


async def test_readers_can_neither_write_nor_checkpoint(record: Record, tmp_path: Path) -> None:
    record.add([reading(0)])
    await record.commit()
    history = RecordHistory(tmp_path / "clinic.db")
    with history._connection() as connection:
        assert connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM readings")
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@pytest.mark.usefixtures("record")
async def test_a_query_without_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "READ_STEPS_MAX", 1_000_000)
    history = RecordHistory(tmp_path / "clinic.db")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
    with pytest.raises(StoreError, match="could not be read"):
        await history._read(lambda c: c.execute(endless).fetchall())


async def test_another_process_may_read_while_the_service_writes_and_after(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        record.add([fact(0, "seated", patient_ref="A"), reading(0)])
        await record.commit()
        assert await RecordHistory(path).readings("s-1") == [reading(0)]
    assert await RecordHistory(path).sessions() == ["s-1"]
    assert sorted(file.name for file in tmp_path.iterdir() if "wal" in file.name) in (
        [],
        ["clinic.db-wal"],
    )


async def test_a_cancelled_commit_neither_loses_nor_doubles_rows(record: Record) -> None:
    for second in range(50):
        record.add([reading(second)])
        task = asyncio.create_task(record.commit())
        await asyncio.sleep(0)
        task.cancel()
    await record.commit()
    assert [row.sampled_at_us for row in await record.readings("s-1")] == [
        NOON_US + second * 1_000_000 for second in range(50)
    ]


async def test_every_commit_is_synced_and_one_thread_alone_writes(record: Record) -> None:
    def pragmas() -> tuple[object, ...]:
        connection = record._writer._open_connection()
        return tuple(
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        )

    loop = asyncio.get_running_loop()
    full = 2
    assert await loop.run_in_executor(record._writing, pragmas) == ("wal", full)
    with pytest.raises(sqlite3.ProgrammingError, match="thread"):
        pragmas()


async def test_rows_added_while_a_commit_is_under_way_wait_for_the_next(record: Record) -> None:
    run = asyncio.create_task(record.run())
    for second in range(2_000):
        record.add([reading(second)], urgent=second % 7 == 0)
        if second % 50 == 0:
            await asyncio.sleep(0)
    await until(lambda: record.pending == 0)
    run.cancel()
    assert len(await record.readings("s-1")) == 2_000


@pytest.mark.requirement("REC-016")
async def test_readings_of_an_open_session_stay_however_old(record: Record) -> None:
    shared = [fact(0, "seated", session=one) for one in ("s-1", "s-2")]
    rows = [reading(n, session=one) for n, one in enumerate(("s-1", "s-2", None))]
    record.add([*shared, *rows, fact(9, "phase", session="s-2", phase="CLOSED")])
    await record.commit()
    record.copied(await record.uncopied(99))
    await record.commit()
    assert await record.forget(NOON_US + 86_400_000_000) == 2
    assert await record.readings("s-1") == rows[:1]


@pytest.mark.requirement("REC-016")
async def test_old_readings_go_only_when_the_copy_has_them(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "FORGET_ROWS_MAX", 3)
    steps: list[Row] = [transition(0, "ACTIVE_UNACK"), fact(0, "seated")]
    steps += [fact(21, "phase", phase="CLOSED")]
    record.add([*steps, *(reading(n) for n in range(20))])
    await record.commit()
    day_us = 86_400_000_000
    assert await record.forget(NOON_US + day_us) == 0
    record.copied(await record.uncopied(13))
    await record.commit()
    assert await record.forget(NOON_US + 4_000_000) == 4
    assert await record.forget(NOON_US + day_us) == 6
    assert await record.readings("s-1") == [reading(n) for n in range(10, 20)]
    assert [*await record.transitions("s-1"), *await record.facts("s-1")] == steps
    assert [row.row for row in (await record.uncopied(99)).rows] == [
        reading(n) for n in range(10, 20)
    ]
