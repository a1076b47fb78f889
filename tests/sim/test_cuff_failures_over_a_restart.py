"""How often in a row a cuff failed is known after a restart (T-NIBP-F, alarms.md 7.2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.clinic import Phase
from monitor.drivers import Report
from monitor.intake import Arrival
from monitor.operations.rejudging import rejudged
from monitor.vitals import Measurement, Validity, VitalSign
from tests.stepped import Stepped, stepped

SYS, DIA = VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC
RULE = "T-NIBP-F"
PAUSE_S = 5
DOWN_S = 30.0


def cuff(house: Stepped, *worked: bool) -> None:
    """The cuff measures so often, each time with a result or none."""
    for one in worked:
        if one:
            house.frame("1", {SYS: 120.0, DIA: 80.0})
        else:
            _fail(house)
        house.hold(PAUSE_S)


def _fail(house: Stepped) -> None:
    gone = tuple(
        Measurement(vital=vital, value=None, validity=Validity.INVALID, reason="cuff leak")
        for vital in (SYS, DIA)
    )
    now_s, now_us = house.clock.monotonic(), house.clock.utc_us()
    arrival = Arrival(received_s=now_s, received_at_us=now_us)
    house.ward.take(house.intakes["1"], Report(measurements=gone), arrival)


def told(house: Stepped) -> list[tuple[str, str]]:
    alarms = house.ward.engine.alarms("1")
    return [(one.id, one.priority.name) for one in alarms if one.condition == RULE]


@pytest.mark.requirement("ALM-224", "S-48")
@pytest.mark.parametrize(
    ("before", "after", "priority"),
    [
        ([False], [], "LOW"),
        ([False, False], [], "MEDIUM"),
        ([False], [False], "MEDIUM"),
        ([False, True, False], [], "LOW"),
        ([False, False, True], [False], "LOW"),
        ([False, True, False], [False], "MEDIUM"),
    ],
)
async def test_failures_before_the_infusion_and_a_restart_count_as_it_begins(
    before: list[bool], after: list[bool], priority: str, tmp_path: Path
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat(phase=Phase.BASELINE)
        cuff(house, *before)
        stood = told(house)
        at_s = house.time[0]
    async with stepped(tmp_path, chairs=1, at_s=at_s + DOWN_S) as again:
        assert told(again) == stood
        cuff(again, *after)
        ((alarm, low),) = told(again)
        assert low == "LOW"
        await again.enter(session, Phase.INFUSION)
        assert told(again) == [(alarm, priority)]
        await again.record.commit()
        found = await rejudged(again.config.record.path, session)
    assert found.lines() == [f"{found.steps} transitions, identical"]


@pytest.mark.requirement("ALM-224", "S-48")
@pytest.mark.parametrize(("again", "rises"), [(False, True), (True, False)])
async def test_one_before_a_restart_within_the_infusion_and_one_after_it_are_two(
    *, again: bool, rises: bool, tmp_path: Path
) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        await house.seat()
        cuff(house, False)
        ((alarm, low),) = told(house)
        assert low == "LOW"
        at_s = house.time[0]
    async with stepped(tmp_path, chairs=1, at_s=at_s + DOWN_S) as back:
        cuff(back, again)
        assert told(back) == ([(alarm, "MEDIUM")] if rises else [])
