"""The arrival, who holds what back, bookings, numbers of infusions and who watches: from facts."""

from __future__ import annotations

import pytest

from monitor.care.arrival import Arrival, Override, arrival_of
from monitor.care.arrival_terms import HoldTerms, Question
from monitor.care.bookings import Bookings, patients_of
from monitor.care.holding import holds_of, uncovered
from monitor.care.numbering import next_infusion
from monitor.care.watching import offers_of, standing_offer, watchers_of
from monitor.clinic import Arm, Arms
from monitor.history import Data, FactRow, name_of
from monitor.vitals import VitalSign

HOUR_US = 3_600_000_000


def fact(
    at_us: int, kind: str, data: Data | None = None, actor: str = "rk", session: str | None = "s"
) -> FactRow:
    return FactRow(
        at_us=at_us,
        ordinal=at_us,
        session=session,
        chair="1",
        kind=kind,
        actor=actor,
        data=data or {},
    )


def seated(at_us: int = 1, **data: str | int) -> FactRow:
    return fact(at_us, "seated", {"patient_ref": "A.M.", "planned_minutes": 40, **data})


@pytest.mark.requirement("ARR-001")
def test_the_newest_word_of_each_counts_and_corrections_undo_it() -> None:
    ann: Data = {"person": "Ann", "phone": "1", "stays": True, "drives": True, "briefed": True}
    bea: Data = {**ann, "person": "Bea", "phone": "", "stays": False}
    facts = [
        seated(infusion=2, course=1, booking="b7"),
        fact(2, "sitter", ann),
        fact(3, "arms", {"cuff": "left", "probe": "right"}),
        fact(4, "answers", {"fasted": "no", "driving": "no"}),
        fact(5, "answers", {"fasted": "yes"}),
        fact(6, "answered in words", {"question": "drugs", "text": "none today"}),
        fact(7, "baseline confirmed", {"NIBP_SYS": 122, "NIBP_DIA": 78, "missing SpO2": "off"}),
        fact(8, "sitter", bea),
    ]
    seen = arrival_of(facts)
    assert (seen.seated_us, seen.booking, seen.infusion, seen.course) == (1, "b7", 2, 1)
    assert seen.sitter is not None
    assert seen.sitter.person == "Bea"
    assert seen.sitter.lacks == ("a phone number", "staying")
    assert seen.arms is not None
    assert seen.arms == Arms(cuff=Arm.LEFT, probe=Arm.RIGHT)
    assert seen.answers == {"fasted": "yes", "driving": "no", "drugs": "none today"}
    assert seen.confirmed is not None
    assert seen.confirmed.values[VitalSign.NIBP_SYSTOLIC] == 122
    assert seen.confirmed.missing == {"SpO2": "off"}
    undone = fact(9, "corrected", {"of": name_of(facts[-1]), "withdrawn": True, "reason": "wrong"})
    again = arrival_of([*facts, undone])
    assert again.sitter is not None
    assert again.sitter.person == "Ann"
    assert again.sitter.lacks == ()


@pytest.mark.requirement("ARR-001")
def test_before_anybody_entered_anything_nothing_is_known() -> None:
    assert arrival_of([seated()]) == Arrival(seated_us=1)
    renumbered = fact(2, "renumbered", {"infusion": 3, "course": 2, "reason": "seen elsewhere"})
    seen = arrival_of([seated(infusion=1, course=1), renumbered])
    assert (seen.infusion, seen.course) == (3, 2)


LIMITS = HoldTerms(systolic_max=160, diastolic_max=100, heart_min=50, spo2_min=94)
ASKED = (
    Question(id="fasted", text="Nothing to eat for 4 h", must="yes"),
    Question(id="driving", text="Drives today", must="no"),
    Question(id="drugs", text="Drugs today", kind="text"),
)


def arrived(*overrides: Override, **answers: str) -> Arrival:
    return Arrival(answers=answers, overrides=overrides)


@pytest.mark.requirement("ARR-010")
@pytest.mark.parametrize(
    ("vital", "value", "held"),
    [
        (VitalSign.NIBP_SYSTOLIC, 160.0, []),
        (VitalSign.NIBP_SYSTOLIC, 161.0, ["systolic_max"]),
        (VitalSign.HEART_RATE, 50.0, []),
        (VitalSign.HEART_RATE, 49.0, ["heart_min"]),
        (VitalSign.SPO2, 93.0, ["spo2_min"]),
    ],
)
def test_a_value_at_its_hold_limit_passes_and_one_beyond_holds(
    vital: VitalSign, value: float, held: list[str]
) -> None:
    answers = arrived(fasted="yes", driving="no")
    found = holds_of(answers, {vital: (value,)}, LIMITS, ASKED)
    assert [one.key for one in found] == held


@pytest.mark.requirement("ARR-010")
def test_the_worst_value_that_counts_is_judged_and_none_holds_nothing_back() -> None:
    answers = arrived(fasted="yes", driving="no")
    (one,) = holds_of(answers, {VitalSign.NIBP_SYSTOLIC: (150.0, 172.0)}, LIMITS, ASKED)
    assert one.words.endswith("172 > 160")
    assert holds_of(answers, {}, LIMITS, ASKED) == ()
    assert holds_of(answers, {VitalSign.NIBP_SYSTOLIC: (250.0,)}, HoldTerms(), ()) == ()


@pytest.mark.requirement("ARR-011")
def test_a_missing_and_a_wrong_answer_hold_back_and_one_in_words_does_not() -> None:
    found = holds_of(arrived(driving="yes"), {}, LIMITS, ASKED)
    assert [(one.key, one.value) for one in found] == [
        ("answer fasted", ""),
        ("answer driving", "yes"),
    ]
    assert "not answered" in found[0].words


@pytest.mark.requirement("ARR-012")
def test_an_override_stands_for_what_it_was_given_for_and_nothing_worse() -> None:
    over = Override(
        held={"systolic_max": 172.0, "answer fasted": ""},
        words="",
        reason="calm, seen by Dr. S.",
        at_us=5,
        actor="ds",
    )
    for systolic, left in ((171.0, []), (172.0, []), (173.0, ["systolic_max"])):
        seen = arrived(over, driving="no")
        found = holds_of(seen, {VitalSign.NIBP_SYSTOLIC: (systolic,)}, LIMITS, ASKED)
        assert [one.key for one in uncovered(found, seen)] == left
    answered = arrived(over, driving="no", fasted="no")
    found = holds_of(answered, {}, LIMITS, ASKED)
    assert [one.key for one in uncovered(found, answered)] == ["answer fasted"]


def booked(at_us: int, booking: str, chair: str = "1", when_us: int = 100, **more: bool) -> FactRow:
    data: Data = {
        "booking": booking,
        "chair": chair,
        "patient_ref": "A.M.",
        "at_us": when_us,
        "planned_minutes": 40,
        **more,
    }
    return fact(at_us, "booked", data, session=None)


@pytest.mark.requirement("ARR-020")
def test_bookings_of_a_day_stand_by_time_and_chair_as_they_were_said_last() -> None:
    facts = [
        booked(1, "a", when_us=100, sitter=True),
        booked(2, "b", chair="2", when_us=50),
        booked(3, "c", when_us=70),
        booked(4, "b", chair="2", when_us=100),
        fact(5, "booking cancelled", {"booking": "c", "reason": "ill"}, session=None),
        booked(6, "d", when_us=200),
    ]
    day = Bookings(facts).between(60, 200)
    assert [(one.id, one.chair) for one in day] == [("a", "1"), ("b", "2")]
    assert day[0].sitter
    assert not day[1].sitter
    cancelled = Bookings(facts).get("c")
    assert cancelled is not None
    assert cancelled.cancelled == "ill"


@pytest.mark.requirement("ARR-020")
def test_two_infusions_overlap_in_the_same_chair_alone() -> None:
    first, minute_us = 0, 60_000_000
    facts = [
        booked(1, "a", when_us=first),
        booked(2, "b", when_us=39 * minute_us),
        booked(3, "c", when_us=40 * minute_us),
        booked(4, "d", chair="2", when_us=0),
    ]
    found = Bookings(facts).between(0, 60 * minute_us)
    seen = {one.id: one for one in found}
    assert seen["a"].overlaps(seen["b"])
    assert not seen["a"].overlaps(seen["c"])
    assert not seen["a"].overlaps(seen["d"])


@pytest.mark.requirement("ARR-021")
def test_a_patient_is_as_registered_last() -> None:
    first = fact(1, "patient", {"patient_ref": "K-7", "initials": "K.L."}, session=None)
    later = fact(2, "patient", {"patient_ref": "K-7", "initials": "K.M."}, session=None)
    assert patients_of([first, later])["K-7"].initials == "K.M."


def session(*, infused: bool = True, **numbers: int) -> list[FactRow]:
    facts = [seated(**numbers)]
    if infused:
        facts += [fact(2, "phase", {"phase": "BASELINE"}), fact(3, "phase", {"phase": "INFUSION"})]
    return facts


@pytest.mark.requirement("ARR-022")
def test_infusions_are_counted_once_they_began_and_a_course_follows_the_next() -> None:
    assert next_infusion([], 6) == (1, 1)
    assert next_infusion([session()] * 5, 6) == (6, 1)
    assert next_infusion([session()] * 6, 6) == (1, 2)
    assert next_infusion([session(), session(infused=False)], 6) == (2, 1)


@pytest.mark.requirement("ARR-022")
def test_counting_goes_on_from_what_a_person_said() -> None:
    assert next_infusion([session(infusion=4, course=2)], 6) == (5, 2)
    assert next_infusion([session(infusion=8, course=2)], 6) == (1, 3)
    assert next_infusion([session(infusion=2, course=1), session()], 6) == (4, 1)


def watching(at_us: int, actor: str, chairs: str) -> FactRow:
    return fact(at_us, "watching", {"chairs": chairs}, actor=actor, session=None)


def who(facts: list[FactRow], now_us: int = 10) -> dict[str, str]:
    return {chair: one.person for chair, one in watchers_of(facts, now_us, 12.0).items()}


@pytest.mark.requirement("ARR-030")
def test_a_person_watches_the_chairs_of_their_last_word_and_takes_them_from_others() -> None:
    facts = [watching(1, "rk", "1,2,3"), watching(2, "jm", "3,4")]
    assert who(facts) == {"1": "rk", "2": "rk", "3": "jm", "4": "jm"}
    assert who([*facts, watching(3, "rk", "1")]) == {"1": "rk", "3": "jm", "4": "jm"}
    assert who([*facts, watching(3, "jm", "")]) == {"1": "rk", "2": "rk"}


@pytest.mark.requirement("ARR-030")
def test_nobody_watches_for_longer_than_a_shift() -> None:
    facts = [watching(0, "rk", "1")]
    assert who(facts, 12 * HOUR_US - 1) == {"1": "rk"}
    assert who(facts, 12 * HOUR_US) == {}


@pytest.mark.requirement("ARR-031")
def test_a_shift_changes_hands_once_it_is_confirmed_and_both_are_known() -> None:
    offer = fact(
        2,
        "shift offered",
        {"chairs": "1,2", "severity 1": "watcher", "open": "", "limits": "", "due": ""},
        session=None,
    )
    facts = [watching(1, "rk", "1,2,3"), offer]
    assert who(facts)["1"] == "rk"
    waiting = standing_offer(facts, "rk")
    assert waiting is not None
    assert waiting.severities == {"1": "watcher"}
    taken = fact(
        3,
        "shift handed over",
        {"offer": name_of(offer), "from": "rk", "to": "jm", "chairs": "1,2"},
        actor="jm",
        session=None,
    )
    facts.append(taken)
    assert who(facts) == {"1": "jm", "2": "jm", "3": "rk"}
    assert standing_offer(facts, "rk") is None
    (done,) = offers_of(facts)
    assert (done.giver, done.taken_by, done.taken_us) == ("rk", "jm", 3)
