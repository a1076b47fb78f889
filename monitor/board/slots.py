"""One continuous value: number, `?`, `-?-`, grey with its age, `--` or `---`.

The times are those settled for every page: grey from 5 s, gone from 10 s; no
old number ever stands in the large slot. Knows the samples and open alarms of
one chair; knows no session and no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.alerts import Alarm, AlarmState
from monitor.board import tile
from monitor.board.tile import Limits, Slot
from monitor.board.words import minutes_seconds
from monitor.conditions import Kind, Priority
from monitor.vitals import GenerationMode, Reading, Validity, VitalSign

AGEING_S, STALE_S = 5.0, 10.0
SOURCE_HOLD_S = 5.0
"""The judged heart rate is the ECG's while it was valid within this time, else the oximeter's;
and a device that has no number does not push away another's for as long."""
LOW_MARK, HIGH_MARK = "↓", "↑"
SOURCES = {VitalSign.HEART_RATE: "ECG", VitalSign.PULSE_RATE: "pleth"}
UNITS = {"mm[Hg]": "mmHg", "Cel": "°C"}
REASONS = {
    Validity.INVALID: "invalid",
    Validity.QUESTIONABLE: "in doubt",
    Validity.CALIBRATING: "calibrating",
    Validity.ONGOING: "measuring",
    Validity.OVERFLOW: "above range",
    Validity.UNDERFLOW: "below range",
    Validity.NOT_AVAILABLE: "no value",
}
"""What is said where the device gives no reason of its own."""

LimitsInForce = Mapping[VitalSign, tuple[float | None, float | None]]


@dataclass(slots=True)
class Samples:
    """The newest sample of each vital of one chair, and when it last was good for something.

    Times are monotonic seconds. `number_s` is when a number could last be
    shown and `number` which one, `believed_s` when one was last valid.
    """

    newest: dict[VitalSign, Reading] = field(default_factory=dict)
    number_s: dict[VitalSign, float] = field(default_factory=dict)
    number: dict[VitalSign, str] = field(default_factory=dict)
    believed_s: dict[VitalSign, float] = field(default_factory=dict)

    def take(self, readings: Iterable[Reading]) -> None:
        """Note live samples in the order they were judged."""
        for reading in readings:
            if _replaces(reading, self.newest.get(reading.vital)):
                self.newest[reading.vital] = reading
            if reading.value is not None and shows_number(reading):
                self.number_s[reading.vital] = reading.sampled_s
                self.number[reading.vital] = number_text(reading.vital, reading.value)
            if reading.validity.believed:
                self.believed_s[reading.vital] = reading.sampled_s

    @property
    def mode(self) -> GenerationMode:
        """DEMO or TEST as soon as one of them is not real."""
        return least_real(reading.mode for reading in self.newest.values())


def least_real(modes: Iterable[GenerationMode]) -> GenerationMode:
    """DEMO before TEST before REAL; REAL where there is none."""
    known, order = set(modes), (GenerationMode.DEMO, GenerationMode.TEST)
    return next((mode for mode in order if mode in known), GenerationMode.REAL)


def _replaces(new: Reading, old: Reading | None) -> bool:
    """Of two devices that measure the same, the one with a number is shown."""
    if old is None:
        return True
    if new.sampled_s < old.sampled_s:
        return False
    held = new.sampled_s - old.sampled_s <= SOURCE_HOLD_S
    return new.device == old.device or shows_number(new) or not (shows_number(old) and held)


def shows_number(reading: Reading) -> bool:
    """Is there a number that may be shown, in doubt or not?"""
    doubtful = reading.validity is Validity.QUESTIONABLE
    return reading.value is not None and (reading.validity.believed or doubtful)


def why_not(reading: Reading) -> str:
    """Why the number is in doubt or missing, in words."""
    return reading.reason or REASONS.get(reading.validity, "")


def heart_source(samples: Samples, now_s: float) -> VitalSign:
    """Which vital stands in the heart rate's slot at this instant: the one that is judged."""
    ecg = samples.newest.get(VitalSign.HEART_RATE)
    pulse = samples.newest.get(VitalSign.PULSE_RATE)
    if ecg is None or pulse is None:
        return VitalSign.HEART_RATE if pulse is None and ecg else VitalSign.PULSE_RATE
    ecg_s = samples.believed_s.get(VitalSign.HEART_RATE)
    held = ecg_s is not None and now_s - ecg_s <= SOURCE_HOLD_S
    pulse_s = samples.number_s.get(VitalSign.PULSE_RATE)
    older = pulse_s is None or (ecg_s is not None and ecg_s >= pulse_s)
    return VitalSign.HEART_RATE if held or older else VitalSign.PULSE_RATE


def slot(
    shown_as: VitalSign,
    vital: VitalSign,
    samples: Samples,
    alarms: Sequence[Alarm],
    limits: LimitsInForce,
    now_s: float,
    *,
    pending: frozenset[VitalSign] = frozenset(),
    offline: bool = False,
    derived: frozenset[str] = frozenset(),
) -> Slot:
    """What stands in the slot of `shown_as`, which `vital` fills; offline, never a number.

    The value of a `derived` rule is a sum, a count or a difference: no arrow tells of it.
    """
    reading, number_s = samples.newest.get(vital), samples.number_s.get(vital)
    text, state, note = _said(reading, number_s, now_s)
    if offline:
        text, state = "--", tile.STALE
        note = "" if number_s is None else f"no data {minutes_seconds(now_s - number_s)}"
    priority, arrow = _alarmed({shown_as, vital}, alarms, derived)
    low, high = limits.get(shown_as, (None, None))
    return Slot(
        vital=shown_as.value,
        label=shown_as.codes.label,
        unit=UNITS.get(shown_as.codes.unit, shown_as.codes.unit),
        text=text,
        state=state,
        note=note,
        limits=Limits(low=limit_text(low), high=limit_text(high)),
        arrow=arrow if state in (tile.VALID, tile.QUESTIONABLE) else "",
        priority=priority,
        source=SOURCES.get(vital, ""),
        pending=not (priority or offline or pending.isdisjoint({shown_as, vital})),
    )


def limit_text(value: float | None) -> str:
    """A limit as it stands beside the number; "" for none."""
    return "" if value is None else f"{value:g}"


def _said(reading: Reading | None, number_s: float | None, now_s: float) -> tuple[str, str, str]:
    if reading is None:
        return "---", tile.WAITING, "waiting"
    if reading.value is None or not shows_number(reading):
        return _without_number(reading, number_s, now_s)
    age_s = now_s - reading.sampled_s
    if age_s > STALE_S:
        return "--", tile.STALE, f"no data {minutes_seconds(age_s)}"
    number = number_text(reading.vital, reading.value)
    if age_s > AGEING_S:
        return number, tile.AGEING, f"{int(age_s)} s"
    if reading.validity is Validity.QUESTIONABLE:
        return f"{number}?", tile.QUESTIONABLE, why_not(reading)
    return number, tile.VALID, ""


def _without_number(reading: Reading, number_s: float | None, now_s: float) -> tuple[str, str, str]:
    """The device is there and has no value: its own word, or the silence of the field."""
    since_s = reading.sampled_s if number_s is None else number_s
    no_data = f"no data {minutes_seconds(now_s - since_s)}"
    if now_s - reading.sampled_s > STALE_S:
        return "--", tile.STALE, no_data
    if reading.validity is not Validity.NOT_AVAILABLE:
        return "-?-", tile.INVALID, why_not(reading)
    if number_s is None:
        return "---", tile.WAITING, "waiting"
    if now_s - number_s > STALE_S:
        return "--", tile.STALE, no_data
    return "-?-", tile.INVALID, why_not(reading)


def number_text(vital: VitalSign, value: float) -> str:
    """A value as the large slot shows it: whole, but temperature and perfusion to a tenth."""
    tenths = vital in (VitalSign.TEMPERATURE, VitalSign.PERFUSION_INDEX)
    return f"{value:.1f}" if tenths else f"{value:.0f}"


def _alarmed(
    vitals: set[VitalSign], alarms: Sequence[Alarm], derived: frozenset[str]
) -> tuple[str, str]:
    """The highest active priority of these, and arrows: one for low or high, two for very."""
    about = [alarm for alarm in alarms if vitals & set(alarm.vitals) and _active(alarm)]
    if not about:
        return "", ""
    worst = max(about, key=lambda alarm: alarm.priority)
    arrow = ""
    for alarm in about:
        plain = alarm.kind is Kind.PHYSIOLOGICAL and alarm.condition not in derived
        if plain and alarm.limit is not None and alarm.value is not None:
            mark = LOW_MARK if alarm.value < alarm.limit else HIGH_MARK
            very = alarm.priority is Priority.HIGH
            arrow = max(arrow, mark * 2 if very else mark, key=len)
    return worst.priority.name, arrow


def _active(alarm: Alarm) -> bool:
    return alarm.state in (AlarmState.ACTIVE_UNACK, AlarmState.ACTIVE_ACK)
