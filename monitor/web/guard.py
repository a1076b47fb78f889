"""What stands before every answer: who may post, how much, and the headers each answer carries.

Plain ASGI around the whole application, so that errors carry the headers too
and a stream passes through without a copy. Knows HTTP; knows no clinic.
"""

from __future__ import annotations

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
BODY_BYTES_MAX = 16_384
STATIC = "/static/"


class Guard:
    """Refuses what changes something and does not come from one of our pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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

        refusal = None if scope["method"] in LOOKING else refused(Headers(scope=scope))
        await (refusal or self._app)(scope, receive, headed)


def refused(headers: Headers) -> JSONResponse | None:
    """The answer to a request that may not change anything; None when it may.

    The header cannot be set from a form or an image of another site without our
    leave; an Origin, where the browser tells one, must be the host it asked.
    """
    if "x-chairside" not in headers:
        return _refusal(403, "the header X-Chairside is missing")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return _refusal(403, f"it comes from {origin}")
    if "content-length" not in headers:
        return _refusal(411, "it does not tell the length of its body")
    if int(headers["content-length"]) > BODY_BYTES_MAX:
        return _refusal(413, f"its body is longer than {BODY_BYTES_MAX} bytes")
    return None


def _refusal(status: int, why: str) -> JSONResponse:
    body = {"what": "this request was refused", "why": why, "fix": "use Chairside's own pages"}
    return JSONResponse(body, status)
