"""What devices say of themselves, and how far their clocks are behind ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.bedsides import Bedsides
from monitor.care.equipment import EQUIPMENT, equipment_of
from monitor.clinic import Device
from monitor.drivers import Identity, Report
from monitor.drivers.registry import DRIVERS
from monitor.history import Data
from monitor.intake import Arrival, Intake, Seat
from tests.stored import NOON_US, fact

BERLIN = ZoneInfo("Europe/Berlin")
MASIMO = "01/15/27 09:00:{second:02d} SN=0000013587 SPO2=098% BPM=072% PI=01.20% EXC=000800\r\n"
NELLCOR = (
    "N-560    VERSION 1.56.00    CRC:XXXX  SpO2 Limit: 90-100%    PR Limit: 60-170BPM\r\n"
    "TIME                 %SpO2   BPM     PA     Status\r\n"
    "15-Jan-27 09:00:00    98      72      42                 \r\n"
)
EMPTY = Seat(session=None, opened_us=0, cuff_late_s=60.0)


def device(**parts: str) -> Device:
    told = {"id": "mon-1", "driver": "masimo-ascii1", "link": "tcp://h:1", "chair": "1"}
    return Device(**(told | parts))  # type: ignore[arg-type]


class Bedside:
    """One device whose reports come in."""

    def __init__(self, one: Device) -> None:
        self.bedsides = Bedsides([one], BERLIN)
        self.intake = Intake(one)

    def take(self, report: Report, second: float, *, retained: bool = False) -> bool:
        """A report that comes so many seconds after noon."""
        at_us = NOON_US + round(second * 1e6)
        arrival = Arrival(received_s=second, received_at_us=at_us, retained=retained)
        self.intake.readings(report, arrival, EMPTY)
        return self.bedsides.take(self.intake, report, arrival)

    @property
    def known(self) -> Data:
        (data,) = self.bedsides.at("1")
        return data


def spoken(driver: str, text: str) -> list[Report]:
    return [one for one in DRIVERS[driver].decoder().feed(text.encode()) if isinstance(one, Report)]


@pytest.mark.requirement("RPT-014")
def test_each_protocol_tells_of_its_device_what_it_carries() -> None:
    (masimo,) = spoken("masimo-ascii1", MASIMO.format(second=5))
    assert masimo.identity == Identity(serial="0000013587")
    assert masimo.shows == datetime(2027, 1, 15, 9, 0, 5)  # noqa: DTZ001  no zone is told
    (nellcor,) = spoken("nellcor", NELLCOR)
    assert nellcor.identity == Identity(model="N-560", firmware="1.56.00")
    assert nellcor.shows == datetime(2027, 1, 15, 9)  # noqa: DTZ001
    (bare,) = spoken("nellcor", NELLCOR.splitlines(keepends=True)[2])
    assert bare.identity is None
    (wrong,) = spoken("masimo-ascii1", MASIMO.format(second=5).replace("01/15", "13/45"))
    assert wrong.shows is None
    (nameless,) = spoken("masimo-ascii1", MASIMO.format(second=5).replace("SN=0", "SN=~"))
    assert nameless.identity is None


@pytest.mark.requirement("RPT-014")
def test_what_the_device_says_goes_before_what_the_clinic_says_of_it() -> None:
    one = Bedside(device(model="Rad-8", serial="from the plate"))
    assert one.known == {
        "device": "mon-1",
        "driver": "masimo-ascii1",
        "link": "tcp",
        "model": "Rad-8",
        "serial": "from the plate",
        "by_itself": False,
    }
    assert one.take(Report(measurements=(), identity=Identity(serial="0000013587")), 0)
    assert not one.take(Report(measurements=(), identity=Identity(serial="0000013587")), 1)
    assert (one.known["serial"], one.known["model"], one.known["by_itself"]) == (
        "0000013587",
        "Rad-8",
        True,
    )
    assert "firmware" not in one.known


@pytest.mark.requirement("RPT-015")
def test_a_clock_is_told_once_five_reports_agree_and_again_when_it_moved() -> None:
    one = Bedside(device())
    zero = datetime.fromtimestamp(NOON_US / 1e6, tz=UTC).astimezone(BERLIN).replace(tzinfo=None)
    news = []
    for second in range(60):
        late_s = 40 if second < 30 else 45
        shown = zero + timedelta(seconds=second - late_s)
        news.append(one.take(Report(measurements=(), shows=shown), second + 0.3))
    assert [second for second, told in enumerate(news) if told] == [4, 34]
    assert one.known["clock_behind_s"] == 45


@pytest.mark.requirement("RPT-015")
def test_a_right_clock_is_right_and_one_hour_of_autumn_that_comes_twice_is_no_skew() -> None:
    right = Bedside(device())
    for second in range(6):
        zero = datetime.fromtimestamp(NOON_US / 1e6 + second, tz=BERLIN).replace(tzinfo=None)
        right.take(Report(measurements=(), shows=zero), second + 0.4)
    assert right.known["clock_behind_s"] == 0
    twice = Bedside(device())
    autumn = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    for second in range(6):
        moment = datetime.fromtimestamp(autumn.timestamp() + second, tz=BERLIN)
        since = autumn.timestamp() - NOON_US / 1e6 + second
        twice.take(Report(measurements=(), shows=moment.replace(tzinfo=None, fold=0)), since)
    assert twice.known["clock_behind_s"] == 0


@pytest.mark.requirement("RPT-015")
def test_a_backlog_and_a_brokers_memory_say_nothing_of_a_clock() -> None:
    one = Bedside(device(driver="chairside-json", link="mqtt:x"))
    for second in range(30):
        sent = Report(measurements=(), sent_at_us=NOON_US + second * 1_000_000)
        one.take(sent, second + 0.1)
    assert one.known["clock_behind_s"] == 0
    for number in range(30):
        old = Report(measurements=(), sent_at_us=NOON_US + (31 + number) * 1_000_000)
        one.take(old, 700 + number / 100)
        one.take(replace(old, sent_at_us=NOON_US), 701, retained=True)
    assert one.known["clock_behind_s"] == 0


@pytest.mark.requirement("RPT-014")
def test_the_newest_word_of_each_device_counts() -> None:
    facts = [
        fact(0, EQUIPMENT, actor=None, device="b", driver="nellcor", by_itself=False),
        fact(1, EQUIPMENT, actor=None, device="a", driver="ansar-b", by_itself=False),
        fact(2, EQUIPMENT, actor=None, device="b", driver="nellcor", model="N-560", by_itself=True),
    ]
    assert [(one.device, one.model, one.behind_s) for one in equipment_of(facts)] == [
        ("a", "", None),
        ("b", "N-560", None),
    ]
