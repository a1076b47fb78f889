"""What the simulated nurse orders, does at the pump and notes while an infusion runs."""

from __future__ import annotations

from typing import NamedTuple

from monitor.care.treatment import PumpAction
from monitor.commands import NoteEvent, NotePump, OrderInfusion
from monitor.displays import Clinic
from simulators.staff import NURSE
from simulators.stories import Visit

MG_ML = 2.0
LOT = "SIM-0117"


class Seen(NamedTuple):
    """An event that the nurse sees and enters."""

    event: str
    grade: str


COURSE = (
    (30.0, Seen("IV site", "clear")),
    (600.0, Seen("dissociation", "mild")),
    (930.0, Seen("IV site", "clear")),
    (1_080.0, Seen("nausea", "mild")),
    (1_500.0, Seen("dissociation", "moderate")),
    (1_830.0, Seen("IV site", "clear")),
    (2_220.0, Seen("dissociation", "over")),
)
"""So many seconds after the start."""


async def start(clinic: Clinic, session: str, visit: Visit) -> None:
    """Order the infusion and start its pump."""
    weight_kg = round(visit.person.weight_kg)
    await clinic.commands.execute(
        OrderInfusion(
            session=session,
            drug=clinic.config.care.drug,
            concentration_mg_ml=MG_ML,
            dose_mg=float(round(visit.infusion.mg_per_kg * weight_kg)),
            weight_kg=float(weight_kg),
            minutes=visit.infusion.minutes,
            lot=LOT,
            actor=NURSE.id,
        )
    )
    await _pump(clinic, session, PumpAction.START)


async def stop(clinic: Clinic, session: str) -> None:
    """Stop the pump and let the patient recover."""
    await _pump(clinic, session, PumpAction.STOP)


async def note(clinic: Clinic, session: str, seen: Seen) -> None:
    """Enter what is seen."""
    await clinic.commands.execute(
        NoteEvent(session=session, event=seen.event, grade=seen.grade, actor=NURSE.id)
    )


async def _pump(clinic: Clinic, session: str, action: PumpAction) -> None:
    done = NotePump(
        session=session, action=action, recovery=action is PumpAction.STOP, actor=NURSE.id
    )
    await clinic.commands.execute(done)
