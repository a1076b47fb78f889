"""Scores that a person enters, such as sedation: raised, worse, better, over.

Judged when they are entered and when a phase begins in which they are judged
(alarms.md 7.1 and 8a.22).
Knows the newest score of a chair; knows no sample and no time of its own.
"""

from __future__ import annotations

from monitor.alerts.book import Book
from monitor.alerts.layout import Layout
from monitor.alerts.opened import Opened
from monitor.alerts.place import Place
from monitor.alerts.states import AlarmEvent, AlarmState, Reason
from monitor.alerts.wording import message
from monitor.conditions import Form, Priority


class Entries:
    """The rules of form ENTRY: the lower the score, the worse."""

    def __init__(self, layout: Layout, book: Book) -> None:
        self._layout, self._book = layout, book
        self._rows = layout.rows_of(Form.ENTRY)

    def enter(self, place: Place, score: float | None, actor: str, now: float) -> list[AlarmEvent]:
        """A person enters a score, or (None) takes back the only one."""
        place.score = score
        events: list[AlarmEvent] = []
        for row in self._rows:
            events += self._judge(place, row, score, actor, now)
        return events

    def begin(self, place: Place, now: float) -> list[AlarmEvent]:
        """A phase begins: a score of before counts where it was not judged yet."""
        events: list[AlarmEvent] = []
        if place.score is None:
            return events
        for row in self._rows:
            if row not in place.open:
                events += self._judge(place, row, place.score, None, now)
        return events

    def _judge(
        self, place: Place, row: int, score: float | None, actor: str | None, now: float
    ) -> list[AlarmEvent]:
        settings, opened = self._layout.rows[row].condition.settings, place.open.get(row)
        if not self._book.exists(place, row):
            return []
        if score is None or score > settings["raised_at"]:
            # Taken back, it never was.
            good = score is None or score >= settings["clears_at"]
            if opened is None or not good:
                return []
            # The table of its life knows no such step for one that is over.
            return self._book.step(place, opened, Reason.CONDITION_ENDED, now, actor=actor)
        high = score <= settings["high_at"]
        to = Priority.HIGH if high else self._book.priority(place, row)
        reason: Reason | None = Reason.CONDITION_PRESENT
        if opened is None:
            opened = self._book.new(place, row, now)
            opened.priority = to
        else:
            reason = _again(opened, to, score, now, settings["step"])
        opened.value = score
        opened.limit = settings["high_at" if high else "raised_at"]
        opened.message = message(opened, place)
        if reason is None:
            return []
        return self._book.step(place, opened, reason, now, actor=actor)


def _again(opened: Opened, to: Priority, score: float, now: float, step: float) -> Reason | None:
    """One more score of an open alarm that is still too low."""
    if opened.state is AlarmState.LATCHED_UNACK:
        opened.episode, opened.onset_s = opened.episode + 1, now
        opened.priority = max(opened.priority, to)
        return Reason.CONDITION_AGAIN
    before, opened.priority = opened.priority, to
    if to > before:
        return Reason.PRIORITY_RISES
    if to < before:
        return Reason.PRIORITY_FALLS
    if opened.state is not AlarmState.ACTIVE_ACK and not opened.held:
        return None
    known = opened.score_seen
    return None if known is None or known - score < step else Reason.WORSE
