"""`chairside staff` and `chairside display`: who may sign in, and where a PIN is enough.

Works on the staff file while the service runs or not; the service takes up a
change at the next act.
"""

from __future__ import annotations

import getpass
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.clinic import Person, Role
from monitor.errors import CommandRefused, ConfigError
from monitor.operations import validating
from monitor.people import Hasher, Method, check_secret
from monitor.store.staff import StaffFile
from monitor.tables import PeopleTable

PERSON_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$")
NAME_LENGTH = range(1, 61)
PEPPER_BYTES = 32


@dataclass(frozen=True, slots=True)
class Desk:
    """The staff file of a clinic and what hashes its secrets."""

    file: StaffFile
    hasher: Hasher

    def add(self, person: Person) -> None:
        """Take on somebody. Raises `CommandRefused`."""
        if not PERSON_ID.match(person.id):
            raise CommandRefused(
                f"{person.id!r} cannot be an id",
                why="1 to 50 letters, digits, dots, underscores or hyphens are allowed",
                fix="take initials, such as rk",
            )
        if len(person.name) not in NAME_LENGTH or not person.name.isprintable():
            raise CommandRefused(
                "this name cannot be used",
                why=f"1 to {NAME_LENGTH.stop - 1} printable characters are allowed",
                fix="write it as it should stand on the screen, such as R. Kessler",
            )
        self.file.add(person, by=operator(), at_us=now_us())

    def set_secret(self, person: str, method: Method, secret: str) -> None:
        """Give somebody another PIN or password. Raises `CommandRefused`."""
        check_secret(method, secret)
        kept = self.hasher.hash(method, person, secret)
        self.file.keep_secret(person, method, kept, by=operator(), at_us=now_us())

    def set_role(self, person: str, role: Role) -> None:
        """Give somebody another role. Raises `CommandRefused`."""
        self.file.set_role(person, role, by=operator(), at_us=now_us())

    def disable(self, person: str, *, disabled: bool) -> None:
        """Somebody may not sign in any more, or again. Raises `CommandRefused`."""
        self.file.disable(person, disabled=disabled, by=operator(), at_us=now_us())

    def revoke(self, display: str) -> None:
        """At that display a PIN is no longer enough. Raises `CommandRefused`."""
        self.file.revoke(display, by=operator(), at_us=now_us())

    def staff_lines(self) -> Iterator[str]:
        """Everybody, one a line."""
        for member in self.file.read().members.values():
            person = member.person
            ways = " and ".join(sorted(method.value for method in member.hashes))
            state = "disabled" if member.disabled else ways or "cannot sign in yet"
            yield f"{person.id:<12} {person.role.value:<14} {person.name:<24} {state}"

    def display_lines(self) -> Iterator[str]:
        """Every display, one a line."""
        for one in self.file.read().displays.values():
            enrolled = datetime.fromtimestamp(one.enrolled_us / 1e6, tz=UTC)
            state = "revoked" if one.revoked else "enrolled"
            yield f"{one.id:<12} {one.name:<24} {state} {enrolled:%Y-%m-%d} by {one.enrolled_by}"


def open_desk(config_path: Path) -> Desk:
    """The staff file that a configuration names. Raises `ConfigError`, `StoreError`."""
    loaded, _ = validating.load(config_path)
    return desk_of(loaded.people)


def desk_of(people: PeopleTable) -> Desk:
    """The staff file and its pepper; both are made where there is neither.

    Raises `ConfigError` when only the pepper is missing: no PIN would fit any more.
    """
    file = StaffFile(people.path)
    if not people.path.exists() and not people.pepper_file.exists():
        write_pepper(people.pepper_file)
    elif not people.pepper_file.exists():
        raise ConfigError(
            "the pepper of PINs and passwords is gone",
            where=str(people.pepper_file),
            why=f"without it nobody in {people.path} can sign in",
            fix="restore it from the backup; or move the staff file away and add everybody anew",
        )
    pepper = people.pepper()
    file.create()
    return Desk(file, Hasher(pepper))


def write_pepper(path: Path) -> None:
    """Make a pepper, readable by its owner alone. Raises `ConfigError`."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        raise ConfigError(
            "the pepper of PINs and passwords cannot be written",
            where=str(path),
            why=str(problem),
            fix="make its folder, and give the service's user the right to write there",
        ) from problem
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(PEPPER_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())


def first_method(role: Role) -> Method:
    """What somebody of that role needs first: administrators enrol displays, by password."""
    return Method.PASSWORD if role is Role.ADMINISTRATOR else Method.PIN


def operator() -> str:
    """Who sits at the prompt, as the system knows them."""
    return f"os:{getpass.getuser()}"


def now_us() -> int:
    """UTC microseconds by the machine's clock."""
    return time.time_ns() // 1_000
