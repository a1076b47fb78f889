"""Who watches which chair, and what one shift handed to the next.

Worked out from the clinic's own facts alone: the newest word about a chair
counts, and none for longer than a shift. Knows no live value, database or page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.history import FactRow, name_of

WATCHING = "watching"
SHIFT_OFFERED, SHIFT_HANDED_OVER = "shift offered", "shift handed over"
SEVERITY = "severity "
"""Before a chair's id, as a key of an offer: how ill its patient is, of `SEVERITIES`."""
SEVERITIES = ("stable", "watcher", "unstable")
"""Illness severity as I-PASS words it (Starmer 2014, N Engl J Med 371:1803)."""
EMPTY = "empty"
"""In place of a severity: nobody sits in the chair, and who takes over watches it too."""
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Who watches a chair, by staff id, and since when (UTC microseconds)."""

    person: str
    since_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What somebody handed over: chairs, how ill each patient is, and what was open.

    `clinic` are the alarms that are of no one chair.
    `taken_by` and `taken_us` are the receiver and when they confirmed; None before.
    """

    name: str
    giver: str
    offered_us: int
    chairs: tuple[str, ...]
    severities: Mapping[str, str]
    open: str
    limits: str
    due: str
    clinic: str = ""
    taken_by: str | None = None
    taken_us: int | None = None


def chairs_of(fact: FactRow) -> tuple[str, ...]:
    """The chairs that a fact names."""
    return tuple(part for part in str(fact.data.get("chairs", "")).split(",") if part)


def watchers_of(facts: Sequence[FactRow], now_us: int, hours: float) -> dict[str, Watcher]:
    """Who watches each chair now; a chair that is missing is watched by nobody.

    A person watches the chairs of their last word and no other. Taking a chair
    takes it from whoever had it. Nobody watches for longer than `hours`.
    """
    found: dict[str, Watcher] = {}
    for fact in facts:
        if fact.actor is None or fact.kind not in (WATCHING, SHIFT_HANDED_OVER):
            continue
        if fact.kind == WATCHING:
            found = {chair: one for chair, one in found.items() if one.person != fact.actor}
        said = Watcher(person=fact.actor, since_us=fact.at_us)
        found |= dict.fromkeys(chairs_of(fact), said)
    from_us = now_us - hours * HOUR_US
    return {chair: one for chair, one in found.items() if one.since_us > from_us}


def offers_of(facts: Sequence[FactRow]) -> tuple[Offer, ...]:
    """Every hand-over of a shift, oldest first, confirmed or not."""
    taken = {
        str(fact.data["offer"]): fact
        for fact in facts
        if fact.kind == SHIFT_HANDED_OVER and "offer" in fact.data
    }
    return tuple(
        _offer(fact, taken.get(name_of(fact))) for fact in facts if fact.kind == SHIFT_OFFERED
    )


def standing_offer(facts: Sequence[FactRow], giver: str) -> Offer | None:
    """The last thing this person handed over, while nobody has confirmed it."""
    mine = [one for one in offers_of(facts) if one.giver == giver]
    return mine[-1] if mine and mine[-1].taken_by is None else None


def _offer(fact: FactRow, taken: FactRow | None) -> Offer:
    data = fact.data
    return Offer(
        name=name_of(fact),
        giver=fact.actor or "",
        offered_us=fact.at_us,
        chairs=chairs_of(fact),
        severities={
            key.removeprefix(SEVERITY): str(said)
            for key, said in data.items()
            if key.startswith(SEVERITY)
        },
        open=str(data.get("open", "")),
        limits=str(data.get("limits", "")),
        due=str(data.get("due", "")),
        clinic=str(data.get("clinic", "")),
        taken_by=taken.actor if taken else None,
        taken_us=taken.at_us if taken else None,
    )
