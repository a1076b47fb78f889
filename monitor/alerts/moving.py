"""Whose chair it is: somebody is seated, goes to another chair, or leaves.

What is about the patient goes along, what belongs to the old chair's devices ends as "moved".
Alarms of a chair without a patient are the patient's from there on, as "assigned"; all else
that was known of nobody is forgotten
(alarms.md section 8, "Moving a patient", 8a.7, 8a.16 and 8a.18). Knows no sample.
"""

from __future__ import annotations

from collections.abc import Container

from monitor.alerts.book import Book
from monitor.alerts.hearing import Hearing
from monitor.alerts.judging import Judging
from monitor.alerts.layout import Layout
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Place
from monitor.alerts.states import AlarmEvent, Reason
from monitor.alerts.watch import Watch
from monitor.conditions import Form


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

    def seat(self, place: Place, session: str, now: float) -> list[AlarmEvent]:
        """At a chair without a session, which has no phase yet."""
        events = self._receive(place, (), now)
        self._begin_anew(place, session, now)
        return events + self._go_on(place, (), now)

    def leave(self, place: Place, now: float) -> list[AlarmEvent]:
        """The session is closed: nothing of it is left."""
        events: list[AlarmEvent] = []
        for _, opened in sorted(place.open.items()):
            events += self._book.step(place, opened, Reason.CLOSED, now)
        self._begin_anew(place, None, now)
        return events

    def move(self, left: Place, to: Place, now: float) -> list[AlarmEvent]:
        """From a chair with a session to one without; both are told of until now."""
        # What a jump holds back was measured in the old chair, and is judged there.
        events = self._hearing.decide(left, now) + self._hearing.decide(to, now)
        along = {row: one for row, one in left.open.items() if self._layout.goes_along[row]}
        for row, opened in sorted(left.open.items()):
            if row not in along:
                events += self._book.step(left, opened, Reason.MOVED, now)
        events += self._receive(to, along, now)
        to.take_over(left, now)
        for row, opened in along.items():
            self._book.move(opened, row, to)
        events += self._go_on(to, along, now)
        events += self._book.fit(to, now)
        events += self._judging.move(left, to, to.open.keys() - along.keys(), now)
        self._watch.move(left, to, now)
        for place in (left, to):
            self._overlays.silenced(place, now)
            self._watch.schedule(place, now)
        return events

    def _begin_anew(self, place: Place, session: str | None, now: float) -> None:
        place.seat(session, now)
        self._judging.rest(place)
        self._watch.forget(place)
        self._overlays.changed.add(place.id)

    def _receive(self, place: Place, own: Container[int], now: float) -> list[AlarmEvent]:
        """What ends at a chair without a patient: that it has none, and what they have `own`."""
        events: list[AlarmEvent] = []
        for row, opened in sorted(place.open.items()):
            if row in own or opened.row.condition.form is Form.UNASSIGNED_DATA:
                events += self._book.step(place, opened, Reason.SEATED, now)
        return events

    def _go_on(self, place: Place, own: Container[int], now: float) -> list[AlarmEvent]:
        """Each open alarm as the patient's: their `own`, and those that were of nobody."""
        events: list[AlarmEvent] = []
        for row, opened in sorted(place.open.items()):
            if row not in own:
                opened.assign(place.session)
            reason = Reason.WENT_ALONG if row in own else Reason.ASSIGNED
            events += self._book.step(place, opened, reason, now)
        return events
