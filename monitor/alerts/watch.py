"""What is missing, and since when: probe, vital, link, cuff reading, patient (alarms.md 7.2).

Every technical row is one question: since when is it so? Its alarm is due when
that is longer ago than its delay. Knows chairs and times, never a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import numpy as np

from monitor.alerts.book import Book
from monitor.alerts.deadlines import NOT_NOW, Deadlines
from monitor.alerts.layout import Bools, Floats, Layout
from monitor.alerts.opened import Opened
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Place
from monitor.alerts.room import with_row
from monitor.alerts.samples import Sample
from monitor.alerts.states import AlarmEvent, AlarmState, Reason
from monitor.alerts.timers import Timers
from monitor.alerts.wording import message
from monitor.conditions import Form
from monitor.vitals import NIBP, VitalSign

RESTS_ON_DATA = frozenset({Form.SILENT_VITAL, Form.SILENT_LINK, Form.OVERDUE})
"""Forms whose condition begins with the last good sample, not with a bad one."""

BEGINS_WHEN_SAID = (Form.REPORTED, Form.UNASSIGNED_DATA, Form.ASSERTED)
"""Forms whose condition begins with what says that it is so."""

TELLS_OF_PRESSURE = VitalSign.NIBP_SYSTOLIC
"""A cuff reading without it is no reading (T-NIBP-O goes on)."""


class Watch:
    """[chair, row] over all rows; limit rows stay at rest here.

    `since_s` is since when the condition is so (NaN: it is not); `delay_s` the
    on-delay in force, `exists` whether the row is judged now. `deadlines` has a
    column a row, then one for the end of the audio pause, one for lost data, one for
    a jump that is held back and one for the end of a silence.
    """

    def __init__(self, layout: Layout, book: Book, overlays: Overlays) -> None:
        self._layout, self._book, self._overlays = layout, book, overlays
        self._timers = Timers(layout)
        width = len(layout.rows)
        self.pause_column, self.loss_column = width, width + 1
        self.hold_column, self.silence_column = width + 2, width + 3
        self.deadlines = Deadlines(width + 4)
        self.since_s: Floats = np.full((0, width), np.nan)
        self.delay_s: Floats = np.zeros((0, width))
        self.exists: Bools = np.zeros((0, width), bool)
        self.rows_of = {form: layout.rows_of(form) for form in Form}
        self._rests = frozenset(row for form in RESTS_ON_DATA for row in self.rows_of[form])
        self._silent: dict[VitalSign, list[int]] = {}
        for row in self.rows_of[Form.SILENT_VITAL]:
            self._silent.setdefault(self._vital(row), []).append(row)
        self._reported: dict[VitalSign, list[int]] = {}
        for row in self.rows_of[Form.REPORTED]:
            self._reported.setdefault(self._vital(row), []).append(row)

    def add_chair(self) -> None:
        """One more chair, at which nothing is judged until `exist`."""
        width = len(self._layout.rows)
        self.since_s = with_row(self.since_s, np.full(width, np.nan))
        self.delay_s = with_row(self.delay_s, self._layout.on_delay)
        self.exists = with_row(self.exists, np.zeros(width, bool))
        self.deadlines.add_chair()

    # -------------------------------------------------------------- what comes in

    def note(self, place: Place, samples: Sequence[Sample], now: float) -> list[AlarmEvent]:
        """Take one instant's samples, come now, as proof of presence or of a probe off."""
        events: list[AlarmEvent] = []
        for one in samples:
            for row in self._reported.get(one.vital, ()):
                events += self._note_report(place, row, one, now)
            if one.valid or one.doubtful:
                # A doubtful sample counts as data: T-SIG speaks for it.
                for row in self._silent.get(one.vital, ()):
                    events += self._note_data(place, row, one.at_s, now)
            if one.vital is TELLS_OF_PRESSURE and one.valid:
                for row in self.rows_of[Form.OVERDUE]:
                    events += self.good(place, row, one.at_s, now)
        if place.session is None:
            self._note_unassigned(place, samples, now)
        return events

    def warm(self, place: Place, samples: Sequence[Sample], now: float) -> None:
        """Take stored samples for what they leave behind: when there was data, and of the cuff."""
        if place.session is None:
            self._note_unassigned(place, samples, now)
        for one in samples:
            for row in self._reported.get(one.vital, ()):
                self._recall_report(place, row, one, now)
            if one.vital is TELLS_OF_PRESSURE and one.valid:
                self.since_s[place.index, self.rows_of[Form.OVERDUE]] = one.at_s

    def resume(self, place: Place, now: float) -> None:
        """From stored to live: whoever is silent has been so from now."""
        silent = [*self.rows_of[Form.SILENT_LINK], *self.rows_of[Form.SILENT_VITAL]]
        self.since_s[place.index, silent] = now
        self.exist(place, now)

    def _note_data(self, place: Place, row: int, at_s: float, now: float) -> list[AlarmEvent]:
        if self._layout.rows[row].once_seen_s is not None:
            if not place.on_ecg():
                return []
            if not self.exists[place.index, row] and row not in place.open:
                if not self._judged(place, row):
                    return []
                self.exist(place, now)
        return self.good(place, row, at_s, now)

    def _note_report(self, place: Place, row: int, one: Sample, now: float) -> list[AlarmEvent]:
        if one.valid:
            return self.good(place, row, one.at_s, now)
        return self._failed(place, row, one.at_s, now) if self._is_bad(row, one) else []

    def _is_bad(self, row: int, one: Sample) -> bool:
        return not {one.reason, one.flag}.isdisjoint(self._layout.rows[row].condition.reasons)

    def _recall_report(self, place: Place, row: int, one: Sample, now: float) -> None:
        """While warming: how long it has been bad, or good again under an alarm of before."""
        word, gap_s = self._book.word(place, row), self._layout.preset.gap_s
        if one.valid:
            self.since_s[place.index, row] = np.nan
            word.is_good(one.at_s, off_delay_s=self._layout.off_delay[row], gap_s=gap_s)
        elif self._is_bad(row, one):
            self.bad(place, row, one.at_s, now)
            word.is_bad()
        else:
            return
        word.came(now, well=one.valid, gap_s=gap_s)

    def _failed(self, place: Place, row: int, at_s: float, now: float) -> list[AlarmEvent]:
        """Said again while it is open: in the newest words; a rule may count how often."""
        opened = place.open.get(row)
        self.bad(place, row, at_s, now)
        if opened is None:
            return []
        self._reword(place, opened)
        opened.violations += 1
        to = self._timers.repeated(opened, place)
        if to is None:
            return []
        opened.priority = to
        events = self._book.step(place, opened, Reason.PRIORITY_RISES, now, sampled_s=at_s)
        self.schedule(place, now)
        return events

    def _reword(self, place: Place, opened: Opened) -> None:
        said = message(opened, place)
        if said != opened.message:
            opened.message = said
            self._overlays.changed.add(place.id)

    def _vital(self, row: int) -> VitalSign:
        vital = self._layout.rows[row].vital
        assert vital is not None
        return vital

    def _note_unassigned(self, place: Place, samples: Sequence[Sample], now: float) -> None:
        data = [
            one.at_s for one in samples if one.vital not in NIBP and (one.valid or one.doubtful)
        ]
        if not data:
            return
        place.unassigned_data_s = max(place.unassigned_data_s, *data)
        for row in self.rows_of[Form.UNASSIGNED_DATA]:
            self.bad(place, row, place.unassigned_data_s, now)

    def bad(self, place: Place, row: int, at_s: float, now: float) -> None:
        """The condition is so at this time, known now; the first such time counts."""
        opened = place.open.get(row)
        if opened is not None:
            opened.word.is_bad()
            self._hear(place, row, opened, now, well=False)
        elif isnan(self.since_s[place.index, row]):
            self.since_s[place.index, row] = at_s
            self._schedule_row(place, row, now)

    def good(self, place: Place, row: int, at_s: float, now: float) -> list[AlarmEvent]:
        """Good at a sample's time, known now; an alarm that was open ends after its off-delay."""
        rests, at = row in self._rests, (place.index, row)
        opened = place.open.get(row)
        if opened is None:
            # Most say that what was good is good: nothing waits then.
            if rests or not isnan(self.since_s[at]):
                due_s = at_s + float(self.delay_s[at]) if rests and self.exists[at] else NOT_NOW
                self.since_s[at] = at_s if rests else np.nan
                self.deadlines.put(place.index, row, due_s)
            return []
        over = opened.word.is_good(
            at_s, off_delay_s=self._layout.off_delay[row], gap_s=self._layout.preset.gap_s
        )
        if rests or over:
            self.since_s[at] = at_s if rests else np.nan
        self._hear(place, row, opened, now, well=True)
        return self.end(place, opened, now) if over else []

    def _hear(self, place: Place, row: int, opened: Opened, now: float, *, well: bool) -> None:
        opened.word.came(now, well=well, gap_s=self._layout.preset.gap_s)
        self._schedule_row(place, row, now)

    def end(self, place: Place, opened: Opened, at_s: float) -> list[AlarmEvent]:
        """A technical condition is over."""
        events = self._book.step(place, opened, Reason.CONDITION_ENDED, at_s)
        self.schedule(place, at_s)
        return events

    # ------------------------------------------------------------- what exists now

    def exist(self, place: Place, now: float) -> None:
        """Which rows are judged for this chair in its present phase, and with which delay."""
        before = self.exists[place.index].copy()
        self.exists[place.index] = [self._judged(place, row) for row in range(len(before))]
        self._set_delays(place)
        began = self.exists[place.index] & ~before
        for row in self._rests:
            if began[row] and not self.since_s[place.index, row] >= now:
                self.since_s[place.index, row] = now
        self.schedule(place, now)

    def forget(self, place: Place) -> None:
        """A new patient, or none: what was so before is over."""
        for form in BEGINS_WHEN_SAID:
            self.since_s[place.index, self.rows_of[form]] = np.nan
        self.exists[place.index] = False

    def move(self, left: Place, to: Place, now: float) -> None:
        """The patient is in another chair: what is about the patient counts on there."""
        rows, since_s = self._layout.goes_along, self.since_s[left.index].copy()
        told = rows & ~np.isnan(since_s)
        for place in (left, to):
            self.forget(place)
            self.exist(place, now)
        self.since_s[to.index, told] = since_s[told]
        going = {self._layout.rows[row].condition.id for row in np.flatnonzero(rows)}
        to.asserted |= {name: said for name, said in left.asserted.items() if name in going}

    def shift_cuff(self, place: Place, old_s: float, new_s: float, now: float) -> None:
        """The cuff is due at the old time or one new interval from now (alarms.md 8a.17)."""
        for row in self.rows_of[Form.OVERDUE]:
            since = float(self.since_s[place.index, row])
            self.since_s[place.index, row] = min(since + old_s - new_s, now)

    def _judged(self, place: Place, number: int) -> bool:
        """Does this row exist in the chair's phase, and can it be about this chair at all?"""
        if not self._book.exists(place, number):
            return False
        row = self._layout.rows[number]
        if row.condition.clinic_wide is not (place.id == ""):
            return False
        if row.device is not None:
            return row.device < len(place.devices)
        if row.once_seen_s is not None:
            return place.ecg_seen_s() >= row.once_seen_s
        return row.vital is None or place.measures(row.vital)

    def _set_delays(self, place: Place) -> None:
        interval_s = self._layout.nibp_interval_s(place.phase)
        for row in self.rows_of[Form.OVERDUE]:
            late_s = self._layout.rows[row].condition.overdue_s(interval_s)
            self.delay_s[place.index, row] = late_s if interval_s else np.inf
        links = self.rows_of[Form.SILENT_LINK]
        for device in place.devices.values():
            for row in links:
                if self._layout.rows[row].device == device.slot:
                    delay_s = max(float(self._layout.on_delay[row]), device.quiet_limit_s)
                    self.delay_s[place.index, row] = delay_s

    def reopen(self, place: Place, opened: Opened, now: float) -> None:
        """An alarm is open again after a restart, at this time."""
        form = opened.row.condition.form
        if form in BEGINS_WHEN_SAID:
            self.since_s[place.index, self._book.row_of(place, opened)] = opened.onset_s
        if form is Form.UNASSIGNED_DATA:
            # The last data are not known any more: their absence is counted from the restart.
            place.unassigned_data_s = now
        self.schedule(place, now)

    # ------------------------------------------------------------------ what is due

    def schedule(self, place: Place, now: float) -> None:
        """Ask of every row when it next needs us: after any step, one may free another."""
        for row in range(len(self._layout.rows)):
            if self.exists[place.index, row] or row in place.open:
                self._schedule_row(place, row, now)
            else:
                self.deadlines.put(place.index, row, NOT_NOW)
        ends_s = place.pause.until_s if place.pause and not place.pause.over else NOT_NOW
        self.deadlines.put(place.index, self.pause_column, ends_s)
        self.deadlines.put(place.index, self.silence_column, place.silences.next_s)
        self.schedule_loss(place)
        self.schedule_hold(place, now)

    def schedule_loss(self, place: Place) -> None:
        """When the data of an open alarm will have been lost."""
        self.deadlines.put(place.index, self.loss_column, self._overlays.next_loss_s(place))

    def schedule_rises(self, place: Place, now: float) -> None:
        """When open alarms become more urgent, after a word of whether they still hold."""
        for row, opened in place.open.items():
            if opened.row.condition.escalations:
                self._schedule_row(place, row, now)

    def schedule_hold(self, place: Place, now: float) -> None:
        """When what a jump holds back must be decided."""
        self.deadlines.put(place.index, self.hold_column, max(place.jumps.due_s, now))

    def _schedule_row(self, place: Place, row: int, now: float) -> None:
        self.deadlines.put(place.index, row, self._next_s(place, row, now))

    def _next_s(self, place: Place, row: int, now: float) -> float:
        opened, at = place.open.get(row), (place.index, row)
        which = self._layout.rows[row]
        if opened is not None:
            next_s = self._timers.next_s(opened, place, float(self.since_s[at]))
            if which.condition.form is Form.UNASSIGNED_DATA:
                ends_s = which.condition.settings["ends_after_s"]
                next_s = min(next_s, place.unassigned_data_s + ends_s)
            return next_s
        since_s = float(self.since_s[at])
        if not self.exists[at] or isnan(since_s):
            return NOT_NOW
        waits = self._overlays.yields(which, place)
        return NOT_NOW if waits else self._due_s(place, row, now)

    def _due_s(self, place: Place, row: int, now: float) -> float:
        """When a condition that is so must be told; while a cuff measures some wait a little."""
        which, at = self._layout.rows[row], (place.index, row)
        since_s, wait_s = float(self.since_s[at]), float(self._layout.cuff_wait[row])
        due_s = since_s + float(self.delay_s[at])
        if wait_s and which.condition.form is Form.OVERDUE:
            return max(due_s, now, min(place.cuff.ends_s, due_s + wait_s))
        if wait_s:
            due_s += min(wait_s, place.cuff.waited_s(since_s))
        return max(due_s, now)

    def ring(self, place: Place, row: int, at_s: float) -> list[AlarmEvent]:
        """The row's time has come."""
        if row == self.pause_column:
            self._overlays.end_pause(place)
            return []
        if row == self.silence_column:
            place.silences.end_due(at_s)
            self._overlays.silenced(place, at_s)
            self.schedule(place, at_s)
            return []
        if row == self.loss_column:
            self._overlays.refresh(place, at_s)
            self.schedule_loss(place)
            return []
        opened = place.open.get(row)
        events = (
            self._raise(place, row, at_s) if opened is None else self._act(place, row, opened, at_s)
        )
        if events:
            self.schedule(place, at_s)
        return events

    def _act(self, place: Place, row: int, opened: Opened, at_s: float) -> list[AlarmEvent]:
        """What time alone does to an open alarm."""
        which = self._layout.rows[row].condition
        if which.form is Form.UNASSIGNED_DATA:
            ends_s = place.unassigned_data_s + which.settings["ends_after_s"]
            if at_s >= ends_s:
                self.since_s[place.index, row] = np.nan
                return self.end(place, opened, at_s)
        due = self._timers.due(opened, place, float(self.since_s[place.index, row]), at_s)
        if due is None:
            self._schedule_row(place, row, at_s)
            return []
        if due.to is not None:
            opened.priority = due.to
        return self._book.step(place, opened, due.reason, at_s)

    def _raise(self, place: Place, row: int, at_s: float) -> list[AlarmEvent]:
        which, at = self._layout.rows[row], (place.index, row)
        if not self.exists[at] or self._overlays.yields(which, place):
            return []
        if self._layout.cuff_wait[row] and self._due_s(place, row, at_s) > at_s:
            self._schedule_row(place, row, at_s)
            return []
        if which.condition.form is Form.UNASSIGNED_DATA:
            ends_s = place.unassigned_data_s + which.condition.settings["ends_after_s"]
            if at_s >= ends_s:
                self.since_s[at] = np.nan
                return []
        overdue = which.condition.form is Form.OVERDUE
        onset_s = place.taken_s(self._vital(row)) if overdue else float(self.since_s[at])
        opened = self._book.new(place, row, onset_s)
        opened.state = AlarmState.PENDING
        opened.message = message(opened, place)
        return self._book.step(place, opened, Reason.CONDITION_PRESENT, at_s)
