"""A course of simulated infusions, lived through by the shipped ward in stepped time.

Every figure of the course's page against what a slow count over the stored rows gives.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from monitor.care.attribution import readings_of
from monitor.care.closing import Plan
from monitor.care.course import Course, Infusion, Known, course_of, places_of
from monitor.clinic import Chair, Device
from monitor.conditions import Priority
from monitor.config import Config
from monitor.history import FactRow, ReadingRow, TransitionRow
from monitor.operations.rejudging import rejudged
from monitor.review import figures, review
from monitor.store.record import RecordHistory
from monitor.tables import JournalTable
from monitor.vitals import Validity, VitalSign
from monitor.web.course_words import COLUMNS_OF_TABLE, cells
from monitor.web.multiples import axes, multiple_of
from monitor.words import Words
from simulators.clinic import Setting, configuration
from simulators.loops import run_virtual
from simulators.past import COURSE, PATIENT_REF, Earlier, live_through
from simulators.simulation import preset_of
from tests.stored import NOON_US

SEED = 7
MINUTE_US = 60_000_000
OPEN = {"ACTIVE_UNACK", "ACTIVE_ACK", "LATCHED_UNACK"}
SIX: tuple[Earlier, ...] = (
    *(replace(one, days_ago=one.days_ago + 10) for one in COURSE[:4]),
    replace(COURSE[4], days_ago=9, plan=Plan.STOP, note="Enough."),
    replace(COURSE[4], days_ago=3),
)
TABLE = JournalTable(
    listen="127.0.0.1:0", public_url="http://localhost", call="+351 210 000 000", emergency="112"
)
Rows = tuple[list[FactRow], list[ReadingRow], list[TransitionRow]]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, list[Rows]]:
    """The record of six infusions, and its rows by session."""
    folder = tmp_path_factory.mktemp("course")
    places = [Chair(id="1", label="1")]
    devices = [Device(id="mon-1", driver="ansar-b", link="direct:x", chair="1")]
    setting = Setting(record=folder / "record.db", journal=TABLE)
    config = configuration(places, devices, setting)
    run_virtual(live_through(config, NOON_US, SEED, SIX))
    return config, run_virtual(_rows(config))


async def _rows(config: Config) -> list[Rows]:
    history, found = RecordHistory(config.record.path), list[Rows]()
    for session in await history.sessions_of(PATIENT_REF):
        facts = await history.facts(session)
        rows = await readings_of(history, session, facts)
        found.append((facts, rows, await history.transitions(session)))
    return found


def course(lived: tuple[Config, list[Rows]], infusions: int = 6, **more: Any) -> Course:
    config, rows = lived
    preset = preset_of(config)
    known = [
        Known(facts, figures(facts, readings, steps, preset), review(facts, readings, steps).alarms)
        for facts, readings, steps in more.pop("rows", rows)
    ]
    effects = {one.name: one.grades for one in config.care.events if one.side_effect}
    counted = more.pop("side_effects", effects)
    return course_of(
        PATIENT_REF, known, infusions=infusions, side_effects=counted, now_us=NOON_US, **more
    )


def infusions(found: Course) -> list[Infusion]:
    return [one for _, one in found.slots if one is not None]


def phase_us(facts: list[FactRow], phase: str) -> int:
    (at_us,) = [one.at_us for one in facts if one.data.get("phase") == phase]
    return at_us


def believed(rows: list[ReadingRow], vital: VitalSign) -> list[tuple[int, float]]:
    return [
        (one.sampled_at_us, one.value)
        for one in rows
        if one.vital is vital and one.validity is Validity.VALID and one.value is not None
    ]


@pytest.mark.requirement("CRS-001")
def test_six_infusions_stand_in_their_order_each_with_its_dose(
    lived: tuple[Config, list[Rows]],
) -> None:
    found = course(lived)
    assert [number for number, _ in found.slots] == [1, 2, 3, 4, 5, 6]
    weight = {one.order.weight_kg for one in infusions(found) if one.order}
    assert len(weight) == 1
    for one, told in zip(infusions(found), SIX, strict=True):
        assert one.order is not None
        assert one.order.dose_mg_kg == pytest.approx(told.mg_per_kg, abs=0.01)
        assert one.given_mg == pytest.approx(one.order.dose_mg, rel=0.01)
        assert one.seated_us == NOON_US - told.days_ago * 24 * 60 * MINUTE_US


@pytest.mark.requirement("CRS-002")
def test_every_figure_equals_a_slow_count_over_the_stored_rows(
    lived: tuple[Config, list[Rows]],
) -> None:
    for one, (facts, rows, steps) in zip(infusions(course(lived)), lived[1], strict=True):
        start_us = phase_us(facts, "INFUSION")
        (baseline,) = [fact.data for fact in facts if fact.kind == "baseline"]
        systolic = [pair for pair in believed(rows, VitalSign.NIBP_SYSTOLIC) if pair[0] >= start_us]
        peak = max(value for _, value in systolic)
        first_us = min(at_us for at_us, value in systolic if value == peak)
        usual = baseline[VitalSign.NIBP_SYSTOLIC.value]
        assert isinstance(usual, int)
        assert one.baseline[VitalSign.NIBP_SYSTOLIC] == usual
        assert one.peak_rise == peak - usual
        assert one.peak_after_min == (first_us - start_us) // MINUTE_US
        lowest, at_us = min((value, at) for at, value in believed(rows, VitalSign.SPO2))
        assert one.lowest_spo2 == lowest
        assert one.lowest_spo2_after_min == (at_us - start_us) // MINUTE_US
        assert dict(one.alarms) == alarms_of(steps)
        assert one.over_limits == pytest.approx(over_limits(facts, rows, one))


def alarms_of(steps: list[TransitionRow]) -> dict[Priority, int]:
    """Each alarm that was ever open, under the highest priority it had."""
    worst: dict[str, int] = {}
    for step in steps:
        if step.to_state in OPEN:
            worst[step.alarm] = max(worst.get(step.alarm, 0), Priority[step.priority].value)
    return dict(Counter(Priority(one) for one in worst.values()))


def over_limits(
    facts: list[FactRow], rows: list[ReadingRow], one: Infusion
) -> dict[tuple[VitalSign, float], float]:
    """Second by second: the last pressure stands until the next, or as long as one may."""
    end_us = phase_us(facts, "CLOSED")
    found = {}
    for vital, limit in one.over_limits:
        values = sorted(believed(rows, vital))
        ends = [at_us for at_us, _ in values[1:]] + [end_us]
        seconds = sum(
            (until_us - at_us) / 1e6
            for (at_us, value), until_us in zip(values, ends, strict=True)
            if value > limit
        )
        found[vital, limit] = seconds / 60.0
    return found


@pytest.mark.requirement("CRS-003")
def test_side_effects_sitter_journal_and_plan_are_what_was_entered(
    lived: tuple[Config, list[Rows]],
) -> None:
    for one, told in zip(infusions(course(lived)), SIX, strict=True):
        assert one.side_effects == {event: grade for _, event, grade in told.events}
        assert one.sitter is not None
        assert one.sitter.stays
        written = {entry.day: (entry.mood, entry.text) for entry in one.journal.entries}
        assert written == {day: (mood, text) for day, mood, _, text in told.entries}
        said = None if one.note is None else (one.note.plan, one.note.text)
        assert said == (None if told.plan is None else (told.plan, told.note))
        assert one.signed is None


@pytest.mark.requirement("CRS-003")
def test_where_no_event_counts_as_a_side_effect_the_course_does_not_say_there_was_none(
    lived: tuple[Config, list[Rows]],
) -> None:
    words = Words.of(lived[0], {})
    for counted, said in (({"hiccup": ()}, "none"), ({}, "not counted")):
        for one in infusions(course(lived, side_effects=counted)):
            column = cells(one, words, content=False)[COLUMNS_OF_TABLE.index("Side effects")]
            assert column == said


@pytest.mark.requirement("CRS-004")
def test_a_missing_infusion_stays_an_empty_place_and_a_later_course_is_its_own(
    lived: tuple[Config, list[Rows]],
) -> None:
    rows = [one for number, one in enumerate(lived[1]) if number != 2]
    found = course(lived, rows=rows)
    assert [(number, one is None) for number, one in found.slots] == [
        (number, number == 3) for number in range(1, 7)
    ]
    later = [
        renumbered(one, course=2, infusion=number - 3) if number > 3 else one
        for number, one in enumerate(lived[1])
    ]
    assert course(lived, rows=later).numbers == (1, 2)
    newest = course(lived, rows=later)
    assert (newest.number, [number for number, one in newest.slots if one]) == (2, [1, 2])
    first = course(lived, rows=later, number=1)
    assert [number for number, one in first.slots if one] == [1, 2, 3, 4]
    nobody = course(lived, rows=[])
    assert (nobody.number, [one for _, one in nobody.slots]) == (1, [None] * 6)


@pytest.mark.requirement("CRS-008")
def test_figures_are_needed_of_the_shown_course_alone(lived: tuple[Config, list[Rows]]) -> None:
    """A patient of years has sixty sessions, each with tens of thousands of readings."""
    later = [
        renumbered(one, course=2, infusion=number - 3) if number > 3 else one
        for number, one in enumerate(lived[1])
    ]
    places = places_of(facts for facts, _, _ in later)
    assert {number: [one.session for one in found] for number, found in places.items()} == {
        1: [0, 1, 2, 3],
        2: [4, 5],
    }
    whole = course(lived, rows=later)
    config, _ = lived
    preset = preset_of(config)
    known = [
        Known(facts, figures(facts, rows, steps, preset), review(facts, rows, steps).alarms)
        if place > 3
        else Known(facts)
        for place, (facts, rows, steps) in enumerate(later)
    ]
    effects = {one.name: one.grades for one in config.care.events if one.side_effect}
    asked = {"infusions": 6, "side_effects": effects, "now_us": NOON_US}
    assert course_of(PATIENT_REF, known, **asked) == whole  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not worked out"):
        course_of(PATIENT_REF, known, number=1, **asked)  # type: ignore[arg-type]


def renumbered(rows: Rows, **numbers: int) -> Rows:
    facts = [
        replace(fact, data={**fact.data, **numbers}) if fact.kind == "seated" else fact
        for fact in rows[0]
    ]
    return facts, rows[1], rows[2]


@pytest.mark.requirement("CRS-005")
def test_small_multiples_have_the_same_axes_begin_at_the_infusion_and_lose_no_peak(
    lived: tuple[Config, list[Rows]],
) -> None:
    seen = [review(*rows) for rows in lived[1]]
    shared: dict[str, Any] = axes([multiple_of(one) for one in seen])
    for one, (facts, rows, _) in zip(seen, lived[1], strict=True):
        drawn: dict[str, Any] = multiple_of(one).lines()
        start_us = phase_us(facts, "INFUSION")
        spo2 = [value for span in drawn["spo2"] for _, low, high in span for value in (low, high)]
        told = [value for _, value in believed(rows, VitalSign.SPO2)]
        assert (min(spo2), max(spo2)) == (min(told), max(told))
        assert shared["spo2"][0] <= min(spo2)
        pressures = [
            (round((at_us - start_us) / MINUTE_US, 2), value)
            for at_us, value in believed(rows, VitalSign.NIBP_SYSTOLIC)
        ]
        assert [(minute, systolic) for minute, systolic, _ in drawn["bp"]] == pressures
        assert shared["bp"][0] <= min(value for _, value in pressures)
        assert shared["bp"][1] >= max(value for _, value in pressures)
        assert drawn["end"] == pytest.approx(40.0, abs=0.1)
        assert shared["x"][0] <= pressures[0][0]
        assert shared["x"][1] >= pressures[-1][0]


@pytest.mark.requirement("CRS-005")
def test_a_line_is_broken_where_nothing_was_measured(lived: tuple[Config, list[Rows]]) -> None:
    facts, rows, steps = lived[1][0]
    start_us = phase_us(facts, "INFUSION")
    gap = range(start_us + 10 * MINUTE_US, start_us + 15 * MINUTE_US)
    seen = review(facts, [one for one in rows if one.sampled_at_us not in gap], steps)
    drawn: dict[str, Any] = multiple_of(seen).lines()
    before, after = drawn["spo2"]
    assert before[-1][0] <= 10.0
    assert after[0][0] >= 14.5


@pytest.mark.requirement("CRS-006")
def test_a_course_that_was_lived_through_is_judged_again_the_same(
    lived: tuple[Config, list[Rows]],
) -> None:
    path = lived[0].record.path
    for facts, _, steps in lived[1]:
        found = run_virtual(rejudged(path, facts[0].session or ""))
        assert found.lines() == [f"{len(steps)} transitions, identical"]
