"""Alarms about the whole clinic, against the twin: told, acknowledged, suspended, restarted."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import Alarm, AlarmEvent, Engine
from monitor.clinic import CLINIC
from monitor.conditions import Kind, Priority
from monitor.errors import CommandRefused
from tests.acts import Act, act, act_twin, engine_of, told
from tests.examples import examples
from tests.judged import preset
from tests.restarted import Kept
from tests.scalar_twin import Twin

TOLD = ("T-COPY", "T-STORE", "T-ENG", "T-GATE")
MINUTES = 60.0


def story(seed: int, minutes: float = 90.0) -> Iterator[Act]:
    """Conditions told again and again, as the service does, and what people do meanwhile."""
    dice = random.Random(seed)
    since: dict[str, float | None] = dict.fromkeys(TOLD)
    now = dice.random()
    while now < minutes * MINUTES:
        for name in TOLD:
            roll = dice.random()
            usual = 0.02 if name == "T-COPY" else 0.004
            if since[name] is None and roll < usual:
                since[name] = max(0.0, now - dice.choice([0.0, 0.0, 40.0, 100.0]))
            elif since[name] is not None and roll > 0.99:
                since[name] = None
            if dice.random() < 0.97:
                yield now, CLINIC, "assert", (name, since[name])
        now += 0.25
        roll = dice.random()
        if roll < 0.02:
            yield now, CLINIC, "acknowledge", (Kind.TECHNICAL, dice.randrange(4))
        elif roll < 0.06:
            rule = dice.choice(["T-COPY"] * 5 + ["T-STORE", "HR-H1"])
            seconds = dice.choice([30.0, 300.0, 900.0, 1800.0, 1801.0, 0.0, -1.0, float("nan")])
            yield now, CLINIC, "suspend", (rule, seconds)
        elif roll < 0.07:
            yield now, CLINIC, "end suspension", "T-COPY"
        elif roll < 0.08:
            yield now, CLINIC, "pause", dice.choice([120.0, 30.0, 121.0])
        now += dice.choice([1.0, 1.0, 4.0, 6.0, 12.0, 40.0])


def done(engine: Engine, one: Act) -> list[AlarmEvent]:
    """One act upon the engine."""
    at, chair, what, argument = one
    if what == "assert" and isinstance(argument, tuple):
        name, since = argument
        return engine.advance(at) + engine.assert_technical(name, chair, since, name, at)
    return engine.advance(at) + act(engine, at, chair, what, argument)


def done_by_twin(twin: Twin, one: Act) -> None:
    """The same upon the twin."""
    at, _, what, argument = one
    if what == "assert" and isinstance(argument, tuple):
        name, since = argument
        twin.assert_technical(name, since, at)
    else:
        act_twin(twin, at, what, argument, {})


@pytest.mark.requirement("ALM-143")
@given(st.integers(0, 10**9))
@settings(max_examples=examples(30), deadline=None)
def test_the_alarms_of_the_clinic_take_the_steps_of_the_twin(seed: int) -> None:
    rules, events = preset(), list[AlarmEvent]()
    engine, twin = engine_of(rules), Twin(rules, CLINIC, {}, 0.0)
    for one in story(seed):
        events += done(engine, one)
        done_by_twin(twin, one)
        silent = {alarm.id: alarm.audible for alarm in engine.alarms(CLINIC)}
        assert silent == {alarm.id: twin.audible(alarm) for alarm in twin.open()}, one
    mine = [told(event) for event in events if event.alarm.chair == CLINIC]
    assert mine == twin.steps


class KeptClinic(Kept):
    """One run of the engine with what is told of the clinic."""

    def _act(self, at: float, chair: str, what: str, argument: object) -> None:
        if what == "assert":
            self._keep(done(self.engine, (at, chair, what, argument)))
        else:
            super()._act(at, chair, what, argument)

    def heard(self) -> list[tuple[object, ...]]:
        """How T-COPY stands."""
        return [_tell(one) for one in self.engine.alarms(CLINIC) if one.condition == "T-COPY"]


def _tell(one: Alarm) -> tuple[object, ...]:
    until_s = None if one.silent_until_s is None else round(one.silent_until_s, 3)
    return one.state, one.priority, one.acknowledged_by, until_s, one.audible


@pytest.mark.requirement("ALM-144")
@given(st.integers(0, 10**9), st.floats(10, 80))
@settings(max_examples=examples(30), deadline=None)
def test_a_kill_leaves_what_is_suspended_for_the_clinic_as_it_was(seed: int, at: float) -> None:
    rules, acts, killed_s = preset(), list(story(seed)), at * MINUTES
    unkilled = KeptClinic(engine_of(rules))
    unkilled.play([one for one in acts if one[0] <= killed_s and one[2] != "pause"])
    again = unkilled.killed(rules)
    told_again = [one for one in acts if killed_s < one[0] <= killed_s + 60]
    for one in (unkilled, again):
        one.play([later for later in told_again if later[2] == "assert"])
    assert again.heard() == unkilled.heard()


@pytest.mark.requirement("ALM-144")
def test_a_suspension_that_ended_with_its_alarm_is_over_after_a_kill_too() -> None:
    kept = KeptClinic(engine_of(preset()))
    kept.play(
        [
            (120.0, CLINIC, "assert", ("T-COPY", 0.0)),
            (121.0, CLINIC, "suspend", ("T-COPY", 1800.0)),
            (180.0, CLINIC, "assert", ("T-COPY", None)),
            (300.0, CLINIC, "assert", ("T-COPY", 240.0)),
        ]
    )
    assert heard(kept.engine) is Priority.LOW
    again = kept.killed(preset())
    assert heard(again.engine) is Priority.LOW
    assert again.engine.silences(CLINIC).suspended == {}


def behind(minutes: float) -> Engine:
    """A clinic whose copy has been behind for so long."""
    engine = engine_of(preset())
    engine.assert_technical("T-COPY", CLINIC, 0.0, "COPY BEHIND", minutes * MINUTES)
    return engine


def heard(engine: Engine) -> Priority | None:
    """What sounds for the clinic."""
    return max((one.priority for one in engine.alarms(CLINIC) if one.audible), default=None)


@pytest.mark.requirement("ALM-143")
def test_a_copy_behind_is_silent_while_suspended_and_sounds_when_it_becomes_medium() -> None:
    engine = behind(2)
    assert heard(engine) is Priority.LOW
    engine.suspend(CLINIC, "T-COPY", 2 * MINUTES, 30 * MINUTES)
    (alarm,) = engine.alarms(CLINIC)
    assert (alarm.audible, alarm.silent_until_s) == (False, 32 * MINUTES)
    engine.advance(14.9 * MINUTES)
    assert heard(engine) is None
    engine.advance(15 * MINUTES)
    assert heard(engine) is Priority.MEDIUM
    assert engine.silences(CLINIC).suspended == {}


@pytest.mark.requirement("ALM-143")
def test_it_lasts_half_an_hour_in_all_until_the_copy_has_caught_up() -> None:
    engine = behind(20)
    engine.suspend(CLINIC, "T-COPY", 20 * MINUTES, 20 * MINUTES)
    engine.advance(40 * MINUTES)
    assert heard(engine) is Priority.MEDIUM
    with pytest.raises(CommandRefused, match="600 s are left of 1800 s until it is over"):
        engine.suspend(CLINIC, "T-COPY", 40 * MINUTES, 601.0)
    engine.suspend(CLINIC, "T-COPY", 40 * MINUTES, 600.0)
    # Caught up, and behind once more: that is another alarm, and it is heard.
    engine.assert_technical("T-COPY", CLINIC, None, "", 41 * MINUTES)
    engine.assert_technical("T-COPY", CLINIC, 42 * MINUTES, "COPY BEHIND", 43 * MINUTES)
    assert heard(engine) is Priority.LOW
    engine.suspend(CLINIC, "T-COPY", 43 * MINUTES, 30 * MINUTES)


def test_a_lateness_that_comes_back_within_its_off_delay_begins_it_anew() -> None:
    engine = engine_of(preset())
    engine.assert_technical("T-ENG", CLINIC, 0.0, "ALARM ENGINE LATE", 1.0)
    for second, late in [(2, False), (3, False), (4, True), *((s, False) for s in range(5, 15))]:
        engine.assert_technical("T-ENG", CLINIC, 0.0 if late else None, "LATE", float(second))
    assert heard(engine) is Priority.HIGH
    engine.assert_technical("T-ENG", CLINIC, None, "", 15.0)
    assert heard(engine) is None
