"""Servers and the service itself are stopped and killed under load: nothing taken is lost."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from statistics import median

import pytest

from monitor.drivers import Shown
from monitor.drivers.chairside_json import Encoder
from monitor.links.connection import BrokerAddress
from monitor.store.influx_history import InfluxHistory
from monitor.store.record import RecordHistory
from monitor.vitals import GenerationMode, VitalSign
from simulators.publisher import Publisher, Topics
from tests.influx_bucket import make_bucket
from tests.process import Service, service, topic
from tests.servers import Influxd, Mosquitto
from tests.waiting import until

KILLS = 4
KILLS_SOAK = 50
BACK_S_MAX = 3.0
OUTAGE_S = 60.0
PERIOD_S = 0.05


class Monitor:
    """A bedside monitor that publishes SpO2 in a known sequence, as the chair's or by a name."""

    def __init__(
        self, broker: Mosquitto, chair: str = "1", *, own: str = "", name: str = ""
    ) -> None:
        root = topic(chair) if not own else topic(chair).replace(f"mon-{chair}", own)
        topics = Topics(
            values=f"{root}/vitals",
            availability=f"{root}/availability",
            online=b"online",
            offline=b"offline",
        )
        client = name or own or f"mon-{chair}"
        address = BrokerAddress(host="127.0.0.1", port=broker.port, client_id=client)
        self.publisher = Publisher(address, topics)
        self._encoder = Encoder(f"mon-{chair}")
        self.sent: list[float] = []

    def message(self, spo2: float) -> bytes:
        """The next message; its number is used up whether it is sent or not."""
        return self._encoder.encode(
            Shown(
                at_us=time.time_ns() // 1_000,
                values={VitalSign.SPO2: spo2},
                validity={},
                mode=GenerationMode.TEST,
            )
        )

    def send(self, spo2: float) -> None:
        self.sent.append(spo2)
        self.publisher.send(self.message(spo2))

    async def send_for_ever(self) -> None:
        """Values below every limit, each a little different."""
        number = 0
        while True:
            self.send(80.0 + (number % 400) / 100)
            number += 1
            await asyncio.sleep(PERIOD_S)


@asynccontextmanager
async def talking(monitor: Monitor) -> AsyncIterator[None]:
    """The monitor talks meanwhile; at the end every value it sent is confirmed."""
    publishing = asyncio.create_task(monitor.publisher.run())
    sending = asyncio.create_task(monitor.send_for_ever())
    yield
    sending.cancel()
    async with asyncio.timeout(30):
        await monitor.publisher.drained()
    publishing.cancel()


def kept(record: Path) -> list[float]:
    """SpO2 values in the record, in the order they were numbered."""
    with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(readings)")]
        assert "seq" in columns
        rows = connection.execute("SELECT value FROM readings WHERE seq IS NOT NULL ORDER BY seq")
        return [value for (value,) in rows]


async def all_kept(one: Service, monitor: Monitor) -> None:
    """Every value that was sent comes into the record, in its order.

    A busy machine may take minutes over what waits at the broker; what is lost comes never.
    """
    there: list[float] = []

    def grown() -> bool:
        nonlocal there
        before, there = len(there), kept(one.record)
        return len(there) > before

    def told() -> str:
        return f"{len(there)} of {len(monitor.sent)} kept; {one.said()}"

    while len(there) < len(monitor.sent):
        await until(grown, 30, instead=told)
    assert there == monitor.sent


async def kill_and_compare(folder: Path, mosquitto: Mosquitto, kills: int) -> list[float]:
    """Kill the service so many times under load; the seconds each restart took."""
    chance, monitor, back = random.Random(kills), Monitor(mosquitto), []
    with service(folder, mosquitto) as one:
        await one.start()
        session = one.seat()
        async with talking(monitor):
            await until(lambda: any("SPO2-2" in name for name in one.open_alarms()), 30)
            for _ in range(kills):
                await asyncio.sleep(chance.uniform(0.05, 1.0))
                before = one.open_alarms()
                one.kill()
                back.append(await one.start())
                assert before <= one.open_alarms()
                assert one.ask("/api/wall")["tiles"][0]["session"]["id"] == session
        await all_kept(one, monitor)
    return back


@pytest.mark.requirement("REC-101")
@pytest.mark.timeout(300)
async def test_kill_9_of_the_service_loses_no_reading_and_no_open_alarm(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    assert len(await kill_and_compare(tmp_path, mosquitto, KILLS)) == KILLS


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_fifty_kills_of_the_service_lose_nothing(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    back = await kill_and_compare(tmp_path, mosquitto, KILLS_SOAK)
    assert median(back) <= BACK_S_MAX


@pytest.mark.requirement("REC-102")
@pytest.mark.timeout(300)
async def test_a_database_away_for_a_minute_and_a_killed_broker_lose_nothing_and_are_told(
    tmp_path: Path, mosquitto: Mosquitto, own_influxd: Influxd
) -> None:
    bucket, monitor = make_bucket(own_influxd.account), Monitor(mosquitto)
    with service(tmp_path, mosquitto, bucket) as one:
        await one.start()
        session = one.seat()
        async with talking(monitor):
            await until(lambda: len(kept(one.record)) > 20, 20)
            began = time.monotonic()
            await asyncio.to_thread(own_influxd.stop)
            try:
                await until(lambda: any("copy" in line for line in one.said()), 20)
                mosquitto.kill()
                await until(lambda: any("broker" in line for line in one.said()), 10)
                await asyncio.sleep(3)
                await asyncio.to_thread(mosquitto.start)
                monitor.message(90.0)  # a number is used up and never sent
                await until(lambda: any("never came" in line for line in one.said()), 20)
                await asyncio.sleep(max(0.0, OUTAGE_S - (time.monotonic() - began)))
            finally:
                await asyncio.to_thread(own_influxd.start)
        await all_kept(one, monitor)
        record = await RecordHistory(one.record).readings(session)
        history = InfluxHistory(bucket.url, bucket.org, bucket.name, bucket.token)
        deadline = time.monotonic() + 60
        while await history.readings(session) != record:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.5)
        await until(lambda: not any("copy" in line for line in one.said()), 20)


def of_whom(record: Path) -> set[tuple[str, str]]:
    """Chairs and devices of which the record has readings."""
    with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as connection:
        return set(connection.execute("SELECT DISTINCT chair, device FROM readings"))


@pytest.mark.requirement("S-32", "ALM-221", "ALM-222")
async def test_a_killed_broker_and_two_monitors_as_one_chair_are_told_once_for_each(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    with service(tmp_path, mosquitto, chairs=3) as one:
        await one.start()
        async with AsyncExitStack() as all_of_them:
            for chair in "123":
                one.seat(chair)
                await all_of_them.enter_async_context(talking(Monitor(mosquitto, chair)))
            await until(lambda: len(kept(one.record)) > 60, 20)
            twin, stranger = Monitor(mosquitto, name="twin"), Monitor(mosquitto, "2", own="mon-9")
            async with talking(twin), talking(stranger):
                await until(lambda: len(one.doubles()) == 2, 20)
            told = "TWO MONITORS SEND AS CHAIR {} ({}): check which patient each is on"
            assert one.doubles() == [
                (told.format("1", "mon-1"), "HIGH"),
                (told.format("2", "mon-9"), "HIGH"),
            ]
            assert of_whom(one.record) == {(chair, f"mon-{chair}") for chair in "123"}
            assert any("of no configured device" in line for line in one.said())
            mosquitto.kill()
            await until(one.told_once, 20)
            (gate,) = one.told_once()
            assert "!!! DATA LINK DOWN: 3 chairs (message broker)" in gate
            await until(lambda: len(one.links()) == 3, 10)
            assert one.links() == [True, True, True]
            await asyncio.to_thread(mosquitto.start)
            await until(lambda: not one.told_once(), 20)


@pytest.mark.alone
@pytest.mark.requirement("REC-101", "REC-103")
async def test_the_service_is_back_in_time_after_a_kill_and_stops_in_order_when_asked(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    with service(tmp_path, mosquitto) as one:
        await one.start()
        one.seat()
        back = []
        for _ in range(3):
            one.kill()
            back.append(await one.start())
        assert median(back) <= BACK_S_MAX
        assert one.process is not None
        began = time.monotonic()
        os.kill(one.process.pid, signal.SIGINT)
        assert await asyncio.to_thread(one.process.wait, 10) == 0
        assert time.monotonic() - began <= 2.0
