"""The sessions that are looked for, and one chair's readings between two times."""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.displays import Shelf
from monitor.finding import COUNTED_MAX, PAGE, PAGE_MAX, Entry, Wanted
from monitor.review import ABSENT, DOUBTFUL, GOOD
from monitor.stretch import Line, Stretch
from monitor.vitals import Validity
from monitor.web import present
from monitor.web.answers import Problem
from monitor.web.archive import NotThere
from monitor.web.present import Json
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
            from_us=None if self.since is None else _midnight_us(self.since, words),
            to_us=None if self.until is None else _midnight_us(self.until, words, days=1),
            had_high=self.had_high,
            rise_over=self.rise_over,
            unsigned=self.unsigned,
            after=(int(at), session) if session else None,
            limit=self.limit,
        )


def _midnight_us(day: date, words: Words, days: int = 0) -> int:
    """When that day begins in the clinic, or the day so many later."""
    day = min(day, date.max - timedelta(days=days)) + timedelta(days=days)
    begins = datetime.combine(day, time(), tzinfo=words.zone)
    return round(begins.timestamp()) * 1_000_000


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
        """What a chair's sessions measured between two times, a day at most: traces, as stored."""
        if all(chair != one.id for one in shelf.config.chairs):
            raise NotThere(f"there is no chair {chair}")
        until_ms = min(to_ms, from_ms + DAY_MS)
        found = await shelf.history.stretch(chair, from_ms * 1_000, until_ms * 1_000)
        body = await asyncio.to_thread(_traces, chair, from_ms, until_ms, found)
        return Response(body, media_type="application/json")


def _traces(chair: str, from_ms: int, to_ms: int, found: Stretch) -> bytes:
    """Parallel lists by vital sign, in the form of a session's readings."""
    series = {vital: _trace(line) for vital, line in found.lines.items()}
    told = {"chair": chair, "from_ms": from_ms, "to_ms": to_ms, "series": series}
    return json.dumps(told | {"sessions": sorted(found.sessions)}).encode()


def _trace(line: Line) -> Json:
    found = zip(line.values, line.validity, strict=True)
    qualities = [ABSENT if value is None else _QUALITY[validity] for value, validity in found]
    shown = zip(line.values, qualities, strict=True)
    return {
        "at_ms": [at_us // 1_000 for at_us in line.at_us],
        "values": [None if quality == ABSENT else value for value, quality in shown],
        "quality": qualities,
    }


def _quality(validity: Validity) -> int:
    doubtful = DOUBTFUL if validity is Validity.QUESTIONABLE else ABSENT
    return GOOD if validity.believed else doubtful


_QUALITY = {validity.value: _quality(validity) for validity in Validity}


def _cursor(last: Entry | None) -> str:
    return f"{last.opened_us}~{last.session}" if last else ""
