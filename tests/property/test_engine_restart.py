"""Killed at any instant and started again: the alarms are those of a service that was not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.clinic import Phase
from tests.examples import examples
from tests.judged import SPO2, preset, reading
from tests.property.test_engine_twin import Story, engine_of
from tests.restarted import Kept


def split(story: Story, at: float) -> Iterator[list[tuple[float, str, str, object]]]:
    yield [one for one in story.acts if one[0] <= at]
    # Technical alarms may differ, and so whom an act of the story would be about.
    later = [one for one in story.acts if at < one[0] <= at + 30]
    acts = ("acknowledge", "end", "pause", "suspend", "end suspension", "standby", "end standby")
    yield [one for one in later if one[2] not in acts]


@pytest.mark.requirement("S-48")
@given(st.integers(0, 10**9), st.floats(60, 660))
@settings(max_examples=examples(40), deadline=None, derandomize=True)
def test_half_a_minute_after_a_kill_the_alarms_are_as_without_it(seed: int, at: float) -> None:
    rules, story = preset(), Story(seed, minutes=12)
    before, after = split(story, at)
    unkilled = Kept(engine_of(rules))
    unkilled.play(before)
    again = unkilled.killed(rules)
    still = unkilled.open_sums()
    unkilled.play(after)
    again.play(after)
    assert again.standing() == unkilled.standing()
    assert again.audible() == unkilled.audible()
    # A sum over seconds is known from the last minutes only: it may last longer, never shorter.
    assert again.open_sums(still) >= unkilled.open_sums(still)


# Of a longer absence five seconds count, as in any gap (8a.19).
@pytest.mark.requirement("S-71")
@pytest.mark.parametrize(("gone_s", "alarms_at"), [(2.0, 15.0), (5.0, 15.0), (9.0, 19.0)])
def test_a_restart_within_an_on_delay_alarms_once_and_in_time(
    gone_s: float, alarms_at: float
) -> None:
    rules, device = preset(), "mon-1"
    low = [
        (float(at), "1", "frame", (device, [reading(SPO2, 91.0, float(at), chair="1")]))
        for at in range(1, 40)
    ]
    low = [
        (at, chair, what, (device, [replace(one, device=device) for one in told[1]]))
        for at, chair, what, told in low
    ]
    before = Kept(engine_of(rules))
    before.play([(0.5, "1", "seat", ("s", Phase.INFUSION)), *low[:8]])
    again = before.killed(rules)
    again.play([one for one in low[8:] if one[0] >= 8 + gone_s])
    raised = [step for step in again.steps if step.condition == "SPO2-1"]
    assert [step.onset_us for step in raised] == [1_000_000]
    assert [step.at_us / 1e6 - 1.0 for step in raised] == [alarms_at]
