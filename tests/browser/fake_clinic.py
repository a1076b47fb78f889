"""A stand-in for the service: it serves the pages and streams whatever wall a test puts up.

For page-only states (24 chairs in every state, a service that answers 503, a
stopped process). What the product itself does is tested against the service.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from monitor.web.pages import add_pages
from tests.browser import scenes
from tests.browser.review_scene import Stored, sessions

CSP = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
Json = dict[str, Any]
SAID_OF_A_REVIEW = ("artefacts", "review/baseline", "review/withdraw")
COOKIE = "fake-sign-in"
BACKLOG_MAX = 20
"""Changes on their way to a page before the next is made."""
SIGNED_OUT = {"what": "nobody is signed in here", "why": "it ended", "fix": "sign in"}


def clock_text(now_ms: int) -> str:
    """Time of day, UTC, as the service would say it."""
    return time.strftime("%H:%M:%S", time.gmtime(now_ms / 1000))


@dataclass
class FakeClinic:
    """The wall as it stands, who listens, and what was posted."""

    wall: Json
    refusing: bool = False
    exporting: str = ""
    export_looks: int = 0
    silent: bool = False
    posts: list[Json] = field(default_factory=list)
    listeners: set[asyncio.Queue[bytes]] = field(default_factory=set)
    posted: asyncio.Condition = field(default_factory=asyncio.Condition)
    seq: int = 0
    stored: dict[str, Stored] = field(default_factory=sessions)

    async def note(self, path: str, body: Json, person: str) -> None:
        """Keep what a page posted, and who was signed in there."""
        async with self.posted:
            self.posts.append({"path": path, "body": body, "person": person})
            self.posted.notify_all()

    def now_ms(self) -> int:
        """UTC now."""
        return int(time.time() * 1000)

    def stamped(self) -> Json:
        """The wall at this instant."""
        now = self.now_ms()
        return self.wall | {"now_ms": now, "clock": clock_text(now)}

    def send(self, name: str, data: Json) -> None:
        """One event to every listener."""
        self.seq += 1
        message = f"id: {self.seq}\nevent: {name}\ndata: {json.dumps(data)}\n\n".encode()
        for listener in self.listeners:
            listener.put_nowait(message)

    def put_up(self, wall: Json) -> None:
        """Show another wall everywhere."""
        self.wall = wall
        self.send("snapshot", self.stamped())

    def change(self, tiles: list[Json], **more: Any) -> None:
        """Change some tiles, as a delta."""
        changed = {tile["chair"]: tile for tile in tiles}
        self.wall["tiles"] = [changed.get(tile["chair"], tile) for tile in self.wall["tiles"]]
        self.wall.update(more)
        keys = ("strip", "sound", "speaker", "status", "counts", "now_ms", "clock")
        stamped = self.stamped()
        self.send("delta", {key: stamped[key] for key in keys} | {"tiles": tiles})

    async def stream(self) -> AsyncIterator[bytes]:
        """One listener's events, snapshot first."""
        inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.listeners.add(inbox)
        try:
            snapshot = json.dumps(self.stamped())
            yield f"retry: 1000\nevent: snapshot\ndata: {snapshot}\n\n".encode()
            while True:
                message = await inbox.get()
                if not message:
                    return
                yield message
        finally:
            self.listeners.discard(inbox)

    async def hours(self, seconds: int) -> None:
        """So many seconds, a change of every chair in each, as fast as all pages take them."""
        count = len(self.wall["tiles"])
        for second in range(seconds):
            wall = scenes.at_second(count, second)
            self.change(wall["tiles"], **{key: wall[key] for key in ("strip", "sound", "counts")})
            while any(listener.qsize() > BACKLOG_MAX for listener in self.listeners):
                await asyncio.sleep(0.005)

    async def beat(self) -> None:
        """A heartbeat each second, for ever."""
        while True:
            await asyncio.sleep(1)
            if not self.silent:
                self.send("hb", {"now_ms": self.now_ms(), "seq": self.seq})

    def who(self, request: Request) -> Json:
        """Who is signed in at the page that asks, and who could be."""
        kept = request.cookies.get(COOKIE)
        person = next((one for one in scenes.STAFF if one["id"] == kept), None)
        return scenes.who(person)

    def acknowledge(self, alarm: str, actor: str) -> bool:
        """Turn one alarm steady on every page; False when there is no such alarm."""
        for tile in copy.deepcopy(self.wall["tiles"]):
            for one in tile["alarms"]:
                if one["id"] == alarm:
                    one.update(
                        state="ACTIVE_ACK", acknowledged=f"ack {actor}", can_acknowledge=False
                    )
                    tile.update(flash=False, sound="")
                    self.change([tile], sound="")
                    return True
        return False


def build(clinic: FakeClinic) -> FastAPI:
    """The web application around a fake clinic."""
    app = FastAPI()

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Response:
        if clinic.refusing and not request.url.path.startswith("/fake/"):
            return Response("not ready", status_code=503)
        response: Response = await call_next(request)
        response.headers["Content-Security-Policy"] = CSP
        return response

    @app.get("/api/stream")
    async def stream() -> StreamingResponse:
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(clinic.stream(), media_type="text/event-stream", headers=headers)

    _add_reads(app, clinic)
    _add_door(app, clinic)
    _add_acts(app, clinic)
    add_pages(app)
    return app


def _add_reads(app: FastAPI, clinic: FakeClinic) -> None:
    @app.get("/api/wall")
    async def wall() -> Json:
        return clinic.stamped()

    @app.get("/api/chairs/{chair}/trend")
    async def trend(chair: str, minutes: int = 30) -> Json:
        return scenes.trend(chair, clinic.now_ms(), minutes)

    @app.get("/api/alarms")
    async def alarms(chair: str = "", priority: str = "") -> Json:
        return scenes.history(chair, priority)

    @app.get("/api/sessions")
    async def sessions(request: Request) -> Response:
        if clinic.who(request)["person"] is None:
            return JSONResponse(SIGNED_OUT, status_code=401)
        return JSONResponse(scenes.sessions(dict(request.query_params)))

    @app.get("/api/sessions/{session}/review")
    async def review(session: str, request: Request) -> Response:
        if clinic.who(request)["person"] is None:
            return JSONResponse(SIGNED_OUT, status_code=401)
        stored = clinic.stored.get(session, clinic.stored["s-1"])
        return JSONResponse(await asyncio.to_thread(stored.answer))

    @app.get("/api/sessions/{session}/why")
    async def why(session: str, alarm: str) -> Json:
        return {"session": session, "alarms": [scenes.why(alarm)]}

    @app.get("/api/sessions/{session}/alarms")
    async def session_alarms(session: str) -> Json:
        return {"session": session, **scenes.history("", "")}


def _add_door(app: FastAPI, clinic: FakeClinic) -> None:
    @app.get("/api/people")
    async def who(request: Request) -> Json:
        return clinic.who(request)

    @app.post("/api/sign-in")
    async def sign_in(request: Request) -> Response:
        body = await request.json()
        person = next(one for one in scenes.STAFF if one["id"] == body["person"])
        if body["secret"] != scenes.PIN:
            refusal = {"what": "this pin does not fit", "why": "it is another", "fix": "try again"}
            return JSONResponse(refusal, status_code=401)
        answer = JSONResponse(scenes.who(person))
        answer.set_cookie(COOKIE, person["id"])
        return answer

    @app.post("/api/sign-out")
    async def sign_out() -> Response:
        answer = JSONResponse(scenes.who(None))
        answer.delete_cookie(COOKIE)
        return answer


def _add_acts(app: FastAPI, clinic: FakeClinic) -> None:
    @app.post("/api/alarms/acknowledge")
    async def acknowledge(request: Request) -> Response:
        body, person = await request.json(), clinic.who(request)["person"]
        if person is None:
            return JSONResponse(SIGNED_OUT, status_code=401)
        await clinic.note(request.url.path, body, person["id"])
        if clinic.acknowledge(body["alarm"], person["id"]):
            return JSONResponse({"id": body["alarm"]})
        refusal = {"what": "no such open alarm", "why": "it has ended", "fix": "look at the wall"}
        return JSONResponse(refusal, status_code=409)

    @app.post("/api/sound/here")
    async def here(request: Request) -> Json:
        return {"id": (await request.json())["display"]}

    @app.post("/api/sessions/{session}/export")
    async def export(session: str, request: Request) -> Response:
        if clinic.who(request)["person"] is None:
            return JSONResponse(SIGNED_OUT, status_code=401)
        name = f"{session}{(await request.json())['ending']}"
        head = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response("sampled_at,value\r\n", media_type="text/csv", headers=head)

    @app.get("/api/exports")
    async def exports() -> Json:
        clinic.export_looks += 1
        return scenes.exports(clinic.exporting, clinic.export_looks)

    @app.get("/api/exports/file")
    async def archive() -> Response:
        head = {"Content-Disposition": 'attachment; filename="chairside-month-2026-03.zip"'}
        return Response(b"PK", media_type="application/zip", headers=head)

    @app.post("/api/exports")
    async def begin_export(request: Request) -> Json:
        clinic.exporting, clinic.export_looks = (await request.json())["month"], 0
        return scenes.exports(clinic.exporting, 0)

    @app.post("/api/{rest:path}")
    async def other(rest: str, request: Request) -> Response:
        person = clinic.who(request)["person"]
        if person is None:
            return JSONResponse(SIGNED_OUT, status_code=401)
        body = await request.json()
        place, _, said = rest.removeprefix("sessions/").partition("/")
        if place in clinic.stored and said in SAID_OF_A_REVIEW:
            clinic.stored[place].take(said, body)
        await clinic.note(request.url.path, body, person["id"])
        return JSONResponse({"id": rest})

    @app.post("/fake/wall")
    async def put_up(request: Request) -> Json:
        clinic.put_up(await request.json())
        return {}

    @app.post("/fake/change")
    async def change(request: Request) -> Json:
        body = await request.json()
        clinic.change(body.pop("tiles"), **body)
        return {}

    @app.post("/fake/alarm")
    async def alarm(request: Request) -> Json:
        clinic.send("alarm", await request.json())
        return {}

    @app.post("/fake/refuse/{yes}")
    async def refuse(yes: bool) -> Json:
        clinic.refusing = yes
        return {}

    @app.post("/fake/forget")
    async def forget() -> Json:
        for tile in clinic.wall["tiles"]:
            tile["alarms"] = []
        return {}

    @app.post("/fake/cut")
    async def cut() -> Json:
        for listener in clinic.listeners:
            listener.put_nowait(b"")
        return {}

    @app.post("/fake/hold/{yes}")
    async def hold(yes: bool) -> Json:
        clinic.silent = yes
        return {}

    @app.post("/fake/hours/{seconds}")
    async def hours(seconds: int) -> Json:
        await clinic.hours(seconds)
        return {}

    @app.get("/fake/posts")
    async def posts(least: int = 0) -> list[Json]:
        async with clinic.posted:
            await clinic.posted.wait_for(lambda: len(clinic.posts) >= least)
        return clinic.posts


async def serve(listener: socket.socket, wall: Json) -> None:
    """Serve until the process is ended."""
    clinic = FakeClinic(wall)
    config = uvicorn.Config(build(clinic), log_level="warning")
    async with asyncio.TaskGroup() as group:
        group.create_task(clinic.beat(), name="heartbeat")
        await uvicorn.Server(config).serve([listener])


def main() -> None:
    """`python -m tests.browser.fake_clinic --port 8123 --chairs 24 --scene alarm`.

    Prints its address once it listens; port 0 takes a free one.
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--chairs", type=int, default=6)
    parser.add_argument("--scene", default="alarm", choices=sorted(scenes.SCENES))
    arguments = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", arguments.port))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    asyncio.run(serve(listener, scenes.wall(arguments.chairs, arguments.scene)))


if __name__ == "__main__":
    main()
