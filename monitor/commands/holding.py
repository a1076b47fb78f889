"""Whether anything holds an infusion back now, and going on over it by name and with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.care.arrival import HELD, HOLD_OVERRIDDEN, arrival_of
from monitor.care.baseline import determinations
from monitor.care.holding import Hold, counting, holds_of, uncovered
from monitor.clinic import Person, Session
from monitor.commands.acts import Act, Desk, check_reason
from monitor.config import Config
from monitor.errors import CommandRefused
from monitor.history import Data
from monitor.ward import Ward


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideHold(Act):
    """A named person goes on over what holds the infusion back.

    `keys` name the holds that they were shown; what came since is not overridden.
    """

    session: str
    keys: Sequence[str]
    reason: str

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = before_infusion(desk.open_session(self.session))
        check_reason(self.reason)
        holds = [one for one in held_back(desk.ward, desk.config, session) if one.key in self.keys]
        if not holds:
            raise CommandRefused(
                "nothing is held back by what you were shown",
                why="it was measured or answered anew meanwhile, or overridden already",
                fix="look at the arrival again",
            )
        data: Data = {
            "limits": told(holds),
            "reason": self.reason.strip(),
            **{HELD + one.key: one.value for one in holds},
        }
        desk.note(session, HOLD_OVERRIDDEN, person, data)
        return session.id


def all_holds(ward: Ward, config: Config, session: Session) -> tuple[Hold, ...]:
    """Everything that holds this session's infusion back now, overridden or not."""
    arrival = arrival_of(ward.facts.ledger.of(session.id))
    now_us = ward.clock.utc_us()
    measured = ward.measured_baseline(session, now_us)
    cuffs = determinations(ward.lately(session), session.opened_us, ward.preset)
    readings = counting((measured.values, session.baseline), cuffs)
    return holds_of(arrival, readings, config.arrival.hold, config.arrival.questions)


def held_back(ward: Ward, config: Config, session: Session) -> tuple[Hold, ...]:
    """What holds this session's infusion back now and nobody has overridden."""
    arrival = arrival_of(ward.facts.ledger.of(session.id))
    return uncovered(all_holds(ward, config, session), arrival)


def check_holds(desk: Desk, session: Session) -> None:
    """Raises `CommandRefused` while anything holds this session's infusion back."""
    holds = held_back(desk.ward, desk.config, session)
    if holds:
        raise CommandRefused(
            "the infusion is held back",
            why=told(holds),
            fix="measure or ask again, or go on by your name with a reason (arrival: OVERRIDE)",
        )


def before_infusion(session: Session) -> Session:
    """The session, while its infusion has not begun. Raises `CommandRefused`."""
    if session.infusion_started_us is not None:
        raise CommandRefused(
            "the infusion has begun",
            why="this is part of the arrival",
            fix="enter what is seen now at the chair, or correct what was entered",
        )
    return session


def told(holds: Sequence[Hold]) -> str:
    """Holds in one line."""
    return "; ".join(one.words for one in holds)
