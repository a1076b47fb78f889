"""Who is signed in: tokens that end by themselves, when idle or after a shift.

Held in memory: a restart signs everybody out, and a token can be ended at once
(OWASP ASVS 5.0, 7.2-7.4). Only hashes of tokens are held. Pure but for chance.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Final

from monitor.people.secrets_kept import Method

SHIFT_S: Final = 12 * 3_600.0
"""However busy, a sign-in ends after so long."""
SIGN_INS_MAX: Final = 500
TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One person at one place. `display` is the enrolled display, "" elsewhere."""

    person: str
    method: Method
    display: str
    since_s: float
    acted_s: float


class SignIns:
    """All that are open; beyond `SIGN_INS_MAX` the one idle longest is ended."""

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._open: dict[str, SignIn] = {}

    def __len__(self) -> int:
        return len(self._open)

    def begin(self, person: str, method: Method, display: str, now_s: float) -> str:
        """A new sign-in; its token, which nobody had before."""
        if len(self._open) >= SIGN_INS_MAX:
            del self._open[min(self._open, key=lambda key: self._open[key].acted_s)]
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._open[_key(token)] = SignIn(
            person=person, method=method, display=display, since_s=now_s, acted_s=now_s
        )
        return token

    def find(self, token: str, now_s: float) -> SignIn | None:
        """The open sign-in of a token; None when there is none or its time is over."""
        found = self._open.get(_key(token))
        if found is not None and self.left_s(found, now_s) <= 0.0:
            self.end(token)
            return None
        return found

    def left_s(self, sign_in: SignIn, now_s: float) -> float:
        """How long it lasts without another act."""
        return min(sign_in.acted_s + self._idle_s, sign_in.since_s + SHIFT_S) - now_s

    def acted(self, token: str, now_s: float) -> None:
        """Its person did something: it is idle from now on."""
        key = _key(token)
        if key in self._open:
            self._open[key] = replace(self._open[key], acted_s=now_s)

    def end(self, token: str) -> None:
        """The token is worth nothing from now on."""
        self._open.pop(_key(token), None)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
