"""A patient's course of infusions: each beside the others, how it was closed, what is missing.

All of it follows from the sessions' facts and figures. Times are UTC microseconds
unless they end in `_min` (whole minutes that have passed). Knows no page and no database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.care.arrival import Sitter, arrival_of
from monitor.care.closing import Addendum, Note, Signed, addenda_of, note_of, signed_of
from monitor.care.harm import Harm, harms_of
from monitor.care.journal import Journal, journal_of
from monitor.care.notes import events_of
from monitor.care.session import session_of
from monitor.care.treatment import Order, treatment_of
from monitor.conditions import Priority
from monitor.history import FactRow
from monitor.review import AlarmLife, Figures
from monitor.review.wording import whole_minutes
from monitor.vitals import VitalSign

NO_GRADE = "over"
"""Said of what has passed: no grade of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """One infusion of a course. What is None was not measured, not given or not said.

    `given_mg` is what the pump gave, `order` what was to be given. `peak_rise` is
    systolic mmHg over the baseline, `peak_after_min` after the start; `over_limits`
    the minutes over the lowest upper limit of each pressure, by that limit.
    `ready_min` is from the infusion's end until the patient would have been ready.
    `side_effects` are events with their worst grade ("" for none), None where the clinic
    counts no event as one; `harms` those of all that happened which were marked as
    adverse events.
    """

    number: int
    session: str
    chair: str
    open: bool
    seated_us: int
    started_us: int
    ended_us: int | None
    order: Order | None
    given_mg: float | None
    baseline: Mapping[VitalSign, int]
    peak_rise: float | None
    peak_after_min: int | None
    over_limits: Mapping[tuple[VitalSign, float], float]
    lowest_spo2: float | None
    lowest_spo2_after_min: int | None
    alarms: Mapping[Priority, int]
    ready_min: int | None
    side_effects: Mapping[str, str] | None
    harms: tuple[Harm, ...]
    sitter: Sitter | None
    journal: Journal
    note: Note | None
    signed: Signed | None
    addenda: tuple[Addendum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One course of a patient: its number, those there are, and a place for each infusion.

    `slots` holds each infusion at its number; None where there is none (yet). A
    second session under one number stands beside the first.
    """

    patient_ref: str
    number: int
    numbers: tuple[int, ...]
    slots: tuple[tuple[int, Infusion | None], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one session: its facts, and of one that is shown figures and alarms."""

    facts: Sequence[FactRow]
    figures: Figures | None = None
    alarms: Sequence[AlarmLife] = ()


class Place(NamedTuple):
    """An infusion's number in its course, and which of the patient's sessions it is."""

    number: int
    session: int


def places_of(sessions: Iterable[Sequence[FactRow]]) -> dict[int, list[Place]]:
    """The infusions of each course by its number, from the facts of all sessions, oldest first.

    Sessions without an infusion are left out; where nobody counted, infusions are
    counted in their order.
    """
    places: dict[int, list[Place]] = {}
    for session, facts in enumerate(sessions):
        told = session_of(facts)
        if told is None or told.infusion_started_us is None:
            continue
        said = arrival_of(facts)
        course = said.course or max(places, default=1)
        before = max((one.number for one in places.get(course, ())), default=0)
        places.setdefault(course, []).append(Place(said.infusion or before + 1, session))
    return places


def shown_of(places: Mapping[int, Sequence[Place]], number: int | None) -> int:
    """The course that is shown: that number, else the newest, else the first."""
    return max(places, default=1) if number is None else number


def course_of(
    patient_ref: str,
    sessions: Sequence[Known],
    *,
    infusions: int,
    side_effects: Mapping[str, Sequence[str]],
    now_us: int,
    number: int | None = None,
) -> Course:
    """The course of that number, else the newest, from all sessions of a patient, oldest first.

    A course has so many `infusions`. `side_effects` are the events that count as
    such, each with its grades from the mildest on. Figures are needed of the
    sessions alone that stand in the course that is shown.
    """
    places = places_of(one.facts for one in sessions)
    chosen = shown_of(places, number)
    found = [
        infusion_of(one.number, sessions[one.session], side_effects, now_us)
        for one in places.get(chosen, ())
    ]
    return Course(
        patient_ref=patient_ref,
        number=chosen,
        numbers=tuple(sorted(places)),
        slots=_slots(found, infusions),
    )


def _slots(found: Sequence[Infusion], infusions: int) -> tuple[tuple[int, Infusion | None], ...]:
    taken = {one.number for one in found}
    empty = [(number, None) for number in range(1, infusions + 1) if number not in taken]
    filled = [(one.number, one) for one in found]
    return tuple(sorted([*empty, *filled], key=lambda slot: slot[0]))


def infusion_of(
    number: int, known: Known, side_effects: Mapping[str, Sequence[str]], now_us: int
) -> Infusion:
    """One infusion's row. Raises ValueError when it never started, or its figures are missing."""
    facts, figures = known.facts, known.figures
    if figures is None:
        raise ValueError("the figures of this session were not worked out")
    session, treatment = figures.session, treatment_of(facts)
    start_us = session.infusion_started_us
    if start_us is None:
        raise ValueError(f"session {session.id} has no infusion")
    lowest = figures.summary(VitalSign.SPO2)
    leaving = figures.leaving
    return Infusion(
        number=number,
        session=session.id,
        chair=session.chair,
        open=session.closed_us is None,
        seated_us=session.opened_us,
        started_us=start_us,
        ended_us=session.infusion_ended_us,
        order=treatment.order,
        given_mg=treatment.total_mg(session.infusion_ended_us or now_us),
        baseline=figures.baseline.values,
        peak_rise=figures.systolic.rise,
        peak_after_min=_after_min(figures.systolic.peak_us, start_us),
        over_limits=_over_limits(figures),
        lowest_spo2=lowest.minimum if lowest else None,
        lowest_spo2_after_min=_after_min(lowest.minimum_at_us, start_us) if lowest else None,
        alarms=Counter(Priority[one.priority] for one in known.alarms),
        ready_min=_after_min(leaving.ready_us, leaving.ended_us),
        side_effects=_side_effects(facts, side_effects) if side_effects else None,
        harms=harms_of(facts),
        sitter=arrival_of(facts).sitter,
        journal=journal_of(facts, now_us),
        note=note_of(facts),
        signed=signed_of(facts),
        addenda=addenda_of(facts),
    )


def _after_min(at_us: int | None, from_us: int | None) -> int | None:
    return None if at_us is None or from_us is None else whole_minutes(from_us, at_us)


def _over_limits(figures: Figures) -> dict[tuple[VitalSign, float], float]:
    return {
        (one.vital, limit): one.above_limits[limit]
        for one in (figures.systolic, figures.diastolic)
        if (limit := min(one.above_limits, default=None)) is not None
    }


def _side_effects(facts: Sequence[FactRow], grades: Mapping[str, Sequence[str]]) -> dict[str, str]:
    worst: dict[str, str] = {}
    for event in events_of(facts):
        if event.event not in grades or event.grade == NO_GRADE:
            continue
        ranked = ["", *grades[event.event]]
        before = worst.get(event.event, "")
        rank = ranked.index(event.grade) if event.grade in ranked else 0
        worst[event.event] = event.grade if rank >= ranked.index(before) else before
    return worst
