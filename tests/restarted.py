"""An engine and what the record would hold of it: killed, and started again from that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from monitor.alerts import AlarmEvent, AlarmState, Engine, Reason
from monitor.clinic import Phase
from monitor.clock import Clock
from monitor.conditions import Preset
from monitor.errors import CommandRefused
from monitor.history import (
    ACKNOWLEDGED,
    ARMS,
    AUDIO_PAUSED,
    BASELINE,
    CORRECTED,
    ENDED,
    LIMITS,
    MOVED,
    OBSERVED,
    PHASE,
    SEATED,
    STANDBY,
    STANDBY_ENDED,
    SUSPENDED,
    SUSPENSION_ENDED,
    Data,
    FactRow,
    ReadingRow,
    TransitionRow,
    name_of,
)
from monitor.journal import reading_row, transition_row
from monitor.resuming import past_of, restore
from monitor.vitals import Reading, VitalSign
from tests.acts import Act, act, engine_of

FEW = 16


def valid(rows: list[ReadingRow]) -> list[ReadingRow]:
    """Those that count in full, in order of time."""
    found = [one for one in rows if one.validity.believed and not one.late]
    return sorted(found, key=lambda one: one.sampled_at_us)


@dataclass
class Kept:
    """One run of the engine, and what the record would hold of it; `events` are of this run."""

    engine: Engine
    now: float = 0.0
    facts: list[FactRow] = field(default_factory=list)
    readings: list[ReadingRow] = field(default_factory=list)
    steps: list[TransitionRow] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    events: list[AlarmEvent] = field(default_factory=list)
    run: int = 0

    def __post_init__(self) -> None:
        self.clock = Clock(lambda: self.now, epoch_us=0)

    def play(self, acts: Iterable[Act]) -> None:
        """Do these acts."""
        for began, chair, what, argument in acts:
            self.pass_time(round(began * 1e6) / 1e6)
            self._act(self.now, chair, what, argument)

    def pass_time(self, now: float) -> None:
        """Nothing happens until then."""
        self.now = now
        self._keep(self.engine.advance(now))

    def _act(self, at: float, chair: str, what: str, argument: object) -> None:
        match what, argument:
            case "seat", (str() as session, Phase() as phase):
                self.sessions[chair] = session
                self._fact(at, chair, SEATED, {"patient_ref": "A", "planned_minutes": 40})
                self._fact(at, chair, PHASE, {"phase": phase.value})
            case "phase", Phase() as phase:
                self._fact(at, chair, PHASE, {"phase": phase.value})
                if phase is Phase.CLOSED:
                    closed = self.sessions.pop(chair)
                    others = [fact for fact in self.facts[:-1] if fact.session != closed]
                    self.facts = [*others, self.facts[-1]]
            case "move", str() as to:
                self._fact(at, chair, MOVED, {"from": chair, "to": to})
                self.sessions[to] = self.sessions.pop(chair)
            case "frame", (str() as device, list() as readings):
                argument = device, [self._named(one, chair) for one in readings]
                self.readings += [reading_row(one) for one in argument[1]]
            case "gate" | "two", _:  # the line is asked anew after a restart, not the record
                pass
            case "baseline" | "limits" | "score" | "arms", _:
                if chair not in self.sessions:
                    return
                self._know(at, chair, what, argument)
            case "end" | "acknowledge", _:
                self._see(at, chair, what, argument)
                return
            case _:
                self._silence(at, chair, what, argument)
                return
        self._keep(act(self.engine, at, chair, what, argument))

    def _see(self, at: float, chair: str, what: str, argument: object) -> None:
        """Kept as a fact where an alarm was acknowledged, or ended by a person."""
        events = act(self.engine, at, chair, what, argument)
        for event in events:
            one = event.alarm
            if event.reason is Reason.ACKNOWLEDGED:
                self._fact(at, chair, ACKNOWLEDGED, {"alarm": one.id})
            elif event.reason is Reason.UNUSABLE:
                rule, instance = one.condition, one.instance
                self._fact(at, chair, ENDED, {"alarm": one.id, "rule": rule, "instance": instance})
        self._keep(events)

    def _know(self, at: float, chair: str, what: str, argument: object) -> None:
        """Kept as a fact of the patient."""
        if isinstance(argument, bool):
            probe = "left" if argument else "right"
            self._fact(at, chair, ARMS, {"cuff": "left", "probe": probe})
        elif isinstance(argument, float):
            self._fact(at, chair, OBSERVED, {"item": "MOAA/S", "value": argument})
        elif argument is None:
            self._withdraw(at, chair)
        elif isinstance(argument, dict):
            named: Data = {str(getattr(key, "value", key)): one for key, one in argument.items()}
            self._fact(at, chair, BASELINE if what == "baseline" else LIMITS, named)

    def _withdraw(self, at: float, chair: str) -> None:
        """Every score of the patient was a mistake."""
        mine = [fact for fact in self.facts if fact.session == self.sessions[chair]]
        for fact in mine:
            if fact.kind == OBSERVED:
                of: Data = {"of": name_of(fact), "reason": "another patient", "withdrawn": True}
                self._fact(at, chair, CORRECTED, of)

    def _pause(self, at: float, chair: str, seconds: float) -> None:
        try:
            self._keep(self.engine.pause_audio(chair, "rk", at, seconds))
        except CommandRefused:
            self._keep(self.engine.advance(at))
            return
        if self.engine.audio_paused_until(chair) == at + seconds:
            self._fact(at, chair, AUDIO_PAUSED, {"seconds": seconds})

    def _silence(self, at: float, chair: str, what: str, argument: object) -> None:
        """Kept as a fact when it was not refused."""
        if what == "pause" and isinstance(argument, float):
            self._pause(at, chair, argument)
            return
        self._keep(self.engine.advance(at))
        before = dict(self.engine.silences(chair).suspended)
        stood = self.engine.silences(chair).standby_until_s
        self._keep(act(self.engine, at, chair, what, argument))
        after = self.engine.silences(chair)
        for rule in after.suspended.keys() - before.keys():
            seconds = round(after.suspended[rule].until_s - at, 6)
            self._fact(at, chair, SUSPENDED, {"rule": rule, "seconds": seconds})
        for rule in before.keys() - after.suspended.keys():
            self._fact(at, chair, SUSPENSION_ENDED, {"rule": rule})
        if after.standby_until_s is not None and stood is None:
            self._fact(at, chair, STANDBY, {"seconds": after.standby_until_s - at})
        if after.standby_until_s is None and stood is not None:
            self._fact(at, chair, STANDBY_ENDED, {})

    def _named(self, one: Reading, chair: str) -> Reading:
        """With its session, and on a clock of whole microseconds, as the record keeps it."""
        return replace(
            one,
            session=self.sessions.get(chair),
            sampled_s=one.sampled_at_us / 1e6,
            received_s=one.received_at_us / 1e6,
        )

    def _fact(self, at: float, chair: str, kind: str, data: Data) -> None:
        self.facts.append(
            FactRow(
                at_us=round(at * 1e6),
                ordinal=len(self.facts),
                session=self.sessions.get(chair),
                chair=chair,
                kind=kind,
                actor="rk",
                data=data,
            )
        )

    def _keep(self, events: list[AlarmEvent]) -> None:
        self.events += events
        self.steps += [transition_row(event, self.clock.to_utc_us, "") for event in events]

    def killed(self, rules: Preset, back: float | None = None) -> Self:
        """A new engine, there again at that second, that knows what this run's record holds."""
        self.now = self.now if back is None else back
        again = replace(
            self,
            engine=engine_of(rules, run=f"r{self.run + 1}-"),
            run=self.run + 1,
            facts=[*self.facts],
            readings=[*self.readings],
            steps=[*self.steps],
            sessions=dict(self.sessions),
            events=[],
        )
        past = past_of(self, round(self.now * 1e6), rules, again.engine.probes())
        restore(again, asyncio.run(past))
        again.pass_time(self.now)
        return again

    # What `past_of` asks of the record.

    async def open_facts(self, _: int) -> list[FactRow]:
        return self.facts

    async def transitions(self, session: str) -> list[TransitionRow]:
        return [step for step in self.steps if step.session == session]

    async def apart(self, _: int) -> list[TransitionRow]:
        return [step for step in self.steps if step.session is None]

    async def open_alarms(self) -> list[TransitionRow]:
        last = {step.alarm: step for step in self.steps}
        over = AlarmState.RESOLVED.value
        return [step for step in last.values() if step.to_state != over]

    async def recent(self, from_us: int, _: int) -> list[ReadingRow]:
        return [one for one in self.readings if one.sampled_at_us >= from_us or one.vital.episodic]

    async def earlier(
        self, session: str, vitals: frozenset[VitalSign], from_us: int, to_us: int
    ) -> list[ReadingRow]:
        return [
            one
            for one in self.readings
            if one.session == session
            if from_us <= one.sampled_at_us < to_us and one.vital in vitals
        ]

    async def valid_before(
        self,
        session: str,
        vitals: frozenset[VitalSign],
        at_us: int,
        *,
        device: str | None = None,
    ) -> list[ReadingRow]:
        rows = valid(await self.earlier(session, vitals, 0, at_us))
        return [one for one in rows if device in (None, one.device)][-FEW:][::-1]

    async def valid_since(
        self, session: str, vitals: frozenset[VitalSign], at_us: int
    ) -> list[ReadingRow]:
        until_us = round(self.now * 1e6)
        return valid(await self.earlier(session, vitals, at_us, until_us))[:FEW]

    # What `restore` shows, beside engine and clock.

    def show_again(self, *_: object) -> None:
        """No screen here."""

    def redraw_all(self) -> None:
        """No screen here."""
