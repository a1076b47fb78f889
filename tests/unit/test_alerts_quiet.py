"""The effect that is expected of the drug wakes nobody (alarms.md section 9, statement 61)."""

from __future__ import annotations

from math import pi, sin

import pytest

from monitor.conditions import Priority
from tests.judged import DIA, HR, SPO2, SYS, Chairside

MINUTES = 60
EMORY, YALE = (3.0, 3.0), (16.0, 11.0)
"""Mean rise of systolic and diastolic pressure over baseline at the peak, mmHg (section 4.1)."""


@pytest.mark.requirement("S-61")
@pytest.mark.parametrize("peak", [EMORY, YALE], ids=["Emory", "Yale"])
def test_the_mean_course_of_an_infusion_raises_nothing_above_low(peak: tuple[float, float]) -> None:
    chair = Chairside()
    chair.events += chair.engine.set_baseline("1", {SYS: 125, DIA: 78, HR: 72, SPO2: 97}, 0.0)
    for second in range(MINUTES * 60):
        share = sin(pi * second / (MINUTES * 60))
        values = {SPO2: 97.0, HR: 72.0 + round(2 * share)}
        if second % 300 == 0:
            values |= {SYS: 125.0 + round(peak[0] * share), DIA: 78.0 + round(peak[1] * share)}
        chair.pass_second(values)
    loud = [event.alarm for event in chair.events if event.alarm.priority > Priority.LOW]
    assert loud == []
