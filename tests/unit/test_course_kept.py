"""What a course keeps of its closed sessions: the same answer sooner, and never an old one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.clinic import Chair
from monitor.displays import Shelf
from monitor.leafing import Leafing
from monitor.store.record import Record
from monitor.web import course as course_page
from monitor.web.course import Courses
from simulators.clinic import Setting, configuration
from simulators.simulation import preset_of
from tests.stored import NOON_US, clock, fact, reading

SESSIONS = ("s-1", "s-2", "s-3")


@asynccontextmanager
async def courses(folder: Path) -> AsyncIterator[tuple[Record, Courses]]:
    """A patient with three closed sessions of a course."""
    config = configuration([Chair(id="1", label="1")], [], Setting(record=folder / "record.db"))
    async with Record(config.record.path, clock=clock(), reserve_bytes=0) as record:
        for number, session in enumerate(SESSIONS):
            begin = 10_000 * number
            record.add(
                [fact(begin, "seated", session=session, patient_ref="A.M.", planned_minutes=40)]
            )
            for later, phase in ((60, "BASELINE"), (120, "INFUSION"), (600, "CLOSED")):
                record.add([fact(begin + later, "phase", session=session, phase=phase)])
            record.add([reading(begin + n, 97.0, session=session) for n in range(100, 600)])
        await record.commit()
        shelf = Shelf(
            config=config,
            clock=clock(),
            history=record,
            catalogue=Leafing(record),
            preset=preset_of(config),
            names=dict,
        )
        yield record, Courses(shelf)


async def lowest(shown: Courses) -> list[str]:
    """The lowest saturation of each infusion, as the table says it."""
    told: dict[str, Any] = json.loads(await shown.shown("A.M.", None, may_sign=False))
    place = next(n for n, name in enumerate(told["head"]) if "SpO2" in json.dumps(name))
    return [json.dumps(one["cells"][place]) for one in told["slots"] if one["session"]]


@pytest.mark.requirement("CRS-009")
async def test_a_late_reading_and_a_marking_are_in_the_course_at_once(tmp_path: Path) -> None:
    async with courses(tmp_path) as (record, shown):
        first = await lowest(shown)
        assert await lowest(shown) == first
        record.add([reading(200.5, 81.0, session="s-1", late=True)])
        await record.commit()
        second = await lowest(shown)
        assert "81" in second[0]
        assert second[1:] == first[1:]
        marked = fact(700, "artefact", session="s-1", vitals="", cause="movement")
        at_us = NOON_US + 200_500_000
        record.add([replace(marked, data={**marked.data, "from_us": at_us, "to_us": at_us})])
        await record.commit()
        assert "81" not in (await lowest(shown))[0]


@pytest.mark.requirement("CRS-009")
async def test_a_session_whose_rows_are_the_same_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with courses(tmp_path) as (record, shown):
        read: list[str] = []
        readings = record.readings

        async def counted(session: str, **more: Any) -> Any:
            read.append(session)
            return await readings(session, **more)

        monkeypatch.setattr(record, "readings", counted)
        await lowest(shown)
        await lowest(shown)
        assert read == list(SESSIONS)


@pytest.mark.requirement("CRS-009")
async def test_no_more_than_so_many_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_page, "KEPT_MAX", 2)
    async with courses(tmp_path) as (_, shown):
        first = await lowest(shown)
        assert len(shown) == 2
        assert await lowest(shown) == first
