"""Moving a patient to another chair."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.clinic import Person
from monitor.commands.acts import Act, Desk
from monitor.commands.seating import check_turned_over
from monitor.equipping import keep_equipment
from monitor.errors import CommandRefused
from monitor.history import MOVED


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePatient(Act):
    """The session goes on in another chair; its alarms, limits, pauses and baseline go along."""

    session: str
    to: str

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        desk.known_chair(self.to)
        session = desk.open_session(self.session)
        taken = desk.ward.seating.at(self.to)
        if taken is not None:
            here = taken.id == session.id
            raise CommandRefused(
                f"chair {self.to} is taken by {taken.patient_ref}",
                why="that is the patient's own chair" if here else f"session {taken.id} is open",
                fix="choose a free chair",
            )
        check_turned_over(desk.ward, self.to, session.patient_ref)
        desk.ward.facts.ledger.check_room(session.id)
        data = {"from": session.chair, "to": self.to}
        desk.keep_of(session, MOVED, person, data)
        moved = desk.ward.told(session.id)
        desk.ward.move(session, moved)
        keep_equipment(desk.ward, moved)
        return session.id
