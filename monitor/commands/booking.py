"""Who comes when: patients by pseudonym, and their bookings of chairs."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime

from monitor.care.bookings import (
    BOOKED,
    CANCELLED,
    DAY_US,
    MINUTE_US,
    PATIENT,
    Booking,
)
from monitor.care.observations import PERSON_MAX
from monitor.clinic import Person
from monitor.commands.acts import Act, Desk, PatientAct, check_reason
from monitor.commands.arriving import check_phone
from monitor.commands.seating import (
    Earlier,
    check_minutes,
    check_reference,
    seated_by,
    standing_booking,
)
from monitor.errors import CommandRefused
from monitor.history import BORN, PERSON, PHONE, Data

INITIALS = re.compile(r"^[^\W\d_][^\W\d_. -]{0,1}([. -]{0,2}[^\W\d_]){0,3}\.?$")
AHEAD_US = 400 * DAY_US
"""Further ahead nobody is booked: it is a slip of the hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPatient(Act):
    """A patient by pseudonym, with initials; the rest only where the clinic keeps names.

    Registered again, the newest counts. `born` is a day as ISO 8601, "" for unknown.
    """

    patient_ref: str
    initials: str
    person: str = ""
    born: str = ""
    phone: str = ""

    def do(self, desk: Desk, person: Person) -> str:
        """The pseudonym."""
        check_reference(self.patient_ref)
        name, phone = self.person.strip(), self.phone.strip()
        why = ""
        if not INITIALS.match(self.initials) or len(self.initials) > 8:
            why = "initials are one to four letters, such as A.M."
        elif (name or self.born or phone) and not desk.config.privacy.names:
            why = "this clinic keeps no names, dates of birth or phone numbers of patients"
        elif len(name) > PERSON_MAX or not (name or "-").isprintable():
            why = f"a name has at most {PERSON_MAX} characters"
        elif self.born and not _is_day(self.born, desk.ward.clock.utc_us()):
            why = f"{self.born!r} is no day in the past, such as 1980-05-31"
        if why:
            raise CommandRefused(
                "this patient cannot be registered",
                why=why,
                fix="mend it, or leave out what is not kept ([privacy] names in the configuration)",
            )
        check_phone(phone)
        told = {PERSON: name, BORN: self.born, PHONE: phone}
        kept = {key: said for key, said in told.items() if said}
        data: Data = {"patient_ref": self.patient_ref, "initials": self.initials, **kept}
        desk.keep(PATIENT, person, data)
        return self.patient_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Book(PatientAct):
    """A chair for a patient at `at_us` (UTC microseconds); with `booking`, that one anew."""

    chair: str
    at_us: int
    planned_minutes: int
    sitter: bool
    booking: str = ""

    def upon(self, desk: Desk, person: Person, earlier: Earlier) -> str:
        """The booking's id."""
        desk.known_chair(self.chair)
        check_reference(self.patient_ref)
        check_minutes(self.planned_minutes)
        if self.booking:
            _check_movable(desk, self.booking, self.patient_ref, earlier)
        now_us = desk.ward.clock.utc_us()
        if not now_us - DAY_US <= self.at_us <= now_us + AHEAD_US:
            raise CommandRefused(
                "nobody can be booked for that time",
                why="it is more than a day ago, or more than 400 days ahead",
                fix="choose another day",
            )
        booking = Booking(
            id=self.booking or secrets.token_hex(6),
            chair=self.chair,
            patient_ref=self.patient_ref,
            at_us=self.at_us,
            planned_minutes=self.planned_minutes,
            sitter=self.sitter,
        )
        _check_free(desk, booking)
        data: Data = {
            "booking": booking.id,
            "chair": booking.chair,
            "patient_ref": booking.patient_ref,
            "at_us": booking.at_us,
            "planned_minutes": booking.planned_minutes,
            "sitter": booking.sitter,
        }
        desk.keep(BOOKED, person, data)
        return booking.id


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBooking(PatientAct):
    """A booking stands no longer, for a reason."""

    booking: str
    reason: str

    def upon(self, desk: Desk, person: Person, earlier: Earlier) -> str:
        """The booking's id."""
        check_reason(self.reason)
        _check_movable(desk, self.booking, self.patient_ref, earlier)
        desk.keep(CANCELLED, person, {"booking": self.booking, "reason": self.reason.strip()})
        return self.booking


def _check_movable(desk: Desk, booking: str, patient_ref: str, earlier: Earlier) -> None:
    """Raises `CommandRefused` for a booking that is another's, or was kept already."""
    known = standing_booking(desk, booking)
    why = ""
    if known.patient_ref != patient_ref:
        why = f"it is for {known.patient_ref}"
    elif seated_by(booking, earlier):
        why = "its patient has been seated"
    if why:
        raise CommandRefused("this booking cannot be changed", why=why, fix="reload the page")


def _check_free(desk: Desk, booking: Booking) -> None:
    """Raises `CommandRefused` when somebody else would infuse in that chair at that time."""
    ends_us = booking.at_us + booking.planned_minutes * MINUTE_US
    near = desk.ward.facts.ledger.bookings.between(booking.at_us - DAY_US, ends_us)
    others = [one for one in near if one.id != booking.id]
    other = next((one for one in others if one.overlaps(booking)), None)
    if other is not None:
        at = datetime.fromtimestamp(other.at_us / 1e6, tz=UTC).astimezone(desk.config.zone)
        raise CommandRefused(
            f"chair {booking.chair} is booked at that time",
            why=f"{other.patient_ref} has it at {at:%H:%M} for {other.planned_minutes} min",
            fix="choose another time or another chair",
        )


def _is_day(text: str, now_us: int) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return date(1900, 1, 1) <= day <= datetime.fromtimestamp(now_us / 1e6, tz=UTC).date()
