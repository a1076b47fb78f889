"""Scores that a person enters, such as sedation: raised, worse, better, over.

Judged when they are entered and when a phase begins in which they are judged
(alarms.md 7.1 and 8a.22).
Knows the newest score of a chair; knows no sample and no time of its own.
"""

from __future__ import annotations

from monitor.alerts.book import Book
from monitor.alerts.layout import Layout, column_of
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
        for row in self._rows if place.score is not None else ():
            if row not in place.open:
                events += self._judge(place, row, place.score, None, now)
        return events

    def _judge(
        self, place: Place, row: int, score: float | None, actor: str | None, now: float
    ) -> list[AlarmEvent]:
        settings = self._layout.rows[row].condition.settings
        opened = place.open.get(row)
        if not self._layout.priority[column_of(place.phase), row]:
            return []
        reason: Reason | None = None
        if score is None:
            # What the alarm rested on never was.
            reason = Reason.CONDITION_ENDED if opened is not None and opened.active else None
        elif score <= settings["raised_at"]:
            high = score <= settings["high_at"]
            to = Priority.HIGH if high else self._book.priority(place, row)
            if opened is None:
                opened, reason = self._book.new(place, row, now, now), Reason.CONDITION_PRESENT
                opened.priority = to
            else:
                reason = _again(opened, to, score, now, settings["step"])
            opened.value = score
            opened.limit = settings["high_at" if high else "raised_at"]
            opened.message = message(opened, place)
        elif opened is not None and score >= settings["clears_at"] and opened.active:
            reason = Reason.CONDITION_ENDED
        if opened is None or reason is None:
            return []
        return self._book.step(place, opened, reason, now, actor=actor)


def _again(opened: Opened, to: Priority, score: float, now: float, step: float) -> Reason | None:
    """One more score of an open alarm that is still too low."""
    if opened.state is AlarmState.LATCHED_UNACK:
        opened.episode, opened.violations, opened.onset_s = opened.episode + 1, 1, now
        opened.priority = max(opened.priority, to)
        return Reason.CONDITION_AGAIN
    opened.violations += 1
    if to is not opened.priority:
        rises = to > opened.priority
        opened.priority = to
        return Reason.PRIORITY_RISES if rises else Reason.PRIORITY_FALLS
    looked = opened.state is AlarmState.ACTIVE_ACK or opened.held
    known = opened.score_seen
    worse = looked and known is not None and known - score >= step
    return Reason.WORSE if worse else None
