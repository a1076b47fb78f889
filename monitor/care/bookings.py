"""Who is booked for which chair and when, and what is known of the patients.

Worked out from the clinic's own facts alone: of each booking and of each patient
the newest word counts. Knows no session, database or page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from monitor.history import BORN, PERSON, PHONE, FactRow

PATIENT, BOOKED, CANCELLED = "patient", "booked", "booking cancelled"
MINUTE_US = 60_000_000
DAY_US = 1_440 * MINUTE_US


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


class Bookings:
    """Every booking as it stands now, by id and by day; the one told longest ago makes room."""

    def __init__(self, facts: Iterable[FactRow] = (), most: int | None = None) -> None:
        self._most = most
        self._by_id: dict[str, Booking] = {}
        self._by_day: dict[int, dict[str, Booking]] = {}
        for fact in facts:
            self.put(fact)

    def __iter__(self) -> Iterator[Booking]:
        """Every one, cancelled ones too, as told last."""
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        """How many there are, cancelled ones too."""
        return len(self._by_id)

    def put(self, fact: FactRow) -> None:
        """Note one fact; what tells of no booking is passed over."""
        before = self.get(str(fact.data.get("booking")))
        if fact.kind == BOOKED:
            self._keep(_booking(fact))
        elif fact.kind == CANCELLED and before is not None:
            self._keep(replace(before, cancelled=str(fact.data.get("reason", ""))))

    def get(self, booking: str) -> Booking | None:
        """The booking of that id, cancelled or not."""
        return self._by_id.get(booking)

    def between(self, from_us: int, to_us: int) -> list[Booking]:
        """Those that stand from then (included) until then, by time and then chair."""
        days = range(from_us // DAY_US, to_us // DAY_US + 1)
        within = [
            one
            for day in days
            for one in self._by_day.get(day, {}).values()
            if one.cancelled is None and from_us <= one.at_us < to_us
        ]
        return sorted(within, key=lambda one: (one.at_us, one.chair, one.id))

    def _keep(self, booking: Booking) -> None:
        self._forget(booking.id)
        if self._most is not None and len(self._by_id) >= self._most:
            self._forget(next(iter(self._by_id)))
        self._by_id[booking.id] = booking
        self._by_day.setdefault(booking.at_us // DAY_US, {})[booking.id] = booking

    def _forget(self, booking: str) -> None:
        known = self._by_id.pop(booking, None)
        if known is None:
            return
        day = known.at_us // DAY_US
        del self._by_day[day][booking]
        if not self._by_day[day]:
            del self._by_day[day]


def patients_of(facts: Iterable[FactRow]) -> dict[str, Patient]:
    """Every patient that was registered, by pseudonym, as they stand now."""
    told = (patient_told(fact) for fact in facts if fact.kind == PATIENT)
    return {one.patient_ref: one for one in told}


def matching(patients: Iterable[Patient], text: str, most: int) -> list[Patient]:
    """The first of those whose reference, initials or a word of whose name begin with that.

    Whose reference it is comes first; upper and lower case are the same.
    """
    wanted = text.strip().casefold()
    found = [one for one in patients if wanted and _begins(one, wanted)]
    found.sort(key=lambda one: (one.patient_ref.casefold() != wanted, one.patient_ref))
    return found[:most]


def _begins(patient: Patient, wanted: str) -> bool:
    names = (patient.patient_ref, patient.initials, patient.person, *patient.person.split())
    return any(one.casefold().startswith(wanted) for one in names)


def patient_told(fact: FactRow) -> Patient:
    """The patient as that registration tells them."""
    return Patient(
        patient_ref=str(fact.data["patient_ref"]),
        initials=str(fact.data.get("initials", "")),
        person=str(fact.data.get(PERSON, "")),
        born=str(fact.data.get(BORN, "")),
        phone=str(fact.data.get(PHONE, "")),
    )


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
