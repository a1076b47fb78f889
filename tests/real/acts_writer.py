"""Writes acts and readings into a record as fast as it can; says each commit of an act.

Run by the kill test as a process of its own: `acts_writer.py FILE FIRST`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from monitor.store.record import Record
from tests.stored import clock, fact, reading, transition


async def write_for_ever(path: Path, number: int) -> None:
    """Until somebody kills the process."""
    async with Record(path, clock=clock()) as record:
        while True:
            seen = transition(number, "ACTIVE_ACK", alarm=f"a/{number}", actor="rk")
            record.add([reading(number), fact(number, "acknowledged", alarm=f"a/{number}"), seen])
            await record.commit()
            os.write(1, b"%d\n" % number)
            number += 1


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
