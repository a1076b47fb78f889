"""Every fact of the open sessions, and of the clinic's own those that its day needs, at hand.

What the rooms of care tell of a session follows from its facts alone, so a
restart needs nothing but them. Knows no live value, alarm, database or page.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from monitor.care.bookings import BOOKED, CANCELLED, PATIENT, Bookings, Patient, patient_told
from monitor.care.journals import Journals
from monitor.care.watching import SHIFT_HANDED_OVER, SHIFT_OFFERED, WATCHING
from monitor.errors import CommandRefused
from monitor.history import SEATED, FactRow

FACTS_MAX = 4_096
"""So many facts of one session; a day at the chair has some hundred."""
PATIENTS_MAX = 65_536
"""A clinic of 24 chairs registers some 4,000 a year, one for six infusions."""
BOOKINGS_MAX = 65_536
"""Of 24 chairs with four infusions on 250 days that is more than two years."""
SHIFT_FACTS_MAX = 4_096
"""Of who watches, and of hand-overs: months; none counts for longer than a shift."""
CLINIC_DAYS = 400
"""So far back bookings and shifts are looked for after a restart: nobody is booked further ahead.

Patients are looked for however long ago they were registered.
"""
SHIFT_KINDS = frozenset({WATCHING, SHIFT_OFFERED, SHIFT_HANDED_OVER})
CLINIC_KINDS = frozenset({PATIENT, BOOKED, CANCELLED}) | SHIFT_KINDS
"""Kinds of facts that belong to no session and that the clinic's day needs."""


class Ledger:
    """Facts by open session, in the order they were told, and of the clinic what they tell.

    `bookings` and `patients` (by pseudonym) are as they stand now; the journals beside.
    """

    def __init__(self) -> None:
        self.journals = Journals()
        self._by_session: dict[str, list[FactRow]] = {}
        self.bookings = Bookings(most=BOOKINGS_MAX)
        self.patients: dict[str, Patient] = {}
        self._shifts: deque[FactRow] = deque(maxlen=SHIFT_FACTS_MAX)
        self.clinic_told = 0
        """How many facts of the clinic were told: another number, and there is news."""
        self._left: dict[str, list[FactRow]] = {}

    def put(self, fact: FactRow) -> None:
        """Note one fact of an open session, of the clinic, or of a journal."""
        self.journals.put(fact)
        if fact.session is None:
            if fact.kind in CLINIC_KINDS:
                self._put_of_clinic(fact)
        elif fact.kind == SEATED:
            self._by_session[fact.session] = [fact]
            self._left.pop(fact.chair, None)
        elif fact.session in self._by_session:
            self._by_session[fact.session].append(fact)
            self._left.pop(fact.chair, None)
        elif self._is_of(fact, self.left(fact.chair)):
            self._left[fact.chair].append(fact)

    def _put_of_clinic(self, fact: FactRow) -> None:
        self.clinic_told += 1
        if fact.kind in SHIFT_KINDS:
            self._shifts.append(fact)
            return
        self.bookings.put(fact)
        if fact.kind == PATIENT:
            told = patient_told(fact)
            self.patients.pop(told.patient_ref, None)
            if len(self.patients) >= PATIENTS_MAX:
                del self.patients[next(iter(self.patients))]
            self.patients[told.patient_ref] = told

    def close(self, session: str) -> None:
        """The session is over: its facts are in the record, and here until the next is seated."""
        facts = self._by_session.pop(session, [])
        if facts:
            self._left[facts[-1].chair] = facts

    def recall(self, chair: str, facts: Sequence[FactRow]) -> None:
        """After a restart: the facts of who left a chair last, at which nobody sits now."""
        self._left[chair] = list(facts)

    def left(self, chair: str) -> Sequence[FactRow]:
        """The facts of who left that chair last; empty once somebody was seated there."""
        return self._left.get(chair, ())

    @staticmethod
    def _is_of(fact: FactRow, facts: Sequence[FactRow]) -> bool:
        return bool(facts) and facts[0].session == fact.session and len(facts) < FACTS_MAX

    def of(self, session: str) -> Sequence[FactRow]:
        """The facts of an open session; empty for any other."""
        return self._by_session.get(session, ())

    def shifts(self, *kinds: str) -> list[FactRow]:
        """The facts of these kinds about who watches and what was handed over, as told."""
        return [fact for fact in self._shifts if fact.kind in kinds]

    def check_room(self, session: str) -> None:
        """Raises `CommandRefused` when a session has so many facts that no page could show them."""
        if len(self.of(session)) >= FACTS_MAX:
            raise CommandRefused(
                "nothing more can be entered in this session",
                why=f"it has {FACTS_MAX} entries already",
                fix="write it on paper and add it to the review as an addendum",
            )
