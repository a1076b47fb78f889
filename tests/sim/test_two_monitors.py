"""Two monitors send as one chair: HIGH at once, kept, and over when one is alone (T-ASSIGN-2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.conditions import Priority
from monitor.drivers import Report
from monitor.housekeeping import look_at_senders
from monitor.intake import Arrival
from monitor.operations.rejudging import rejudged
from monitor.vitals import Measurement, VitalSign
from tests.stepped import Stepped, stepped

TWO = "TWO MONITORS SEND AS CHAIR 1 (mon-1): check which patient each is on"


def speak(house: Stepped, seconds: int, *, other: float | None = None) -> None:
    """A monitor at 97 %, and half a second later another with its id that shows `other`."""
    for _ in range(seconds):
        for boot, spo2 in (("a", 97.0), ("b", other)):
            if spo2 is not None:
                _send(house, boot, spo2)
            house.wait(0.5)
        look_at_senders(house.ward, {})


def _send(house: Stepped, boot: str, spo2: float) -> None:
    now_us, now = house.clock.utc_us(), house.clock.monotonic()
    values = {VitalSign.SPO2: spo2, VitalSign.HEART_RATE: 72.0}
    measurements = tuple(Measurement(vital=vital, value=one) for vital, one in values.items())
    report = Report(measurements=measurements, boot=boot, seq=now_us, sent_at_us=now_us)
    arrival = Arrival(received_s=now, received_at_us=now_us)
    house.ward.take(house.intakes["1"], report, arrival)


def told(house: Stepped) -> list[tuple[Priority, str]]:
    alarms = house.ward.engine.alarms("1")
    return [(one.priority, one.message) for one in alarms if one.condition == "T-ASSIGN-2"]


@pytest.mark.requirement("ALM-221")
async def test_two_of_one_id_are_told_both_kept_and_both_judged(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat()
        speak(house, 20)
        speak(house, 9, other=91.0)
        assert told(house) == [(Priority.HIGH, TWO)]
        assert house.ward.engine.pending("1") == {VitalSign.SPO2}
        speak(house, 1)
        assert not house.ward.engine.pending("1")
        await house.record.commit()
        rows = await house.record.readings(session)
        spo2 = [(row.boot, row.value) for row in rows if row.vital is VitalSign.SPO2]
        assert spo2.count(("a", 97.0)) == 30
        assert spo2.count(("b", 91.0)) == 9
        assert not [row for row in rows if row.late]
        speak(house, 28)
        assert told(house) == [(Priority.HIGH, TWO)]
        speak(house, 3)
        assert told(house) == []
        await house.record.commit()
        found = await rejudged(house.config.record.path, session)
    assert found.lines() == [f"{found.steps} transitions, identical"]


@pytest.mark.requirement("ALM-221")
async def test_without_a_patient_it_is_low_and_high_for_who_is_seated_then(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        speak(house, 10, other=97.0)
        assert told(house) == [(Priority.LOW, TWO)]
        await house.seat()
        speak(house, 1, other=97.0)
        assert told(house) == [(Priority.HIGH, TWO)]


@pytest.mark.requirement("ALM-221")
async def test_after_a_restart_it_stands_until_one_alone_has_sent(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        await house.seat()
        speak(house, 10, other=97.0)
        await house.record.commit()
    async with stepped(tmp_path, chairs=1, at_s=11.0) as house:
        speak(house, 28)
        assert told(house) == [(Priority.HIGH, TWO)]
        speak(house, 4)
        assert told(house) == []


@pytest.mark.requirement("ALM-222")
async def test_a_stranger_is_told_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat()
        for _ in range(6):
            speak(house, 1)
            look_at_senders(house.ward, {("1", "mon-9"): house.clock.monotonic()})
        assert told(house) == [(Priority.HIGH, TWO.replace("mon-1", "mon-9"))]
        await house.record.commit()
        assert {row.device for row in await house.record.readings(session)} == {"mon-1"}
