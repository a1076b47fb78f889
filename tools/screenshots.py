"""Take the pictures of the README from a simulated clinic: `python tools/screenshots.py`.

Runs `chairside demo` at a multiple of real time, waits for a desaturation in the
middle of an infusion (wall, chair, limits), for the end of a session (review), then stops
the service (lost). Takes about eight minutes. Writes to docs/screenshots/.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "screenshots"
CHROMIUM = os.environ.get("CHAIRSIDE_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
SCREEN = ViewportSize(width=1920, height=1080)
RATE = 12
WAIT_MS = 900_000
BY_DAY = "localStorage.setItem('chairside.night', 'off')"

# A nurse of the script's own: sees every alarm until a condition holds, gives what it found.
TEND = """
(found) => new Promise((done, failed) => {
  const read = async (path) => (await fetch(path)).json();
  const tell = (path, body) => fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Chairside": "1" },
    body: JSON.stringify(body),
  });
  const tend = async () => {
    const wall = await read("/api/wall");
    const chair = wall.tiles.find((tile) => tile.chair === "2");
    const { sessions } = await read("/api/sessions");
    // Those of days before have no readings in this record.
    const whole = (one) => !one.open && Number(one.lowest_spo2) > 0;
    const closed = sessions.find((one) => one.chair === "3" && whole(one))?.id;
    if (found === "middle" ? chair.clock >= "00:24" : closed) return done(closed);
    const seen = wall.tiles.flatMap((tile) => tile.alarms).filter((one) => one.can_acknowledge);
    for (const alarm of seen) {
      await tell("/api/alarms/acknowledge", { alarm: alarm.id });
    }
    setTimeout(() => tend().catch(failed), 1000);
  };
  const begin = async () => {
    const { staff, published_pin: secret } = await read("/api/people");
    await tell("/api/sign-in", { person: staff[0].id, method: "pin", secret });
    await tend();
  };
  begin().catch(failed);
})
"""


@contextmanager
def demo() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A simulated clinic's process and the address of its wall."""
    command = [sys.executable, "-m", "monitor.cli", "demo", "--port=0", f"--rate={RATE}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        wall = next(line for line in process.stdout if line.startswith("wall:"))
        try:
            yield process, wall.split()[1].rstrip("/")
        finally:  # whatever failed is told, not waited for
            process.kill()


def shoot(page: Page, name: str) -> None:
    """Keep what the page shows now."""
    page.screenshot(path=PICTURES / f"{name}.png")
    sys.stdout.write(f"docs/screenshots/{name}.png\n")


def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, demo() as (process, url):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport=SCREEN, reduced_motion="reduce")
        context.add_init_script(BY_DAY)
        wall = context.new_page()
        wall.set_default_timeout(WAIT_MS)
        wall.goto(url)
        wall.evaluate(TEND, "middle")
        chair = browser.new_context(viewport=SCREEN, reduced_motion="reduce").new_page()
        chair.add_init_script(BY_DAY)
        chair.goto(f"{url}/chair/2")
        chair.wait_for_selector(".trend canvas")
        wall.wait_for_selector(".tile[data-chair='2'][data-flash=HIGH]")
        shoot(chair, "chair")
        shoot(wall, "wall")
        limits = context.new_page()
        limits.goto(f"{url}/chair/2")
        limits.get_by_role("button", name="LIMITS", exact=True).click()
        limits.get_by_role("dialog", name="Limits of this session").wait_for()
        shoot(limits, "limits")
        session = wall.evaluate(TEND, "closed session")
        review = context.new_page()
        review.goto(f"{url}/review/{session}")
        review.wait_for_selector(".plot.saturation canvas")
        review.wait_for_selector("#counts:not(:empty)")
        shoot(review, "review")
        process.send_signal(signal.SIGSTOP)
        wall.wait_for_selector("#lost:not([hidden])")
        shoot(wall, "lost")
        browser.close()


if __name__ == "__main__":
    main()
