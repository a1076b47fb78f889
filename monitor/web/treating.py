"""Treatment and notes for the chair's page: order, pump, events, values by hand, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.board.slots import UNITS
from monitor.care.notes import EVENT, Correction, Noted, noted_of
from monitor.care.settings import SETTINGS
from monitor.care.treatment import PumpAction, Treatment, possible, treatment_of
from monitor.clinic import Session
from monitor.commands.acts import REASON_MAX
from monitor.commands.noting import (
    CORRECTABLE,
    SOURCE_MAX,
    TEXT_MAX,
    ChartValues,
    Correct,
    NoteEvent,
)
from monitor.commands.treating import NAME_MAX, NotePump, OrderInfusion
from monitor.displays import Clinic
from monitor.errors import CommandRefused
from monitor.history import HAPPENED, INPUT, TEXT, FactRow, name_of, session_of
from monitor.vitals import VitalSign
from monitor.web.answers import Done, Execute
from monitor.web.archive import NotThere
from monitor.web.fact_text import fact_text
from monitor.web.present import Json
from monitor.words import Words

SessionId = Annotated[str, PathParameter(max_length=100)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(max_length=NAME_MAX)]
Clock = Annotated[str, Field(pattern=r"^([0-2]\d:[0-5]\d(:[0-5]\d)?)?$")]
"""A time of day on the clinic's clocks; "" for now."""
MINUTE_US = 60_000_000
CHARTED_VITALS = (
    VitalSign.NIBP_SYSTOLIC,
    VitalSign.NIBP_DIASTOLIC,
    VitalSign.HEART_RATE,
    VitalSign.SPO2,
    VitalSign.RESPIRATORY_RATE,
    VitalSign.TEMPERATURE,
)
UNLISTED = frozenset({SETTINGS, INPUT, "suspect"})
"""Kinds that nobody at the chair entered."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrderBody(_Body):
    """What is to be given."""

    drug: Name
    concentration_mg_ml: Number
    dose_mg: Number
    weight_kg: Number | None = None
    minutes: Number
    lot: Name = ""
    happened: Clock = ""


class PumpBody(_Body):
    """What somebody did at the pump; `recovery` with a stop ends the infusion too."""

    action: PumpAction
    rate_ml_h: Number | None = None
    recovery: bool = False
    happened: Clock = ""


class EventBody(_Body):
    """What happened at the chair."""

    event: Name
    grade: Name = ""
    text: Annotated[str, Field(max_length=TEXT_MAX)] = ""
    happened: Clock = ""


class ChartBody(_Body):
    """Values that no device sent, and where they are from."""

    values: Annotated[dict[VitalSign, Number], Field(max_length=16)]
    source: Annotated[str, Field(max_length=SOURCE_MAX)]
    happened: Clock = ""


class CorrectBody(_Body):
    """What of the entry `of` was otherwise; null and "" leave a thing as it is."""

    of: Annotated[str, Field(max_length=60)]
    reason: Annotated[str, Field(max_length=REASON_MAX)]
    withdrawn: bool = False
    grade: Name | None = None
    text: Annotated[str, Field(max_length=TEXT_MAX)] | None = None
    happened: Clock = ""


class Treating:
    """One clinic's treatments as their nurses see them."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    async def shown(self, session_id: str) -> Json:
        """Order, pump, events and every entry of a session. Raises `NotThere`."""
        session, facts = await self._told(session_id)
        words, now_us = self._words(), self._clinic.clock.utc_us()
        care, until_us = self._clinic.config.care, session.closed_us or now_us
        return {
            "session": session.id,
            "as_of": words.time(now_us),
            "as_of_ms": now_us // 1_000,
            "drug": care.drug,
            "planned_minutes": session.planned_minutes,
            "order": _order(treatment_of(facts), words),
            "pump": _pump(facts, until_us, words),
            "events": [
                {
                    "name": one.name,
                    "key": one.key,
                    "grades": list(one.grades),
                    "every_minutes": one.every_minutes,
                }
                for one in care.events
            ],
            "charted": [
                {
                    "vital": one.value,
                    "label": one.codes.label,
                    "unit": UNITS.get(one.codes.unit, one.codes.unit),
                }
                for one in CHARTED_VITALS
            ],
            "entries": [
                self._entry(one, words)
                for one in reversed(noted_of(facts))
                if one.fact.kind not in UNLISTED and one.fact.actor
            ],
        }

    async def moment(self, session_id: str, said: str) -> int | None:
        """When the clinic's clocks showed that within the session; None for now.

        A minute without its seconds that began before the patient sat down is when they did.
        """
        if not said:
            return None
        session, _ = await self._told(session_id)
        now_us = self._clinic.clock.utc_us()
        until_us = min(session.closed_us or now_us, now_us)
        try:
            at_us = self._words().moment(said, until_us)
        except ValueError:
            raise CommandRefused(
                f"{said} is no time of day", why="hours go to 23", fix="enter hours and minutes"
            ) from None
        opening = said.count(":") == 1 and 0 < session.opened_us - at_us < MINUTE_US
        return session.opened_us if opening else at_us

    async def _told(self, session_id: str) -> tuple[Session, Sequence[FactRow]]:
        facts: Sequence[FactRow] = self._clinic.ward.facts.ledger.of(session_id)
        if not facts:
            facts = await self._clinic.history.facts(session_id)
        session = session_of(facts)
        if session is None:
            raise NotThere(f"there is no session {session_id}")
        return session, facts

    def _words(self) -> Words:
        return Words.of(self._clinic.config, self._clinic.people.names())

    def _entry(self, one: Noted, words: Words) -> Json:
        event = str(one.data.get("event", "")) if one.fact.kind == EVENT else ""
        known = {kind.name: kind.grades for kind in self._clinic.config.care.events}
        return {
            "name": name_of(one.fact),
            "kind": one.fact.kind,
            "said": _said(one),
            "text": str(one.data.get(TEXT) or ""),
            "time": words.time(one.at_us),
            "entered": words.time(one.fact.at_us),
            "entered_ms": one.fact.at_us // 1_000,
            "by": words.person(one.fact.actor),
            "manual": one.manual,
            "withdrawn": one.withdrawn,
            "event": event,
            "grade": str(one.data.get("grade") or ""),
            "grades": list(known.get(event, ())),
            "correctable": one.fact.kind in CORRECTABLE and not one.withdrawn,
            "corrections": [_correction(told, words) for told in one.corrections],
        }


def _said(one: Noted) -> str:
    """The entry in words as it stands, without the private words that stand beside it."""
    return fact_text(replace(one.fact, data=one.data))


def _correction(told: Correction, words: Words) -> str:
    """`withdrawn 14:10 R. Kessler: slip`, or what was so instead."""
    how = "withdrawn" if told.withdrawn else "corrected"
    if HAPPENED in told.instead:
        how = f"time corrected to {words.time(int(told.instead[HAPPENED] or 0))}"
    elif told.instead.get("grade"):
        how = f"now {told.instead['grade']}"
    return f"{how}, {words.time(told.at_us)} {words.person(told.actor)}: {told.reason}"


def _order(treatment: Treatment, words: Words) -> Json | None:
    order = treatment.order
    if order is None:
        return None
    return {
        "drug": order.drug,
        "concentration_mg_ml": order.concentration_mg_ml,
        "dose_mg": order.dose_mg,
        "weight_kg": order.weight_kg,
        "dose_mg_kg": order.dose_mg_kg,
        "minutes": order.minutes,
        "lot": order.lot,
        "volume_ml": order.volume_ml,
        "rate_ml_h": order.rate_ml_h,
        "time": words.time(order.at_us, "%H:%M"),
        "by": words.person(order.actor),
    }


def _pump(facts: Sequence[FactRow], now_us: int, words: Words) -> Json:
    seen = treatment_of(facts)

    def told(at_us: int | None) -> str:
        return words.time(at_us, "%H:%M:%S") if at_us else ""

    return {
        "can": [action.value for action in possible(facts)],
        "rate_ml_h": seen.rate_ml_h,
        "running": seen.running,
        "started": told(seen.started_us),
        "paused": told(seen.paused_us),
        "stopped": told(seen.stopped_us),
        "elapsed_s": seen.elapsed_s(now_us),
        "infused_ml": seen.infused_ml(now_us),
        "total_mg": seen.total_mg(now_us),
        "remaining_ml": seen.remaining_ml(now_us),
        "remaining_s": seen.remaining_s(now_us),
        "steps": [
            {"action": one.action.value, "rate_ml_h": one.rate_ml_h, "time": told(one.at_us)}
            for one in seen.steps
        ],
    }


def add_treating(acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes, for those who are signed in: names and words are in them."""
    treating = Treating(clinic)

    @acts.get("/api/sessions/{session}/treatment")
    async def shown(session: SessionId) -> Json:
        """Order, pump, totals, the clinic's events, and every entry with its corrections."""
        return await treating.shown(session)

    @acts.post("/api/sessions/{session}/order")
    async def order(request: Request, session: SessionId, body: OrderBody) -> Done:
        """What is to be given, from now on or from when it was ordered."""
        at_us = await treating.moment(session, body.happened)
        said = body.model_dump(exclude={"happened"})
        return await execute(
            OrderInfusion(session=session, actor=request.state.actor, happened_us=at_us, **said)
        )

    @acts.post("/api/sessions/{session}/pump")
    async def pump(request: Request, session: SessionId, body: PumpBody) -> Done:
        """What somebody did at the pump; Chairside commands none."""
        at_us = await treating.moment(session, body.happened)
        return await execute(
            NotePump(
                session=session,
                actor=request.state.actor,
                action=body.action,
                rate_ml_h=body.rate_ml_h,
                recovery=body.recovery,
                happened_us=at_us,
            )
        )

    @acts.post("/api/sessions/{session}/events")
    async def event(request: Request, session: SessionId, body: EventBody) -> Done:
        """Something happened at the chair, now or earlier."""
        at_us = await treating.moment(session, body.happened)
        said = body.model_dump(exclude={"happened"})
        return await execute(
            NoteEvent(session=session, actor=request.state.actor, happened_us=at_us, **said)
        )

    @acts.post("/api/sessions/{session}/charted")
    async def charted(request: Request, session: SessionId, body: ChartBody) -> Done:
        """Values measured by hand or from paper."""
        at_us = await treating.moment(session, body.happened)
        return await execute(
            ChartValues(
                session=session,
                actor=request.state.actor,
                values=body.values,
                source=body.source,
                happened_us=at_us,
            )
        )

    @acts.post("/api/sessions/{session}/corrections")
    async def correct(request: Request, session: SessionId, body: CorrectBody) -> Done:
        """An entry was at another time, had another grade or other words, or never was."""
        at_us = await treating.moment(session, body.happened)
        said = body.model_dump(exclude={"happened"})
        return await execute(
            Correct(session=session, actor=request.state.actor, happened_us=at_us, **said)
        )
