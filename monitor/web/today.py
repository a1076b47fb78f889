"""The day's list: who is booked, who sits where, who has left, and which chairs are free.

Names and dates of birth are in it where the clinic keeps them, so it is for those
who are signed in. What is past is read from the history, a patient at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from monitor.care.arrival import Arrival, arrival_of
from monitor.care.bookings import (
    BOOKED,
    CANCELLED,
    DAY_US,
    Booking,
    Bookings,
    Patient,
    matching,
)
from monitor.care.journal import Journal, State
from monitor.care.ledger import CLINIC_DAYS
from monitor.care.numbering import next_infusion
from monitor.care.session import session_of
from monitor.clinic import Chair, Phase, Session
from monitor.displays import Clinic
from monitor.web.naming import watchers
from monitor.web.present import Json
from monitor.words import Words

PATIENTS_KEPT = 128
KEPT_S = 30.0
"""So long what is known of a patient's past counts as new."""
EARLIER_MAX = 60
FOUND_MAX = 12
"""So many patients are offered for what was typed; more letters tell them apart."""


@dataclass(frozen=True, slots=True)
class Past:
    """Which infusion of which course the next is, by the sessions before."""

    infusion: int
    course: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A session of the day, open or closed, with its arrival."""

    session: Session
    arrival: Arrival


class Today:
    """One clinic's day as its nurses see it."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._known: dict[str, tuple[float, Past]] = {}

    def __len__(self) -> int:
        """Of how many patients the past is kept at hand."""
        return len(self._known)

    async def shown(self, day: date | None, actor: str) -> Json:
        """The list of a day in the clinic's zone, of today where none is said, for who asks."""
        clinic, zone = self._clinic, self._clinic.config.zone
        now_us = clinic.clock.utc_us()
        today = datetime.fromtimestamp(now_us / 1e6, tz=UTC).astimezone(zone).date()
        day = day or today
        from_us, to_us = (_midnight_us(one, clinic) for one in (day, day + timedelta(days=1)))
        words = Words.of(clinic.config, clinic.people.names())
        patients = clinic.ward.facts.ledger.patients
        bookings = await self._bookings(from_us, now_us)
        stays = await self._stays(from_us, to_us)
        honoured = {one.arrival.booking for one in stays}
        waiting = [one for one in bookings.between(from_us, to_us) if one.id not in honoured]
        standing = list(clinic.ward.facts.ledger.journals.standing(now_us))
        journals = list({one.patient_ref: (session, one) for session, one in standing}.values())
        known = [one for _, one in standing]
        rows = [
            await self._waiting(one, patients, words)
            | {"journal": _last(known, one.patient_ref, now_us)}
            for one in waiting
        ]
        rows += [
            self._stay(one, patients, words)
            | {"journal": _last(known, one.session.patient_ref, one.session.opened_us)}
            for one in stays
        ]
        rows.sort(key=lambda row: str(row["at_ms"]))
        watching = watchers(clinic)
        return {
            "day": day.isoformat(),
            "today": day == today,
            "before": (day - timedelta(days=1)).isoformat(),
            "after": (day + timedelta(days=1)).isoformat(),
            "as_of": words.time(now_us),
            "names": clinic.config.privacy.names,
            "journals": [
                {
                    "patient_ref": one.patient_ref,
                    "initials": patients.get(one.patient_ref, Patient(patient_ref="")).initials,
                    "session": session,
                    "called": one.called is not None,
                }
                for session, one in journals
                if one.state is State.OVERDUE
            ],
            "chairs": [
                {
                    **self._chair(chair, rows),
                    "watcher": words.person(watching.get(chair.id)),
                    "mine": watching.get(chair.id) == actor,
                }
                for chair in clinic.config.chairs
            ],
        }

    def patients(self, text: str) -> list[Json]:
        """The registered patients that begin with that, by reference, initials or name if kept."""
        known = self._clinic.ward.facts.ledger.patients
        named = self._clinic.config.privacy.names
        shown = (one if named else replace(one, person="") for one in known.values())
        return [
            {"patient_ref": one.patient_ref, "initials": one.initials, "person": one.person}
            for one in matching(shown, text, FOUND_MAX)
        ]

    async def _bookings(self, from_us: int, now_us: int) -> Bookings:
        """Those at hand; for a day further back than they go, all of the record since."""
        if from_us >= now_us - (CLINIC_DAYS - 1) * DAY_US:
            return self._clinic.ward.facts.ledger.bookings
        record, since_us = self._clinic.ward.record, from_us - CLINIC_DAYS * DAY_US
        told = await record.clinic_facts({BOOKED, CANCELLED}, since_us)
        return await asyncio.to_thread(Bookings, told)

    def _chair(self, chair: Chair, rows: Sequence[Json]) -> Json:
        taken = self._clinic.ward.seating.at(chair.id)
        return {
            "chair": chair.id,
            "label": chair.label,
            "free": taken is None,
            "rows": [row for row in rows if row["chair"] == chair.id],
        }

    async def _stays(self, from_us: int, to_us: int) -> list[Stay]:
        """The sessions that were opened on that day, and those from before that still go on."""
        ledger, now_us = self._clinic.ward.facts.ledger, self._clinic.clock.utc_us()
        seated = {one.id: list(ledger.of(one.id)) for one in self._clinic.ward.seating.all()}
        opened = await self._clinic.history.seated(from_us, to_us)
        closed = [await self._clinic.history.facts(one) for one in opened if one not in seated]
        found = []
        for facts in (*seated.values(), *closed):
            session = session_of(facts)
            if session is None or session.opened_us >= to_us:
                continue
            goes_on = session.closed_us is None and from_us <= now_us < to_us
            if session.opened_us >= from_us or goes_on:
                found.append(Stay(session, arrival_of(facts)))
        return found

    async def _waiting(self, booking: Booking, patients: dict[str, Patient], words: Words) -> Json:
        past, now_us = await self._past(booking.patient_ref), self._clinic.clock.utc_us()
        return {
            **self._who(booking.patient_ref, patients),
            "chair": booking.chair,
            "at_ms": booking.at_us // 1_000,
            "date": words.time(booking.at_us, "%Y-%m-%d"),
            "time": words.time(booking.at_us, "%H:%M"),
            "state": "late" if now_us > booking.at_us else "booked",
            "booking": booking.id,
            "session": "",
            "planned_minutes": booking.planned_minutes,
            "infusion": past.infusion,
            "course": past.course,
            "course_infusions": self._clinic.config.arrival.course_infusions,
            "sitter": "expected" if booking.sitter else "none expected",
            "sitter_expected": booking.sitter,
            "missing": [],
        }

    def _stay(self, stay: Stay, patients: dict[str, Patient], words: Words) -> Json:
        session, arrival = stay.session, stay.arrival
        config = self._clinic.config.arrival
        closed = session.phase is Phase.CLOSED
        begun = session.infusion_started_us is not None
        lacking = arrival.missing([one.id for one in config.questions])
        sitter = "not entered"
        if arrival.sitter is not None:
            sitter = arrival.sitter.person or "entered"
        return {
            **self._who(session.patient_ref, patients),
            "chair": session.chair,
            "at_ms": session.opened_us // 1_000,
            "date": words.time(session.opened_us, "%Y-%m-%d"),
            "time": words.time(session.opened_us, "%H:%M"),
            "state": "left" if closed else session.phase.value,
            "booking": arrival.booking,
            "session": session.id,
            "planned_minutes": session.planned_minutes,
            "infusion": arrival.infusion,
            "course": arrival.course,
            "course_infusions": config.course_infusions,
            "sitter": sitter,
            "sitter_expected": arrival.sitter is not None,
            "missing": [] if closed or begun else lacking,
        }

    def _who(self, patient_ref: str, patients: dict[str, Patient]) -> Json:
        known = patients.get(patient_ref, Patient(patient_ref=patient_ref))
        names = self._clinic.config.privacy.names
        return {
            "patient_ref": patient_ref,
            "initials": known.initials,
            "person": known.person if names else "",
            "born": known.born if names else "",
            "phone": known.phone if names else "",
        }

    async def _past(self, patient_ref: str) -> Past:
        """What the patient's sessions before say; asked anew after `KEPT_S`."""
        now_s = self._clinic.clock.monotonic()
        at_s, past = self._known.get(patient_ref, (float("-inf"), None))
        if past is not None and now_s - at_s < KEPT_S:
            return past
        history = self._clinic.history
        sessions = (await history.sessions_of(patient_ref))[-EARLIER_MAX:]
        earlier = [await history.facts(one) for one in sessions]
        infusion, course = next_infusion(earlier, self._clinic.config.arrival.course_infusions)
        past = Past(infusion, course)
        if len(self._known) >= PATIENTS_KEPT:
            del self._known[next(iter(self._known))]
        self._known[patient_ref] = (now_s, past)
        return past


def _last(journals: Sequence[Journal], patient_ref: str, before_us: int) -> str:
    """How the journal stands that this patient was given last before then; "" without one."""
    theirs = [one for one in journals if one.patient_ref == patient_ref]
    given = [one for one in theirs if (one.opened_us or 0) < before_us]
    return given[-1].state.value if given else ""


def _midnight_us(day: date, clinic: Clinic) -> int:
    began = datetime(day.year, day.month, day.day, tzinfo=clinic.config.zone)
    return round(began.timestamp() * 1e6)
