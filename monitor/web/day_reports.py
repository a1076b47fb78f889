"""The reports of a day as one archive, for clinicians: begun, watched and fetched from a page."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import FileResponse, Response

from monitor.archiving import REPORT_BYTES, Reports
from monitor.commands.exporting import PrintReports
from monitor.displays import Clinic
from monitor.errors import CommandRefused
from monitor.exports.room import check_room
from monitor.report.gathering import letterhead
from monitor.web.answers import Execute
from monitor.web.jobs import Jobs
from monitor.web.present import Json


class DayBody(BaseModel):
    """The day on which the sessions were seated, by the clinic's calendar."""

    model_config = ConfigDict(extra="forbid")

    day: date


class DayReports:
    """What one clinic's clinicians print of a day."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._jobs = Jobs("batch of reports")

    async def start(self, day: date, execute: Execute, actor: str) -> Json:
        """Begin. Raises `CommandRefused` while one runs, for a day without sessions, without room.

        It is an act of a clinician.
        """
        self._jobs.check_free()
        clinic = self._clinic
        from_us, to_us = (self._midnight_us(one) for one in (day, day + timedelta(days=1)))
        await clinic.ward.record.commit()
        sessions = await clinic.ward.record.seated(from_us, to_us)
        if not sessions:
            raise CommandRefused(
                f"there is no report of {day}",
                why="nobody was seated on that day",
                fix="choose another day",
            )
        check_room(Path(tempfile.gettempdir()), len(sessions) * REPORT_BYTES)
        title = f"reports of {day}"
        await execute(
            PrintReports(
                actor=actor, what=title, formats="pdf", sessions=len(sessions), de_identified=False
            )
        )
        head = letterhead(clinic.config, clinic.people.everybody(), clinic.clock.utc_us())
        reports = Reports(kept=clinic.stored, head=head, preset=clinic.ward.preset)
        self._jobs.begin(title, f"chairside-reports-{day}.zip", sessions, reports.add)
        return self.told()

    def told(self) -> Json:
        """How far it is."""
        return {"job": self._jobs.told()}

    def archive(self) -> Response:
        """The archive of the last day. Raises `NotThere` before it is whole."""
        return self._jobs.archive()

    def _midnight_us(self, day: date) -> int:
        began = datetime(day.year, day.month, day.day, tzinfo=self._clinic.config.zone)
        return round(began.timestamp()) * 1_000_000


def add_day_reports(acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
    """The routes, for those who are signed in; a clinician begins it."""
    reports = DayReports(clinic)

    @acts.post("/api/reports")
    async def start(request: Request, body: DayBody) -> Json:
        """Begin to make the report of every session that was seated on a day."""
        return await reports.start(body.day, execute, request.state.actor)

    @acts.get("/api/reports")
    async def told() -> Json:
        """How far the reports of a day are."""
        return reports.told()

    @acts.get("/api/reports/file", response_class=FileResponse)
    async def archive() -> Response:
        """The archive of the last day's reports."""
        return reports.archive()
