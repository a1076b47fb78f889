"""What stands before every answer: asked by which name, from where, how much; and its headers.

Plain ASGI around the whole application, so that errors carry the headers too
and a stream passes through without a copy. Knows HTTP; knows no clinic.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANSWER_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_BYTES_MAX = 65_536
"""A pasted alarm preset is the longest: some 20 kB."""
STATIC = "/static/"


@dataclass(frozen=True, slots=True)
class Hosts:
    """By which names this service may be asked; over TLS alone when `https`.

    Another site's name may be made to point here after its page was loaded
    (DNS rebinding), and that page then counts as ours in the browser: so only
    names of the configuration are answered. An address needs no leave, since
    no page of another site was loaded from it.
    """

    names: frozenset[str]
    https: bool = False

    def known(self, netloc: str) -> bool:
        """Whether a Host header, or the host of an origin, is one of ours."""
        try:
            host = urlsplit(f"//{netloc}").hostname or ""
        except ValueError:
            return False
        if "@" in netloc or not host:
            return False
        return host in self.names or host == "localhost" or _is_address(host)

    def ours(self, origin: str, host: str) -> bool:
        """Whether a page of that origin was loaded from the host it now asks."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        scheme = parts.scheme == "https" if self.https else parts.scheme in ("http", "https")
        return scheme and parts.netloc == host and self.known(parts.netloc)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class Guard:
    """Refuses what asks by a strange name, or changes something from a page that is not ours."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or let the application answer; both with our headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kept = "no-cache" if scope["path"].startswith(STATIC) else "no-store"

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", kept)
                headers.update(ANSWER_HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        refusal = misdirected(headers, self._hosts)
        if refusal is None and scope["method"] not in LOOKING:
            refusal = refused(headers, self._hosts)
        await (refusal or self._app)(scope, receive, headed)


def misdirected(headers: Headers, hosts: Hosts) -> JSONResponse | None:
    """The answer to a request for somebody else; None when it is for us."""
    host = headers.get("host", "")
    if hosts.known(host):
        return None
    body = {
        "what": "this service does not answer to that name",
        "why": f"{host!r} is not among the names of the configuration",
        "fix": "add it to [web] hosts, or ask by the machine's address",
    }
    return JSONResponse(body, 421)


def refused(headers: Headers, hosts: Hosts) -> JSONResponse | None:
    """The answer to a request that may not change anything; None when it may.

    The header cannot be set from a form or an image of another site without our
    leave; an Origin, where the browser tells one, must be the host it asked.
    """
    if "x-chairside" not in headers:
        return _refusal(403, "the header X-Chairside is missing")
    origin = headers.get("origin")
    if origin is not None and not hosts.ours(origin, headers.get("host", "")):
        return _refusal(403, f"it comes from {origin}")
    if "content-length" not in headers:
        return _refusal(411, "it does not tell the length of its body")
    if int(headers["content-length"]) > BODY_BYTES_MAX:
        return _refusal(413, f"its body is longer than {BODY_BYTES_MAX} bytes")
    return None


def _refusal(status: int, why: str) -> JSONResponse:
    body = {"what": "this request was refused", "why": why, "fix": "use Chairside's own pages"}
    return JSONResponse(body, status)
