"""Arrival, watchers, infusions and holds, whatever staff enter in whatever order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.care.arrival import Arrival, Override, arrival_of
from monitor.care.arrival_terms import HoldTerms
from monitor.care.bookings import Booking, Bookings
from monitor.care.holding import holds_of, uncovered
from monitor.care.numbering import next_infusion
from monitor.care.watching import HOUR_US, watchers_of
from monitor.history import Data, FactRow, name_of
from monitor.vitals import VitalSign
from tests.unit.test_arrival import booked, fact, seated, session

CHAIRS = ("1", "2", "3", "4")
CLAIMS = st.lists(
    st.tuples(st.sampled_from(["rk", "mo", "dl"]), st.sets(st.sampled_from(CHAIRS))), max_size=12
)


@pytest.mark.requirement("ARR-030")
@given(CLAIMS)
def test_a_chair_is_watched_by_who_named_it_last_and_still_holds_to_it(
    claims: Sequence[tuple[str, set[str]]],
) -> None:
    facts = [
        fact(n, "watching", {"chairs": ",".join(sorted(chairs))}, actor=actor, session=None)
        for n, (actor, chairs) in enumerate(claims, start=1)
    ]
    expected: dict[str, str] = {}
    for chair in CHAIRS:
        for actor, chairs in claims:
            if chair in chairs:
                expected[chair] = actor
            elif expected.get(chair) == actor:
                del expected[chair]
    found = watchers_of(facts, HOUR_US, 12.0)
    assert {chair: one.person for chair, one in found.items()} == expected


WORDS = st.sampled_from(["yes", "no"])
ENTRIES = st.lists(
    st.tuples(st.sampled_from(["fasted", "driving"]), WORDS, st.booleans()), max_size=10
)


@pytest.mark.requirement("ARR-001")
@given(ENTRIES)
def test_an_answer_is_the_last_that_was_not_withdrawn(
    entries: Sequence[tuple[str, str, bool]],
) -> None:
    facts: list[FactRow] = [seated()]
    expected: dict[str, str] = {}
    for n, (key, said, withdrawn) in enumerate(entries, start=2):
        told = fact(10 * n, "answers", {key: said})
        facts.append(told)
        if withdrawn:
            undo: Data = {"of": name_of(told), "withdrawn": True, "reason": "slip"}
            facts.append(fact(10 * n + 1, "corrected", undo))
        else:
            expected[key] = said
    assert arrival_of(facts).answers == expected


@pytest.mark.requirement("ARR-022")
@given(st.lists(st.booleans(), max_size=20), st.integers(1, 8))
def test_numbers_go_up_by_one_and_never_beyond_the_course(
    infused: Sequence[bool], length: int
) -> None:
    earlier = [session(infused=one) for one in infused]
    infusion, course = next_infusion(earlier, length)
    assert 1 <= infusion <= length
    assert (course - 1) * length + infusion == sum(infused) + 1


PRESSURES = st.integers(60, 250)


@pytest.mark.requirement("ARR-012")
@given(PRESSURES, PRESSURES, PRESSURES)
def test_an_override_covers_what_is_no_worse_and_nothing_else(
    limit: int, overridden: int, now: int
) -> None:
    over = Override(
        held={"systolic_max": overridden, "heart_min": overridden},
        words="",
        reason="usual",
        at_us=1,
        actor="dl",
    )
    arrival = Arrival(overrides=(over,))
    terms = HoldTerms(systolic_max=limit, heart_min=limit)
    readings = {
        VitalSign.NIBP_SYSTOLIC: (float(now),),
        VitalSign.HEART_RATE: (float(now),),
    }
    open_keys = {one.key for one in uncovered(holds_of(arrival, readings, terms, ()), arrival)}
    assert ("systolic_max" in open_keys) is (now > limit and now > overridden)
    assert ("heart_min" in open_keys) is (now < limit and now < overridden)


@pytest.mark.requirement("ARR-020")
@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from(CHAIRS)), max_size=8))
def test_overlapping_is_the_same_both_ways_and_touching_is_not(
    slots: Sequence[tuple[int, str]],
) -> None:
    facts = [
        booked(n, f"b{n}", chair, when_us=minute * 60_000_000)
        for n, (minute, chair) in enumerate(slots)
    ]
    found = Bookings(facts).between(0, 100 * 60_000_000)
    for one in found:
        for other in found:
            assert one.overlaps(other) is other.overlaps(one)
            assert one.overlaps(other) is _share_a_minute(one, other)


def _share_a_minute(one: Booking, other: Booking) -> bool:
    def minutes(booking: Booking) -> set[int]:
        start = booking.at_us // 60_000_000
        return set(range(start, start + booking.planned_minutes))

    return one.chair == other.chair and bool(minutes(one) & minutes(other))
