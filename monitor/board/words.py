"""Times, ages and alarms as the words on a tile. Knows no chair."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from monitor.alerts import Alarm, AlarmState
from monitor.board.tile import OpenAlarm
from monitor.conditions import Kind, Priority

MARKS = {Priority.HIGH: "!!!", Priority.MEDIUM: "!!", Priority.LOW: "!"}


def clock(at_us: int, zone: tzinfo, pattern: str = "%H:%M:%S") -> str:
    """UTC microseconds as the clinic's time of day."""
    return datetime.fromtimestamp(at_us / 1e6, tz=UTC).astimezone(zone).strftime(pattern)


def minutes_seconds(seconds: float) -> str:
    """`12:05`; more than an hour counts on in minutes."""
    whole = max(0, int(seconds))
    return f"{whole // 60:02d}:{whole % 60:02d}"


def hours_minutes(seconds: float) -> str:
    """`01:05` for an hour and five minutes."""
    return minutes_seconds(seconds // 60)


def minutes_ago(seconds: float) -> str:
    """The age of a point in time, in whole minutes."""
    minutes = int(max(0.0, seconds) // 60)
    return "just now" if minutes == 0 else f"{minutes} min ago"


class Values(NamedTuple):
    """What an alarm's vital sign shows now, and the last number it had, as text."""

    now: str
    last: str


def open_alarm(
    alarm: Alarm,
    values: Values,
    now_s: float,
    now_us: int,
    zone: tzinfo,
    *,
    can_end: bool = False,
) -> OpenAlarm:
    """An alarm as a tile lists it; a latched one tells what was and what is now."""
    onset_us = utc_us(alarm.onset_s, now_s, now_us)

    def told(at_s: float | None) -> str:
        return "" if at_s is None else f" at {clock(utc_us(at_s, now_s, now_us), zone, '%H:%M')}"

    text = alarm.message
    if alarm.state is AlarmState.LATCHED_UNACK and alarm.extreme is not None:
        text = f"{what(alarm)}: was {alarm.extreme:g}{told(alarm.extreme_s)}, now {values.now}"
    if alarm.data_lost:
        last = f": last {values.last}{told(alarm.data_lost_s)}" if values.last else ""
        text = f"{what(alarm)}{last}"
    return OpenAlarm(
        id=alarm.id,
        priority=alarm.priority.name,
        state=alarm.state.value,
        marks=MARKS[alarm.priority],
        text=text,
        onset=onset_text(alarm, onset_us, zone),
        onset_ms=onset_us // 1_000,
        acknowledged=_acknowledged(alarm, now_s, now_us, zone),
        superseded=alarm.superseded,
        technical=alarm.kind is Kind.TECHNICAL,
        condition=alarm.condition,
        can_acknowledge=alarm.state in (AlarmState.ACTIVE_UNACK, AlarmState.LATCHED_UNACK),
        can_suspend=can_suspend(alarm),
        can_end=can_end,
        suspended=silent_until(alarm, now_s, now_us, zone),
    )


def what(alarm: Alarm) -> str:
    """What is the matter, and whether it still is: `SpO2 84 < 88`, `SpO2 84 < 88, over`."""
    head = alarm.message.split(": ")[0]
    if alarm.data_lost:
        return f"{head}, no data"
    return f"{head}, over" if alarm.state is AlarmState.LATCHED_UNACK else head


def onset_text(alarm: Alarm, onset_us: int, zone: tzinfo) -> str:
    """When it began, `14:06:51`; where data are missing, since when: `since 14:06:51`."""
    at = clock(onset_us, zone)
    return f"since {at}" if alarm.no_data_since_onset else at


def can_suspend(alarm: Alarm) -> bool:
    """May a person take its rule's sound away now?"""
    return alarm.suspendable and alarm.silent_until_s is None


def silent_until(alarm: Alarm, now_s: float, now_us: int, zone: tzinfo) -> str:
    """`silent until 14:32`, while its rule is, or its chair stands by."""
    if alarm.silent_until_s is None:
        return ""
    return f"silent until {clock(utc_us(alarm.silent_until_s, now_s, now_us), zone, '%H:%M')}"


def _acknowledged(alarm: Alarm, now_s: float, now_us: int, zone: tzinfo) -> str:
    """`ack rk 14:02`, while it is acknowledged."""
    if alarm.state is not AlarmState.ACTIVE_ACK or alarm.acknowledged_s is None:
        return ""
    at_us = utc_us(alarm.acknowledged_s, now_s, now_us)
    return f"ack {alarm.acknowledged_by} {clock(at_us, zone, '%H:%M')}"


def utc_us(at_s: float, now_s: float, now_us: int) -> int:
    """The UTC microseconds of a monotonic second, by what both clocks read now."""
    return now_us - round((now_s - at_s) * 1e6)
