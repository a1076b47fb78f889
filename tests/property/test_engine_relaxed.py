"""A limit changed under an open alarm, and what of it outlasts a restart (alarms.md 8a.13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import Reason
from monitor.clinic import Phase
from monitor.history import TransitionRow
from monitor.vitals import Reading, VitalSign
from tests.acts import DEVICES, Act, engine_of, lived, lived_by_twins, told
from tests.judged import HR, SPO2, preset, reading
from tests.restarted import Kept
from tests.scalar_twin import Twin

CHAIR, MONITOR = "1", "mon-1"
WITHIN, BEYOND = 128.0, 131.0
"""Heart rates on both sides of the limit of 130 that is set under an alarm at 120.

HR-H1 then clears at 125: 128 clears it only as within its new limit.
"""
RELAX, TIGHTEN = {"HR-H1 HR": 130.0}, {"HR-H1 HR": 125.0}


def frames(rate: float, first_s: int, last_s: int, spo2: float = 97.0) -> list[Act]:
    """One frame a second, as the monitor sends it."""
    return [
        (float(at), CHAIR, "frame", (MONITOR, [said(HR, rate, at), said(SPO2, spo2, at)]))
        for at in range(first_s, last_s + 1)
    ]


def said(vital: VitalSign, value: float, at: int) -> Reading:
    return replace(reading(vital, value, float(at), chair=CHAIR), device=MONITOR)


def on_and_off(first_s: int, last_s: int) -> list[Act]:
    """Never within the limit for as long as it takes to clear."""
    out = list[Act]()
    for at in range(first_s, last_s, 6):
        out += frames(WITHIN, at, at + 3) + frames(BEYOND, at + 4, at + 5)
    return out


SEATED: list[Act] = [(0.5, CHAIR, "seat", ("s", Phase.INFUSION))]
ALARMED = [*SEATED, *frames(WITHIN, 1, 20)]
RELAXED: list[Act] = [*ALARMED, (20.5, CHAIR, "limits", RELAX)]

STORIES: dict[str, list[Act]] = {
    "relaxed": [*RELAXED, *frames(WITHIN, 21, 60)],
    "relaxed longer ago than readings are told again": [
        *RELAXED,
        *on_and_off(21, 440),
        *frames(WITHIN, 441, 470),
    ],
    "still violated at the change": [
        *SEATED,
        *frames(BEYOND, 1, 20),
        (20.5, CHAIR, "limits", RELAX),
        *frames(WITHIN, 21, 60),
    ],
    "relaxed, and binding again": [
        *RELAXED,
        *frames(WITHIN, 21, 24),
        (24.5, CHAIR, "limits", TIGHTEN),
        *frames(122.0, 25, 60),
    ],
    "another alarm after it": [
        *RELAXED,
        *frames(WITHIN, 21, 40),
        *frames(BEYOND, 41, 60),
        *frames(WITHIN, 61, 90),
    ],
    "raised before the infusion": [
        (0.5, CHAIR, "seat", ("s", Phase.BASELINE)),
        *frames(72.0, 1, 20, spo2=89.0),
        (20.5, CHAIR, "phase", Phase.INFUSION),
        *frames(72.0, 21, 60, spo2=89.0),
    ],
}
STAYS = ("still violated at the change", "relaxed, and binding again")
RULES = ("HR-H1", "SPO2-2")


def about(steps: list[TransitionRow], after_s: float = 0.0) -> list[tuple[str, str, str, int]]:
    """The steps of the rules whose limits change here."""
    return [
        (one.condition, one.reason, one.to_state, one.at_us)
        for one in steps
        if one.condition in RULES and one.at_us > after_s * 1e6
    ]


@pytest.mark.requirement("ALM-141")
@pytest.mark.parametrize("story", STORIES)
def test_the_engine_takes_the_steps_of_its_twin(story: str) -> None:
    rules = preset()
    engine, twin = engine_of(rules), Twin(rules, CHAIR, DEVICES[CHAIR], 0.0)
    steps = lived(STORIES[story], engine)
    lived_by_twins(STORIES[story], {CHAIR: twin})
    mine = [told(one) for one in steps if one.alarm.chair == CHAIR]
    assert mine == twin.steps
    changed = {Reason.LIMIT_RELAXED, Reason.LIMIT_BINDS}
    found = [one.reason for one in steps if one.reason in changed]
    assert found == {
        "still violated at the change": [],
        "relaxed, and binding again": [Reason.LIMIT_RELAXED, Reason.LIMIT_BINDS],
    }.get(story, [Reason.LIMIT_RELAXED])


@pytest.mark.requirement("ALM-141")
@pytest.mark.parametrize("story", STORIES)
def test_after_a_kill_at_any_second_an_alarm_clears_where_it_would_have(story: str) -> None:
    rules, acts = preset(), STORIES[story]
    last_s = int(acts[-1][0])
    for killed_s in range(22, last_s, max(7, last_s // 12)):
        unkilled = Kept(engine_of(rules))
        unkilled.play([one for one in acts if one[0] <= killed_s])
        again = unkilled.killed(rules)
        for one in (unkilled, again):
            one.play([later for later in acts if later[0] > killed_s])
        assert about(again.steps, killed_s) == about(unkilled.steps, killed_s), killed_s
    ends = [one for one in about(unkilled.steps) if one[1] == Reason.CONDITION_ENDED.value]
    assert bool(ends) is (story not in STAYS)
