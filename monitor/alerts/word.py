"""What was said last of whether an alarm's condition still holds. Knows times alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nextafter

NOT_YET = -inf


@dataclass(slots=True)
class Word:
    """Times are monotonic seconds.

    `good_s` and `last_good_s` bound the good samples of a technical alarm, if any;
    `bad` is how many bad ones came since. By time its priority rises no earlier
    than `rises_from_s`.
    """

    good_s: float | None = None
    last_good_s: float = 0.0
    bad: int = 0
    rises_from_s: float = NOT_YET

    def came(self, now: float, *, well: bool, gap_s: float) -> None:
        """The newest word came now. While all is well no priority rises by time.

        The word stands for a gap, as in an off-delay (8a.19).
        """
        self.rises_from_s = nextafter(now + gap_s, inf) if well else now

    def is_good(self, at_s: float, *, off_delay_s: float, gap_s: float) -> bool:
        """A good sample of a technical alarm. True when it was good for the off-delay."""
        if self.good_s is None or at_s - self.last_good_s > gap_s:
            self.good_s = at_s
        self.last_good_s, self.bad = at_s, 0
        return at_s - self.good_s >= off_delay_s

    def is_bad(self) -> None:
        """A bad sample of a technical alarm."""
        self.good_s = None
        self.bad += 1
