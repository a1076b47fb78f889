"""Two devices were swapped: the readings of a time belong to the other session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from monitor.care.closing import signed_of
from monitor.care.session import session_of
from monitor.clinic import Person, Session
from monitor.commands.acts import Desk, Past, SessionAct, check_reason
from monitor.errors import CommandRefused
from monitor.history import DEVICES_CORRECTED, Data, FactRow, ReadingRow
from monitor.people import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectDevices(SessionAct):
    """From then until before then `device` measured for this session, and not `instead`.

    If another session had that device, it had the one `instead`: both are told. Rows stay
    as they are, and so do alarms; of who still sits there, a baseline that was measured on
    the other is in doubt from here on, and the leave gate asks the right device. `rows`,
    `others` and whose report is `signed` are looked up in the record.
    """

    permission: ClassVar[Permission] = Permission.SIGN
    device: str
    instead: str
    from_us: int
    to_us: int
    reason: str
    rows: tuple[ReadingRow, ...] = ()
    others: tuple[Session, ...] = ()
    signed: tuple[str, ...] = ()

    async def prepared(self, desk: Desk, past: Past) -> Self:
        """With what the record says of both devices in that time."""
        await desk.ward.record.commit()
        rows = await past.readings_by(self.device, self.from_us, self.to_us)
        rows += await past.readings_by(self.instead, self.from_us, self.to_us)
        names = {row.session for row in rows if row.session is not None} - {self.session}
        told = [await past.facts(name) for name in sorted(names)]
        others = [(one, facts) for facts in told if (one := session_of(facts)) is not None]
        return replace(
            self,
            rows=tuple(rows),
            others=tuple(one for one, _ in others),
            signed=tuple(one.patient_ref for one, facts in others if signed_of(facts)),
        )

    def upon(self, desk: Desk, person: Person, session: Session, facts: Sequence[FactRow]) -> str:
        """The session's id."""
        del facts
        check_reason(self.reason)
        now_us = desk.ward.clock.utc_us()
        self._check(session, now_us)
        told: Data = {
            "device": self.device,
            "instead": self.instead,
            "from_us": self.from_us,
            "to_us": self.to_us,
            "reason": self.reason.strip(),
        }
        for other in self.others:
            swapped = {**told, "device": self.instead, "instead": self.device}
            desk.note(other, DEVICES_CORRECTED, person, swapped)
        desk.note(session, DEVICES_CORRECTED, person, told)
        desk.ward.attribute([one.id for one in (session, *self.others)], self.rows)
        return session.id

    def _check(self, session: Session, now_us: int) -> None:
        why = ""
        if self.device == self.instead:
            why = "it is one device, not two"
        elif all(row.device != self.device for row in self.rows):
            why = f"{self.device} measured nothing in that time"
        elif len(self.others) > 1:
            names = " and ".join(one.patient_ref for one in self.others)
            why = f"{names} both had these devices in that time"
        elif self.signed:
            why = f"the report of {self.signed[0]} is signed: only addenda come after that"
        else:
            outside = [one for one in (session, *self.others) if not self._within(one, now_us)]
            names = " and ".join(one.patient_ref for one in outside)
            why = f"{names} did not sit there for all of that time" if outside else ""
        if why:
            raise CommandRefused(
                "this is not a swap of two devices",
                why=why,
                fix="choose the two devices, and a time in which both patients were there",
            )

    def _within(self, session: Session, now_us: int) -> bool:
        left_us = session.closed_us or now_us
        return session.opened_us <= self.from_us < self.to_us <= left_us
