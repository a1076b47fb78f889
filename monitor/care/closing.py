"""How a session was closed: the clinician's note and plan, the signature, and what came after.

All of it follows from the session's facts. Knows no figure, page or database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from monitor.history import ADDENDUM, NOTE, SIGNED, TEXT, FactRow, standing


class Plan(Enum):
    """What the clinician means for the next infusion."""

    SAME_DOSE = "same dose"
    CHANGE = "change"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The clinician's note and plan that closes a session."""

    at_us: int
    actor: str
    plan: Plan
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A clinician signed the report: `document_sha256` is the hash of what they saw.

    `number` is the row of the record's audit that the chain had come to by then.
    """

    at_us: int
    actor: str
    document_sha256: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Addendum:
    """What a clinician added to a signed report."""

    at_us: int
    actor: str
    text: str


def note_of(facts: Sequence[FactRow]) -> Note | None:
    """The note and plan that stands: the newest; None when there is none yet."""
    fact = _newest(facts, NOTE)
    if fact is None:
        return None
    return Note(
        at_us=fact.at_us,
        actor=fact.actor or "",
        plan=Plan(str(fact.data["plan"])),
        text=str(fact.data.get(TEXT, "")),
    )


def signed_of(facts: Sequence[FactRow]) -> Signed | None:
    """The signature, which stands for good; None while the report is not signed."""
    fact = next((one for one in facts if one.kind == SIGNED), None)
    if fact is None:
        return None
    return Signed(
        at_us=fact.at_us,
        actor=fact.actor or "",
        document_sha256=str(fact.data["document_sha256"]),
        number=int(fact.data.get("number") or 0),
    )


def addenda_of(facts: Sequence[FactRow]) -> tuple[Addendum, ...]:
    """What was added since, in order."""
    return tuple(
        Addendum(at_us=fact.at_us, actor=fact.actor or "", text=str(fact.data.get(TEXT, "")))
        for fact in facts
        if fact.kind == ADDENDUM
    )


def _newest(facts: Sequence[FactRow], kind: str) -> FactRow | None:
    found = [fact for fact in standing(facts) if fact.kind == kind]
    return found[-1] if found else None
