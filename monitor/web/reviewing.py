"""The routes of a session's review: what it shows, and what a person says of it afterwards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, FastAPI, Response
from pydantic import Field

from monitor.commands import MarkArtefact, ReviewBaseline
from monitor.commands.correcting import Correct
from monitor.review import Cause
from monitor.vitals import VitalSign
from monitor.web.acting import Body, Offers, Reason, Said, SessionId
from monitor.web.answers import Problem
from monitor.web.archive import Archive

Microseconds = Annotated[int, Field(ge=0, le=2**53)]


class ArtefactBody(Body):
    """Readings from then to then, both in it (UTC microseconds); no vital sign means all."""

    from_us: Microseconds
    to_us: Microseconds
    vitals: Annotated[tuple[VitalSign, ...], Field(max_length=len(VitalSign))] = ()
    cause: Cause
    text: Reason = ""

    def told(self) -> Said:
        """Each vital sign once."""
        return {**self.model_dump(), "vitals": frozenset(self.vitals)}


class WithdrawBody(Body):
    """Which marking, or which baseline of a review, is taken back, by its name; and why."""

    of: Annotated[str, Field(min_length=1, max_length=60)]
    reason: Reason

    def told(self) -> Said:
        """What the act of every correction is made of."""
        return {**self.model_dump(), "withdrawn": True}


class ReviewedBaselineBody(Body):
    """What a clinician counts from in the review, by vital sign, and why."""

    values: dict[VitalSign, float]
    reason: Reason


def add_review(acts: APIRouter | FastAPI, archive: Archive) -> None:
    """What is shown of a session."""

    @acts.get("/api/sessions/{session}/review", responses={404: {"model": Problem}})
    async def shown(session: SessionId) -> Response:
        """Traces, events, infusion, alarms, and figures without and with artefacts."""
        return Response(await archive.reviewed(session), media_type="application/json")


def add_reviewing(offers: Offers) -> None:
    """What a person says; `carer` or clinician, each act knows."""
    offers.offer(
        "artefacts",
        MarkArtefact,
        ArtefactBody,
        "Call readings artefacts; they stay as they came, and figures leave them out.",
    )
    offers.offer(
        "review/withdraw",
        Correct,
        WithdrawBody,
        "Take a marking or a stated baseline back; what was said stays in the record.",
    )
    offers.offer(
        "review/baseline",
        ReviewBaseline,
        ReviewedBaselineBody,
        "A clinician counts from another baseline; what was judged by stays.",
    )
