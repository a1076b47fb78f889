"""The National Early Warning Score: seven items in, a score out, or how many are missing.

From the Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017,
chart 1, with SpO2 on scale 1. It is shown; no alarm comes from it (alarms.md 9,
statement 59). Knows no reading, clock or page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from monitor.care.observations import AIR, ALERT

ITEMS = 7


class Part(Enum):
    """One of the seven items; the value is what a person calls it."""

    RESPIRATION = "respiratory rate"
    SPO2 = "SpO2"
    OXYGEN = "air or oxygen"
    SYSTOLIC = "systolic pressure"
    PULSE = "pulse"
    CONSCIOUSNESS = "consciousness"
    TEMPERATURE = "temperature"


BANDS: Mapping[Part, Sequence[tuple[float, int]]] = {
    Part.RESPIRATION: ((8, 3), (11, 1), (20, 0), (24, 2), (math.inf, 3)),
    Part.SPO2: ((91, 3), (93, 2), (95, 1), (math.inf, 0)),
    Part.SYSTOLIC: ((90, 3), (100, 2), (110, 1), (219, 0), (math.inf, 3)),
    Part.PULSE: ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (math.inf, 3)),
    Part.TEMPERATURE: ((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (math.inf, 2)),
}
"""Up to which value, inclusive, an item scores how much."""
ON_OXYGEN, NOT_ALERT = 2, 3
SINGLE = 3
"""One item alone that scores so much asks for an urgent review."""


@dataclass(frozen=True, slots=True)
class News2:
    """`points` by item; what is `missing` makes the score partial, and then it has no total."""

    points: Mapping[Part, int]
    missing: tuple[Part, ...]

    @property
    def total(self) -> int | None:
        """The score; None unless all seven items are known."""
        return None if self.missing else sum(self.points.values())

    @property
    def risk(self) -> str:
        """The clinical response that the score asks for; "" for a partial one."""
        if self.total is None:
            return ""
        if self.total >= 7:
            return "high"
        if self.total >= 5:
            return "medium"
        return "low-medium" if SINGLE in self.points.values() else "low"

    @property
    def text(self) -> str:
        """As it is shown."""
        if self.total is None:
            return f"partial {len(self.points)} of {ITEMS}"
        return f"{self.total} ({self.risk} risk)"


def news2(known: Mapping[Part, float | str]) -> News2:
    """The score of what is known: numbers, or for oxygen and consciousness the word entered."""
    points = {part: _points(part, known[part]) for part in Part if part in known}
    return News2(points, tuple(part for part in Part if part not in known))


def _points(part: Part, value: float | str) -> int:
    if part is Part.OXYGEN:
        return 0 if value == AIR else ON_OXYGEN
    if part is Part.CONSCIOUSNESS:
        return 0 if value == ALERT else NOT_ALERT
    scale = 10.0 if part is Part.TEMPERATURE else 1.0
    rounded = math.floor(float(value) * scale + 0.5) / scale
    return next(points for highest, points in BANDS[part] if rounded <= highest)
