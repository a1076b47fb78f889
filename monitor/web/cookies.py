"""The two cookies: who is signed in, and which enrolled display this is.

Both are signed, so that a forged one is told before anything is looked up, and
neither is for scripts or for other sites. Behind TLS they carry the prefix
`__Host-` and Secure (RFC 6265bis 4.1.3). Knows requests; knows no person.
"""

from __future__ import annotations

from typing import Final

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

SIGN_IN: Final = "chairside-sign-in"
DISPLAY: Final = "chairside-display"
DISPLAY_S: Final = 400 * 24 * 3_600
"""As long as browsers keep any cookie."""


class Cookies:
    """Reads and writes them. `key` signs; `secure` when pages are served over TLS."""

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self._key, self._secure = key, secure

    def sign_in(self, request: Request) -> str:
        """The sign-in's token; "" without one or with a forged one."""
        return self._read(request, SIGN_IN)

    def display(self, request: Request) -> str:
        """The id of the enrolled display; "" elsewhere."""
        return self._read(request, DISPLAY)

    def keep_sign_in(self, response: Response, token: str) -> None:
        """Until the browser closes; the service ends it sooner."""
        self._write(response, SIGN_IN, token, None)

    def keep_display(self, response: Response, display: str) -> None:
        """Which display this is, for good."""
        self._write(response, DISPLAY, display, DISPLAY_S)

    def drop_sign_in(self, response: Response) -> None:
        """Nobody is signed in here any more."""
        self._write(response, SIGN_IN, "", 0)

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self._secure else name

    def _signer(self, name: str) -> Signer:
        return Signer(self._key, salt=name)

    def _read(self, request: Request, name: str) -> str:
        signed = request.cookies.get(self._name(name), "")
        try:
            return self._signer(name).unsign(signed).decode()
        except (BadSignature, UnicodeError):
            return ""

    def _write(self, response: Response, name: str, text: str, max_age: int | None) -> None:
        response.set_cookie(
            self._name(name),
            self._signer(name).sign(text).decode(),
            max_age=max_age,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
