"""Seating a patient and leading the session through its phases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.care.arrival import arrival_of
from monitor.care.baseline import data_of, merged, samples_of
from monitor.care.bookings import Booking
from monitor.care.numbering import next_infusion
from monitor.care.session import session_of
from monitor.care.turnover import kept_of
from monitor.clinic import NEXT_PHASES, Person, Phase, Session
from monitor.commands.acts import Act, Desk, PatientAct
from monitor.commands.holding import check_holds
from monitor.equipping import keep_equipment
from monitor.errors import CommandRefused
from monitor.history import BASELINE, PHASE, SEATED, Data, FactRow
from monitor.settling import keep_settings
from monitor.ward import Ward

PATIENT_REF = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,23}$")
PLANNED_MINUTES = range(10, 181)
NUMBERS = range(1, 100)

Earlier = Sequence[Sequence[FactRow]]
"""The facts of each session of one patient, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPatient(PatientAct):
    """A patient, by pseudonym, takes a chair; `planned_minutes` of infusion.

    `infusion` and `course` are counted from the patient's sessions before, unless a
    person says them. `booking` is that of who was booked, in whatever chair.
    """

    chair: str
    planned_minutes: int
    booking: str = ""
    infusion: int | None = None
    course: int | None = None

    def upon(self, desk: Desk, person: Person, earlier: Earlier) -> str:
        """The new session's id."""
        desk.known_chair(self.chair)
        taken = desk.ward.seating.at(self.chair)
        if taken is not None:
            raise CommandRefused(
                f"chair {self.chair} is taken by {taken.patient_ref}",
                why=f"session {taken.id} is in {taken.phase.value}",
                fix="close that session first, or choose another chair",
            )
        check_reference(self.patient_ref)
        check_turned_over(desk.ward, self.chair, self.patient_ref)
        check_minutes(self.planned_minutes)
        if self.booking:
            self._check_booking(desk, earlier)
        infusion, course = self._numbers(desk, earlier)
        at_us = desk.ward.clock.utc_us()
        session = Session(
            id=_new_id(desk, at_us, self.chair),
            chair=self.chair,
            patient_ref=self.patient_ref,
            phase=Phase.PREPARE,
            opened_us=at_us,
            phase_since_us=at_us,
            planned_minutes=self.planned_minutes,
        )
        booked = {"booking": self.booking} if self.booking else {}
        data: Data = {
            "patient_ref": session.patient_ref,
            "planned_minutes": session.planned_minutes,
            "infusion": infusion,
            "course": course,
            **booked,
        }
        desk.keep_of(session, SEATED, person, data, at_us)
        keep_settings(desk.ward, session)
        keep_equipment(desk.ward, session)
        desk.ward.enter(session)
        return session.id

    def _numbers(self, desk: Desk, earlier: Earlier) -> tuple[int, int]:
        counted = next_infusion(earlier, desk.config.arrival.course_infusions)
        infusion = counted[0] if self.infusion is None else self.infusion
        course = counted[1] if self.course is None else self.course
        check_numbers(infusion, course)
        return infusion, course

    def _check_booking(self, desk: Desk, earlier: Earlier) -> None:
        booking = standing_booking(desk, self.booking)
        why = ""
        if booking.patient_ref != self.patient_ref:
            why = f"it is for {booking.patient_ref}"
        elif seated_by(self.booking, earlier):
            why = "its patient has been seated already"
        if why:
            raise CommandRefused(
                "nobody can be seated by this booking", why=why, fix="reload the page"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterPhase(Act):
    """The session moves on to a phase; it is closed by `CloseSession` alone."""

    session: str
    phase: Phase

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = desk.open_session(self.session)
        if self.phase is Phase.CLOSED:
            raise CommandRefused(
                "a session is not closed like this",
                why="it takes a word on whether cuff and probe are off",
                fix="close it on the chair's page",
            )
        enter_phase(desk, person, session, self.phase)
        return session.id


def enter_phase(
    desk: Desk, person: Person, session: Session, phase: Phase, said: Data | None = None
) -> None:
    """An open session moves on; every act that moves one goes through here.

    `said` is kept with it.
    Raises `CommandRefused`, with nothing changed, when it cannot go there from where it is.
    """
    if phase not in NEXT_PHASES[session.phase]:
        allowed = ", ".join(phase.value for phase in NEXT_PHASES[session.phase])
        raise CommandRefused(
            f"a session in {session.phase.value} cannot go to {phase.value}",
            why=f"from here it goes to {allowed or 'nowhere'}",
            fix="choose one of those",
        )
    ward = desk.ward
    if phase is Phase.INFUSION and session.infusion_started_us is None:
        check_holds(desk, session)
    at_us = ward.clock.utc_us()
    desk.keep_of(session, PHASE, person, {"phase": phase.value, **(said or {})}, at_us)
    if phase is Phase.INFUSION and session.infusion_started_us is None:
        desk.keep_of(session, BASELINE, person, _frozen_baseline(desk, session, at_us), at_us)
    ward.enter(ward.told(session.id))


def _frozen_baseline(desk: Desk, session: Session, at_us: int) -> Data:
    """The baseline from now on: what a person said goes before what was measured."""
    confirmed = arrival_of(desk.ward.facts.ledger.of(session.id)).confirmed
    data = data_of(merged(desk.ward.measured_baseline(session, at_us), session.baseline))
    if confirmed is None:
        return data
    held = [one for one, value in confirmed.values.items() if session.baseline.get(one) == value]
    return data | samples_of(confirmed.samples, held)


def check_minutes(planned_minutes: int) -> None:
    """Raises `CommandRefused` for an infusion of a length that nobody plans."""
    if planned_minutes not in PLANNED_MINUTES:
        raise CommandRefused(
            f"{planned_minutes} minutes cannot be planned",
            why=f"{PLANNED_MINUTES.start} to {PLANNED_MINUTES.stop - 1} minutes are allowed",
            fix="enter the planned length of the infusion in minutes",
        )


def check_numbers(infusion: int, course: int) -> None:
    """Raises `CommandRefused` for numbers that no infusion and no course has."""
    if infusion not in NUMBERS or course not in NUMBERS:
        raise CommandRefused(
            f"infusion {infusion} of course {course} cannot be entered",
            why=f"both are counted from {NUMBERS.start} to {NUMBERS.stop - 1}",
            fix="say the how-manieth infusion of the patient's course it is",
        )


def standing_booking(desk: Desk, booking: str) -> Booking:
    """The booking of that id, while it stands. Raises `CommandRefused`."""
    known = desk.ward.facts.ledger.bookings.get(booking)
    if known is None or known.cancelled is not None:
        raise CommandRefused(
            "there is no such booking",
            why="it was cancelled" if known else f"the record knows no {booking}",
            fix="reload the page",
        )
    return known


def seated_by(booking: str, earlier: Earlier) -> bool:
    """Has this booking's patient been seated by it?"""
    return any(arrival_of(facts).booking == booking for facts in earlier)


def check_reference(patient_ref: str) -> None:
    """Raises `CommandRefused` for a reference that is no pseudonym or initials."""
    if not PATIENT_REF.match(patient_ref):
        raise CommandRefused(
            "this patient reference cannot be used",
            why="1 to 24 letters, digits, spaces, dots, underscores or hyphens are allowed",
            fix="use the clinic's pseudonym or initials, never a full name",
        )


def check_turned_over(ward: Ward, chair: str, patient_ref: str) -> None:
    """Raises `CommandRefused` while somebody else's cuff or probe was kept on there."""
    left = ward.facts.ledger.left(chair)
    kept, session = kept_of(left), session_of(left)
    if kept and session is not None and session.patient_ref != patient_ref:
        raise CommandRefused(
            f"chair {chair} is not turned over",
            why=f"{' and '.join(kept)} of {session.patient_ref} were kept on when they left",
            fix="take them off, and say so at the chair",
        )


def session_id(at_us: int, chair: str) -> str:
    """A session's id: when and where it was opened, so that ids sort by time."""
    opened = datetime.fromtimestamp(at_us / 1e6, tz=UTC)
    return f"{opened:%Y%m%d-%H%M%S}-{chair}"


def _new_id(desk: Desk, at_us: int, chair: str) -> str:
    """An id nobody had: two patients can follow each other within one second."""
    plain = session_id(at_us, chair)
    desk.opened[plain] += 1
    count = desk.opened[plain]
    return plain if count == 1 else f"{plain}.{count}"
