"""Artefacts and another baseline said of a session, open and closed, in the stepped ward."""

from __future__ import annotations

import csv
import io
from datetime import UTC
from pathlib import Path

import pytest

from monitor import review
from monitor.clinic import Phase
from monitor.commands import MarkArtefact, ReviewBaseline
from monitor.commands.correcting import Correct
from monitor.errors import CommandRefused, NotAllowed
from monitor.exports import readings_csv
from monitor.exports.dossier import dossier
from monitor.history import FactRow
from monitor.review import Cause, Figures
from monitor.vitals import VitalSign
from simulators import staff
from tests.judged import DIA, HR, SPO2, SYS
from tests.stepped import ACTOR, Stepped, stepped
from tests.stored import NOON_US

CLINICIAN = staff.CLINICIAN.id
BP = frozenset({VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC})


async def infused(clinic: Stepped) -> str:
    """A session of some minutes, with one cuff reading that nobody would believe."""
    session = await clinic.seat()
    clinic.frame("1", {SYS: 128.0, DIA: 80.0})
    clinic.hold(120)
    clinic.frame("1", {SYS: 196.0, DIA: 121.0})
    clinic.hold(60)
    return session


async def figures(clinic: Stepped, session: str, *, with_artefacts: bool = False) -> Figures:
    await clinic.record.commit()
    facts, rows = await clinic.record.facts(session), await clinic.record.readings(session)
    steps = await clinic.record.transitions(session)
    return review.figures(facts, rows, steps, clinic.ward.preset, with_artefacts=with_artefacts)


def marking(session: str, from_s: float, to_s: float, **more: str) -> MarkArtefact:
    return MarkArtefact(
        session=session,
        actor=more.get("actor", ACTOR),
        from_us=NOON_US + round(from_s * 1e6),
        to_us=NOON_US + round(to_s * 1e6),
        vitals=BP,
        cause=Cause.CUFF,
        text=more.get("text", ""),
    )


async def peak(clinic: Stepped, session: str, *, with_artefacts: bool = False) -> float | None:
    return (await figures(clinic, session, with_artefacts=with_artefacts)).systolic.peak


@pytest.mark.requirement("REV-010")
async def test_a_marked_reading_counts_no_more_until_the_marking_is_undone(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        session = await infused(clinic)
        assert await peak(clinic, session) == 196.0
        name = await clinic.commands.execute(marking(session, 100, 150, text="the arm moved"))
        assert await peak(clinic, session) == 128.0
        assert await peak(clinic, session, with_artefacts=True) == 196.0
        (found,) = (await figures(clinic, session)).artefacts
        assert (found.by, found.cause, found.text) == (ACTOR, Cause.CUFF, "the arm moved")
        undo = Correct(session=session, actor=ACTOR, of=name, reason="it was real", withdrawn=True)
        await clinic.commands.execute(undo)
        assert await peak(clinic, session) == 196.0
        with pytest.raises(CommandRefused, match="cannot be corrected"):
            await clinic.commands.execute(undo)


@pytest.mark.requirement("REV-011")
async def test_the_csv_keeps_the_raw_number_with_the_cause_beside_it(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        session = await infused(clinic)
        await clinic.commands.execute(marking(session, 100, 150, text="Ann said it hurt"))
        await clinic.record.commit()
        facts: list[FactRow] = await clinic.record.facts(session)
        whole = dossier(
            clinic="c",
            zone=UTC,
            facts=facts,
            readings=await clinic.record.readings(session),
            transitions=[],
            made_us=NOON_US,
        )
        text = b"".join(readings_csv.pieces(whole)).decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    flagged = {(one["vital"], one["value"], one["validity"]) for one in lines if one["artefact"]}
    assert flagged == {("NIBP_SYS", "196", "valid"), ("NIBP_DIA", "121", "valid")}
    assert {one["artefact"] for one in lines} == {"", "cuff error"}
    assert "Ann" not in text


@pytest.mark.requirement("REV-012")
async def test_a_closed_session_is_marked_too_and_all_is_there_after_a_restart(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as clinic:
        session = await infused(clinic)
        await clinic.enter(session, Phase.RECOVERY)
        clinic.hold(5)
        await clinic.enter(session, Phase.CLOSED)
        await clinic.commands.execute(marking(session, 100, 150))
        assert await peak(clinic, session) == 128.0
    async with stepped(tmp_path, at_s=4_000) as clinic:
        assert await peak(clinic, session) == 128.0
        assert clinic.ward.seating.all() == []


@pytest.mark.requirement("REV-013")
@pytest.mark.parametrize(
    ("stretch", "why"),
    [((150, 100), "ends before"), ((-90, -10), "outside"), ((9_000, 9_001), "outside")],
)
async def test_what_cannot_be_a_stretch_of_the_session_is_refused(
    tmp_path: Path, stretch: tuple[float, float], why: str
) -> None:
    async with stepped(tmp_path) as clinic:
        session = await infused(clinic)
        before = await clinic.record.facts(session)
        with pytest.raises(CommandRefused, match=why):
            await clinic.commands.execute(marking(session, *stretch))
        assert await clinic.record.facts(session) == before


@pytest.mark.requirement("REV-013")
async def test_no_more_than_two_hundred_stretches_are_marked(tmp_path: Path) -> None:
    async with stepped(tmp_path) as clinic:
        session = await infused(clinic)
        for number in range(200):
            await clinic.commands.execute(marking(session, number / 10, number / 10))
        with pytest.raises(CommandRefused, match="200 stretches"):
            await clinic.commands.execute(marking(session, 1, 2))


@pytest.mark.requirement("REV-014")
async def test_a_clinician_counts_from_another_baseline_and_no_alarm_knows_of_it(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as clinic:
        session = await infused(clinic)
        judged = clinic.ward.seating.all()[0].baseline
        limits = clinic.ward.engine.limits("1")
        values = {SYS: 140.0, DIA: 86.0, HR: 71.0, SPO2: 96.0}
        said = ReviewBaseline(session=session, actor=ACTOR, values=values, reason="white coat")
        with pytest.raises(NotAllowed):
            await clinic.commands.execute(said)
        said = ReviewBaseline(session=session, actor=CLINICIAN, values=values, reason="white coat")
        name = await clinic.commands.execute(said)
        found = (await figures(clinic, session)).baseline
        assert (dict(found.values), found.by, found.reason) == (values, CLINICIAN, "white coat")
        assert (await figures(clinic, session)).systolic.rise == 56.0
        assert clinic.ward.seating.all()[0].baseline == judged
        assert clinic.ward.engine.limits("1") == limits
        undo = Correct(session=session, actor=ACTOR, of=name, reason="no", withdrawn=True)
        with pytest.raises(NotAllowed, match="clinician"):
            await clinic.commands.execute(undo)
        mine = Correct(session=session, actor=CLINICIAN, of=name, reason="no", withdrawn=True)
        await clinic.commands.execute(mine)
        assert (await figures(clinic, session)).systolic.rise is None
