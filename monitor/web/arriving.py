"""A patient's arrival on the chair's page: what was asked and seen, and what holds back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.care.arrival import Arrival, arrival_of
from monitor.care.baseline import told
from monitor.care.observations import PERSON_MAX
from monitor.clinic import Arm, Session
from monitor.commands.acts import REASON_MAX
from monitor.commands.arms import SetArms
from monitor.commands.arriving import (
    ANSWER_MAX,
    PHONE_MAX,
    AnswerQuestions,
    ConfirmBaseline,
    Renumber,
    SetSitter,
)
from monitor.commands.holding import OverrideHold, all_holds
from monitor.displays import Clinic
from monitor.vitals import VitalSign
from monitor.web.answers import Done, Execute
from monitor.web.archive import NotThere
from monitor.web.present import Json
from monitor.words import Words

SessionId = Annotated[str, PathParameter(max_length=100)]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_MAX)]
Key = Annotated[str, Field(max_length=60)]
Pressure = Annotated[int, Field(ge=0, le=400)] | None
KEYS_MAX = 40


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SitterBody(_Body):
    """Who comes along, and what was made sure of."""

    person: Annotated[str, Field(min_length=1, max_length=PERSON_MAX)]
    phone: Annotated[str, Field(max_length=PHONE_MAX)] = ""
    stays: bool
    drives: bool
    briefed: bool


class ArmsBody(_Body):
    """On which arm the cuff and the probe are."""

    cuff: Arm
    probe: Arm


class AnswersBody(_Body):
    """Answers by the question's id: yes or no, or words."""

    answers: Annotated[
        dict[Key, Annotated[str, Field(max_length=ANSWER_MAX)]], Field(max_length=KEYS_MAX)
    ]


class ConfirmBody(_Body):
    """The cuff baseline that was shown, in mmHg; null where there was none."""

    systolic: Pressure
    diastolic: Pressure


class OverrideBody(_Body):
    """Which holds were shown and are gone over, and why."""

    keys: Annotated[list[Key], Field(min_length=1, max_length=KEYS_MAX)]
    reason: Reason


class NumberBody(_Body):
    """The how-manieth infusion of which course it is, and why it was counted otherwise."""

    infusion: int
    course: int
    reason: Reason


class Arrivals:
    """One clinic's arrivals as their nurses see them."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def shown(self, session_id: str) -> Json:
        """The arrival of an open session. Raises `NotThere`."""
        ward, config = self._clinic.ward, self._clinic.config
        session = ward.seating.find(session_id)
        if session is None:
            raise NotThere(f"there is no open session {session_id}")
        arrival = arrival_of(ward.facts.ledger.of(session.id))
        words = Words.of(config, self._clinic.people.names())
        return {
            "session": session.id,
            "begun": session.infusion_started_us is not None,
            "seated": words.time(session.opened_us, "%H:%M"),
            "infusion": arrival.infusion,
            "course": arrival.course,
            "course_infusions": config.arrival.course_infusions,
            "sitter": _sitter(arrival, words),
            "arms": {"cuff": arrival.arms.cuff.value, "probe": arrival.arms.probe.value}
            if arrival.arms
            else None,
            "questions": [
                {
                    "id": one.id,
                    "text": one.text,
                    "kind": one.kind,
                    "must": one.must,
                    "answer": arrival.answers.get(one.id, ""),
                }
                for one in config.arrival.questions
            ],
            "measured": self._measured(session),
            "confirmed": _confirmed(arrival, words),
            "holds": [
                {"key": one.key, "words": one.words, "overridden": one.covered(arrival.overrides)}
                for one in all_holds(ward, config, session)
            ],
            "overrides": [
                {
                    "words": one.words,
                    "reason": one.reason,
                    "by": words.person(one.actor),
                    "time": words.time(one.at_us, "%H:%M"),
                }
                for one in arrival.overrides
            ],
            "missing": arrival.missing([one.id for one in config.arrival.questions]),
        }

    def _measured(self, session: Session) -> Json:
        """The baseline as it would be frozen now, since the patient sat down."""
        ward = self._clinic.ward
        found = ward.measured_baseline(session, self._clinic.clock.utc_us())
        return {"values": _values(found.values), "missing": told(found.missing)}


def _sitter(arrival: Arrival, words: Words) -> Json | None:
    one = arrival.sitter
    if one is None:
        return None
    return {
        "person": one.person,
        "phone": one.phone,
        "stays": one.stays,
        "drives": one.drives,
        "briefed": one.briefed,
        "by": words.person(one.actor),
        "time": words.time(one.at_us, "%H:%M"),
    }


def _confirmed(arrival: Arrival, words: Words) -> Json | None:
    one = arrival.confirmed
    if one is None:
        return None
    return {
        "values": _values(one.values),
        "missing": told(one.missing),
        "by": words.person(one.actor),
        "time": words.time(one.at_us, "%H:%M"),
    }


def _values(values: Mapping[VitalSign, int]) -> Json:
    return {vital.value: value for vital, value in values.items()}


def add_arrival(acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes, for those who are signed in: names and phone numbers are in them."""
    arrivals = Arrivals(clinic)

    @acts.get("/api/sessions/{session}/arrival")
    async def shown(session: SessionId) -> Json:
        """Sitter, arms, questions, baseline so far and what holds the infusion back."""
        return arrivals.shown(session)

    @acts.post("/api/sessions/{session}/sitter")
    async def sitter(request: Request, session: SessionId, body: SitterBody) -> Done:
        """Who comes with the patient."""
        actor = request.state.actor
        return await execute(SetSitter(session=session, actor=actor, **body.model_dump()))

    @acts.post("/api/sessions/{session}/arms")
    async def arms(request: Request, session: SessionId, body: ArmsBody) -> Done:
        """On which arm the cuff and the probe are."""
        actor = request.state.actor
        return await execute(SetArms(session=session, actor=actor, **body.model_dump()))

    @acts.post("/api/sessions/{session}/answers")
    async def answers(request: Request, session: SessionId, body: AnswersBody) -> Done:
        """The patient's answers to the clinic's questions."""
        actor = request.state.actor
        return await execute(AnswerQuestions(session=session, answers=body.answers, actor=actor))

    @acts.post("/api/sessions/{session}/baseline/confirm")
    async def confirm(request: Request, session: SessionId, body: ConfirmBody) -> Done:
        """What was measured since the seat is this patient's baseline."""
        actor = request.state.actor
        return await execute(ConfirmBaseline(session=session, actor=actor, **body.model_dump()))

    @acts.post("/api/sessions/{session}/hold/override")
    async def override(request: Request, session: SessionId, body: OverrideBody) -> Done:
        """A named person goes on over what holds the infusion back."""
        actor = request.state.actor
        return await execute(OverrideHold(session=session, actor=actor, **body.model_dump()))

    @acts.post("/api/sessions/{session}/number")
    async def number(request: Request, session: SessionId, body: NumberBody) -> Done:
        """It is another infusion, or of another course, than was counted."""
        actor = request.state.actor
        return await execute(Renumber(session=session, actor=actor, **body.model_dump()))
