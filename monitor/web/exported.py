"""Exports from a page: a session's file at once, a course or a month as a job of its own.

For who is signed in by password; each is an act of theirs, in the audit before anything is
written. One job runs at a time; its archive stays until the next one.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from monitor.commands.exporting import Export
from monitor.displays import Clinic
from monitor.errors import CommandRefused
from monitor.exports.collecting import Source
from monitor.exports.disguise import KEY_PURPOSE
from monitor.exports.formats import FORMATS, file_name
from monitor.exports.packing import apart, pack, part_of, write
from monitor.exports.room import check_room, needed_bytes
from monitor.web.answers import Execute
from monitor.web.archive import NotThere
from monitor.web.jobs import PREFIX, Jobs
from monitor.web.present import Json

Identifier = Annotated[str, PathParameter(max_length=100)]
Name = Literal["csv", "fhir", "hl7", "edf", "vital"]
Ending = Literal[
    ".csv", ".minutes.csv", ".adverse.csv", ".json", ".fhir.json", ".hl7", ".edf", ".vital"
]


class FileBody(BaseModel):
    """Which file of a session, and whether dates are shifted and ids replaced.

    With `bom` a CSV begins with the mark by which Excel knows UTF-8.
    """

    model_config = ConfigDict(extra="forbid")

    ending: Ending
    de_identified: bool = False
    bom: bool = False


class JobBody(BaseModel):
    """A patient's course or a month of the clinic's calendar, in which formats.

    With `bom` each CSV begins with the mark by which Excel knows UTF-8.
    """

    model_config = ConfigDict(extra="forbid")

    patient: Annotated[str, Field(max_length=100)] = ""
    month: Annotated[str, Field(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")] = ""
    formats: Annotated[list[Name], Field(min_length=1, max_length=5)]
    de_identified: bool = False
    bom: bool = False


class Exports:
    """What leaves one clinic by its pages."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._jobs = Jobs("export")
        self._one_file_at_a_time = asyncio.Semaphore(1)

    def _source(self, *, de_identified: bool) -> Source:
        clinic = self._clinic
        return Source(
            history=clinic.stored,
            clinic=clinic.config.clinic.id,
            zone=clinic.config.zone,
            key=clinic.people.key(KEY_PURPOSE) if de_identified else None,
        )

    async def file(self, session: str, body: FileBody, act: Execute, actor: str) -> Response:
        """One file of a session. Raises `NotThere` and `StoreError`."""
        if not await self._clinic.history.facts(session):
            raise NotThere(f"there is no session {session}")
        await act(
            Export(
                actor=actor,
                what=f"session {session}",
                formats=body.ending,
                sessions=1,
                de_identified=body.de_identified,
            )
        )
        source, made_us = self._source(de_identified=body.de_identified), self._now_us()
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            async with self._one_file_at_a_time:
                with apart() as pool:
                    make = partial(write, bom=body.bom)
                    path = await asyncio.get_running_loop().run_in_executor(
                        pool, make, folder, source, session, body.ending, made_us
                    )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        away = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        media = part_of(body.ending).media_type
        return FileResponse(path, media_type=media, filename=path.name, background=away)

    async def start(self, body: JobBody, act: Execute, actor: str) -> Json:
        """Begin a job.

        Raises `CommandRefused` while one runs, when nothing is asked for, and when there is
        no room for its archive.
        """
        self._jobs.check_free()
        source = self._source(de_identified=body.de_identified)
        what, sessions = await self._sessions(source, body)
        formats = tuple(name for name in FORMATS if name in body.formats)
        readings = await source.history.counted(sessions)
        needed = needed_bytes(formats, sessions=len(sessions), readings=readings, packed=True)
        check_room(Path(tempfile.gettempdir()), needed)
        await act(
            Export(
                actor=actor,
                what=what,
                formats=", ".join(formats),
                sessions=len(sessions),
                de_identified=body.de_identified,
            )
        )
        shown = "de-identified" if body.de_identified else file_name(what.replace(" ", "-"))
        step = partial(pack, source=source, formats=formats, made_us=self._now_us(), bom=body.bom)
        self._jobs.begin(what, f"chairside-{shown}.zip", sessions, step)
        return self.told()

    async def _sessions(self, source: Source, body: JobBody) -> tuple[str, list[str]]:
        """What is asked for, in words, and its sessions."""
        if bool(body.patient) == bool(body.month):
            raise CommandRefused(
                "this export cannot be made",
                why="one patient or one month is needed",
                fix="choose the month, or enter the patient's reference",
            )
        if body.patient:
            return f"course {body.patient}", await source.course(body.patient)
        year, month = (int(part) for part in body.month.split("-"))
        found = await source.month(year, month)
        if not found:
            raise CommandRefused(
                f"there is nothing to export of {body.month}",
                why="no session was seated in that month",
                fix="choose another month",
            )
        return f"month {body.month}", found

    def told(self) -> Json:
        """The formats there are, and how far the job is."""
        formats = [
            {"name": name, "title": one.title, "endings": [part.ending for part in one.parts]}
            for name, one in FORMATS.items()
        ]
        return {"formats": formats, "job": self._jobs.told()}

    def archive(self) -> Response:
        """The archive of the last job. Raises `NotThere` before it is whole."""
        return self._jobs.archive()

    def _now_us(self) -> int:
        return self._clinic.clock.utc_us()


def add_exports(acts: APIRouter, proven: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes: looking on is for those signed in, taking out for those who gave a password."""
    exports = Exports(clinic)

    @proven.post("/api/sessions/{session}/export", response_class=FileResponse)
    async def file(request: Request, session: Identifier, body: FileBody) -> Response:
        """One file of a session."""
        return await exports.file(session, body, execute, request.state.actor)

    @acts.get("/api/exports")
    async def told() -> Json:
        """The formats there are, and how far the last course or month is."""
        return exports.told()

    @proven.post("/api/exports")
    async def start(request: Request, body: JobBody) -> Json:
        """Begin to export a course or a month."""
        return await exports.start(body, execute, request.state.actor)

    @proven.get("/api/exports/file", response_class=FileResponse)
    async def archive() -> Response:
        """The archive of the last course or month."""
        return exports.archive()
