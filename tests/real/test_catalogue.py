"""The catalogue follows the record: live, after a kill, from an older layout, and by command."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from monitor import shipped
from monitor.cataloguing import Cataloguer
from monitor.cli import EXIT_UNREACHABLE, chairside
from monitor.errors import StoreError
from monitor.finding import Entry, Measured, Wanted
from monitor.presets import load_preset
from monitor.store import schema
from monitor.store.record import Record
from monitor.store.rows import Row
from monitor.vitals import VitalSign
from tests.real.test_command_line import configured
from tests.serving import Served, served
from tests.stored import NOON_US, as_of_layout, clock, fact, reading, transition, until

PRESET = load_preset(shipped.shipped_preset("ketamine-adult")[0], where="shipped")
CUFFS = (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC)


def visit(name: str = "s-1", at_s: float = 0.0, patient_ref: str = "A.M.") -> list[Row]:
    """A closed session: baseline 120/80, a cuff of 165/100 and SpO2 down to 88 in the infusion."""

    def cuff(second: float, high: float, low: float) -> list[Row]:
        values = zip(CUFFS, (high, low), strict=True)
        return [reading(at_s + second, one, vital=vital, session=name) for vital, one in values]

    spo2 = [reading(at_s + 600 + n, 97.0 - n % 10, session=name) for n in range(60)]
    rows: list[Row] = [
        fact(at_s, "seated", session=name, patient_ref=patient_ref, planned_minutes=40, infusion=2),
        fact(at_s + 60, "phase", session=name, phase="BASELINE"),
        *cuff(120, 120, 80),
        *cuff(240, 120, 80),
        fact(at_s + 300, "baseline", session=name, actor=None, NIBP_SYS=120, NIBP_DIA=80),
        fact(at_s + 301, "phase", session=name, phase="INFUSION"),
        *spo2,
        *cuff(620, 165, 100),
        transition(at_s + 630, "ACTIVE_UNACK", session=name, alarm=f"{name}/SPO2-2/SpO2/1"),
        transition(at_s + 640, "RESOLVED", 1, session=name, alarm=f"{name}/SPO2-2/SpO2/1"),
        fact(at_s + 2_700, "phase", session=name, phase="RECOVERY", actor="ml"),
        fact(at_s + 5_400, "phase", session=name, phase="CLOSED"),
    ]
    return rows


FOUND = Measured(rise=45.0, lowest_spo2=88.0, ready_minutes=None)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Record, Cataloguer]]:
    async with Record(folder / "clinic.db", clock=clock(), reserve_bytes=0) as record:
        yield record, Cataloguer(record, PRESET)


async def all_of(cataloguer: Cataloguer) -> tuple[Entry, ...]:
    while await cataloguer.measure_one():
        pass
    return (await cataloguer.find(Wanted())).entries


async def keep(record: Record, rows: list[Row]) -> None:
    record.add(rows)
    await record.commit()


@pytest.mark.requirement("FND-003")
async def test_an_entry_holds_what_the_rows_tell_and_follows_what_comes_later(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as (record, cataloguer):
        rows = visit()
        await keep(record, rows[:-1])
        (entry,) = await all_of(cataloguer)
        assert (entry.closed_us, entry.measured, entry.high) == (None, None, 1)
        await keep(record, rows[-1:])
        await cataloguer.find(Wanted())
        (entry,) = await all_of(cataloguer)
        assert (entry.session, entry.patient_ref, entry.chair) == ("s-1", "A.M.", "1")
        assert (entry.opened_us, entry.closed_us) == (NOON_US, NOON_US + 5_400_000_000)
        assert (entry.infusion, entry.high, entry.medium, entry.low) == (2, 1, 0, 0)
        assert entry.measured == FOUND
        assert not entry.signed
        late = fact(9_000, "signed", actor="dr", document_sha256="0" * 64, number=4)
        turned = fact(9_001, "turned over", ready_us=NOON_US + 4_500_000_000, cuff="off")
        await keep(record, [late, turned])
        (entry,) = (await cataloguer.find(Wanted(person="dr"))).entries
        assert entry.signed
        (entry,) = await all_of(cataloguer)
        assert entry.measured == replace(FOUND, ready_minutes=30.0)
        until_us, vitals = NOON_US + 10**10, "NIBP_SYS,NIBP_DIA"
        marked = fact(
            9_002, "artefact", cause="cuff error", from_us=0, to_us=until_us, vitals=vitals
        )
        await keep(record, [marked])
        await cataloguer.find(Wanted())
        (entry,) = await all_of(cataloguer)
        assert entry.measured == replace(FOUND, rise=None, ready_minutes=30.0)


@pytest.mark.requirement("FND-004")
async def test_a_running_cataloguer_needs_nobody_to_ask(tmp_path: Path) -> None:
    async with opened(tmp_path) as (record, cataloguer):
        task = asyncio.create_task(cataloguer.run())
        await keep(record, visit())

        async def measured() -> bool:
            found = (await record.find(Wanted(rise_over=40.0))).entries
            return bool(found)

        async with asyncio.timeout(10):
            while not await measured():
                await asyncio.sleep(0.01)
        assert cataloguer.status() == []
        task.cancel()


@pytest.mark.requirement("FND-005")
async def test_what_was_kept_while_nobody_catalogued_is_caught_up_step_by_step(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as (record, _):
        for number in range(400):
            await keep(record, visit(f"s-{number:03}", number * 6_000.0, f"P{number}")[:4])
    async with opened(tmp_path) as (record, cataloguer):
        first = await cataloguer.find(Wanted())
        assert first.total == 400
        assert [entry.session for entry in first.entries[:2]] == ["s-399", "s-398"]


@pytest.mark.requirement("FND-006")
async def test_a_record_of_the_layout_before_gets_its_catalogue(tmp_path: Path) -> None:
    async with opened(tmp_path) as (record, _):
        await keep(record, visit())
    old = sqlite3.connect(tmp_path / "clinic.db")
    old.executescript(as_of_layout(5))
    old.close()
    async with opened(tmp_path) as (record, cataloguer):
        await cataloguer.find(Wanted())
        (entry,) = await all_of(cataloguer)
        assert entry.measured == FOUND
    fresh = sqlite3.connect(tmp_path / "clinic.db")
    assert fresh.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    fresh.close()


@pytest.mark.requirement("FND-007")
def test_the_catalogue_is_worked_out_anew_by_command_and_not_under_a_service(
    tmp_path: Path,
) -> None:
    path = str(configured(tmp_path))

    async def begin() -> None:
        async with opened(tmp_path) as (record, cataloguer):
            await keep(record, visit())
            await all_of(cataloguer)

    asyncio.run(begin())
    wrong = sqlite3.connect(tmp_path / "clinic.db")
    wrong.execute("UPDATE catalogue SET high = 9, rise = 1, patient_ref = 'X'")
    wrong.execute("INSERT INTO catalogue_people VALUES ('nobody', 0, 's-1')")
    wrong.commit()
    wrong.close()
    said = CliRunner().invoke(chairside, ["catalogue", "--config", path])
    assert said.exit_code == 0, said.output
    assert said.stdout == f"{tmp_path / 'clinic.db'}: 1 session can be found\n"

    async def look() -> None:
        async with opened(tmp_path) as (record, _):
            (entry,) = (await record.find(Wanted(patient="A.M."))).entries
            assert (entry.high, entry.measured) == (1, FOUND)
            assert (await record.find(Wanted(person="nobody"))).total == 0
            refused = await asyncio.to_thread(
                CliRunner().invoke, chairside, ["catalogue", "--config", path]
            )
            assert refused.exit_code == EXIT_UNREACHABLE
            assert "another Chairside writes this record" in refused.stderr

    asyncio.run(look())


@pytest.mark.requirement("FND-008")
async def test_what_only_deleted_readings_told_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as (record, cataloguer):
        await keep(record, visit())
        await cataloguer.find(Wanted())
        await all_of(cataloguer)
        record.copied(await record.uncopied(1_000))
        await record.commit()
        assert await record.forget(NOON_US + 10**12) > 0
        await keep(record, [fact(9_000, "addendum", text="later")])
        await cataloguer.find(Wanted())
        (entry,) = await all_of(cataloguer)
        assert entry.measured == FOUND


@pytest.mark.requirement("FND-009")
async def test_what_changes_while_its_readings_are_looked_at_is_looked_at_again(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as (record, cataloguer):
        await keep(record, visit())
        await cataloguer.find(Wanted())
        waiting = await record.unmeasured()
        assert waiting is not None
        await keep(record, [fact(9_000, "addendum")])
        await cataloguer.find(Wanted())
        await record.measure(waiting, replace(FOUND, rise=1.0))
        assert await record.unmeasured() is not None
        (entry,) = await all_of(cataloguer)
        assert entry.measured == FOUND


class Refusing(Record):
    """A disk that refuses the catalogue."""

    async def keep_entries(self, entries: object, through: int) -> None:  # noqa: ARG002
        raise StoreError("the disk is full", where="here", fix="make room")


@pytest.mark.requirement("FND-010")
async def test_a_catalogue_that_cannot_be_kept_is_told_and_ends_nothing(tmp_path: Path) -> None:
    async with Refusing(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as record:
        cataloguer = Cataloguer(record, PRESET)
        task = asyncio.create_task(cataloguer.run())
        await keep(record, visit())
        await until(lambda: bool(cataloguer.status()))
        assert [line.text for line in cataloguer.status()] == [
            "the list of sessions is behind: the disk is full"
        ]
        assert not task.done()
        task.cancel()


async def asked(client: httpx.AsyncClient, **parameters: str) -> list[str]:
    answer = await client.get("/api/sessions", params=parameters)
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in answer.json()["sessions"]]


@pytest.mark.requirement("FND-011")
async def test_sessions_are_found_over_http_by_the_days_of_the_clinic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "TZ", "Asia/Tokyo")
    async with served(tmp_path) as clinic, clinic.nurse() as client:
        record = clinic.clinic.history
        assert isinstance(record, Record)
        day_s = 86_400.0
        for number in range(3):
            await keep(record, visit(f"s-{number}", number * day_s, "A.M." if number else "B.N."))
        await measured(clinic)
        assert await asked(client) == ["s-2", "s-1", "s-0"]
        assert await asked(client, patient="a.m.") == ["s-2", "s-1"]
        assert await asked(client, rise_over="40", had_high="true") == ["s-2", "s-1", "s-0"]
        assert await asked(client, rise_over="45") == []
        assert await asked(client, person="ml", unsigned="true", chair="1", limit="1") == ["s-2"]
        assert await asked(client, since="2027-01-16", until="2027-01-16") == ["s-1"]
        first = (await client.get("/api/sessions", params={"limit": 2})).json()
        assert (first["total"], len(first["sessions"])) == (3, 2)
        assert await asked(client, limit="2", after=first["next"]) == ["s-0"]
        line = first["sessions"][0]
        assert (line["rise"], line["lowest_spo2"], line["infusion"]) == ("+45", "88", 2)
        assert line["alarms"] == "1 (1 !!!)"
        for wrong in ({"after": "x"}, {"since": "yesterday"}, {"rise_over": "nan"}, {"who": "x"}):
            assert (await client.get("/api/sessions", params=wrong)).status_code == 422


@pytest.mark.requirement("FND-022")
async def test_an_hour_of_a_chair_is_asked_for_over_http(tmp_path: Path) -> None:
    async with served(tmp_path) as clinic, clinic.nurse() as client:
        record = clinic.clinic.history
        assert isinstance(record, Record)
        await keep(record, visit())
        from_ms = NOON_US // 1_000 + 600_000
        asked = {"from_ms": from_ms, "to_ms": from_ms + 21_000}
        told = (await client.get("/api/chairs/1/readings", params=asked)).json()
        assert told["sessions"] == ["s-1"]
        spo2 = told["series"]["SpO2"]
        assert spo2["at_ms"] == [from_ms + n * 1_000 for n in range(21)]
        assert spo2["values"][:3] == [97.0, 96.0, 95.0]
        assert set(spo2["quality"]) == {0}
        assert told["series"]["NIBP_SYS"]["values"] == [165.0]
        far = {"from_ms": 0, "to_ms": 10**13}
        assert (await client.get("/api/chairs/1/readings", params=far)).json()["series"] == {}
        assert (await client.get("/api/chairs/9/readings", params=asked)).status_code == 404
        wrong = {"from_ms": -1, "to_ms": 5}
        assert (await client.get("/api/chairs/1/readings", params=wrong)).status_code == 422


@pytest.mark.requirement("COR-008")
async def test_a_window_shows_what_was_marked_and_whose_device_it_was(tmp_path: Path) -> None:
    async with served(tmp_path) as clinic, clinic.nurse() as client:
        record = clinic.clinic.history
        assert isinstance(record, Record)
        await keep(record, visit())
        from_us = NOON_US + 600_000_000
        spans: dict[str, Any] = {"from_us": from_us + 5_000_000, "to_us": from_us + 7_000_000}
        record.add([fact(1_500, "artefact", ordinal=901, vitals="SpO2", cause="movement", **spans)])
        await record.commit()
        asked = {"from_ms": from_us // 1_000, "to_ms": from_us // 1_000 + 21_000}
        told = (await client.get("/api/chairs/1/readings", params=asked)).json()
        assert told["series"]["SpO2"]["quality"][4:9] == [0, 1, 1, 1, 0]
        assert set(told["series"]["NIBP_SYS"]["quality"]) == {0}
        (artefact,) = told["artefacts"]
        assert (artefact["session"], artefact["cause"]) == ("s-1", "movement")
        assert told["devices_corrected"] == []
        # From the tenth second on it was another patient's monitor.
        swap: dict[str, Any] = {"device": "mon-9", "instead": "mon-1", "reason": "crossed"}
        times: dict[str, Any] = {"from_us": from_us + 10_000_000, "to_us": from_us + 30_000_000}
        record.add([fact(1_600, "devices corrected", ordinal=902, **swap, **times)])
        await record.commit()
        told = (await client.get("/api/chairs/1/readings", params=asked)).json()
        assert len(told["series"]["SpO2"]["at_ms"]) == 10
        assert told["devices_corrected"][0]["instead"] == "mon-1"


async def measured(clinic: Served) -> None:
    record = clinic.clinic.history
    assert isinstance(record, Record)
    async with asyncio.timeout(20):
        await clinic.clinic.catalogue.find(Wanted())
        while await record.unmeasured() is not None:
            await asyncio.sleep(0.01)
