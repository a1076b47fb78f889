"""The front desk of the demo: patients with a past, bookings of today, and who watches which chair.

Opens before the first patient is seated, so that the day's list, the course and the
hand-over have something to show. What lies in the past is written as the record
would hold it by now; everything of today is done as a person does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from monitor.care.arrival_terms import ArrivalTable, HoldTerms, PrivacyTable, Question
from monitor.clinic import Phase
from monitor.commands.booking import Book, RegisterPatient
from monitor.commands.seating import session_id
from monitor.commands.watching import Watch
from monitor.displays import Clinic, Display
from monitor.history import BASELINE, PHASE, SEATED, Data, FactRow
from monitor.vitals import VitalSign
from simulators.patient import child
from simulators.staff import NURSE, STAFF
from simulators.stories import Story, Visit

MINUTE_US = 60_000_000
DAY_US = 1_440 * MINUTE_US
EARLIER_MAX = 5
"""So many infusions a patient has had at most before the play begins: a course has six."""
SLOT_MINUTES = 5
"""Bookings begin on the five minutes."""
AHEAD_MINUTES = (0, 130)
"""A chair's bookings, from when the play begins."""
WATCHED = 3
"""So many chairs the first nurse of the staff watches; the second watches the others."""
FAMILY = ("Moreira", "Lindholm", "Okoye", "Petrov", "Haddad", "Sato", "Keller", "Novak")
GIVEN = ("Ana", "Bo", "Chidi", "Dora", "Elias", "Fumiko", "Greta", "Hugo")
ARRIVAL = ArrivalTable(
    hold=HoldTerms(
        systolic_max=160,
        systolic_min=90,
        diastolic_max=100,
        heart_max=100,
        heart_min=50,
        spo2_min=94,
    ),
    questions=(
        Question(id="fasted", text="Nothing to eat for 4 h", must="yes"),
        Question(id="driving", text="Will drive or work today", must="no"),
        Question(id="pregnant", text="Could be pregnant", must="no"),
        Question(id="drugs", text="Drugs and medicines taken today", kind="text"),
    ),
)
"""What the demo's clinic holds back for and asks; a clinic's own stands in its clinic.toml."""
PRIVACY = PrivacyTable(names=True)
PAST = (
    (0, SEATED, None),
    (4, PHASE, Phase.BASELINE),
    (14, PHASE, Phase.INFUSION),
    (14, BASELINE, None),
    (54, PHASE, Phase.RECOVERY),
    (90, PHASE, Phase.CLOSED),
)
"""An earlier session by minutes from its seat."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Opens the day, then leaves it to `nurse`."""

    stories: Sequence[Story]
    seed: int
    nurse: Display

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """Prepare the day; returns when the nurse does."""
        # A record that was played before has its day already.
        if not clinic.ward.facts.ledger.bookings:
            await self._open(clinic)
        await self.nurse.run(clinic, stop)

    async def _open(self, clinic: Clinic) -> None:
        now_us = clinic.clock.utc_us()
        for story in self.stories:
            for count, ahead in enumerate(AHEAD_MINUTES):
                visit, rng = story.visit(count), child(self.seed, "desk", story.chair, str(count))
                await clinic.commands.execute(registration(visit, rng))
                past = earlier(clinic, story.chair, visit, rng, now_us)
                clinic.ward.record.add(past, urgent=True)
                at_us = now_us - now_us % (SLOT_MINUTES * MINUTE_US) + ahead * MINUTE_US
                await clinic.commands.execute(
                    Book(
                        patient_ref=visit.patient_ref,
                        chair=story.chair,
                        at_us=at_us,
                        planned_minutes=round(visit.infusion.minutes),
                        sitter=rng.random() < 0.9,
                        actor=NURSE.id,
                    )
                )
        chairs = [story.chair for story in self.stories]
        for person, share in zip(STAFF, (chairs[:WATCHED], chairs[WATCHED:]), strict=False):
            await clinic.commands.execute(Watch(chairs=share, actor=person.id))


def registration(visit: Visit, rng: Random) -> RegisterPatient:
    """A patient's name, which is nobody's, and date of birth."""
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    born = f"{rng.randint(1950, 2000)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return RegisterPatient(
        patient_ref=visit.patient_ref,
        initials=f"{given[0]}.{family[0]}.",
        person=f"{given} {family} (simulated)",
        born=born,
        actor=NURSE.id,
    )


def earlier(
    clinic: Clinic, chair: str, visit: Visit, rng: Random, now_us: int
) -> Iterator[FactRow]:
    """The infusions this patient had before, some four days apart.

    Without readings: no engine of this run judged any, and what is judged again is the run.
    """
    count = rng.randint(0, EARLIER_MAX)
    for number in range(1, count + 1):
        days = 4 * (count + 1 - number) - rng.randint(0, 1)
        opened_us = now_us - days * DAY_US
        session = session_id(opened_us, chair)
        yield from _facts(clinic, chair, session, visit, number, opened_us)


def _facts(
    clinic: Clinic, chair: str, session: str, visit: Visit, number: int, opened_us: int
) -> Iterator[FactRow]:
    seated: Data = {
        "patient_ref": visit.patient_ref,
        "planned_minutes": 40,
        "infusion": number,
        "course": 1,
    }
    base: Data = {
        VitalSign.NIBP_SYSTOLIC.value: round(visit.person.systolic),
        VitalSign.NIBP_DIASTOLIC.value: round(visit.person.diastolic),
    }
    for minutes, kind, phase in PAST:
        yield clinic.ward.facts.new(
            kind,
            chair=chair,
            session=session,
            actor=NURSE.id,
            data={"phase": phase.value} if phase else base if kind == BASELINE else seated,
            at_us=opened_us + minutes * MINUTE_US,
        )
