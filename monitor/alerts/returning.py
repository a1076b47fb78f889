"""An engine after a restart: its windows filled from what is stored, its alarms open again.

Knows what was told and what was open. Knows no record and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf

from monitor.alerts.book import Book
from monitor.alerts.hearing import Hearing
from monitor.alerts.judging import Judging
from monitor.alerts.layout import Layout, column_of
from monitor.alerts.opened import Opened
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Looked, Place
from monitor.alerts.turns import turns
from monitor.alerts.watch import Watch
from monitor.history import TransitionRow
from monitor.vitals import Reading


class Returning:
    """What brings one engine back (alarms.md section 8, "Restart", and 8a.3)."""

    def __init__(
        self,
        layout: Layout,
        places: Mapping[str, Place],
        hearing: Hearing,
        watch: Watch,
        judging: Judging,
        book: Book,
        overlays: Overlays,
    ) -> None:
        self._layout, self._places = layout, places
        self._hearing, self._watch = hearing, watch
        self._judging, self._book, self._overlays = judging, book, overlays
        self._looked: dict[tuple[str, str], Looked] = {}

    @contextmanager
    def warming(self, now: float) -> Iterator[None]:
        """Within it, what is told again after a restart fills the windows and no more.

        Sessions, phases, baselines and stored readings may lie before `now`; no
        alarm is raised, stepped or ended by them (alarms.md section 8, "Restart").
        Silence of devices is counted from `now`, an overdue cuff from its last reading.
        """
        self._hearing.warming = True
        try:
            yield
        finally:
            self._hearing.warming = False
            for place in self._places.values():
                self._watch.resume(place, now)

    def recall(self, readings: Sequence[Reading]) -> None:
        """While warming: stored readings of longer ago, of vital signs that rules remember."""
        self._hearing.recall(turns(readings, self._places, self._layout.preset))

    def looked(self, chair: str, actor: str, at_s: float, alarm: str = "") -> None:
        """While warming: here a person acknowledged that alarm, or (without one) paused the sound.

        "Worse" is measured from the values of this moment (alarms.md 8a.10).
        """
        place = self._places[chair]
        self._looked[chair, alarm] = Looked(place.values(), actor, at_s, place.score)

    def ended(self, chair: str, condition: str, instance: str) -> None:
        """While warming: here a person ended an alarm without usable data; its rule began anew."""
        place = self._places[chair]
        for row in self._book.rows_of(place, condition, instance):
            if self._layout.rows[row].once_seen_s is None:
                self._judging.rearm(place, row)
            else:
                place.lay_ecg_aside()

    def relaxed(self, chair: str, condition: str, instance: str, *, relaxed: bool) -> None:
        """While warming: from here an alarm's episode cleared at its limit, or no longer."""
        place = self._places.get(chair)
        if place is not None:
            for row in self._book.rows_of(place, condition, instance):
                self._judging.recall_relaxed(place, row, relaxed=relaxed)

    def over(self, chair: str, condition: str) -> None:
        """While warming: here an alarm of the clinic was over, and any suspension of its rule."""
        self._places[chair].silences.forget(condition)

    def given(self, alarm: str) -> None:
        """That id was given, of an alarm that is not told again; it is not given twice."""
        self._book.note_ids([alarm])

    def moved(self, chair: str, to: str) -> None:
        """What people looked at in one chair is in another by now, a pause of that one is over."""
        self._looked.pop((to, ""), None)
        self._looked = {
            (to if at == chair else at, alarm): seen for (at, alarm), seen in self._looked.items()
        }

    def restore(
        self,
        rows: Iterable[TransitionRow],
        to_monotonic: Callable[[int], float],
        now: float,
        known: Iterable[str] = (),
    ) -> None:
        """Open the alarms whose last steps these are, after a restart; no event is given.

        Seat the sessions first. Times are kept, so that a re-alarm that fell due
        meanwhile comes at the next `advance`. `known` are the ids that were given
        in these sessions; none of them is given again.
        """
        self._book.note_ids(known)
        for last in rows:
            place = self._places.get(last.chair)
            opened = self._book.restore(place, last, to_monotonic) if place else None
            if place is None or opened is None:
                continue
            seen = self._looked.get((place.id, opened.id))
            if seen is not None:
                opened.reference, opened.score_seen = seen.values, seen.score
                opened.acknowledged_by, opened.acknowledged_s = seen.actor, seen.at_s
            elif opened.row.condition.id in place.silences.suspended:
                opened.reference = place.silences.reference(opened.row.condition.id)
            self._recall_worst(place, opened)
            self._overlays.refresh(place, now)
            self._judging.wake(place)
            self._watch.reopen(place, opened, now)
        self._hearing.recalled.clear()
        self._book.forget_words()

    def _recall_worst(self, place: Place, opened: Opened) -> None:
        """The worst values of its episode and their times: as told last, or measured since."""
        row = self._book.row_of(place, opened)
        if row >= self._layout.limits:
            return
        since_s = opened.onset_s
        if row in self._layout.derived and opened.fired_by:
            # What a rule derived within its on-delay is no number that it alarmed for.
            since_s = opened.fired_by[-1].at_s
        until_s = inf if opened.active else opened.since_s
        high = self._layout.high[column_of(place.phase), row]
        for number in self._layout.clauses_of[row]:
            clause = self._layout.clauses[number]
            column = int(self._layout.clause_source[number])
            for one in self._hearing.recalled.get((place.subject, column), ()):
                counts = since_s <= one.at_s <= until_s and (one.valid or high)
                if counts and self._judging.levels.beyond(place.index, number, one.value):
                    opened.extremes_follow(clause, one.value, one.at_s)

    def resume_pause(
        self, chair: str, span: tuple[float, float], now: float, newer: Container[str] = ()
    ) -> None:
        """What is left of an audio pause, from and until when, over what sounded when it began.

        The `newer` alarms came to the chair later. One of an empty chair at which somebody
        was seated since is over.
        """
        place = self._places[chair]
        if place.session is None and span[0] < place.since_s:
            return
        self._overlays.resume_pause(place, span, now, newer)
        seen = self._looked.get((chair, ""))
        for opened in place.open.values():
            if opened.held and seen is not None:
                opened.reference, opened.score_seen = seen.values, seen.score
        self._watch.schedule(place, now)
