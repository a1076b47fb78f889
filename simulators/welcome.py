"""What the simulated nurse does as a patient arrives: sitter, questions, and going on."""

from __future__ import annotations

from monitor.care.bookings import DAY_US
from monitor.commands.arriving import AnswerQuestions, SetSitter
from monitor.commands.holding import OverrideHold, held_back
from monitor.displays import Clinic
from simulators.farewell import SITTER
from simulators.staff import NURSE
from simulators.stories import Visit

WHO_KNOWS = "nothing to tell"


def booking_of(clinic: Clinic, visit: Visit, used: set[str]) -> str:
    """The patient's first booking that nobody was seated by; "" for who comes without."""
    now_us = clinic.clock.utc_us()
    waiting = clinic.ward.facts.ledger.bookings.between(now_us - DAY_US, now_us + DAY_US)
    its = [one.id for one in waiting if one.patient_ref == visit.patient_ref]
    return next((one for one in its if one not in used), "")


async def welcome(clinic: Clinic, session: str) -> None:
    """The sitter is entered and every question answered as it should be."""
    sitter = SetSitter(
        session=session,
        person=SITTER,
        phone="+351 910 000 000",
        stays=True,
        drives=True,
        briefed=True,
        actor=NURSE.id,
    )
    await clinic.commands.execute(sitter)
    questions = clinic.config.arrival.questions
    answers = {one.id: WHO_KNOWS if one.kind == "text" else one.must or "no" for one in questions}
    if answers:
        await clinic.commands.execute(
            AnswerQuestions(session=session, answers=answers, actor=NURSE.id)
        )


async def go_on(clinic: Clinic, session: str) -> None:
    """Whatever holds the infusion back is gone over: the play goes on."""
    ward = clinic.ward
    seated = ward.seating.find(session)
    holds = held_back(ward, clinic.config, seated) if seated else ()
    if holds:
        keys = tuple(one.key for one in holds)
        await clinic.commands.execute(
            OverrideHold(
                session=session, keys=keys, reason="simulated: the play goes on", actor=NURSE.id
            )
        )
