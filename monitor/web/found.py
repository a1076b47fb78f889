"""The sessions that are looked for, and one chair's readings between two times."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.displays import Shelf
from monitor.finding import COUNTED_MAX, PAGE, PAGE_MAX, Entry, Wanted
from monitor.web import present
from monitor.web.answers import Problem
from monitor.web.archive import NotThere
from monitor.web.present import Json
from monitor.web.window import traces, window
from monitor.words import Words

Identifier = Annotated[str, PathParameter(max_length=100)]
Milliseconds = Annotated[int, Query(ge=0, le=10**13)]
DAY_MS = 86_400_000
Text = Annotated[str, Field(max_length=100)]


class Asked(BaseModel):
    """What is looked for; all of it must hold. Dates are the clinic's own, both included."""

    model_config = ConfigDict(extra="forbid")

    patient: Text = ""
    chair: Text = ""
    person: Text = ""
    since: date | None = None
    until: date | None = None
    had_high: bool = False
    rise_over: Annotated[float, Field(ge=0, le=200, allow_inf_nan=False)] | None = None
    unsigned: bool = False
    after: Annotated[str, Field(pattern=r"^(\d{1,18}~.{1,100})?$")] = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE

    def wanted(self, words: Words) -> Wanted:
        """The same for the catalogue."""
        at, _, session = self.after.partition("~")
        return Wanted(
            patient=self.patient.strip(),
            chair=self.chair,
            person=self.person,
            from_us=None if self.since is None else words.midnight_us(self.since),
            to_us=None if self.until is None else words.midnight_us(self.until, days=1),
            had_high=self.had_high,
            rise_over=self.rise_over,
            unsigned=self.unsigned,
            after=(int(at), session) if session else None,
            limit=self.limit,
        )


def add_found(acts: APIRouter | FastAPI, shelf: Shelf) -> None:
    """The routes."""

    @acts.get("/api/sessions")
    async def sessions(asked: Annotated[Asked, Query()]) -> Json:
        """The sessions that are looked for, newest first, a page at a time."""
        words = Words.of(shelf.config, shelf.names())
        found = await shelf.catalogue.find(asked.wanted(words))
        last = found.entries[-1] if len(found.entries) == asked.limit else None
        return {
            "sessions": [present.session_line(one, words) for one in found.entries],
            "total": found.total,
            "counted_max": COUNTED_MAX,
            "next": _cursor(last),
            "people": [
                {"id": person, "name": name} for person, name in sorted(words.people.items())
            ],
        }

    @acts.get("/api/chairs/{chair}/readings", responses={404: {"model": Problem}})
    async def readings(chair: Identifier, from_ms: Milliseconds, to_ms: Milliseconds) -> Response:
        """What belongs to a chair's sessions between two times, a day at most, as it counts now."""
        if all(chair != one.id for one in shelf.config.chairs):
            raise NotThere(f"there is no chair {chair}")
        until_ms = min(to_ms, from_ms + DAY_MS)
        found, told = await window(shelf.history, chair, from_ms * 1_000, until_ms * 1_000)
        body = await asyncio.to_thread(traces, chair, from_ms, until_ms, found, told)
        return Response(body, media_type="application/json")


def _cursor(last: Entry | None) -> str:
    return f"{last.opened_us}~{last.session}" if last else ""
