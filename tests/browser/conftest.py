"""A real Chromium, and a fake clinic in a process of its own that can be stopped and killed."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from tests.browser import scenes
from tests.browser.fake_clinic import COOKIE

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",  # Without a frame text would be wider than on a desk.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KIOSK = "--autoplay-policy=no-user-gesture-required"
FULL_HD = ViewportSize(width=1920, height=1080)
ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


class Clinic:
    """A fake clinic's process and how to tell it what to show."""

    def __init__(self) -> None:
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, chairs: int, scene: str, port: int = 0) -> None:
        """Start it, ready when this returns."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.browser.fake_clinic",
            f"--port={port}",
            f"--chairs={chairs}",
            f"--scene={scene}",
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.url = (await self._process.stdout.readline()).decode().strip()
        assert self.url, "the fake clinic did not start"

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1])

    def signal(self, number: signal.Signals) -> None:
        """Stop, continue or kill it."""
        assert self._process is not None
        self._process.send_signal(number)

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            await self._process.wait()

    async def post(self, path: str, body: Json | None = None, timeout_s: float = 5.0) -> None:
        """Tell it something."""
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body or {}).encode(),
            {"Content-Type": "application/json"},
        )
        await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=timeout_s).close())

    async def show(self, tiles: list[Json], **more: Any) -> None:
        """Put up a whole wall of these tiles."""
        await self.post("/fake/wall", scenes.around(tiles) | more)

    async def change(self, tiles: list[Json], **more: Any) -> None:
        """Change some tiles."""
        await self.post("/fake/change", {"tiles": tiles, **more})

    async def hours(self, seconds: int) -> None:
        """So many seconds of a busy clinic, as fast as its pages take them."""
        await self.post(f"/fake/hours/{seconds}", timeout_s=1_800.0)

    async def posts(self, least: int = 0) -> list[Json]:
        """What pages have posted; waits until there are so many."""

        def ask() -> list[Json]:
            address = f"{self.url}/fake/posts?least={least}"
            with urllib.request.urlopen(address, timeout=10) as answer:
                posted: list[Json] = json.load(answer)
                return posted

        return await asyncio.to_thread(ask)


StartClinic = Callable[[int, str], Awaitable[Clinic]]
OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kiosk(headless_chromium: str) -> AsyncIterator[Browser]:
    """A browser set up as on a ward: it may sound without a touch."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=headless_chromium, args=[*FLAGS, KIOSK]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(headless_chromium: str) -> AsyncIterator[Browser]:
    """A browser as anybody has it: silent until touched."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=headless_chromium, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def start_clinic() -> AsyncIterator[StartClinic]:
    """Starts fake clinics and ends them with the test."""
    started: list[Clinic] = []

    async def start(chairs: int, scene: str) -> Clinic:
        clinic = Clinic()
        await clinic.start(chairs, scene)
        started.append(clinic)
        return clinic

    yield start
    for clinic in started:
        await clinic.kill()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clinic() -> AsyncIterator[Clinic]:
    """One fake clinic for all tests that do not end it; each puts up its own wall."""
    shared = Clinic()
    await shared.start(6, "normal")
    yield shared
    await shared.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(kiosk: Browser) -> AsyncIterator[OpenPage]:
    """Opens pages in contexts of their own; a page whose script fails, fails the test.

    `person` is signed in already at the page of a fake clinic. `night` is what its button says
    at first: by day, whatever time of day the tests run at.
    """
    errors: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_page(
            url: str,
            *,
            browser: Browser = kiosk,
            context: BrowserContext | None = None,
            person: str = "",
            night: str = "off",
            **more: Any,
        ) -> Page:
            if context is None:
                context = await browser.new_context(viewport=FULL_HD, **more)
                stack.push_async_callback(context.close)
            if person:
                origin = "/".join(url.split("/")[:3])
                await context.add_cookies([{"name": COOKIE, "value": person, "url": origin}])
            # Without a window's frame a page may not keep a screen on unless it is told so.
            await context.grant_permissions(["screen-wake-lock"])
            page = await context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: _note_violation(errors, said.text))
            await page.add_init_script(RECORD_SOUND)
            await page.add_init_script(f"const night = '{night}'; {SET_NIGHT}")
            await page.goto(url)
            return page

        yield open_page
    assert errors == []


def _note_violation(errors: list[str], text: str) -> None:
    if "Content Security Policy" in text:
        errors.append(text)


RECORD_SOUND = """
window.sounds = [];
document.addEventListener("chairside:sound", (event) => {
  window.sounds.push({ ...event.detail, at_ms: performance.now() });
});
"""


SET_NIGHT = """
if (window.origin !== "null" && !localStorage.getItem("chairside.night")) {
  localStorage.setItem("chairside.night", night);
}
"""


async def until(page: Page, condition: str) -> None:
    """Wait until a JavaScript expression holds; the page allows no `eval`, so it is spelt out."""
    await asyncio.wait_for(
        page.evaluate(
            "() => new Promise((done) => {"
            f" const look = () => (({condition}) ? done() : setTimeout(look, 20)); look(); }})"
        ),
        timeout=30,
    )


async def sign_in(page: Page, person: str) -> None:
    """Sign in at this page: the name with the finger, the PIN with the number keys."""
    await page.locator("#person").click()
    await page.get_by_role("dialog").get_by_role("button", name=person).click()
    await page.keyboard.type(scenes.PIN)
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for(state="hidden")


async def live(page: Page) -> None:
    """Wait until the page shows the clinic."""
    await page.wait_for_selector("body[data-link=live]")
    await until(page, "document.querySelector('.number')?.textContent.length > 0")


DEMO, FREE_CHAIR = ("monitor.cli", "demo", "--port=0"), ("tests.browser.free_chair",)
RATE = 10
"""How much faster than life a simulated clinic runs in most tests."""


class LiveClinic:
    """`chairside demo` in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process, self.url = process, url


Demo = Callable[..., Awaitable[LiveClinic]]


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """Starts simulated clinics at so many times real time, each in a folder; ends them after.

    Each is `chairside demo`, or with `free_chair` its one chair that waits for a patient.
    """
    started: list[asyncio.subprocess.Process] = []
    folders = (tmp_path / f"clinic-{number}" for number in itertools.count())

    async def start(rate: int, *, free_chair: bool = False) -> LiveClinic:
        folder = next(folders)
        folder.mkdir()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", *(FREE_CHAIR if free_chair else DEMO), f"--rate={rate}"),
            f"--record={folder / 'record.db'}",
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        started.append(process)
        assert process.stdout is not None
        while line := (await process.stdout.readline()).decode():
            if line.startswith("wall:"):
                return LiveClinic(process, line.split()[1].rstrip("/"))
        raise AssertionError("the demo ended before it served its wall")

    yield start
    for process in started:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            await process.wait()


async def a_nurse_at(clinic: LiveClinic, open_page: OpenPage, chair: str) -> tuple[Page, Page]:
    """The wall, and the page of a chair where a nurse is signed in."""
    wall, tablet = await open_page(clinic.url), await open_page(f"{clinic.url}/chair/{chair}")
    await live(tablet)
    await sign_in(tablet, "R. Kessler")
    return wall, tablet
