"""Setting a session's own limits: checked, kept as a fact of its person, in force at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.clinic import Person, Session
from monitor.commands.acts import Act, Desk
from monitor.edits import changed, check
from monitor.errors import CommandRefused
from monitor.history import LIMITS
from monitor.ward import Ward


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLimits(Act):
    """A named person sets limits or on-delays of one session, by key; None is the preset's.

    What is not named stays as it is, so that two people can change different limits at once.
    """

    chair: str
    session: str
    changes: Mapping[str, float | None]

    def do(self, desk: Desk, person: Person) -> str:
        """The chair's id; when refused, the old limits are in force."""
        desk.known_chair(self.chair)
        ward = desk.ward
        session = its_session(ward, self.chair, self.session)
        edits = changed(session.edits, self.changes)
        if edits == session.edits:
            raise CommandRefused(
                "no limit was changed",
                why="they are set so already",
                fix="choose other values, or close the dialog",
            )
        check(ward.preset, session.phase, session.baseline, edits)
        desk.keep_of(session, LIMITS, person, edits)
        ward.limit(replace(session, edits=edits))
        return session.chair


def its_session(ward: Ward, chair: str, session_id: str) -> Session:
    """The session of a dialog that was opened earlier; raises `CommandRefused` when it is over."""
    session = ward.seating.at(chair)
    if session is None or session.id != session_id:
        raise CommandRefused(
            f"the limits of chair {chair} are another patient's by now",
            why="the session they were shown for is over",
            fix="open the limits again",
        )
    return session
