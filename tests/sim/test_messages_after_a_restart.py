"""What an alarm says is the same after a restart, and when the stored stream is judged again."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.commands import SetBaseline
from monitor.rejudging import first_difference
from monitor.retold import replayed
from monitor.store.record import RecordHistory
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, Stepped, stepped
from tests.stored import NOON_US

SYS, DIA, MEAN = VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.NIBP_MEAN
OWN = {SYS: 125.0, DIA: 78.0, VitalSign.HEART_RATE: 72.0, VitalSign.SPO2: 97.0}
DOWN_S = 20.0


def cuff(clinic: Stepped, systolic: float, diastolic: float) -> None:
    mean = diastolic + (systolic - diastolic) / 3
    clinic.frame("1", {SYS: systolic, DIA: diastolic, MEAN: mean})


@pytest.mark.requirement("ALM-162", "ALM-161")
async def test_ages_and_differences_are_those_of_before_the_restart(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as clinic:
        session = await clinic.seat()
        own = SetBaseline(session=session, values=OWN, reason="measured at home", actor=ACTOR)
        await clinic.commands.execute(own)
        cuff(clinic, 128.0, 80.0)
        clinic.hold(300)
        cuff(clinic, 170.0, 90.0)
        clinic.hold(120)
        at_s = clinic.time[0]
    async with stepped(tmp_path, chairs=1, at_s=at_s + DOWN_S) as again:
        again.hold(240)
        cuff(again, 168.0, 95.0)
        again.hold(490)
        await again.record.commit()
        stored = await again.record.transitions(session)
        judged = await replayed(RecordHistory(again.config.record.path), session)
        assert first_difference(stored, judged) is None
        told = {alarm.condition: alarm.message for alarm in again.ward.engine.alarms("1")}
        assert told["BP-R2"] == "BP +43/+17 over baseline"
        assert told["BP-R1"] == "BP +34 % of baseline (expected effect)"
        assert told["T-NIBP-O"] == "NIBP OVERDUE 8 min"
    said = {row.message for row in stored}
    assert {"BP +45/+12 over baseline", "BP rising 42 in 5 min: recheck"} <= said


@pytest.mark.requirement("ALM-147")
@pytest.mark.requirement("ALM-148")
async def test_a_long_alarm_and_a_sum_go_on_from_the_record_however_long_it_was_down(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path, chairs=1) as clinic:
        session = await clinic.seat()
        clinic.hold(200)
        for beat in (125.0, 135.0, 125.0):
            clinic.hold(15, HEART_RATE=beat)
        clinic.hold(20, HEART_RATE=125.0, SPO2=90.0)
        at_s = clinic.time[0]
    async with stepped(tmp_path, chairs=1, at_s=at_s + 600.0) as again:
        (high,) = [one for one in again.ward.engine.alarms("1") if one.condition == "HR-H1"]
        assert high.extreme == 135.0
        assert again.clock.to_utc_us(high.extreme_s or 0.0) == NOON_US + 215_000_000
        again.hold(4, SPO2=91.0)
        assert "SPO2-I" in {alarm.condition for alarm in again.ward.engine.alarms("1")}
        await again.record.commit()
        stored = await again.record.transitions(session)
        judged = await replayed(RecordHistory(again.config.record.path), session)
        assert first_difference(stored, judged) is None
