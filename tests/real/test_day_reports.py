"""The reports of a day from a page: one archive, made beside the watch, begun by a clinician."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from monitor.commands.exporting import EXPORTED
from monitor.web.jobs import LEFT_OUT_MAX, Job
from tests.real.test_printing import CLINICIAN, closed, sign
from tests.serving import ACT, Json, Served, served


@pytest_asyncio.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


def today(clinic: Served) -> str:
    now = datetime.fromtimestamp(clinic.clinic.clock.utc_us() / 1e6, tz=UTC)
    return f"{now.astimezone(clinic.clinic.config.zone):%Y-%m-%d}"


async def begun(client: httpx.AsyncClient, day: str) -> httpx.Response:
    return await client.post("/api/reports", json={"day": day}, headers=ACT)


async def ended(client: httpx.AsyncClient) -> Json:
    async with asyncio.timeout(60):
        while True:
            job: Json = (await client.get("/api/reports")).json()["job"]
            if job["ended"]:
                return job
            await asyncio.sleep(0.05)


@pytest.mark.requirement("RPT-034")
async def test_a_day_is_one_archive_in_which_a_signed_report_is_in_its_signed_bytes(
    clinic: Served,
) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        first = await closed(clinic, doctor)
        assert (await sign(doctor, first)).status_code == 200
        signed = (await doctor.get(f"/api/sessions/{first}/report.pdf")).content
        second = await clinic.seat(doctor, "2", "B.N.")
        assert (await doctor.get("/api/reports")).json() == {"job": None}
        assert (await doctor.get("/api/reports/file")).status_code == 404
        day = today(clinic)
        answer = await begun(doctor, day)
        assert answer.status_code == 200, answer.text
        assert answer.json()["job"]["total"] == 2
        again = await begun(doctor, day)
        assert again.status_code == 409
        assert "another batch of reports is under way" in again.text
        job = await ended(doctor)
        assert (job["done"], job["failed"], job["left_out"]) == (2, "", [])
        assert job["file"] == f"chairside-reports-{day}.zip"
        archive = await doctor.get("/api/reports/file")
        with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
            assert sorted(files.namelist()) == sorted([f"{first}.pdf", f"{second}.pdf"])
            assert files.read(f"{first}.pdf") == signed
            assert files.read(f"{second}.pdf").startswith(b"%PDF")
        (fact,) = await clinic.clinic.ward.record.clinic_facts([EXPORTED], 0)
        assert (fact.actor, fact.data["what"]) == (CLINICIAN, f"reports of {day}")
        assert (fact.data["formats"], fact.data["sessions"]) == ("pdf", 2)


@pytest.mark.requirement("RPT-034")
async def test_a_signed_report_that_was_changed_is_left_out_and_told(clinic: Served) -> None:
    async with clinic.nurse(CLINICIAN) as doctor:
        session = await closed(clinic, doctor)
        assert (await sign(doctor, session)).status_code == 200
        with closing(sqlite3.connect(clinic.clinic.config.record.path)) as connection, connection:
            connection.execute("UPDATE documents SET document = x'25504446'")
        assert (await begun(doctor, today(clinic))).status_code == 200
        job = await ended(doctor)
        (told,) = job["left_out"]
        assert told.startswith(f"{session}: ")
        assert "not the one that was signed" in told
        assert (job["done"], job["file"], job["failed"]) == (1, "", "")
        assert (await doctor.get("/api/reports/file")).status_code == 404


@pytest.mark.requirement("RPT-034")
async def test_a_nurse_a_stranger_and_a_day_without_anybody_are_refused(clinic: Served) -> None:
    async with clinic.nurse(CLINICIAN) as doctor, clinic.nurse() as nurse:
        await clinic.seat(nurse, "1")
        refused = await begun(nurse, today(clinic))
        assert refused.status_code == 403
        empty = await begun(doctor, "2020-01-01")
        assert empty.status_code == 409
        assert "nobody was seated" in empty.text
        assert (await begun(doctor, "yesterday")).status_code == 422
        async with clinic.client() as stranger:
            for path in ("/api/reports", "/api/reports/file"):
                assert (await stranger.get(path)).status_code == 401
        assert (await nurse.get("/api/reports")).json() == {"job": None}


@pytest.mark.requirement("RPT-034")
def test_however_many_are_left_out_a_bounded_number_is_named(tmp_path: Path) -> None:
    job = Job("reports", tmp_path, "x.zip", 20, done=20, ended=True)
    job.left_out += [f"s-{number}: changed" for number in range(20)]
    told: Any = job.told()["left_out"]
    assert len(told) == LEFT_OUT_MAX + 1
    assert told[-1] == f"{20 - LEFT_OUT_MAX} more"
    assert json.dumps(job.told())
