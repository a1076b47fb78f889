"""Killed within an on-delay and started again (`test_engine_twin.py` kills at any instant)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.clinic import Phase
from tests.acts import engine_of
from tests.judged import SPO2, preset, reading
from tests.restarted import Kept


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
