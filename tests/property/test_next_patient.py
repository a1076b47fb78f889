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
from hypothesis import Phase as Stage
from hypothesis import strategies as st

from monitor.care.attribution import readings_of
from monitor.clinic import Phase
from monitor.commands import (
    ChangeLimits,
    CloseAnyway,
    Commands,
    MovePatient,
    PauseAudio,
    SeatPatient,
    SetBaseline,
    SuspendRule,
    TurnOver,
)
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
    """Something that happens to whoever was seated last for that chair: what, how long, how."""

    chair: str
    what: str
    times: int
    bad: bool


@dataclass
class Stay:
    """A patient in a chair, as the test knows it, whatever the service says."""

    session: str
    rate: int
    from_us: int
    to_us: int | None = None

    def holds(self, at_us: int) -> bool:
        """Whether they sat there then."""
        return self.from_us <= at_us <= (self.to_us if self.to_us is not None else at_us)


@dataclass
class Day:
    """What truly happened so far: who sat where, who was wired to which monitor since when."""

    stays: dict[str, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    wired: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    where: dict[str, str] = field(default_factory=dict)
    patients: int = 0
    moves: int = 0
    now_s: float = 0.0

    def here(self, chair: str) -> Stay | None:
        """Who sits there."""
        stays = self.stays[chair]
        return stays[-1] if stays and stays[-1].to_us is None else None

    def nobody_at(self, chair: str, at_us: int) -> bool:
        """Did nobody sit there then? Who left at that instant did not."""
        last_us = ((one.from_us, one.to_us or at_us + 1) for one in self.stays[chair])
        return not any(from_us <= at_us < to_us for from_us, to_us in last_us)

    def free(self, wanted: str) -> str:
        """That chair, or another at which nobody sits; "" when all are taken."""
        return next((one for one in (wanted, *PLACES) if self.here(one) is None), "")

    def sit(self, chair: str, session: str, rate: int, at_us: int) -> None:
        """From then on only they are wired to that chair's monitor."""
        self.stays[chair].append(Stay(session, rate, at_us))
        self.wired[chair].append((at_us, rate))


WHILE_SEATED = (
    *("frames", "frames", "late", "retained"),
    *("pause", "limit", "baseline", "suspend", "move"),
)
AFTERWARDS = ("frames", "late", "retained", "wait", "restart", "move")
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
    # A day is some seconds of work: made smaller it would take longer than a test may.
    phases=(Stage.explicit, Stage.reuse, Stage.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(days())
def test_nothing_of_a_patient_crosses_to_the_next(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        day = asyncio.run(lived(Path(folder), steps))
    followed = sum(max(0, len(stays) - 1) for stays in day.stays.values())
    event(f"{followed // 4 * 4} or more patients followed another, {min(day.moves, 3)} moves")


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
            check_all(house, day)
            while left:
                step = left.pop(0)
                if step.what == "restart":
                    break
                await act(house, day, step)
                check_all(house, day)
            await check_record(house, day)
            day.now_s += house.time[0] - began_s
            # A killed service needs a moment to be there again.
            day.now_s += 2.0
    return day


async def act(house: Stepped, day: Day, step: Step) -> None:
    chair = day.where.get(step.chair, step.chair)
    here = day.here(chair)
    if step.what in ("frames", "late", "retained"):
        say(house, day, step, chair)
    elif step.what == "wait":
        house.wait(float(step.times * 20))
    elif step.what == "seat":
        await seat(house, day, step.chair)
    elif here is None:
        return
    elif step.what == "on":
        known = house.ward.seating.at(chair)
        if known is not None and known.phase in NEXT:
            await house.enter(here.session, NEXT[known.phase])
    elif step.what == "move":
        await move(house, day, step, here)
    elif step.what in ("close", "stay on"):
        await leave(house, chair, here, kept=step.what == "stay on")
    else:
        await care(house.commands, chair, here, step.what)


async def leave(house: Stepped, chair: str, here: Stay, *, kept: bool) -> None:
    seated = house.ward.seating.at(chair)
    if seated is not None and seated.phase is Phase.INFUSION:
        await house.enter(here.session, Phase.RECOVERY)
    await house.commands.execute(
        CloseAnyway(
            session=here.session,
            cuff="off",
            probe="kept" if kept else "off",
            reason="a test",
            override="a test",
            actor=CLINICIAN,
        )
    )
    here.to_us = house.clock.utc_us()


async def move(house: Stepped, day: Day, step: Step, here: Stay) -> None:
    """To another chair; the monitor of the old one goes on with what it last saw."""
    to = day.free(PLACES[step.times % CHAIRS])
    if not to:
        return
    await free_chair(house, MovePatient(session=here.session, to=to, actor=ACTOR), to)
    now_us = house.clock.utc_us()
    here.to_us = now_us
    day.sit(to, here.session, here.rate, now_us)
    day.where[step.chair] = to
    day.moves += 1


async def free_chair(house: Stepped, act: SeatPatient | MovePatient, chair: str) -> str:
    """Do it, and turn the chair over first where something of somebody else was kept on."""
    try:
        return await house.commands.execute(act)
    except CommandRefused:
        await house.commands.execute(TurnOver(chair=chair, cuff="off", probe="off", actor=ACTOR))
        return await house.commands.execute(act)


async def seat(house: Stepped, day: Day, wanted: str) -> None:
    """The next patient of the day."""
    chair, rate = day.free(wanted), FIRST_RATE + day.patients
    taken = SeatPatient(chair=chair, patient_ref=f"P{rate}", planned_minutes=40, actor=ACTOR)
    session = await free_chair(house, taken, chair)
    day.patients = (day.patients + 1) % 40
    day.where[wanted] = chair
    day.sit(chair, session, rate, house.clock.utc_us())
    engine, seated = house.ward.engine, house.ward.seating.at(chair)
    assert seated is not None
    assert (seated.edits, seated.baseline, seated.observed) == ({}, {}, {})
    assert engine.limits(chair) == engine.limits(CONTROL)
    assert engine.audio_paused_until(chair) is None
    assert not engine.silences(chair).suspended


async def care(commands: Commands, chair: str, here: Stay, what: str) -> None:
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


def low_of(rate: int) -> float:
    """How low the SpO2 of that patient falls: by it too a number says whose it is."""
    return round(82.0 - (rate - FIRST_RATE) * 0.1, 1)


def say(house: Stepped, day: Day, step: Step, chair: str) -> None:
    """The monitor of a chair sends: live, buffered, or held by the broker."""
    age_s = 0.0 if step.what == "frames" else float(step.times * 15)
    then_us = house.clock.utc_us() - round(age_s * 1e6)
    # What was buffered is of whoever was wired then.
    rates = [rate for since_us, rate in day.wired[chair] if since_us <= then_us]
    if not rates:
        return
    rate = rates[-1]
    values = {HEART: float(rate), SPO2: low_of(rate) if step.bad else 97.0}
    if step.what != "frames":
        house.frame(chair, values, age_s, retained=step.what == "retained")
        return
    for _ in range(step.times):
        house.frame(chair, values)
        house.wait(1.0)


def check_all(house: Stepped, day: Day) -> None:
    for chair in PLACES:
        check_now(house, day, chair)


def check_now(house: Stepped, day: Day, chair: str) -> None:
    """What is shown and in force at the chair is of nobody who left it."""
    here = day.here(chair)
    mine = here.session if here else None
    for alarm in house.ward.engine.alarms(chair):
        assert alarm.session in (None, mine), alarm
    if here is None:
        assert house.ward.seating.at(chair) is None
        return
    tile = house.ward.board.tile(chair, house.clock.monotonic(), house.clock.utc_us())
    shown = {slot.text for slot in tile.slots if slot.vital in ("HR", "PR")}
    others = {str(one.rate) for stays in day.stays.values() for one in stays} - {str(here.rate)}
    assert not shown & others, (shown, others)
    seated = house.ward.seating.at(chair)
    assert seated is not None
    assert seated.id == here.session
    assert seated.baseline.get(HEART, here.rate) == here.rate
    assert {row.value for row in house.ward.lately(seated) if row.vital is HEART} <= {here.rate}


async def check_record(house: Stepped, day: Day) -> None:
    """What is stored for a session is of its patient, its time and its chair; so are its alarms."""
    await house.record.commit()
    rates = {one.session: one.rate for stays in day.stays.values() for one in stays}
    for session, rate in rates.items():
        facts = await house.record.facts(session)
        for row in await readings_of(house.record, session, facts):
            stays = [one for one in day.stays[row.chair] if one.session == session]
            assert any(one.holds(row.sampled_at_us) for one in stays), row
            assert row.vital is not HEART or row.value == rate, row
        for step in await house.record.transitions(session):
            _check_step(day, step)


def _check_step(day: Day, step: TransitionRow) -> None:
    """An alarm of a patient began, and rests on what was measured, while they sat somewhere.

    Or, of one that was assigned to them, while nobody sat at its chair.
    """
    stays = [one for all_of in day.stays.values() for one in all_of if one.session == step.session]
    empty, _, chair = step.alarm.partition("/")[0].rpartition(":")
    for at_us in (step.onset_us, *(sample.sampled_at_us for sample in step.fired_by)):
        nobodys = bool(empty) and day.nobody_at(chair, at_us)
        assert nobodys or any(one.holds(at_us) for one in stays), step
