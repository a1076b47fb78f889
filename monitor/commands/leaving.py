"""The way out: hand-over to the sitter, closing, turning a chair over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from monitor.alerts import AlarmState
from monitor.care.attribution import readings_of
from monitor.care.observations import checked_person
from monitor.care.readiness import OpenAlarm, Readiness, readiness
from monitor.care.ready import ready_us
from monitor.care.session import entered, session_of
from monitor.care.turnover import CUFF, KEPT, OFF, PROBE, SENSORS, kept_of, ready_told
from monitor.clinic import Person, Phase, Session
from monitor.commands.acts import Act, Desk, Past, SessionAct, check_reason
from monitor.commands.noting import happened
from monitor.commands.seating import enter_phase
from monitor.conditions import Priority
from monitor.errors import CommandRefused
from monitor.history import (
    HANDED_OVER,
    JOURNAL_DUE,
    NEXT_SESSION,
    PERSON,
    TURNED_OVER,
    Data,
    FactRow,
    name_of,
)
from monitor.people import Permission
from monitor.ward import Ward

ACTIVE = (AlarmState.ACTIVE_UNACK, AlarmState.ACTIVE_ACK)
YEAR_US = 366 * 86_400_000_000
"""Nobody means a next session, or a journal, later than that."""


def gate_of(ward: Ward, session: Session) -> Readiness:
    """May this patient leave now, by what the ward knows of them?"""
    to_us = ward.clock.to_utc_us
    alarms = [
        OpenAlarm(alarm.message, alarm.priority, to_us(alarm.onset_s))
        for alarm in ward.engine.alarms(session.chair)
    ]
    return readiness(session, ward.lately(session), alarms, ward.clock.utc_us(), ward.preset)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(SessionAct):
    """The sitter took the patient over and was told every point of advice, now or at `happened_us`.

    It is not before the infusion's end. The next session and the journal lie after it.
    """

    sitter: str
    points: tuple[str, ...]
    next_us: int | None = None
    journal_due_us: int | None = None
    happened_us: int | None = None

    def upon(self, desk: Desk, person: Person, session: Session, _: Sequence[FactRow]) -> str:
        """The hand-over's name as a fact, by which it can be corrected."""
        when = happened(desk, session, self.happened_us)
        at_us = desk.ward.clock.utc_us() if self.happened_us is None else self.happened_us
        _check_recovering(session, at_us)
        sitter = checked_person(self.sitter)
        self._check_points(desk)
        times = {NEXT_SESSION: self.next_us, JOURNAL_DUE: self.journal_due_us}
        told = {key: due_us for key, due_us in times.items() if due_us is not None}
        for key, due_us in told.items():
            _check_ahead(key, due_us, at_us)
        data: Data = {PERSON: sitter, **dict.fromkeys(self.points, True), **told, **when}
        return name_of(desk.note(session, HANDED_OVER, person, data))

    def _check_points(self, desk: Desk) -> None:
        wanted = {point.id: point.text for point in desk.config.leaving.advice}
        missing = [text for name, text in wanted.items() if name not in self.points]
        strange = sorted(set(self.points) - wanted.keys())
        if missing or strange:
            raise CommandRefused(
                "the sitter was not told everything",
                why="; ".join([*(f"not given: {text}" for text in missing), *strange]),
                fix="tell them each point, and tick it",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSession(Act):
    """The patient leaves. `cuff` and `probe` are off, or kept on for a `reason`.

    Refused while the leave gate does not hold; before an infusion, while an alarm of
    HIGH priority is active.
    """

    session: str
    cuff: str
    probe: str
    reason: str = ""
    would_be_us: int | None = None

    async def prepared(self, desk: Desk, past: Past) -> Self:
        """With the time from which on the patient could have left, from the record."""
        facts = list(desk.ward.facts.ledger.of(self.session))
        session = session_of(facts)
        if session is None or session.infusion_ended_us is None:
            return self
        await desk.ward.record.commit()
        rows = await readings_of(past, self.session, facts)
        steps = await past.transitions(self.session)
        leaving = entered(session, Phase.CLOSED, desk.ward.clock.utc_us())
        found = await asyncio.to_thread(ready_us, leaving, facts, rows, steps, desk.ward.preset)
        return replace(self, would_be_us=found)

    def do(self, desk: Desk, person: Person) -> str:
        """The session's id."""
        session = desk.open_session(self.session)
        if session.phase is Phase.INFUSION:
            raise CommandRefused(
                "a session cannot be closed during the infusion",
                why="from there it goes to RECOVERY",
                fix="end the infusion first",
            )
        turned = _turned(self.cuff, self.probe, self.reason)
        missing = missing_of(desk.ward, session)
        enter_phase(desk, person, session, Phase.CLOSED, self._allowed(missing))
        data: Data = {**turned, "ready_us": self._ready_us(desk, session, missing)}
        desk.keep_of(session, TURNED_OVER, person, data)
        desk.ward.turn_over(session.chair)
        return session.id

    def _allowed(self, missing: str) -> Data:
        """What is kept with the end. Raises `CommandRefused` while something is missing."""
        if missing:
            raise CommandRefused(
                "this patient may not leave yet",
                why=missing,
                fix="see to each of these, or let a clinician close it with a reason",
            )
        return {}

    def _ready_us(self, desk: Desk, session: Session, missing: str) -> int | None:
        """Ready now, if the readings of the last seconds say so and nothing before did."""
        if missing or session.phase is not Phase.RECOVERY:
            return None
        return self.would_be_us or desk.ward.clock.utc_us()


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAnyway(CloseSession):
    """A clinician lets a patient leave although something is missing, for a reason."""

    permission: ClassVar[Permission] = Permission.SIGN
    override: str

    def _allowed(self, missing: str) -> Data:
        check_reason(self.override)
        return {"override": self.override.strip(), "missing": missing} if missing else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOver(Act):
    """The chair is made free: what was kept on the patient who left is off by now."""

    chair: str
    cuff: str
    probe: str
    reason: str = ""

    def do(self, desk: Desk, person: Person) -> str:
        """The chair's id."""
        desk.known_chair(self.chair)
        left = desk.ward.facts.ledger.left(self.chair)
        if not kept_of(left):
            raise CommandRefused(
                f"nothing was kept on at chair {self.chair}",
                why="whoever left last has neither cuff nor probe on",
                fix="reload the page",
            )
        turned = _turned(self.cuff, self.probe, self.reason)
        data: Data = {**turned, "ready_us": ready_told(left)}
        desk.keep(TURNED_OVER, person, data, self.chair, left[0].session)
        desk.ward.turn_over(self.chair)
        return self.chair


def missing_of(ward: Ward, session: Session) -> str:
    """What holds this patient back, in words; "" for nothing."""
    if session.phase is Phase.RECOVERY:
        checks = gate_of(ward, session).checks
        return "; ".join(f"{one.name}: {one.said}" for one in checks if not one.holds)
    active = [one for one in ward.engine.alarms(session.chair) if one.state in ACTIVE]
    high = [one.message for one in active if one.priority is Priority.HIGH]
    return f"Open alarms: {', '.join(high)}" if high else ""


def _turned(cuff: str, probe: str, reason: str) -> dict[str, str]:
    said = {CUFF: cuff, PROBE: probe}
    unsaid = [name for name in SENSORS if said[name] not in (OFF, KEPT)]
    if unsaid:
        raise CommandRefused(
            "the chair is not turned over",
            why=f"are these off: {' and '.join(unsaid)}?",
            fix="say for each that it is off, or kept on and why",
        )
    if KEPT in said.values():
        check_reason(reason)
        return {**said, "reason": reason.strip()}
    return said


def _check_recovering(session: Session, at_us: int) -> None:
    ended_us = session.infusion_ended_us
    if ended_us is None or at_us < ended_us:
        where = session.phase.value if ended_us is None else "the infusion"
        raise CommandRefused(
            f"a patient in {where} is not handed over",
            why="the sitter is told on the way out, in RECOVERY",
            fix="end the infusion first, or enter when the sitter was told",
        )


def _check_ahead(key: str, due_us: int, at_us: int) -> None:
    if not at_us < due_us < at_us + YEAR_US:
        name = "next session" if key == NEXT_SESSION else "journal"
        raise CommandRefused(
            f"the time of the {name} is not right",
            why="it lies before the hand-over, or more than a year after it",
            fix="enter its day and time again",
        )
