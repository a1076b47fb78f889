"""A review of two hours at 1 Hz, from the click on its link until it answers, in a real browser.

    python -m benchmarks.review [--loads 25]

Six vital signs each second and a cuff every five minutes lie in a real record, on which
`chairside serve` runs as a process of its own. Chromium opens the list of sessions, clicks
the session's link, and each load counts from that navigation until the charts are drawn
and have answered a key. The parts of the service are told beside, in processor time, and
some arithmetic before each load, which only other processes make longer. Exits 1 over
the bound.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.large_history import ACT, SIGN_IN, arithmetic, shipped
from monitor.care.attribution import readings_of
from monitor.history import ReadingRow
from monitor.store.record import Record, RecordHistory
from monitor.vitals import VitalSign
from monitor.web.reviewed import reviewed
from tests import judged
from tests.browser import review_scene
from tests.browser.conftest import FLAGS, FULL_HD, until
from tests.browser.test_review_page import DRAWN
from tests.stored import NOON_US, clock

BATCH = 5_000
INTERACTIVE_S = 1.0
WARM_UP = 2
SESSION = "s-1"
LINK = f'a[href$="/review/{SESSION}"]'


def rows_of(stored: review_scene.Stored) -> list[ReadingRow]:
    """The session's readings, expired carbon dioxide beside each breath."""
    breaths = [row for row in stored.rows if row.vital is VitalSign.RESPIRATORY_RATE]
    return [
        *stored.rows,
        *(replace(row, vital=VitalSign.ETCO2, value=38.0) for row in breaths),
    ]


async def keep(path: Path) -> None:
    """Put the session into a record."""
    stored = review_scene.whole()
    rows = rows_of(stored)
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        record.add([*stored.facts, *stored.steps])
        for first in range(0, len(rows), BATCH):
            record.add(rows[first : first + BATCH])
            await record.commit()


async def parts(path: Path, times: int) -> list[list[float]]:
    """Of each turn: processor seconds to read, to work out, to write."""
    history, preset, out = RecordHistory(path), judged.preset(), []
    for _ in range(times):
        marks = [time.process_time()]
        facts = await history.facts(SESSION)
        rows = await readings_of(history, SESSION, facts)
        steps = await history.transitions(SESSION)
        marks.append(time.process_time())
        told = reviewed(facts, rows, steps, preset, review_scene.WORDS, NOON_US)
        marks.append(time.process_time())
        json.dumps(told)
        marks.append(time.process_time())
        out.append([after - before for before, after in pairwise(marks)])
    return out


async def loads(url: str, count: int) -> tuple[list[float], list[float]]:
    """Seconds of each load, and of the arithmetic before it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    took, control = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for number in range(count + WARM_UP):
            control_s = arithmetic()
            load_s = await load(browser, url)
            if number >= WARM_UP:
                took.append(load_s)
                control.append(control_s)
        await browser.close()
    return took, control


async def load(browser: Browser, url: str) -> float:
    """From the click on the session's link until its review has answered a key."""
    page: Page = await browser.new_page(viewport=FULL_HD)
    await page.request.post(f"{url}/api/sign-in", data=SIGN_IN, headers=ACT)
    await page.goto(f"{url}/sessions")
    await page.wait_for_selector(LINK)
    await page.add_init_script(DRAWN)
    await page.click(LINK)
    await page.wait_for_url("**/review/*")
    await until(page, "window.drawn_ms !== undefined")
    took_ms: float = await page.evaluate("window.drawn_ms")
    await page.close()
    return took_ms / 1_000


def report(name: str, took: Sequence[float]) -> float:
    """Print median and p99 in milliseconds; the p99 in seconds."""
    p99 = sorted(took)[min(len(took) - 1, round(0.99 * len(took)))]
    print(f"{name:24} median {median(took) * 1e3:6.0f} ms  p99 {p99 * 1e3:6.0f} ms", flush=True)
    return p99


def main() -> None:
    """Measure both; exit 1 over the bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loads", type=int, default=25)
    count = parser.parse_args().loads
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        asyncio.run(keep(path))
        found = asyncio.run(parts(path, 7))
        for place, name in enumerate(("read", "work out", "write JSON")):
            report(name, [turn[place] for turn in found])
        report("whole service part", [sum(turn) for turn in found])
        with shipped(Path(folder) / "serve", f'[record]\npath = "{path}"\n', "serve") as url:
            took, control = asyncio.run(loads(url, count))
        report("arithmetic (control)", control)
        p99_s = report("click to interactive", took)
    sys.exit(0 if p99_s <= INTERACTIVE_S else 1)


if __name__ == "__main__":
    main()
