"""The one desk for all questions of who: signs people in and out, says who may act.

Reads the staff file anew for each sign-in and act, so that a person disabled
or a display revoked counts at once. Knows no request, page or SQL.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from monitor.clinic import Person
from monitor.clock import Clock
from monitor.errors import ChairsideError, NotAllowed, NotSignedIn, StoreError, TriedTooOften
from monitor.history import REFUSED, TEXT
from monitor.people.lockout import Lockout
from monitor.people.members import Enrolled, Roll
from monitor.people.roles import Permission, may
from monitor.people.secrets_kept import Hasher, Method
from monitor.people.sign_ins import SignIn, SignIns
from monitor.status import StatusLine

TRIES_FREE: Final = 5
"""Of one account at one place. Another account there is not held up (S19)."""
TRIES_PLACE_FREE: Final = 50
TRIES_ACCOUNT_FREE: Final = 100
"""From everywhere together: NIST SP 800-63B 5.2.2."""
CHECKS_AT_ONCE: Final = 2
CHECKS_WAITING_MAX: Final = 20
LOOK_S: Final = 10.0
ACT_LENGTH_MAX: Final = 200
NAME_LENGTH: Final = range(1, 41)
ANOTHER_PEPPER: Final = (
    "restore the pepper file from its backup: PINs and passwords were kept with another one"
)

Data = dict[str, str | int | float | bool | None]
Note = Callable[[str, str | None, Data], None]


class Book(Protocol):
    """Where staff and displays are kept."""

    def read(self) -> Roll: ...

    def enrol(self, display: Enrolled) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody at the door. `display` is the id an enrolled display shows, or ""."""

    account: str
    method: Method
    secret: str
    display: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody signed in; `left_s` until it ends without another act."""

    person: Person
    method: Method
    left_s: float


class People:
    """Staff and displays of one clinic, and who of them is signed in where.

    `published_pin` is for a demo alone: it is shown to everybody, and a PIN is
    then enough at any display.
    """

    def __init__(
        self, book: Book, hasher: Hasher, clock: Clock, *, idle_s: float, published_pin: str = ""
    ) -> None:
        self._book, self._hasher, self._clock = book, hasher, clock
        self.published_pin = published_pin
        self._signed_in = SignIns(idle_s)
        self._by_account_there = Lockout(TRIES_FREE)
        self._by_place = Lockout(TRIES_PLACE_FREE)
        self._by_account = Lockout(TRIES_ACCOUNT_FREE)
        self._checks = asyncio.Semaphore(CHECKS_AT_ONCE)
        self._waiting = 0
        self._note: Note = lambda *_: None
        self._failing = ""
        self._roll = book.read()

    def listen(self, note: Note) -> None:
        """Tell `note` of each sign-in, sign-out and refusal: kind, person, data."""
        self._note = note

    def key(self, purpose: str) -> bytes:
        """A signing key that outlives a restart, its own for each purpose."""
        return self._hasher.key(purpose)

    async def run(self) -> None:
        """Look into the staff file now and then, for names on pages, until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(LOOK_S)

    def status(self) -> list[StatusLine]:
        """What the header should tell of the staff file."""
        if self._failing:
            return [StatusLine("warn", "STAFF NOT READ", self._failing)]
        if strangers(self._roll, self._hasher):
            return [StatusLine("warn", "ANOTHER PEPPER", ANOTHER_PEPPER)]
        if any(self.may(one.person.id, Permission.CARE) for one in self._roll.members.values()):
            return []
        text = "nobody can sign in to act: `chairside staff add` makes nurses and clinicians"
        return [StatusLine("warn", "NOBODY CAN SIGN IN", text)]

    def everybody(self) -> list[Person]:
        """The whole staff list, the disabled too."""
        return [one.person for one in self._roll.members.values()]

    def names(self) -> Mapping[str, str]:
        """What stands on the screen for each id, of the disabled too."""
        return {one.id: one.name for one in self.everybody()}

    def allowed(self, person: str, permission: Permission) -> Person:
        """The person of that id, if they have leave. Raises `NotAllowed`."""
        member = self._roll.member(person)
        if member is None:
            raise NotAllowed(
                "nobody by that name may act here",
                why=f"{person!r} is not in the staff list, or is disabled",
                fix="ask an administrator: `chairside staff list` shows everybody",
            )
        if not may(member.person.role, permission):
            raise NotAllowed(
                f"{member.person.name} may not do this",
                why=f"the role {member.person.role.value} has no leave to {permission.value}",
                fix="let somebody sign in whose role may",
            )
        return member.person

    def may(self, person: str, permission: Permission) -> bool:
        """Whether the person of that id has leave; nobody unknown or disabled has."""
        member = self._roll.member(person)
        return member is not None and may(member.person.role, permission)

    def at_displays(self) -> list[Person]:
        """Who can sign in by PIN, in order of their names."""
        members = self._roll.members.values()
        return [one.person for one in members if Method.PIN in one.hashes and not one.disabled]

    def display(self, display: str) -> Enrolled | None:
        """The enrolled display of that id."""
        return self._roll.display(display)

    def pin_is_enough(self, display: str) -> bool:
        """Whether a PIN is taken there."""
        return bool(self.published_pin) or self.display(display) is not None

    async def sign_in(self, attempt: Attempt, replaced: str = "") -> str:
        """A new token for who proved themselves; the `replaced` one is worth nothing then.

        Raises `NotSignedIn`, the same for an unknown account as for a wrong
        secret, another for what was kept with another pepper, and `TriedTooOften`.
        """
        await self._look()
        if attempt.method is Method.PIN and not self.pin_is_enough(attempt.display):
            raise NotSignedIn(
                "a PIN is not enough here",
                why="this display is not enrolled",
                fix="sign in with your password, or have an administrator enrol this display",
            )
        place = attempt.display if self.display(attempt.display) else attempt.address
        there = f"{attempt.account}@{place}"
        self._hold_up(there, attempt.account, place)
        member = self._roll.member(attempt.account)
        kept = member.hashes.get(attempt.method) if member else None
        if kept and not self._hasher.made(kept):
            # What can't fit is no guess: nobody is held up for it.
            raise NotSignedIn(
                f"no {attempt.method.value} of {attempt.account} can be checked",
                why="the pepper is not the one that it was kept with",
                fix=ANOTHER_PEPPER,
            )
        # Counted before the check, so that tries made all at once count too.
        now_s = self._clock.monotonic()
        wait_s = self._by_account_there.fail(there, now_s)
        wait_s = max(wait_s, self._by_account.fail(attempt.account, now_s))
        if not await self._check(kept, attempt) or member is None:
            wait_s = max(wait_s, self._by_place.fail(place, now_s))
            self._refuse(attempt, place, wait_s)
        self._by_account_there.succeed(there)
        self._by_account.succeed(attempt.account)
        self._signed_in.end(replaced)
        self._note("signed in", attempt.account, {"by": attempt.method.value, "at": place})
        return self._signed_in.begin(
            attempt.account, attempt.method, attempt.display, self._clock.monotonic()
        )

    def sign_out(self, token: str) -> None:
        """End a sign-in; nothing happens when there is none."""
        found = self._signed_in.find(token, self._clock.monotonic())
        if found is not None:
            self._signed_in.end(token)
            self._note("signed out", found.person, {})

    async def visit(self, token: str, display: str) -> Visit | None:
        """Who is signed in with that token at that display; asking prolongs nothing."""
        found = await self._valid(token, display)
        member = self._roll.member(found.person) if found else None
        if found is None or member is None:
            return None
        left_s = self._signed_in.left_s(found, self._clock.monotonic())
        return Visit(person=member.person, method=found.method, left_s=left_s)

    async def acting(
        self,
        token: str,
        display: str,
        permission: Permission,
        *,
        act: str = "",
        by_password: bool = False,
    ) -> Person:
        """Who acts with that token; they are idle from now on.

        Raises `NotSignedIn`, and `NotAllowed` when their role has no leave, or when the
        act takes a password and they signed in by PIN. With the name of an `act` that
        refusal is told to who listens.
        """
        found = await self._valid(token, display)
        if found is None:
            raise NotSignedIn(
                "nobody is signed in here",
                why="an act needs its person; a sign-in ends when idle, by sign-out or a restart",
                fix="sign in at the top of the page; numbers and alarms are live all the while",
            )
        try:
            person = self.allowed(found.person, permission)
            if by_password:
                self._check_password(found)
        except NotAllowed as refusal:
            if act:
                self._note(REFUSED, found.person, refused(act, refusal))
            raise
        self._signed_in.acted(token, self._clock.monotonic())
        return person

    def _check_password(self, found: SignIn) -> None:
        if found.method is Method.PASSWORD or self.published_pin:
            return
        raise NotAllowed(
            "this takes your password",
            why="a PIN is enough for acts at the chair, not for limits, exports and displays",
            fix="sign in with your password; `chairside staff set-password` gives you one",
        )

    async def enrol(self, token: str, display: str, name: str) -> Enrolled:
        """Make the display in front of an administrator one at which a PIN is enough.

        Raises `NotSignedIn` and `NotAllowed`: it takes the role and the password.
        """
        act = "enrol a display"
        person = await self.acting(token, display, Permission.ENROL, act=act, by_password=True)
        if len(name) not in NAME_LENGTH or not name.isprintable():
            raise NotAllowed(
                "this name cannot be used",
                why=f"1 to {NAME_LENGTH.stop - 1} printable characters are allowed",
                fix="say where the display stands, such as wall or chair 3",
            )
        enrolled = Enrolled(
            id=secrets.token_hex(6),
            name=name,
            enrolled_by=person.id,
            enrolled_us=self._clock.utc_us(),
        )
        await asyncio.to_thread(self._book.enrol, enrolled)
        self._signed_in.end(token)
        await self._look()
        return enrolled

    async def _valid(self, token: str, display: str) -> SignIn | None:
        """The token's sign-in, where person and display still are what they were."""
        await self._look()
        found = self._signed_in.find(token, self._clock.monotonic())
        if found is None:
            return None
        moved = found.display != display
        revoked = found.method is Method.PIN and not self.pin_is_enough(display)
        if moved or revoked or self._roll.member(found.person) is None:
            self._signed_in.end(token)
            return None
        return found

    def _hold_up(self, there: str, account: str, place: str) -> None:
        now_s = self._clock.monotonic()
        wait_s = max(
            self._by_account_there.wait_s(there, now_s),
            self._by_account.wait_s(account, now_s),
            self._by_place.wait_s(place, now_s),
        )
        if wait_s > 0.0:
            raise locked(wait_s)

    async def _check(self, kept: str | None, attempt: Attempt) -> bool:
        if self._waiting >= CHECKS_WAITING_MAX:
            raise TriedTooOften(
                "too many people sign in at once",
                why=f"{self._waiting} are being checked",
                fix="try again in a few seconds",
            )
        self._waiting += 1
        try:
            async with self._checks:
                return await asyncio.to_thread(
                    self._hasher.matches, kept, attempt.method, attempt.account, attempt.secret
                )
        finally:
            self._waiting -= 1

    def _refuse(self, attempt: Attempt, place: str, wait_s: float) -> None:
        # What was typed as an account may be a password typed into the wrong field.
        account = attempt.account if attempt.account in self._roll.members else "unknown"
        data: Data = {"account": account, "by": attempt.method.value, "at": place}
        self._note("sign-in refused", None, data)
        if wait_s > 0.0:
            self._note("locked out", None, {**data, "seconds": wait_s})
            raise locked(wait_s)
        raise NotSignedIn(
            f"this {attempt.method.value} does not fit",
            why="the person or what was typed is not right",
            fix="try again; after five tries there is a wait",
        )

    async def _look(self) -> None:
        """Read the staff file; what was read last counts on while it cannot be read."""
        try:
            self._roll = await asyncio.get_running_loop().run_in_executor(None, self._book.read)
            self._failing = ""
        except StoreError as problem:
            self._failing = f"the staff file cannot be read, its last state counts: {problem.why}"


def strangers(roll: Roll, hasher: Hasher) -> list[str]:
    """The ids of who has a PIN or password kept with another pepper, and is not disabled."""
    return [
        one.person.id
        for one in roll.members.values()
        if not one.disabled and not all(hasher.made(kept) for kept in one.hashes.values())
    ]


def refused(act: str, refusal: ChairsideError) -> Data:
    """What is kept of an act that was refused: which, and why."""
    return {"act": act[:ACT_LENGTH_MAX], TEXT: f"{refusal.what}: {refusal.why}"}


def locked(wait_s: float) -> TriedTooOften:
    """What somebody is told who must wait."""
    return TriedTooOften(
        "too many tries that did not fit",
        why=f"the next one is looked at in {wait_s:.0f} s",
        fix="wait, or let somebody else sign in; numbers and alarms are live all the while",
    )
