"""Moving a patient to another chair, as an act upon the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.commands.moving import MovePatient
from monitor.web.answers import Done, Execute

SessionId = Annotated[str, PathParameter(max_length=100)]


class MoveBody(BaseModel):
    """The chair that the patient goes to."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(max_length=100)]


def add_moving(acts: APIRouter, execute: Execute) -> None:
    """The route of the act."""

    @acts.post("/api/sessions/{session}/move")
    async def move(request: Request, session: SessionId, body: MoveBody) -> Done:
        """The session goes on in another, free chair."""
        return await execute(MovePatient(session=session, to=body.to, actor=request.state.actor))
