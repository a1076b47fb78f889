"""One continuous vital sign over a session: extremes, median, how much of it was valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from monitor.history import ReadingRow
from monitor.review.holding import BELIEVED, Gap, Held, Streams, gaps, held_own, share
from monitor.vitals import NIBP, VitalSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Extremes with the time each was first reached, median, and how much was valid.

    `valid_share` is of the session's time, `infusion_share` of the infusion's (None
    without one), 0 to 1. `gaps` are the stretches of the session in which no value stood.
    """

    vital: VitalSign
    count: int
    minimum: float
    minimum_at_us: int
    median: float
    maximum: float
    maximum_at_us: int
    valid_share: float
    infusion_share: float | None
    gaps: tuple[Gap, ...]

    @property
    def longest_gap_s(self) -> float:
        """The longest stretch without a valid value, in seconds; 0 without any."""
        return max((gap.seconds for gap in self.gaps), default=0.0)


def summaries(
    own: Mapping[VitalSign, Sequence[ReadingRow]],
    streams: Streams,
    whole_us: tuple[int, int],
    infusion_us: tuple[int, int] | None,
) -> tuple[Summary, ...]:
    """Of each continuous vital sign that has a valid value, in the order of `VitalSign`.

    `streams` are what the readings `own` stood at.
    """
    known = [one for one in VitalSign if one in own and one not in NIBP]
    found = (
        _summary(one, own[one], held_own(streams, one), whole_us, infusion_us) for one in known
    )
    return tuple(one for one in found if one is not None)


def _summary(
    vital: VitalSign,
    rows: Sequence[ReadingRow],
    held: Sequence[Held],
    whole_us: tuple[int, int],
    infusion_us: tuple[int, int] | None,
) -> Summary | None:
    good = [
        (row.sampled_at_us, row.value)
        for row in rows
        if row.value is not None and row.validity in BELIEVED
    ]
    if not good:
        return None
    lowest = min(good, key=lambda pair: (pair[1], pair[0]))
    highest = max(good, key=lambda pair: (pair[1], -pair[0]))
    return Summary(
        vital=vital,
        count=len(good),
        minimum=lowest[1],
        minimum_at_us=lowest[0],
        median=median(value for _, value in good),
        maximum=highest[1],
        maximum_at_us=highest[0],
        valid_share=share(held, *whole_us),
        infusion_share=share(held, *infusion_us) if infusion_us else None,
        gaps=gaps(held, *whole_us),
    )
