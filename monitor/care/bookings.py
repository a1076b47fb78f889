"""Who is booked for which chair and when, and what is known of the patients.

Worked out from the clinic's own facts alone: of each booking and of each patient
the newest word counts. Knows no session, database or page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.history import BORN, PERSON, PHONE, FactRow

PATIENT, BOOKED, CANCELLED = "patient", "booked", "booking cancelled"
MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A patient by pseudonym; name, date of birth (ISO 8601) and phone only where kept."""

    patient_ref: str
    initials: str = ""
    person: str = ""
    born: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A chair for a patient at a time (UTC microseconds), with `planned_minutes` of infusion.

    `sitter`: somebody is expected to come along. `cancelled` is why it stands no longer.
    """

    id: str
    chair: str
    patient_ref: str
    at_us: int
    planned_minutes: int
    sitter: bool
    cancelled: str | None = None

    def overlaps(self, other: Booking) -> bool:
        """Would both infuse in the same chair at the same time?"""
        ends_us = self.at_us + self.planned_minutes * MINUTE_US
        others_us = other.at_us + other.planned_minutes * MINUTE_US
        return self.chair == other.chair and self.at_us < others_us and other.at_us < ends_us


def bookings_of(facts: Sequence[FactRow]) -> dict[str, Booking]:
    """Every booking by its id, as it stands now."""
    found: dict[str, Booking] = {}
    for fact in facts:
        data = fact.data
        if fact.kind == BOOKED:
            found[str(data["booking"])] = _booking(fact)
        elif fact.kind == CANCELLED and str(data["booking"]) in found:
            before = found[str(data["booking"])]
            found[before.id] = replace(before, cancelled=str(data.get("reason", "")))
    return found


def booked_between(facts: Sequence[FactRow], from_us: int, to_us: int) -> list[Booking]:
    """The bookings that stand from then (included) until then, by time and then chair."""
    standing = [one for one in bookings_of(facts).values() if one.cancelled is None]
    within = [one for one in standing if from_us <= one.at_us < to_us]
    return sorted(within, key=lambda one: (one.at_us, one.chair, one.id))


def patients_of(facts: Sequence[FactRow]) -> dict[str, Patient]:
    """Every patient that was registered, by pseudonym, as they stand now."""
    return {
        str(fact.data["patient_ref"]): Patient(
            patient_ref=str(fact.data["patient_ref"]),
            initials=str(fact.data.get("initials", "")),
            person=str(fact.data.get(PERSON, "")),
            born=str(fact.data.get(BORN, "")),
            phone=str(fact.data.get(PHONE, "")),
        )
        for fact in facts
        if fact.kind == PATIENT
    }


def _booking(fact: FactRow) -> Booking:
    data = fact.data
    return Booking(
        id=str(data["booking"]),
        chair=str(data["chair"]),
        patient_ref=str(data["patient_ref"]),
        at_us=int(data["at_us"] or 0),
        planned_minutes=int(data["planned_minutes"] or 0),
        sitter=data.get("sitter") is True,
    )
