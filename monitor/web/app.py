"""The application: pages, API and stream over one running clinic.

GET changes nothing. A POST is an act of a named person and is answered after
its commit. Knows FastAPI; what is answered is decided elsewhere.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from monitor import __version__
from monitor.clinic import AckReason, Phase
from monitor.commands import (
    Acknowledge,
    ChooseSpeaker,
    Command,
    EnterPhase,
    Going,
    ListenedToSound,
    PauseAudio,
    SeatPatient,
    SetBaseline,
    WaiveBaseline,
)
from monitor.displays import Clinic
from monitor.vitals import VitalSign
from monitor.web.acting import Body, Offers
from monitor.web.answers import Done, Execute, Problem
from monitor.web.archive import Archive
from monitor.web.arriving import add_arrival
from monitor.web.booking import add_booking
from monitor.web.care import add_care
from monitor.web.course import add_course
from monitor.web.day_reports import add_day_reports
from monitor.web.devices import add_devices
from monitor.web.entry import Entry, add_entry
from monitor.web.exported import add_exports
from monitor.web.found import add_found
from monitor.web.guard import Guard, Hosts
from monitor.web.journals import add_journals
from monitor.web.leaving import add_leaving
from monitor.web.limits import add_limits
from monitor.web.live import Live
from monitor.web.moving import add_moving
from monitor.web.pages import add_pages
from monitor.web.papers import add_papers
from monitor.web.past import add_alarms, add_stored
from monitor.web.printing import Printing, add_printing
from monitor.web.problems import add_problems, problem
from monitor.web.quieting import add_quieting
from monitor.web.reports import add_reports
from monitor.web.reviewing import add_review, add_reviewing
from monitor.web.shifting import add_shifts
from monitor.web.speaker import DisplayId, add_sound
from monitor.web.treating import add_treating

Name = Annotated[str, Field(min_length=1, max_length=200)]
Identifier = Annotated[str, PathParameter(max_length=100)]


class AcknowledgeBody(Body):
    """Which alarm was seen, and what it was or what was done."""

    alarm: Name
    reason: AckReason = AckReason.SEEN


class SeatBody(Body):
    """Who takes the chair (a pseudonym), for how long, by which booking.

    Infusion and course are counted where they are not said.
    """

    patient_ref: Name
    planned_minutes: int = 40
    booking: Annotated[str, Field(max_length=40)] = ""
    infusion: int | None = None
    course: int | None = None


class PhaseBody(Body):
    """Which phase the session enters."""

    phase: Phase


class SpeakerBody(Body):
    """Which display sounds from now on."""

    display: DisplayId


class SoundTestBody(Body):
    """Whose sound was listened to, and whether all of it was heard."""

    display: DisplayId
    heard: bool


class BaselineBody(Body):
    """What is usual for this patient, by vital sign, and why it was not measured so."""

    reason: Name
    values: dict[VitalSign, float]


class WaiverBody(Body):
    """Why the infusion goes on without the baseline that is missing."""

    reason: Name


TOLD = {"application/json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
REFUSALS: dict[int | str, dict[str, object]] = {
    code: {"content": TOLD} for code in (401, 403, 409, 411, 413, 421, 429, 503)
}
"""By reference: the model itself would be compiled for each code of each route at each start."""


def create_app(clinic: Clinic, live: Live) -> Guard:
    """All that is served over `clinic`, whose stream is `live`."""
    web = clinic.config.web
    hosts = Hosts(frozenset({web.host, *web.hosts}), https=web.behind_tls)
    return Guard(create_api(clinic, live), hosts)


def create_api(clinic: Clinic, live: Live) -> FastAPI:
    """The routes, without what stands before them."""
    api = FastAPI(title="Chairside", version=__version__, redoc_url=None, docs_url=None)
    add_problems(api)
    _add_live(api, live)
    entry = Entry(clinic)
    add_sound(api, clinic, entry)
    add_entry(api, entry, REFUSALS)
    # Whatever is added here takes a person who may act: they are known to the route by their id.
    acts = APIRouter(dependencies=[Depends(entry.carer)], responses=REFUSALS)
    offers = Offers(acts, clinic, doing(clinic))
    _add_acts(acts, clinic, offers)
    proven = APIRouter(dependencies=[Depends(entry.carer_by_password)], responses=REFUSALS)
    add_limits(api, acts, proven, clinic, doing(clinic))
    add_care(acts, clinic, offers)
    add_treating(acts, clinic, offers)
    add_arrival(acts, clinic, offers)
    add_booking(acts, clinic, doing(clinic))
    add_shifts(acts, clinic, doing(clinic))
    add_leaving(acts, clinic, doing(clinic), offers)
    add_devices(acts, clinic, offers)
    add_journals(acts, clinic, doing(clinic))
    archive = Archive(clinic.shelf)
    add_found(acts, clinic.shelf)
    add_stored(acts, archive)
    add_review(acts, archive)
    add_reviewing(offers)
    add_course(acts, clinic, offers)
    add_moving(offers)
    printing = Printing(clinic)
    add_printing(api, acts, printing, doing(clinic))
    add_papers(acts, clinic, printing, doing(clinic))
    _add_sound_acts(acts, clinic)
    add_exports(acts, proven, clinic, doing(clinic))
    add_day_reports(acts, clinic, doing(clinic))
    api.include_router(acts)
    api.include_router(proven)
    leave = APIRouter(dependencies=[Depends(entry.clinician)], responses=REFUSALS)
    add_reports(api, leave, clinic)
    api.include_router(leave)
    _add_trend(api, archive, clinic)
    add_alarms(api, archive)
    add_pages(api)
    return api


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _add_live(api: FastAPI, live: Live) -> None:
    @api.get("/api/stream", response_class=StreamingResponse, responses={503: {"model": Problem}})
    async def stream() -> Response:
        """Server-sent events: `snapshot`, `delta`, `alarm`, and `hb` each second."""
        if live.full:
            why = f"{live.readers} pages are watching already"
            return problem(503, "no more pages can watch", why, "close pages nobody looks at")
        return live.stream()

    @api.get("/api/wall")
    async def wall() -> Response:
        """What the wall shows."""
        return _json(live.snapshot())


def doing(clinic: Clinic) -> Execute:
    """How an act is done and answered: after its commit."""

    async def execute(command: Command) -> Done:
        return Done(id=await clinic.commands.execute(command))

    return execute


def _add_acts(api: APIRouter, clinic: Clinic, offers: Offers) -> None:
    execute = doing(clinic)

    @api.post("/api/alarms/acknowledge")
    async def acknowledge(request: Request, body: AcknowledgeBody) -> Done:
        """A named person has seen this alarm."""
        actor = request.state.actor
        return await execute(Acknowledge(alarm=body.alarm, reason=body.reason, actor=actor))

    @api.post("/api/chairs/{chair}/going")
    async def going(request: Request, chair: Identifier, _: Body) -> Done:
        """A named person is on the way to the chair; nothing falls silent by it."""
        return await execute(Going(chair=chair, actor=request.state.actor))

    @api.post("/api/chairs/{chair}/audio-pause")
    async def pause(request: Request, chair: Identifier, _: Body) -> Done:
        """Audio paused at one chair for 120 s."""
        return await execute(PauseAudio(chair=chair, actor=request.state.actor))

    add_quieting(api, execute)

    @api.post("/api/chairs/{chair}/seat")
    async def seat(request: Request, chair: Identifier, body: SeatBody) -> Done:
        """A patient takes a chair; answers the session's id."""
        return await execute(
            SeatPatient(chair=chair, actor=request.state.actor, **body.model_dump())
        )

    offers.offer("phase", EnterPhase, PhaseBody, "The session moves on.")
    offers.offer(
        "baseline",
        SetBaseline,
        BaselineBody,
        "A person states the patient's baseline, or part of it.",
    )
    offers.offer(
        "baseline/waive",
        WaiveBaseline,
        WaiverBody,
        "The infusion goes on without what is missing of the baseline.",
    )


def _add_sound_acts(api: APIRouter, clinic: Clinic) -> None:
    execute = doing(clinic)

    @api.post("/api/sound/owner")
    async def speaker(request: Request, body: SpeakerBody) -> Done:
        """One display sounds the alarms from now on."""
        return await execute(ChooseSpeaker(display=body.display, actor=request.state.actor))

    @api.post("/api/sound/test")
    async def listened(request: Request, body: SoundTestBody) -> Done:
        """A named person listened to every alarm sound of a display."""
        actor = request.state.actor
        return await execute(ListenedToSound(display=body.display, heard=body.heard, actor=actor))


def _add_trend(api: FastAPI, archive: Archive, clinic: Clinic) -> None:
    @api.get("/api/chairs/{chair}/trend", responses={404: {"model": Problem}})
    async def trend(
        chair: Identifier, minutes: Annotated[int, Query(ge=1, le=240)] = 30
    ) -> Response:
        """The last minutes of a chair's present session."""
        return _json(await archive.trend(chair, minutes, clinic.ward.seating.at(chair)))
