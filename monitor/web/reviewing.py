"""The routes of a session's review: what it shows, and what a person says of it afterwards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.commands import MarkArtefact, ReviewBaseline
from monitor.commands.acts import REASON_MAX
from monitor.commands.noting import Correct
from monitor.review import Cause
from monitor.vitals import VitalSign
from monitor.web.answers import Done, Execute, Problem
from monitor.web.archive import Archive

SessionId = Annotated[str, PathParameter(max_length=100)]
Microseconds = Annotated[int, Field(ge=0, le=2**53)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ArtefactBody(_Body):
    """Readings from then to then, both in it (UTC microseconds); no vital sign means all."""

    from_us: Microseconds
    to_us: Microseconds
    vitals: Annotated[list[VitalSign], Field(max_length=len(VitalSign))] = []
    cause: Cause
    text: Annotated[str, Field(max_length=REASON_MAX)] = ""


class WithdrawBody(_Body):
    """Which marking, or which baseline of a review, is taken back, by its name; and why."""

    of: Annotated[str, Field(min_length=1, max_length=60)]
    reason: Annotated[str, Field(min_length=1, max_length=REASON_MAX)]


class ReviewedBaselineBody(_Body):
    """What a clinician counts from in the review, by vital sign, and why."""

    values: dict[VitalSign, float]
    reason: Annotated[str, Field(min_length=1, max_length=REASON_MAX)]


def add_review(api: FastAPI, archive: Archive) -> None:
    """What everybody may look at."""

    @api.get("/api/sessions/{session}/review", responses={404: {"model": Problem}})
    async def shown(session: SessionId) -> Response:
        """Traces, events, infusion, alarms, and figures without and with artefacts."""
        return Response(await archive.reviewed(session), media_type="application/json")


def add_reviewing(acts: APIRouter, execute: Execute) -> None:
    """What a person says; `carer` or clinician, each act knows."""

    @acts.post("/api/sessions/{session}/artefacts")
    async def mark(request: Request, session: SessionId, body: ArtefactBody) -> Done:
        """Call readings artefacts; they stay as they came, and figures leave them out."""
        return await execute(
            MarkArtefact(
                session=session,
                actor=request.state.actor,
                from_us=body.from_us,
                to_us=body.to_us,
                vitals=frozenset(body.vitals),
                cause=body.cause,
                text=body.text,
            )
        )

    @acts.post("/api/sessions/{session}/review/withdraw")
    async def withdraw(request: Request, session: SessionId, body: WithdrawBody) -> Done:
        """Take a marking or a stated baseline back; what was said stays in the record."""
        return await execute(
            Correct(
                session=session,
                actor=request.state.actor,
                of=body.of,
                reason=body.reason,
                withdrawn=True,
            )
        )

    @acts.post("/api/sessions/{session}/review/baseline")
    async def baseline(request: Request, session: SessionId, body: ReviewedBaselineBody) -> Done:
        """A clinician counts from another baseline; what was judged by stays."""
        return await execute(
            ReviewBaseline(
                session=session,
                actor=request.state.actor,
                values=body.values,
                reason=body.reason,
            )
        )
