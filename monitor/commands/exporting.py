"""Taking sessions out of the house, as files: an act of a person, kept with what and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from monitor.clinic import Person
from monitor.commands.acts import Act, Desk
from monitor.history import Data
from monitor.people import Permission

EXPORTED = "exported"
"""A fact of the clinic: `what`, in which `formats`, how many `sessions`, `de_identified` or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(Act):
    """A person takes out `what`: a session, a patient's course or a month; so many `sessions`."""

    what: str
    formats: str
    sessions: int
    de_identified: bool

    def do(self, desk: Desk, person: Person) -> str:
        """What was taken."""
        data: Data = {
            "what": self.what,
            "formats": self.formats,
            "sessions": self.sessions,
            "de_identified": self.de_identified,
        }
        desk.keep(EXPORTED, person, data)
        return self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintReports(Export):
    """A clinician takes out the reports of many sessions, as they stand or were signed."""

    permission: ClassVar[Permission] = Permission.SIGN
