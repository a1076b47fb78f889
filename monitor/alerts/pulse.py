"""Is there a pulse at all? Asked of the ECG and of the oximeter's probe, each for itself.

The judged heart rate has one source at a time; a heart whose ECG goes on while
the finger has no pulse would hide behind it (alarms.md 7.1 HR-0, 8a.9). Knows
one instant's samples of a chair's devices. Knows no alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from monitor.alerts.layout import Row
from monitor.alerts.place import TELLS_OF_PULSE, Place
from monitor.alerts.samples import Sample
from monitor.conditions import AlarmCondition, Form, Preset
from monitor.vitals import VitalSign

NO_PULSE = 0.0
"""What a lost pulse counts as: the limit of its rule."""


class Listening(Protocol):
    """What one rule remembers of one chair's sources; it asks for these vital signs.

    A source is told by the slot of its device among the chair's.
    """

    vitals: tuple[VitalSign, ...]

    def hear(self, slot: int, one: Sample) -> Sample | None:
        """The sample to judge; None when this says nothing of the pulse."""
        ...

    def still_open(self) -> None:
        """After a restart: its alarm is open, whatever the little past that was told again says."""
        ...


class Speaker:
    """Of two devices with the same source, the first in charge while it speaks."""

    def __init__(self, hold_s: float) -> None:
        self._hold_s = hold_s
        self._spoke_s: dict[int, float] = {}

    def may(self, slot: int, at_s: float) -> bool:
        """Note that it speaks; is it the one to listen to?"""
        self._spoke_s[slot] = at_s
        for other, spoke_s in self._spoke_s.items():
            if other < slot and at_s - spoke_s <= self._hold_s:
                return False
        return True


class Beats:
    """The rate that a source gives, 0 while it sees no beat; silent while its probe is off."""

    def __init__(self, source: VitalSign, condition: AlarmCondition, preset: Preset) -> None:
        self._condition = condition
        # The ECG needs no probe.
        pleth = source is VitalSign.PULSE_RATE
        self.vitals: tuple[VitalSign, ...] = (source, VitalSign.SPO2) if pleth else (source,)
        self._speaker = Speaker(preset.source_hold_s)
        self._off: set[int] = set()

    def hear(self, slot: int, one: Sample) -> Sample | None:
        """A number of the row's source."""
        known = one.valid or one.doubtful
        if one.vital is VitalSign.SPO2:
            if known:
                self._off.discard(slot)
            elif one.reason in self._condition.probe_off:
                self._off.add(slot)
            return None
        speaks = known and slot not in self._off and self._speaker.may(slot, one.at_s)
        return one if speaks else None

    def still_open(self) -> None:
        """The next number decides."""


class Loss:
    """A pulse that the probe had for `after_s` and has no more; then the sample is `NO_PULSE`.

    What it had is forgotten when the probe comes off. The device's own number 0 is
    the other rule's.
    """

    def __init__(self, source: VitalSign, condition: AlarmCondition, preset: Preset) -> None:
        self._condition, self._gap_s = condition, preset.gap_s
        self.vitals: tuple[VitalSign, ...] = (source,)
        self._speaker = Speaker(preset.source_hold_s)
        self._assumed_s = 0.0
        self._had_s: dict[int, float] = {}
        self._last_s: dict[int, float] = {}

    def hear(self, slot: int, one: Sample) -> Sample | None:
        """A pulse rate above 0, or its loss."""
        condition = self._condition
        if one.valid and one.value > NO_PULSE:
            had_s, last_s = self._had_s.get(slot, self._assumed_s), self._last_s.get(slot, one.at_s)
            self._had_s[slot] = had_s + min(one.at_s - last_s, self._gap_s)
            self._last_s[slot] = one.at_s
            return one if self._speaker.may(slot, one.at_s) else None
        if one.reason in condition.probe_off:
            self._had_s[slot] = 0.0
            self._last_s.pop(slot, None)
        had = self._had_s.get(slot, self._assumed_s) >= condition.settings["after_s"]
        if one.valid or one.doubtful or one.reason not in condition.reasons or not had:
            return None
        lost = one._replace(value=NO_PULSE, valid=True)
        return lost if self._speaker.may(slot, one.at_s) else None

    def still_open(self) -> None:
        """A pulse was lost, so there was one."""
        self._assumed_s = self._condition.settings["after_s"]


class Pulses:
    """The pulse rules of one chair, by row; `columns` are those of the values, by row too."""

    def __init__(self, rows: Mapping[int, Row], columns: Mapping[int, int], preset: Preset) -> None:
        self._rows, self._columns, self._preset = rows, columns, preset
        self.forget()

    def forget(self) -> None:
        """A new patient, or none."""
        self._listening: dict[VitalSign, list[tuple[int, Listening]]] = {
            vital: [] for vital in TELLS_OF_PULSE
        }
        self._by_row: dict[int, Listening] = {}
        for number, row in self._rows.items():
            assert row.source is not None
            kind = Beats if row.condition.form is Form.PULSELESS else Loss
            listening = kind(row.source, row.condition, self._preset)
            self._by_row[number] = listening
            for vital in listening.vitals:
                self._listening[vital].append((self._columns[number], listening))

    def of(self, row: int) -> Listening:
        """What the rule of that row remembers."""
        return self._by_row[row]

    def hear(self, place: Place) -> dict[int, Sample]:
        """What this instant says, by column of the values."""
        out: dict[int, Sample] = {}
        for slot, one in place.spoken:
            for column, listening in self._listening[one.vital]:
                sample = listening.hear(slot, one)
                if sample is not None:
                    out[column] = sample
        return out
