"""Which devices measured for a session, and correcting two that were swapped."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from monitor.care.attribution import corrections_of, readings_of
from monitor.care.session import session_of
from monitor.commands.devices import CorrectDevices
from monitor.displays import Clinic
from monitor.web.acting import Body, Offers, Reason, Said, SessionId
from monitor.web.archive import NotThere
from monitor.web.present import Json

DeviceId = Annotated[str, Field(min_length=1, max_length=50)]
TimeMs = Annotated[int, Field(ge=0, le=4_102_444_800_000)]
"""Until the year 2100, in milliseconds since 1970."""


class DevicesBody(Body):
    """From then until before then `device` measured for this session, and not `instead`."""

    device: DeviceId
    instead: DeviceId
    from_ms: TimeMs
    to_ms: TimeMs
    reason: Reason

    def told(self) -> Said:
        """In the record's own times."""
        return {
            "device": self.device,
            "instead": self.instead,
            "from_us": self.from_ms * 1_000,
            "to_us": self.to_ms * 1_000,
            "reason": self.reason,
        }


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
        words = self._clinic.words
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


def add_devices(acts: APIRouter, clinic: Clinic, offers: Offers) -> None:
    """The routes, for those who are signed in; only a clinician corrects."""
    devices = Devices(clinic)

    @acts.get("/api/sessions/{session}/devices")
    async def shown(session: SessionId) -> Json:
        """The devices that measured for a session, and every correction of them."""
        return await devices.shown(session)

    offers.offer(
        "devices",
        CorrectDevices,
        DevicesBody,
        "Two devices were swapped: from now on the readings of that time are seen so.",
    )
