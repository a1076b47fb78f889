"""Seating a patient and leading the session through its phases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.care.baseline import data_of, merged
from monitor.clinic import NEXT_PHASES, Person, Phase, Session
from monitor.commands.acts import Act, Desk
from monitor.errors import CommandRefused
from monitor.history import BASELINE, PHASE, SEATED, Data, based, entered

PATIENT_REF = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,23}$")
PLANNED_MINUTES = range(10, 181)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPatient(Act):
    """A patient, by pseudonym, takes a chair; `planned_minutes` of infusion."""

    chair: str
    patient_ref: str
    planned_minutes: int

    def do(self, desk: Desk, person: Person) -> str:
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
        if self.planned_minutes not in PLANNED_MINUTES:
            raise CommandRefused(
                f"{self.planned_minutes} minutes cannot be planned",
                why=f"{PLANNED_MINUTES.start} to {PLANNED_MINUTES.stop - 1} minutes are allowed",
                fix="enter the planned length of the infusion in minutes",
            )
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
        data: Data = {
            "patient_ref": session.patient_ref,
            "planned_minutes": session.planned_minutes,
        }
        desk.keep_of(session, SEATED, person, data, at_us)
        desk.ward.enter(session)
        return session.id


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterPhase(Act):
    """The session moves on to a phase."""

    session: str
    phase: Phase

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = desk.open_session(self.session)
        enter_phase(desk, person, session, self.phase)
        return session.id


def enter_phase(desk: Desk, person: Person, session: Session, phase: Phase) -> None:
    """An open session moves on; every act that moves one goes through here.

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
    at_us = ward.clock.utc_us()
    desk.keep_of(session, PHASE, person, {"phase": phase.value}, at_us)
    moved = entered(session, phase, at_us)
    if session.infusion_started_us is None and moved.infusion_started_us is not None:
        data = data_of(merged(ward.measured_baseline(session, at_us), session.baseline))
        desk.keep_of(session, BASELINE, person, data, at_us)
        moved = based(moved, data)
    ward.enter(moved)


def check_reference(patient_ref: str) -> None:
    """Raises `CommandRefused` for a reference that is no pseudonym or initials."""
    if not PATIENT_REF.match(patient_ref):
        raise CommandRefused(
            "this patient reference cannot be used",
            why="1 to 24 letters, digits, spaces, dots, underscores or hyphens are allowed",
            fix="use the clinic's pseudonym or initials, never a full name",
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
