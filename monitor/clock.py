"""One clock: the loop's monotonic seconds, and UTC as an offset upon it.

The loop decides what kind of time it is (normal, virtual, rate); nothing else
in the service reads a clock. Knows asyncio's loop only by its `time()`.
"""

from __future__ import annotations

from collections.abc import Callable


class Clock:
    """Seconds for delays (`monotonic`) and UTC microseconds for records (`utc_us`).

    `epoch_us` is the UTC time, in microseconds, at which `loop_time()` reads 0.
    """

    def __init__(self, loop_time: Callable[[], float], *, epoch_us: int) -> None:
        self._loop_time = loop_time
        self._epoch_us = epoch_us

    @classmethod
    def starting_at(cls, loop_time: Callable[[], float], utc_us: int) -> Clock:
        """A clock whose UTC reads `utc_us` at this instant."""
        return cls(loop_time, epoch_us=utc_us - round(loop_time() * 1_000_000))

    def monotonic(self) -> float:
        """Seconds, in whole microseconds; never steps, never goes back.

        So a stored time is the very time that was judged.
        """
        return round(self._loop_time() * 1_000_000) / 1_000_000

    @property
    def epoch_us(self) -> int:
        """The UTC microseconds at monotonic 0, as the clock stands now."""
        return self._epoch_us

    def utc_us(self) -> int:
        """UTC now, microseconds since 1970."""
        return self.to_utc_us(self._loop_time())

    def to_utc_us(self, monotonic_s: float) -> int:
        """The UTC microseconds that belong to a monotonic instant."""
        return self._epoch_us + round(monotonic_s * 1_000_000)

    def to_monotonic(self, utc_us: int) -> float:
        """The monotonic instant of a UTC time; negative for times before the loop began."""
        return (utc_us - self._epoch_us) / 1_000_000

    def step_to(self, utc_us: int) -> None:
        """Follow a stepped wall clock: from now on `utc_us` is the time. Delays do not notice."""
        self._epoch_us = utc_us - round(self._loop_time() * 1_000_000)
