"""Our publishers against a real mosquitto: nothing that they hold is lost, whoever dies."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from contextlib import suppress

import pytest

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links.connection import BrokerAddress
from monitor.links.mqtt import Broker, MqttLink
from simulators.publisher import AGAIN_MAX, Publisher, Topics
from tests.servers import ROOT, Mosquitto
from tests.waiting import meanwhile, take, until

TOPICS = Topics(
    values="chairside/c/1/mon-1/vitals",
    availability="chairside/c/1/mon-1/availability",
    online=b"online",
    offline=b"offline",
)
FILTER = "chairside/c/1/mon-1/#"
MONITOR = """
import asyncio, sys
from monitor.links.connection import BrokerAddress
from simulators.publisher import Publisher
from tests.real.test_mqtt_publisher import TOPICS

async def main():
    where = BrokerAddress(host="127.0.0.1", port=int(sys.argv[1]), client_id="mon-1")
    publisher = Publisher(where, TOPICS)
    task = asyncio.create_task(publisher.run())
    while not publisher.connections:
        await asyncio.sleep(0.01)
    print("connected", flush=True)
    await task

asyncio.run(main())
"""


def address(mosquitto: Mosquitto, client_id: str) -> BrokerAddress:
    return BrokerAddress(host="127.0.0.1", port=mosquitto.port, client_id=client_id)


def make_publisher(mosquitto: Mosquitto, *, held_max: int = 3_600) -> Publisher:
    return Publisher(address(mosquitto, "mon-1"), TOPICS, held_max=held_max, rng=random.Random(7))


def make_service(mosquitto: Mosquitto) -> tuple[Broker, MqttLink]:
    clock = Clock(asyncio.get_running_loop().time, epoch_us=0)
    broker = Broker(address(mosquitto, "chairside"), clock=clock)
    return broker, broker.link(FILTER)


async def store(link: MqttLink, kept: list[bytes]) -> None:
    """A service in small: keeps each value and confirms it, through every outage."""
    while True:
        with suppress(DeviceError):
            async with link.open() as deliveries:
                async for delivery in deliveries:
                    if delivery.channel == TOPICS.values:
                        kept.append(delivery.data)
                    if delivery.receipt is not None:
                        delivery.receipt.confirm()


def first_seen(values: list[bytes]) -> list[bytes]:
    """The values without their repeats, in the order in which each came first."""
    return list(dict.fromkeys(values))


def numbers(count: int) -> list[bytes]:
    return [b"%05d" % number for number in range(count)]


@pytest.mark.requirement("LNK-019")
async def test_availability_is_born_online_retained_and_dies_offline(mosquitto: Mosquitto) -> None:
    broker, link = make_service(mosquitto)
    monitor = subprocess.Popen(
        [sys.executable, "-c", MONITOR, str(mosquitto.port)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert monitor.stdout is not None
        assert await asyncio.to_thread(monitor.stdout.readline) == b"connected\n"
        async with meanwhile(broker.run()), link.open() as deliveries:
            [birth] = await take(deliveries, 1)
            assert (birth.channel, birth.data) == (TOPICS.availability, b"online")
            assert birth.retained
            monitor.kill()
            [will] = await take(deliveries, 1)
            assert (will.channel, will.data) == (TOPICS.availability, b"offline")
    finally:
        monitor.kill()
        monitor.wait()


@pytest.mark.alone
async def test_an_orderly_stop_says_offline_within_a_second(mosquitto: Mosquitto) -> None:
    broker, link = make_service(mosquitto)
    loop = asyncio.get_running_loop()
    async with meanwhile(broker.run()), link.open() as deliveries:
        publisher = make_publisher(mosquitto)
        async with meanwhile(publisher.run()):
            assert (await take(deliveries, 1))[0].data == b"online"
            began = loop.time()
        assert (await take(deliveries, 1))[0].data == b"offline"
        assert loop.time() - began < 1.0


@pytest.mark.requirement("LNK-020")
async def test_values_that_nobody_subscribed_to_are_held_and_sent_again_in_order(
    mosquitto: Mosquitto,
) -> None:
    publisher = make_publisher(mosquitto)
    for value in numbers(20):
        publisher.send(value)
    async with meanwhile(publisher.run()):
        await until(lambda: publisher.unheard >= 1)
        assert publisher.held == 20
        broker, link = make_service(mosquitto)
        kept: list[bytes] = []
        async with meanwhile(broker.run()):
            storing = asyncio.create_task(store(link, kept))
            await publisher.drained()
            await until(lambda: len(kept) == 20)
            storing.cancel()
        assert kept == numbers(20)


@pytest.mark.requirement("LNK-021")
async def test_what_is_held_is_bounded_and_the_oldest_goes_counted(mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    publisher = make_publisher(mosquitto, held_max=10)
    assert [publisher.send(value) for value in numbers(13)] == [True] * 10 + [False] * 3
    assert (publisher.held, publisher.dropped) == (10, 3)
    mosquitto.start()
    broker, link = make_service(mosquitto)
    kept: list[bytes] = []
    async with meanwhile(broker.run()), meanwhile(publisher.run()):
        storing = asyncio.create_task(store(link, kept))
        await until(lambda: len(kept) == 10)
        storing.cancel()
    assert kept == numbers(13)[3:]


@pytest.mark.requirement("LNK-022")
async def test_a_broker_killed_under_publishing_and_a_service_three_seconds_late_lose_nothing(
    mosquitto: Mosquitto,
) -> None:
    publisher, kept = make_publisher(mosquitto), list[bytes]()
    sent = numbers(600)

    async def speak() -> None:
        for value in sent:
            publisher.send(value)
            await asyncio.sleep(0.01)

    broker, link = make_service(mosquitto)
    async with meanwhile(publisher.run()):
        async with meanwhile(broker.run()):
            storing = asyncio.create_task(store(link, kept))
            speaking = asyncio.create_task(speak())
            await until(lambda: len(kept) >= 50)
            mosquitto.kill()
            mosquitto.start()
            await until(lambda: publisher.connections == 2)
            await until(lambda: len(kept) >= 150)
            storing.cancel()
        # The service is away for three seconds, and the broker dies once more meanwhile.
        await asyncio.wait([speaking], timeout=1.5)
        mosquitto.kill()
        mosquitto.start()
        await asyncio.wait([speaking], timeout=1.5)
        broker, link = make_service(mosquitto)
        async with meanwhile(broker.run()):
            storing = asyncio.create_task(store(link, kept))
            await speaking
            await publisher.drained()
            await until(lambda: len(set(kept)) == len(sent))
            storing.cancel()
    assert first_seen(kept) == sent
    assert publisher.dropped == 0
    assert publisher.resent <= AGAIN_MAX * (publisher.connections - 1)


@pytest.mark.soak
async def test_thirty_kills_under_load_lose_nothing_and_keep_the_order(
    mosquitto: Mosquitto,
) -> None:
    publisher, kept = make_publisher(mosquitto), list[bytes]()
    broker, link = make_service(mosquitto)
    rng, sent = random.Random(1), 0
    async with meanwhile(publisher.run()), meanwhile(broker.run()):
        storing = asyncio.create_task(store(link, kept))
        for _ in range(30):
            for _ in range(rng.randrange(20, 200)):
                publisher.send(b"%05d" % sent)
                sent += 1
                await asyncio.sleep(0.002)
            mosquitto.kill()
            mosquitto.start()
        await until(lambda: len(set(kept)) == sent, within_s=60.0)
        storing.cancel()
    assert first_seen(kept) == numbers(sent)
