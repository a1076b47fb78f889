"""Which monitors fell silent together, and through what (alarms.md 7.2 and 8a.23)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from monitor.alerts import Alarm
from monitor.clinic import Device
from monitor.gateways import Gateways, data_link_down, gateway_of
from tests.judged import Chairside

ALL = frozenset("12345678")
BROKER = [f"mqtt:clinic/{number}/#" for number in range(1, 9)]


def device(number: int, link: str) -> Device:
    return Device(id=f"mon-{number}", driver="chairside-json", link=link, chair=str(number))


def gateways(links: Iterable[str], quiet_s: float = 5.0) -> Gateways:
    devices = [device(number, link) for number, link in enumerate(links, start=1)]
    return Gateways(devices, {one.id: quiet_s for one in devices})


def hear(known: Gateways, numbers: Iterable[int], until_s: int) -> None:
    """One frame a second of each, up to that second."""
    for second in range(until_s + 1):
        for number in numbers:
            known.heard(f"mon-{number}", float(second))


@pytest.mark.requirement("S-32")
def test_all_chairs_of_a_broker_are_lost_as_one() -> None:
    known = gateways(BROKER)
    hear(known, range(1, 9), 60)
    assert known.lost(64.9, ALL) == []
    (loss,) = known.lost(65.0, ALL)
    assert (loss.gateway, loss.since_s, len(loss.chairs)) == ("message broker", 60.0, 8)
    assert data_link_down([loss]) == "DATA LINK DOWN: 8 chairs (message broker)"


@pytest.mark.requirement("S-32")
def test_one_that_still_speaks_keeps_its_gateway() -> None:
    known = gateways(BROKER)
    hear(known, range(1, 9), 60)
    hear(known, [3], 90)
    assert known.lost(91.0, ALL) == []
    assert known.lost(96.0, ALL) == []  # then it is alone: a chair, and no gateway


@pytest.mark.requirement("S-32")
def test_one_that_was_lost_before_has_its_own_alarm() -> None:
    known = gateways(BROKER)
    hear(known, [8], 40)
    hear(known, range(1, 8), 60)
    (loss,) = known.lost(66.0, ALL)
    assert loss.chairs == frozenset("1234567")


@pytest.mark.requirement("S-32")
def test_chairs_where_nobody_sits_are_switched_off_without_an_alarm() -> None:
    known = gateways(BROKER)
    hear(known, range(1, 9), 60)
    assert known.lost(70.0, frozenset()) == []
    assert known.lost(70.0, frozenset("3")) == []  # that chair tells of itself
    (loss,) = known.lost(70.0, frozenset("36"))
    assert loss.chairs == frozenset("36")


@pytest.mark.requirement("S-32")
def test_what_is_lost_while_another_gateway_is_told_of_has_its_own_alarms() -> None:
    known = gateways(["tcp://a:1", "tcp://a:2", "tcp://b:1", "tcp://b:2"])
    hear(known, [1, 2], 10)
    hear(known, [3, 4], 40)
    assert [loss.gateway for loss in known.lost(20.0, ALL)] == ["terminal server a"]
    assert [loss.gateway for loss in known.lost(50.0, ALL)] == ["terminal server a"]
    known.heard("mon-1", 51.0)
    assert known.lost(52.0, ALL) == []
    assert [loss.gateway for loss in known.lost(53.0, ALL)] == ["terminal server b"]


@pytest.mark.requirement("S-32")
def test_who_sits_down_while_a_gateway_is_lost_is_told_of_alone() -> None:
    known = gateways(BROKER)
    hear(known, range(1, 9), 60)
    known.lost(70.0, frozenset("12"))
    (loss,) = known.lost(71.0, frozenset("123"))
    assert loss.chairs == frozenset("12")


@pytest.mark.parametrize(("links", "count"), [(BROKER[:1], 0), (BROKER[:2], 1), ([], 0)])
def test_a_gateway_has_two_chairs_at_least(links: list[str], count: int) -> None:
    known = gateways(links)
    hear(known, range(1, len(links) + 1), 10)
    assert len(known.lost(30.0, ALL)) == count


def test_what_was_never_heard_is_not_lost() -> None:
    assert gateways(BROKER).lost(1000.0, ALL) == []


def test_slow_monitors_are_waited_for() -> None:
    known = gateways(BROKER, quiet_s=30.0)
    hear(known, range(1, 9), 10)
    assert known.lost(24.9, ALL) == []
    assert len(known.lost(25.0, ALL)) == 1


def test_each_terminal_server_is_a_gateway_and_serial_ports_are_one() -> None:
    names = [gateway_of(device(1, link)) for link in ("tcp://10.0.0.5:4001", "tcp://10.0.0.5:4002")]
    assert names == ["terminal server 10.0.0.5"] * 2
    assert gateway_of(device(1, "serial:/dev/ttyUSB0")) == gateway_of(device(2, "serial:/dev/x"))
    links = [*("tcp://a:1", "tcp://a:2"), *("tcp://b:1", "tcp://b:2")]
    known = gateways(links)
    hear(known, range(1, 5), 10)
    hear(known, [3, 4], 30)
    (loss,) = known.lost(31.0, ALL)
    assert loss.gateway == "terminal server a"


def open_since(condition: str, instance: str, onset_s: float) -> Alarm:
    """An open technical alarm."""
    chair = Chairside()
    for _ in range(11):
        chair.pass_second({}, silent=True)
    alarm = chair.alarm("T-LINK")
    assert alarm is not None
    return replace(alarm, condition=condition, instance=instance, onset_s=onset_s)


@pytest.mark.requirement("ALM-203")
@pytest.mark.parametrize(("back_s", "spoken_for"), [(119.0, "12"), (120.0, "123")])
def test_after_a_restart_a_slow_monitor_without_an_alarm_yet_is_spoken_for(
    back_s: float, spoken_for: str
) -> None:
    devices = [device(number, link) for number, link in enumerate(BROKER[:3], start=1)]
    known = Gateways(devices, {"mon-1": 5.0, "mon-2": 5.0, "mon-3": 120.0})
    links = [open_since("T-LINK", f"mon-{number}", 60.0) for number in (1, 2)]
    known.recall([open_since("T-GATE", "", 60.0), *links], back_s)
    (loss,) = known.lost(back_s, ALL)
    assert loss.chairs == frozenset(spoken_for)
    assert known.spoken_for(back_s) == {f"mon-{number}" for number in spoken_for}
