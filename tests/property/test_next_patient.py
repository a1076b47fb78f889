"""Random days of eight chairs: nothing of one patient crosses to the next on the same chair.

Every patient has a heart rate of their own, so that whoever a number comes from can be
told by the number. Monitors go on sending after their patient has left, hand out what
they had buffered, and brokers what they had retained; the service is killed in between.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from monitor.alerts import Reason
from monitor.care.attribution import readings_of
from monitor.clinic import Phase
from monitor.commands import (
    ChangeLimits,
    CloseAnyway,
    Commands,
    PauseAudio,
    SeatPatient,
    SetBaseline,
    SuspendRule,
    TurnOver,
)
from monitor.conditions import Kind
from monitor.errors import CommandRefused
from monitor.history import TransitionRow
from monitor.vitals import VitalSign
from tests.examples import examples
from tests.stepped import ACTOR, CLINICIAN, Stepped, stepped

CHAIRS = 8
PLACES = [str(number) for number in range(1, CHAIRS + 1)]
CONTROL = str(CHAIRS + 1)
"""A chair whose patient only sits there: what is in force for them is as the preset has it."""
FIRST_RATE = 60
"""Heart rate of the first patient of the day; the next has one more, all of them calm."""
HEART, SPO2 = VitalSign.HEART_RATE, VitalSign.SPO2
NEXT = {
    Phase.PREPARE: Phase.BASELINE,
    Phase.BASELINE: Phase.INFUSION,
    Phase.INFUSION: Phase.RECOVERY,
}


class Step(NamedTuple):
    """Something that happens at a chair: what, for how long or how often, and how."""

    chair: str
    what: str
    times: int
    bad: bool


@dataclass
class Visit:
    """A patient at a chair as the test knows it, whatever the service says."""

    session: str
    rate: int
    opened_us: int
    closed_us: int | None = None


@dataclass
class Day:
    """What truly happened so far: who sat where, and who is wired to which monitor."""

    visits: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    wired: dict[str, int] = field(default_factory=dict)
    patients: int = 0
    now_s: float = 0.0

    def here(self, chair: str) -> Visit | None:
        """Who sits there."""
        visits = self.visits[chair]
        return visits[-1] if visits and visits[-1].closed_us is None else None


WHILE_SEATED = ("frames", "frames", "late", "retained", "pause", "limit", "baseline", "suspend")
AFTERWARDS = ("frames", "late", "retained", "wait", "restart")
OFTEN = st.integers(1, 14)


@st.composite
def visits(draw: st.DrawFn) -> list[Step]:
    """One patient from seat to door, and what the monitor does before the next one comes."""
    chair = draw(st.sampled_from(PLACES))

    def step(what: str) -> Step:
        return Step(chair, what, draw(OFTEN), draw(st.booleans()))

    steps = [step("seat"), step("frames")]
    for _ in range(draw(st.integers(0, 3))):
        steps += [step("on"), *(step(one) for one in _some(draw, WHILE_SEATED))]
    steps.append(step(draw(st.sampled_from(("close", "close", "stay on")))))
    return steps + [step(one) for one in _some(draw, AFTERWARDS)]


def _some(draw: st.DrawFn, words: tuple[str, ...]) -> list[str]:
    return draw(st.lists(st.sampled_from(words), max_size=3))


@st.composite
def days(draw: st.DrawFn) -> list[Step]:
    """Many visits at eight chairs, in whatever order their steps come."""
    left = [visit for visit in draw(st.lists(visits(), min_size=6, max_size=18)) if visit]
    steps = []
    while left:
        # Of the visits at one chair the first is over before the next begins.
        first = {visit[0].chair: visit for visit in reversed(left)}
        steps.append(draw(st.sampled_from(list(first.values()))).pop(0))
        left = [visit for visit in left if visit]
    return steps


@pytest.mark.requirement("LVE-018")
@settings(
    max_examples=examples(16),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(days())
def test_nothing_of_a_patient_crosses_to_the_next(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        day = asyncio.run(lived(Path(folder), steps))
    followed = sum(max(0, len(visits) - 1) for visits in day.visits.values())
    event(f"{followed} patients followed another")


async def lived(folder: Path, steps: list[Step]) -> Day:
    """The whole day, with as many lives of the service as it was killed."""
    day, left = Day(), list(steps)
    while left:
        async with stepped(folder, chairs=CHAIRS + 1, at_s=day.now_s) as house:
            began_s = house.time[0]
            if house.ward.seating.at(CONTROL) is None:
                control = SeatPatient(
                    chair=CONTROL, patient_ref="C", planned_minutes=40, actor=ACTOR
                )
                await house.commands.execute(control)
            for chair, visits in day.visits.items():
                check_now(house, day, chair, visits)
            while left:
                step = left.pop(0)
                if step.what == "restart":
                    break
                await act(house, day, step)
                check_now(house, day, step.chair, day.visits[step.chair])
            await check_record(house, day)
            day.now_s += house.time[0] - began_s
            # A killed service needs a moment to be there again.
            day.now_s += 2.0
    return day


async def act(house: Stepped, day: Day, step: Step) -> None:
    chair, here = step.chair, day.here(step.chair)
    if step.what in ("frames", "late", "retained"):
        say(house, day, step)
    elif step.what == "wait":
        house.wait(float(step.times * 20))
    elif here is None:
        if step.what == "seat":
            await seat(house, day, chair)
    elif step.what == "on":
        known = house.ward.seating.at(chair)
        if known is not None and known.phase in NEXT:
            await house.enter(here.session, NEXT[known.phase])
    elif step.what in ("close", "stay on"):
        seated = house.ward.seating.at(chair)
        if seated is not None and seated.phase is Phase.INFUSION:
            await house.enter(here.session, Phase.RECOVERY)
        kept = "kept" if step.what == "stay on" else "off"
        await house.commands.execute(
            CloseAnyway(
                session=here.session,
                cuff="off",
                probe=kept,
                reason="a test",
                override="a test",
                actor=CLINICIAN,
            )
        )
        here.closed_us = house.clock.utc_us()
    else:
        await care(house.commands, chair, here, step.what)


async def seat(house: Stepped, day: Day, chair: str) -> None:
    """The next patient of the day, and only they are wired to the chair's monitor."""
    rate = FIRST_RATE + day.patients
    taken = SeatPatient(chair=chair, patient_ref=f"P{rate}", planned_minutes=40, actor=ACTOR)
    try:
        session = await house.commands.execute(taken)
    except CommandRefused:
        await house.commands.execute(TurnOver(chair=chair, cuff="off", probe="off", actor=ACTOR))
        session = await house.commands.execute(taken)
    day.patients = (day.patients + 1) % 40
    day.wired[chair] = rate
    day.visits[chair].append(Visit(session, rate, house.clock.utc_us()))
    engine, seated = house.ward.engine, house.ward.seating.at(chair)
    assert seated is not None
    assert (seated.edits, seated.baseline, seated.observed) == ({}, {}, {})
    assert engine.limits(chair) == engine.limits(CONTROL)
    assert engine.audio_paused_until(chair) is None
    assert not engine.silences(chair).suspended


async def care(commands: Commands, chair: str, here: Visit, what: str) -> None:
    try:
        if what == "pause":
            await commands.execute(PauseAudio(chair=chair, actor=ACTOR))
        elif what == "limit":
            changes = {"HR-H1 HR": 140.0}
            await commands.execute(
                ChangeLimits(chair=chair, session=here.session, changes=changes, actor=ACTOR)
            )
        elif what == "suspend":
            await commands.execute(
                SuspendRule(chair=chair, rule="HR-H1", seconds=600.0, reason="a test", actor=ACTOR)
            )
        elif what == "baseline":
            await commands.execute(
                SetBaseline(
                    session=here.session, values={HEART: here.rate}, reason="known", actor=ACTOR
                )
            )
    except CommandRefused:
        return


def say(house: Stepped, day: Day, step: Step) -> None:
    """The monitor of a chair sends: live, buffered, or held by the broker."""
    chair = step.chair
    rate = day.wired.get(chair)
    if rate is None:
        return
    values = {HEART: float(rate), SPO2: 82.0 if step.bad else 97.0}
    if step.what == "frames":
        for _ in range(step.times):
            house.frame(chair, values)
            house.wait(1.0)
        return
    # What was buffered is of whoever was wired then.
    age_s = float(step.times * 15)
    then_us = house.clock.utc_us() - round(age_s * 1e6)
    old = [one.rate for one in day.visits[chair] if one.opened_us <= then_us]
    if old:
        values = values | {HEART: float(old[-1])}
        house.frame(chair, values, age_s, retained=step.what == "retained")


def check_now(house: Stepped, day: Day, chair: str, visits: list[Visit]) -> None:
    """What is shown and in force at the chair is of nobody who left it."""
    here, engine = day.here(chair), house.ward.engine
    gone = {one.session for one in visits if one is not here}
    alarms = [one for one in engine.alarms(chair) if one.kind is Kind.PHYSIOLOGICAL]
    left_us = max((one.closed_us or 0 for one in visits if one is not here), default=0)
    for alarm in alarms:
        assert alarm.session not in gone, alarm
        assert house.clock.to_utc_us(alarm.onset_s) >= left_us - 1_000, alarm
    tile = house.ward.board.tile(chair, house.clock.monotonic(), house.clock.utc_us())
    if here is None:
        return
    shown = {slot.text for slot in tile.slots if slot.vital in ("HR", "PR")}
    others = {str(one.rate) for one in visits if one is not here}
    assert not shown & others, (shown, others)
    seated = house.ward.seating.at(chair)
    assert seated is not None
    assert seated.id == here.session
    assert seated.baseline.get(HEART, here.rate) == here.rate
    assert {row.value for row in house.ward.lately(seated) if row.vital is HEART} <= {here.rate}


async def check_record(house: Stepped, day: Day) -> None:
    """What is stored for a session is of its patient and of its time, and so are its alarms."""
    await house.record.commit()
    for chair, visits in day.visits.items():
        before_us = 0
        for visit in visits:
            facts = await house.record.facts(visit.session)
            rows = await readings_of(house.record, visit.session, facts)
            ended_us = visit.closed_us or house.clock.utc_us()
            for row in rows:
                assert row.chair == chair
                assert visit.opened_us <= row.sampled_at_us <= ended_us, row
                assert row.vital is not HEART or row.value == visit.rate, row
            for step in await house.record.transitions(visit.session):
                _check_step(step, before_us)
            before_us = ended_us


def _check_step(step: TransitionRow, before_us: int) -> None:
    """No alarm of a session rests on what was measured while somebody else sat there."""
    if step.kind != Kind.PHYSIOLOGICAL.value or step.reason == Reason.CLOSED.value:
        return
    assert step.onset_us >= before_us, step
    assert all(sample.sampled_at_us >= before_us for sample in step.fired_by), step
