"""Treatment and notes for the chair's page: order, pump, events, values by hand, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from monitor.board.slots import UNITS
from monitor.care.closing import signed_of
from monitor.care.equipment import EQUIPMENT
from monitor.care.harm import ADVERSE, Deed, Harm, Outcome, Seriousness, harms_of, markable
from monitor.care.notes import EVENT, Noted, noted_of
from monitor.care.observations import ELSEWHERE, PERSON_MAX, Item
from monitor.care.scales import SCALES
from monitor.care.session import session_of
from monitor.care.settings import SETTINGS
from monitor.care.treatment import PumpAction, Treatment, possible, treatment_of
from monitor.clinic import Session
from monitor.commands.acts import REASON_MAX
from monitor.commands.correcting import CORRECTABLE, Correct
from monitor.commands.marking import MarkAdverse
from monitor.commands.noting import SOURCE_MAX, TEXT_MAX, ChartValues, NoteEvent
from monitor.commands.treating import NAME_MAX, NotePump, OrderInfusion
from monitor.displays import Clinic
from monitor.history import INPUT, OBSERVED, PERSON, TEXT, FactRow, name_of
from monitor.vitals import VitalSign
from monitor.web.acting import Body, LateBody, Offers, Said, SessionId
from monitor.web.archive import NotThere
from monitor.web.care import item_shown
from monitor.web.leaving import hand_over_asked, score_parts
from monitor.web.noted import correction_text, noted_text
from monitor.web.present import Json
from monitor.words import Words

Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(max_length=NAME_MAX)]
CHARTED_VITALS = (
    VitalSign.NIBP_SYSTOLIC,
    VitalSign.NIBP_DIASTOLIC,
    VitalSign.HEART_RATE,
    VitalSign.SPO2,
    VitalSign.RESPIRATORY_RATE,
    VitalSign.TEMPERATURE,
)
DAY = "%Y-%m-%d"
UNLISTED = frozenset({SETTINGS, EQUIPMENT, INPUT, "suspect"})
"""Kinds that nobody at the chair entered."""


class OrderBody(LateBody):
    """What is to be given."""

    drug: Name
    concentration_mg_ml: Number
    dose_mg: Number
    weight_kg: Number | None = None
    minutes: Number
    lot: Name = ""


class PumpBody(LateBody):
    """What somebody did at the pump; `recovery` with a stop ends the infusion too."""

    action: PumpAction
    rate_ml_h: Number | None = None
    recovery: bool = False


class EventBody(LateBody):
    """What happened at the chair."""

    event: Name
    grade: Name = ""
    text: Annotated[str, Field(max_length=TEXT_MAX)] = ""


class ChartBody(LateBody):
    """Values that no device sent, and where they are from."""

    values: Annotated[dict[VitalSign, Number], Field(max_length=16)]
    source: Annotated[str, Field(max_length=SOURCE_MAX)]


class CorrectBody(LateBody):
    """What of the entry `of` was otherwise; null and "" leave a thing as it is."""

    of: Annotated[str, Field(max_length=60)]
    reason: Annotated[str, Field(max_length=REASON_MAX)]
    withdrawn: bool = False
    grade: Name | None = None
    text: Annotated[str, Field(max_length=TEXT_MAX)] | None = None
    value: Name | Number | None = None
    person: Annotated[str, Field(max_length=PERSON_MAX)] | None = None


class AdverseBody(Body):
    """The entry `of` was an adverse event."""

    of: Annotated[str, Field(min_length=1, max_length=60)]
    seriousness: Seriousness
    done: Annotated[tuple[Deed, ...], Field(max_length=len(Deed))]
    outcome: Outcome
    text: Annotated[str, Field(max_length=TEXT_MAX)] = ""

    def told(self) -> Said:
        """Each deed once."""
        return {**self.model_dump(), "done": frozenset(self.done)}


class Treating:
    """One clinic's treatments as their nurses see them."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    async def shown(self, session_id: str) -> Json:
        """Order, pump, events and every entry of a session. Raises `NotThere`."""
        session, facts = await self._told(session_id)
        words, now_us = self._clinic.words, self._clinic.clock.utc_us()
        care, until_us = self._clinic.config.care, session.closed_us or now_us
        harms = {one.of: one for one in harms_of(facts)}
        ended = session.infusion_ended_us is not None
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
            "seen": [item_shown(item) for item in Item if item not in ELSEWHERE],
            "scores": self._scores(),
            "hand_over": hand_over_asked(self._clinic, session, facts) if ended else None,
            "harms": {
                "seriousness": [one.value for one in Seriousness],
                "done": [one.value for one in Deed],
                "outcome": [one.value for one in Outcome],
            },
            "signed": signed_of(facts) is not None,
            "latest": words.time(until_us, "%H:%M"),
            "entries": [
                {**self._entry(one, words), "adverse": _harm(harms.get(name_of(one.fact)), words)}
                for one in reversed(noted_of(facts))
                if one.fact.kind not in UNLISTED and one.fact.actor
            ],
        }

    def _scores(self) -> list[Json]:
        """The clinic's recovery score, and the other one, which an older sheet may be of."""
        own = self._clinic.ward.preset.readiness.score
        known = sorted(SCALES, key=lambda item: item.value != own) if own != "none" else []
        return [{"item": item.value, "parts": score_parts(item)} for item in known]

    async def _told(self, session_id: str) -> tuple[Session, Sequence[FactRow]]:
        facts = await self._clinic.facts(session_id)
        session = session_of(facts)
        if session is None:
            raise NotThere(f"there is no session {session_id}")
        return session, facts

    def _entry(self, one: Noted, words: Words) -> Json:
        event = str(one.data.get("event", "")) if one.fact.kind == EVENT else ""
        known = {kind.name: kind.grades for kind in self._clinic.config.care.events}
        return {
            "name": name_of(one.fact),
            "kind": one.fact.kind,
            "said": noted_text(one, words),
            "text": str(one.data.get(TEXT) or ""),
            "time": words.time(one.at_us),
            "entered": _entered(one, words),
            "entered_ms": one.fact.at_us // 1_000,
            "by": words.person(one.fact.actor),
            "manual": one.manual,
            "withdrawn": one.withdrawn,
            "event": event,
            "grade": str(one.data.get("grade") or ""),
            "grades": list(known.get(event, ())),
            "seen": _seen(one),
            "correctable": one.fact.kind in CORRECTABLE and not one.withdrawn,
            "markable": markable(one.fact) and not one.withdrawn,
            "corrections": [correction_text(told, words) for told in one.corrections],
        }


def _entered(one: Noted, words: Words) -> str:
    """When it was entered: with its day, where that is another than it happened on."""
    same = words.time(one.at_us, DAY) == words.time(one.fact.at_us, DAY)
    return words.time(one.fact.at_us, "%H:%M:%S" if same else f"{DAY} %H:%M:%S")


def _harm(harm: Harm | None, words: Words) -> Json | None:
    """What was said of an entry that was an adverse event; null where nobody said so."""
    if harm is None:
        return None
    return {
        "name": harm.name,
        "seriousness": harm.seriousness.value,
        "done": [one.value for one in harm.done],
        "outcome": harm.outcome.value,
        "text": harm.text,
        "said": f"{ADVERSE}, {harm.said()} ({words.person(harm.actor)} "
        f"{words.time(harm.marked_us, '%H:%M')})",
    }


def _seen(one: Noted) -> Json | None:
    """What was seen at the chair, as it can be said otherwise; null for every other kind."""
    if one.fact.kind != OBSERVED:
        return None
    item, value = Item(str(one.data["item"])), one.data["value"]
    return {**item_shown(item), "value": value, "person": str(one.data.get(PERSON, ""))}


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


def add_treating(acts: APIRouter, clinic: Clinic, offers: Offers) -> None:
    """The routes, for those who are signed in: names and words are in them."""
    treating = Treating(clinic)

    @acts.get("/api/sessions/{session}/treatment")
    async def shown(session: SessionId) -> Json:
        """Order, pump, totals, the clinic's events, and every entry with its corrections."""
        return await treating.shown(session)

    offers.offer(
        "order", OrderInfusion, OrderBody, "What is to be given, from now or when it was ordered."
    )
    offers.offer(
        "pump", NotePump, PumpBody, "What somebody did at the pump; Chairside commands none."
    )
    offers.offer("events", NoteEvent, EventBody, "Something happened at the chair, now or earlier.")
    offers.offer(
        "adverse",
        MarkAdverse,
        AdverseBody,
        "An entry was an adverse event: how serious, what was done, how it ended.",
    )
    offers.offer("charted", ChartValues, ChartBody, "Values measured by hand or from paper.")
    offers.offer(
        "corrections",
        Correct,
        CorrectBody,
        "An entry was at another time, was otherwise, or never was; of a closed session too.",
    )
