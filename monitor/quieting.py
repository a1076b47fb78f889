"""Taking sound away for a while and giving it back: rules suspended, chairs on standby.

Each act is kept as a fact of its person, with the reason. Knows the ward and
session facts; knows no page, SQL or format.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.clinic import Person
from monitor.errors import CommandRefused
from monitor.history import STANDBY, STANDBY_ENDED, SUSPENDED, SUSPENSION_ENDED
from monitor.ward import Data, Ward

REASON_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendRule:
    """A named person takes the sound of one rule at a chair away for `seconds`, and says why."""

    chair: str
    rule: str
    seconds: float
    reason: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSuspension:
    """A suspended rule sounds again."""

    chair: str
    rule: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandBy:
    """The patient is away or the probe is changed: equipment alarms are silent for `seconds`."""

    chair: str
    seconds: float
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStandby:
    """The patient is back."""

    chair: str
    actor: str


Quieting = SuspendRule | EndSuspension | StandBy | EndStandby


def quiet(ward: Ward, command: Quieting, person: Person) -> str:
    """Do it. The chair's id; raises `CommandRefused`, with nothing changed."""
    now, chair = ward.clock.monotonic(), command.chair
    data: Data
    match command:
        case SuspendRule():
            check_reason(command.reason)
            events = ward.engine.suspend(chair, command.rule, now, command.seconds)
            reason = command.reason.strip()
            kind = SUSPENDED
            data = {"rule": command.rule, "seconds": command.seconds, "reason": reason}
        case EndSuspension():
            events = ward.engine.end_suspension(chair, command.rule, now)
            kind, data = SUSPENSION_ENDED, {"rule": command.rule}
        case StandBy():
            events = ward.engine.stand_by(chair, now, command.seconds)
            kind, data = STANDBY, {"seconds": command.seconds}
        case EndStandby():
            events = ward.engine.end_standby(chair, now)
            kind, data = STANDBY_ENDED, {}
    ward.apply(events, chair)
    _keep(ward, kind, chair, person, data)
    return chair


def check_reason(reason: str) -> None:
    """Raises `CommandRefused` for none, or one that is too long to be read."""
    if not reason.strip() or len(reason) > REASON_MAX:
        raise CommandRefused(
            "a reason is missing",
            why=f"this is kept with who did it and why, in 1 to {REASON_MAX} characters",
            fix="say why in a few words",
        )


def _keep(ward: Ward, kind: str, chair: str, person: Person, data: Data) -> None:
    session = ward.seating.at(chair)
    of = session.id if session else None
    ward.fact(ward.new_fact(kind, chair=chair, session=of, actor=person.id, data=data))
