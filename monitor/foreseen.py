"""What the last half hour would have alarmed under other limits: the stored readings, judged again.

Pure: rows in, counts out. A fresh engine judges, so that what is foreseen is what is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from monitor.alerts import Engine, Reason
from monitor.clinic import Session
from monitor.clock import Clock
from monitor.conditions import Kind, Preset
from monitor.edits import Edits
from monitor.history import ReadingRow
from monitor.journal import reading_again
from monitor.vitals import VitalSign

BACK_US = 30 * 60_000_000
NEVER_QUIET_S = 1e9
RAISED = frozenset({Reason.CONDITION_PRESENT, Reason.CONDITION_AGAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Alarms of patients by rule over `minutes`, as it was limited and as it would be."""

    minutes: int
    before: Counter[str]
    after: Counter[str]

    def by_rule(self) -> list[tuple[str, int, int]]:
        """(rule, before, after), of every rule that alarmed in either."""
        return [
            (rule, self.before[rule], self.after[rule])
            for rule in sorted(self.before.keys() | self.after.keys())
        ]


def foresee(
    preset: Preset,
    session: Session,
    devices: Sequence[str],
    rows: Sequence[ReadingRow],
    edits: Edits,
    now_us: int,
) -> Foreseen:
    """Judge a session's rows of the last half hour with its limits, and with these.

    Its present phase and baseline stand for all of it; `devices` are the chair's, in
    their order of rank. Nothing is counted before it began.
    """
    from_us = max(now_us - BACK_US, session.opened_us)
    recent = sorted(
        (row for row in rows if row.received_at_us >= from_us and not row.late),
        key=lambda row: row.received_at_us,
    )
    counts = [
        _alarms(preset, session, devices, recent, one, from_us) for one in (session.edits, edits)
    ]
    minutes = round((now_us - from_us) / 60e6)
    return Foreseen(minutes=minutes, before=counts[0], after=counts[1])


def _alarms(
    preset: Preset,
    session: Session,
    devices: Sequence[str],
    rows: Sequence[ReadingRow],
    edits: Edits,
    from_us: int,
) -> Counter[str]:
    clock = Clock(lambda: 0.0, epoch_us=from_us)
    measured: dict[str, set[VitalSign]] = {device: set() for device in devices}
    for row in rows:
        measured.setdefault(row.device, set()).add(row.vital)
    engine = Engine(preset)
    known = {name: (NEVER_QUIET_S, frozenset(vitals)) for name, vitals in measured.items()}
    engine.add_chair(session.chair, known, 0.0)
    engine.seat(session.chair, session.id, session.phase, 0.0)
    engine.set_baseline(session.chair, session.baseline, 0.0)
    engine.set_limits(session.chair, edits, 0.0)
    alarms = Counter[str]()
    for _, frame in groupby(rows, key=lambda row: (row.received_at_us, row.device)):
        readings = [replace(reading_again(row, clock), chair=session.chair) for row in frame]
        for event in engine.observe(readings):
            patient = event.alarm.kind is Kind.PHYSIOLOGICAL
            alarms[event.alarm.condition] += patient and event.reason in RAISED
    return +alarms
