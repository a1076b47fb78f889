"""Readings, frames, acts and times in; alarm events out.

Knows conditions, limits and numpy. Knows no clock, task, store or screen; the
caller passes every time and asks `next_deadline` when to come back. No chair
can influence another: each has rows of its own in every array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.alerts.acting import Acting
from monitor.alerts.asserted import is_news
from monitor.alerts.book import Book
from monitor.alerts.cuff import Cuff
from monitor.alerts.entries import Entries
from monitor.alerts.hearing import Hearing
from monitor.alerts.judging import Judging
from monitor.alerts.layout import DEVICES_MAX, Layout
from monitor.alerts.moving import Moving
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Place, Watched
from monitor.alerts.returning import Returning
from monitor.alerts.samples import Sample
from monitor.alerts.silences import Silences
from monitor.alerts.states import Alarm, AlarmEvent
from monitor.alerts.told import Telling, told
from monitor.alerts.turns import turns
from monitor.alerts.watch import Watch
from monitor.clinic import CLINIC, Phase
from monitor.conditions import Form, Preset
from monitor.edits import Edits
from monitor.jumps import Jumps
from monitor.vitals import Reading, VitalSign


class Engine(Acting):
    """Judges every chair of a clinic by one preset.

    `run` goes into the ids of alarms without a session, so that they stay unique
    over restarts; the others are numbered within their session. Every time
    is monotonic seconds and must not go back for a chair. What time alone does
    is taken at the time it was due, however late the engine is called.
    `telling` tells of every call that the alarms follow from, beside `observe`.
    """

    def __init__(self, preset: Preset, *, run: str = "") -> None:
        self.run, self.telling = run, Telling()
        self._preset = preset
        self._layout = Layout(preset)
        self._overlays = Overlays(preset)
        self._book = Book(self._layout, self._overlays, run)
        self._watch = Watch(self._layout, self._book, self._overlays)
        self._judging = Judging(self._layout, self._book)
        self._hearing = Hearing(preset, self._watch, self._judging, self._overlays)
        self._entries = Entries(self._layout, self._book)
        self._moving = Moving(
            *(self._layout, self._book, self._hearing, self._judging, self._watch, self._overlays)
        )
        self._places: list[Place] = []
        self._by_chair: dict[str, Place] = {}
        self._by_device: dict[str, Place] = {}
        self._unsent: list[AlarmEvent] = []
        self.returning = Returning(
            *(self._layout, self._by_chair, self._hearing, self._watch),
            *(self._judging, self._book, self._overlays),
        )
        self.add_chair(CLINIC, {}, 0.0)

    @property
    def entered_s(self) -> float:
        """For how long a score that a person entered stands (s)."""
        return self._preset.entries.entered_s

    @told
    def add_chair(
        self, chair: str, devices: Mapping[str, tuple[float, frozenset[VitalSign]]], now: float
    ) -> None:
        """A chair and its devices: how long each may be quiet (s) and what it measures.

        Of two devices that measure the same, the first is in charge while it is valid.
        """
        if len(devices) > DEVICES_MAX:
            raise ValueError(f"chair {chair} has {len(devices)} devices; {DEVICES_MAX} are allowed")
        watched = {
            name: Watched(slot, quiet_s, vitals)
            for slot, (name, (quiet_s, vitals)) in enumerate(devices.items())
        }
        jumps = Jumps[Sample](self._preset.jump, self._preset.gap_s)
        cuff = Cuff(self._preset.gap_s)
        place = Place(id=chair, index=len(self._places), devices=watched, jumps=jumps, cuff=cuff)
        self._places.append(place)
        self._by_chair[chair] = place
        self._by_device.update(dict.fromkeys(devices, place))
        self._judging.add_chair(place)
        self._watch.add_chair()
        self._watch.exist(place, now)

    def probes(self) -> dict[str, frozenset[str]]:
        """By chair, its devices that can tell of a pulse at the finger."""
        return {
            place.id: frozenset(
                name for name, one in place.devices.items() if VitalSign.PULSE_RATE in one.vitals
            )
            for place in self._places
        }

    # ---------------------------------------------------------------- who sits there

    @told
    def seat(self, chair: str, session: str, phase: Phase, now: float) -> list[AlarmEvent]:
        """A session opens at the chair; the alarms that are open there are its own from here on.

        What else was measured, counted or paused there is of nobody: every rule begins anew
        with the patient's own readings.
        """
        place = self._by_chair[chair]
        events = self._settle(place, now) + self._moving.seat(place, session, now)
        return self._sent(events + self._enter(place, phase, now))

    @told
    def set_phase(self, chair: str, phase: Phase, now: float) -> list[AlarmEvent]:
        """The session moves on: limits switch at once. CLOSED is `clear`."""
        if phase is Phase.CLOSED:
            return self.clear(chair, now)
        place = self._by_chair[chair]
        events = self._settle(place, now)
        old_s = self._layout.nibp_interval_s(place.phase)
        self._watch.shift_cuff(place, old_s, self._layout.nibp_interval_s(phase), now)
        return self._sent(events + self._enter(place, phase, now))

    @told
    def move(self, chair: str, to: str, now: float) -> list[AlarmEvent]:
        """The session at a chair goes to another, at which nobody is seated.

        Alarms that are open there are its own from here on, but for what it has itself.
        """
        place, other = self._by_chair[chair], self._by_chair[to]
        events = self._settle(place, now) + self._settle(other, now)
        events += self._moving.move(place, other, now)
        self.returning.moved(chair, to)
        return self._sent(events)

    @told
    def set_baseline(
        self, chair: str, baseline: Mapping[VitalSign, float], now: float
    ) -> list[AlarmEvent]:
        """The patient's own values, in whole units; relative limits are in force from here.

        A vital sign that is left out has no baseline: its relative rules are off.
        """
        place = self._by_chair[chair]
        events = self._settle(place, now)
        # One number, one form: a record gives a whole one as a float, a session as an int.
        place.baseline = {vital: float(value) for vital, value in baseline.items()}
        return self._sent(events + self._judging.switch(place, now))

    @told
    def set_limits(self, chair: str, edits: Edits, now: float) -> list[AlarmEvent]:
        """Limits and on-delays of this session beside the preset's; all of them, not changes.

        What the preset has no range for is passed over; nothing here checks a range.
        """
        place = self._by_chair[chair]
        events = self._settle(place, now)
        place.edits = dict(edits)
        return self._sent(events + self._judging.switch(place, now))

    @told
    def set_arms(self, chair: str, now: float, *, shared: bool) -> list[AlarmEvent]:
        """Whether cuff and probe are on one arm: while it measures, what the probe lacks waits."""
        place = self._by_chair[chair]
        events = self._settle(place, now)
        place.cuff.share(now, shared=shared)
        self._watch.schedule(place, now)
        return self._sent(events)

    @told
    def clear(self, chair: str, now: float) -> list[AlarmEvent]:
        """The session closes: its alarms end, nothing is carried to the next patient."""
        place = self._by_chair[chair]
        events = self._settle(place, now) + self._moving.leave(place, now)
        self._watch.exist(place, now)
        return self._sent(events + self._follow(now))

    def _enter(self, place: Place, phase: Phase, now: float) -> list[AlarmEvent]:
        place.phase = phase
        place.silences.enter(phase, now)
        events = self._book.fit(place, now)
        events += [] if self._hearing.warming else self._entries.begin(place, now)
        events += self._judging.switch(place, now)
        self._watch.exist(place, now)
        self._overlays.refresh(place, now)
        return events + self._follow(now)

    def _follow(self, now: float) -> list[AlarmEvent]:
        """What concerns the clinic is as urgent as in an infusion while any chair infuses."""
        infuses = any(one.phase is Phase.INFUSION for one in self._places if one.id != CLINIC)
        clinic, phase = self._by_chair[CLINIC], Phase.INFUSION if infuses else None
        if clinic.phase is phase:
            return []
        events = self._settle(clinic, now)
        clinic.phase = phase
        return events + self._book.fit(clinic, now)

    # ----------------------------------------------------------------- what comes in

    @told
    def frame(self, device: str, at_s: float) -> list[AlarmEvent]:
        """A well-formed frame of the device came: its link is up."""
        place = self._by_device[device]
        events = self._settle(place, at_s)
        watched = place.devices[device]
        watched.why = ""
        for row in self._watch.rows_of[Form.SILENT_LINK][watched.slot :: DEVICES_MAX]:
            events += self._watch.good(place, row, at_s, at_s)
        return self._sent(events)

    @told
    def link_lost(self, device: str, why: str) -> None:
        """The device's line broke; the words go into T-LINK, which comes when it is due."""
        self._by_device[device].devices[device].why = why

    @told
    def gate(self, device: str, now: float, *, lost: bool) -> list[AlarmEvent]:
        """Whether it fell silent with all that its gateway carries; T-GATE is asserted beside.

        Its T-LINK is listed and silent while that is so.
        """
        place = self._by_device[device]
        events = self._settle(place, now)
        place.devices[device].gate_lost = lost
        self._overlays.refresh(place, now)
        self._watch.schedule(place, now)
        return self._sent(events)

    def assert_technical(
        self, condition: str, instance: str, since_s: float | None, message: str, now: float
    ) -> list[AlarmEvent]:
        """A condition measured elsewhere holds since then, or not at all (None).

        `instance` is the chair it is about, "" for the whole clinic.
        """
        place = self._by_chair[instance]
        # The clinic's own conditions are told each second and touch no patient's alarms.
        told_now = condition, since_s, message
        if instance != CLINIC and is_news(self._watch, self._layout, place, told_now, now):
            arguments = {"condition": condition, "instance": instance, "since_s": since_s}
            self.telling.tell("assert_technical", arguments | {"message": message, "now": now})
        events = self._settle(place, now)
        place.asserted[condition] = message
        for row in self._watch.rows_of[Form.ASSERTED]:
            if self._layout.rows[row].condition.id != condition:
                continue
            opened = place.open.get(row)
            if since_s is None:
                events += self._watch.good(place, row, now, now)
                continue
            self._watch.bad(place, row, since_s, now)
            if opened is not None:
                opened.message = message
                self._overlays.changed.add(place.id)
        return self._sent(events + self._settle(place, now))

    def observe(self, readings: Sequence[Reading]) -> list[AlarmEvent]:
        """Judge readings in order of arrival and sample time; late ones are passed over.

        All that arrived at a chair at one instant comes in one call: a cuff's values are
        judged together, and a burst in the order it was taken.
        """
        events = self._hearing.hear(turns(readings, self._by_chair, self._preset))
        return self._sent(sorted(events, key=lambda event: event.at_s))

    # ------------------------------------------------------------------- time passes

    def advance(self, now: float) -> list[AlarmEvent]:
        """Let time pass: what is missing, what must sound again, what rises, which pauses end."""
        events: list[AlarmEvent] = []
        due = self._watch.deadlines.chairs_due(now)
        if due:
            self.telling.tell("advance", {"now": now})
        for chair in due:
            events += self._hearing.ring(self._places[chair], now)
        return self._sent(sorted(events, key=lambda event: event.at_s))

    def next_deadline(self) -> float:
        """The monotonic second at which `advance` should be called; infinity when never."""
        return self._watch.deadlines.next_s()

    # ----------------------------------------------------------------- what is there

    def silences(self, chair: str) -> Silences:
        """What a person silences at the chair now."""
        return self._by_chair[chair].silences

    def audio_paused_until(self, chair: str) -> float | None:
        """Until when the chair's sound is paused; None when it is not."""
        pause = self._by_chair[chair].pause
        return pause.until_s if pause and not pause.over else None

    def alarms(self, chair: str | None = None) -> list[Alarm]:
        """Open alarms, of one chair or all: as `Book.ranked` orders them."""
        return self._book.ranked(None if chair is None else self._by_chair[chair])

    def pending(self, chair: str) -> frozenset[VitalSign]:
        """The vital signs beyond a limit whose delay is running: PENDING, no alarm yet."""
        return self._judging.pending(self._by_chair[chair])

    def limits(self, chair: str) -> Mapping[VitalSign, tuple[float | None, float | None]]:
        """The innermost limits in force, low and high, by vital sign."""
        return self._judging.levels.innermost(self._by_chair[chair].index)

    def take_changed(self) -> set[str]:
        """Chairs whose alarms changed in sound or standing since the last call."""
        changed, self._overlays.changed = self._overlays.changed, set()
        return changed

    def take_discarded(self) -> list[tuple[str, Sample]]:
        """By chair, the samples since the last call that a jump made and that did not last."""
        return self._hearing.take_discarded()
