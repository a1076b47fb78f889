"""May this patient leave? Each condition of the leave gate, and since when it is not so.

From alarms.md 7.5 with 8a.18. Session, readings, entries and open alarms in; a
list of conditions out. Knows no live value, clock, database or page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from monitor.care.baseline import (
    PRESSURES,
    SOURCES,
    Cuff,
    continuous,
    determinations,
    too_little,
    whole,
)
from monitor.care.observations import AIR, GIVEN, OUT, PRESENT, Entry, Item, newest, run
from monitor.care.scales import short_of
from monitor.clinic import Phase, Session
from monitor.conditions import Preset, Priority
from monitor.history import ReadingRow
from monitor.vitals import VitalSign

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
URGENT = (Priority.HIGH, Priority.MEDIUM)


class OpenAlarm(NamedTuple):
    """An alarm of this session that is open, and since when (UTC microseconds)."""

    message: str
    priority: Priority
    onset_us: int


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: its name, what is so or is missing, since when it fails (None: it holds).

    `earliest_us` is when one that fails could hold by time alone; None where it is up
    to a person or to the patient.
    """

    name: str
    said: str
    failing_since_us: int | None
    earliest_us: int | None = None

    @property
    def holds(self) -> bool:
        """Is it fulfilled?"""
        return self.failing_since_us is None


@dataclass(frozen=True, slots=True)
class Readiness:
    """All conditions of the leave gate, in the order they are shown."""

    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """True when every condition holds."""
        return all(one.holds for one in self.checks)

    @property
    def earliest_us(self) -> int | None:
        """When the last of those that only wait for time could hold; None when none does."""
        waits = [one.earliest_us for one in self.checks if one.earliest_us is not None]
        return max(waits, default=None)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the conditions are asked of; `end_us` is when the infusion ended."""

    session: Session
    rows: Sequence[ReadingRow]
    end_us: int
    now_us: int
    preset: Preset


def readiness(
    session: Session,
    rows: Sequence[ReadingRow],
    alarms: Sequence[OpenAlarm],
    now_us: int,
    preset: Preset,
) -> Readiness:
    """The leave gate at this instant, from the session's readings and its own open alarms.

    A condition that nothing is known of fails. Cuff readings count from the end of
    the infusion on; of continuous vital signs, `rows` hold the last minutes.
    """
    ended_us = session.infusion_ended_us
    if ended_us is None:
        since_us = session.infusion_started_us or session.opened_us
        return Readiness((Check("Recovery", "the infusion has not ended", since_us),))
    known = _Known(session, rows, ended_us, now_us, preset)
    score = [_score(known)] if preset.readiness.score != "none" else []
    return Readiness(
        (
            _recovery(known),
            _cuff(known),
            _heart(known),
            _spo2(known),
            _sedation(known),
            _alarms(alarms),
            *score,
            _entered(known, Item.LINE, OUT, "IV line out"),
            _sitter(known),
            _entered(known, Item.ADVICE, GIVEN, "Advice given"),
        )
    )


def within(value: float, base: float, percent: float) -> bool:
    """Is a value within so many percent of the baseline? In whole units; exactly so is within."""
    return abs(whole(value) - base) * 100 <= base * percent


def _recovery(known: _Known) -> Check:
    passed_us = known.now_us - known.end_us
    needed_s = known.preset.readiness.recovery_s
    said = f"{passed_us // MINUTE_US} of {needed_s / 60:g} min since the infusion ended"
    if passed_us >= needed_s * SECOND_US:
        return Check("Recovery", said, None)
    return Check("Recovery", said, known.end_us, known.end_us + round(needed_s * SECOND_US))


def _cuff(known: _Known) -> Check:
    """All readings over `cuff_span_s` on end are calm, and the last is not overdue."""
    name, terms = "Blood pressure", known.preset.readiness
    taken = determinations(known.rows, known.end_us, known.preset)
    base = [known.session.baseline.get(vital) for vital in PRESSURES]
    systolic, diastolic = base
    if systolic is None or diastolic is None:
        return Check(name, "no baseline to compare with", known.end_us)
    overdue_us = round(known.preset.nibp_overdue_s()[Phase.RECOVERY] * SECOND_US)
    calm_us: int | None = None
    failing_us: int | None = known.end_us
    for one in taken:
        if not _calm(one, systolic, diastolic, known.preset):
            failing_us, calm_us = one.at_us if failing_us is None else failing_us, None
            continue
        calm_us = one.at_us if calm_us is None else calm_us
        if one.at_us - calm_us >= terms.cuff_span_s * SECOND_US:
            failing_us = None
    if not taken:
        return Check(name, "no reading since the infusion ended", known.end_us)
    last = taken[-1]
    said = f"{last.systolic:g}/{last.diastolic:g}, baseline {systolic}/{diastolic}"
    if failing_us is None and known.now_us - last.at_us > overdue_us:
        return Check(name, f"{said}, too long ago", last.at_us + overdue_us)
    if failing_us is not None and calm_us is not None:
        said += f", calm readings over {terms.cuff_span_s / 60:g} min needed"
        return Check(name, said, failing_us, calm_us + round(terms.cuff_span_s * SECOND_US))
    return Check(name, said, failing_us)


def _calm(one: Cuff, systolic: int, diastolic: int, preset: Preset) -> bool:
    terms = preset.readiness
    near = within(one.systolic, systolic, terms.percent)
    near &= within(one.diastolic, diastolic, terms.percent)
    return near and one.systolic <= terms.systolic_max and one.diastolic <= terms.diastolic_max


def _heart(known: _Known) -> Check:
    name = "Heart rate"
    sources, span_s = SOURCES[VitalSign.HEART_RATE], known.preset.baseline.continuous_s
    spoken, _ = continuous(known.rows, sources, known.now_us, span_s, known.preset)
    base = known.session.baseline.get(VitalSign.HEART_RATE)
    if not _fresh(spoken, known):
        return Check(name, "no value", spoken[-1].sampled_at_us if spoken else known.end_us)

    def calm(row: ReadingRow) -> bool:
        return calm_rate(float(row.value or 0.0), base, known.preset)

    bad = list(takewhile(lambda row: not calm(row), reversed(spoken)))
    usual = "no baseline" if base is None else f"baseline {base}"
    said = f"{spoken[-1].value:g}/min, {usual}"
    return Check(name, said, bad[-1].sampled_at_us if bad else None)


def calm_rate(value: float, base: int | None, preset: Preset) -> bool:
    """Is a heart rate the patient's own, within so many percent, or within the usual ones?"""
    terms = preset.readiness
    near = base is not None and within(value, base, terms.percent)
    return near or terms.heart_low <= value <= terms.heart_high


def _spo2(known: _Known) -> Check:
    """On air for as long as it must hold, never below the limit, and known for most of it."""
    name, terms = "SpO2 on air", known.preset.readiness
    entries = known.session.observed.get(Item.OXYGEN, ())
    air_us, other_us = run(entries, AIR, known.session.opened_us)
    if air_us is None:
        on = newest(known.session.observed, Item.OXYGEN)
        return Check(name, "on oxygen" if on else "air or oxygen not entered", other_us)
    spoken, share = continuous(
        known.rows, SOURCES[VitalSign.SPO2], known.now_us, terms.spo2_s, known.preset
    )
    low = [row for row in spoken if float(row.value or 0.0) < terms.spo2_min]
    if low:
        said = f"{low[-1].value:g} %, at least {terms.spo2_min:g} % for {terms.spo2_s / 60:g} min"
        return Check(
            name, said, low[0].sampled_at_us, low[-1].sampled_at_us + round(terms.spo2_s * 1e6)
        )
    if share < terms.valid_share:
        why = too_little(share, terms.spo2_s, terms.valid_share)
        return Check(name, why, spoken[-1].sampled_at_us if spoken else known.end_us)
    said = f"{spoken[-1].value:g} % on air"
    if known.now_us - air_us < terms.spo2_s * SECOND_US:
        minutes = (known.now_us - air_us) // MINUTE_US
        said = f"{said} for {minutes} of {terms.spo2_s / 60:g} min"
        return Check(name, said, other_us, air_us + round(terms.spo2_s * SECOND_US))
    return Check(name, said, None)


def _sedation(known: _Known) -> Check:
    wanted = float(known.preset.readiness.sedation)
    return _entered(known, Item.SEDATION, wanted, f"MOAA/S {wanted:g}", since_us=known.end_us)


def _score(known: _Known) -> Check:
    terms = known.preset.readiness
    item, least = Item(terms.score), terms.score_min
    entries = [one for one in known.session.observed.get(item, ()) if one.at_us >= known.end_us]
    failing_us: int | None = known.end_us
    short: list[str] = []
    for one in entries:
        short = short_of(item, one.parts)
        passes = not isinstance(one.value, str) and one.value >= least and not short
        failing_us = None if passes else one.at_us if failing_us is None else failing_us
    said = ", ".join([_said(entries[-1:]), *(f"{name} is not 2" for name in short)])
    return Check(f"{item.value} {least} or more", said, failing_us)


def _alarms(alarms: Sequence[OpenAlarm]) -> Check:
    urgent = [one for one in alarms if one.priority in URGENT]
    said = ", ".join(one.message for one in urgent) or "none of HIGH or MEDIUM"
    return Check("Open alarms", said, min((one.onset_us for one in urgent), default=None))


def _sitter(known: _Known) -> Check:
    check = _entered(known, Item.SITTER, PRESENT, "Sitter present")
    last = newest(known.session.observed, Item.SITTER)
    return Check(check.name, last.person, None) if check.holds and last else check


def _entered(
    known: _Known, item: Item, wanted: str | float, name: str, since_us: int | None = None
) -> Check:
    """An item that a person must have entered so, since the patient came or since then."""
    start_us = known.session.opened_us if since_us is None else since_us
    entries = [one for one in known.session.observed.get(item, ()) if one.at_us >= start_us]
    good_us, failing_us = run(entries, wanted, start_us)
    return Check(name, _said(entries[-1:]), failing_us if good_us is None else None)


def _said(last: Sequence[Entry]) -> str:
    if not last:
        return "not entered"
    return last[0].value if isinstance(last[0].value, str) else f"{last[0].value:g}"


def _fresh(spoken: Sequence[ReadingRow], known: _Known) -> bool:
    stands_us = known.preset.entries.device_s * SECOND_US
    return bool(spoken) and known.now_us - spoken[-1].sampled_at_us <= stands_us
