"""When a patient would have been ready to leave: from then on the leave gate held until they left.

The gate is asked about each whole second since the end of the infusion, backwards from
when they left. Where nothing that it looks at can have changed, seconds are skipped.
Rows in, a time out; the same answer from the record years later. All times are UTC
microseconds. Knows no live value, clock or database.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from monitor.care.baseline import SOURCES, continuous, usable
from monitor.care.observations import AIR, Item, run
from monitor.care.readiness import (
    SECOND_US,
    OpenAlarm,
    Readiness,
    calm_rate,
    readiness,
)
from monitor.care.session import as_it_was, session_of, told_of
from monitor.clinic import Session
from monitor.conditions import Preset, Priority
from monitor.history import FactRow, ReadingRow, TransitionRow, happened_us
from monitor.vitals import NIBP, VitalSign

OPEN_STATES = frozenset({"ACTIVE_UNACK", "ACTIVE_ACK", "LATCHED_UNACK"})
HEARTS = frozenset(SOURCES[VitalSign.HEART_RATE])
ASKED = HEARTS | {VitalSign.SPO2}
_Row = TypeVar("_Row")
SLACK_US = 1_000
"""More than what a share of some minutes loses as a floating point number."""


def ready_us(
    session: Session,
    facts: Sequence[FactRow],
    rows: Sequence[ReadingRow],
    transitions: Sequence[TransitionRow],
    preset: Preset,
) -> int | None:
    """Since when the gate held without a break until this closed session was left.

    None when it did not hold then, or nobody was infused. `rows` are the session's
    readings and `facts` all its facts; what is late counts as little as it did live.
    """
    ended_us, left_us = session.infusion_ended_us, session.closed_us
    if ended_us is None or left_us is None:
        return None
    past = Past(facts, _looked_at(rows, ended_us, preset), transitions, preset)
    if not past.gate(left_us).ready:
        return None
    at_us = left_us
    while True:
        seconds = (past.surely_since(at_us, ended_us) - ended_us - 1) // SECOND_US
        asked_us = ended_us + seconds * SECOND_US
        if seconds < 0 or not past.gate(asked_us).ready:
            return min(asked_us + SECOND_US, left_us)
        at_us = asked_us


def _looked_at(rows: Sequence[ReadingRow], ended_us: int, preset: Preset) -> list[ReadingRow]:
    """What the gate looks at from then on: every cuff reading, the rest for some minutes back."""
    back_s = max(
        preset.readiness.spo2_s, preset.baseline.continuous_s, float(preset.entries.device_s)
    )
    since_us = ended_us - round(back_s * SECOND_US) - SLACK_US
    return [one for one in rows if one.sampled_at_us >= since_us or one.vital in NIBP]


@dataclass(slots=True)
class Past:
    """A session as it was at any instant of its recovery, corrections among its facts heeded.

    What was entered later counts from when it was so; what was withdrawn never was.
    """

    facts: Sequence[FactRow]
    rows: Sequence[ReadingRow]
    transitions: Sequence[TransitionRow]
    preset: Preset
    _sessions: list[Session] = field(init=False)
    _cuffs: list[ReadingRow] = field(init=False)
    _others: list[ReadingRow] = field(init=False)
    _hearts: list[ReadingRow] = field(init=False)
    _lows_us: list[int] = field(init=False)
    _calm_since: tuple[int | None, int] = field(init=False)

    def __post_init__(self) -> None:
        self.facts = as_it_was(self.facts)
        self.transitions = sorted(self.transitions, key=lambda step: step.at_us)
        rows = sorted((one for one in self.rows if not one.late), key=_sampled)
        self._sessions = _told(self.facts)
        self._cuffs = [one for one in rows if one.vital in NIBP]
        self._others = [one for one in rows if one.vital not in NIBP]
        spoken = [one for one in self._others if one.vital in ASKED and usable(one, self.preset)]
        self._hearts = [one for one in spoken if one.vital in HEARTS]
        least = self.preset.readiness.spo2_min
        self._lows_us = [
            one.sampled_at_us
            for one in spoken
            if one.vital is VitalSign.SPO2 and float(one.value or 0.0) < least
        ]
        self._calm_since = (None, 0)

    def gate(self, at_us: int) -> Readiness:
        """The leave gate as it stood then."""
        return readiness(
            self.session(at_us), self._known(at_us), self._alarms(at_us), at_us, self.preset
        )

    def session(self, at_us: int) -> Session:
        """What was so of the patient then."""
        return self._sessions[bisect_right(self.facts, at_us, key=happened_us) - 1]

    def surely_since(self, at_us: int, ended_us: int) -> int:
        """How far back before `at_us`, when it held, the gate held for certain."""
        terms, session = self.preset.readiness, self.session(at_us)
        window_us = round(terms.spo2_s * SECOND_US)
        air_us, _ = run(session.observed.get(Item.OXYGEN, ()), AIR, session.opened_us)
        low = bisect_right(self._lows_us, at_us)
        return max(
            _last(self.facts, at_us, happened_us),
            _last(self.transitions, at_us, _taken),
            _last(self._cuffs, at_us, _sampled),
            ended_us + round(terms.recovery_s * SECOND_US),
            (air_us or 0) + window_us,
            self._lows_us[low - 1] + window_us + 1 if low else 0,
            self._seen_since(at_us),
            self._calm(at_us, session.baseline.get(VitalSign.HEART_RATE)),
        )

    def _known(self, at_us: int) -> list[ReadingRow]:
        """Every cuff reading until then, and what else was measured in the last minutes."""
        span_s = max(self.preset.readiness.spo2_s, self.preset.baseline.continuous_s)
        first = bisect_left(self._others, at_us - span_s * SECOND_US, key=_sampled)
        last = bisect_right(self._others, at_us, key=_sampled)
        cuffs = bisect_right(self._cuffs, at_us, key=_sampled)
        return [*self._cuffs[:cuffs], *self._others[first:last]]

    def _alarms(self, at_us: int) -> list[OpenAlarm]:
        taken = self.transitions[: bisect_right(self.transitions, at_us, key=_taken)]
        newest = {step.alarm: step for step in taken}
        return [
            OpenAlarm(step.message, Priority[step.priority], step.onset_us)
            for step in newest.values()
            if step.to_state in OPEN_STATES
        ]

    def _seen_since(self, at_us: int) -> int:
        """Back to then SpO2 was known for long enough: its share falls by a second a second."""
        terms, sources = self.preset.readiness, SOURCES[VitalSign.SPO2]
        _, share = continuous(self._known(at_us), sources, at_us, terms.spo2_s, self.preset)
        spare_us = (share - terms.valid_share) * terms.spo2_s * SECOND_US
        return at_us - max(0, int(spare_us) - SLACK_US)

    def _calm(self, at_us: int, base: int | None) -> int:
        """Back to then every heart rate was calm, with no gap in which it was not known."""
        known_base, since_us = self._calm_since
        if since_us and known_base == base and since_us <= at_us:
            return since_us
        gap_us = round(self.preset.gap_s * SECOND_US)
        silent_us = self.preset.entries.device_s * SECOND_US - gap_us
        calm_us = at_us
        for row in reversed(self._hearts[: bisect_right(self._hearts, at_us, key=_sampled)]):
            if calm_us - row.sampled_at_us > silent_us:
                break
            if not calm_rate(float(row.value or 0.0), base, self.preset):
                # For that long an ECG may have spoken in place of the pulses after it.
                calm_us = self._after(row.sampled_at_us + gap_us, at_us)
                break
            calm_us = row.sampled_at_us
        self._calm_since = (base, calm_us)
        return calm_us

    def _after(self, us: int, at_us: int) -> int:
        """The first heart rate after that time, `at_us` at the latest."""
        place = bisect_right(self._hearts, us, key=_sampled)
        return min(at_us, *(one.sampled_at_us for one in self._hearts[place : place + 1]))


def _told(facts: Sequence[FactRow]) -> list[Session]:
    """The session after each of its facts."""
    out: list[Session] = []
    for fact in facts:
        session = told_of(out[-1], fact) if out else session_of([fact])
        if session is None:
            raise ValueError("the first of these facts does not seat the session")
        out.append(session)
    return out


def _last(rows: Sequence[_Row], at_us: int, key: Callable[[_Row], int]) -> int:
    """The time of the last of these rows until then; 0 without any."""
    place = bisect_right(rows, at_us, key=key)
    return key(rows[place - 1]) if place else 0


def _taken(step: TransitionRow) -> int:
    return step.at_us


def _sampled(row: ReadingRow) -> int:
    return row.sampled_at_us
