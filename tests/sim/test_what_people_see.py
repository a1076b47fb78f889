"""What a nurse enters at the chair, through the whole service: judged, kept, back again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.alerts import Alarm
from monitor.care.observations import Item, newest
from monitor.care.readiness import readiness
from monitor.clinic import Phase
from monitor.commands import EnterPhase, SeatPatient
from monitor.commands.observing import Observe
from monitor.displays import Clinic
from monitor.errors import CommandRefused, NotAllowed
from monitor.history import OBSERVED, FactRow
from monitor.links.direct import DirectWire
from monitor.store.lines import Lines
from monitor.store.rows import Committed
from simulators.staff import NURSE
from tests.sim.test_baseline_of_a_session import live, measures


def only(clinic: Clinic) -> str:
    return clinic.ward.seating.all()[0].id


async def see(clinic: Clinic, item: Item, value: str | float, person: str = "") -> None:
    """The nurse enters one item."""
    await clinic.commands.execute(
        Observe(session=only(clinic), item=item, value=value, person=person, actor=NURSE.id)
    )


def sedation(clinic: Clinic) -> list[Alarm]:
    return [one for one in clinic.ward.engine.alarms("1") if one.condition == "SED"]


@pytest.mark.requirement("CAR-006")
def test_what_was_entered_is_kept_with_its_person_and_is_back_after_a_restart(
    tmp_path: Path,
) -> None:
    ids: list[str] = []
    facts: list[FactRow] = []
    pressures: list[list[str]] = []

    async def arrives(clinic: Clinic, _: DirectWire) -> None:
        seat = SeatPatient(chair="1", patient_ref="A", planned_minutes=40, actor=NURSE.id)
        session = await clinic.commands.execute(seat)
        await see(clinic, Item.SITTER, "present", "Mia")
        for phase in (Phase.BASELINE, Phase.INFUSION):
            enter = EnterPhase(session=session, phase=phase, actor=NURSE.id)
            await clinic.commands.execute(enter)
        await see(clinic, Item.SEDATION, 2)
        ids.extend(one.id for one in sedation(clinic))
        for item, value in ((Item.SEDATION, 9.0), (Item.LINE, "gone")):
            with pytest.raises(CommandRefused):
                await see(clinic, item, value)
        nobody = Observe(session=session, item=Item.SEDATION, value=5.0, actor="nobody")
        with pytest.raises(NotAllowed):
            await clinic.commands.execute(nobody)
        facts.extend(await clinic.history.facts(session))

    async def goes_on(clinic: Clinic, wire: DirectWire) -> None:
        known = clinic.ward.seating.all()[0]
        sitter = newest(known.observed, Item.SITTER)
        assert sitter is not None
        assert (sitter.value, sitter.person, sitter.actor) == ("present", "Mia", NURSE.id)
        assert [(one.id, one.priority.name) for one in sedation(clinic)] == [(ids[0], "HIGH")]
        await see(clinic, Item.SEDATION, 3)
        assert [(one.id, one.priority.name) for one in sedation(clinic)] == [(ids[0], "LOW")]
        enter = EnterPhase(session=known.id, phase=Phase.RECOVERY, actor=NURSE.id)
        await clinic.commands.execute(enter)
        await measures(clinic, wire, 124.0)

    async def recovers(clinic: Clinic, _: DirectWire) -> None:
        known = clinic.ward.seating.all()[0]
        now_us, preset = clinic.clock.utc_us(), clinic.ward.preset
        gate = readiness(known, clinic.ward.lately(known), [], now_us, preset)
        pressures.append([one.said for one in gate.checks if one.name == "Blood pressure"])

    live(tmp_path, 0.0, arrives)
    live(tmp_path, 5.0, goes_on)
    live(tmp_path, 10.0, recovers)
    kept = [(one.actor, dict(one.data)) for one in facts if one.kind == OBSERVED]
    assert kept == [
        (NURSE.id, {"item": "sitter", "value": "present", "person": "Mia"}),
        (NURSE.id, {"item": "MOAA/S", "value": 2.0}),
    ]
    assert pressures == [["no baseline to compare with"]]


@pytest.mark.requirement("CAR-006")
def test_the_copy_says_that_a_sitter_was_there_and_not_who() -> None:
    fact = FactRow(
        at_us=1_000,
        ordinal=1,
        session="s-1",
        chair="1",
        kind=OBSERVED,
        actor="rk",
        data={"item": "sitter", "value": "present", "person": "Mia"},
    )
    line = Lines("demo").line(Committed(1, 1_000, fact))
    assert "Mia" not in line
    assert "present" in line
    assert json.dumps({"item": "sitter", "value": "present"}).replace('"', '\\"') in line
