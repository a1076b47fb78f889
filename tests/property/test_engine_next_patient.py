"""Whoever is seated begins as at a chair where nothing was ever measured (see `docs/decisions`)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import Reason
from monitor.clinic import Phase
from monitor.conditions import Priority
from tests.acts import Act, engine_of, lived, told
from tests.examples import examples
from tests.judged import HR, SPO2, Chairside, preset, reading
from tests.restarted import Kept
from tests.scripts import MOVES, Move, Script, moves

CHAIR = "1"
AT_A_CHAIR = MOVES.keys() - {"seat", "go_on", "move", "gate"}
PHASES = (Phase.PREPARE, Phase.BASELINE, Phase.INFUSION, Phase.RECOVERY)


@pytest.mark.requirement("ALM-142")
@given(moves(AT_A_CHAIR), st.sampled_from(PHASES), moves(AT_A_CHAIR))
@settings(max_examples=examples(40), deadline=None)
def test_nothing_measured_or_done_at_the_empty_chair_alters_a_step(
    before: list[Move], phase: Phase, later: list[Move]
) -> None:
    script = Script()
    empty = played(script, before)
    after = [*script.play("seat", {"chair": CHAIR, "phase": phase}), *played(script, later)]
    told_of = [
        [told(one) for one in lived(acts, engine_of(preset())) if one.alarm.session is not None]
        for acts in ([*empty, *after], after)
    ]
    assert told_of[0] == told_of[1]


def played(script: Script, moves: list[Move]) -> list[Act]:
    """What of these moves happens at the chair."""
    return [act for move in moves for act in script.play(*move) if act[1] == CHAIR]


@pytest.mark.requirement("ALM-142")
def test_an_alarm_of_the_empty_chair_ends_and_comes_again_from_the_patients_own_readings() -> None:
    chair = Chairside(phase=None)
    chair.hold(8, SPO2=84)
    assert chair.sounding() is Priority.HIGH
    chair.events += chair.engine.pause_audio("1", "rk", chair.now, 120.0)
    chair.events += chair.engine.seat("1", "s9", Phase.PREPARE, chair.now)
    assert chair.engine.alarms() == []
    assert chair.engine.audio_paused_until("1") is None
    seated_s = chair.now
    chair.hold(4, SPO2=84)
    alarm = chair.alarm("SPO2-3")
    assert alarm is not None
    assert (alarm.session, alarm.onset_s, alarm.audible) == ("s9", seated_s, True)
    assert all(one.at_s >= seated_s for one in alarm.fired_by)


@pytest.mark.requirement("ALM-142")
def test_an_alarm_open_at_an_empty_chair_is_not_of_who_is_moved_there() -> None:
    chair = Chairside(phase=None, chairs="12")
    for _ in range(8):
        chair.pass_second({SPO2: 84.0, HR: 72.0}, chair="2")
    chair.events += chair.engine.seat("1", "s1", Phase.INFUSION, chair.now)
    chair.events += chair.engine.move("1", "2", chair.now)
    assert chair.engine.alarms() == []
    last = [one for one in chair.events if one.alarm.condition == "SPO2-3"][-1]
    assert (last.reason, last.alarm.session, last.alarm.chair) == (Reason.SEATED, None, "2")


@pytest.mark.requirement("ALM-142")
def test_a_pause_at_the_empty_chair_does_not_come_back_with_a_restart() -> None:
    rules = preset()
    before = Kept(engine_of(rules))
    before.play([*low(1, 10), (10.5, CHAIR, "pause", 120.0)])
    assert before.killed(rules).engine.audio_paused_until(CHAIR) == 130.5
    before.play([(11.5, CHAIR, "seat", ("s", Phase.INFUSION)), *low(12, 20)])
    again = before.killed(rules)
    assert again.engine.audio_paused_until(CHAIR) is None
    assert [one.condition for one in again.engine.alarms() if one.audible] == ["SPO2-3"]


def low(first_s: int, last_s: int) -> list[Act]:
    """A desaturation, second by second."""
    return [
        (float(at), CHAIR, "frame", ("mon-1", [replace(one, device="mon-1")]))
        for at in range(first_s, last_s + 1)
        for one in [reading(SPO2, 84.0, float(at), chair=CHAIR)]
    ]
