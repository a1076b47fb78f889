"""A patient's arrival on the chair's page: what was asked and seen, and what holds back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from monitor.care.arrival import Arrival, arrival_of
from monitor.care.baseline import told
from monitor.care.observations import PERSON_MAX
from monitor.clinic import Arm, Session
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
from monitor.web.acting import Body, Offers, Reason, SessionId
from monitor.web.archive import NotThere
from monitor.web.present import Json
from monitor.words import Words

Key = Annotated[str, Field(max_length=60)]
Pressure = Annotated[int, Field(ge=0, le=400)] | None
KEYS_MAX = 40


class SitterBody(Body):
    """Who comes along, and what was made sure of."""

    person: Annotated[str, Field(min_length=1, max_length=PERSON_MAX)]
    phone: Annotated[str, Field(max_length=PHONE_MAX)] = ""
    stays: bool
    drives: bool
    briefed: bool


class ArmsBody(Body):
    """On which arm the cuff and the probe are."""

    cuff: Arm
    probe: Arm


class AnswersBody(Body):
    """Answers by the question's id: yes or no, or words."""

    answers: Annotated[
        dict[Key, Annotated[str, Field(max_length=ANSWER_MAX)]], Field(max_length=KEYS_MAX)
    ]


class ConfirmBody(Body):
    """The cuff baseline that was shown, in mmHg; null where there was none."""

    systolic: Pressure
    diastolic: Pressure


class OverrideBody(Body):
    """Which holds were shown and are gone over, and why."""

    keys: Annotated[list[Key], Field(min_length=1, max_length=KEYS_MAX)]
    reason: Reason


class NumberBody(Body):
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
        words = self._clinic.words
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


def add_arrival(acts: APIRouter, clinic: Clinic, offers: Offers) -> None:
    """The routes, for those who are signed in: names and phone numbers are in them."""
    arrivals = Arrivals(clinic)

    @acts.get("/api/sessions/{session}/arrival")
    async def shown(session: SessionId) -> Json:
        """Sitter, arms, questions, baseline so far and what holds the infusion back."""
        return arrivals.shown(session)

    offers.offer("sitter", SetSitter, SitterBody, "Who comes with the patient.")
    offers.offer("arms", SetArms, ArmsBody, "On which arm the cuff and the probe are.")
    offers.offer(
        "answers", AnswerQuestions, AnswersBody, "The patient's answers to the clinic's questions."
    )
    offers.offer(
        "baseline/confirm",
        ConfirmBaseline,
        ConfirmBody,
        "What was measured since the seat is this patient's baseline.",
    )
    offers.offer(
        "hold/override",
        OverrideHold,
        OverrideBody,
        "A named person goes on over what holds the infusion back.",
    )
    offers.offer(
        "number",
        Renumber,
        NumberBody,
        "It is another infusion, or of another course, than was counted.",
    )
