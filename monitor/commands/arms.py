"""Saying on which arms the cuff and the oximeter's probe are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.clinic import Arm, Arms, Person
from monitor.commands.acts import Act, Desk
from monitor.errors import CommandRefused
from monitor.history import ARMS


@dataclass(frozen=True, slots=True, kw_only=True)
class SetArms(Act):
    """A named person says on which arm cuff and probe are; said again, it counts from then on."""

    session: str
    cuff: Arm
    probe: Arm

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = desk.open_session(self.session)
        arms = Arms(cuff=self.cuff, probe=self.probe)
        if arms == session.arms:
            raise CommandRefused(
                "cuff and probe are said to be there already",
                why=f"cuff {self.cuff.value}, probe {self.probe.value}",
                fix="nothing to do",
            )
        desk.ward.facts.ledger.check_room(session.id)
        data = {"cuff": self.cuff.value, "probe": self.probe.value}
        desk.keep_of(session, ARMS, person, data)
        desk.ward.arm(replace(session, arms=arms))
        return session.id
