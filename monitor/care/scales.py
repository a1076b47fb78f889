"""The recovery scores that are entered item by item, each from 0 to 2, and their sum.

Knows the published scales; knows no entry, rule or database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.care.observations import Item
from monitor.errors import CommandRefused

POINTS = (2, 1, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a score: its key in a fact, and in words what 2, 1 and 0 points are given for.

    Where `full` is true, nobody is let go who has less than 2 here, whatever the sum.
    """

    name: str
    words: tuple[str, str, str]
    full: bool = False


SCALES: Mapping[Item, tuple[Part, ...]] = {
    Item.PADSS: (
        Part(
            "vital signs",
            ("within 20 % of before", "20 to 40 % from before", "more than 40 % from before"),
        ),
        Part(
            "activity and mental status",
            ("oriented and steady gait", "oriented or steady gait", "neither"),
        ),
        Part("pain or nausea", ("minimal", "moderate, was treated", "severe, needs treatment")),
        Part("bleeding", ("minimal", "moderate", "severe")),
        Part("intake and output", ("drank and passed water", "one of both", "neither")),
    ),
    Item.ALDRETE: (
        Part(
            "activity",
            ("moves all limbs, walks as before", "moves limbs when told", "does not move"),
        ),
        Part(
            "respiration",
            ("breathes deeply, as before", "shallow or irregular", "does not breathe"),
            full=True,
        ),
        Part(
            "circulation",
            ("pressure as usual for them", "systolic 100 or more", "systolic under 100"),
        ),
        Part(
            "consciousness",
            ("awake and oriented", "answers, falls asleep again", "no answer, or to pain alone"),
        ),
        Part(
            "SpO2",
            ("92 % or more on air, or as before", "92 % or more on oxygen", "under 92 % on oxygen"),
            full=True,
        ),
    ),
}
"""PADSS as F. Chung's group published it (J Clin Anesth 1995;7:500); the modified Aldrete
scale in the form that asks for full points in respiration and SpO2 (alarms.md 5). Where its
table counts 92 % on oxygen twice, it is 1 here, and of exactly 100 mmHg nothing: 1 too."""


def scored(item: Item, parts: Mapping[str, int]) -> int:
    """The sum of a whole score. Raises `CommandRefused` unless each item has 0, 1 or 2."""
    wanted = {part.name for part in SCALES.get(item, ())}
    missing = sorted(wanted - parts.keys())
    wrong = sorted(name for name in parts if name not in wanted or parts[name] not in POINTS)
    if not wanted or missing or wrong:
        why = f"{item.value} has no items" if not wanted else ""
        why = why or ", ".join([*(f"{one} is missing" for one in missing), *wrong])
        raise CommandRefused(
            f"this {item.value} cannot be entered", why=why, fix="choose 0, 1 or 2 for each item"
        )
    return sum(parts.values())


def short_of(item: Item, parts: Mapping[str, int]) -> list[str]:
    """The items that need full points and have fewer; none for a sum entered without items."""
    return [
        part.name
        for part in SCALES.get(item, ())
        if part.full and parts.get(part.name, POINTS[0]) < POINTS[0]
    ]
