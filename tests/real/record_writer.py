"""Writes readings into a record as fast as it can and prints each that is confirmed.

Run by the kill tests as a process of its own: `record_writer.py FILE FIRST`.
A line `N` on standard output says that the receipt of message N was confirmed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from monitor.store.record import Record
from monitor.vitals import VitalSign
from tests.stored import clock, reading, transition

VITALS = (VitalSign.SPO2, VitalSign.PULSE_RATE, VitalSign.HEART_RATE)


@dataclass
class Spoken:
    """A receipt that says so to the parent at once, past any buffer."""

    number: int

    def confirm(self) -> None:
        """Committed."""
        os.write(1, b"%d\n" % self.number)


async def write_for_ever(path: Path, number: int) -> None:
    """Until somebody kills the process."""
    async with Record(path, clock=clock(), flush_s=0.001) as record:
        run = asyncio.create_task(record.run())
        while not run.done():
            rows = [reading(number, number, vital=v, boot="b", seq=number) for v in VITALS]
            record.add(rows, receipts=[Spoken(number)])
            if number % 10 == 0:
                step = transition(number, "ACTIVE_UNACK", alarm=f"a/{number}")
                record.add([step], receipts=[Spoken(-number)], urgent=True)
            number += 1
            while record.pending > 300:
                await asyncio.sleep(0.001)
            if number % 20 == 0:
                await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
