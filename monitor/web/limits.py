"""A session's own limits as pages see and set them: shown, foreseen, saved."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, FastAPI, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.board.slots import UNITS
from monitor.clinic import Session
from monitor.commands.limiting import ChangeLimits, its_session
from monitor.displays import Clinic
from monitor.edits import Setting, changed, check, hints, settings
from monitor.foreseen import foresee
from monitor.history import LIMITS
from monitor.web.answers import Done, Execute
from monitor.web.present import Json

ChairId = Annotated[str, PathParameter(max_length=100)]
Key = Annotated[str, Field(max_length=60)]
Value = Annotated[float, Field(allow_inf_nan=False)]
CHANGES_MAX = 60


class LimitsBody(BaseModel):
    """Which limits of which session are set to what; null gives one back to the preset."""

    model_config = ConfigDict(extra="forbid")

    session: Annotated[str, Field(max_length=100)]
    changes: Annotated[dict[Key, Value | None], Field(min_length=1, max_length=CHANGES_MAX)]


class Limits:
    """What the dialog shows."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._one_at_a_time = asyncio.Semaphore(1)

    async def shown(self, chair: str) -> Json:
        """Every number that can be set for the chair's session; none without one."""
        session, ward = self._clinic.ward.seating.at(chair), self._clinic.ward
        if session is None:
            return {"session": "", "settings": [], "set_by": ""}
        found = settings(ward.preset, session.phase, session.baseline, session.edits)
        named = {one.id: one.group for one in ward.preset.conditions}
        return {
            "session": session.id,
            "settings": [self._told(one) | {"named": named[one.rule]} for one in found],
            "set_by": await self._set_by(session),
        }

    async def foreseen(self, chair: str, body: LimitsBody) -> Json:
        """The last half hour under these limits. Raises `CommandRefused` as saving them would."""
        ward, now_us = self._clinic.ward, self._clinic.clock.utc_us()
        session = its_session(ward, chair, body.session)
        edits = changed(session.edits, body.changes)
        check(ward.preset, session.phase, session.baseline, edits)
        devices = [device.id for device in self._clinic.config.devices_at(chair)]
        async with self._one_at_a_time:
            rows = await self._clinic.history.readings(session.id)
            seen = await asyncio.to_thread(
                foresee, ward.preset, session, devices, rows, edits, now_us
            )
        return {
            "minutes": seen.minutes,
            "before": seen.before.total(),
            "after": seen.after.total(),
            "rules": [
                {"rule": rule, "before": before, "after": after}
                for rule, before, after in seen.by_rule()
            ],
            "hints": hints(ward.preset, session.phase, session.baseline, edits),
        }

    @staticmethod
    def _told(one: Setting) -> Json:
        codes = one.vital.codes if one.vital else None
        return {
            "key": one.key,
            "rule": one.rule,
            "vital": one.vital.value if one.vital else "",
            "label": codes.label if codes else "delay",
            "unit": UNITS.get(codes.unit, codes.unit) if codes else "s",
            "high": one.high,
            "priority": one.priority.name,
            "preset": one.preset,
            "value": one.value,
            "low_end": one.guard.low,
            "high_end": one.guard.high,
            "step": one.guard.step,
        }

    async def _set_by(self, session: Session) -> str:
        facts = await self._clinic.history.facts(session.id)
        newest = next((fact for fact in reversed(facts) if fact.kind == LIMITS), None)
        if newest is None:
            return ""
        words = self._clinic.words
        return f"{words.person(newest.actor)} at {words.time(newest.at_us, '%H:%M')}"


def add_limits(
    api: FastAPI, acts: APIRouter, proven: APIRouter, clinic: Clinic, execute: Execute
) -> None:
    """The routes; foreseeing is for those signed in, setting for those who gave a password."""
    limits = Limits(clinic)

    @api.get("/api/chairs/{chair}/limits")
    async def shown(chair: ChairId) -> Json:
        """What can be set for the chair's session: preset, value in force, range."""
        return await limits.shown(chair)

    @proven.post("/api/chairs/{chair}/limits")
    async def change(request: Request, chair: ChairId, body: LimitsBody) -> Done:
        """Limits of this session are others from here on; the next patient has the preset's."""
        return await execute(
            ChangeLimits(
                chair=chair,
                session=body.session,
                changes=body.changes,
                actor=request.state.actor,
            )
        )

    @acts.post("/api/chairs/{chair}/limits/foresee")
    async def foreseen(chair: ChairId, body: LimitsBody) -> Json:
        """How many alarms the last half hour would have had; changes nothing."""
        return await limits.foreseen(chair, body)
