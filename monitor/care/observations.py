"""What a person sees at the chair and no device measures: sedation, sitter, oxygen, line, advice.

Each entry has its time and who made it. Knows what may be entered; knows no
rule, reading or database.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from monitor.errors import CommandRefused

ENTRIES_MAX = 64
"""So many entries of one item are kept at hand; all of them are in the record."""
PERSON_MAX = 60
"""Characters of a sitter's name."""
NAMED = f"a sitter who is present is named, in 1 to {PERSON_MAX} characters, nobody else"

Value = str | float


class Item(Enum):
    """One thing that is entered. The value is its key in storage and on the wire."""

    SITTER = "sitter"
    OXYGEN = "oxygen"
    SEDATION = "MOAA/S"
    CONSCIOUSNESS = "consciousness"
    RESPIRATION = "respiratory rate"
    TEMPERATURE = "temperature"
    NAUSEA = "nausea"
    PADSS = "PADSS"
    ALDRETE = "Aldrete"
    LINE = "IV line"
    ADVICE = "advice"


PRESENT, AIR, ALERT, OUT, GIVEN = "present", "air", "alert", "out", "given"
CHOICES: Mapping[Item, tuple[str, ...]] = {
    Item.SITTER: (PRESENT, "away"),
    Item.OXYGEN: (AIR, "oxygen"),
    Item.CONSCIOUSNESS: (ALERT, "confused", "voice", "pain", "unresponsive"),
    Item.NAUSEA: ("none", "mild", "moderate", "severe"),
    Item.LINE: ("in", OUT),
}
"""Words to choose from; consciousness is ACVPU (RCP, NEWS2, 2017)."""
NUMBERS: Mapping[Item, tuple[float, float, float]] = {
    Item.SEDATION: (0.0, 5.0, 1.0),
    Item.RESPIRATION: (0.0, 80.0, 1.0),
    Item.TEMPERATURE: (25.0, 45.0, 0.1),
}
"""Lowest and highest number and its step: the scales' own (alarms.md 5), else what can be typed."""
ELSEWHERE: Mapping[Item, str] = {
    Item.PADSS: "it is entered item by item, and the sum is worked out",
    Item.ALDRETE: "it is entered item by item, and the sum is worked out",
    Item.ADVICE: "the hand-over to the sitter says it point by point",
}
"""What follows from another act and is not entered by itself any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was seen at `at_us`, and who entered it; `person` names a sitter who is present.

    `parts` are the items of a score that was entered item by item; `value` is their sum.
    `name` is the fact's; `told_us` when its time or value was said last, None for then.
    """

    item: Item
    value: Value
    at_us: int
    actor: str
    person: str = ""
    parts: Mapping[str, int] = field(default_factory=dict, hash=False)
    name: str = ""
    told_us: int | None = None


Observed = Mapping[Item, tuple[Entry, ...]]
"""The entries of a session by item, oldest first, the newest `ENTRIES_MAX` of each."""


def noted(observed: Observed, entry: Entry) -> dict[Item, tuple[Entry, ...]]:
    """With one entry more."""
    before = observed.get(entry.item, ())
    return {**observed, entry.item: (*before, entry)[-ENTRIES_MAX:]}


def judged(observed: Observed, item: Item, stands_s: float) -> Entry | None:
    """The entry by which an alarm is judged: the newest that was no old news when it was told.

    One that was told longer after it was seen than an entry stands (`stands_s`) says
    nothing of now: it raises no alarm and ends none (alarms.md 8, "Old news").
    """
    for one in reversed(observed.get(item, ())):
        if (one.told_us or one.at_us) - one.at_us <= stands_s * 1e6:
            return one
    return None


def newest(observed: Observed, item: Item) -> Entry | None:
    """The last entry of an item."""
    return next(reversed(observed.get(item, ())), None)


def checked(item: Item, value: Value, person: str) -> tuple[Value, str]:
    """What is entered, as it is kept; raises `CommandRefused` when it cannot be."""
    why = _objection(item, value, person)
    if why:
        raise CommandRefused(
            f"{item.value} {value} cannot be entered", why=why, fix="enter what you see"
        )
    if isinstance(value, str):
        return value, person.strip()
    return round(float(value), 1), person.strip()


def checked_person(person: str) -> str:
    """A sitter's name, as it is kept; raises `CommandRefused` without one, or for a long one."""
    if not person.strip() or len(person) > PERSON_MAX:
        raise CommandRefused("the sitter is not named", why=NAMED, fix="enter who takes them home")
    return person.strip()


def _objection(item: Item, value: Value, person: str) -> str:
    if item in ELSEWHERE:
        return ELSEWHERE[item]
    if item in CHOICES:
        if value not in CHOICES[item]:
            return f"one of {', '.join(CHOICES[item])} is needed"
        needs_name = (item, value) == (Item.SITTER, PRESENT)
        if needs_name is not bool(person.strip()) or len(person) > PERSON_MAX:
            return NAMED
        return ""
    low, high, step = NUMBERS[item]
    if person or isinstance(value, str) or not math.isfinite(value) or not low <= value <= high:
        return f"a number from {low:g} to {high:g} is needed"
    if abs(value / step - round(value / step)) > 1e-6:
        return f"it goes in steps of {step:g}"
    return ""


def run(entries: Sequence[Entry], value: Value, start_us: int) -> tuple[int | None, int | None]:
    """Since when an item is as it should be, and since when it last was not; None for never.

    At `start_us` nothing was known, so it was not; what was entered before does not count.
    """
    good_us: int | None = None
    bad_us: int | None = start_us
    for one in entries:
        if one.at_us < start_us:
            continue
        if one.value == value:
            good_us = one.at_us if good_us is None else good_us
        elif good_us is not None:
            good_us, bad_us = None, one.at_us
    return good_us, bad_us
