"""A patient's course for its page: small multiples on the same axes, and a table below them.

For those who are signed in. Worked out in a thread, one question at a time, so that
no reading and no alarm waits for it. Knows the History protocol; knows no file.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import Field

from monitor import review
from monitor.care.attribution import corrections_of, readings_of
from monitor.care.closing import Plan
from monitor.care.course import Course, Known, course_of, places_of, shown_of
from monitor.care.session import session_of
from monitor.care.settings import begun_with
from monitor.commands.closing import WORDS_MAX, AddAddendum, NoteAndPlan
from monitor.conditions import Preset
from monitor.counted_by import counted_by
from monitor.displays import Clinic, Shelf
from monitor.history import FactRow, TransitionRow
from monitor.people import Permission
from monitor.uncollected import uncollected
from monitor.vitals import NIBP, VitalSign
from monitor.web.acting import Body, Offers
from monitor.web.archive import NotThere
from monitor.web.course_words import COLUMNS_OF_TABLE, cells, closing
from monitor.web.multiples import Multiple, axes, multiple_of
from monitor.web.present import Json
from monitor.words import Words

PatientRef = Annotated[str, PathParameter(max_length=40)]
Text = Annotated[str, Field(max_length=WORDS_MAX)]
KEPT_MAX = 64
"""So many sessions stay worked out: ten courses of six, the last that was looked at longest."""
SHOWN = tuple(
    one
    for one in VitalSign
    if one in NIBP or one in (VitalSign.SPO2, VitalSign.HEART_RATE, VitalSign.PULSE_RATE)
)
"""What a course tells of, and all that the leave gate looks at."""
Token = tuple[tuple[FactRow, ...], int, int, str]
"""Facts, how many alarm steps and readings there are, and the preset that counts them."""
SESSIONS_MAX = 60
"""So many sessions of one patient are looked through, the newest: ten courses of six."""


class NoteBody(Body):
    """What the clinician says of the infusion, and means for the next."""

    plan: Plan
    text: Text = ""


class AddendumBody(Body):
    """What is added to a signed report."""

    text: Text


@dataclass(frozen=True, slots=True)
class Worked:
    """What a session's rows come to, and by what it is seen that they are the same."""

    token: Token
    known: Known
    drawn: Multiple


class Courses:
    """The courses of one clinic's patients."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._one_at_a_time = asyncio.Semaphore(1)
        self._kept: dict[str, Worked] = {}

    def __len__(self) -> int:
        """Of how many sessions what was worked out is at hand."""
        return len(self._kept)

    async def shown(self, patient_ref: str, number: int | None, *, may_sign: bool) -> bytes:
        """A course as JSON. Raises `NotThere` for a patient who was never here."""
        shelf = self._shelf
        words = Words.of(shelf.config, shelf.names())
        async with self._one_at_a_time:
            known, drawn = await self._known(patient_ref, number)
            if not known:
                raise NotThere(f"there is no session of {patient_ref}")
            course = course_of(
                patient_ref,
                known,
                infusions=shelf.config.arrival.course_infusions,
                side_effects={
                    one.name: one.grades for one in shelf.config.care.events if one.side_effect
                },
                now_us=shelf.clock.utc_us(),
                number=number,
            )
            told = await asyncio.to_thread(self._told, course, drawn, words, may_sign=may_sign)
        return json.dumps(told).encode()

    async def _known(
        self, patient_ref: str, number: int | None
    ) -> tuple[list[Known], dict[str, Multiple]]:
        """All sessions of the patient; figures of those in the course that is shown."""
        history, drawn = self._shelf.history, dict[str, Multiple]()
        names = (await history.sessions_of(patient_ref))[-SESSIONS_MAX:]
        told = [facts for name in names if (facts := await history.facts(name))]
        known = [Known(facts) for facts in told if session_of(facts)]
        places = places_of(one.facts for one in known)
        for place in places.get(shown_of(places, number), ()):
            facts = list(known[place.session].facts)
            one = await self._worked_out(facts)
            known[place.session] = one.known
            drawn[facts[0].session or ""] = one.drawn
        return known, drawn

    async def _worked_out(self, facts: list[FactRow]) -> Worked:
        """One session; of one that is closed as it was before, while its rows are the same."""
        history, session = self._shelf.history, facts[0].session or ""
        steps = await history.transitions(session)
        preset = await counted_by(history, begun_with(facts), self._shelf.preset)
        stored = await history.counted([session])
        token = (tuple(facts), len(steps), stored, preset.hash)
        before = self._kept.pop(session, None)
        if before is None or before.token != token:
            before = await self._anew(facts, steps, preset, token)
        while len(self._kept) >= KEPT_MAX:
            del self._kept[next(iter(self._kept))]
        # What was corrected may rest on another session's rows, which are not counted.
        if not corrections_of(facts):
            self._kept[session] = before
        return before

    async def _anew(
        self, facts: list[FactRow], steps: list[TransitionRow], preset: Preset, token: Token
    ) -> Worked:
        told = session_of(facts)
        # The end of an open session is that of its last reading, of whatever vital sign.
        vitals = None if told is None or told.closed_us is None else SHOWN
        rows = await readings_of(self._shelf.history, facts[0].session or "", facts, vitals=vitals)

        def work() -> Worked:
            with uncollected():
                look = review.review(facts, rows, steps)
                found = review.figures(facts, rows, steps, preset)
                return Worked(token, Known(facts, found, look.alarms), multiple_of(look))

        return await asyncio.to_thread(work)

    def _told(
        self, course: Course, drawn: dict[str, Multiple], words: Words, *, may_sign: bool
    ) -> Json:
        table = self._shelf.config.journal
        content = may_sign and table is not None and table.content
        found = [one for _, one in course.slots if one is not None]
        return {
            "patient": course.patient_ref,
            "course": course.number,
            "courses": list(course.numbers),
            "axes": axes([drawn[one.session] for one in found]),
            "head": list(COLUMNS_OF_TABLE),
            "may_sign": may_sign,
            "slots": [
                {"number": number, "session": None}
                if one is None
                else {
                    "number": number,
                    "session": one.session,
                    "open": one.open,
                    "date": words.time(one.started_us, "%Y-%m-%d"),
                    "start": words.time(one.started_us, "%H:%M"),
                    "label": words.label(one.chair),
                    "lines": drawn[one.session].lines(),
                    "cells": cells(one, words, content=content),
                    **closing(one, words),
                }
                for number, one in course.slots
            ],
        }


def add_course(acts: APIRouter, clinic: Clinic, offers: Offers) -> None:
    """The routes, for those who are signed in."""
    courses = Courses(clinic.shelf)

    @acts.get("/api/courses/{patient_ref}")
    async def shown(
        request: Request,
        patient_ref: PatientRef,
        course: Annotated[int | None, Query(ge=1, le=999)] = None,
    ) -> Response:
        """A course of a patient, the newest unless told otherwise."""
        may_sign = clinic.people.may(request.state.actor, Permission.SIGN)
        body = await courses.shown(patient_ref, course, may_sign=may_sign)
        return Response(body, media_type="application/json")

    offers.offer(
        "note",
        NoteAndPlan,
        NoteBody,
        "The clinician's note and plan; the newest stands until the report is signed.",
    )
    offers.offer("addendum", AddAddendum, AddendumBody, "What a clinician adds to a signed report.")
