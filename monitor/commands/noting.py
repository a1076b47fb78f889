"""Noting what happens at the chair: events and values by hand.

What happened earlier is entered with its time, while the session is open and after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.care.notes import CHARTED, EVENT
from monitor.care.treatment import misstep
from monitor.clinic import Person, Session
from monitor.commands.acts import Desk, SessionAct
from monitor.errors import CommandRefused
from monitor.history import (
    HAPPENED,
    TEXT,
    Data,
    FactRow,
    Value,
    name_of,
)
from monitor.plausibility import objection, pair_objection
from monitor.vitals import VitalSign

TEXT_MAX = 1_000
SOURCE_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEvent(SessionAct):
    """One of `[care] events` happened at the chair, now or at `happened_us`."""

    event: str
    grade: str = ""
    text: str = ""
    happened_us: int | None = None

    def upon(self, desk: Desk, person: Person, session: Session, _: Sequence[FactRow]) -> str:
        """The event's name as a fact, by which it can be corrected."""
        check_grade(desk, self.event, self.grade)
        check_text(self.text)
        data: dict[str, Value] = {"event": self.event, **happened(desk, session, self.happened_us)}
        if self.grade:
            data["grade"] = self.grade
        if self.text.strip():
            data[TEXT] = self.text.strip()
        return name_of(desk.note(session, EVENT, person, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartValues(SessionAct):
    """Vital signs that no device sent: measured by hand, or from paper after an outage."""

    values: Mapping[VitalSign, float]
    source: str
    happened_us: int | None = None

    def upon(self, desk: Desk, person: Person, session: Session, _: Sequence[FactRow]) -> str:
        """The entry's name as a fact."""
        self._check(desk)
        data: Data = {
            **{vital.value: value for vital, value in self.values.items()},
            "source": self.source.strip(),
            **happened(desk, session, self.happened_us),
        }
        return name_of(desk.note(session, CHARTED, person, data))

    def _check(self, desk: Desk) -> None:
        preset, why = desk.ward.preset, ""
        for vital, value in self.values.items():
            if objection(vital, value, preset):
                why = f"{vital.value} {value:g} is not possible"
        pair = [self.values.get(one) for one in (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC)]
        why = why or pair_objection(pair[0], pair[1], preset)
        if not self.values:
            why = "there is no value"
        if not self.source.strip() or len(self.source) > SOURCE_MAX:
            why = f"where they are from is said in 1 to {SOURCE_MAX} characters"
        if why:
            raise CommandRefused(
                "these values cannot be entered", why=why, fix="enter what was measured"
            )


def happened(desk: Desk, session: Session, happened_us: int | None) -> dict[str, Value]:
    """When it happened, as a fact keeps it: nothing for now. Raises `CommandRefused`.

    It lies within the session and not in the future; of a closed session it must be said.
    """
    why = ""
    if happened_us is None:
        if session.closed_us is None:
            return {}
        why = "the session is closed, and nobody said when it happened"
    elif happened_us > desk.ward.clock.utc_us():
        why = "that time is still to come"
    elif happened_us < session.opened_us:
        why = "the patient was not seated then, or it is still to come"
    elif session.closed_us is not None and happened_us > session.closed_us:
        why = "the session was closed by then"
    if why:
        raise CommandRefused(
            "this cannot be entered for that time", why=why, fix="enter when it happened"
        )
    return {HAPPENED: happened_us}


def check_pump(facts: Sequence[FactRow], fact: FactRow) -> None:
    """Raises `CommandRefused` when with this fact the pump's story becomes one that cannot be."""
    before, after = misstep(facts), misstep([*facts, fact])
    if after and not before:
        raise CommandRefused(
            "this cannot have been done at the pump",
            why=after,
            fix="correct the time or the entry that is wrong, then enter this one",
        )


def check_grade(desk: Desk, event: str, grade: str) -> None:
    """Raises `CommandRefused` for an event, or a grade of it, that the clinic does not know."""
    known = {one.name: one.grades for one in desk.config.care.events}
    if event not in known:
        raise CommandRefused(
            f"{event!r} cannot be entered",
            why=f"the clinic's events are {', '.join(known)}",
            fix="enter a note, or add it to [care] events in clinic.toml",
        )
    if grade and grade not in known[event]:
        raise CommandRefused(
            f"{event} {grade} cannot be entered",
            why=f"its grades are {', '.join(known[event]) or 'none'}",
            fix="choose one of those",
        )


def check_text(text: str) -> None:
    """Raises `CommandRefused` for more words than a note holds."""
    if len(text) > TEXT_MAX:
        raise CommandRefused(
            "this note is too long", why=f"it holds {TEXT_MAX} characters", fix="shorten it"
        )
