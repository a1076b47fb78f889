"""One continuous value: number, `?`, `-?-`, grey with its age, `--` or `---`.

The times are those settled for every page: grey from 5 s, gone from 10 s; no
old number ever stands in the large slot. Knows readings and open alarms of
one chair; knows no session and no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.alerts import Alarm, AlarmState
from monitor.board import tile
from monitor.board.tile import Limits, Slot
from monitor.board.words import minutes_seconds
from monitor.conditions import Kind, Priority
from monitor.vitals import Reading, Validity, VitalSign

AGEING_S, STALE_S = 5.0, 10.0
SOURCE_HOLD_S = 5.0
"""The judged heart rate is the ECG's while it was valid within this time, else the oximeter's."""
LOW_MARK, HIGH_MARK = "↓", "↑"
SOURCES = {VitalSign.HEART_RATE: "ECG", VitalSign.PULSE_RATE: "pleth"}

Newest = Mapping[VitalSign, Reading]
LimitsInForce = Mapping[VitalSign, tuple[float | None, float | None]]


def heart_source(newest: Newest, now_s: float) -> VitalSign:
    """Which vital stands in the heart rate's slot at this instant."""
    heart, pulse = newest.get(VitalSign.HEART_RATE), newest.get(VitalSign.PULSE_RATE)
    if pulse is None or pulse.value is None:
        return VitalSign.HEART_RATE if heart is not None else VitalSign.PULSE_RATE
    fresh = heart is not None and heart.value is not None and heart.validity.believed
    if heart is not None and fresh and now_s - heart.sampled_s <= SOURCE_HOLD_S:
        return VitalSign.HEART_RATE
    return VitalSign.PULSE_RATE


def slot(
    shown_as: VitalSign,
    vital: VitalSign,
    newest: Newest,
    last_number_s: float | None,
    alarms: Sequence[Alarm],
    limits: LimitsInForce,
    now_s: float,
) -> Slot:
    """What stands in the slot of `shown_as`, which `vital` fills.

    `last_number_s` is when the vital last had a number in this session, for the
    words "no data since"; None when it never had.
    """
    text, state, note = _said(newest.get(vital), last_number_s, now_s)
    priority, arrow = _alarmed(shown_as, alarms)
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
    )


UNITS = {"mm[Hg]": "mmHg", "Cel": "°C"}


def limit_text(value: float | None) -> str:
    """A limit as it stands beside the number; "" for none."""
    return "" if value is None else f"{value:g}"


def _said(
    reading: Reading | None, last_number_s: float | None, now_s: float
) -> tuple[str, str, str]:
    if reading is None:
        return "---", tile.WAITING, "waiting"
    age_s = now_s - reading.sampled_s
    if reading.value is None or not _shows_number(reading.validity):
        return _without_number(reading, last_number_s, now_s)
    if age_s > STALE_S:
        return "--", tile.STALE, f"no data {minutes_seconds(age_s)}"
    number = number_text(reading.vital, reading.value)
    if age_s > AGEING_S:
        return number, tile.AGEING, f"{int(age_s)} s"
    if reading.validity is Validity.QUESTIONABLE:
        return f"{number}?", tile.QUESTIONABLE, reading.reason
    return number, tile.VALID, ""


def _without_number(
    reading: Reading, last_number_s: float | None, now_s: float
) -> tuple[str, str, str]:
    """The device is there and has no value: its own word, or the silence of the field."""
    if now_s - reading.sampled_s > STALE_S:
        since = reading.sampled_s if last_number_s is None else last_number_s
        return "--", tile.STALE, f"no data {minutes_seconds(now_s - since)}"
    if reading.validity is not Validity.NOT_AVAILABLE:
        return "-?-", tile.INVALID, reading.reason
    if last_number_s is None:
        return "---", tile.WAITING, "waiting"
    if now_s - last_number_s > STALE_S:
        return "--", tile.STALE, f"no data {minutes_seconds(now_s - last_number_s)}"
    return "-?-", tile.INVALID, reading.reason or "no value"


def _shows_number(validity: Validity) -> bool:
    return validity.believed or validity is Validity.QUESTIONABLE


def number_text(vital: VitalSign, value: float) -> str:
    """A value as the large slot shows it: whole, but temperature and perfusion to a tenth."""
    tenths = vital in (VitalSign.TEMPERATURE, VitalSign.PERFUSION_INDEX)
    return f"{value:.1f}" if tenths else f"{value:.0f}"


def _alarmed(vital: VitalSign, alarms: Sequence[Alarm]) -> tuple[str, str]:
    """The highest active priority of this vital, and arrows: one for low or high, two for very."""
    about = [alarm for alarm in alarms if vital in alarm.vitals and _active(alarm)]
    if not about:
        return "", ""
    worst = max(about, key=lambda alarm: alarm.priority)
    limits = [a for a in about if a.kind is Kind.PHYSIOLOGICAL and a.value is not None]
    arrow = ""
    for alarm in limits:
        if alarm.limit is not None and alarm.value is not None:
            mark = LOW_MARK if alarm.value < alarm.limit else HIGH_MARK
            very = alarm.priority is Priority.HIGH
            arrow = max(arrow, mark * 2 if very else mark, key=len)
    return worst.priority.name, arrow


def _active(alarm: Alarm) -> bool:
    return alarm.state in (AlarmState.ACTIVE_UNACK, AlarmState.ACTIVE_ACK)
