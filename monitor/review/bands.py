"""Time in range: how a vital sign's time is shared out between the edges of the preset."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.review.holding import MINUTE_US, Held, share, within
from monitor.vitals import VitalSign


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` to below `high` (None: no edge), and the minutes that were spent there."""

    low: float | None
    high: float | None
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInRange:
    """The bands of one vital sign from the lowest up, over the whole session.

    They add up to the time for which a value stood, which is `valid_share` of the
    session's (0 to 1): whoever shows a band shows that beside it.
    """

    vital: VitalSign
    bands: tuple[Band, ...]
    valid_share: float

    @property
    def minutes(self) -> float:
        """The time that is shared out."""
        return sum(band.minutes for band in self.bands)

    def below(self, edge: float) -> float:
        """Minutes below one of the edges."""
        return sum(one.minutes for one in self.bands if one.high is not None and one.high <= edge)


def time_in_range(
    vital: VitalSign, held: Sequence[Held], edges: Sequence[float], from_us: int, to_us: int
) -> TimeInRange:
    """How the time from `from_us` to `to_us` is shared out."""
    spent_us = [0] * (len(edges) + 1)
    for one in within(held, from_us, to_us):
        spent_us[bisect_right(edges, one.value)] += one.to_us - one.from_us
    bounds = [None, *edges, None]
    bands = tuple(
        Band(bounds[at], bounds[at + 1], spent / MINUTE_US) for at, spent in enumerate(spent_us)
    )
    return TimeInRange(vital=vital, bands=bands, valid_share=share(held, from_us, to_us))


def all_in_range(
    held: Mapping[VitalSign, Sequence[Held]],
    bands: Mapping[VitalSign, Sequence[float]],
    from_us: int,
    to_us: int,
) -> tuple[TimeInRange, ...]:
    """Of each vital sign that has edges, whether it has values or not."""
    return tuple(
        time_in_range(vital, held.get(vital, ()), edges, from_us, to_us)
        for vital, edges in bands.items()
    )
