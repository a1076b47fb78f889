"""Old readings go by themselves, hour by hour, and only what InfluxDB has (virtual time)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monitor.clock import Clock
from monitor.service import forget_old
from monitor.store.record import Record
from simulators.loops import run_virtual
from tests.stored import NOON_US, reading

DAY_S = 86_400.0


@pytest.mark.requirement("REC-017")
def test_readings_go_hour_by_hour_once_they_are_old_and_copied(tmp_path: Path) -> None:
    left: list[int] = []

    async def main() -> None:
        clock = Clock.starting_at(asyncio.get_running_loop().time, NOON_US)
        async with Record(tmp_path / "clinic.db", clock=clock, reserve_bytes=0) as record:
            record.add([reading(hour * 3_600.0) for hour in range(6)])
            await record.commit()
            record.copied(await record.uncopied(4))
            await record.commit()
            keeping = asyncio.create_task(forget_old(record, clock, keep_days=2))
            await asyncio.sleep(2 * DAY_S + 60)
            for _ in range(7):
                left.append(len(await record.readings("s-1")))
                await asyncio.sleep(3_600)
            keeping.cancel()

    run_virtual(main())
    assert left == [6, 5, 4, 3, 2, 2, 2]
