"""What a session is found by, from its rows: its entry in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.care.closing import signed_of
from monitor.care.session import session_of
from monitor.finding import Entry, Measured
from monitor.history import SEATED, FactRow, TransitionRow
from monitor.review.figures import Figures
from monitor.review.leaving import Leaving
from monitor.review.lives import lives
from monitor.vitals import VitalSign

MINUTE_US = 60_000_000


def entry_of(facts: Sequence[FactRow], transitions: Sequence[TransitionRow]) -> Entry:
    """The entry of these rows. Raises ValueError when no fact seats a session."""
    session = session_of(facts)
    if session is None:
        raise ValueError("these facts seat no session")
    seated = next(fact for fact in facts if fact.kind == SEATED)
    infusion = seated.data.get("infusion")
    priorities = [life.priority for life in lives(transitions)]
    actors = {fact.actor for fact in facts} | {step.actor for step in transitions}
    return Entry(
        session=session.id,
        patient_ref=session.patient_ref,
        chair=session.chair,
        opened_us=session.opened_us,
        closed_us=session.closed_us,
        phase=session.phase,
        planned_minutes=session.planned_minutes,
        infusion=infusion if isinstance(infusion, int) else None,
        high=priorities.count("HIGH"),
        medium=priorities.count("MEDIUM"),
        low=priorities.count("LOW"),
        signed=signed_of(facts) is not None,
        people=frozenset(actor for actor in actors if actor),
    )


def measured_of(figures: Figures) -> Measured:
    """What the figures of a session add to its entry."""
    spo2 = figures.summary(VitalSign.SPO2)
    return Measured(
        rise=figures.systolic.rise,
        lowest_spo2=spo2.minimum if spo2 else None,
        ready_minutes=_ready_minutes(figures.leaving),
    )


def _ready_minutes(leaving: Leaving) -> float | None:
    if leaving.ended_us is None or leaving.ready_us is None:
        return None
    return (leaving.ready_us - leaving.ended_us) / MINUTE_US
