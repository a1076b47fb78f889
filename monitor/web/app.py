"""The application: pages, API and stream over one running clinic.

GET changes nothing. A POST is an act of a named person, is refused without the
header `X-Chairside` or from another origin, and is answered after its commit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import FastAPI, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field

from monitor import __version__
from monitor.clinic import Phase
from monitor.commands import Acknowledge, Command, EnterPhase, PauseAudio, SeatPatient
from monitor.displays import Clinic
from monitor.errors import ChairsideError, CommandRefused
from monitor.exports import readings_csv
from monitor.web.archive import Archive, NoSession
from monitor.web.live import EventStream, Live
from monitor.web.present import Json

FOLDER = Path(str(files("monitor.web")))
PAGES = {
    "/": "wall",
    "/chair/{chair}": "chair",
    "/history": "history",
    "/sessions": "sessions",
    "/review/{session}": "review",
}
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
BODY_BYTES_MAX = 16_384
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AcknowledgeBody(_Body):
    """Which alarm, and who has seen it."""

    alarm: Name
    actor: Name


class ActorBody(_Body):
    """Who acts."""

    actor: Name


class SeatBody(_Body):
    """Who takes the chair (a pseudonym), for how long, and who seats them."""

    actor: Name
    patient_ref: Name
    planned_minutes: int = 40


class PhaseBody(_Body):
    """Which phase the session enters, and who moves it on."""

    actor: Name
    phase: Phase


def create_app(clinic: Clinic, live: Live) -> FastAPI:
    """The application over `clinic`, whose stream is `live`."""
    app = FastAPI(title="Chairside", version=__version__, redoc_url=None, docs_url=None)
    app.middleware("http")(_guard)
    app.exception_handler(ChairsideError)(_refused)
    app.exception_handler(NoSession)(_missing)
    _add_live(app, clinic, live)
    _add_acts(app, clinic)
    _add_archive(app, Archive(clinic))
    for route, name in PAGES.items():
        app.add_api_route(route, _page(name), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    return app


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    refusal = _foreign(request) if request.method == "POST" else ""
    if refusal:
        response: Response = JSONResponse(
            {"what": "refused", "why": refusal, "fix": "use Chairside's own pages"}, 403
        )
    else:
        response = await call_next(request)
    for name, value in SECURITY_HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _foreign(request: Request) -> str:
    """Why this POST is not from one of our pages; "" when it may be."""
    if "x-chairside" not in request.headers:
        return "the header X-Chairside is missing"
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return f"it comes from {origin}"
    if int(request.headers.get("content-length") or 0) > BODY_BYTES_MAX:
        return f"its body is longer than {BODY_BYTES_MAX} bytes"
    return ""


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ChairsideError)
    status = 409 if isinstance(error, CommandRefused) else 503
    return JSONResponse({"what": error.what, "why": error.why, "fix": error.fix}, status)


async def _missing(_: Request, error: Exception) -> Response:
    body = {"what": str(error), "why": "it is not in the record", "fix": "see the sessions page"}
    return JSONResponse(body, 404)


def _page(name: str) -> Callable[[], Awaitable[FileResponse]]:
    async def page() -> FileResponse:
        return FileResponse(FOLDER / "templates" / f"{name}.html", media_type="text/html")

    return page


def _add_live(app: FastAPI, clinic: Clinic, live: Live) -> None:
    @app.get("/api/stream", response_class=StreamingResponse)
    async def stream() -> Response:
        """Server-sent events: `snapshot`, `delta`, `alarm`, and `hb` each second."""
        if live.full:
            body = {
                "what": "too many pages are open",
                "why": f"{clinic.hub.readers} streams",
                "fix": "close some pages",
            }
            return JSONResponse(body, 503)
        return EventStream(live.events())

    @app.get("/api/wall")
    async def wall() -> Response:
        """What the wall shows at this instant."""
        return Response(live.snapshot(), media_type="application/json")


def _add_acts(app: FastAPI, clinic: Clinic) -> None:
    async def execute(command: Command) -> dict[str, str]:
        return {"id": await clinic.commands.execute(command)}

    @app.post("/api/alarms/acknowledge")
    async def acknowledge(body: AcknowledgeBody) -> dict[str, str]:
        """A named person has seen this alarm."""
        return await execute(Acknowledge(alarm=body.alarm, actor=body.actor))

    @app.post("/api/chairs/{chair}/audio-pause")
    async def pause(chair: str, body: ActorBody) -> dict[str, str]:
        """Audio paused at one chair for 120 s."""
        return await execute(PauseAudio(chair=chair, actor=body.actor))

    @app.post("/api/chairs/{chair}/seat")
    async def seat(chair: str, body: SeatBody) -> dict[str, str]:
        """A patient takes a chair; answers the session's id."""
        return await execute(
            SeatPatient(
                chair=chair,
                patient_ref=body.patient_ref,
                planned_minutes=body.planned_minutes,
                actor=body.actor,
            )
        )

    @app.post("/api/sessions/{session}/phase")
    async def phase(session: str, body: PhaseBody) -> dict[str, str]:
        """The session moves on."""
        return await execute(EnterPhase(session=session, phase=body.phase, actor=body.actor))


def _add_archive(app: FastAPI, archive: Archive) -> None:
    @app.get("/api/chairs/{chair}/trend")
    async def trend(chair: str, minutes: Annotated[int, Query(ge=1, le=240)] = 30) -> Json:
        """The last minutes of a chair's present session."""
        return await archive.trend(chair, minutes)

    @app.get("/api/alarms")
    async def alarms(chair: str = "", priority: str = "", session: str = "") -> Json:
        """Past and open alarms, newest first."""
        return await archive.alarms(chair=chair, priority=priority, session=session)

    @app.get("/api/sessions")
    async def sessions() -> Json:
        """All sessions, newest first."""
        return await archive.sessions()

    @app.get("/api/sessions/{session}")
    async def detail(session: Annotated[str, PathParameter(max_length=100)]) -> Json:
        """Phases, facts and summary of one session."""
        return await archive.detail(session)

    @app.get("/api/sessions/{session}/readings")
    async def readings(session: str) -> Json:
        """Every stored reading of a session as traces, cuff readings and a table."""
        return await archive.readings(session)

    @app.get("/api/sessions/{session}/alarms")
    async def session_alarms(session: str) -> Json:
        """The session's alarms."""
        return await archive.alarms(session=session)

    @app.get("/api/sessions/{session}/readings.csv", response_class=StreamingResponse)
    async def table(session: str) -> Response:
        """Every stored reading, long form, as CSV."""
        rows = await archive.rows(session)

        async def body() -> AsyncIterator[str]:
            for line in readings_csv.lines(rows, zone=archive.words.zone):
                yield line

        name = f'attachment; filename="{session}.csv"'
        return StreamingResponse(
            body(), media_type="text/csv", headers={"Content-Disposition": name}
        )
