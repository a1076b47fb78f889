"""What samples say of probes, silent vital signs and the cuff: each is proof of presence.

Knows one chair's samples and the rows that ask for them. Raises nothing: time does.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.alerts.absences import Absences
from monitor.alerts.book import Book
from monitor.alerts.layout import Layout
from monitor.alerts.place import Place, Sample
from monitor.alerts.states import AlarmEvent
from monitor.conditions import Form
from monitor.vitals import NIBP


class Presence:
    """Feeds samples into `absences`; an alarm whose matter is back for long enough ends."""

    def __init__(self, layout: Layout, absences: Absences, book: Book) -> None:
        self._layout, self._absences, self._book = layout, absences, book
        self._silent = layout.rows_of(Form.SILENT_VITAL)
        self._reported = layout.rows_of(Form.REPORTED)
        self._overdue = layout.rows_of(Form.OVERDUE)

    def note(self, place: Place, samples: Sequence[Sample], at_s: float) -> list[AlarmEvent]:
        """Take one instant's samples of a chair."""
        events: list[AlarmEvent] = []
        for one in samples:
            place.reasons[one.vital] = one.reason
            if one.valid:
                place.values[one.vital] = one.value
                place.usable_s[one.vital] = at_s
            for row in self._silent:
                # A doubtful sample counts as data: T-SIG speaks for it.
                if self._layout.rows[row].vital is one.vital and (one.valid or one.doubtful):
                    events += self._good(place, row, at_s)
            events += self._note_reported(place, one)
        if any(one.vital in NIBP and one.valid for one in samples):
            for row in self._overdue:
                events += self._good(place, row, at_s)
        return events

    def _note_reported(self, place: Place, one: Sample) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        for row in self._reported:
            which = self._layout.rows[row]
            if which.vital is not one.vital:
                continue
            if one.reason in which.condition.reasons:
                self._absences.is_bad(place.index, row, one.at_s)
            elif one.valid:
                events += self._good(place, row, one.at_s)
        return events

    def _good(self, place: Place, row: int, at_s: float) -> list[AlarmEvent]:
        over = self._absences.is_good(place.index, row, at_s)
        return self._book.end(place, row, at_s) if over else []
