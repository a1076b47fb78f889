"""When phases began, against what the pump's facts say, after any order of corrections."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from monitor.care.session import session_of
from monitor.care.treatment import PUMP, misstep, treatment_of
from monitor.clinic import Phase
from monitor.history import CORRECTED, PHASE, FactRow
from monitor.review import phases
from tests.charted import SECOND_US, Told

END_S = 300
TIMES = st.lists(st.integers(1, END_S), min_size=4, max_size=4, unique=True).map(sorted)
SAID = st.lists(
    st.tuples(
        st.sampled_from(["start", "stop", "pause", "resume", "correct", "correct", "withdraw"]),
        st.integers(0, 7),
        st.integers(1, END_S),
    ),
    max_size=9,
)


@st.composite
def days(draw: st.DrawFn) -> list[FactRow]:
    """A session that went so far; what the pump did was said, corrected and withdrawn in any order.

    What cannot have been is refused as it is at the chair.
    """
    told = Told()
    names = ("BASELINE", "INFUSION", "RECOVERY", "CLOSED")
    for at_s, name in list(zip(draw(TIMES), names, strict=True))[: draw(st.integers(1, 4))]:
        told.phase(at_s, name)
    last_us = told.facts[-1].at_us
    for number, (what, which, second) in enumerate(draw(SAID)):
        known = [one for one in told.facts if one.kind == PUMP]
        at_s = min(second, last_us // SECOND_US) if len(told.facts) > 4 else second
        if what in ("correct", "withdraw") and known:
            of = known[which % len(known)]
            told.correct(END_S + number, of, at_s if what == "correct" else None)
        elif what not in ("correct", "withdraw"):
            told.pump(END_S + number, what, happened_s=at_s)
        if misstep(told.facts):
            told.facts.pop()
    return told.facts


@pytest.mark.requirement("COR-005")
@given(facts=days())
def test_infusion_and_recovery_begin_when_the_pump_was_started_and_stopped(
    facts: list[FactRow],
) -> None:
    session, pump, spans = session_of(facts), treatment_of(facts), phases(facts)
    assert session is not None
    entered = {str(one.data["phase"]): one.at_us for one in facts if one.kind == PHASE}
    if any(one.kind == CORRECTED for one in facts):
        event("corrected")
    begun = {span.phase: span.from_us for span in spans}
    if "INFUSION" in entered:
        assert session.infusion_started_us == begun[Phase.INFUSION] == pump.started_us
        if any(one.kind == PUMP for one in facts):
            event("moved" if pump.started_us != entered["INFUSION"] else "as entered")
    if "RECOVERY" in entered:
        assert session.infusion_ended_us == begun[Phase.RECOVERY] == pump.stopped_us
    # One phase follows the other without a hole, none before the seat or after the end.
    ends = [span.to_us for span in spans[:-1]]
    assert ends == [span.from_us for span in spans[1:]]
    times = [*begun.values(), *([session.closed_us] if session.closed_us else [])]
    assert times == sorted(times)
    assert session.opened_us == times[0]
    if "CLOSED" in entered:
        assert session.closed_us == spans[-1].to_us == entered["CLOSED"]
    else:
        assert session.phase_since_us == spans[-1].from_us


@pytest.mark.requirement("COR-005")
@given(facts=days(), data=st.data())
def test_a_correction_taken_back_leaves_the_phases_as_before(
    facts: list[FactRow], data: st.DataObject
) -> None:
    known = [one for one in facts if one.kind == PUMP]
    if not known:
        return
    of = data.draw(st.sampled_from(known))
    name = f"{of.at_us}-{of.ordinal}"
    if any(one.kind == CORRECTED and one.data["of"] == name for one in facts):
        return
    told = Told()
    told.facts = list(facts)
    told.correct(END_S + 50, of, data.draw(st.integers(1, END_S)))
    told.correct(END_S + 51, of, int(of.data["happened_us"] or 0) // SECOND_US)
    assert phases(told.facts) == phases(facts)
    assert session_of(told.facts) == session_of(facts)
