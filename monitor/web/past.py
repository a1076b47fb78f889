"""The routes of the stored past: alarms, and a session's facts, readings and reasons."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Response
from fastapi import Path as PathParameter

from monitor.web.answers import Problem
from monitor.web.archive import Archive

Identifier = Annotated[str, PathParameter(max_length=100)]


def _answered(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def add_past(api: FastAPI, archive: Archive) -> None:
    """The routes."""
    absent: dict[int | str, dict[str, object]] = {404: {"model": Problem}}

    @api.get("/api/alarms", responses=absent)
    async def alarms(chair: str = "", priority: str = "", session: str = "") -> Response:
        """Past and open alarms, newest first."""
        return _answered(await archive.alarms(chair=chair, priority=priority, session=session))

    @api.get("/api/sessions/{session}", responses=absent)
    async def detail(session: Identifier) -> Response:
        """Phases, facts and summary of one session."""
        return _answered(await archive.detail(session))

    @api.get("/api/sessions/{session}/readings", responses=absent)
    async def readings(session: Identifier) -> Response:
        """Every stored reading of a session as traces, cuff readings and a table."""
        return _answered(await archive.readings(session))

    @api.get("/api/sessions/{session}/alarms", responses=absent)
    async def session_alarms(session: Identifier) -> Response:
        """The session's alarms."""
        return _answered(await archive.alarms(session=session))

    @api.get("/api/sessions/{session}/why", responses=absent)
    async def why(session: Identifier, alarm: str = "") -> Response:
        """Rule, preset, limit, baseline and samples behind one alarm or each; every step."""
        return _answered(await archive.why(session, alarm))
