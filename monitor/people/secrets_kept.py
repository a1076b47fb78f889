"""PINs and passwords: what they must be, how they are kept, how they are compared.

Kept is argon2id over an HMAC with the pepper, a key that lies outside the
database: a stolen staff file alone lets nobody try even one PIN. Beside it stands
which pepper it was, so that another one is told from a wrong PIN. Sources:
RFC 9106 section 4 (argon2id), OWASP Password Storage (peppering), NIST SP
800-63B 5.1.1 (lengths).
"""

from __future__ import annotations

import base64
import hmac
import os
import re
from enum import Enum

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from monitor.errors import CommandRefused


class Method(Enum):
    """What a person signs in by: a PIN at an enrolled display, a password anywhere."""

    PIN = "pin"
    PASSWORD = "password"  # noqa: S105  its name, not one


PIN = re.compile(r"^[0-9]{6,12}$")
"""Six digits: five tries, then waits, make guessing one take years; four would take weeks."""
PASSWORD_LENGTH = range(12, 129)
MARK = "#"
"""Between a hash and the mark of its pepper; neither argon2id's form nor a mark has it."""
ASCENDING, DESCENDING = "01234567890123", "98765432109876"


class Hasher:
    """Hashes and compares, slowly on purpose: some 90 ms and 64 MB each. Run it in a thread."""

    def __init__(
        self,
        pepper: str,
        *,
        rounds: int = argon2.DEFAULT_TIME_COST,
        memory_kib: int = argon2.DEFAULT_MEMORY_COST,
    ) -> None:
        self._pepper = pepper.encode()
        self._mark = self.key("mark").hex()[:8]
        self._argon2 = argon2.PasswordHasher(time_cost=rounds, memory_cost=memory_kib)
        self._decoy = decoy(self._argon2)

    def hash(self, method: Method, person: str, secret: str) -> str:
        """What may be kept of a secret."""
        return self._argon2.hash(self._peppered(method, person, secret)) + MARK + self._mark

    def made(self, kept: str) -> bool:
        """Whether its pepper is this one; taken to be so of what was kept without a mark."""
        mark = kept.partition(MARK)[2]
        return not mark or mark == self._mark

    def matches(self, kept: str | None, method: Method, person: str, secret: str) -> bool:
        """Whether the secret is the one kept. Takes as long when nothing is kept (S20)."""
        known = kept.partition(MARK)[0] if kept else self._decoy
        try:
            self._argon2.verify(known, self._peppered(method, person, secret))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def key(self, purpose: str) -> bytes:
        """A key of its own for another purpose, such as signing cookies."""
        return hmac.digest(self._pepper, f"key\0{purpose}".encode(), "sha256")

    def _peppered(self, method: Method, person: str, secret: str) -> bytes:
        # Bound to person and method, so that a row copied to somebody else fits nobody.
        told = f"{method.value}\0{person}\0{secret}".encode()
        return hmac.digest(self._pepper, told, "sha256")


def decoy(hasher: argon2.PasswordHasher) -> str:
    """A hash that nothing matches, of the same cost as the others."""
    salt, digest = (
        base64.b64encode(os.urandom(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def check_secret(method: Method, secret: str) -> None:
    """Raise `CommandRefused` for a PIN or password that may not be set."""
    if method is Method.PIN:
        _check_pin(secret)
    elif len(secret) not in PASSWORD_LENGTH:
        raise CommandRefused(
            "this password cannot be used",
            why=f"{PASSWORD_LENGTH.start} to {PASSWORD_LENGTH.stop - 1} characters are allowed",
            fix="take four words that do not belong together",
        )


def _check_pin(secret: str) -> None:
    if not PIN.match(secret):
        raise CommandRefused(
            "this PIN cannot be used", why="it takes 6 to 12 digits", fix="choose another"
        )
    if len(set(secret)) == 1 or secret in ASCENDING or secret in DESCENDING:
        raise CommandRefused(
            "this PIN cannot be used",
            why="it is among the first that anybody tries",
            fix="choose digits without a pattern",
        )
