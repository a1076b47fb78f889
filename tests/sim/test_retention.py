"""Old readings go by themselves, hour by hour, and only what InfluxDB has (virtual time)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.retention import Retention
from monitor.store.record import Record
from simulators.loops import run_virtual
from tests.stored import NOON_US, reading

DAY_S = 86_400.0


@pytest.mark.requirement("REC-017")
def test_readings_go_hour_by_hour_once_they_are_old_and_copied(tmp_path: Path) -> None:
    left: list[int] = []
    told: list[str] = []

    async def main() -> None:
        clock = Clock.starting_at(asyncio.get_running_loop().time, NOON_US)
        async with Record(tmp_path / "clinic.db", clock=clock, reserve_bytes=0) as record:
            record.add([reading(hour * 3_600.0) for hour in range(6)])
            await record.commit()
            record.copied(await record.uncopied(4))
            await record.commit()
            retention = Retention(record, clock, keep_days=2)
            keeping = asyncio.create_task(retention.run())
            await asyncio.sleep(2 * DAY_S + 60)
            for _ in range(7):
                left.append(len(await record.readings("s-1")))
                await asyncio.sleep(3_600)
            keeping.cancel()
            told.extend(line.text for line in retention.status())

    run_virtual(main())
    assert left == [6, 5, 4, 3, 2, 2, 2]
    assert told == ["4 readings older than 2 days deleted; InfluxDB has them"]


class Refusing(Record):
    """A record that cannot delete now."""

    fails = True

    async def forget(self, before_us: int) -> int:
        if self.fails:
            raise StoreError("the record is full", where="here", fix="make room")
        return await super().forget(before_us)


def test_a_record_that_cannot_delete_says_so_and_is_tried_again(tmp_path: Path) -> None:
    told: list[list[str]] = []

    async def main() -> None:
        clock = Clock.starting_at(asyncio.get_running_loop().time, NOON_US)
        async with Refusing(tmp_path / "clinic.db", clock=clock, reserve_bytes=0) as record:
            retention = Retention(record, clock, keep_days=2)
            keeping = asyncio.create_task(retention.run())
            await asyncio.sleep(60)
            told.append([line.text for line in retention.status()])
            record.fails = False
            await asyncio.sleep(3_600)
            told.append([line.text for line in retention.status()])
            keeping.cancel()

    run_virtual(main())
    assert told == [["old readings could not be deleted: the record is full"], []]
