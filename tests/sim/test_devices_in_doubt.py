"""Two devices swapped while both patients sit there: nothing of the wrong one looks valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.care.arrival import arrival_of
from monitor.care.baseline import determinations
from monitor.care.session import IN_DOUBT, session_of
from monitor.clinic import Phase, Session
from monitor.commands import SetBaseline, WaiveBaseline
from monitor.commands.arriving import ConfirmBaseline
from monitor.commands.devices import CorrectDevices
from monitor.commands.leaving import gate_of
from monitor.history import ReadingRow
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, CLINICIAN, Stepped, stepped
from tests.stored import NOON_US

pytestmark = pytest.mark.asyncio
SYS, DIA, HR, SPO2 = (
    VitalSign.NIBP_SYSTOLIC,
    VitalSign.NIBP_DIASTOLIC,
    VitalSign.HEART_RATE,
    VitalSign.SPO2,
)
FIRST = {SYS: 150.0, DIA: 92.0, HR: 88.0, SPO2: 95.0}
SECOND = {SYS: 118.0, DIA: 74.0, HR: 64.0, SPO2: 98.0}
"""What monitor 1 and monitor 2 measure."""


def play(house: Stepped, seconds: int, *, cuff: bool = False) -> None:
    for second in range(seconds):
        for chair, values in (("1", FIRST), ("2", SECOND)):
            pressures = (SYS, DIA) if cuff and second == 0 else ()
            house.frame(chair, {one: values[one] for one in (HR, SPO2, *pressures)})
        house.wait(1.0)


async def prepared(house: Stepped) -> tuple[str, str]:
    """Two patients before their infusions, measured for six minutes; their sessions."""
    first, second = [await house.seat(chair, Phase.BASELINE) for chair in ("1", "2")]
    for _ in range(3):
        play(house, 120, cuff=True)
    return first, second


async def swap(house: Stepped, session: str, from_us: int = NOON_US + 1_000_000) -> None:
    """The monitors were on the other patient from then until now."""
    act = CorrectDevices(
        session=session,
        device="mon-2",
        instead="mon-1",
        from_us=from_us,
        to_us=house.clock.utc_us(),
        reason="cables crossed at the wall",
        actor=CLINICIAN,
    )
    await house.commands.execute(act)


def _by_time(row: ReadingRow) -> tuple[int, str]:
    return row.sampled_at_us, row.vital.value


def seated(house: Stepped, session: str) -> Session:
    found = house.ward.seating.find(session)
    assert found is not None
    assert found == session_of(house.ward.facts.ledger.of(session))
    return found


def open_rules(house: Stepped, chair: str = "1") -> set[str]:
    return {one.condition for one in house.ward.engine.alarms(chair)}


def said(house: Stepped, session: str, name: str) -> str:
    checks = gate_of(house.ward, seated(house, session)).checks
    return next(one.said for one in checks if one.name == name)


@pytest.mark.requirement("COR-006")
async def test_a_baseline_of_the_other_patient_is_in_doubt_and_its_limits_are_off(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        first, second = await prepared(house)
        for session in (first, second):
            await house.enter(session, Phase.INFUSION)
        assert seated(house, first).baseline == {SYS: 150, DIA: 92, HR: 88, SPO2: 95}
        play(house, 60)
        await swap(house, first)
        for session in (first, second):
            known = seated(house, session)
            assert known.baseline == {}
            assert known.baseline_missing == {"BP": IN_DOUBT, "HR": IN_DOUBT, "SpO2": IN_DOUBT}
        assert "T-BASE" in open_rules(house, "1") & open_rules(house, "2")
        # A person states it again: it is in force at once, and the alarm is over.
        again = SetBaseline(session=first, values=SECOND, reason="right device", actor=ACTOR)
        await house.commands.execute(again)
        assert seated(house, first).baseline == {SYS: 118, DIA: 74, HR: 64, SPO2: 98}
        assert seated(house, first).baseline_missing == {}
        assert "T-BASE" not in open_rules(house, "1")
        await house.record.commit()
        at_s = house.time[0] - 17.25
    async with stepped(tmp_path, at_s=at_s) as after:
        assert seated(after, first).baseline[SYS] == 118
        assert seated(after, second).baseline == {}
        assert "T-BASE" in open_rules(after, "2")
        # 166 is over the own limit of 118, and over none of who has no baseline.
        for chair in ("1", "2"):
            after.frame(chair, {SYS: 166.0, DIA: 90.0})
        assert "BP-R2" in open_rules(after, "1")
        assert "BP-R2" not in open_rules(after, "2")


@pytest.mark.requirement("COR-006")
async def test_what_was_waived_before_does_not_cover_the_doubt(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        first, _ = await prepared(house)
        await house.enter(first, Phase.INFUSION)
        waive = WaiveBaseline(session=first, reason="known well", actor=ACTOR)
        await house.commands.execute(waive)
        await swap(house, first)
        play(house, 5)
        assert not seated(house, first).baseline_waived
        assert "T-BASE" in open_rules(house)
        await house.commands.execute(waive)
        assert "T-BASE" not in open_rules(house)


@pytest.mark.requirement("COR-006")
async def test_only_what_rests_on_the_swapped_time_is_in_doubt(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        first, second = await prepared(house)
        await house.enter(first, Phase.INFUSION)
        stated = SetBaseline(session=first, values={HR: 80.0}, reason="known", actor=ACTOR)
        await house.commands.execute(stated)
        begun_us = house.clock.utc_us()
        play(house, 30)
        await swap(house, first, from_us=begun_us)
        # All of it was measured before that.
        assert set(seated(house, first).baseline) == {SYS, DIA, HR, SPO2}
        await swap(house, first)
        # What a person knew of this patient stands.
        assert seated(house, first).baseline == {HR: 80}
        assert second != first


@pytest.mark.requirement("COR-006")
async def test_before_the_infusion_it_is_measured_from_the_right_device_and_confirmed_again(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        first, _ = await prepared(house)
        await house.commands.execute(
            ConfirmBaseline(session=first, systolic=150, diastolic=92, actor=ACTOR)
        )
        await swap(house, first)
        arrival = arrival_of(house.ward.facts.ledger.of(first))
        assert arrival.confirmed is None
        assert "baseline confirmed" in arrival.missing([])
        assert seated(house, first).baseline == {}
        measured = house.ward.measured_baseline(seated(house, first), house.clock.utc_us())
        assert measured.values == {SYS: 118, DIA: 74, HR: 64, SPO2: 98}
        await house.commands.execute(
            ConfirmBaseline(session=first, systolic=118, diastolic=74, actor=ACTOR)
        )
        assert seated(house, first).baseline_missing == {}
        await house.enter(first, Phase.INFUSION)
        assert seated(house, first).baseline == {SYS: 118, DIA: 74, HR: 64, SPO2: 98}


@pytest.mark.requirement("COR-006")
async def test_the_gates_vital_signs_come_from_the_right_device_after_a_restart_too(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        first, second = await prepared(house)
        for session in (first, second):
            await house.enter(session, Phase.INFUSION)
        begun_us = house.clock.utc_us()
        play(house, 60, cuff=True)
        for session in (first, second):
            await house.enter(session, Phase.RECOVERY)
        play(house, 120, cuff=True)
        assert "150/92" in said(house, first, "Blood pressure")
        await swap(house, first, from_us=begun_us)
        assert "118/74" in said(house, first, "Blood pressure")
        assert "150/92" in said(house, second, "Blood pressure")
        lately = house.ward.lately(seated(house, first))
        found = determinations(lately, begun_us, house.ward.preset)
        assert {one.device for one in found} == {"mon-2"}
        assert [row.value for row in lately if row.vital is HR and row.sampled_at_us >= begun_us]
        assert {row.session for row in lately} == {first}
        # What comes from here on comes from each patient's own again.
        play(house, 5, cuff=True)
        assert "150/92" in said(house, first, "Blood pressure")
        await house.record.commit()
        known = sorted(house.ward.lately(seated(house, first)), key=_by_time)
        at_s = house.time[0] - 17.25
    async with stepped(tmp_path, at_s=at_s) as after:
        again = sorted(after.ward.lately(seated(after, first)), key=_by_time)
        cuffs = [row for row in known if row.vital in (SYS, DIA)]
        assert [row for row in again if row.vital in (SYS, DIA)] == cuffs
        assert {row.device for row in cuffs} == {"mon-1", "mon-2"}
