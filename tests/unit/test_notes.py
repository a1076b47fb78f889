"""Events and values by hand: both times, manual marks, corrections that hide nothing."""

from __future__ import annotations

import pytest

from monitor.care.notes import CHARTED, EVENT, charted_of, events_of, noted_of
from monitor.history import CORRECTED, HAPPENED, name_of
from monitor.vitals import VitalSign
from tests.charted import SECOND_US, Told


@pytest.mark.requirement("TRT-005")
def test_an_event_is_manual_only_when_it_was_entered_more_than_a_minute_late() -> None:
    told = Told()
    told.fact(100, EVENT, {"event": "nausea", "grade": "mild", "text": "after movement"})
    told.fact(200, EVENT, {"event": "oxygen", "grade": "2 l/min"}, happened_s=140)
    told.fact(300, EVENT, {"event": "headache"}, happened_s=239)
    seen = events_of(told.facts)
    assert [(one.event, one.grade, one.manual) for one in seen] == [
        ("nausea", "mild", False),
        ("oxygen", "2 l/min", False),
        ("headache", "", True),
    ]
    assert (seen[2].at_us, seen[2].entered_us) == (239 * SECOND_US, 300 * SECOND_US)
    assert (seen[0].text, seen[0].actor) == ("after movement", "rk")


@pytest.mark.requirement("TRT-005")
def test_an_event_whose_time_was_corrected_stands_there_and_keeps_when_it_was_entered() -> None:
    told = Told()
    told.fact(100, EVENT, {"event": "nausea"})
    vomiting = told.fact(200, EVENT, {"event": "vomiting"})
    told.correct(210, vomiting, 50)
    first, second = events_of(told.facts)
    assert (first.event, first.at_us, first.entered_us) == (
        "vomiting",
        50 * SECOND_US,
        200 * SECOND_US,
    )
    assert first.manual
    assert second.event == "nausea"


@pytest.mark.requirement("TRT-005")
def test_values_by_hand_are_always_manual() -> None:
    told = Told()
    pair = {"NIBP_SYS": 128, "NIBP_DIA": 82.0, "SpO2": None}
    told.fact(500, CHARTED, {**pair, "source": "paper"}, happened_s=120)
    (seen,) = charted_of(told.facts)
    assert seen.manual
    assert seen.values == {VitalSign.NIBP_SYSTOLIC: 128.0, VitalSign.NIBP_DIASTOLIC: 82.0}
    assert (seen.source, seen.at_us, seen.entered_us) == (
        "paper",
        120 * SECOND_US,
        500 * SECOND_US,
    )


@pytest.mark.requirement("TRT-005")
def test_a_withdrawn_entry_is_listed_with_who_withdrew_it_and_why() -> None:
    told = Told()
    nausea = told.fact(100, EVENT, {"event": "nausea"})
    told.correct(110, nausea, 90)
    told.correct(120, nausea, None)
    assert events_of(told.facts) == ()
    (_, entry) = noted_of(told.facts)
    assert (entry.withdrawn, entry.at_us) == (True, 90 * SECOND_US)
    assert [one.withdrawn for one in entry.corrections] == [False, True]
    assert entry.corrections[0].instead == {HAPPENED: 90 * SECOND_US}
    assert {(one.reason, one.actor) for one in entry.corrections} == {("slip", "rk")}


@pytest.mark.requirement("TRT-005")
def test_a_grade_given_later_stands_in_the_event_and_the_first_word_is_kept() -> None:
    told = Told()
    nausea = told.fact(100, EVENT, {"event": "nausea", "grade": "mild"})
    data = {"of": name_of(nausea), "grade": "severe", "reason": "grade"}
    told.fact(105, CORRECTED, data)
    told.correct(110, nausea, 95)
    (event,) = events_of(told.facts)
    assert (event.grade, event.at_us) == ("severe", 95 * SECOND_US)
    (_, entry) = noted_of(told.facts)
    assert (entry.data["grade"], entry.fact.data["grade"]) == ("severe", "mild")
