"""The pages of the application: where each is, what it is called and looks like.

All of them stand in one frame, so that alarms, the sound and the loss of
monitoring are the same wherever somebody looks. A page without a template of its
own is that frame with an empty `main`, which its script fills.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor.web.lost import add_lost, worker_address

WEB = Path(str(files("monitor.web")))
FRAME = "base.html"
VALUES, PLOT = "css/values.css", ("vendor/uplot/uPlot.min.css", "css/plot.css")
TEXT = "css/page.css"
SHEET = "css/sheet.css"
ENTRIES = "css/entries.css"
DAY = (VALUES, TEXT, SHEET, "css/today.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page at `route`; `name` is that of its script and of its `main`."""

    route: str
    name: str
    title: str
    sheets: tuple[str, ...]
    """Style sheets beside the frame's own, under /static."""
    listed: bool = True
    """Whether every page links to it."""


PAGES = (
    Page(route="/", name="wall", title="Wall", sheets=(VALUES, *PLOT, "css/wall.css")),
    Page(
        route="/chair/{chair}",
        name="chair",
        title="Chair",
        sheets=(VALUES, *PLOT, TEXT, SHEET, ENTRIES, "css/chair.css", "css/leaving.css"),
        listed=False,
    ),
    Page(route="/today", name="today", title="Today", sheets=DAY),
    Page(
        route="/recovery",
        name="recovery",
        title="Recovery",
        sheets=(VALUES, TEXT, "css/leaving.css"),
    ),
    Page(route="/shift", name="shift", title="Shift", sheets=DAY),
    Page(
        route="/journals",
        name="journals",
        title="Journals",
        sheets=(VALUES, TEXT, SHEET, "css/course.css"),
    ),
    Page(
        route="/course/{patient_ref}",
        name="course",
        title="Course",
        sheets=(VALUES, TEXT, SHEET, "css/course.css"),
        listed=False,
    ),
    Page(route="/history", name="history", title="Alarm history", sheets=(VALUES, TEXT)),
    Page(route="/sessions", name="sessions", title="Sessions", sheets=(VALUES, TEXT)),
    Page(
        route="/review/{session}",
        name="review",
        title="Session review",
        sheets=(VALUES, *PLOT, TEXT, SHEET, ENTRIES, "css/review.css", "css/leaving.css"),
        listed=False,
    ),
    Page(
        route="/report/{session}",
        name="report",
        title="Session report",
        sheets=(VALUES, TEXT, "css/report.css"),
        listed=False,
    ),
    Page(route="/burden", name="burden", title="Burden", sheets=(VALUES, TEXT)),
    Page(route="/whatif", name="whatif", title="What if", sheets=(VALUES, TEXT)),
)


COPY_FRAME = "copy.html"
"""The frame of pages over a read-only copy: no stream, no sound, no act."""
_OF_THE_PAST = ("course", "history", "sessions", "review")
COPY_PAGES = (
    Page(route="/", name="sessions", title="Sessions", sheets=(VALUES, TEXT), listed=False),
    *(page for page in PAGES if page.name in _OF_THE_PAST),
)


def add_pages(app: FastAPI, pages: Sequence[Page] = PAGES, *, frame: str = FRAME) -> None:
    """Serve these pages in that frame, and under /static what they are made of.

    In the usual frame a page may have a template of its own, and a browser keeps
    what tells that no service answers.
    """
    environment = templates()
    places = [page for page in pages if page.listed]
    for page in pages:
        own = [f"{page.name}.html"] if frame == FRAME else []
        template = environment.select_template([*own, frame])
        html = template.render(page=page, places=places, worker=worker_address(WEB))
        app.add_api_route(page.route, _showing(html), include_in_schema=False)
    if frame == FRAME:
        add_lost(app, WEB)
    app.mount("/static", StaticFiles(directory=WEB / "static"))


def templates() -> Environment:
    """What pages are written from; text from outside never becomes markup there."""
    return Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _showing(html: str) -> Callable[[], Awaitable[HTMLResponse]]:
    async def show() -> HTMLResponse:
        return HTMLResponse(html)

    return show
