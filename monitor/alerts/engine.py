"""Readings, frames, acts and times in; alarm events out.

Knows conditions, limits and numpy. Knows no clock, task, store or screen; the
caller passes every time and asks `next_deadline` when to come back. No chair
can influence another: each has rows of its own in every array.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from monitor.alerts.absences import Absences
from monitor.alerts.book import Book
from monitor.alerts.layout import DEVICES_MAX, VITAL_INDEX, VITALS, Layout, column_of
from monitor.alerts.limits import Delays, Samples, Verdict
from monitor.alerts.place import Place, Sample, Watched
from monitor.alerts.presence import Presence
from monitor.alerts.states import Alarm, AlarmEvent, AlarmState, Reason
from monitor.alerts.timers import Timers
from monitor.alerts.wording import in_force, message
from monitor.clinic import Phase
from monitor.conditions import Form, Preset, Priority
from monitor.errors import CommandRefused
from monitor.history import TransitionRow
from monitor.vitals import Reading, VitalSign

CLINIC = ""


class Engine:
    """Judges every chair of a clinic by one preset.

    `run` goes into alarm ids, so that they stay unique over restarts.
    """

    def __init__(self, preset: Preset, *, run: str = "") -> None:
        self._preset = preset
        self._layout = Layout(preset)
        self._delays, self._absences = Delays(self._layout), Absences(self._layout)
        self._rows_of = {form: self._layout.rows_of(form) for form in Form}
        self._places: list[Place] = []
        self._by_chair: dict[str, Place] = {}
        self._by_device: dict[str, Place] = {}
        self._columns = np.zeros(0, np.int64)
        self._advanced_s = -math.inf
        self._book = Book(self._layout, self._absences, run)
        self._presence = Presence(self._layout, self._absences, self._book)
        self._timers = Timers(self._layout)
        self.add_chair(CLINIC, {}, 0.0)

    def add_chair(
        self, chair: str, devices: Mapping[str, tuple[float, frozenset[VitalSign]]], now: float
    ) -> None:
        """A chair and its devices: how long each may be quiet (s) and what it measures."""
        if len(devices) > DEVICES_MAX:
            raise ValueError(f"chair {chair} has {len(devices)} devices; {DEVICES_MAX} are allowed")
        watched = {
            name: Watched(slot, quiet_s, vitals)
            for slot, (name, (quiet_s, vitals)) in enumerate(devices.items())
        }
        place = Place(id=chair, index=len(self._places), devices=watched)
        self._places.append(place)
        self._by_chair[chair] = place
        self._by_device.update(dict.fromkeys(devices, place))
        self._delays.add_chair()
        self._absences.add_chair()
        self._columns = np.append(self._columns, column_of(None))
        self._absences.bad_s[place.index, self._rows_of[Form.SILENT_LINK]] = now
        self._exist(place)

    def seat(self, chair: str, session: str, phase: Phase, now: float) -> list[AlarmEvent]:
        """A session opens at the chair; alarms open there without one become its own."""
        place = self._by_chair[chair]
        place.session = session
        events = []
        for key, opened in self._book.at(place):
            opened.session = session
            events += self._book.step(key, Reason.ASSIGNED, now)
        for row in self._rows_of[Form.SILENT_VITAL] + self._rows_of[Form.OVERDUE]:
            self._absences.bad_s[place.index, row] = now
        for row in self._rows_of[Form.UNASSIGNED_DATA]:
            events += self._book.end(place, row, now)
        return events + self._enter(place, phase, now)

    def set_phase(self, chair: str, phase: Phase, now: float) -> list[AlarmEvent]:
        """The session moves on: limits switch at once."""
        place = self._by_chair[chair]
        old_s = self._layout.nibp_interval_s(place.phase)
        new_s = self._layout.nibp_interval_s(phase)
        for row in self._rows_of[Form.OVERDUE]:
            # The cuff is due at the old time or one new interval from now (alarms.md 8a.17).
            since = self._absences.bad_s[place.index, row]
            self._absences.bad_s[place.index, row] = min(since + old_s - new_s, now)
        return self._enter(place, phase, now)

    def clear(self, chair: str, now: float) -> list[AlarmEvent]:
        """The session closes: its alarms end, nothing is carried to the next patient."""
        place = self._by_chair[chair]
        events = []
        for key, _ in self._book.at(place):
            events += self._book.step(key, Reason.CLOSED, now)
        place.session = place.phase = place.pause = None
        place.forget()
        every = np.ones(self._layout.limits, bool)
        self._delays.restart(place.index, every)
        self._delays.forget_clearing(place.index, every)
        for form in (Form.REPORTED, Form.UNASSIGNED_DATA):
            self._absences.bad_s[place.index, self._rows_of[form]] = np.nan
        self._columns[place.index] = column_of(None)
        self._exist(place)
        self._book.refresh(place, now)
        return events

    def _enter(self, place: Place, phase: Phase, now: float) -> list[AlarmEvent]:
        before = self._columns[place.index]
        place.phase = phase
        after = self._columns[place.index] = column_of(phase)
        changed = self._layout.limit[before] != self._layout.limit[after]
        moved = np.logical_or.reduceat(changed, self._layout.clause_starts)
        self._delays.restart(place.index, moved)
        self._exist(place)
        events = []
        for key, opened in self._book.at(place):
            priority = int(self._layout.priority[after, key[1]])
            if not priority and opened.row.condition.form is not Form.ASSERTED:
                events += self._book.step(key, Reason.PHASE, now)
            elif priority > opened.priority:
                opened.priority = Priority(priority)
                events += self._book.step(key, Reason.PRIORITY_RISES, now)
        self._book.refresh(place, now)
        return events

    def _exist(self, place: Place) -> None:
        """Which rows are judged for this chair in its present phase."""
        column, slots = self._columns[place.index], len(place.devices)
        exists = self._layout.priority[column] > 0
        for number, row in enumerate(self._layout.rows):
            if row.condition.clinic_wide is not (place.id == CLINIC):
                exists[number] = False
            elif row.device is not None:
                exists[number] &= row.device < slots
            elif row.vital is not None:
                exists[number] &= place.measures(row.vital)
        self._absences.exists[place.index] = exists
        interval_s = self._layout.nibp_interval_s(place.phase)
        for number in self._rows_of[Form.OVERDUE]:
            settings = self._layout.rows[number].condition.settings
            late_s = max(settings["intervals"] * interval_s, interval_s + settings["slack_s"])
            self._absences.delay_s[place.index, number] = late_s if interval_s else np.inf
        for device in place.devices.values():
            for number in self._link_rows(device):
                delay_s = max(self._layout.on_delay[number], device.quiet_limit_s)
                self._absences.delay_s[place.index, number] = delay_s

    def frame(self, device: str, at_s: float) -> list[AlarmEvent]:
        """A well-formed frame of the device came."""
        place = self._by_device[device]
        watched = place.devices[device]
        watched.why, place.last_frame_s = "", at_s
        events = []
        for row in self._link_rows(watched):
            if self._absences.is_good(place.index, row, at_s):
                events += self._book.end(place, row, at_s)
        if place.session is None:
            for row in self._rows_of[Form.UNASSIGNED_DATA]:
                self._absences.is_bad(place.index, row, at_s)
        if events:
            self._book.refresh(place, at_s)
        return events

    def link_lost(self, device: str, why: str) -> None:
        """The device's line broke; the words go into T-LINK, which comes when it is due."""
        place = self._by_device[device]
        place.devices[device].why = why

    def assert_technical(
        self, condition: str, instance: str, since_s: float | None, message: str, now: float
    ) -> list[AlarmEvent]:
        """A condition measured elsewhere holds since then, or not at all (None).

        `instance` is the chair it is about, "" for the whole clinic.
        """
        place = self._by_chair[instance]
        events: list[AlarmEvent] = []
        for row in self._rows_of[Form.ASSERTED]:
            if self._layout.rows[row].condition.id != condition:
                continue
            if since_s is None or now - since_s < self._layout.on_delay[row]:
                events += self._book.end(place, row, now)
            self._absences.bad_s[place.index, row] = np.nan if since_s is None else since_s
            opened = self._book.open.get((place.index, row))
            if opened is not None:
                opened.message = message
            place.asserted = message
        return events

    def observe(self, readings: Sequence[Reading]) -> list[AlarmEvent]:
        """Judge readings in order of sample time; late ones are passed over."""
        groups: dict[Place, dict[float, list[Reading]]] = {}
        for reading in readings:
            if not reading.late:
                place = self._by_chair[reading.chair]
                groups.setdefault(place, {}).setdefault(reading.sampled_s, []).append(reading)
        queues = [(place, sorted(times.items())) for place, times in groups.items()]
        events: list[AlarmEvent] = []
        turn = 0
        while queues:
            events += self._round([(place, *times[turn]) for place, times in queues])
            turn += 1
            queues = [(place, times) for place, times in queues if len(times) > turn]
        return events

    def _round(self, groups: list[tuple[Place, float, list[Reading]]]) -> list[AlarmEvent]:
        """At most one instant of each chair."""
        size = (len(groups), len(VITALS))
        values = np.full(size, np.nan)
        valid, doubtful = np.zeros(size, bool), np.zeros(size, bool)
        events: list[AlarmEvent] = []
        for number, (place, at_s, readings) in enumerate(groups):
            samples = place.judged(place.fresh(readings, self._preset), self._preset)
            for one in samples:
                column = VITAL_INDEX[one.vital]
                values[number, column] = one.value
                valid[number, column], doubtful[number, column] = one.valid, one.doubtful
            self._note_source(place, samples)
            events += self._presence.note(place, samples, at_s)
        chairs = np.array([place.index for place, _, _ in groups])
        times = np.array([at_s for _, at_s, _ in groups])
        verdict = self._delays.judge(
            Samples(chairs, values, valid, doubtful, times), self._columns[chairs]
        )
        for number, (place, at_s, _) in enumerate(groups):
            mine = self._apply(place, number, verdict, at_s)
            events += mine
            if mine or self._book.any_at(place):
                self._book.refresh(place, at_s)
        return events

    def _note_source(self, place: Place, samples: Sequence[Sample]) -> None:
        for one in samples:
            if one.vital is VitalSign.HEART_RATE and one.valid:
                if place.heart_source not in (None, one.source):
                    rules = [
                        c.condition.any_of[0].vital is one.vital for c in self._layout.limit_rows
                    ]
                    self._delays.forget_clearing(place.index, np.array(rules))
                place.heart_source = one.source

    def _apply(self, place: Place, number: int, verdict: Verdict, at_s: float) -> list[AlarmEvent]:
        """Turn the few rules that are due, over or worse into steps."""
        events: list[AlarmEvent] = []
        exists = self._absences.exists[place.index, : self._layout.limits]
        for row in np.nonzero(verdict.due[number] & exists)[0]:
            events += self._raise_limit(place, int(row), number, verdict, at_s)
        for key, opened in self._book.at(place):
            if key[1] >= self._layout.limits:
                continue
            if verdict.violating[number, key[1]] and opened.active:
                opened.sign = float(verdict.sign[number, key[1]])
                opened.lasts(
                    float(verdict.value[number, key[1]]), float(verdict.limit[number, key[1]])
                )
                opened.message = message(opened, place)
                if self._book.overlays.worse(opened, place.values):
                    events += self._book.step(key, Reason.WORSE, at_s, sampled_s=at_s)
            elif verdict.over[number, key[1]] and opened.active:
                events += self._book.step(key, Reason.CONDITION_ENDED, at_s, sampled_s=at_s)
        return events

    def _raise_limit(
        self, place: Place, row: int, number: int, verdict: Verdict, at_s: float
    ) -> list[AlarmEvent]:
        key = (place.index, row)
        opened = self._book.open.get(key)
        if opened is not None and opened.state is not AlarmState.LATCHED_UNACK:
            return []
        reason = Reason.CONDITION_AGAIN if opened else Reason.CONDITION_PRESENT
        onset_s = float(self._delays.onset_s[key])
        if opened is None:
            opened = self._book.new(place, row, self._columns, onset_s, at_s)
        else:
            opened.episode += 1
            opened.onset_s, opened.extreme = onset_s, None
            opened.priority = max(opened.priority, self._book.priority(place, row, self._columns))
        opened.sign = float(verdict.sign[number, row])
        opened.lasts(float(verdict.value[number, row]), float(verdict.limit[number, row]))
        opened.message = message(opened, place)
        return self._book.step(key, reason, at_s, sampled_s=at_s)

    def advance(self, now: float) -> list[AlarmEvent]:
        """Let time pass: what is missing, what must sound again, what rises, which pauses end."""
        events: list[AlarmEvent] = []
        self._advanced_s = max(self._advanced_s, now)
        for row in self._rows_of[Form.UNASSIGNED_DATA]:
            ends_s = self._layout.rows[row].condition.settings["ends_after_s"]
            for place in self._places:
                if place.session is None and now - place.last_frame_s > ends_s:
                    events += self._book.end(place, row, now)
        for chair, row in self._absences.due(now):
            due_s = float(self._absences.bad_s[chair, row] + self._absences.delay_s[chair, row])
            events += self._raise_technical(self._places[chair], row, max(due_s, 0.0))
        for key in list(self._book.open):
            opened = self._book.open.get(key)
            if opened is None:
                continue
            place = self._places[key[0]]
            bad_s = float(self._absences.bad_s[key])
            for step in self._timers.due(opened, place, bad_s, now):
                if step.to is not None:
                    opened.priority = step.to
                events += self._book.step(key, step.reason, step.at_s)
        for index in sorted({key[0] for key in self._book.open}):
            self._book.refresh(self._places[index], now)
        return events

    def next_deadline(self) -> float:
        """The monotonic second at which `advance` should be called; infinity when never."""
        times = [self._absences.next_due_s(self._advanced_s)]
        for key, opened in self._book.open.items():
            place = self._places[key[0]]
            times.append(self._timers.next_s(opened, place, float(self._absences.bad_s[key])))
        times += [place.pause.until_s for place in self._places if place.pause]
        # What was due at the last call and waits for something else must not spin the caller.
        return min((at_s for at_s in times if at_s > self._advanced_s), default=math.inf)

    def _raise_technical(self, place: Place, row: int, at_s: float) -> list[AlarmEvent]:
        key = (place.index, row)
        exists = self._absences.exists[key] and key not in self._book.open
        if not exists or self._book.overlays.yields(
            self._layout.rows[row], self._book.of(place), place
        ):
            return []
        opened = self._book.new(place, row, self._columns, float(self._absences.bad_s[key]), at_s)
        opened.message = message(opened, place)
        events = self._book.step(key, Reason.CONDITION_PRESENT, at_s)
        self._book.refresh(place, at_s)
        return events

    def acknowledge(self, alarm: str, actor: str, now: float, note: str = "") -> list[AlarmEvent]:
        """A person has seen it. Raises `CommandRefused` when there is nothing to acknowledge."""
        key = next((key for key, one in self._book.open.items() if one.id == alarm), None)
        if key is None:
            raise CommandRefused(
                "this alarm is not open any more",
                why="it has ended or was acknowledged meanwhile",
                fix="look at the tile; the alarm history keeps it",
            )
        place, opened = self._places[key[0]], self._book.open[key]
        events = self._book.step(key, Reason.ACKNOWLEDGED, now, actor=actor, note=note)
        if not events:
            raise CommandRefused(
                "this alarm is acknowledged already",
                why=f"by {opened.acknowledged_by}",
                fix="nothing to do; it sounds again if it gets worse",
            )
        opened.reference = dict(place.values)
        self._book.refresh(place, now)
        return events

    def pause_audio(
        self, chair: str, actor: str, now: float, seconds: float = 120.0
    ) -> list[AlarmEvent]:
        """Silence what sounds at a chair now, for `seconds`; whatever is new or worse sounds.

        A press during a pause changes nothing. Raises `CommandRefused` for more
        than the preset's longest pause, or before the alarms were heard again.
        """
        place = self._by_chair[chair]
        self._book.overlays.pause(place, self._book.of(place), actor, now, seconds)
        return []

    def audio_paused_until(self, chair: str) -> float | None:
        """Until when the chair's sound is paused; None when it is not."""
        pause = self._by_chair[chair].pause
        return pause.until_s if pause else None

    def alarms(self, chair: str | None = None) -> list[Alarm]:
        """Open alarms, of one chair or all: most urgent, then unacknowledged, then newest."""
        return self._book.ranked(None if chair is None else self._by_chair[chair])

    def limits(self, chair: str) -> Mapping[VitalSign, tuple[float | None, float | None]]:
        """The innermost limits in force, low and high, by vital sign."""
        return in_force(self._layout, int(self._columns[self._by_chair[chair].index]))

    def take_changed(self) -> set[str]:
        """Chairs whose alarms changed in sound or standing without a step, since the last call."""
        return self._book.overlays.take_changed()

    def restore(self, rows: Iterable[TransitionRow], to_monotonic: Callable[[int], float]) -> None:
        """Open the alarms whose last steps these are, after a restart; no event is given."""
        for last in rows:
            if (place := self._by_chair.get(last.chair)) is not None:
                self._book.restore(place, last, to_monotonic)

    def _link_rows(self, device: Watched) -> list[int]:
        return self._rows_of[Form.SILENT_LINK][device.slot : device.slot + 1]
