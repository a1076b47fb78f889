"""Taking sound away for a while and giving it back: rules suspended, chairs on standby."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.clinic import CLINIC, Person
from monitor.commands.acts import Act, Desk, check_reason
from monitor.history import STANDBY, STANDBY_ENDED, SUSPENDED, SUSPENSION_ENDED, Data


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendRule(Act):
    """A named person takes the sound of one rule at a chair away for `seconds`, and says why.

    The chair of a rule about the whole clinic is `CLINIC`.
    """

    chair: str
    rule: str
    seconds: float
    reason: str

    def do(self, desk: Desk, person: Person) -> str:
        """The chair's id."""
        _check_place(desk, self.chair)
        check_reason(self.reason)
        now = desk.ward.clock.monotonic()
        events = desk.ward.engine.suspend(self.chair, self.rule, now, self.seconds)
        desk.ward.apply(events, self.chair)
        reason = self.reason.strip()
        data: Data = {"rule": self.rule, "seconds": self.seconds, "reason": reason}
        desk.keep_at(self.chair, SUSPENDED, person, data)
        return self.chair


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSuspension(Act):
    """A suspended rule sounds again."""

    chair: str
    rule: str

    def do(self, desk: Desk, person: Person) -> str:
        """The chair's id."""
        _check_place(desk, self.chair)
        now = desk.ward.clock.monotonic()
        desk.ward.apply(desk.ward.engine.end_suspension(self.chair, self.rule, now), self.chair)
        desk.keep_at(self.chair, SUSPENSION_ENDED, person, {"rule": self.rule})
        return self.chair


@dataclass(frozen=True, slots=True, kw_only=True)
class StandBy(Act):
    """The patient is away or the probe is changed: equipment alarms are silent for `seconds`.

    A press while the chair stands by changes nothing, and nothing of it is kept.
    """

    chair: str
    seconds: float

    def do(self, desk: Desk, person: Person) -> str:
        """The chair's id."""
        desk.known_chair(self.chair)
        engine, now = desk.ward.engine, desk.ward.clock.monotonic()
        desk.ward.apply(engine.stand_by(self.chair, now, self.seconds), self.chair)
        if engine.silences(self.chair).standby_until_s == now + self.seconds:
            desk.keep_at(self.chair, STANDBY, person, {"seconds": self.seconds})
        return self.chair


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStandby(Act):
    """The patient is back."""

    chair: str

    def do(self, desk: Desk, person: Person) -> str:
        """The chair's id."""
        desk.known_chair(self.chair)
        now = desk.ward.clock.monotonic()
        desk.ward.apply(desk.ward.engine.end_standby(self.chair, now), self.chair)
        desk.keep_at(self.chair, STANDBY_ENDED, person, {})
        return self.chair


def _check_place(desk: Desk, chair: str) -> None:
    """Raises `CommandRefused` for what is neither the clinic nor a chair of it."""
    if chair != CLINIC:
        desk.known_chair(chair)
