"""Receiving through a real mosquitto: crashes, restarts, freezes, strangers, and full queues."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links import Delivery
from monitor.links.connection import BrokerAddress, Connection, SessionTerms
from monitor.links.mqtt import Broker, MqttLink
from tests.servers import Mosquitto
from tests.waiting import meanwhile, take, until

VALUES = "chairside/c/1/mon-1/vitals"
FILTER = "chairside/c/1/mon-1/#"
OTHER_VALUES = "chairside/c/2/mon-2/vitals"
OTHER_FILTER = "chairside/c/2/mon-2/#"


def address(mosquitto: Mosquitto, client_id: str = "chairside") -> BrokerAddress:
    return BrokerAddress(host="127.0.0.1", port=mosquitto.port, client_id=client_id)


def make_broker(mosquitto: Mosquitto, *, receive_max: int = 1_024) -> Broker:
    clock = Clock(asyncio.get_running_loop().time, epoch_us=0)
    return Broker(address(mosquitto), clock=clock, receive_max=receive_max)


async def say(mosquitto: Mosquitto, topic: str, *values: bytes, retain: bool = False) -> None:
    """Publish with QoS 1 from a client of its own."""
    async with Connection(address(mosquitto, "sender"), SessionTerms()) as sender:
        for value in values:
            await sender.publish(topic, value, retain=retain)


def confirm(deliveries: list[Delivery]) -> None:
    for delivery in deliveries:
        assert delivery.receipt is not None
        delivery.receipt.confirm()


@asynccontextmanager
async def link_back(link: MqttLink) -> AsyncIterator[AsyncIterator[Delivery]]:
    """Open as the supervisor does: each new reason why it fails is told once."""
    async with AsyncExitStack() as stack:
        deliveries = None
        while deliveries is None:
            with suppress(DeviceError):
                deliveries = await stack.enter_async_context(link.open())
        yield deliveries


async def settled(link: MqttLink) -> None:
    """A round trip on the link's connection: the broker has our acknowledgements by then."""
    assert link._connection is not None
    await link._connection.subscribe([link.topic_filter])


async def reopened(link: MqttLink) -> list[bytes]:
    """All that waits at the broker for this link, without confirming it."""
    async with link.open() as deliveries:
        out = []
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.5):
                    out.append((await anext(deliveries)).data)
        return out


@pytest.mark.requirement("LNK-011")
async def test_a_crash_before_the_commit_loses_none_of_forty_messages(mosquitto: Mosquitto) -> None:
    values = [b"%02d" % number for number in range(40)]
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()), link.open() as deliveries:
        await say(mosquitto, VALUES, *values)
        taken = await take(deliveries, 40)
        assert [one.data for one in taken] == values
        assert {one.channel for one in taken} == {VALUES}
        confirm(taken[:5])
        await settled(link)
    after = make_broker(mosquitto)
    link = after.link(FILTER)
    async with meanwhile(after.run()):
        assert await reopened(link) == values[5:]


async def test_what_is_confirmed_never_comes_again(mosquitto: Mosquitto) -> None:
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()), link.open() as deliveries:
        await say(mosquitto, VALUES, b"a", b"b")
        taken = await take(deliveries, 2)
        # Twice, as a record may that tries a commit again.
        confirm(taken)
        confirm(taken)
        await settled(link)
    after = make_broker(mosquitto)
    link = after.link(FILTER)
    async with meanwhile(after.run()):
        assert await reopened(link) == []


@pytest.mark.requirement("LNK-012")
async def test_a_receipt_confirmed_from_a_thread_or_after_a_reconnect_harms_nothing(
    mosquitto: Mosquitto,
) -> None:
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()):
        async with link.open() as deliveries:
            await say(mosquitto, VALUES, b"old 1", b"old 2")
            old = await take(deliveries, 2)
            mosquitto.stop()
            with pytest.raises(DeviceError, match="broker connection lost"):
                await anext(deliveries)
        mosquitto.start()
        async with link_back(link) as deliveries:
            again = await take(deliveries, 2)
            assert [one.data for one in again] == [b"old 1", b"old 2"]
            confirm(old)
            await asyncio.to_thread(confirm, again[:1])
            await say(mosquitto, VALUES, b"new")
            await take(deliveries, 1)
            await settled(link)
    after = make_broker(mosquitto)
    link = after.link(FILTER)
    async with meanwhile(after.run()):
        assert await reopened(link) == [b"old 2", b"new"]


async def test_what_a_killed_broker_had_under_way_to_us_is_kept_here(mosquitto: Mosquitto) -> None:
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()):
        await until(lambda: broker.connections)
        await say(mosquitto, VALUES, b"1", b"2", b"3")
        await until(lambda: len(link._waiting) == 3)
        mosquitto.kill()
        await until(broker.status)
        mosquitto.start()
        await until(lambda: broker.connections == 2)
        async with link_back(link) as deliveries:
            assert [one.data for one in await take(deliveries, 3)] == [b"1", b"2", b"3"]


@pytest.mark.alone
@pytest.mark.requirement("LNK-013")
async def test_a_killed_broker_is_noticed_at_once_and_taken_up_within_two_seconds(
    mosquitto: Mosquitto,
) -> None:
    loop = asyncio.get_running_loop()
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()):
        async with link.open() as deliveries:
            began = loop.time()
            mosquitto.kill()
            with pytest.raises(DeviceError) as caught:
                await anext(deliveries)
            assert loop.time() - began < 1.0
            assert caught.value.where == f"mqtt://127.0.0.1:{mosquitto.port}"
            assert caught.value.fix
        assert [line.level for line in broker.status()] == ["error"]
        # The reason has been told; `open` now waits for the broker instead of failing again,
        # but for one new reason: that the connection is refused.
        mosquitto.start()
        began = loop.time()
        async with link_back(link):
            pass
        assert loop.time() - began < 2.0
        assert broker.status() == []


@pytest.mark.requirement("LNK-014")
async def test_a_frozen_broker_is_noticed_within_nine_seconds(mosquitto: Mosquitto) -> None:
    loop = asyncio.get_running_loop()
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()):
        async with link.open() as deliveries:
            await say(mosquitto, VALUES, b"x")
            confirm(await take(deliveries, 1))
            mosquitto.freeze()
            began = loop.time()
            with pytest.raises(DeviceError, match="broker connection lost"):
                await anext(deliveries)
            assert loop.time() - began < 9.0
        # Each try to reach a frozen broker opens a socket; none may stay behind.
        await until(lambda: "not reached" in broker.status()[0].text)
        sockets = open_files()
        first = broker.status()[0]
        await until(lambda: open_files() <= sockets)
        assert first.level == "error"
        mosquitto.thaw()
        async with link_back(link):
            await until(lambda: broker.status() == [])


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_broker_that_never_was_there_is_told_once_and_then_waited_for(
    mosquitto: Mosquitto,
) -> None:
    mosquitto.stop()
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()):
        with pytest.raises(DeviceError, match=r"(?s)broker not reached.*refused.*fix: check"):
            async with link.open():
                pass
        waiting = asyncio.create_task(reopened(link))
        await until(broker.status)
        assert not waiting.done()
        mosquitto.start()
        assert await waiting == []


@pytest.mark.requirement("LNK-015")
async def test_retained_messages_are_flagged_and_live_ones_are_not(mosquitto: Mosquitto) -> None:
    await say(mosquitto, VALUES, b"from yesterday", retain=True)
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()), link.open() as deliveries:
        [memory] = await take(deliveries, 1)
        assert (memory.data, memory.retained) == (b"from yesterday", True)
        await say(mosquitto, VALUES, b"now", retain=True)
        [live] = await take(deliveries, 1)
        assert (live.data, live.retained) == (b"now", False)


@pytest.mark.requirement("LNK-016", "ALM-222")
async def test_each_device_gets_its_own_messages_and_strangers_are_counted(
    mosquitto: Mosquitto,
) -> None:
    before = make_broker(mosquitto)
    before.link("chairside/c/9/#")
    async with meanwhile(before.run()):
        await until(lambda: before.connections)
    broker = make_broker(mosquitto)
    one, two = broker.link(FILTER), broker.link(OTHER_FILTER)
    broker.watch("chairside/c/1/+/vitals")
    async with meanwhile(broker.run()), one.open() as first, two.open() as second:
        # The broker still holds the subscription of a device that left the configuration.
        await say(mosquitto, "chairside/c/9/mon-9/vitals", b"whose?", b"whose?")
        await say(mosquitto, "chairside/c/1/mon-9/vitals", b"on whose chair?")
        await say(mosquitto, VALUES, b"1", b"1 again")
        await say(mosquitto, OTHER_VALUES, b"2")
        # Each once, though two subscriptions match.
        assert [d.data for d in await take(first, 2)] == [b"1", b"1 again"]
        assert [d.data for d in await take(second, 1)] == [b"2"]
        assert set(broker.strange) == {f"chairside/c/{n}/mon-9/vitals" for n in (1, 9)}
        [line] = broker.status()
        assert line.level == "warn"
        assert line.text == (
            "3 messages of no configured device, most on chairside/c/9/mon-9/vitals"
        )


@pytest.mark.requirement("LNK-017")
async def test_the_broker_holds_back_what_we_have_not_committed(mosquitto: Mosquitto) -> None:
    broker = make_broker(mosquitto, receive_max=10)
    link = broker.link(FILTER)
    values = [b"%03d" % number for number in range(100)]
    async with meanwhile(broker.run()), link.open() as deliveries:
        await say(mosquitto, VALUES, *values)
        held = await take(deliveries, 10)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await anext(deliveries)
    async with meanwhile(broker.run()), link.open() as deliveries:
        got: list[bytes] = []
        while len(got) < 100:
            delivery = (await take(deliveries, 1))[0]
            got.append(delivery.data)
            confirm([delivery])
    assert [one.data for one in held] == values[:10]
    assert got == values
    assert (link.lost, link.held) == (0, 0)


async def test_a_full_queue_leaves_messages_at_the_broker_and_fetches_them_again(
    mosquitto: Mosquitto,
) -> None:
    broker = make_broker(mosquitto)
    link = broker.link(FILTER, queue_max=4)
    values = [b"%02d" % number for number in range(20)]
    seen: list[bytes] = []
    async with meanwhile(broker.run()):
        await until(lambda: broker.connections)
        await say(mosquitto, VALUES, *values)
        await until(lambda: link.held == 16)
        assert "16 messages wait at the broker" in broker.status()[0].text
        while len(set(seen)) < 20:
            with suppress(DeviceError):
                async with link.open() as deliveries:
                    while len(set(seen)) < 20:
                        taken = await take(deliveries, 1)
                        seen += [one.data for one in taken]
                        confirm(taken)
    assert sorted(set(seen)) == values
    assert link.lost == 0


@pytest.mark.requirement("LNK-018")
async def test_a_message_that_its_reader_fails_on_is_set_aside_and_does_not_come_again(
    mosquitto: Mosquitto,
) -> None:
    broker = make_broker(mosquitto)
    link = broker.link(FILTER)
    async with meanwhile(broker.run()):
        with pytest.raises(ZeroDivisionError):  # noqa: PT012  the reader fails inside its link
            async with link.open() as deliveries:
                await say(mosquitto, VALUES, b"poison", b"good")
                await take(deliveries, 1)
                raise ZeroDivisionError
        async with link.open() as deliveries:
            assert [one.data for one in await take(deliveries, 1)] == [b"good"]
        assert "1 messages could not be read" in broker.status()[0].text
        await settled(link)
    after = make_broker(mosquitto)
    link = after.link(FILTER)
    async with meanwhile(after.run()):
        assert await reopened(link) == [b"good"]


async def test_a_device_that_floods_the_broker_does_not_starve_another(
    mosquitto: Mosquitto,
) -> None:
    loop = asyncio.get_running_loop()
    broker = make_broker(mosquitto)
    one, two = broker.link(FILTER), broker.link(OTHER_FILTER)
    delays = []

    async def swallow() -> None:
        async with one.open() as deliveries:
            async for delivery in deliveries:
                confirm([delivery])

    async def flood() -> None:
        async with Connection(address(mosquitto, "flooder"), SessionTerms()) as sender:
            while True:
                await asyncio.gather(*(sender.publish(VALUES, b"x" * 500) for _ in range(20)))

    async with meanwhile(broker.run()), two.open() as deliveries:
        tasks = [asyncio.create_task(swallow()), asyncio.create_task(flood())]
        async with Connection(address(mosquitto, "quiet"), SessionTerms()) as sender:
            for number in range(50):
                sent_s = loop.time()
                await sender.publish(OTHER_VALUES, b"%d" % number)
                confirm(await take(deliveries, 1))
                delays.append(loop.time() - sent_s)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    assert max(delays) < 0.5


async def test_a_second_service_with_our_name_is_said_on_the_page(mosquitto: Mosquitto) -> None:
    one, two = make_broker(mosquitto), make_broker(mosquitto)
    one.link(FILTER)
    two.link(FILTER)
    async with meanwhile(one.run()), meanwhile(two.run()):
        await until(
            lambda: any("who else is 'chairside'?" in line.text for line in one.status()),
            within_s=30.0,
        )


async def test_the_service_stops_at_whatever_instant_of_connecting_it_is_told_to(
    mosquitto: Mosquitto,
) -> None:
    files = open_files()
    for step in range(150):
        broker = make_broker(mosquitto)
        broker.link(FILTER)
        task = asyncio.create_task(broker.run())
        await asyncio.wait([task], timeout=step * 0.000_05)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=5.0)
        assert done, f"still running after a stop {step * 0.05:.2f} ms into connecting"
    await until(lambda: open_files() <= files + 1)
