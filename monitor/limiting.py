"""Setting a session's own limits: checked, kept as a fact of its person, in force at once.

Knows the ward and session facts; knows no page, SQL or format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.clinic import Person, Session
from monitor.edits import changed, check
from monitor.errors import CommandRefused
from monitor.history import LIMITS
from monitor.ward import Ward


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLimits:
    """A named person sets limits or on-delays of one session, by key; None is the preset's.

    What is not named stays as it is, so that two people can change different limits at once.
    """

    chair: str
    session: str
    changes: Mapping[str, float | None]
    actor: str


def change_limits(ward: Ward, command: ChangeLimits, person: Person) -> str:
    """Do it. The chair's id; raises `CommandRefused`, with the old limits in force."""
    session = its_session(ward, command.chair, command.session)
    edits = changed(session.edits, command.changes)
    if edits == session.edits:
        raise CommandRefused(
            "no limit was changed",
            why="they are set so already",
            fix="choose other values, or close the dialog",
        )
    check(ward.preset, session.phase, session.baseline, edits)
    ward.fact(
        ward.new_fact(LIMITS, chair=session.chair, session=session.id, actor=person.id, data=edits)
    )
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
