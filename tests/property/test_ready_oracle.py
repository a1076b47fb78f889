"""When a patient would have been ready, against asking the leave gate about every second."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from monitor.care.readiness import OpenAlarm, readiness
from monitor.care.ready import OPEN_STATES, ready_us
from monitor.care.session import session_of
from monitor.clinic import Phase, Session
from monitor.conditions import Preset, Priority
from monitor.history import Data, FactRow, ReadingRow, TransitionRow
from monitor.vitals import Validity, VitalSign
from tests.judged import DIA, HR, PR, SPO2, SYS, preset
from tests.stored import NOON_US, reading, transition

ENDED_S = 600
LASTS_S = 260


CALM = (128.0, 130.0, 126.0, 129.0, 121.0, 133.0, 127.0, 124.0, 131.0, 119.0, 136.0)


def short() -> Preset:
    """The clinic's gate with every span cut down, so that an hour takes minutes."""
    known = preset()
    terms = replace(known.readiness, recovery_s=60, cuff_span_s=40, spo2_s=50)
    entries = replace(known.entries, device_s=20)
    interval_s = {**known.nibp_interval_s, Phase.RECOVERY: 60.0}
    based = replace(known.baseline, continuous_s=45)
    return replace(
        known, readiness=terms, entries=entries, nibp_interval_s=interval_s, baseline=based
    )


RULES = short()


def us(second: float) -> int:
    return NOON_US + round(second * 1e6)


def fact(second: float, kind: str, **data: str | float | bool) -> FactRow:
    told: Data = data
    return FactRow(
        at_us=us(second),
        ordinal=round(second * 10),
        session="s-1",
        chair="1",
        kind=kind,
        actor="rk",
        data=told,
    )


BEGUN = [
    fact(0, "seated", patient_ref="A", planned_minutes=40),
    fact(1, "phase", phase="BASELINE"),
    fact(2, "phase", phase="INFUSION"),
    fact(2, "baseline", NIBP_SYS=125, NIBP_DIA=80, HR=72, SpO2=97),
    fact(ENDED_S, "phase", phase="RECOVERY"),
]
SAID: dict[str, tuple[str | float, str | float]] = {
    "oxygen": ("air", "oxygen"),
    "MOAA/S": (5.0, 4.0),
    "PADSS": (9.0, 8.0),
    "IV line": ("out", "in"),
    "sitter": ("present", "away"),
    "advice": ("given", "not given"),
}


@st.composite
def entries(draw: st.DrawFn) -> list[FactRow]:
    """Everything that must be said is said once, and now and then taken back."""
    facts = []
    for item, (good, bad) in SAID.items():
        facts.append(fact(ENDED_S + draw(st.integers(1, 40)), "observed", item=item, value=good))
        if draw(st.integers(0, 19)) == 0:
            second = ENDED_S + draw(st.integers(1, LASTS_S))
            facts.append(fact(second, "observed", item=item, value=bad))
            facts.append(fact(second + draw(st.integers(1, 30)), "observed", item=item, value=good))
    if draw(st.integers(0, 5)) == 0:
        second = ENDED_S + draw(st.integers(0, LASTS_S))
        facts.append(fact(second, "baseline", NIBP_SYS=110, NIBP_DIA=70, HR=130, SpO2=97))
    return facts


@st.composite
def stream(draw: st.DrawFn, vital: VitalSign, calm: float, bad: float) -> list[ReadingRow]:
    """A value a second, with holes, bad stretches, doubtful and late samples."""
    odd: dict[int, str] = {}
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
        start, long = draw(st.integers(ENDED_S - 60, ENDED_S + LASTS_S)), draw(st.integers(1, 35))
        kind = draw(st.sampled_from(("gone", "bad", "doubtful", "late")))
        odd |= dict.fromkeys(range(start, start + long), kind)
    offset = draw(st.sampled_from((0.0, 0.0, 0.4)))
    rows = []
    for second in range(ENDED_S - 60, ENDED_S + LASTS_S):
        kind = odd.get(second, "")
        if kind == "gone":
            continue
        one = reading(second + offset, bad if kind == "bad" else calm, vital=vital)
        if kind == "doubtful":
            one = replace(one, validity=Validity.QUESTIONABLE)
        rows.append(replace(one, late=kind == "late"))
    return rows


@st.composite
def cuffs(draw: st.DrawFn) -> list[ReadingRow]:
    rows: list[ReadingRow] = []
    second = ENDED_S + draw(st.integers(0, 30))
    while second < ENDED_S + LASTS_S:
        systolic = draw(st.sampled_from((*CALM, 165.0)))
        rows += [reading(second, systolic, vital=SYS), reading(second, 82.0, vital=DIA)]
        second += draw(st.integers(15, 90))
    return rows


@st.composite
def alarms(draw: st.DrawFn) -> list[TransitionRow]:
    steps = []
    for number in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
        second = ENDED_S + draw(st.integers(0, LASTS_S))
        priority = draw(st.sampled_from(("HIGH", "LOW")))
        name = f"s-1/X/{number}"
        steps.append(transition(second, "ACTIVE_UNACK", 0, alarm=name, priority=priority))
        if draw(st.booleans()):
            ended = second + draw(st.integers(1, 60))
            steps.append(transition(ended, "RESOLVED", 1, alarm=name, priority=priority))
    return steps


def oracle(
    left: Session, facts: list[FactRow], rows: list[ReadingRow], steps: list[TransitionRow]
) -> int | None:
    """The gate is asked about every second since the end, from all that was known by then."""
    assert left.closed_us is not None
    assert left.infusion_ended_us is not None
    asked = [*range(left.infusion_ended_us, left.closed_us, 1_000_000), left.closed_us]
    since_us: int | None = None
    for at_us in asked:
        known = session_of([one for one in facts if one.at_us <= at_us])
        assert known is not None
        newest = {step.alarm: step for step in steps if step.at_us <= at_us}
        open_now = [
            OpenAlarm(step.message, Priority[step.priority], step.onset_us)
            for step in newest.values()
            if step.to_state in OPEN_STATES
        ]
        seen = [row for row in rows if row.sampled_at_us <= at_us and not row.late]
        holds = readiness(known, seen, open_now, at_us, RULES).ready
        since_us = (at_us if since_us is None else since_us) if holds else None
    return since_us


@pytest.mark.requirement("LVE-001")
@settings(max_examples=60, deadline=None)
@given(
    said=entries(),
    pressures=cuffs(),
    saturation=stream(SPO2, 97.0, 90.0),
    rates=st.one_of(
        stream(HR, 72.0, 130.0),
        stream(PR, 72.0, 130.0),
        st.tuples(stream(HR, 72.0, 130.0), stream(PR, 74.0, 130.0)).map(
            lambda two: [*two[0], *two[1]]
        ),
    ),
    steps=alarms(),
    leaves=st.one_of(st.floats(100.0, LASTS_S + 10.0), st.integers(100, LASTS_S).map(float)),
)
def test_the_time_of_readiness_is_the_slow_oracle_s(
    said: list[FactRow],
    pressures: list[ReadingRow],
    saturation: list[ReadingRow],
    rates: list[ReadingRow],
    steps: list[TransitionRow],
    leaves: float,
) -> None:
    left_us = us(ENDED_S + leaves)
    facts = sorted([*BEGUN, *said], key=lambda one: one.at_us)
    facts = [one for one in facts if one.at_us <= left_us]
    facts.append(fact(ENDED_S + leaves, "phase", phase="CLOSED"))
    left = session_of(facts)
    assert left is not None
    rows = sorted([*pressures, *saturation, *rates], key=lambda row: row.sampled_at_us)
    steps.sort(key=lambda step: step.at_us)
    found = ready_us(left, facts, rows, steps, RULES)
    event("never" if found is None else f"ready {(left_us - found) // 60_000_000} min before")
    assert found == oracle(left, facts, rows, steps)
