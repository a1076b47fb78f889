"""Which devices measured for a session, and correcting two that were swapped."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.care.attribution import corrections_of, readings_of
from monitor.commands.acts import REASON_MAX
from monitor.commands.devices import CorrectDevices
from monitor.displays import Clinic
from monitor.history import session_of
from monitor.web.answers import Done, Execute
from monitor.web.archive import NotThere
from monitor.web.present import Json
from monitor.words import Words

SessionId = Annotated[str, PathParameter(max_length=100)]
DeviceId = Annotated[str, Field(min_length=1, max_length=50)]
TimeMs = Annotated[int, Field(ge=0, le=4_102_444_800_000)]
"""Until the year 2100, in milliseconds since 1970."""


class DevicesBody(BaseModel):
    """From then until before then `device` measured for this session, and not `instead`."""

    model_config = ConfigDict(extra="forbid")

    device: DeviceId
    instead: DeviceId
    from_ms: TimeMs
    to_ms: TimeMs
    reason: Annotated[str, Field(max_length=REASON_MAX)]


class Devices:
    """The devices of one clinic's sessions."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    async def shown(self, session_id: str) -> Json:
        """What measured for a session, and what was corrected. Raises `NotThere`."""
        history, config = self._clinic.history, self._clinic.config
        facts = await history.facts(session_id)
        session = session_of(facts)
        if session is None:
            raise NotThere(f"there is no session {session_id}")
        words = Words.of(config, self._clinic.people.names())
        rows = await readings_of(history, session_id, facts)
        counts = Counter(row.device for row in rows)
        return {
            "session": session_id,
            # Within the session, so that its own bounds are a time in which it was there.
            "from_ms": -(-session.opened_us // 1_000),
            "to_ms": (session.closed_us or self._clinic.clock.utc_us()) // 1_000,
            "measured": [
                {"device": device, "readings": counts[device]} for device in sorted(counts)
            ],
            "known": sorted({device.id for device in config.devices} | set(counts)),
            "corrections": [
                {
                    "device": one.device,
                    "instead": one.instead,
                    "from": words.time(one.from_us),
                    "to": words.time(one.to_us),
                    "reason": one.reason,
                    "by": words.person(one.actor),
                    "at": words.time(one.at_us, "%Y-%m-%d %H:%M"),
                }
                for one in corrections_of(facts)
            ],
        }


def add_devices(acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes, for those who are signed in; only a clinician corrects."""
    devices = Devices(clinic)

    @acts.get("/api/sessions/{session}/devices")
    async def shown(session: SessionId) -> Json:
        """The devices that measured for a session, and every correction of them."""
        return await devices.shown(session)

    @acts.post("/api/sessions/{session}/devices")
    async def correct(request: Request, session: SessionId, body: DevicesBody) -> Done:
        """Two devices were swapped: from now on the readings of that time are seen so."""
        return await execute(
            CorrectDevices(
                session=session,
                device=body.device,
                instead=body.instead,
                from_us=body.from_ms * 1_000,
                to_us=body.to_ms * 1_000,
                reason=body.reason,
                actor=request.state.actor,
            )
        )
