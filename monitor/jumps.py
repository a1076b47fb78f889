"""A jump that no body makes is held back from judging until it has lasted (alarms.md 7.3, 8a.5).

A patient's number does not move that fast; a hand on the probe does. The number
itself is shown and kept at once: only what alarms are judged by waits, 5 s at most.
Knows samples and their times. Knows no limit and no alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import ConfigDict, Field

from monitor.vitals import VitalSign

Above0 = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NEVER = float("inf")
HELD_MAX = 64
"""Samples of one vital sign that are held: five seconds of twelve a second. With more it is
decided at once, so that a chattering sender neither fills the memory nor stops the judging."""


@dataclass(frozen=True, kw_only=True)
class JumpTerms:
    """`per_s`: a greater change in a second is a jump, in the vital sign's unit; seconds
    between two samples are counted in whole ones, one at least.

    It is discarded when within `hold_s` at least `valid_s_min` seconds have a valid
    sample and their median is nearer the old level; no other is held for `rest_s`.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    per_s: Mapping[VitalSign, Above0]
    hold_s: Annotated[float, Field(gt=0.0, le=5.0)]
    valid_s_min: Annotated[int, Field(strict=True, ge=1)]
    rest_s: Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class Held(Protocol):
    """What is held back: one sample of one vital sign, at its sample time."""

    @property
    def vital(self) -> VitalSign: ...

    @property
    def value(self) -> float: ...

    @property
    def valid(self) -> bool: ...

    @property
    def at_s(self) -> float: ...


S = TypeVar("S", bound=Held)


@dataclass(slots=True)
class Level(Generic[S]):
    """One vital sign: its last accepted valid sample, of which source, and what is held.

    `due_s` is when the hold ends at the latest, by the time of arrival; infinity without one.
    """

    reference: S | None = None
    source: object = None
    held: list[S] = field(default_factory=list)
    due_s: float = NEVER
    rests_until_s: float = -NEVER


class Jumps(Generic[S]):
    """The jumps of one chair. Without terms nothing is held.

    `due_s` is when the first hold ends, whatever comes; infinity while nothing is held.
    """

    def __init__(self, terms: JumpTerms | None, gap_s: float) -> None:
        self._terms, self._gap_s = terms, gap_s
        self._levels: dict[VitalSign, Level[S]] = {}
        self.forget()

    def forget(self) -> None:
        """A new patient, or none: what was held is dropped."""
        vitals = self._terms.per_s if self._terms else ()
        self._levels = {vital: Level() for vital in vitals}
        self.due_s = NEVER

    def passes(self, one: S, source: object, received_s: float) -> bool:
        """May this sample, come now from that source, be judged now? Else it is held."""
        level = self._levels.get(one.vital)
        if level is None or self._terms is None:
            return True
        if level.held:
            level.held.append(one)
            return False
        if self._is_jump(level, one, source, self._terms):
            level.held.append(one)
            level.due_s = received_s + self._terms.hold_s
            self.due_s = min(self.due_s, level.due_s)
            return False
        if one.valid:
            level.reference, level.source = one, source
        return True

    def _is_jump(self, level: Level[S], one: S, source: object, terms: JumpTerms) -> bool:
        last = level.reference
        if last is None or level.source is not source or one.at_s < level.rests_until_s:
            return False
        change, most = abs(one.value - last.value), terms.per_s[one.vital]
        if change <= most:
            return False
        # No pulse at all is never called a jump, and after a gap nobody knows how fast it was.
        if one.value == 0.0 or one.at_s - last.at_s > self._gap_s:
            return False
        # A monitor that tells a number each second tells it a little early or late.
        seconds = max(round(one.at_s - last.at_s), 1)
        return change / seconds > most

    def ripe(self, at_s: float, received_s: float) -> list[VitalSign]:
        """Whose hold ends with a sample of this time that came now, or is full."""
        if self._terms is None or self.due_s == NEVER:
            return []
        hold_s = self._terms.hold_s
        return [
            vital
            for vital, level in self._levels.items()
            if level.held
            if level.due_s <= received_s
            or level.held[0].at_s + hold_s <= at_s
            or len(level.held) >= HELD_MAX
        ]

    def decide(self, vital: VitalSign) -> tuple[list[S], list[S]]:
        """End a hold: the samples to be judged now, with their own times, and the discarded."""
        level, terms = self._levels[vital], self._terms
        assert level.reference is not None
        assert terms is not None
        held, old = level.held, level.reference.value
        first, rest = held[0], [one for one in held[1:] if one.valid]
        seconds = {int(one.at_s - first.at_s) for one in rest}
        discarded: list[S] = []
        if len(seconds) >= terms.valid_s_min:
            middle = median(one.value for one in rest)
            if abs(middle - old) < abs(middle - first.value):
                discarded = [
                    one for one in held if abs(one.value - old) > abs(one.value - first.value)
                ]
        accepted = [one for one in held if one not in discarded]
        valid = [one for one in accepted if one.valid]
        if valid:
            level.reference = valid[-1]
        level.rests_until_s = first.at_s + terms.hold_s + terms.rest_s
        level.held, level.due_s = [], NEVER
        self.due_s = min(one.due_s for one in self._levels.values())
        return accepted, discarded
