"""Whoever is seated has the alarms that are open there; all else begins anew (`docs/decisions`)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import Reason
from monitor.clinic import Phase
from monitor.conditions import Kind
from tests.acts import Act, engine_of, lived, told
from tests.examples import examples
from tests.judged import SPO2, preset, reading
from tests.restarted import Kept
from tests.scripts import MOVES, Move, Script, moves

CHAIR = "1"
AT_A_CHAIR = MOVES.keys() - {"seat", "go_on", "move", "gate", "double"}
PHASES = (Phase.PREPARE, Phase.BASELINE, Phase.INFUSION, Phase.RECOVERY)


@pytest.mark.requirement("ALM-142")
@given(moves(AT_A_CHAIR), st.sampled_from(PHASES), moves(AT_A_CHAIR))
@settings(max_examples=examples(40), deadline=None)
def test_the_empty_chair_leaves_its_open_alarms_and_alters_no_other_step(
    before: list[Move], phase: Phase, later: list[Move]
) -> None:
    script = Script()
    empty = played(script, before)
    seat = script.play("seat", {"chair": CHAIR, "phase": phase})
    later_acts = played(script, later)
    given_on = groups_that_go_on([*empty, *seat])
    if given_on:
        # Which alarm a person means is counted among all that are open.
        later_acts = [one for one in later_acts if one[2] not in ("acknowledge", "end")]
    told_of = [
        [
            told(one)
            for one in lived(acts, engine_of(preset()))
            if one.alarm.session is not None and one.alarm.group not in given_on
        ]
        for acts in ([*empty, *seat, *later_acts], [*seat, *later_acts])
    ]
    assert told_of[0] == told_of[1]


def groups_that_go_on(acts: list[Act]) -> set[str]:
    """Of the alarms of nobody that are the patient's from the seat on."""
    events = lived(acts, engine_of(preset()))
    return {one.alarm.group for one in events if one.reason is Reason.ASSIGNED}


def played(script: Script, moves: list[Move]) -> list[Act]:
    """What of these moves happens at the chair."""
    return [act for move in moves for act in script.play(*move) if act[1] == CHAIR]


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


@pytest.mark.requirement("ALM-150")
@pytest.mark.parametrize("moved", [False, True])
def test_killed_right_after_the_seat_the_alarms_come_back_in_every_word(*, moved: bool) -> None:
    rules = preset()
    before = Kept(engine_of(rules))
    seen = (20.25, CHAIR, "acknowledge", (Kind.PHYSIOLOGICAL, 1))
    comes: list[Act] = [(20.5, CHAIR, "seat", ("s", Phase.PREPARE))]
    if moved:
        comes = [(0.5, "spare", "seat", ("s", Phase.BASELINE)), (20.5, "spare", "move", CHAIR)]
    before.play(sorted([*low(1, 20), seen, *comes], key=lambda one: one[0]))
    known = before.engine.alarms(CHAIR)
    assert [(one.id, one.session, one.state.value) for one in known] == [
        ("chair:1/SPO2-2/SpO2/1", "s", "ACTIVE_UNACK"),
        ("chair:1/SPO2-3/SpO2/1", "s", "ACTIVE_ACK"),
    ]
    again = before.killed(rules)
    assert again.engine.alarms(CHAIR) == known
    assert again.events == []
    before.play(low(21, 150))
    (sounds,) = [one for one in before.events if one.reason is Reason.RE_ALARM]
    assert (sounds.alarm.condition, sounds.at_s) == ("SPO2-3", 140.25)
    assert before.killed(rules).engine.alarms(CHAIR) == before.engine.alarms(CHAIR)
