"""For how long a reading stands: the step-hold that every time-weighted figure rests on.

A continuous sample stands until the next of its stream, valid or not, `gap_s` at
the most (alarms.md 7.3); a cuff reading until the next that measured, `cuff_hold_s`
at the most. Nothing is ever drawn across a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.care.baseline import SOURCES
from monitor.conditions import Preset
from monitor.history import ReadingRow
from monitor.review.by_hand import BY_HAND
from monitor.review.cuffs import Cuff
from monitor.vitals import VitalSign

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Held:
    """A value and the time for which it stood, from its reading on (UTC microseconds)."""

    from_us: int
    to_us: int
    value: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time without a valid value."""

    from_us: int
    to_us: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.to_us - self.from_us) / 1e6


def held_samples(
    rows: Iterable[ReadingRow], vital: VitalSign, preset: Preset, end_us: int
) -> list[Held]:
    """What a continuous vital sign was known to be, in time; no instant twice.

    Heart rate comes from the ECG and, while that gives none, from the pulse. Of
    several devices the first by name speaks; another where it is silent, and what was
    charted by hand where all are.
    """
    sources = SOURCES.get(vital, (vital,))
    streams: dict[tuple[bool, int, str], list[ReadingRow]] = {}
    for row in rows:
        if row.vital in sources:
            key = (row.device == BY_HAND, sources.index(row.vital), row.device)
            streams.setdefault(key, []).append(row)
    held: list[Held] = []
    for key in sorted(streams):
        held = _filled(held, _stream(streams[key], round(preset.gap_s * 1e6), end_us))
    return held


def _stream(rows: list[ReadingRow], gap_us: int, end_us: int) -> Iterator[Held]:
    rows.sort(key=lambda row: row.sampled_at_us)
    for row, after in pairwise([*rows, None]):
        if row is None or row.value is None or not row.validity.believed:
            continue
        at_us = row.sampled_at_us
        to_us = min(at_us + gap_us, end_us, end_us if after is None else after.sampled_at_us)
        if to_us > at_us:
            yield Held(at_us, to_us, row.value)


def _filled(better: Sequence[Held], worse: Iterable[Held]) -> list[Held]:
    """The better stream, and of the worse what began and lasted while that was silent."""
    out = list(better)
    place = 0
    for one in worse:
        while place < len(better) and better[place].to_us <= one.from_us:
            place += 1
        next_us = better[place].from_us if place < len(better) else one.to_us
        if next_us > one.from_us:
            out.append(Held(one.from_us, min(one.to_us, next_us), one.value))
    return sorted(out, key=lambda one: one.from_us)


def held_pressure(
    cuffs: Sequence[Cuff], vital: VitalSign, preset: Preset, end_us: int
) -> list[Held]:
    """What a pressure stood at, in time, from the determinations in time."""
    hold_us = round(preset.review.cuff_hold_s * 1e6)
    taken = [(one.at_us, value) for one in cuffs if (value := one.value(vital)) is not None]
    return [
        Held(at_us, to_us, value)
        for (at_us, value), (next_us, _) in pairwise([*taken, (end_us, 0.0)])
        if (to_us := min(at_us + hold_us, end_us, next_us)) > at_us
    ]


def within(held: Iterable[Held], from_us: int, to_us: int) -> list[Held]:
    """The parts of them that lie in a stretch of time."""
    return [
        Held(max(one.from_us, from_us), min(one.to_us, to_us), one.value)
        for one in held
        if one.from_us < to_us and one.to_us > from_us
    ]


def minutes(held: Iterable[Held]) -> float:
    """How long they stood together, in minutes."""
    return sum(one.to_us - one.from_us for one in held) / MINUTE_US


def share(held: Iterable[Held], from_us: int, to_us: int) -> float:
    """For which share of a stretch of time a value stood, 0 to 1; 0 of no time at all."""
    if to_us <= from_us:
        return 0.0
    return sum(one.to_us - one.from_us for one in within(held, from_us, to_us)) / (to_us - from_us)


def gaps(held: Iterable[Held], from_us: int, to_us: int) -> tuple[Gap, ...]:
    """The parts of a stretch of time in which no value stood, in order."""
    found, known_us = [], from_us
    for one in within(held, from_us, to_us):
        if one.from_us > known_us:
            found.append(Gap(known_us, one.from_us))
        known_us = max(known_us, one.to_us)
    if to_us > known_us:
        found.append(Gap(known_us, to_us))
    return tuple(found)
