"""Adverse events: which of what happened was one, how serious, what was done, how it ended.

Staff mark an event that they entered; the newest mark of an event counts, and a mark
falls with its event. Words of seriousness: ICH E2A, II.B (what makes an event
serious); of the outcome: ICH E2B(R3), E.i.7. Knows no live value, clock or page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from monitor.history import OBSERVED, OF, TEXT, Data, FactRow, Value, happened_us, name_of, standing

ADVERSE = "adverse event"
SERIOUS, WHY, DONE, OUTCOME = "serious", "criterion", "done", "outcome"
BETWEEN = ", "


class Seriousness(Enum):
    """By what an event is serious; `NOT` for one that is not."""

    NOT = "not serious"
    HOSPITAL = "hospital"
    LIFE = "life-threatening"
    DEATH = "death"
    DISABILITY = "lasting disability"
    OTHER = "medically important"

    @property
    def serious(self) -> bool:
        """Is it serious by any of them?"""
        return self is not Seriousness.NOT


class Deed(Enum):
    """What was done about it."""

    NOTHING = "nothing needed"
    WATCHED = "watched longer"
    POSITION = "position changed"
    SLOWED = "infusion slowed"
    PAUSED = "infusion paused"
    STOPPED = "infusion stopped"
    DRUG = "drug given"
    OXYGEN = "oxygen given"
    CLINICIAN = "clinician called"
    EMERGENCY = "emergency called"
    SENT = "sent to hospital"


class Outcome(Enum):
    """How it ended, as far as is known."""

    RESOLVED = "resolved"
    RECOVERING = "recovering"
    ONGOING = "ongoing"
    SEQUELAE = "resolved with lasting harm"
    FATAL = "fatal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """One adverse event: `name` is the mark's, `of` the marked event's, both as facts.

    It happened at `at_us` and was marked at `marked_us` by `actor` (UTC microseconds);
    `what` is the event with its grade, `text` what else was said or "".
    """

    name: str
    of: str
    at_us: int
    marked_us: int
    actor: str
    what: str
    seriousness: Seriousness
    done: tuple[Deed, ...]
    outcome: Outcome
    text: str

    def said(self) -> str:
        """Seriousness, what was done and outcome in a line, without free words."""
        return said(self.seriousness, self.done, self.outcome)


def said(seriousness: Seriousness, done: Iterable[Deed], outcome: Outcome) -> str:
    """The three in a line."""
    how = f"SERIOUS: {seriousness.value}" if seriousness.serious else seriousness.value
    return BETWEEN.join([how, *(one.value for one in done), outcome.value])


def data_of(
    of: str, seriousness: Seriousness, done: Iterable[Deed], outcome: Outcome, text: str
) -> Data:
    """A mark as a fact keeps it."""
    why: dict[str, Value] = {WHY: seriousness.value} if seriousness.serious else {}
    words: dict[str, Value] = {TEXT: text.strip()} if text.strip() else {}
    chosen = set(done)
    return {
        OF: of,
        SERIOUS: seriousness.serious,
        **why,
        DONE: BETWEEN.join(one.value for one in Deed if one in chosen),
        OUTCOME: outcome.value,
        **words,
    }


def harms_of(facts: Sequence[FactRow]) -> tuple[Harm, ...]:
    """The adverse events of a session as they stand, in the order in which they happened."""
    stands = standing(facts)
    marks = {str(one.data[OF]): one for one in stands if one.kind == ADVERSE}
    found = [_harm(marks[name_of(event)], event) for event in stands if name_of(event) in marks]
    return tuple(sorted(found, key=lambda one: one.at_us))


def markable(fact: FactRow) -> bool:
    """May this entry be an adverse event: something that happened, or was seen?"""
    return fact.kind in ("event", OBSERVED)


def what_of(event: FactRow) -> str:
    """The event with its grade, or what was seen with its value."""
    data = event.data
    parts = (data.get("event"), data.get("grade"), data.get("item"), data.get("value"))
    told = (f"{one:g}" if isinstance(one, float) else str(one) for one in parts if one)
    return " ".join(told)


def told_of(data: Data) -> tuple[Seriousness, tuple[Deed, ...], Outcome]:
    """What a mark says."""
    deeds = str(data.get(DONE) or "").split(BETWEEN)
    return (
        Seriousness(str(data.get(WHY) or Seriousness.NOT.value)),
        tuple(one for one in Deed if one.value in deeds),
        Outcome(str(data[OUTCOME])),
    )


def _harm(mark: FactRow, event: FactRow) -> Harm:
    seriousness, done, outcome = told_of(mark.data)
    return Harm(
        name=name_of(mark),
        of=name_of(event),
        at_us=happened_us(event),
        marked_us=mark.at_us,
        actor=mark.actor or "",
        what=what_of(event),
        seriousness=seriousness,
        done=done,
        outcome=outcome,
        text=str(mark.data.get(TEXT) or ""),
    )
