"""A session under one alarm preset, looked at under another: every figure stays its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.cataloguing import Cataloguer
from monitor.clinic import Phase
from monitor.commands import MarkArtefact
from monitor.conditions import Preset
from monitor.displays import Shelf
from monitor.finding import Wanted
from monitor.presets import load_preset
from monitor.report.building import report
from monitor.report.gathering import gathered, letterhead
from monitor.report.source import Source
from monitor.review import Cause
from monitor.web.archive import Archive
from monitor.web.course import Courses
from tests.judged import DIA, SYS, preset
from tests.stepped import ACTOR, Stepped, stepped
from tests.stored import NOON_US

OTHERS = (
    ("INFUSION = 300", "INFUSION = 60"),
    ("rises = [20, 30, 40]", "rises = [35]"),
    ("SpO2 = [90, 94]", "SpO2 = [98]"),
    ("cuff_apart_s = 60", "cuff_apart_s = 3_000"),
)
RISES = (20.0, 43.9, 44.1)
"""Looked for in turn; it rises from 122 to 166."""
BP = frozenset({SYS, DIA})


def other(text: str) -> Preset:
    """Another plan for the cuff, other edges, another way to measure a baseline."""
    for before, now in OTHERS:
        assert before in text
        text = text.replace(before, now)
    return load_preset(text, where="other")


async def lived(clinic: Stepped) -> str:
    """A whole session with a rise; of its first three cuff readings one is an artefact."""
    session = await clinic.seat(phase=Phase.BASELINE)
    for systolic in (190.0, 121.0, 123.0):
        clinic.frame("1", {SYS: systolic, DIA: 80.0})
        clinic.hold(90)
    await clinic.enter(session, Phase.INFUSION)
    for systolic in (148.0, 166.0, 151.0):
        clinic.hold(200)
        clinic.frame("1", {SYS: systolic, DIA: 104.0})
    await clinic.enter(session, Phase.RECOVERY)
    clinic.hold(60)
    await clinic.enter(session, Phase.CLOSED)
    mark = MarkArtefact(
        session=session,
        actor=ACTOR,
        from_us=NOON_US,
        to_us=NOON_US + 45_000_000,
        vitals=BP,
        cause=Cause.MOVEMENT,
    )
    await clinic.commands.execute(mark)
    return session


def shelf(clinic: Stepped, cataloguer: Cataloguer) -> Shelf:
    return Shelf(
        config=clinic.config,
        clock=clinic.clock,
        history=clinic.record,
        catalogue=cataloguer,
        preset=clinic.ward.preset,
        names=dict,
    )


async def source(clinic: Stepped, session: str) -> Source:
    head = letterhead(clinic.config, [], NOON_US + 86_400_000_000)
    return await gathered(clinic.record, session, head, clinic.ward.preset)


async def told(clinic: Stepped, session: str) -> dict[str, Any]:
    """What review, its head, course, search and report say of the session."""
    await clinic.record.commit()
    cataloguer = Cataloguer(clinic.record, clinic.ward.preset)
    await clinic.record.catalogue_anew()
    await cataloguer.step()
    while await cataloguer.measure_one():
        pass
    rises = [rise for rise in RISES if (await cataloguer.find(Wanted(rise_over=rise))).total]
    past = shelf(clinic, cataloguer)
    review = json.loads(await Archive(past).reviewed(session))
    head = json.loads(await Archive(past).detail(session))["summary"]
    course = json.loads(await Courses(past).shown("A.M.", None, may_sign=True))
    made = report((await source(clinic, session)).then())
    return {
        "review": (review["without"], review["with"], review["suggestions"]),
        "head": head,
        "course": [one["cells"] for one in course["slots"] if one["session"]],
        "search": rises,
        "report": replace(made, sign_off=made.header),
    }


@pytest.mark.requirement("REV-003")
async def test_a_session_is_counted_by_its_own_preset_wherever_it_is_looked_at(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as clinic:
        session = await lived(clinic)
        first = await told(clinic, session)
        text = clinic.ward.preset.text
    assert first["search"] == [20.0, 43.9]
    async with stepped(tmp_path, at_s=90_000, preset=other(text)) as clinic:
        later = await told(clinic, session)
    for page, said in first.items():
        assert later[page] == said, page


@pytest.mark.requirement("REV-003")
async def test_another_preset_would_have_given_other_figures(tmp_path: Path) -> None:
    by = other(preset().text)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    async with stepped(tmp_path / "a") as one, stepped(tmp_path / "b", preset=by) as another:
        first = await told(one, await lived(one))
        second = await told(another, await lived(another))
    assert [page for page, said in first.items() if said == second[page]] == []


@pytest.mark.requirement("REV-003")
async def test_a_preset_that_is_not_at_hand_is_told_on_the_page_and_on_paper(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as clinic:
        session = await lived(clinic)
        own = clinic.ward.preset
        assert counted((await told(clinic, session))["head"]) == f"{own.name}, {own.hash[:12]}"
    lost = f"the session's own, {own.hash[:12]}, is not in the record"
    async with stepped(tmp_path, at_s=90_000, preset=other(own.text)) as clinic:
        by = clinic.ward.preset
        clinic.record.preset = nothing  # type: ignore[method-assign]
        found = await told(clinic, session)
    assert counted(found["head"]) == f"{by.name}, {by.hash[:12]}; {lost}"
    (said,) = [one.text for one in found["report"].equipment.said if one.label == "Preset"]
    assert said == f"{by.name}, {by.hash[:12]}; {lost}"


async def nothing(digest: str) -> None:
    """A record that was begun anew has no text of it."""


def counted(head: list[dict[str, str]]) -> str:
    (said,) = [one["text"] for one in head if one["label"] == "Counted by"]
    return said
