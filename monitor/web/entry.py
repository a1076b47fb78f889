"""Signing in and out at a page, enrolling the display it is on, and who acts there.

Knows requests and cookies; who may what is decided by `people`.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from monitor.clinic import Person
from monitor.displays import Clinic
from monitor.people import MAY, Attempt, Method, Permission
from monitor.web.cookies import Cookies

Text = Annotated[str, Field(min_length=1, max_length=200)]
SIGN_IN_PATH: Final = "/api/sign-in"


class SignInBody(BaseModel):
    """Who, and the PIN or password they prove it by."""

    model_config = ConfigDict(extra="forbid")

    person: Text
    method: Method
    secret: Text


class DisplayBody(BaseModel):
    """What the display is called, such as "wall" or "chair 3"."""

    model_config = ConfigDict(extra="forbid")

    name: Text


class PersonShown(BaseModel):
    """Somebody as a page names them."""

    id: str
    name: str
    role: str


class DisplayShown(BaseModel):
    """An enrolled display."""

    id: str
    name: str


class Who(BaseModel):
    """Who is signed in at this display, for how long without an act, and who could be.

    `staff` are those who may sign in here by PIN: nobody where a PIN is not
    enough. `published_pin` is a demo's, "" in a clinic.
    """

    person: PersonShown | None
    method: Method | None
    left_s: float
    may: list[Permission]
    display: DisplayShown | None
    pin_is_enough: bool
    staff: list[PersonShown]
    published_pin: str


class Entry:
    """The door of one clinic's pages."""

    def __init__(self, clinic: Clinic) -> None:
        self._people = clinic.people
        secure = clinic.config.web.behind_tls
        self._cookies = Cookies(clinic.people.key("cookies"), secure=secure)

    async def carer(self, request: Request) -> None:
        """Let only those pass who may act at a chair; `request.state.actor` is their id.

        Raises `NotSignedIn` and `NotAllowed`.
        """
        await self._let_pass(request, Permission.CARE)

    async def carer_by_password(self, request: Request) -> None:
        """The same for acts away from the bedside, for which a PIN is not enough."""
        await self._let_pass(request, Permission.CARE, by_password=True)

    async def clinician(self, request: Request) -> None:
        """The same for those who may ask what another preset would do."""
        await self._let_pass(request, Permission.WHAT_IF)

    async def _let_pass(
        self, request: Request, permission: Permission, *, by_password: bool = False
    ) -> None:
        # Pages look without being asked: what they may not see is no act that was refused.
        acts = by_password or request.method != "GET"
        person = await self._people.acting(
            self._cookies.sign_in(request),
            self.display_id(request),
            permission,
            act=f"{request.method} {request.url.path}" if acts else "",
            by_password=by_password,
        )
        request.state.actor = person.id

    def display_id(self, request: Request) -> str:
        """The id of the enrolled display that asks; "" when it is none, or no longer."""
        display = self._people.display(self._cookies.display(request))
        return display.id if display else ""

    async def who(self, request: Request) -> Who:
        """Who is signed in where the request comes from."""
        return await self._who(self._cookies.sign_in(request), self.display_id(request))

    async def sign_in(self, request: Request, body: SignInBody) -> Response:
        """Sign in. A token of before is worth nothing afterwards, nor is one brought along."""
        display = self.display_id(request)
        attempt = Attempt(
            account=body.person,
            method=body.method,
            secret=body.secret,
            display=display,
            address=request.client.host if request.client else "",
        )
        token = await self._people.sign_in(attempt, replaced=self._cookies.sign_in(request))
        answer = JSONResponse((await self._who(token, display)).model_dump(mode="json"))
        self._cookies.keep_sign_in(answer, token)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Sign out; it is no error when nobody was signed in."""
        self._people.sign_out(self._cookies.sign_in(request))
        answer = JSONResponse(
            (await self._who("", self.display_id(request))).model_dump(mode="json")
        )
        self._cookies.drop_sign_in(answer)
        return answer

    async def enrol(self, request: Request, body: DisplayBody) -> Response:
        """Make the display that asks one at which a PIN is enough."""
        token = self._cookies.sign_in(request)
        display = await self._people.enrol(token, self.display_id(request), body.name)
        answer = JSONResponse((await self._who("", display.id)).model_dump(mode="json"))
        self._cookies.drop_sign_in(answer)
        self._cookies.keep_display(answer, display.id)
        return answer

    async def _who(self, token: str, display: str) -> Who:
        visit, people = await self._people.visit(token, display), self._people
        enrolled = people.display(display)
        at_pin = people.pin_is_enough(display)
        return Who(
            person=_shown(visit.person) if visit else None,
            method=visit.method if visit else None,
            left_s=visit.left_s if visit else 0.0,
            may=sorted(MAY[visit.person.role], key=lambda one: one.value) if visit else [],
            display=DisplayShown(id=enrolled.id, name=enrolled.name) if enrolled else None,
            pin_is_enough=at_pin,
            staff=[_shown(one) for one in people.at_displays()] if at_pin else [],
            published_pin=people.published_pin,
        )


def _shown(person: Person) -> PersonShown:
    return PersonShown(id=person.id, name=person.name, role=person.role.value)


def add_entry(api: FastAPI, entry: Entry, refusals: dict[int | str, dict[str, object]]) -> None:
    """The routes of the door."""

    @api.get("/api/people")
    async def who(request: Request) -> Who:
        """Who is signed in here, and who could sign in by PIN."""
        return await entry.who(request)

    @api.post(SIGN_IN_PATH, responses=refusals, response_model=Who)
    async def sign_in(request: Request, body: SignInBody) -> Response:
        """Sign in by PIN at an enrolled display, by password anywhere."""
        return await entry.sign_in(request, body)

    @api.post("/api/sign-out", responses=refusals, response_model=Who)
    async def sign_out(request: Request) -> Response:
        """Sign out."""
        return await entry.sign_out(request)

    @api.post("/api/displays", responses=refusals, response_model=Who)
    async def enrol(request: Request, body: DisplayBody) -> Response:
        """Enrol the display that asks; for an administrator signed in by password."""
        return await entry.enrol(request, body)
