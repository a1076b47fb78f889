"""How long a review of two hours at 1 Hz takes the service: read, worked out, written as JSON.

    python -m benchmarks.review [--times 7]

Times are of the processor, so that a busy machine tells the same. Five vital signs each
second and a cuff every five minutes lie in a real record.
What the browser then needs is measured by `tests/browser/test_review_page.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from monitor.care.attribution import readings_of
from monitor.store.record import Record, RecordHistory
from monitor.web.reviewed import reviewed
from tests import judged
from tests.browser import review_scene
from tests.stored import NOON_US, clock

BATCH = 5_000


async def measured(folder: Path, times: int) -> list[tuple[float, float, float]]:
    """Of each turn: milliseconds to read, to work out, to write."""
    stored, path = review_scene.whole(), folder / "record.db"
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        record.add([*stored.facts, *stored.steps])
        for first in range(0, len(stored.rows), BATCH):
            record.add(stored.rows[first : first + BATCH])
            await record.commit()
    history, preset, out = RecordHistory(path), judged.preset(), []
    for _ in range(times):
        marks = [time.process_time()]
        facts = await history.facts("s-1")
        rows = await readings_of(history, "s-1", facts)
        steps = await history.transitions("s-1")
        marks.append(time.process_time())
        told = reviewed(facts, rows, steps, preset, review_scene.WORDS, NOON_US)
        marks.append(time.process_time())
        json.dumps(told)
        marks.append(time.process_time())
        parts = [1_000 * (after - before) for before, after in pairwise(marks)]
        out.append((parts[0], parts[1], parts[2]))
    return out


def main() -> None:
    """Print the median and the least of each part, in milliseconds."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--times", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(Path(folder), arguments.times))
    for place, name in enumerate(("read", "work out", "write JSON")):
        one = [turn[place] for turn in found]
        print(f"{name:12} median {median(one):6.0f} ms  least {min(one):6.0f} ms")
    whole = [sum(turn) for turn in found]
    print(f"{'whole':12} median {median(whole):6.0f} ms  least {min(whole):6.0f} ms")


if __name__ == "__main__":
    main()
