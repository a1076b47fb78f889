"""A patient's course for its page: small multiples on the same axes, and a table below them.

For those who are signed in. Worked out in a thread, one question at a time, so that
no reading and no alarm waits for it. Knows the History protocol; knows no file.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import Field

from monitor import review
from monitor.care.attribution import readings_of
from monitor.care.closing import Plan
from monitor.care.course import Course, Known, course_of, places_of, shown_of
from monitor.care.session import session_of
from monitor.care.settings import begun_with
from monitor.commands.closing import WORDS_MAX, AddAddendum, NoteAndPlan
from monitor.counted_by import counted_by
from monitor.displays import Clinic, Shelf
from monitor.people import Permission
from monitor.review import Review
from monitor.web.acting import Body, Offers
from monitor.web.archive import NotThere
from monitor.web.course_words import COLUMNS_OF_TABLE, cells, closing
from monitor.web.multiples import axes, lines
from monitor.web.present import Json
from monitor.words import Words

PatientRef = Annotated[str, PathParameter(max_length=40)]
Text = Annotated[str, Field(max_length=WORDS_MAX)]
SESSIONS_MAX = 60
"""So many sessions of one patient are looked through, the newest: ten courses of six."""


class NoteBody(Body):
    """What the clinician says of the infusion, and means for the next."""

    plan: Plan
    text: Text = ""


class AddendumBody(Body):
    """What is added to a signed report."""

    text: Text


class Courses:
    """The courses of one clinic's patients."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._one_at_a_time = asyncio.Semaphore(1)

    async def shown(self, patient_ref: str, number: int | None, *, may_sign: bool) -> bytes:
        """A course as JSON. Raises `NotThere` for a patient who was never here."""
        shelf = self._shelf
        words = Words.of(shelf.config, shelf.names())
        async with self._one_at_a_time:
            known, looks = await self._known(patient_ref, number)
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
            told = await asyncio.to_thread(self._told, course, looks, words, may_sign=may_sign)
        return json.dumps(told).encode()

    async def _known(
        self, patient_ref: str, number: int | None
    ) -> tuple[list[Known], dict[str, Review]]:
        """All sessions of the patient; figures of those in the course that is shown."""
        history, looks = self._shelf.history, dict[str, Review]()
        names = (await history.sessions_of(patient_ref))[-SESSIONS_MAX:]
        told = [facts for name in names if (facts := await history.facts(name))]
        known = [Known(facts) for facts in told if session_of(facts)]
        places = places_of(one.facts for one in known)
        for place in places.get(shown_of(places, number), ()):
            facts = list(known[place.session].facts)
            session = facts[0].session or ""
            rows = await readings_of(history, session, facts)
            steps = await history.transitions(session)
            preset = await counted_by(history, begun_with(facts), self._shelf.preset)
            look = await asyncio.to_thread(review.review, facts, rows, steps)
            found = await asyncio.to_thread(review.figures, facts, rows, steps, preset)
            known[place.session] = Known(facts, found, look.alarms)
            looks[session] = look
        return known, looks

    def _told(
        self, course: Course, looks: dict[str, Review], words: Words, *, may_sign: bool
    ) -> Json:
        table = self._shelf.config.journal
        content = may_sign and table is not None and table.content
        found = [one for _, one in course.slots if one is not None]
        seen: Sequence[Review] = [looks[one.session] for one in found]
        return {
            "patient": course.patient_ref,
            "course": course.number,
            "courses": list(course.numbers),
            "axes": axes(seen),
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
                    "lines": lines(looks[one.session]),
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
