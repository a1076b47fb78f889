"""A simulated nurse: seats patients, enters phases and, where asked to, acknowledges alarms.

A display like any other: it looks at the clinic and acts through its commands,
so whatever it does goes the way a person's act goes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from math import inf
from random import Random

from monitor.alerts import AlarmState
from monitor.clinic import Arm, Phase
from monitor.commands import Acknowledge, EnterPhase, SeatPatient, SetArms, SetBaseline
from monitor.displays import Clinic
from monitor.errors import CommandRefused
from monitor.vitals import VitalSign
from monitor.ward import Change
from simulators.farewell import into_recovery, let_go
from simulators.giving import COURSE, Seen, note, start, stop
from simulators.staff import NURSE
from simulators.stories import Story, Visit
from simulators.welcome import booking_of, go_on, welcome

ACKNOWLEDGE_S = (15.0, 90.0)

log = logging.getLogger("chairside.simulators")


def _baseline(session: str, visit: Visit) -> SetBaseline:
    """The patient's resting values, as if measured before the play began."""
    person = visit.person
    values = {
        VitalSign.NIBP_SYSTOLIC: person.systolic,
        VitalSign.NIBP_DIASTOLIC: person.diastolic,
        VitalSign.HEART_RATE: person.heart_rate,
        VitalSign.SPO2: person.spo2,
    }
    reason = "simulated: measured before the play began"
    return SetBaseline(session=session, values=values, reason=reason, actor=NURSE.id)


def _arms(session: str, visit: Visit) -> SetArms:
    probe = Arm.RIGHT if visit.one_arm else Arm.LEFT
    return SetArms(session=session, cuff=Arm.RIGHT, probe=probe, actor=NURSE.id)


def _moments(visit: Visit) -> list[tuple[float, Phase | Seen]]:
    """When the session enters each phase, and what is seen while the infusion runs."""
    moments: list[tuple[float, Phase | Seen]] = [*visit.steps]
    at = {phase: after_s for after_s, phase in visit.steps}
    if Phase.INFUSION in at:
        start_s, end_s = at[Phase.INFUSION], at.get(Phase.RECOVERY, inf)
        moments += [(start_s + s, seen) for s, seen in COURSE if start_s + s < end_s]
    return sorted(moments, key=lambda moment: moment[0])


class Nurse:
    """Cares for every story's chair until stopped.

    `hand` decides how soon an alarm is acknowledged; without it alarms are left
    to those who watch. A command refused means that somebody else took over the
    chair: the nurse leaves it alone from then on.
    """

    def __init__(self, stories: Sequence[Story], *, hand: Random | None = None) -> None:
        self._stories, self._hand = stories, hand
        self._clinic: Clinic | None = None
        self._used = set[str]()

    def session(self, chair: str) -> str | None:
        """The chair's open session, whoever opened it."""
        session = self._clinic.ward.seating.at(chair) if self._clinic else None
        return session.id if session else None

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """Act out the stories; returns when `stop` is set."""
        self._clinic = clinic
        async with asyncio.TaskGroup() as group:
            cares = [
                group.create_task(self._care(clinic, story), name=f"nurse[{story.chair}]")
                for story in self._stories
                if story.seated
            ]
            if self._hand is not None:
                acts = asyncio.Queue[str]()
                clinic.ward.listen(lambda change: self._notice(change, acts))
                cares.append(group.create_task(self._acknowledge(clinic, acts), name="nurse[ack]"))
            await stop.wait()
            for care in cares:
                care.cancel()

    async def _care(self, clinic: Clinic, story: Story) -> None:
        count = 0
        try:
            while True:
                await self._visit(clinic, story.chair, story.visit(count))
                count += 1
        except CommandRefused as refusal:
            log.info("chair %s is left to others: %s", story.chair, refusal.what)

    async def _visit(self, clinic: Clinic, chair: str, visit: Visit) -> None:
        await asyncio.sleep(visit.pause_s)
        booking = booking_of(clinic, visit, self._used)
        session = await clinic.commands.execute(
            SeatPatient(
                chair=chair,
                patient_ref=visit.patient_ref,
                planned_minutes=round(visit.infusion.minutes),
                booking=booking,
                actor=NURSE.id,
            )
        )
        self._used.add(booking)
        await welcome(clinic, session)
        await clinic.commands.execute(_arms(session, visit))
        gone_s = 0.0
        for after_s, what in _moments(visit):
            await asyncio.sleep(after_s - gone_s)
            gone_s = after_s
            if isinstance(what, Seen):
                await note(clinic, session, what)
            else:
                await self._enter(clinic, session, visit, what)

    async def _enter(self, clinic: Clinic, session: str, visit: Visit, phase: Phase) -> None:
        if phase is Phase.INFUSION:
            if visit.baseline_stated:
                await clinic.commands.execute(_baseline(session, visit))
            await go_on(clinic, session)
            await start(clinic, session, visit)
        elif phase is Phase.RECOVERY:
            await stop(clinic, session)
            await into_recovery(clinic, session)
        elif phase is Phase.CLOSED:
            await let_go(clinic, session, visit.lingers_s)
        else:
            await clinic.commands.execute(EnterPhase(session=session, phase=phase, actor=NURSE.id))

    @staticmethod
    def _notice(change: Change, acts: asyncio.Queue[str]) -> None:
        for event in change.events:
            if event.alarm.state is AlarmState.ACTIVE_UNACK:
                acts.put_nowait(event.alarm.id)

    async def _acknowledge(self, clinic: Clinic, acts: asyncio.Queue[str]) -> None:
        assert self._hand is not None
        while True:
            alarm = await acts.get()
            await asyncio.sleep(self._hand.uniform(*ACKNOWLEDGE_S))
            try:
                await clinic.commands.execute(Acknowledge(alarm=alarm, actor=NURSE.id))
            except CommandRefused as refusal:
                # It ended by itself before the nurse came.
                log.debug("not acknowledged: %s", refusal.what)
