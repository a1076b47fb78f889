"""Exports from the pages: one file at once, a course or month as a job; signed in, in the audit."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import zipfile
from codecs import BOM_UTF8
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from monitor.commands.exporting import EXPORTED
from monitor.exports.room import SPARE_BYTES
from monitor.history import FactRow
from monitor.store.record import Record
from tests.real.test_export_command import course, session
from tests.serving import ACT, Served, served


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        record = running.clinic.history
        assert isinstance(record, Record)
        record.add(course())
        await record.commit()
        yield running


@pytest.fixture
async def nurse(clinic: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with clinic.nurse() as client:
        yield client


async def exported(clinic: Served) -> list[FactRow]:
    record = clinic.clinic.history
    assert isinstance(record, Record)
    return await record.clinic_facts([EXPORTED], 0)


async def ended(client: httpx.AsyncClient) -> dict[str, object]:
    async with asyncio.timeout(60):
        while True:
            job: dict[str, object] = (await client.get("/api/exports")).json()["job"]
            if job["ended"]:
                return job
            await asyncio.sleep(0.05)


@pytest.mark.requirement("EXP-030")
@pytest.mark.parametrize("ending", [".csv", ".fhir.json", ".vital"])
async def test_each_file_of_a_session_is_fetched_and_kept_as_an_act(
    clinic: Served, nurse: httpx.AsyncClient, ending: str
) -> None:
    body = {"ending": ending}
    answer = await nurse.post("/api/sessions/s-mar/export", json=body, headers=ACT)
    assert answer.status_code == 200, answer.text
    disposition = answer.headers["content-disposition"]
    assert disposition == f'attachment; filename="s-mar{ending}"'
    assert len(answer.content) > 100
    (fact,) = await exported(clinic)
    assert fact.actor == "rk"
    assert fact.data == {
        "what": "session s-mar",
        "formats": ending,
        "sessions": 1,
        "de_identified": False,
    }


@pytest.mark.requirement("EXP-031")
async def test_a_month_is_packed_beside_the_watch_and_fetched_when_it_is_whole(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    assert (await nurse.get("/api/exports")).json()["job"] is None
    assert (await nurse.get("/api/exports/file")).status_code == 404
    body = {"month": "2026-03", "formats": ["edf", "csv"]}
    begun = await nurse.post("/api/exports", json=body, headers=ACT)
    assert begun.status_code == 200, begun.text
    assert begun.json()["job"]["total"] == 3
    other = await nurse.post("/api/exports", json={**body, "month": "2026-02"}, headers=ACT)
    assert other.status_code == 409
    assert "another export is under way" in other.text
    job = await ended(nurse)
    assert (job["done"], job["failed"], job["file"]) == (3, "", "chairside-month-2026-03.zip")
    archive = await nurse.get("/api/exports/file")
    assert archive.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert sorted(files.namelist()) == sorted(
            f"{name}{ending}"
            for name in ("s-mar", "s-mar-2", "s-apr")
            for ending in (".csv", ".minutes.csv", ".adverse.csv", ".json", ".edf")
        )
        assert files.testzip() is None
    (fact,) = await exported(clinic)
    assert (fact.data["what"], fact.data["sessions"]) == ("month 2026-03", 3)
    again = await nurse.post("/api/exports", json={**body, "month": "2026-02"}, headers=ACT)
    assert again.json()["job"]["total"] == 1
    await ended(nurse)


@pytest.mark.requirement("EXP-036")
async def test_a_page_may_ask_for_the_utf_8_mark(nurse: httpx.AsyncClient) -> None:
    body = {"ending": ".csv", "bom": True}
    answer = await nurse.post("/api/sessions/s-mar/export", json=body, headers=ACT)
    assert answer.content.startswith(BOM_UTF8)
    job = {"month": "2026-02", "formats": ["csv"], "bom": True}
    assert (await nurse.post("/api/exports", json=job, headers=ACT)).status_code == 200
    await ended(nurse)
    archive = await nurse.get("/api/exports/file")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        marked = {name for name in files.namelist() if files.read(name).startswith(BOM_UTF8)}
    assert marked == {"s-feb.adverse.csv", "s-feb.csv", "s-feb.minutes.csv"}


@pytest.mark.requirement("EXP-037")
async def test_without_room_for_its_archive_a_month_is_refused_and_is_no_act(
    clinic: Served, nurse: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, SPARE_BYTES))
    body = {"month": "2026-03", "formats": ["fhir"]}
    answer = await nurse.post("/api/exports", json=body, headers=ACT)
    assert answer.status_code == 409
    told = answer.json()
    assert told["what"] == "there is no room for this export"
    assert "make 1 MB free" in told["fix"]
    assert (await nurse.get("/api/exports")).json()["job"] is None
    assert await exported(clinic) == []


@pytest.mark.requirement("EXP-032")
async def test_a_course_leaves_de_identified_without_a_word_of_whose_it_is(
    nurse: httpx.AsyncClient,
) -> None:
    body = {"patient": "A.M.", "formats": ["csv"], "de_identified": True}
    assert (await nurse.post("/api/exports", json=body, headers=ACT)).status_code == 200
    job = await ended(nurse)
    assert job["file"] == "chairside-de-identified.zip"
    archive = await nurse.get("/api/exports/file")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        names = files.namelist()
        heads = [json.loads(files.read(name)) for name in names if name.endswith(".json")]
        assert len(heads) == 3
        assert {head["de_identified"] for head in heads} == {True}
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in files.infolist())
        everything = b"".join(files.read(name) for name in names)
    for told_of in (b"A.M.", b"s-mar", b"mon-1", b"2026"):
        assert told_of not in everything
        assert told_of.decode() not in "".join(names)


@pytest.mark.requirement("EXP-033")
async def test_nobody_exports_who_is_not_signed_in_and_nothing_that_is_not_there(
    clinic: Served, nurse: httpx.AsyncClient
) -> None:
    async with clinic.client() as stranger:
        for path, body in (
            ("/api/sessions/s-mar/export", {"ending": ".csv"}),
            ("/api/exports", {"month": "2026-03", "formats": ["csv"]}),
        ):
            assert (await stranger.post(path, json=body, headers=ACT)).status_code == 401
        assert (await stranger.get("/api/exports/file")).status_code == 401
    missing = await nurse.post("/api/sessions/s-9/export", json={"ending": ".csv"}, headers=ACT)
    assert missing.status_code == 404
    for asked in (
        {"month": "2020-01", "formats": ["csv"]},
        {"formats": ["csv"]},
        {"month": "2026-03", "patient": "A.M.", "formats": ["csv"]},
    ):
        refused = await nurse.post("/api/exports", json=asked, headers=ACT)
        assert refused.status_code == 409, refused.text
        assert refused.json()["fix"]
    for wrong in ({"month": "2026-13", "formats": ["csv"]}, {"month": "2026-03", "formats": []}):
        assert (await nurse.post("/api/exports", json=wrong, headers=ACT)).status_code == 422
    assert await exported(clinic) == []


@pytest.mark.requirement("EXP-034")
async def test_a_job_that_fails_says_why_and_gives_no_file(
    clinic: Served, nurse: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = clinic.clinic.history
    assert isinstance(record, Record)
    record.add(session("s-x", 0.0, "X"))
    await record.commit()
    # The process that packs finds no disk where its archive should be.
    monkeypatch.setattr("monitor.web.jobs.Job.path", property(lambda _: Path("/nowhere/x.zip")))
    body = {"patient": "X", "formats": ["csv"]}
    assert (await nurse.post("/api/exports", json=body, headers=ACT)).status_code == 200
    job = await ended(nurse)
    assert "No such file" in str(job["failed"])
    assert (job["done"], job["file"]) == (0, "")
    assert (await nurse.get("/api/exports/file")).status_code == 404
