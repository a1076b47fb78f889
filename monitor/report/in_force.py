"""Which limits were in force when, as a report draws and words them.

Of each vital sign the innermost limit of each side whose alarm is MEDIUM or
more: the first one that calls somebody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.care.session import session_of, told_of
from monitor.care.treatment import PUMP
from monitor.clinic import Phase, Session
from monitor.conditions import COLUMN_OF, Form, Preset, Priority
from monitor.edits import levels_in_force
from monitor.history import BASELINE, CORRECTED, DEVICES_CORRECTED, LIMITS, PHASE, FactRow
from monitor.report.source import Source
from monitor.report.wording import NONE, label
from monitor.vitals import VitalSign

CHANGING = frozenset({PHASE, LIMITS, BASELINE, DEVICES_CORRECTED})
"""Kinds of facts by which other limits come into force."""
SHOWN = (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.HEART_RATE, VitalSign.SPO2)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """From then until then, in a phase: the lowest and highest each vital sign may be."""

    from_us: int
    to_us: int
    phase: Phase
    ends: Mapping[VitalSign, tuple[float | None, float | None]]

    def text(self) -> str:
        """Each vital sign with its lowest and highest, a dash between."""
        return ", ".join(f"{label(vital)} {ends_text(*ends)}" for vital, ends in self.ends.items())


def ends_text(low: float | None, high: float | None) -> str:
    """Both with a dash between, or the one there is with its sign; a dash for none."""
    if low is None or high is None:
        return NONE if low is high else f"≤ {high:g}" if low is None else f"≥ {low:g}"
    return f"{low:g}–{high:g}"


def in_force(source: Source) -> Iterator[InForce]:
    """Each stretch of the session in which the same limits were in force, in time."""
    end_us = source.figures.end_us
    seat, *later = source.facts
    session = session_of([seat])
    if session is None:
        return
    from_us = session.opened_us
    for place, fact in enumerate(later, start=2):
        if session.phase is Phase.CLOSED:
            return
        before, session = session, _after(session, fact, source.facts[:place])
        changed = fact.kind in CHANGING or before.baseline != session.baseline
        if changed and fact.at_us > from_us:
            yield _of(source.preset, before, from_us, fact.at_us)
            from_us = fact.at_us
    if session.phase is not Phase.CLOSED and end_us > from_us:
        yield _of(source.preset, session, from_us, end_us)


def _after(session: Session, fact: FactRow, so_far: Sequence[FactRow]) -> Session:
    """The session as it was judged after that fact; a corrected start may end its baseline."""
    after = told_of(session, fact)
    known = session_of(so_far) if fact.kind in (CORRECTED, PUMP) else None
    return after if known is None else replace(after, baseline=known.baseline)


def _of(preset: Preset, session: Session, from_us: int, to_us: int) -> InForce:
    both = {vital: _ends(preset, session, vital) for vital in SHOWN}
    ends = {vital: pair for vital, pair in both.items() if pair != (None, None)}
    return InForce(from_us=from_us, to_us=to_us, phase=session.phase, ends=ends)


def _ends(preset: Preset, session: Session, vital: VitalSign) -> tuple[float | None, float | None]:
    column = COLUMN_OF[session.phase]
    lows, highs = list[float](), list[float]()
    for rule in preset.conditions:
        urgent = rule.exists_in(column) and rule.priority[column] is not Priority.LOW
        if not urgent or rule.form is not Form.LIMIT or rule.and_any_of:
            continue
        for clause in rule.any_of:
            limit, _ = levels_in_force(rule.id, clause, column, session.baseline, session.edits)
            if clause.vital is vital and limit is not None:
                (highs if clause.comparison.high else lows).append(limit)
    return max(lows, default=None), min(highs, default=None)
