"""The pump's total against an oracle that asks, for every second, whether the pump ran and how."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.care.notes import noted_of
from monitor.care.session import as_it_was
from monitor.care.treatment import ORDERED, PUMP, treatment_of
from monitor.history import FactRow, happened_us, standing
from tests.charted import SECOND_US, Told

END_S = 300
RATES = (18.0, 36.0, 72.0)
ACT = st.tuples(
    st.integers(1, END_S),
    st.sampled_from(["start", "rate", "pause", "resume", "stop"]),
    st.sampled_from([*RATES, None]),
    st.integers(0, 90),
)
CORRECTIONS = st.lists(
    st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(1, END_S))), max_size=3
)
PHASES = st.lists(st.integers(1, END_S), min_size=2, max_size=2, unique=True).map(sorted)


@st.composite
def sessions(draw: st.DrawFn) -> list[FactRow]:
    """Orders, acts at the pump in any order, late or corrected, with and without phases."""
    told = Told()
    for second in draw(st.lists(st.integers(0, END_S), max_size=2)):
        told.order(second, draw(st.sampled_from([1.0, 2.0, 10.0])))
    if draw(st.booleans()):
        begin, end = draw(PHASES)
        told.phase(begin, "INFUSION")
        if draw(st.booleans()):
            told.phase(end, "RECOVERY")
    begun = [(1, "start", draw(st.sampled_from(RATES)), 0)] if draw(st.booleans()) else []
    for second, action, rate, late in [*begun, *draw(st.lists(ACT, max_size=10))]:
        told.pump(second, action, rate, happened_s=max(0, second - late))
    for number, instead in draw(CORRECTIONS):
        candidates = [one for one in told.facts if one.kind in (PUMP, ORDERED)]
        if candidates:
            told.correct(END_S, candidates[number % len(candidates)], instead)
    return told.facts


COULD = {
    "start": ["before"],
    "rate": ["runs", "paused"],
    "pause": ["runs"],
    "resume": ["paused"],
    "stop": ["runs", "paused"],
    "over": ["before", "runs", "paused"],
}
"""In which states the oracle lets an act count; "over" is a phase that ends the infusion."""


def acts_of(facts: list[FactRow]) -> list[tuple[int, str, float | None]]:
    """What was done at the pump, in seconds; a phase stands for an act that nobody entered."""
    told = standing(facts)
    acts = [
        (happened_us(one) // SECOND_US, str(one.data["action"]), one.data.get("rate_ml_h"))
        for one in told
        if one.kind == PUMP
    ]
    said = {action for _, action, _ in acts}
    for one in told:
        if one.data.get("phase") == "INFUSION" and "start" not in said:
            acts.append((one.at_us // SECOND_US, "start", None))
        if one.data.get("phase") == "RECOVERY" and "stop" not in said:
            acts.append((one.at_us // SECOND_US, "over", None))
    return [
        (second, action, None if rate is None else float(rate))
        for second, action, rate in sorted(acts, key=lambda act: act[0])
    ]


def integrated(facts: list[FactRow], now_s: int) -> tuple[int, float | None, float | None]:
    """Seconds, ml and mg until then, one second after the other."""
    acts, state, rate = acts_of(facts), "before", None
    orders = [one for one in standing(facts) if one.kind == ORDERED]
    elapsed, ml, mg, unknown = 0, 0.0, 0.0, False
    after = {"start": "runs", "pause": "paused", "resume": "runs", "stop": "past", "over": "past"}
    for second in range(now_s):
        for at_s, action, told_rate in acts:
            if at_s == second and state in COULD[action]:
                rate = rate if told_rate is None else told_rate
                state = after.get(action, state)
        if state != "runs":
            continue
        elapsed += 1
        unknown |= rate is None
        ml += (rate or 0.0) / 3_600
        begun = [one for one in orders if happened_us(one) <= second * SECOND_US] or orders[:1]
        if begun:
            mg += (rate or 0.0) / 3_600 * float(begun[-1].data["concentration_mg_ml"] or 0)
    return elapsed, None if unknown else ml, None if unknown or not orders else mg


@pytest.mark.requirement("TRT-004")
@given(facts=sessions(), now_s=st.integers(0, END_S + 50))
def test_clock_volume_and_dose_are_those_of_the_oracle(facts: list[FactRow], now_s: int) -> None:
    seen, now_us = treatment_of(facts), now_s * SECOND_US
    elapsed, ml, mg = integrated(facts, now_s)
    assert seen.elapsed_s(now_us) == elapsed
    assert seen.infused_ml(now_us) == (None if ml is None else pytest.approx(ml))
    assert seen.total_mg(now_us) == (None if mg is None else pytest.approx(mg))


@pytest.mark.requirement("TRT-004")
@given(facts=sessions(), earlier_s=st.integers(0, END_S), later_s=st.integers(0, END_S))
def test_a_total_never_falls(facts: list[FactRow], earlier_s: int, later_s: int) -> None:
    seen = treatment_of(facts)
    first_us, last_us = sorted((earlier_s * SECOND_US, later_s * SECOND_US))
    if seen.infused_ml(last_us) is not None:
        assert (seen.infused_ml(first_us) or 0.0) <= (seen.infused_ml(last_us) or 0.0)
    assert seen.elapsed_s(first_us) <= seen.elapsed_s(last_us)


@pytest.mark.requirement("TRT-005")
@given(facts=sessions())
def test_the_list_of_entries_is_what_stands_and_what_was_withdrawn(facts: list[FactRow]) -> None:
    listed = noted_of(facts)
    kept = [(one.fact.ordinal, one.at_us) for one in listed if not one.withdrawn]
    assert kept == [(one.ordinal, happened_us(one)) for one in as_it_was(facts)]
    assert all(one.corrections for one in listed if one.withdrawn)
