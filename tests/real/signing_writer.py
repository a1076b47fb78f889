"""Signs documents into a record as fast as it can; says each signature that is committed.

Run by the kill test as a process of its own: `signing_writer.py FILE FIRST`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from monitor.filed import Filed
from monitor.store.record import Record
from tests.stored import clock, fact

PAGE = b"%PDF-1.4\n" + bytes(range(256)) * 360
"""About as large as a report is."""


async def write_for_ever(path: Path, number: int) -> None:
    """Until somebody kills the process."""
    async with Record(path, clock=clock()) as record:
        while True:
            filed = Filed(session=f"s-{number}", document=PAGE + b"%d" % number)
            record.file(filed)
            record.add(
                [fact(number, "signed", session=filed.session, document_sha256=filed.sha256)]
            )
            await record.commit()
            os.write(1, b"%d\n" % number)
            number += 1


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
