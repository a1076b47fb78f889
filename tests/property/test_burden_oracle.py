"""The burden against an oracle that walks every second of every alarm."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import Reason
from monitor.burden import burden
from monitor.clinic import AckReason
from monitor.conditions import Priority
from monitor.history import Told, TransitionRow
from tests.stored import NOON_US, fact, transition

RULES = ("SPO2-1", "HR-H1")
END_S = 400
ASSIGNED = ("ACTIVE_UNACK", "ACTIVE_ACK", "LATCHED_UNACK")
"""As what an alarm of the empty chair may begin in a session."""
BEGINS = [one.value for one in (Reason.CONDITION_PRESENT, Reason.CONDITION_AGAIN, Reason.ASSIGNED)]
ACTS = st.sampled_from(["raise", "seen", "artefact", "again", "latch", "end", "louder"])


def steps_of(alarm: str, rule: str, acts: list[tuple[int, str]]) -> list[TransitionRow]:
    """A life of one alarm: what does not fit its state is left out."""
    rows: list[TransitionRow] = []
    state, priority = "IDLE", "LOW"
    for second, act in sorted(acts):
        to, reason, note = "", "", ""
        if state == "IDLE" and act == "raise":
            to, reason = "ACTIVE_UNACK", Reason.CONDITION_PRESENT.value
        elif state == "IDLE" and act in ASSIGNED:
            to, reason = act, Reason.ASSIGNED.value
        elif state == "ACTIVE_UNACK" and act in ("seen", "artefact"):
            to, reason = "ACTIVE_ACK", Reason.ACKNOWLEDGED.value
            note = AckReason(act).value
        elif state.startswith("ACTIVE") and act == "louder" and priority != "HIGH":
            priority = "HIGH"
            to, reason = "ACTIVE_UNACK", Reason.PRIORITY_RISES.value
        elif state == "ACTIVE_UNACK" and act == "latch":
            to, reason = "LATCHED_UNACK", Reason.CONDITION_ENDED.value
        elif state == "LATCHED_UNACK" and act == "again":
            to, reason = "ACTIVE_UNACK", Reason.CONDITION_AGAIN.value
        elif state == "ACTIVE_ACK" and act == "end":
            to, reason = "RESOLVED", Reason.CONDITION_ENDED.value
        if to:
            row = transition(second, to, len(rows), alarm=alarm, condition=rule, reason=reason)
            rows.append(replace(row, from_state=state, priority=priority, note=note))
            state = to
    return rows


lives = st.lists(
    st.tuples(
        st.sampled_from(RULES),
        st.sampled_from(["raise", *ASSIGNED]),
        st.lists(st.tuples(st.integers(0, END_S - 1), ACTS), max_size=12, unique_by=lambda a: a[0]),
    ),
    max_size=5,
)


@pytest.mark.requirement("ALM-122")
@given(lives)
def test_the_figures_of_each_rule_are_the_oracles(
    drawn: list[tuple[str, str, list[tuple[int, str]]]],
) -> None:
    rows = [
        row
        for number, (rule, first, acts) in enumerate(drawn)
        for row in steps_of(f"a{number}", rule, [(0, first), *((s + 1, a) for s, a in acts)])
    ]
    facts = [fact(0, "seated", patient_ref="A", planned_minutes=40)]
    now_us = NOON_US + (END_S + 1) * 1_000_000
    found = burden([Told(session="s-1", facts=facts, transitions=rows)], now_us)
    assert found.chair_hours == (END_S + 1) / 3600.0
    for rule in RULES:
        mine = [row for row in rows if row.condition == rule]
        expected = oracle(mine)
        got = found.of(rule)
        assert (got.count, got.alarm_s, got.acknowledge_s, got.artefact_share) == expected
        assert got.alarms.get(Priority.HIGH, 0) == highs(mine)


def oracle(rows: list[TransitionRow]) -> tuple[int, float, float | None, float | None]:
    seconds, raised, delays, artefacts = 0.0, 0, list[float](), 0
    for alarm in {row.alarm for row in rows}:
        mine = {round((row.at_us - NOON_US) / 1e6): row for row in rows if row.alarm == alarm}
        state, begun, seen = "IDLE", 0, True
        for second in range(END_S + 1):
            row = mine.get(second)
            if row is not None:
                state = row.to_state
                if row.reason in BEGINS:
                    raised, begun, seen = raised + 1, second, False
                if row.reason == Reason.ACKNOWLEDGED.value and not seen:
                    delays.append(float(second - begun))
                    seen, artefacts = True, artefacts + artefact_within(mine, begun, second)
            seconds += state.startswith("ACTIVE")
    share = artefacts / len(delays) if delays else None
    return raised, seconds, median(delays) if delays else None, share


def artefact_within(mine: dict[int, TransitionRow], begun: int, _: int) -> int:
    """Was any acknowledge of the episode that began then called artefact?"""
    for second in range(begun, END_S + 1):
        row = mine.get(second)
        if row is None:
            continue
        if second > begun and row.reason == Reason.CONDITION_AGAIN.value:
            return 0
        if row.note == AckReason.ARTEFACT.value:
            return 1
    return 0


def highs(rows: list[TransitionRow]) -> int:
    count = 0
    for alarm in {row.alarm for row in rows}:
        episode: list[TransitionRow] = []
        for row in [*(one for one in rows if one.alarm == alarm), None]:
            fresh = row is None or row.reason in BEGINS
            if fresh and episode:
                count += any(one.priority == "HIGH" for one in episode)
                episode = []
            if row is not None:
                episode.append(row)
    return count
