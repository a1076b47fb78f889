"""A session as it is looked at: its phases, every stored sample, cuff readings and alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.care.session import session_of
from monitor.clinic import Session
from monitor.history import FactRow, ReadingRow, TransitionRow
from monitor.review.artefacts import artefacts_of, left_out
from monitor.review.by_hand import by_hand
from monitor.review.cuffs import Cuff, cuffs
from monitor.review.holding import by_vital
from monitor.review.lives import AlarmLife, lives
from monitor.review.phases import PhaseSpan, phases
from monitor.review.traces import Sample, traces
from monitor.suspects import marked
from monitor.vitals import NIBP, VitalSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The whole session. `readings` counts its stored rows, those without a number too."""

    session: Session
    readings: int
    phases: tuple[PhaseSpan, ...]
    traces: dict[VitalSign, tuple[Sample, ...]]
    cuffs: tuple[Cuff, ...]
    alarms: tuple[AlarmLife, ...]
    simulated: bool


def review(
    facts: Sequence[FactRow],
    readings: Sequence[ReadingRow],
    transitions: Sequence[TransitionRow],
) -> Review:
    """The session these rows describe, artefacts marked. Raises ValueError when none is seated."""
    stored = len(readings)
    rows = [*marked(facts, readings), *by_hand(facts)]
    rows, _ = left_out(rows, artefacts_of(facts))
    own = by_vital(rows)
    session = session_of(facts)
    if session is None:
        raise ValueError("these facts seat no session")
    return Review(
        session=session,
        readings=stored,
        phases=phases(facts),
        traces=traces(own),
        cuffs=cuffs(row for vital in NIBP for row in own.get(vital, ())),
        alarms=lives(transitions),
        simulated=any(row.mode.value != "real" for row in readings),
    )
