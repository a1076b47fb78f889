"""For how long a reading stands: the step-hold that every time-weighted figure rests on.

A continuous sample stands until the next of its stream, valid or not, `gap_s` at
the most (alarms.md 7.3); a cuff reading until the next that measured, `cuff_hold_s`
at the most. Nothing is ever drawn across a gap.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from monitor.care.baseline import SOURCES
from monitor.conditions import Preset
from monitor.history import ReadingRow
from monitor.review.by_hand import BY_HAND
from monitor.review.cuffs import Cuff
from monitor.vitals import NIBP, Validity, VitalSign

MINUTE_US = 60_000_000
BELIEVED = (Validity.VALID, Validity.VALIDATED)


class Held(NamedTuple):
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


def by_vital(rows: Iterable[ReadingRow]) -> dict[VitalSign, list[ReadingRow]]:
    """The readings of each vital sign, in the order in which they stand."""
    out = defaultdict[VitalSign, list[ReadingRow]](list)
    for row in rows:
        out[row.vital].append(row)
    return dict(out)


Streams = Mapping[VitalSign, Mapping[str, Sequence[Held]]]
"""What each device's samples of each vital sign stood at, in time, by its name."""


def streams_of(
    own: Mapping[VitalSign, Sequence[ReadingRow]], preset: Preset, end_us: int
) -> Streams:
    """What each continuous vital sign stood at; `own` are its readings, each in time."""
    gap_us = round(preset.gap_s * 1e6)
    return {
        vital: {
            device: _stream(samples, gap_us, end_us) for device, samples in _by_device(rows).items()
        }
        for vital, rows in own.items()
        if vital not in NIBP
    }


def _by_device(rows: Sequence[ReadingRow]) -> dict[str, list[ReadingRow]]:
    out = defaultdict[str, list[ReadingRow]](list)
    for row in rows:
        out[row.device].append(row)
    return dict(out)


def held_samples(streams: Streams, vital: VitalSign) -> Sequence[Held]:
    """What a continuous vital sign was known to be, in time; no instant twice.

    Heart rate comes from the ECG and, while that gives none, from the pulse; `held_own`
    knows of no such stand-in.
    """
    return _held(streams, SOURCES.get(vital, (vital,)))


def held_own(streams: Streams, vital: VitalSign) -> Sequence[Held]:
    """What was measured as that very vital sign, in time; no instant twice."""
    return _held(streams, (vital,))


def _held(streams: Streams, sources: Sequence[VitalSign]) -> Sequence[Held]:
    """Of several devices the first by name speaks; another where it is silent.

    What was charted by hand speaks where all are.
    """
    order = sorted(
        (device == BY_HAND, rank, device)
        for rank, source in enumerate(sources)
        for device in streams.get(source, ())
    )
    held: Sequence[Held] = ()
    for _, rank, device in order:
        held = _filled(held, streams[sources[rank]][device])
    return held


def _stream(rows: Sequence[ReadingRow], gap_us: int, end_us: int) -> list[Held]:
    out = []
    ends_us = [row.sampled_at_us for row in rows[1:]] + [end_us]
    for row, next_us in zip(rows, ends_us, strict=True):
        if row.value is not None and row.validity in BELIEVED:
            at_us = row.sampled_at_us
            to_us = min(at_us + gap_us, next_us, end_us)
            if to_us > at_us:
                out.append(Held(at_us, to_us, row.value))
    return out


def _filled(better: Sequence[Held], worse: Sequence[Held]) -> Sequence[Held]:
    """The better stream, and of the worse what began and lasted while that was silent."""
    if not better:
        return worse
    out = list(better)
    place = 0
    for one in worse:
        while place < len(better) and better[place].to_us <= one.from_us:
            place += 1
        next_us = better[place].from_us if place < len(better) else one.to_us
        if next_us > one.from_us:
            out.append(Held(one.from_us, min(one.to_us, next_us), one.value))
    return sorted(out) if len(out) > len(better) else out


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


def within(held: Sequence[Held], from_us: int, to_us: int) -> Sequence[Held]:
    """The parts of them that lie in a stretch of time."""
    first = bisect_right(held, from_us, key=_end)
    last = bisect_left(held, to_us, key=_start)
    if first >= last:
        return ()
    if held[first].from_us >= from_us and held[last - 1].to_us <= to_us:
        return held[first:last]
    return [
        Held(max(one.from_us, from_us), min(one.to_us, to_us), one.value)
        for one in held[first:last]
    ]


def _start(one: Held) -> int:
    return one.from_us


def _end(one: Held) -> int:
    return one.to_us


def minutes(held: Iterable[Held]) -> float:
    """How long they stood together, in minutes."""
    return sum(one.to_us - one.from_us for one in held) / MINUTE_US


def share(held: Sequence[Held], from_us: int, to_us: int) -> float:
    """For which share of a stretch of time a value stood, 0 to 1; 0 of no time at all."""
    if to_us <= from_us:
        return 0.0
    stood_us = sum(ended_us - began_us for began_us, ended_us, _ in within(held, from_us, to_us))
    return stood_us / (to_us - from_us)


def gaps(held: Sequence[Held], from_us: int, to_us: int) -> tuple[Gap, ...]:
    """The parts of a stretch of time in which no value stood, in order."""
    found, known_us = [], from_us
    for began_us, ended_us, _ in within(held, from_us, to_us):
        if began_us > known_us:
            found.append(Gap(known_us, began_us))
        known_us = ended_us
    if to_us > known_us:
        found.append(Gap(known_us, to_us))
    return tuple(found)
