"""Work of minutes for a page, one piece at a time: how far it is, and its archive.

Each step runs in a process of its own, beside the watch. An archive stays until the
next one, or the service's end. Knows no format and no session's content.
"""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.responses import FileResponse, Response

from monitor.counting import counted
from monitor.errors import CommandRefused, StoreError
from monitor.exports.packing import apart
from monitor.web.archive import NotThere
from monitor.web.present import Json

PREFIX = "chairside-export-"
LEFT_OUT_MAX = 8
"""So many sessions that were left out are named, the others counted."""

Step = Callable[[Path, str], str]
"""Adds a session to an archive; why it was left out, "" when it was not. It is pickled."""


@dataclass(slots=True)
class Job:
    """An archive on its way: so many sessions of it are in, or were left out."""

    title: str
    folder: Path
    name: str
    total: int
    done: int = 0
    left_out: list[str] = field(default_factory=list)
    failed: str = ""
    ended: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def path(self) -> Path:
        """The archive."""
        return self.folder / self.name

    @property
    def ready(self) -> bool:
        """Is there an archive to fetch?"""
        return self.ended and not self.failed and self.path.exists()

    async def run(self, sessions: Sequence[str], step: Step) -> None:
        """Add these sessions one by one; what goes wrong stands in `failed`."""
        loop = asyncio.get_running_loop()
        try:
            with apart() as pool:
                for session in sessions:
                    self._count(session, await loop.run_in_executor(pool, step, self.path, session))
        except (OSError, StoreError) as problem:
            self.failed = str(problem).splitlines()[0]
        finally:
            self.ended = True

    def _count(self, session: str, why: str) -> None:
        self.done += 1
        self.left_out += [f"{session}: {why}"] if why else []

    def told(self) -> Json:
        """As a page draws it."""
        more = len(self.left_out) - LEFT_OUT_MAX
        return {
            "title": self.title,
            "total": self.total,
            "done": self.done,
            "ended": self.ended,
            "left_out": [*self.left_out[:LEFT_OUT_MAX], *([f"{more} more"] if more > 0 else [])],
            "failed": self.failed,
            "file": self.name if self.ready else "",
            "bytes": self.path.stat().st_size if self.ready else 0,
        }


class Jobs:
    """One piece of work at a time, and the last one that ended."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._job: Job | None = None

    def check_free(self) -> None:
        """Raises `CommandRefused` while one runs."""
        job = self._job
        if job is not None and not job.ended:
            raise CommandRefused(
                f"another {self._what} is under way",
                why=f"{job.title}: {job.done} of {counted(job.total, 'session')}",
                fix="wait until it is there",
            )

    def begin(self, title: str, name: str, sessions: Sequence[str], step: Step) -> None:
        """Begin it; the archive of the one before goes."""
        if self._job is not None:
            shutil.rmtree(self._job.folder, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        job = self._job = Job(title, folder, name, len(sessions))
        job.task = asyncio.create_task(job.run(sessions, step), name=self._what)

    def told(self) -> Json | None:
        """How far the last one is; None before the first."""
        return None if self._job is None else self._job.told()

    def archive(self) -> Response:
        """The archive of the last one. Raises `NotThere` before it is whole."""
        job = self._job
        if job is None or not job.ready:
            raise NotThere(f"there is no {self._what} to fetch")
        return FileResponse(job.path, media_type="application/zip", filename=job.name)
