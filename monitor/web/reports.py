"""What alarms cost, and what another preset would have done: for the clinician, from the record.

Both are worked out in a thread, one question of each at a time, so that no reading and
no alarm waits for them. Knows the History protocol and presets; knows no file.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from monitor import retold, shipped
from monitor.burden import Burden, burden
from monitor.conditions import Preset
from monitor.counting import counted
from monitor.displays import Clinic
from monitor.errors import CommandRefused
from monitor.exports import burden_table
from monitor.presets import load_preset
from monitor.web.present import Json

BURDEN_SESSIONS_MAX = 500
FILLED_IN = re.compile(r"\{\w+\}")
PASTED = "the pasted preset"
PRESET_CHARACTERS_MAX = 40_000


class WhatIfBody(BaseModel):
    """Another preset, by the name of a shipped one or as TOML, and the sessions to judge by it.

    Without sessions the newest are judged, ten of them.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", max_length=100)
    toml: str = Field(default="", max_length=PRESET_CHARACTERS_MAX)
    sessions: list[str] = Field(default_factory=list, max_length=retold.SESSIONS_MAX)


NEWEST = 10
LOOKED_S = 1.0
"""So often it is looked whether somebody still waits for the answer."""


@dataclass(slots=True)
class Judging:
    """A question under way: so many of its sessions are judged. Told from its own thread."""

    total: int
    judged: int = 0
    given_up: bool = False

    def went_on(self) -> None:
        """One more session is judged. Raises `CommandRefused` when nobody waits any longer."""
        self.judged += 1
        if self.given_up:
            raise CommandRefused(
                "this question was given up", why="its page was left", fix="ask again"
            )


class Reports:
    """Figures over many sessions."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._one_at_a_time = asyncio.Semaphore(1)
        self._judging: Judging | None = None

    async def burden(self) -> Burden:
        """Of the newest sessions."""
        async with self._one_at_a_time:
            told = await self._clinic.history.newest(BURDEN_SESSIONS_MAX)
            return await asyncio.to_thread(burden, told, self._clinic.clock.utc_us())

    async def what_if(self, body: WhatIfBody, left: Callable[[], Awaitable[bool]]) -> Json:
        """The stored sessions under another preset, until somebody has `left`.

        Raises `ConfigError`, `StoreError`, and `CommandRefused` while another question is asked.
        """
        preset = await asyncio.to_thread(self._preset, body)
        chosen = body.sessions or (await self._clinic.history.sessions())[:NEWEST]
        before, after = await self._judged(chosen, preset, left)
        return {
            "preset": f"{preset.name} ({preset.hash[:12]})",
            "in_force": f"{self._clinic.ward.preset.name} ({self._clinic.ward.preset.hash[:12]})",
            "sessions": before.sessions,
            "chair_hours": round(before.chair_hours, 2),
            "infusion_hours": round(before.infusion_hours, 2),
            "head": burden_table.BESIDE,
            "rows": burden_table.beside(before, after),
            "says": self.says(),
        }

    async def _judged(
        self, chosen: Sequence[str], preset: Preset, left: Callable[[], Awaitable[bool]]
    ) -> tuple[Burden, Burden]:
        if self._judging:
            raise CommandRefused(
                "another question is being judged",
                why=f"{self._judging.judged} of {counted(self._judging.total, 'session')} done",
                fix="ask again when they are",
            )
        judging = self._judging = Judging(len(chosen))
        stored, now_us = self._clinic.stored, self._clinic.clock.utc_us()
        work = asyncio.ensure_future(
            asyncio.to_thread(
                lambda: asyncio.run(
                    retold.compared(stored, chosen, preset, now_us, judging.went_on)
                )
            )
        )
        try:
            while not (await asyncio.wait({work}, timeout=LOOKED_S))[0]:
                judging.given_up = judging.given_up or await left()
            return await work
        finally:
            judging.given_up, self._judging = True, None

    def progress(self) -> Json:
        """How many sessions of the question under way are judged, and of how many; of none 0."""
        judging = self._judging or Judging(0)
        return {"judged": judging.judged, "of": judging.total}

    def says(self) -> dict[str, str]:
        """What each rule in force says at a chair, without its numbers, beside its mere code."""
        texts = {
            one.id: FILLED_IN.sub("…", one.message) for one in self._clinic.ward.preset.conditions
        }
        return {rule: text for rule, text in texts.items() if text.strip("…")}

    @staticmethod
    def _preset(body: WhatIfBody) -> Preset:
        if body.toml:
            return load_preset(body.toml, where=PASTED)
        text, where = shipped.shipped_preset(body.name)
        return load_preset(text, where=where)


def add_reports(api: FastAPI, leave: APIRouter, clinic: Clinic) -> None:
    """The routes; what works the machine hard stands in `leave`, whose askers are signed in."""
    reports = Reports(clinic)

    @api.get("/api/presets")
    async def presets() -> list[str]:
        """The names of the shipped presets."""
        return shipped.preset_names()

    @api.get("/api/burden")
    async def of_rules() -> Response:
        """The burden of each rule over the newest sessions, as a table of texts."""
        found = await reports.burden()
        body = {
            "sessions": found.sessions,
            "chair_hours": round(found.chair_hours, 2),
            "head": burden_table.HEAD,
            "rows": burden_table.rows(found),
            "says": reports.says(),
        }
        return Response(json.dumps(body), media_type="application/json")

    @api.get("/api/burden.csv")
    async def as_csv() -> Response:
        """The same as CSV."""
        text = "".join(burden_table.csv_lines(await reports.burden()))
        name = {"Content-Disposition": 'attachment; filename="burden.csv"'}
        return Response(text, media_type="text/csv", headers=name)

    @leave.post("/api/whatif")
    async def what_if(request: Request, body: WhatIfBody) -> Response:
        """Stored sessions judged again by another preset, beside how they were judged."""
        found = await reports.what_if(body, request.is_disconnected)
        return Response(json.dumps(found), media_type="application/json")

    @leave.get("/api/whatif")
    async def progress() -> Json:
        """How many sessions of the question under way are judged, and of how many."""
        return reports.progress()
