"""The pages of the past alone, over a copy: nothing live, no act, no name, and it says so.

For a clinician on another machine. Knows the History protocol, not what is behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Query, Response
from fastapi import Path as PathParameter

from monitor import __version__
from monitor.displays import Shelf
from monitor.web.archive import Archive
from monitor.web.course import Courses, PatientRef
from monitor.web.found import add_found
from monitor.web.guard import Guard, Hosts
from monitor.web.pages import COPY_FRAME, COPY_PAGES, add_pages
from monitor.web.past import add_alarms, add_stored
from monitor.web.problems import add_problems
from monitor.web.reviewing import add_review
from monitor.web.server import Server, bound, url_of

Number = Annotated[int | None, Query(ge=1, le=999)]
Reference = Annotated[str, PathParameter(max_length=100)]


def create_copy(shelf: Shelf) -> Guard:
    """All that is served over a copy. Every route is a GET."""
    api = FastAPI(title="Chairside, read-only", version=__version__, redoc_url=None, docs_url=None)
    add_problems(api)
    archive, courses = Archive(shelf), Courses(shelf)
    add_found(api, shelf)
    add_alarms(api, archive)
    add_stored(api, archive)
    add_review(api, archive)

    @api.get("/api/courses/{patient_ref}")
    async def course(patient_ref: PatientRef, course: Number = None) -> Response:
        """A course of a patient, the newest unless told otherwise."""
        body = await courses.shown(patient_ref, course, may_sign=False)
        return Response(body, media_type="application/json")

    add_pages(api, COPY_PAGES, frame=COPY_FRAME)
    web = shelf.config.web
    hosts = Hosts(frozenset({web.host, *web.hosts}), https=web.behind_tls)
    return Guard(api, hosts)


async def serve_copy(
    shelf: Shelf, host: str, port: int, stop: asyncio.Event, ready: Callable[[str], None]
) -> None:
    """Serve until `stop`; `ready` is called with the address. Raises `ConfigError`."""
    config = uvicorn.Config(
        create_copy(shelf),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    with bound(host, port, where="--port") as listening:
        server = Server(config, lambda: ready(url_of(listening)))
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve([listening]), name="uvicorn")
            await stop.wait()
            server.should_exit = True
