"""From the bytes of a sample to its number, and to its alarm, in a page.

Statement 51 of the alarms.

The shipped `chairside serve` reads one pseudo-terminal a chair (Ansar B frames,
every vital sign, one frame a second, staggered); a real Chromium shows the
wall. Each second frame of a chair carries a cuff reading that alarms at once
(BP-H2 has no on-delay), each with another number, so that it is known in the
page again, and a heart rate that is new too. Stamped when the frame's last byte is written and
when the page's own MutationObserver sees that rate, and the alarm: one clock, UTC.

    python -m benchmarks.alarm_to_screen [--chairs 24] [--alarms 1000] [--chromium PATH]

Fails over p99 1 s or max 2 s, or with one that never came.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from playwright.async_api import async_playwright

from benchmarks.wire_to_screen import Wires, report, service, wires
from monitor.drivers import Shown
from monitor.drivers.ansar_b import Encoder
from monitor.vitals import GenerationMode, VitalSign

P99_S, MAX_S = 1.0, 2.0
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CALM_MMHG, LOWEST_MMHG, LOWEST_HEART, NUMBERS = 120, 185, 60, 45
WARM_UP_FRAMES = 4
AFTER_S = 3.0
WATCH = """
() => {
  const last = new Map();
  window.seen = { alarms: [], numbers: [] };
  const note = (what, chair, number) => {
    if (!number || last.get(what + chair) === number) return;
    last.set(what + chair, number);
    const now = performance.timeOrigin + performance.now();
    window.seen[what].push([Number(chair), Number(number), now]);
  };
  const look = () => {
    for (const tile of document.querySelectorAll(".tile")) {
      const chair = tile.dataset.chair;
      note("alarms", chair, /BP very high (\\d+)\\//.exec(tile.textContent)?.[1]);
      note("numbers", chair, tile.querySelector("[data-vital=HR] .number").textContent);
    }
  };
  const all = { subtree: true, childList: true, characterData: true };
  new MutationObserver(look).observe(document.body, all);
}
"""

Took = list[float | None]
"""How long each took, s; None for one that never came."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Of the same frames: until the number was in the page, and until the alarm was."""

    numbers: Took
    alarms: Took


def frame(systolic: int, heart: int) -> bytes:
    """Everything a monitor shows, with this cuff reading and heart rate."""
    values = {
        VitalSign.HEART_RATE: float(heart),
        VitalSign.PULSE_RATE: float(heart),
        VitalSign.SPO2: 97.0,
        VitalSign.RESPIRATORY_RATE: 14.0,
        VitalSign.TEMPERATURE: 36.8,
        VitalSign.NIBP_SYSTOLIC: float(systolic),
        VitalSign.NIBP_DIASTOLIC: 70.0,
        VitalSign.NIBP_MEAN: 90.0,
        VitalSign.NIBP_PULSE_RATE: 72.0,
    }
    shown = Shown(at_us=0, values=values, validity={}, mode=GenerationMode.TEST)
    return Encoder().encode(shown)


async def measured(chromium: str, chairs: int, alarms: int) -> Measured:
    """At least so many frames that alarm, of so many chairs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        wires(chairs) as out,
        service(Path(folder), out.paths, driver="ansar-b") as (port, stream),
    ):
        stream.close()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = await browser.new_page(viewport={"width": 1920, "height": 1080})
            await page.goto(f"http://127.0.0.1:{port}/")
            await page.wait_for_selector(".tile")
            await page.evaluate(WATCH)
            sent = await _send(out, alarms)
            seen = await page.evaluate("() => window.seen")
            await browser.close()
            numbers = _took(seen["numbers"], sent, LOWEST_HEART)
            return Measured(numbers, _took(seen["alarms"], sent, LOWEST_MMHG))


async def _send(out: Wires, alarms: int) -> dict[tuple[int, int, int], float]:
    """Write the frames; when (epoch ms) each that alarms went out, by chair, number and turn."""
    sent: dict[tuple[int, int, int], float] = {}
    chairs, start = len(out.masters), time.monotonic()
    for step in count():
        turn, chair = divmod(step, chairs)
        if len(sent) >= alarms and chair == 0:
            break
        await asyncio.sleep(max(start + step / chairs - time.monotonic(), 0.0))
        alarming = turn % 2 == 1
        number = (turn + 1) // 2 % NUMBERS  # new in the alarming turn, and stands for two
        systolic = LOWEST_MMHG + number if alarming else CALM_MMHG
        os.write(out.masters[chair], frame(systolic, LOWEST_HEART + number))
        if alarming and turn >= WARM_UP_FRAMES:
            sent[chair, number, turn] = time.time() * 1e3
    await asyncio.sleep(AFTER_S)
    return sent


def _took(
    seen: Sequence[tuple[int, int, float]], sent: dict[tuple[int, int, int], float], lowest: int
) -> Took:
    took: Took = []
    for (chair, number, _), sent_ms in sent.items():
        shown = [at for place, value, at in seen if (place, value) == (chair, lowest + number)]
        after = min((at for at in shown if at >= sent_ms - 1.0), default=None)
        took.append(None if after is None else (after - sent_ms) / 1e3)
    return took


def main() -> None:
    """Measure, print, exit 1 over the bounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chairs", type=int, default=24)
    parser.add_argument("--alarms", type=int, default=1000)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0]}))
    took = asyncio.run(measured(options.chromium, options.chairs, options.alarms))
    failed = False
    for name, one in (("number to screen", took.numbers), ("alarm to screen", took.alarms)):
        row = report(name, one)
        late = float(row["p99_ms"]) > 1e3 * P99_S or float(row["max_ms"]) > 1e3 * MAX_S
        failed |= late or None in one
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
