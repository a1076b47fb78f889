"""The NIBP block: value, time taken, age, and when the next is due.

A cuff reading stays true as a point in time, so it is never hidden early: grey
from the moment T-NIBP-O would be LOW and while its monitor is silent, gone at the later of
15 min and twice the interval, and nothing from before the session is ever shown. A failed attempt
stands in the place of the number it did not give. Knows the cuff readings of
one chair; knows no session and no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from math import inf

from monitor.alerts import Alarm, AlarmState
from monitor.board import tile
from monitor.board.slots import LimitsInForce, limit_text, shows_number, why_not
from monitor.board.tile import CuffBlock, Limits
from monitor.board.words import clock, minutes_ago, minutes_seconds
from monitor.vitals import NIBP, Reading, Validity, VitalSign

GONE_S_MIN = 900.0
NOTHING = "---/---"
UNFINISHED = (Validity.NOT_AVAILABLE, Validity.ONGOING)
PRESSURES = (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.NIBP_MEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffReading:
    """One determination, whole numbers in mmHg; a component that was not given is None.

    `validity` is VALID, QUESTIONABLE, or INVALID for one without systolic and
    diastolic: then `reason` says why.
    """

    sampled_s: float
    sampled_at_us: int
    systolic: float | None
    diastolic: float | None
    mean: float | None
    validity: Validity
    reason: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often the cuff is due, and since when the present interval runs (monotonic seconds).

    `interval_s` is 0 where nobody expects a cuff reading; one older than `overdue_s`
    is overdue, as T-NIBP-O has it.
    """

    interval_s: float
    overdue_s: float
    since_s: float

    def entering(self, interval_s: float, overdue_s: float, at_s: float) -> Schedule:
        """A new phase: due at the old time or one new interval from now (alarms.md 8a.17)."""
        due_s = self.since_s + self.interval_s if self.interval_s else inf
        return Schedule(interval_s, overdue_s, min(due_s - interval_s, at_s))

    def overdue(self, now_s: float) -> bool:
        """Would T-NIBP-O be LOW by now?"""
        return bool(self.interval_s) and now_s - self.since_s >= self.overdue_s

    def due_s(self) -> float | None:
        """When the next reading is due; None where none is expected."""
        return self.since_s + self.interval_s if self.interval_s else None

    def next(self, now_s: float) -> str:
        """`next in 02:41`, `overdue 00:10`, or nothing where no reading is expected."""
        if not self.interval_s:
            return ""
        left_s = self.since_s + self.interval_s - now_s
        if left_s >= 0:
            return f"next in {minutes_seconds(left_s)}"
        return f"overdue {minutes_seconds(-left_s)}"


def determination(readings: Sequence[Reading]) -> CuffReading | None:
    """The newest finished attempt among these; None when the device has nothing new to tell.

    Components belong together by their sample time.
    """
    told = [one for one in readings if one.vital in PRESSURES and one.validity not in UNFINISHED]
    if not told:
        return None
    newest = max(told, key=lambda one: one.sampled_s)
    parts = {one.vital: one for one in told if one.sampled_s == newest.sampled_s}
    values = {vital: one.value for vital, one in parts.items() if shows_number(one)}
    given = VitalSign.NIBP_SYSTOLIC in values or VitalSign.NIBP_DIASTOLIC in values
    doubts = [one for one in parts.values() if not one.validity.believed]
    spoken = doubts[0] if doubts else newest
    shaken = Validity.QUESTIONABLE if doubts else Validity.VALID
    return CuffReading(
        sampled_s=newest.sampled_s,
        sampled_at_us=newest.sampled_at_us,
        systolic=values.get(VitalSign.NIBP_SYSTOLIC),
        diastolic=values.get(VitalSign.NIBP_DIASTOLIC),
        mean=values.get(VitalSign.NIBP_MEAN),
        validity=shaken if given else Validity.INVALID,
        reason=why_not(spoken) if doubts else "",
        device=newest.device,
    )


def block(
    newest: CuffReading | None,
    schedule: Schedule,
    alarms: Sequence[Alarm],
    limits: LimitsInForce,
    baseline: Mapping[VitalSign, int],
    *,
    now_s: float,
    zone: tzinfo,
) -> CuffBlock:
    """The block for the newest attempt, with its change from the patient's baseline."""
    low, high = limits.get(VitalSign.NIBP_SYSTOLIC, (None, None))
    state = _state(newest, schedule, now_s)
    text, mean = _numbers(newest, state)
    return CuffBlock(
        text=text,
        mean=mean,
        change=_change(newest, state, baseline),
        time=clock(newest.sampled_at_us, zone, "%H:%M") if newest else "",
        age=minutes_ago(now_s - newest.sampled_s) if newest else "",
        next=schedule.next(now_s),
        state=state,
        note=newest.reason if newest else "waiting",
        priority=_priority(alarms),
        limits=Limits(low=limit_text(low), high=limit_text(high)),
    )


def left_behind(shown: CuffBlock) -> CuffBlock:
    """The block while its monitor is silent: a number of then, and no next one is foreseen."""
    state = tile.AGEING if shown.state in (tile.VALID, tile.QUESTIONABLE) else shown.state
    return replace(shown, state=state, next="")


def measuring(shown: CuffBlock) -> CuffBlock:
    """The block while the cuff measures: what stands there is the number before."""
    state = tile.AGEING if shown.state in (tile.VALID, tile.QUESTIONABLE) else shown.state
    return replace(shown, state=state, note="measuring", next="", change="")


def _state(newest: CuffReading | None, schedule: Schedule, now_s: float) -> str:
    if newest is None:
        return tile.WAITING
    if now_s - newest.sampled_s >= max(GONE_S_MIN, 2 * schedule.interval_s):
        return tile.STALE
    if newest.validity is Validity.INVALID:
        return tile.INVALID
    if schedule.overdue(now_s):
        return tile.AGEING
    return tile.QUESTIONABLE if newest.validity is Validity.QUESTIONABLE else tile.VALID


def _numbers(newest: CuffReading | None, state: str) -> tuple[str, str]:
    if newest is None or state == tile.STALE:
        return NOTHING, ""
    if state == tile.INVALID:
        return "-?-", ""
    doubt = "?" if newest.validity is Validity.QUESTIONABLE else ""
    pair = f"{_whole(newest.systolic)}/{_whole(newest.diastolic)}{doubt}"
    return pair, "" if newest.mean is None else f"({newest.mean:.0f})"


def _change(newest: CuffReading | None, state: str, baseline: Mapping[VitalSign, int]) -> str:
    if newest is None or newest.reason or state in (tile.STALE, tile.INVALID):
        return ""
    pairs = (
        (newest.systolic, baseline.get(VitalSign.NIBP_SYSTOLIC)),
        (newest.diastolic, baseline.get(VitalSign.NIBP_DIASTOLIC)),
    )
    changes = [round(now) - usual for now, usual in pairs if now is not None and usual is not None]
    return "/".join(f"{one:+d}" for one in changes) if len(changes) == len(pairs) else ""


def _whole(value: float | None) -> str:
    return "--" if value is None else f"{value:.0f}"


def _priority(alarms: Sequence[Alarm]) -> str:
    active = (AlarmState.ACTIVE_UNACK, AlarmState.ACTIVE_ACK)
    about = [one for one in alarms if one.state in active and NIBP & set(one.vitals)]
    return max(about, key=lambda alarm: alarm.priority).priority.name if about else ""
