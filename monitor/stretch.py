"""What a chair measured between two times, in short: lists by vital sign.

Tens of thousands of readings are asked for at once. A small object of each would set the
garbage collector walking through all that the service holds, some 30 ms each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

Spot = tuple[int, str, float | None, str, str]
"""A stored reading on its way: when sampled (us), vital sign, value, validity, session."""


class Line(NamedTuple):
    """One vital sign in time, as stored: parallel lists. `validity` holds words of `Validity`."""

    at_us: list[int]
    values: list[float | None]
    validity: list[str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The lines by the words of `VitalSign`, and the sessions that they are of."""

    lines: dict[str, Line]
    sessions: frozenset[str]


def stretch_of(spots: Iterable[Spot]) -> Stretch:
    """The stretch of these readings, in any order; those of the same time stay in theirs."""
    lines: dict[str, Line] = {}
    sessions = set()
    for at_us, vital, value, validity, session in spots:
        if vital not in lines:
            lines[vital] = Line([], [], [])
        times, values, validities = lines[vital]
        times.append(at_us)
        values.append(value)
        validities.append(validity)
        sessions.add(session)
    return Stretch({vital: _in_time(line) for vital, line in lines.items()}, frozenset(sessions))


def _in_time(line: Line) -> Line:
    times, values, validities = line
    order = sorted(range(len(times)), key=times.__getitem__)
    return Line(
        [times[place] for place in order],
        [values[place] for place in order],
        [validities[place] for place in order],
    )
