"""The NIBP block: value, time taken, age, and when the next is due.

A cuff reading stays true as a point in time, so it is never hidden early: grey
from the moment T-NIBP-O would be LOW, gone at the later of 15 min and twice the
interval, and nothing from before the session is ever shown. Knows the cuff
readings of one chair; knows no session and no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from monitor.alerts import Alarm, AlarmState
from monitor.board import tile
from monitor.board.slots import LimitsInForce, limit_text
from monitor.board.tile import CuffBlock, Limits
from monitor.board.words import clock, minutes_ago, minutes_seconds
from monitor.vitals import NIBP, Reading, VitalSign

GONE_S_MIN = 900.0
OVERDUE_SLACK_S = 180.0
NOTHING = "---/---"


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffReading:
    """One determination, whole numbers in mmHg; a component that was not given is None."""

    sampled_s: float
    sampled_at_us: int
    systolic: float | None
    diastolic: float | None
    mean: float | None
    reason: str = ""


def determination(readings: Sequence[Reading]) -> CuffReading | None:
    """The newest cuff reading among these; components belong together by their sample time."""
    cuffs = [reading for reading in readings if reading.vital in NIBP]
    if not cuffs:
        return None
    newest = max(cuffs, key=lambda reading: reading.sampled_s)
    together = {
        reading.vital: reading for reading in cuffs if reading.sampled_s == newest.sampled_s
    }
    values = {
        vital: reading.value if reading.validity.believed else None
        for vital, reading in together.items()
    }
    return CuffReading(
        sampled_s=newest.sampled_s,
        sampled_at_us=newest.sampled_at_us,
        systolic=values.get(VitalSign.NIBP_SYSTOLIC),
        diastolic=values.get(VitalSign.NIBP_DIASTOLIC),
        mean=values.get(VitalSign.NIBP_MEAN),
        reason=newest.reason,
    )


def block(
    last: CuffReading | None,
    failed: CuffReading | None,
    alarms: Sequence[Alarm],
    limits: LimitsInForce,
    *,
    interval_s: float,
    now_s: float,
    zone: tzinfo,
) -> CuffBlock:
    """The block for the last valid reading; `failed` is a later one without numbers."""
    low, high = limits.get(VitalSign.NIBP_SYSTOLIC, (None, None))
    shown_limits = Limits(low=limit_text(low), high=limit_text(high))
    priority = _priority(alarms)
    if last is None:
        note = failed.reason if failed else "waiting"
        state = tile.INVALID if failed else tile.WAITING
        return CuffBlock(
            text="-?-" if failed else NOTHING,
            mean="",
            time="",
            age="",
            next="",
            state=state,
            note=note,
            priority=priority,
            limits=shown_limits,
        )
    age_s = now_s - last.sampled_s
    gone = age_s >= max(GONE_S_MIN, 2 * interval_s)
    overdue = age_s >= max(1.5 * interval_s, interval_s + OVERDUE_SLACK_S)
    state = tile.STALE if gone else tile.AGEING if overdue else tile.VALID
    return CuffBlock(
        text=NOTHING if gone else f"{_whole(last.systolic)}/{_whole(last.diastolic)}",
        mean="" if gone or last.mean is None else f"({last.mean:.0f})",
        time=clock(last.sampled_at_us, zone, "%H:%M"),
        age=minutes_ago(age_s),
        next=_next(age_s, interval_s),
        state=state,
        note=failed.reason if failed else "",
        priority=priority,
        limits=shown_limits,
    )


def _next(age_s: float, interval_s: float) -> str:
    if not interval_s:
        return ""
    left_s = interval_s - age_s
    if left_s >= 0:
        return f"next {minutes_seconds(left_s)}"
    return f"overdue {minutes_seconds(-left_s)}"


def _whole(value: float | None) -> str:
    return "--" if value is None else f"{value:.0f}"


def _priority(alarms: Sequence[Alarm]) -> str:
    active = (AlarmState.ACTIVE_UNACK, AlarmState.ACTIVE_ACK)
    about = [one for one in alarms if one.state in active and NIBP & set(one.vitals)]
    return max(about, key=lambda alarm: alarm.priority).priority.name if about else ""
