"""The open alarms of a clinic: opened, stepped, ended, restored, listed.

Knows the rows and the life of alarms. Knows no sample and judges nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from monitor.alerts.layout import Layout, column_of
from monitor.alerts.opened import Opened
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Place, instance_of
from monitor.alerts.states import OPEN, Alarm, AlarmEvent, AlarmState, Evidence, Reason
from monitor.alerts.timers import Timers
from monitor.alerts.word import Word
from monitor.alerts.wording import follows_phase, message
from monitor.conditions import Form, Priority
from monitor.edits import delay_key
from monitor.history import TransitionRow
from monitor.vitals import NIBP, VitalSign

WORSENS = frozenset({Reason.WORSE, Reason.PRIORITY_RISES})
"""Steps that break a suspension (alarms.md 8a.6)."""
TELLS_AGE = frozenset({Reason.CONDITION_PRESENT, Reason.PRIORITY_RISES})
"""Steps at which an overdue reading's alarm tells how old the last one is by then."""
CUFF = "NIBP"
"""The instance of an alarm about a whole cuff reading."""


class Book:
    """At most one open alarm a (chair, row). `run` goes into some ids; see `Engine`."""

    def __init__(self, layout: Layout, overlays: Overlays, run: str) -> None:
        self._layout, self._overlays, self._run = layout, overlays, run
        self._timers = Timers(layout)
        self._count: dict[str, int] = {}
        self._by_id: dict[str, tuple[Place, Opened]] = {}
        self._words: defaultdict[tuple[str, int], Word] = defaultdict(Word)

    def step(
        self,
        place: Place,
        opened: Opened,
        reason: Reason,
        at_s: float,
        *,
        sampled_s: float | None = None,
        actor: str | None = None,
        note: str = "",
    ) -> list[AlarmEvent]:
        """One step of an open alarm; nothing when the table knows none for its state."""
        came_from = opened.step(reason, at_s, actor=actor)
        if came_from is None:
            return []
        if opened.state not in OPEN:
            self._strike(place, opened)
            if opened.row.condition.clinic_wide:
                place.silences.forget(opened.row.condition.id)
        if reason in WORSENS:
            place.silences.end_suspension(opened.row.condition.id, at_s)
        if reason in TELLS_AGE and opened.row.condition.form is Form.OVERDUE:
            opened.message = message(opened, place)
        self._overlays.refresh(place, at_s)
        self._overlays.changed.add(place.id)
        event = AlarmEvent(
            alarm=opened.seen(),
            ordinal=opened.ordinal,
            from_state=came_from,
            reason=reason,
            at_s=at_s,
            sampled_s=sampled_s,
            actor=actor,
            note=note,
        )
        return [event]

    def new(self, place: Place, row: int, onset_s: float) -> Opened:
        """Open an alarm, pending its first step."""
        which = self._layout.rows[row]
        instance = self.instance(place, row)
        name = f"{place.subject}/{which.condition.id}/{instance}"
        self._count[name] = self._count.get(name, 0) + 1
        # A session's numbers are known again after a restart; a bare chair's are not.
        run = "" if place.session else self._run
        # Without an on-delay there was nothing to wait for.
        delay_s = place.edits.get(delay_key(which.condition.id), self._layout.on_delay[row])
        opened = Opened(
            id=f"{name}/{run}{self._count[name]}",
            chair=place.id,
            session=place.session,
            row=which,
            instance=instance,
            state=AlarmState.PENDING if delay_s > 0.0 else AlarmState.IDLE,
            priority=self.priority(place, row),
            onset_s=onset_s,
            reference=place.silences.reference(which.condition.id),
        )
        place.open[row] = opened
        self._by_id[opened.id] = (place, opened)
        return opened

    def exists(self, place: Place, row: int) -> bool:
        """Does the row's rule exist in the chair's phase?"""
        return bool(self._layout.priority[column_of(place.phase), row])

    def yields(self, place: Place, row: int) -> bool:
        """Does an open alarm say more about the same thing?"""
        return self._overlays.yields(self._layout.rows[row], place)

    def fit(self, place: Place, now: float) -> list[AlarmEvent]:
        """Bring a chair's open alarms to its phase: some end, some rise."""
        events: list[AlarmEvent] = []
        for row, opened in sorted(place.open.items()):
            if not self.exists(place, row):
                events += self.step(place, opened, Reason.PHASE, now)
                continue
            if opened.active and follows_phase(opened):
                opened.message = message(opened, place)
            repeated = self._timers.repeated(opened, place) or opened.priority
            to = max(self.priority(place, row), repeated)
            if to > opened.priority:
                opened.priority = to
                events += self.step(place, opened, Reason.PRIORITY_RISES, now)
        return events

    def word(self, place: Place, row: int) -> Word:
        """What was said last of an open alarm's condition; or of one that is to be open again."""
        opened = place.open.get(row)
        return opened.word if opened else self._words[place.subject, row]

    def forget_words(self) -> None:
        """After a restart: what is to be open again is open."""
        self._words.clear()

    def move(self, opened: Opened, row: int, to: Place) -> None:
        """An open alarm goes along to another chair."""
        opened.chair = to.id
        to.open[row] = opened
        self._by_id[opened.id] = (to, opened)

    @staticmethod
    def row_of(place: Place, opened: Opened) -> int:
        """The row of an open alarm."""
        return next(row for row, one in place.open.items() if one is opened)

    def rows_of(self, place: Place, condition: str, instance: str) -> list[int]:
        """The rows of a condition about that instance, at this chair."""
        return [
            number
            for number, row in enumerate(self._layout.rows)
            if row.condition.id == condition
            and (row.device is None or row.device < len(place.devices))
            and self.instance(place, number) == instance
        ]

    def note_ids(self, known: Iterable[str]) -> None:
        """Give none of these ids again."""
        for one in known:
            name, _, number = one.rpartition("/")
            number = number.removeprefix(self._run)
            if number.isdecimal():
                self._count[name] = max(self._count.get(name, 0), int(number))

    def find(self, alarm: str) -> tuple[Place, Opened] | None:
        """The open alarm of that id and its chair."""
        return self._by_id.get(alarm)

    def priority(self, place: Place, row: int) -> Priority:
        """The row's priority in the chair's phase."""
        return Priority(int(self._layout.priority[column_of(place.phase), row]))

    def instance(self, place: Place, row: int) -> str:
        """What tells two alarms of one condition apart: the device, the vital sign, or nothing."""
        which = self._layout.rows[row]
        if which.device is not None:
            return next(name for name, one in place.devices.items() if one.slot == which.device)
        if which.source is not None:
            return instance_of(which.source, once_seen=True)
        if which.vital is not None:
            cuff = which.vital in NIBP
            return CUFF if cuff else instance_of(which.vital, once_seen=bool(which.once_seen_s))
        watched = which.condition.watched
        if any(vital in NIBP for vital in watched):
            return CUFF
        return watched[0].value if watched else ""

    def ranked(self, place: Place | None) -> list[Alarm]:
        """Open alarms, of one chair or all: most urgent, then unacknowledged, then newest.

        Those that another speaks for come after all that speak.
        """
        found = [one for where, one in self._by_id.values() if place in (None, where)]
        return sorted((opened.seen() for opened in found), key=_rank)

    def restore(
        self, place: Place, last: TransitionRow, to_monotonic: Callable[[int], float]
    ) -> Opened | None:
        """Open the alarm whose last step this is; None when it has no place any more."""
        row = next(iter(self.rows_of(place, last.condition, last.instance)), None)
        still = AlarmState(last.to_state) in OPEN and last.session == place.session
        if row is None or not still or row in place.open:
            return None
        opened = self._reopened(place, row, last, to_monotonic)
        self._by_id[opened.id] = (place, opened)
        place.open[row] = opened
        return opened

    def _reopened(
        self, place: Place, row: int, last: TransitionRow, to_monotonic: Callable[[int], float]
    ) -> Opened:
        at_s, onset_s = to_monotonic(last.at_us), to_monotonic(last.onset_us)
        acknowledged = AlarmState(last.to_state) is AlarmState.ACTIVE_ACK
        word = self.word(place, row)
        opened = Opened(
            id=last.alarm,
            chair=place.id,
            session=last.session,
            row=self._layout.rows[row],
            instance=last.instance,
            state=AlarmState(last.to_state),
            priority=Priority[last.priority],
            onset_s=onset_s,
            since_s=at_s,
            entered_s=at_s,
            message=last.message,
            value=last.value,
            limit=last.limit,
            episode=last.episode,
            violations=max(1, word.bad),
            ordinal=last.ordinal,
            acknowledged_by=last.actor if acknowledged else None,
            acknowledged_s=at_s if acknowledged else None,
            baseline=last.baseline,
            fired_by=tuple(
                Evidence(one.vital, to_monotonic(one.sampled_at_us), one.value)
                for one in last.fired_by
            ),
            fired_count=last.fired_count,
            word=word,
        )
        speaks = self._speaker(row, last)
        if speaks is not None and last.value is not None:
            extreme = last.value if last.extreme is None else last.extreme
            at_us = last.extreme_at_us
            worst_s = None if at_us is None else to_monotonic(at_us)
            opened.speaks, opened.extremes[speaks] = speaks, (extreme, worst_s)
            if row not in self._layout.derived:
                opened.reference = {speaks: last.value}
        return opened

    def _speaker(self, row: int, last: TransitionRow) -> VitalSign | None:
        """Of several vital signs, the one whose limit the row names."""
        clauses = self._layout.rows[row].condition.any_of
        named = [
            clause.vital
            for clause in clauses
            if any(level.resolve(None) == last.limit for level in clause.limit.values())
        ]
        return named[0] if named else next((clause.vital for clause in clauses), None)

    def _strike(self, place: Place, opened: Opened) -> None:
        del self._by_id[opened.id]
        place.open = {row: one for row, one in place.open.items() if one is not opened}


def _rank(alarm: Alarm) -> tuple[bool, int, bool, float, str]:
    known = alarm.state is AlarmState.ACTIVE_ACK
    return alarm.superseded, -alarm.priority, known, -alarm.onset_s, alarm.id
