"""A session goes to another chair: what is about the patient goes along, the rest stays or ends.

What belongs to the old chair's devices ends as "moved"; what was open at the new chair
without a patient ends, as when one is seated there
(alarms.md section 8, "Moving a patient", 8a.7 and 8a.16). Knows no sample.
"""

from __future__ import annotations

from monitor.alerts.book import Book
from monitor.alerts.hearing import Hearing
from monitor.alerts.judging import Judging
from monitor.alerts.layout import Layout
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Place
from monitor.alerts.states import AlarmEvent, Reason
from monitor.alerts.watch import Watch


class Moving:
    """Moves one engine's sessions."""

    def __init__(
        self,
        layout: Layout,
        book: Book,
        hearing: Hearing,
        judging: Judging,
        watch: Watch,
        overlays: Overlays,
    ) -> None:
        self._layout, self._book, self._hearing = layout, book, hearing
        self._judging, self._watch, self._overlays = judging, watch, overlays

    def move(self, left: Place, to: Place, now: float) -> list[AlarmEvent]:
        """From a chair with a session to one without; both are told of until now."""
        # What a jump holds back was measured in the old chair, and is judged there.
        events = self._hearing.decide(left, now) + self._hearing.decide(to, now)
        along = {row: one for row, one in left.open.items() if self._layout.goes_along[row]}
        for row, opened in sorted(left.open.items()):
            if row not in along:
                events += self._book.step(left, opened, Reason.MOVED, now)
        for _, opened in sorted(to.open.items()):
            events += self._book.step(to, opened, Reason.SEATED, now)
        to.take_over(left, now)
        for row, opened in along.items():
            self._book.move(opened, row, to)
        self._judging.move(left, to)
        self._watch.move(left, to, now)
        for _, opened in sorted(to.open.items()):
            events += self._book.step(to, opened, Reason.WENT_ALONG, now)
        for place in (left, to):
            self._overlays.silenced(place, now)
            self._watch.schedule(place, now)
        return events
