"""The staff list and the enrolled displays, as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.clinic import Person
from monitor.people.secrets_kept import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of staff with the hashes of what they sign in by; nobody is ever deleted."""

    person: Person
    disabled: bool = False
    hashes: Mapping[Method, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A display at which a PIN is enough. `enrolled_us` is UTC microseconds."""

    id: str
    name: str
    enrolled_by: str
    enrolled_us: int
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """All staff and all displays at one instant, by id."""

    members: Mapping[str, Member]
    displays: Mapping[str, Enrolled]

    def member(self, person: str) -> Member | None:
        """Who may sign in under that id; None for the unknown and the disabled."""
        member = self.members.get(person)
        return None if member is None or member.disabled else member

    def display(self, display: str) -> Enrolled | None:
        """The enrolled display of that id; None when it was revoked."""
        enrolled = self.displays.get(display)
        return None if enrolled is None or enrolled.revoked else enrolled
