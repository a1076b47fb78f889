"""What the routes of acts upon a session have in common: who acts, on which, when it happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from monitor.care.session import session_of
from monitor.commands import Command
from monitor.commands.acts import REASON_MAX
from monitor.displays import Clinic
from monitor.errors import CommandRefused
from monitor.web.answers import Done, Execute
from monitor.web.archive import NotThere

SessionId = Annotated[str, PathParameter(max_length=100)]
Reason = Annotated[str, Field(max_length=REASON_MAX)]
Said = dict[str, object]
"""What an act is made of, by its fields' names."""
HAPPENED = "happened"
MINUTE_US = 60_000_000


class Body(BaseModel):
    """What a page says with an act; a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid")

    def told(self) -> Said:
        """The same, by the names of the act's fields."""
        return self.model_dump()


class LateBody(Body):
    """What may be entered later than it happened; "" for now, else the clinic's time of day."""

    happened: Annotated[str, Field(pattern=r"^([0-2]\d:[0-5]\d(:[0-5]\d)?)?$")] = ""


class Offers:
    """Acts upon a session, each a route: `acts` are for those who are signed in."""

    def __init__(self, acts: APIRouter, clinic: Clinic, execute: Execute) -> None:
        self._acts, self._clinic, self._execute = acts, clinic, execute

    def offer(
        self, path: str, act: Callable[..., Command], body: type[Body], describes: str
    ) -> None:
        """POST to `/api/sessions/{session}/` and this path does the act, in who asks' name."""

        async def route(request: Request, session: str, body: Body) -> Done:
            said = body.told()
            if isinstance(body, LateBody):
                said |= {"happened_us": await self._moment(session, str(said.pop(HAPPENED)))}
            return await self._execute(act(session=session, actor=request.state.actor, **said))

        # A route is read by its signature: here is what this one takes.
        route.__annotations__ |= {
            "request": Request,
            "session": SessionId,
            "body": body,
            "return": Done,
        }
        route.__name__ = path.replace("/", "_").replace("-", "_")
        self._acts.post(f"/api/sessions/{{session}}/{path}", description=describes)(route)

    async def _moment(self, session_id: str, said: str) -> int | None:
        """When the clinic's clocks showed that within the session; None for now.

        A minute without its seconds that began before the patient sat down is when they did.
        """
        if not said:
            return None
        session = session_of(await self._clinic.facts(session_id))
        if session is None:
            raise NotThere(f"there is no session {session_id}")
        now_us = self._clinic.clock.utc_us()
        until_us = min(session.closed_us or now_us, now_us)
        try:
            at_us = self._clinic.words.moment(said, until_us)
        except ValueError:
            raise CommandRefused(
                f"{said} is no time of day", why="hours go to 23", fix="enter hours and minutes"
            ) from None
        opening = said.count(":") == 1 and 0 < session.opened_us - at_us < MINUTE_US
        return session.opened_us if opening else at_us
