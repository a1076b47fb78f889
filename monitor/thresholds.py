"""Levels that a number is held against: limits, what relaxes them, and ranges.

Knows baselines as numbers. Knows no rule, no phase and no sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from pydantic import ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Positive = Annotated[float, Field(allow_inf_nan=False, strict=True, ge=0.0)]
STRICT = ConfigDict(extra="forbid")
"""A key that is not known is a mistake."""


class Comparison(Enum):
    """When a value violates its limit; the side is part of it."""

    BELOW = "<"
    AT_OR_BELOW = "<="
    ABOVE = ">"
    AT_OR_ABOVE = ">="

    @property
    def high(self) -> bool:
        """True for a limit that must not be exceeded."""
        return self in (Comparison.ABOVE, Comparison.AT_OR_ABOVE)

    @property
    def inclusive(self) -> bool:
        """True when the limit itself already violates."""
        return self in (Comparison.AT_OR_BELOW, Comparison.AT_OR_ABOVE)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A limit or clear value, in the vital's unit: absolute, or relative to the patient's baseline.

    Exactly one of `value`, `percent` (of baseline) and `offset` (added to it)
    is given. `at_least` and `at_most` clip a relative level; `without_baseline`
    stands in until there is a baseline, else the level is not in force.
    """

    __pydantic_config__ = STRICT

    value: Number | None = None
    percent: Number | None = None
    offset: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    without_baseline: Number | None = None

    @property
    def relative(self) -> bool:
        """True when it needs a baseline to be known exactly."""
        return self.value is None

    def resolve(self, baseline: float | None) -> float | None:
        """The level as a number; None while it is not in force."""
        if self.value is not None:
            return self.value
        if baseline is None:
            return self.without_baseline
        raw = baseline if self.offset is None else baseline + self.offset
        raw = raw if self.percent is None else baseline * self.percent / 100.0
        raw = raw if self.at_least is None else max(raw, self.at_least)
        return raw if self.at_most is None else min(raw, self.at_most)


def as_level(value: object) -> object:
    """A bare number is an absolute level."""
    return value if isinstance(value, dict) else {"value": value}


@dataclass(frozen=True, kw_only=True)
class Range:
    """From `low` to `high`, both within."""

    __pydantic_config__ = STRICT

    low: Number
    high: Number

    def holds(self, value: float) -> bool:
        """Is the value possible?"""
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True)
class Guard(Range):
    """Within which range a person may set a limit or a delay for one session, in which steps."""

    step: Annotated[float, Field(allow_inf_nan=False, strict=True, gt=0.0)] = 1.0

    def allows(self, value: float) -> bool:
        """Is it within, and a whole number of steps from the lower end?"""
        return self.holds(value) and (value - self.low) % self.step == 0.0
