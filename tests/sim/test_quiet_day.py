"""Six uneventful infusions: how often does a chair that is well make a sound?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from monitor.alerts import AlarmState
from monitor.conditions import Priority
from simulators.stories import Story, Visit, demo_stories
from tests.sim.test_whole_service import watched

CHAIRS, MINUTES, SEED = 6, 45.0, 2
AUDIBLE_PER_HOUR, HIGH_PER_HOUR = 2.0, 0.5
"""Targets of the alarm design, section 2: audible alarms an hour and chair, and HIGH ones."""
ONE_ARM = "3"
"""Where the nurse put cuff and probe on one arm; the others have them apart, as is advised."""


def uneventful(story: Story) -> Story:
    """The same chair, where nothing goes wrong."""

    def visit(count: int) -> Visit:
        return replace(story.visit(count), episodes=(), one_arm=story.chair == ONE_ARM)

    return replace(story, visit=visit, seated=True)


@pytest.mark.requirement("ALM-132")
def test_a_quiet_day_is_quiet() -> None:
    stories = [uneventful(story) for story in demo_stories(SEED, CHAIRS)]
    seen = watched(MINUTES, chairs=CHAIRS, seed=SEED, stories=stories)
    onsets = [
        event.alarm
        for event in seen.events
        if event.alarm.state is AlarmState.ACTIVE_UNACK and event.alarm.audible
        if event.alarm.chair
    ]
    assert {"INFUSING"} <= {state for states in seen.states.values() for state in states}
    # What a cuff takes away for longer than 15 s is told, and nothing else of the probe is.
    stale = [one for one in onsets if one.condition == "T-STALE"]
    assert {one.chair for one in stale} <= {ONE_ARM}
    onsets = [one for one in onsets if one not in stale]
    hours = CHAIRS * MINUTES / 60
    told = Counter(one.condition for one in onsets)
    assert len(onsets) / hours < AUDIBLE_PER_HOUR, told
    high = [one for one in onsets if one.priority is Priority.HIGH]
    assert len(high) / hours < HIGH_PER_HOUR, told
