"""`chairside review` on another machine: from InfluxDB alone, read-only and without names."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.finding import Entry, Wanted
from monitor.leafing import Leafing, holds
from monitor.review.entry import entry_of
from monitor.store.record import Record
from tests.browser import review_scene
from tests.influx_bucket import Bucket, Server, make_bucket
from tests.real.test_history_contract import copying
from tests.stored import clock, fact, until

ROOT = Path(__file__).parents[2]
SITTER = "Ann Example"
CONFIG = """
[clinic]
name = "Harbour Infusion"
id = "harbour"
time_zone = "UTC"
[record]
path = "{record}"
[alarms]
preset = "ketamine-adult"
[[chairs]]
id = "1"
label = "4"
[[devices]]
id = "mon-1"
chair = "1"
driver = "masimo-ascii1"
link = "tcp://127.0.0.1:5001"
"""
INFLUX = """
[influxdb]
url = "{url}"
org = "{org}"
bucket = "{name}"
token_file = "{token_file}"
"""


def short() -> review_scene.Stored:
    """A quarter of an hour of the scene's session, with a name and free words in its facts."""
    whole = review_scene.whole()
    whole.rows = [row for row in whole.rows if row.sampled_at_us < whole.facts[0].at_us + 900e6]
    whole.facts.append(fact(100, "sitter", ordinal=50, person=SITTER, phone="12345", stays=True))
    whole.take(
        "artefacts",
        {
            "from_us": whole.facts[0].at_us,
            "to_us": whole.facts[0].at_us + 60_000_000,
            "vitals": ["SpO2"],
            "cause": "movement",
            "text": f"{SITTER} moved the probe",
        },
    )
    return whole


async def keep(record: Record, stored: review_scene.Stored) -> None:
    record.add([*stored.facts, *stored.rows, *stored.steps])
    await record.commit()


@asynccontextmanager
async def looking(config: Path, *options: str) -> AsyncIterator[str]:
    """The command in a process of its own; its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "monitor.cli", "review", f"--config={config}", "--port=0", *options),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        said = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        assert said.startswith("read-only review from")
        yield said.split()[-1].rstrip("/")
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)
    assert process.returncode == 0


async def told(url: str, path: str) -> Any:
    async with httpx.AsyncClient(timeout=60) as client:
        answer = await client.get(url + path)
    assert answer.status_code == 200, answer.text
    return answer.json()


PATHS = ("/api/sessions", "/api/sessions/s-1/review", "/api/alarms", "/api/courses/R.S.")


@pytest.mark.requirement("REV-030")
async def test_another_machine_reviews_from_influxdb_alone_what_the_record_says(
    influxd: Server, tmp_path: Path
) -> None:
    bucket: Bucket = make_bucket(influxd)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    async with (
        Record(here / "record.db", clock=clock(), reserve_bytes=0) as record,
        copying(record, bucket, "harbour") as copy,
    ):
        await keep(record, short())
        await until(lambda: copy.rows_behind == 0)
    (here / "clinic.toml").write_text(CONFIG.format(record="record.db"))
    (there / "token").write_text(bucket.token)
    (there / "token").chmod(0o600)
    place = {"url": bucket.url, "org": bucket.org, "name": bucket.name, "token_file": "token"}
    text = CONFIG.format(record="nowhere.db") + INFLUX.format(**place)
    (there / "clinic.toml").write_text(text)
    async with looking(there / "clinic.toml", "--from-influxdb") as url:
        copied = [await told(url, path) for path in PATHS]
    assert not (there / "nowhere.db").exists()
    async with looking(here / "clinic.toml") as url:
        own = [await told(url, path) for path in PATHS]
    assert copied == own
    assert copied[1]["without"]["points"]
    assert SITTER not in json.dumps(copied)


@pytest.mark.requirement("REV-031")
async def test_nothing_can_be_entered_over_a_copy_and_every_page_says_what_it_is(
    tmp_path: Path,
) -> None:
    async with Record(tmp_path / "record.db", clock=clock(), reserve_bytes=0) as record:
        await keep(record, short())
        await record.commit()
    (tmp_path / "clinic.toml").write_text(CONFIG.format(record="record.db"))
    async with (
        looking(tmp_path / "clinic.toml") as url,
        httpx.AsyncClient(headers={"X-Chairside": "1"}) as client,
    ):
        routes = (await client.get(f"{url}/openapi.json")).json()["paths"]
        assert {method for one in routes.values() for method in one} == {"get"}
        for path in ("artefacts", "review/baseline", "review/withdraw", "note"):
            answer = await client.post(f"{url}/api/sessions/s-1/{path}", json={})
            assert answer.status_code in (404, 405)
        for page in ("/", "/sessions", "/history", "/review/s-1", "/course/R.S."):
            text = (await client.get(url + page)).text
            assert "READ-ONLY COPY" in text
            assert "sign" not in text.lower()
        assert (await client.get(f"{url}/api/stream")).status_code == 404


async def test_what_the_copy_cannot_read_is_said_at_the_prompt(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CONFIG.format(record="nowhere.db"))
    refused = {"": "no record yet", "--from-influxdb": "no InfluxDB is configured"}
    for option, words in refused.items():
        options = [option] if option else []
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "monitor.cli", "review", f"--config={tmp_path / 'clinic.toml'}", *options),
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        assert words in said.decode()
        assert process.returncode in (3, 4)


SCENE = review_scene.unmeasured()
ENTRY: Entry = entry_of(SCENE.facts, SCENE.steps)


@pytest.mark.requirement("REV-032")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), True),
        (Wanted(patient="R."), True),
        (Wanted(patient="S."), False),
        (Wanted(chair="1", person="rk", had_high=True, unsigned=True), True),
        (Wanted(chair="2"), False),
        (Wanted(person="nobody"), False),
        (Wanted(from_us=ENTRY.opened_us, to_us=ENTRY.opened_us + 1), True),
        (Wanted(to_us=ENTRY.opened_us), False),
        (Wanted(from_us=ENTRY.opened_us + 1), False),
        (Wanted(rise_over=0.0), False),
    ],
)
def test_sessions_of_a_copy_are_found_as_in_the_record(wanted: Wanted, *, found: bool) -> None:
    assert holds(ENTRY, wanted) is found
    assert not holds(replace(ENTRY, signed=True), Wanted(unsigned=True))


@pytest.mark.requirement("REV-032")
async def test_sessions_of_a_copy_come_a_page_at_a_time(tmp_path: Path) -> None:
    async with Record(tmp_path / "record.db", clock=clock(), reserve_bytes=0) as record:
        seats = [
            fact(number, "seated", session=f"s-{number}", patient_ref="A", planned_minutes=40)
            for number in range(5)
        ]
        record.add(seats)
        await record.commit()
        leafing, seen = Leafing(record), list[str]()
        wanted = Wanted(limit=2)
        while (page := await leafing.find(wanted)).entries:
            assert page.total == 5
            seen += [one.session for one in page.entries]
            last = page.entries[-1]
            wanted = Wanted(limit=2, after=(last.opened_us, last.session))
    assert seen == ["s-4", "s-3", "s-2", "s-1", "s-0"]
