"""Which of a sender's numbered messages came: in any order, with gaps of any length.

A broker may send what waited for us after what came meanwhile (mosquitto 2.0.11 does, once more
than its own `max_inflight_messages` waited), and again what we had not confirmed. So what came is
kept as runs without a gap, and a message is refused only if it is known to have come: where that
is forgotten, the record's own index refuses what it already holds. Knows numbers alone.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter

SPANS_MAX = 1_000
"""So many runs are remembered, the newest."""


class Numbering:
    """Of one sender: `boot` and `seq` are those of the newest message in the record, if any.

    `missing` is how many numbers of the present boot between its first message, since we run, and
    its newest have not come yet.
    """

    def __init__(self, boot: str | None = None, seq: int | None = None) -> None:
        self._boot = boot
        self._counted_from = seq or 0
        self._came = [] if seq is None else [range(seq, seq + 1)]
        self.missing = 0

    @property
    def spans(self) -> int:
        """How many runs without a gap are remembered."""
        return len(self._came)

    def is_new(self, boot: str, seq: int) -> bool:
        """Note a message; False when it is known to have come before."""
        if boot != self._boot:
            # Nobody can tell what an earlier boot still held: start counting afresh.
            self._boot, self._counted_from, self._came, self.missing = boot, seq, [], 0
        place = bisect_right(self._came, seq, key=attrgetter("start"))
        if place and seq in self._came[place - 1]:
            return False
        self._count(seq)
        self._join(place, seq)
        if len(self._came) > SPANS_MAX:
            del self._came[0]
            self._counted_from = max(self._counted_from, self._came[0].start)
        return True

    def _count(self, seq: int) -> None:
        """What is missing now that this number came."""
        if not self._came or seq < self._counted_from:
            return
        newest = self._came[-1].stop - 1
        self.missing += seq - newest - 1 if seq > newest else -1

    def _join(self, place: int, seq: int) -> None:
        """Put the number between the runs before and at `place`, as one with those it touches."""
        came = self._came
        low = place - (place > 0 and came[place - 1].stop == seq)
        high = place + (place < len(came) and came[place].start == seq + 1)
        start = came[low].start if low < place else seq
        stop = came[place].stop if high > place else seq + 1
        came[low:high] = [range(start, stop)]
