"""How the simulated nurse lets a patient go: looked after, handed over to a sitter, closed.

The leave gate is asked like anybody else's. What it still lacks, because a story ends
before a real patient would leave, a clinician answers for by name, and the record says so.
"""

from __future__ import annotations

import asyncio

from monitor.care.observations import AIR, OUT, PRESENT, Item
from monitor.care.scales import SCALES
from monitor.care.turnover import KEPT, OFF
from monitor.clinic import Phase
from monitor.commands import (
    CloseAnyway,
    CloseSession,
    EnterScore,
    HandOver,
    Observe,
    TurnOver,
)
from monitor.displays import Clinic
from monitor.errors import CommandRefused
from simulators.staff import CLINICIAN, NURSE

SITTER = "Sim Sitter"
LINGERS = "simulated: the monitor goes on a little"
OVERRIDE = "simulated: the story ends here"


async def into_recovery(clinic: Clinic, session: str) -> None:
    """The infusion has ended: the patient breathes air, and their sitter is there."""
    for item, value, person in ((Item.OXYGEN, AIR, ""), (Item.SITTER, PRESENT, SITTER)):
        await clinic.commands.execute(
            Observe(session=session, item=item, value=value, person=person, actor=NURSE.id)
        )


async def let_go(clinic: Clinic, session: str, lingers_s: float = 0.0) -> None:
    """The patient leaves, with or without a clinician's word.

    Whose monitor goes on for `lingers_s` keeps the probe on as long; then the chair is
    turned over.
    """
    known = clinic.ward.seating.find(session)
    if known is not None and known.phase is Phase.RECOVERY:
        await _see_off(clinic, session)
    probe, reason = (KEPT, LINGERS) if lingers_s else (OFF, "")
    leaving = CloseSession(session=session, cuff=OFF, probe=probe, reason=reason, actor=NURSE.id)
    try:
        await clinic.commands.execute(leaving)
    except CommandRefused:
        await clinic.commands.execute(
            CloseAnyway(
                session=session,
                cuff=OFF,
                probe=probe,
                reason=reason,
                override=OVERRIDE,
                actor=CLINICIAN.id,
            )
        )
    if lingers_s and known is not None:
        await asyncio.sleep(lingers_s)
        over = TurnOver(chair=known.chair, cuff=OFF, probe=OFF, actor=NURSE.id)
        await clinic.commands.execute(over)


async def _see_off(clinic: Clinic, session: str) -> None:
    told: tuple[tuple[Item, str | float], ...] = ((Item.SEDATION, 5.0), (Item.LINE, OUT))
    for item, value in told:
        await clinic.commands.execute(
            Observe(session=session, item=item, value=value, actor=NURSE.id)
        )
    score = clinic.ward.preset.readiness.score
    if score != "none":
        parts = {part.name: 2 for part in SCALES[Item(score)]}
        await clinic.commands.execute(
            EnterScore(session=session, item=Item(score), parts=parts, actor=NURSE.id)
        )
    points = tuple(point.id for point in clinic.config.leaving.advice)
    await clinic.commands.execute(
        HandOver(session=session, sitter=SITTER, points=points, actor=NURSE.id)
    )
