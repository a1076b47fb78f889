"""Lines without any hardware: back-off, throttle, topics, the wire inside the process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monitor.clinic import Device
from monitor.clock import Clock
from monitor.errors import ConfigError, DeviceError
from monitor.links import Backoff, Delivery, Throttle
from monitor.links.direct import DirectWire
from monitor.links.serial import SerialLink
from monitor.links.tcp import TcpLink
from monitor.links.topics import Routes, chair_topic, matches, mistake_in, overlap
from monitor.links.wiring import make_links
from monitor.tables import MqttTable
from simulators.loops import run_virtual

BAUD = {"ansar-b": 9_600, "chairside-json": 115_200}


def device(link: str, *, name: str = "mon-1", driver: str = "ansar-b", chair: str = "1") -> Device:
    return Device(id=name, driver=driver, link=link, chair=chair)


def clock() -> Clock:
    return Clock(lambda: 0.0, epoch_us=0)


@pytest.mark.requirement("LNK-001")
def test_a_line_is_tried_again_after_half_a_second_and_never_more_than_ten_apart() -> None:
    backoff = Backoff()
    assert [backoff.next_s() for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    backoff.reset()
    assert backoff.next_s() == 0.5


def test_a_device_at_the_fastest_serial_speed_is_never_held_back() -> None:
    throttle = Throttle()
    assert all(throttle.take(1_152, second / 10) == 0.0 for second in range(1_000))
    assert throttle.held_back == 0


@pytest.mark.requirement("LNK-002")
def test_a_flooding_device_is_read_at_the_limit_and_the_waits_are_counted() -> None:
    throttle, now_s, read = Throttle(bytes_per_s=1_000, burst=1_000), 0.0, 0
    while now_s < 100.0:
        now_s += throttle.take(4_096, now_s)
        read += 4_096
    assert read <= 1_000 * 100 + 1_000 + 2 * 4_096
    assert throttle.held_back > 20


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+/c", "a/b/c", True),
        ("a/+", "a", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "ab", False),
        ("+/b", "/b", True),
        ("#", "$SYS/load", False),
    ],
)
def test_a_topic_matches_a_filter_as_mqtt_says(
    topic_filter: str, topic: str, *, expected: bool
) -> None:
    assert matches(topic_filter, topic) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a/1/#", "a/2/#", False),
        ("a/1/#", "a/+/vitals", True),
        ("a/#", "a", True),
        ("a/+", "+/b", True),
        ("a/b", "a/b/c", False),
    ],
)
def test_filters_that_share_a_topic_are_recognised(one: str, other: str, *, expected: bool) -> None:
    assert overlap(one, other) is overlap(other, one) is expected


@pytest.mark.parametrize("bad", ["", "a/#/b", "a/b+", "a/b#", "$share/group/a"])
def test_a_malformed_or_shared_filter_is_refused(bad: str) -> None:
    assert mistake_in(bad)
    with pytest.raises(ValueError, match=r"."):
        Routes[str]().add(bad, "mon-1")


def test_what_is_remembered_of_strange_topics_is_bounded() -> None:
    routes = Routes[str]()
    routes.add("a/1/#", "mon-1")
    for number in range(25_000):
        assert routes.owner(f"strange/{number}") is None
    assert len(routes._found) <= 10_000
    assert routes.owner("a/1/vitals") == "mon-1"


@pytest.mark.requirement("LNK-003")
def test_two_devices_whose_topics_overlap_are_refused_before_anything_starts() -> None:
    devices = [
        device("mqtt:chairside/c/1/#", driver="chairside-json"),
        device("mqtt:chairside/c/+/mon-2/#", name="mon-2", driver="chairside-json"),
    ]
    with pytest.raises(ConfigError, match=r"(?s)topic filter.*chairside/c/1/#"):
        make_links(devices, MqttTable(), clock(), usual_baud=BAUD)


@pytest.mark.parametrize(
    ("topic_filter", "root"),
    [
        ("chairside/c/4/mon-4/#", "chairside/c/4"),
        ("chairside/c/4/mon-4/vitals", "chairside/c/4"),
        ("chairside/c/4/#", ""),
        ("chairside/c/+/mon-4/#", ""),
        ("clinic/c/4/mon-4/#", ""),
        ("chairside/c/4", ""),
    ],
)
def test_a_devices_filter_says_on_which_topic_its_chair_is(topic_filter: str, root: str) -> None:
    assert chair_topic(topic_filter) == root


@pytest.mark.requirement("ALM-222")
def test_who_sends_vitals_on_the_topic_of_one_chair_is_a_stranger_there() -> None:
    devices = [
        device("mqtt:chairside/c/4/mon-1/#", driver="chairside-json"),
        device("mqtt:chairside/c/5/mon-2/#", name="mon-2", driver="chairside-json", chair="2"),
        device("mqtt:chairside/c/5/mon-3/#", name="mon-3", driver="chairside-json", chair="3"),
        device("serial:/dev/ttyS9", name="mon-4"),
    ]
    wiring = make_links(devices, MqttTable(), clock(), usual_baud=BAUD)
    assert wiring.broker is not None
    assert wiring.strangers() == {}
    wiring.broker.strange |= {
        "chairside/c/4/mon-9/vitals": 1.0,
        "chairside/c/4/mon-9/availability": 2.0,
        "chairside/c/5/mon-9/vitals": 3.0,  # of which of the two chairs?
        "chairside/c/6/mon-9/vitals": 4.0,
        "nonsense": 5.0,
    }
    assert wiring.strangers() == {("1", "mon-9"): 1.0}
    assert make_links([], None, clock(), usual_baud=BAUD).strangers() == {}


def test_each_address_makes_its_own_kind_of_link() -> None:
    devices = [
        device("serial:/dev/ttyS9"),
        device("tcp://box.local:4001", name="mon-2"),
        device("direct:mon-3", name="mon-3"),
        device("mqtt:chairside/c/4/#", name="mon-4", driver="chairside-json"),
    ]
    wiring = make_links(devices, MqttTable(), clock(), usual_baud=BAUD)
    serial, tcp = wiring.links["mon-1"], wiring.links["mon-2"]
    assert isinstance(serial, SerialLink)
    assert (serial.path, serial.baud) == ("/dev/ttyS9", 9_600)
    assert isinstance(tcp, TcpLink)
    assert (tcp.host, tcp.port) == ("box.local", 4_001)
    assert wiring.links["mon-3"] is wiring.wires["mon-3"]
    assert wiring.broker is not None
    assert set(wiring.links) == {"mon-1", "mon-2", "mon-3", "mon-4"}


def test_an_mqtt_device_without_a_broker_is_refused_with_a_remedy() -> None:
    with pytest.raises(ConfigError, match=r"(?s)mon-1.*fix: write serial:PATH"):
        make_links([device("mqtt:a/#")], None, clock(), usual_baud=BAUD)


@pytest.mark.requirement("LNK-004")
def test_a_broker_password_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "mqtt.password"
    secret.write_text("s3cret\n")
    secret.chmod(0o644)
    table = MqttTable(username="chairside", password_file=secret)
    devices = [device("mqtt:a/#", driver="chairside-json")]
    with pytest.raises(ConfigError, match=r"(?s)read by others.*chmod 600"):
        make_links(devices, table, clock(), usual_baud=BAUD)
    secret.chmod(0o600)
    wiring = make_links(devices, table, clock(), usual_baud=BAUD)
    assert wiring.broker is not None
    assert wiring.broker.address.password == "s3cret"
    assert "s3cret" not in repr(wiring.broker.address)


def test_a_network_in_clear_is_said_on_the_page() -> None:
    devices = [device("mqtt:a/#", driver="chairside-json")]
    near = make_links(devices, MqttTable(host="127.0.0.1"), clock(), usual_baud=BAUD)
    far = make_links(devices, MqttTable(host="192.0.2.7"), clock(), usual_baud=BAUD)
    assert [line.text for line in near.status()] == []
    assert [line.text for line in far.status()] == ["mqtt://192.0.2.7:1883 is not encrypted"]


def test_a_wire_inside_the_process_works_in_virtual_time_and_keeps_the_time_of_sending() -> None:
    async def scene() -> list[Delivery]:
        loop = asyncio.get_running_loop()
        wire = DirectWire("mon-1", clock=Clock(loop.time, epoch_us=0))
        loop.call_later(3_600.0, wire.send, b"second")
        assert wire.send(b"first", channel="t", retained=True)
        async with wire.open() as deliveries:
            return [await anext(deliveries), await anext(deliveries)]

    first, second = run_virtual(scene())
    assert (first.data, first.channel, first.retained) == (b"first", "t", True)
    assert (second.data, second.received_s) == (b"second", 3_600.0)


def test_a_full_wire_counts_what_it_loses() -> None:
    async def scene() -> tuple[list[bool], int]:
        wire = DirectWire("mon-1", clock=clock(), size_max=2)
        return [wire.send(b"x") for _ in range(3)], wire.lost

    assert run_virtual(scene()) == ([True, True, False], 1)


@pytest.mark.requirement("LNK-005")
def test_a_cut_wire_is_an_error_and_goes_on_when_it_is_mended() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        wire = DirectWire("mon-1", clock=Clock(loop.time, epoch_us=0))
        async with wire.open() as deliveries:
            wire.send(b"sent before the cut")
            wire.cut("cable pulled")
            assert not wire.send(b"into the void")
            assert (await anext(deliveries)).data == b"sent before the cut"
            with pytest.raises(DeviceError, match=r"(?s)line lost.*cable pulled"):
                await anext(deliveries)
        loop.call_later(30.0, wire.mend)
        loop.call_later(31.0, wire.send, b"again")
        async with wire.open() as deliveries:
            assert loop.time() == 30.0
            assert (await anext(deliveries)).data == b"again"
        assert wire.lost == 1

    run_virtual(scene())


def test_a_full_wire_does_not_keep_others_from_their_turn() -> None:
    async def scene() -> int:
        wire, taken = DirectWire("mon-1", clock=clock()), 0
        turns = 0

        async def neighbour() -> None:
            nonlocal turns
            while taken < 256:
                turns += 1
                await asyncio.sleep(0)

        for _ in range(256):
            wire.send(b"x")
        other = asyncio.create_task(neighbour())
        async with wire.open() as deliveries:
            async for _ in deliveries:
                taken += 1
                if taken == 256:
                    break
        await other
        return turns

    assert run_virtual(scene()) >= 255
