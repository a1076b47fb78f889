"""The patient's journal: a small application of its own, which can do one thing.

It keeps an entry that comes with a link that counts. Nothing of anybody can be
read through it: no name, no entry, not even whether one was made. It has no
cookie, no script and no route of the pages of staff. Knows HTTP; what counts
and what is kept is decided by `commands` and `care`.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.care.journal import MOOD_MAX, TEXT_MAX, Day, writable
from monitor.commands import WriteJournal
from monitor.commands.journaling import token_hash
from monitor.displays import Clinic
from monitor.errors import ChairsideError, CommandRefused
from monitor.people.lockout import Lockout
from monitor.tables import JournalTable
from monitor.web.guard import Hosts
from monitor.web.pages import WEB

BODY_BYTES_MAX: Final = 32_768
"""The longest text, each of its characters as twelve of a form's, and room for the rest."""
FIELDS_MAX: Final = 6
TOKEN_CHARACTERS_MAX: Final = 64
WRONG_FREE: Final = 20
"""Wrong links of one address that cost nothing: a mistyped one is no attack."""
NETWORK_BITS: Final = 64
"""Of an IPv6 address: what one household has of it (RFC 6177)."""
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then hide from us that a form is our own.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Connection": "close",
}
KEPT: Final = "kept"


class Turned(Exception):
    """Somebody is turned away: the status, and what they are told."""

    def __init__(self, status: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.status, self.what, self.fix = status, what, fix


@dataclass(frozen=True, slots=True)
class Form:
    """What a phone sent. `mood` is None when none was chosen."""

    day: int = 0
    proof: str = ""
    mood: int | None = None
    how: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal's pages over one clinic."""

    clinic: Clinic
    table: JournalTable
    lockout: Lockout = field(default_factory=lambda: Lockout(WRONG_FREE))
    environment: Environment = field(
        default_factory=lambda: Environment(
            loader=FileSystemLoader(WEB / "templates" / "journal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
    )

    def app(self) -> Starlette:
        """All that this listener serves."""
        sheet = (WEB / "static" / "css" / "journal.css").read_bytes()

        async def style(_: Request) -> Response:
            kept = {**HEADERS, "Cache-Control": "max-age=86400"}
            return Response(sheet, media_type="text/css", headers=kept)

        return Starlette(
            routes=[
                Route("/journal.css", style, methods=["GET"]),
                Route("/j/{token}", self.shown, methods=["GET"]),
                Route("/j/{token}", self.written, methods=["POST"]),
            ],
            exception_handlers={
                404: self._nothing,
                405: self._nothing,
                Turned: self._turned,
                Exception: self._failed,
            },
        )

    async def shown(self, request: Request) -> Response:
        """The form of the day that can be written; GET changes nothing."""
        self._check_host(request)
        day = self._day(request)
        return self._page(self._form(request, day, Form()) if day else self._done(request))

    async def written(self, request: Request) -> Response:
        """Keep one entry, then show that it is kept."""
        self._check_host(request)
        self._check_origin(request)
        day, form = self._day(request), parsed(await _body(request))
        if day is None or form.day != day.day:
            # Sent twice, or written on a page of yesterday.
            raise Turned(409, "This was not kept: its time is over, or it was sent before.", "")
        token = str(request.path_params["token"])
        if not hmac.compare_digest(form.proof.encode(), self._proof(token, day).encode()):
            raise Turned(
                403, "This was not kept: it does not come from this page.", "Open it anew."
            )
        problem = "" if form.mood is not None else "Please choose a number for your mood."
        if len(form.text) > TEXT_MAX:
            problem = f"Please make it shorter: {TEXT_MAX} characters have room."
        if problem or form.mood is None:
            return self._page(self._form(request, day, form, problem), 422)
        entry = WriteJournal(
            token=token, day=form.day, mood=form.mood, how=form.how, text=form.text
        )
        try:
            await self.clinic.commands.write(entry)
        except CommandRefused as refusal:
            return self._page(self._form(request, day, form, refusal.why), 409)
        except ChairsideError:
            problem = "It could not be kept just now. Please try again in some minutes."
            return self._page(self._form(request, day, form, problem), 503)
        return RedirectResponse(f"/j/{token}?{KEPT}", 303, headers=HEADERS)

    def _day(self, request: Request) -> Day | None:
        """The day that this link can write now. Raises `Turned` for a link that does not count."""
        where, now_s = place(request), self.clinic.clock.monotonic()
        if self.lockout.wait_s(where, now_s) > 0.0:
            raise Turned(429, "Too many links that do not count.", "Wait a quarter of an hour.")
        token, now_us = str(request.path_params["token"]), self.clinic.clock.utc_us()
        journals = self.clinic.ward.facts.ledger.journals
        found = journals.found(token_hash(token[:TOKEN_CHARACTERS_MAX]), now_us)
        if found is None:
            self.lockout.fail(where, now_s)
            what = "This link does not count: it has expired, or there is a newer one."
            raise Turned(404, what, "Please ask the clinic for a new one.")
        return writable(found[1], now_us)

    def _check_host(self, request: Request) -> None:
        if not self._hosts.known(request.headers.get("host", "")):
            raise Turned(421, "This service does not answer to that name.", "")

    def _check_origin(self, request: Request) -> None:
        """Only this page's own form: what another site sends names that site, or hides it."""
        headers = request.headers
        origin, host = headers.get("origin"), headers.get("host", "")
        ours = origin is None or self._hosts.ours(origin, host)
        if not ours or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Turned(403, "This was not kept: it comes from another site.", "Open it anew.")

    @property
    def _hosts(self) -> Hosts:
        named = urlsplit(self.table.public_url).hostname or ""
        return Hosts(frozenset({named, self.table.host}))

    def _proof(self, token: str, day: Day) -> str:
        """What only a form of ours carries."""
        key = self.clinic.people.key("journal form")
        return hmac.digest(key, f"{token}\0{day.day}".encode(), "sha256").hex()

    def _form(self, request: Request, day: Day, form: Form, problem: str = "") -> str:
        return self._render(
            "form.html",
            day=day.day,
            proof=self._proof(str(request.path_params["token"]), day),
            words=self.table.how_since if day.day else self.table.how,
            moods=range(MOOD_MAX + 1),
            text_max=TEXT_MAX,
            form=form,
            problem=problem,
            kept=KEPT in request.query_params,
        )

    def _done(self, request: Request) -> str:
        return self._render("done.html", kept=KEPT in request.query_params)

    async def _nothing(self, _: Request, __: Exception) -> Response:
        return self._page(self._said("There is nothing here.", "Scan the code again."), 404)

    async def _turned(self, _: Request, turned: Exception) -> Response:
        assert isinstance(turned, Turned)
        return self._page(self._said(turned.what, turned.fix), turned.status)

    async def _failed(self, _: Request, __: Exception) -> Response:
        # What went wrong may hold what was written: it goes into no log.
        what = "This page has a fault, and nothing was kept."
        return self._page(self._said(what, "Please try again later."), 500)

    def _said(self, what: str, fix: str) -> str:
        return self._render("said.html", what=what, fix=fix)

    def _render(self, name: str, **values: object) -> str:
        return self.environment.get_template(name).render(table=self.table, **values)

    @staticmethod
    def _page(html: str, status: int = 200) -> Response:
        kept = {**HEADERS, "Cache-Control": "no-store"}
        return Response(html, status, media_type="text/html", headers=kept)


def place(request: Request) -> str:
    """Where a request comes from, as far as one household is told from another."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/{NETWORK_BITS}", strict=False))
    return host


async def _body(request: Request) -> bytes:
    told = request.headers.get("content-length", "")
    if not (told.isascii() and told.isdigit()):
        raise Turned(411, "This was not kept: it does not tell its length.", "")
    if int(told) > BODY_BYTES_MAX:
        raise Turned(413, "This was not kept: it is too long.", "Please make it shorter.")
    return await request.body()


def parsed(body: bytes) -> Form:
    """A form as browsers send it (application/x-www-form-urlencoded). Raises `Turned`."""
    try:
        fields = dict(
            parse_qsl(
                body.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=FIELDS_MAX,
            )
        )
    except ValueError as problem:
        raise Turned(400, "This was not kept: it cannot be read.", "Open it anew.") from problem
    return Form(
        day=_number(fields, "day", 10_000) or 0,
        proof=fields.get("proof", ""),
        mood=_number(fields, "mood", MOOD_MAX),
        how=fields.get("how", ""),
        text=plain(fields.get("text", "")),
    )


def plain(text: str) -> str:
    """Words as they are kept: no control characters but line ends, nothing around them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(one for one in line if one.isprintable()) for line in lines).strip()


def _number(fields: Mapping[str, str], name: str, highest: int) -> int | None:
    said = fields.get(name, "")
    if not (said.isascii() and said.isdigit() and len(said) <= 5):
        return None
    return int(said) if int(said) <= highest else None
