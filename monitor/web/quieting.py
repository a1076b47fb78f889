"""Taking sound away for a while and giving it back, as acts upon the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.alerts import Silences
from monitor.clinic import CLINIC
from monitor.commands.acts import REASON_MAX
from monitor.commands.alarms import EndUnusable
from monitor.commands.quieting import (
    EndStandby,
    EndSuspension,
    StandBy,
    SuspendRule,
)
from monitor.web.answers import Done, Execute

ChairId = Annotated[str, PathParameter(max_length=100)]
Seconds = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SuspendBody(_Body):
    """Which rule makes no sound, for how long, and why."""

    rule: Annotated[str, Field(max_length=24)]
    minutes: Annotated[float, Field(gt=0.0, le=Silences.SUSPENDED_S_MAX / 60)]
    reason: Annotated[str, Field(min_length=1, max_length=REASON_MAX)]

    def at(self, chair: str, actor: str) -> SuspendRule:
        """The act at that chair, or for the whole clinic."""
        seconds = self.minutes * 60.0
        return SuspendRule(
            chair=chair, rule=self.rule, seconds=seconds, reason=self.reason, actor=actor
        )


class EndBody(_Body):
    """Which alarm has no usable data, why, and what is off: the cuff, or an ECG's electrodes."""

    alarm: Annotated[str, Field(max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=REASON_MAX)]
    cuff_off: bool = False
    electrodes_off: bool = False


class RuleBody(_Body):
    """Which rule."""

    rule: Annotated[str, Field(max_length=24)]


def add_quieting(api: APIRouter, execute: Execute) -> None:
    """The routes; every one is an act of the person who is signed in."""

    @api.post("/api/alarms/end-unusable")
    async def end_unusable(request: Request, body: EndBody) -> Done:
        """A named person ends a seen alarm of which no valid data came for a minute."""
        return await execute(EndUnusable(actor=request.state.actor, **body.model_dump()))

    @api.post("/api/chairs/{chair}/suspend")
    async def suspend(request: Request, chair: ChairId, body: SuspendBody) -> Done:
        """A rule makes no sound at a chair; it goes on being judged and ends by itself."""
        return await execute(body.at(chair, request.state.actor))

    @api.post("/api/chairs/{chair}/end-suspension")
    async def end_suspension(request: Request, chair: ChairId, body: RuleBody) -> Done:
        """A suspended rule sounds again."""
        return await execute(EndSuspension(chair=chair, rule=body.rule, actor=request.state.actor))

    @api.post("/api/clinic/suspend")
    async def suspend_for_clinic(request: Request, body: SuspendBody) -> Done:
        """A rule about the whole clinic makes no sound; it ends by itself and with its alarm."""
        return await execute(body.at(CLINIC, request.state.actor))

    @api.post("/api/clinic/end-suspension")
    async def end_suspension_for_clinic(request: Request, body: RuleBody) -> Done:
        """A suspended rule about the whole clinic sounds again."""
        return await execute(EndSuspension(chair=CLINIC, rule=body.rule, actor=request.state.actor))

    @api.post("/api/chairs/{chair}/standby")
    async def stand_by(request: Request, chair: ChairId, _: _Body) -> Done:
        """Equipment alarms of a chair are silent for ten minutes; never in an infusion."""
        seconds = Silences.STANDBY_S_MAX
        return await execute(StandBy(chair=chair, seconds=seconds, actor=request.state.actor))

    @api.post("/api/chairs/{chair}/end-standby")
    async def end_standby(request: Request, chair: ChairId, _: _Body) -> Done:
        """The patient is back."""
        return await execute(EndStandby(chair=chair, actor=request.state.actor))
