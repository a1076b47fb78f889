"""The routes of the stored past: alarms, and a session's facts, readings and reasons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Response
from fastapi import Path as PathParameter

from monitor.web.answers import Problem
from monitor.web.archive import Archive, AskedAlarms

Identifier = Annotated[str, PathParameter(max_length=100)]


ABSENT: dict[int | str, dict[str, object]] = {404: {"model": Problem}}


def _answered(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def add_alarms(api: FastAPI, archive: Archive) -> None:
    """Alarms and what they rest on, for everybody, as on the wall."""

    @api.get("/api/alarms", responses=ABSENT)
    async def alarms(asked: Annotated[AskedAlarms, Query()]) -> Response:
        """Past and open alarms, newest first."""
        return _answered(await archive.alarms(asked))

    @api.get("/api/sessions/{session}/alarms", responses=ABSENT)
    async def session_alarms(session: Identifier) -> Response:
        """The session's alarms."""
        return _answered(await archive.alarms(AskedAlarms(session=session)))

    @api.get("/api/sessions/{session}/why", responses=ABSENT)
    async def why(session: Identifier, alarm: str = "") -> Response:
        """Rule, preset, limit, baseline and samples behind one alarm or each; every step."""
        return _answered(await archive.why(session, alarm))


def add_stored(acts: APIRouter | FastAPI, archive: Archive) -> None:
    """What was done for a patient, and every stored number: for staff."""

    @acts.get("/api/sessions/{session}", responses=ABSENT)
    async def detail(session: Identifier) -> Response:
        """Phases, facts and summary of one session."""
        return _answered(await archive.detail(session))

    @acts.get("/api/sessions/{session}/readings", responses=ABSENT)
    async def readings(session: Identifier) -> Response:
        """Every stored reading of a session as traces, cuff readings and a table."""
        return _answered(await archive.readings(session))
