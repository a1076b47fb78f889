"""Each display keeps its screen on, and says so where the browser does not let it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.async_api import Page, Request

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

WATCHED = """
window.locks = [];
window.refused = 0;
window.refusing = location.search === "?refusing";
const real = navigator.wakeLock.request.bind(navigator.wakeLock);
navigator.wakeLock.request = async (kind) => {
  if (window.refusing) {
    window.refused += 1;
    throw new DOMException("not now", "NotAllowedError");
  }
  const lock = await real(kind);
  window.locks.push(lock);
  return lock;
};
"""
"""The browser's own lock, seen by the test; it can be told to refuse, as on a low battery."""
SLEEPY = "SCREEN MAY SLEEP"


def is_told_hidden(*, hidden: bool) -> Callable[[Request], bool]:
    """Does a page tell the service this of itself?"""

    def told(request: Request) -> bool:
        at_once = request.url.endswith("/api/sound/here")
        body = request.post_data_json or {}
        return at_once and body["hidden"] is hidden

    return told


async def display(clinic: Clinic, open_page: OpenPage, path: str) -> Page:
    """A page of which the test sees what it asks for."""
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page("about:blank")
    await page.add_init_script(WATCHED)
    await page.goto(clinic.url + path)
    await live(page)
    return page


@pytest.mark.requirement("UIX-106")
@pytest.mark.parametrize("path", ["/", "/chair/1"])
async def test_the_screen_is_kept_on_and_again_after_the_page_was_hidden(
    clinic: Clinic, open_page: OpenPage, path: str
) -> None:
    page = await display(clinic, open_page, path)
    await until(page, "window.locks.length === 1 && !window.locks[0].released")
    assert await page.locator("#status").get_by_text(SLEEPY).count() == 0
    # Hidden, the browser takes it back.
    await page.evaluate("() => window.locks[0].release()")
    await until(page, "window.locks.length === 2 && !window.locks[1].released")
    await page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    assert await page.evaluate("() => window.locks.length") == 2


@pytest.mark.requirement("UIX-106", "SHO-204")
async def test_a_hidden_page_asks_for_nothing_until_it_is_seen(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await display(clinic, open_page, "/")
    await until(page, "window.locks.length === 1")
    turn = """(to) => {
      Object.defineProperty(document, "visibilityState", { value: to, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    async with page.expect_request(is_told_hidden(hidden=True)):
        await page.evaluate(turn, "hidden")
    assert await page.title() == "HIDDEN - Wall - Chairside"
    await page.evaluate("() => window.locks[0].release()")
    assert await page.evaluate("() => window.locks.length") == 1
    async with page.expect_request(is_told_hidden(hidden=False)):
        await page.evaluate(turn, "visible")
    assert await page.title() == "Wall - Chairside"
    await until(page, "window.locks.length === 2 && !window.locks[1].released")


@pytest.mark.requirement("UIX-106")
async def test_a_refusal_is_told_until_the_screen_is_kept_on(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await display(clinic, open_page, "/?refusing")
    told = page.locator("#status").get_by_text(SLEEPY)
    await told.wait_for()
    await clinic.change([], status=[scenes.status("warn", "copy behind")])
    await page.locator("#status").get_by_text("copy behind").wait_for()
    assert await told.is_visible()
    await page.evaluate("() => { window.refusing = false; }")
    await page.locator("main").click(position={"x": 3, "y": 3})
    await until(page, "window.locks.length === 1")
    await told.wait_for(state="detached")
    await clinic.change([], status=[])
