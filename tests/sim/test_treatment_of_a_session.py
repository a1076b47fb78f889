"""An infusion from order to stop at the ward: entered, refused, and back after a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.board.tile import SessionOnTile, Tile
from monitor.care.arrival_terms import ArrivalTable, HoldTerms
from monitor.care.notes import charted_of, events_of, noted_of
from monitor.care.treatment import PumpAction, treatment_of
from monitor.clinic import Phase
from monitor.commands import SessionAct
from monitor.commands.correcting import Correct
from monitor.commands.noting import ChartValues, NoteEvent
from monitor.commands.treating import NotePump, OrderInfusion
from monitor.errors import CommandRefused
from monitor.history import FactRow
from monitor.presets import load_preset
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, Stepped, stepped

pytestmark = pytest.mark.asyncio
SECOND_US = 1_000_000


def ordered(session: str, **other: Any) -> OrderInfusion:
    """40 mg in 40 min from 2 mg/ml for 80 kg: 30 ml/h."""
    base = OrderInfusion(
        session=session,
        drug="ketamine",
        concentration_mg_ml=2.0,
        dose_mg=40.0,
        weight_kg=80.0,
        minutes=40.0,
        lot="K-117",
        actor=ACTOR,
    )
    return replace(base, **other)


async def pump(
    at: Stepped, session: str, action: str, rate: float | None = None, **other: Any
) -> str:
    """Something done at the pump."""
    base = NotePump(session=session, action=PumpAction(action), rate_ml_h=rate, actor=ACTOR)
    return await at.commands.execute(replace(base, **other))


async def refused(at: Stepped, command: SessionAct) -> str:
    """Why a command is refused; nothing is kept by it."""
    before = list(at.ward.facts.ledger.of(command.session))
    with pytest.raises(CommandRefused) as caught:
        await at.commands.execute(command)
    assert list(at.ward.facts.ledger.of(command.session)) == before
    return f"{caught.value.what}: {caught.value.why}"


def tile(at: Stepped, chair: str = "1") -> Tile:
    """What the chair's tile shows now."""
    return at.ward.board.tile(chair, at.clock.monotonic(), at.clock.utc_us())


def on_tile(at: Stepped) -> SessionOnTile:
    """The session that the tile shows."""
    session = tile(at).session
    assert session is not None
    return session


def facts(at: Stepped, session: str) -> list[FactRow]:
    """The facts of an open session."""
    return list(at.ward.facts.ledger.of(session))


@pytest.mark.requirement("TRT-010")
async def test_a_start_enters_infusion_and_runs_at_the_orders_rate(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat(phase=Phase.BASELINE)
        await at.commands.execute(ordered(session))
        await pump(at, session, "start")
        seen = treatment_of(facts(at, session))
        assert seen.rate_ml_h == 30.0
        at.hold(600)
        assert tile(at).state == "INFUSING"
        assert tile(at).clock == "00:10/00:40"
        assert seen.total_mg(at.clock.utc_us()) == pytest.approx(10.0)
        await pump(at, session, "stop", recovery=True)
        assert tile(at).state == "RECOVERY"
        assert treatment_of(facts(at, session)).stopped_us == at.clock.utc_us()


@pytest.mark.requirement("TRT-010")
async def test_a_start_without_an_order_is_taken_and_its_dose_unknown(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat(phase=Phase.BASELINE)
        await pump(at, session, "start")
        at.hold(60)
        seen = treatment_of(facts(at, session))
        assert (seen.order, seen.infused_ml(at.clock.utc_us())) == (None, None)
        assert tile(at).clock == "00:01/00:40"


@pytest.mark.requirement("TRT-010")
async def test_an_infusion_begun_by_its_phase_alone_has_a_clock(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat()
        at.hold(120)
        assert tile(at).clock == "00:02/00:40"
        await pump(at, session, "start", 30.0, happened_us=at.clock.utc_us() - 60 * SECOND_US)
        assert tile(at).clock == "00:01/00:40"


@pytest.mark.requirement("TRT-011")
async def test_a_pause_stands_on_the_tile_and_the_clock_stands_still(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat(phase=Phase.BASELINE)
        await at.commands.execute(ordered(session, minutes=50.0))
        await pump(at, session, "start")
        at.hold(300)
        assert (tile(at).halted, tile(at).clock) == ("", "00:05/00:50")
        await pump(at, session, "pause")
        at.hold(240)
        assert (tile(at).halted, tile(at).clock) == ("PAUSED 08:05", "00:05/00:50")
        await pump(at, session, "resume")
        at.hold(60)
        assert (tile(at).halted, tile(at).clock) == ("", "00:06/00:50")
        await pump(at, session, "stop")
        at.hold(60)
        assert (tile(at).halted, tile(at).clock) == ("STOPPED 08:10", "00:06/00:50")


@pytest.mark.requirement("TRT-012")
async def test_after_a_restart_order_pause_clock_and_notes_are_back(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat(phase=Phase.BASELINE)
        await at.commands.execute(ordered(session))
        await pump(at, session, "start")
        at.hold(300)
        nausea = await at.commands.execute(NoteEvent(session=session, event="nausea", actor=ACTOR))
        correct = Correct(session=session, of=nausea, grade="mild", reason="grade", actor=ACTOR)
        await at.commands.execute(correct)
        await pump(at, session, "pause")
        at.hold(60)
        before = tile(at)
        told = facts(at, session)
    async with stepped(tmp_path, at_s=360) as again:
        after = tile(again)
        assert (after.halted, after.clock, after.due) == (before.halted, before.clock, before.due)
        assert after.halted == "PAUSED 08:05"
        assert facts(again, session) == told
        assert [one.grade for one in events_of(facts(again, session))] == ["mild"]
        await pump(again, session, "resume")
        again.hold(60)
        seen = treatment_of(facts(again, session))
        assert seen.elapsed_s(again.clock.utc_us()) == pytest.approx(360.0)


@pytest.mark.requirement("TRT-009")
async def test_what_cannot_be_so_at_the_pump_is_refused_and_nothing_kept(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat(phase=Phase.BASELINE)
        act = NotePump(session=session, action=PumpAction.STOP, actor=ACTOR)
        assert "the pump was not started" in await refused(at, act)
        started = await pump(at, session, "start", 30.0)
        at.hold(100)
        start = replace(act, action=PumpAction.START, rate_ml_h=30.0)
        assert "the pump was running" in await refused(at, start)
        resume = replace(act, action=PumpAction.RESUME)
        assert "the pump was running" in await refused(at, resume)
        rate = replace(act, action=PumpAction.RATE)
        assert "the pump's rate is missing" in await refused(at, rate)
        assert "900 ml/h cannot" in await refused(at, replace(rate, rate_ml_h=900.0))
        await pump(at, session, "pause")
        gone = Correct(session=session, of=started, withdrawn=True, reason="slip", actor=ACTOR)
        assert "the pump was not started" not in await refused(at, replace(gone, reason=" "))
        late = replace(act, happened_us=at.clock.utc_us() + 1)
        assert "still to come" in await refused(at, late)
        early = replace(act, happened_us=at.clock.utc_us() - 3_600 * SECOND_US)
        assert "not seated then" in await refused(at, early)


@pytest.mark.requirement("TRT-009")
@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"dose_mg": 400.0}, "a dose of 400 mg"),
        ({"dose_mg": 200.0}, "a dose of 2.5 mg/kg"),
        ({"concentration_mg_ml": 0.01}, "a concentration of 0.01 mg/ml"),
        ({"minutes": 5.0}, "an infusion of 5 min"),
        ({"weight_kg": 800.0}, "a weight of 800 kg"),
        ({"drug": " "}, "the drug is named"),
        ({"dose_mg": float("nan")}, "a dose of nan mg"),
        ({"concentration_mg_ml": 0.1, "minutes": 10.0}, "a pump rate of 2400 ml/h"),
    ],
)
async def test_an_order_beyond_what_the_clinic_believes_is_refused(
    tmp_path: Path, other: dict[str, Any], said: str
) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat(phase=Phase.BASELINE)
        assert said in await refused(at, ordered(session, **other))


@pytest.mark.requirement("TRT-013")
async def test_events_are_the_clinics_and_a_correction_keeps_both_times(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat()
        at.hold(300)
        event = NoteEvent(session=session, event="nausea", actor=ACTOR)
        assert "the clinic's events are nausea" in await refused(at, replace(event, event="gas"))
        assert "its grades are" in await refused(at, replace(event, grade="blue"))
        assert "too long" in await refused(at, replace(event, text="x" * 1_001))
        name = await at.commands.execute(event)
        entered_us = at.clock.utc_us()
        earlier_us = entered_us - 90 * SECOND_US
        correct = Correct(
            session=session, of=name, happened_us=earlier_us, reason="late", actor=ACTOR
        )
        assert await at.commands.execute(correct) == name
        (seen,) = events_of(facts(at, session))
        assert (seen.at_us, seen.entered_us, seen.manual) == (earlier_us, entered_us, True)
        gone = replace(correct, happened_us=None, withdrawn=True)
        await at.commands.execute(gone)
        assert events_of(facts(at, session)) == ()
        assert "withdrawn already" in await refused(at, correct)
        assert "nothing was corrected" in await refused(
            at,
            replace(
                correct,
                of=await at.commands.execute(event),
                happened_us=None,
            ),
        )


@pytest.mark.requirement("TRT-013")
async def test_values_from_paper_are_charted_with_the_time_they_were_measured(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat()
        at.hold(600)
        pair = {VitalSign.NIBP_SYSTOLIC: 142.0, VitalSign.NIBP_DIASTOLIC: 88.0}
        at_us = at.clock.utc_us() - 300 * SECOND_US
        chart = ChartValues(
            session=session, values=pair, source="paper", happened_us=at_us, actor=ACTOR
        )
        await at.commands.execute(chart)
        (seen,) = charted_of(facts(at, session))
        assert (seen.values, seen.at_us, seen.manual) == (pair, at_us, True)
        alone = replace(chart, values={VitalSign.NIBP_SYSTOLIC: 142.0})
        assert "belong together" in await refused(at, alone)
        swapped = {VitalSign.NIBP_SYSTOLIC: 80.0, VitalSign.NIBP_DIASTOLIC: 120.0}
        assert "apart" in await refused(at, replace(chart, values=swapped))
        assert "not possible" in await refused(at, replace(chart, values={VitalSign.SPO2: 140.0}))
        assert "no value" in await refused(at, replace(chart, values={}))
        assert "where they are from" in await refused(at, replace(chart, source=""))
        nibp = tile(at).nibp
        assert nibp is not None
        assert "142" not in nibp.text


@pytest.mark.requirement("TRT-014")
async def test_of_a_closed_session_entries_and_corrections_are_addenda(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat()
        at.hold(120)
        await pump(at, session, "rate", 30.0)
        nausea = await at.commands.execute(NoteEvent(session=session, event="nausea", actor=ACTOR))
        at.hold(60)
        await at.enter(session, Phase.RECOVERY)
        await at.enter(session, Phase.CLOSED)
        closed_us = at.clock.utc_us()
        at.hold(60)
        late = NoteEvent(session=session, event="headache", actor=ACTOR)
        assert "nobody said when" in await refused(at, late)
        past_us = closed_us + SECOND_US
        assert "closed by then" in await refused(at, replace(late, happened_us=past_us))
        await at.commands.execute(replace(late, happened_us=closed_us - 30 * SECOND_US))
        gone = Correct(session=session, of=nausea, withdrawn=True, reason="slip", actor=ACTOR)
        await at.commands.execute(gone)
        kept = await at.record.facts(session)
        assert [one.event for one in events_of(kept)] == ["headache"]
        (mistaken,) = [one for one in noted_of(kept) if one.withdrawn]
        assert (mistaken.fact.data["event"], mistaken.corrections[0].actor) == ("nausea", ACTOR)


@pytest.mark.requirement("TRT-015")
async def test_the_iv_site_is_due_at_its_interval_while_the_pump_is_in_use(tmp_path: Path) -> None:
    async with stepped(tmp_path) as at:
        session = await at.seat(phase=Phase.BASELINE)
        assert "IV site" not in [one.name for one in tile(at).due]
        await pump(at, session, "start", 30.0)

        def due() -> dict[str, tuple[str, bool]]:
            return {one.name: (one.text, one.overdue) for one in tile(at).due}

        assert due()["IV site"] == ("due 08:15", False)
        assert due()["NIBP"] == ("due 08:05", False)
        assert due()["MOAA/S"] == ("due 08:05", False)
        at.hold(901)
        assert due()["IV site"] == ("overdue since 08:15", True)
        assert not [one for one in at.ward.engine.alarms() if "IV" in one.message]
        site = NoteEvent(session=session, event="IV site", grade="clear", actor=ACTOR)
        await at.commands.execute(site)
        assert due()["IV site"] == ("due 08:30", False)
        await pump(at, session, "pause")
        assert "IV site" in due()
        await pump(at, session, "stop")
        assert "IV site" not in due()


@pytest.mark.requirement("TRT-016")
async def test_a_restart_with_another_preset_says_so_in_the_running_session(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as at:
        await at.seat()
        assert on_tile(at).settings_changed == ""
        text = at.ward.preset.text
    async with stepped(tmp_path, at_s=60) as same:
        assert on_tile(same).settings_changed == ""
    other = load_preset(text.replace("INFUSION = 300", "INFUSION = 600"), where="other")
    async with stepped(tmp_path, at_s=120, preset=other) as changed:
        session = on_tile(changed)
        assert session.settings_changed == "08:02"
        assert session.settings_differ == "nibp_interval_s.INFUSION 300 -> 600"
        assert [one.kind for one in facts(changed, session.id)].count("settings") == 2
    async with stepped(tmp_path, at_s=180, preset=other) as again:
        session = on_tile(again)
        assert session.settings_changed == "08:02"
        assert [one.kind for one in facts(again, session.id)].count("settings") == 2


@pytest.mark.requirement("TRT-016")
async def test_a_restart_with_another_hold_limit_says_so_in_the_running_session(
    tmp_path: Path,
) -> None:
    strict, loose = (ArrivalTable(hold=HoldTerms(systolic_max=limit)) for limit in (160.0, 200.0))
    async with stepped(tmp_path, arrival=strict) as at:
        await at.seat(phase=Phase.BASELINE)
    async with stepped(tmp_path, at_s=60, arrival=strict) as same:
        assert on_tile(same).settings_changed == ""
    async with stepped(tmp_path, at_s=120, arrival=loose) as changed:
        session = on_tile(changed)
        assert session.settings_changed == "08:02"
        assert session.settings_differ == "arrival.hold.systolic_max 160.0 -> 200.0"
