"""Signed documents in the record: there with their signature, whatever comes between."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import AuditBroken, StoreError
from monitor.filed import Filed
from monitor.store import schema
from monitor.store.record import FILED_MAX, Record, RecordHistory
from tests.stored import NOON_US, as_of_layout, clock, fact, reading

ROOT = Path(__file__).parents[2]
KILLS = 10
ONE = Filed(session="s-1", document=b"%PDF-1.4 one")


@pytest.mark.requirement("RPT-060")
def test_kill_9_at_any_instant_leaves_no_signature_without_its_document(tmp_path: Path) -> None:
    path, chance, number, said = tmp_path / "clinic.db", random.Random(7), 0, 0
    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.real.signing_writer", str(path), str(number)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert writer.stdout is not None
        for _ in range(chance.randrange(1, 20)):
            number, said = int(writer.stdout.readline()) + 1, said + 1
        writer.kill()
        rest = writer.stdout.read().split()
        writer.wait()
        writer.stdout.close()
        said += len(rest)
        number = (int(rest[-1]) if rest else number) + 2

    async def signatures() -> int:
        async with Record(path, clock=clock()) as record:
            facts = await record.session_facts({"signed"}, 0)
            for one in facts:
                assert await record.document(str(one.data["document_sha256"])) is not None
            return len(facts)

    assert asyncio.run(signatures()) >= said


@pytest.mark.requirement("RPT-060")
async def test_a_document_waits_for_the_disk_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with Record(path, clock=clock()) as record:
        record.file(ONE)
        record.file(ONE)
        assert await record.document(ONE.sha256) is None
        record.add([fact(0, "signed", actor="dl", document_sha256=ONE.sha256, number=0)])
        with closing(sqlite3.connect(path)) as other:
            other.execute("ALTER TABLE documents RENAME TO hidden")
            with pytest.raises(StoreError):
                await record.commit()
            assert await record.facts("s-1") == []
            other.execute("ALTER TABLE hidden RENAME TO documents")
        await record.commit()
        assert await record.document(ONE.sha256) == ONE.document
        assert len(await record.facts("s-1")) == 1


@pytest.mark.requirement("RPT-061")
async def test_beyond_the_bound_no_document_is_taken(tmp_path: Path) -> None:
    async with Record(tmp_path / "clinic.db", clock=clock()) as record:
        many = [Filed(session="s", document=b"%d" % number) for number in range(FILED_MAX)]
        for one in many:
            record.file(one)
        with pytest.raises(StoreError, match="cannot be kept now"):
            record.file(ONE)
        await record.commit()
        assert await record.document(many[-1].sha256) == many[-1].document
        record.file(ONE)
        await record.commit()
        assert await record.document(ONE.sha256) == ONE.document


@pytest.mark.requirement("RPT-062")
async def test_a_record_of_the_layout_before_takes_documents(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with Record(path, clock=clock()) as record:
        record.add([reading(0)])
        await record.commit()
    with closing(sqlite3.connect(path)) as old:
        old.executescript(as_of_layout(6))
    async with Record(path, clock=clock()) as record:
        assert await record.readings("s-1") == [reading(0)]
        record.file(ONE)
        await record.commit()
        assert await record.document(ONE.sha256) == ONE.document
    with closing(sqlite3.connect(path)) as fresh:
        assert fresh.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


@pytest.mark.requirement("RPT-028")
async def test_what_is_read_back_is_what_was_filed_or_an_error(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    async with Record(path, clock=clock()) as record:
        record.file(ONE)
        await record.commit()
        assert await record.forget(NOON_US + 10**15) == 0
    history = RecordHistory(path)
    assert await history.document(ONE.sha256) == ONE.document
    assert await history.document("0" * 64) is None
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE documents SET document = x'25'")
    with pytest.raises(AuditBroken, match="not the one that was signed"):
        await history.document(ONE.sha256)
