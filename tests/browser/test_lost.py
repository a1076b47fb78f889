"""A page that no longer hears the service says so by itself, and never shows an old number."""

from __future__ import annotations

import asyncio
import re
import signal
import time

import pytest
from playwright.async_api import Browser, Page

from tests.browser import scenes
from tests.browser.conftest import FULL_HD, Clinic, OpenPage, StartClinic, live, until
from tests.browser.test_chair_layout import in_sight

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOST_S_MAX = 6.0
AMBER_S_MAX = 3.0
LOSS_SOUNDS = """(() => {
  const last = window.sounds.filter((one) => one.priority === "LOSS").at(-1);
  return last.context_s + (performance.now() - last.at_ms) / 1000 >= last.starts_s[0];
})()"""
NUMBERS = """() => [...document.querySelectorAll(".number, .limit, .mean, .patient")]
  .map((one) => one.textContent).join("")"""


async def lost_within(page: Page, since: float) -> None:
    """MONITORING LOST fills the screen in time, and no number of a patient is left."""
    await page.wait_for_selector("#lost:not([hidden])")
    assert time.monotonic() - since <= LOST_S_MAX
    title = await page.locator("#lost .lost-title").text_content()
    assert title is not None
    assert title.startswith("MONITORING LOST 00:0")
    assert await page.locator("#lost .lost-order").text_content() == "WATCH THE BEDSIDE MONITORS"
    assert await page.evaluate(NUMBERS) == ""
    box = await page.locator("#lost").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (FULL_HD["width"], FULL_HD["height"])


@pytest.mark.timed
@pytest.mark.requirement("SHO-010", "S-37")
async def test_a_dead_and_a_frozen_service_are_amber_then_lost_with_sound(
    start_clinic: StartClinic, open_page: OpenPage
) -> None:
    """Side by side: both are waited for, and while they are nothing computes."""
    frozen, dead = [await start_clinic(6, "alarm") for _ in range(2)]
    pages = [await open_page(one.url) for one in (frozen, dead)]
    for page in pages:
        await live(page)
    await asyncio.gather(
        amber_then_lost(frozen, pages[0], signal.SIGSTOP),
        amber_then_lost(dead, pages[1], signal.SIGKILL),
    )


async def amber_then_lost(clinic: Clinic, page: Page, how: signal.Signals) -> None:
    clinic.signal(how)
    since = time.monotonic()
    await page.wait_for_selector("body[data-link=slow]")
    assert time.monotonic() - since <= AMBER_S_MAX
    notice = await page.locator("#link-notice").text_content()
    assert notice is not None
    assert notice.startswith("connection slow")
    await lost_within(page, since)
    await until(page, LOSS_SOUNDS)
    assert time.monotonic() - since <= LOST_S_MAX + 0.5
    detail = await page.locator("#lost-detail").text_content()
    assert detail is not None
    assert str(clinic.port) in detail
    assert re.search(r"NOT LIVE since \d\d:\d\d:\d\d", detail)


@pytest.mark.requirement("SHO-011", "S-37")
async def test_a_frozen_service_that_thaws_is_shown_again_with_what_was_missed(
    start_clinic: StartClinic, open_page: OpenPage
) -> None:
    clinic = await start_clinic(6, "normal")
    page = await open_page(clinic.url)
    await live(page)
    clinic.signal(signal.SIGSTOP)
    await page.wait_for_selector("#lost:not([hidden])")
    for width, height in ((390, 844), (768, 1024), (1920, 1080)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await in_sight(page, "#lost .lost-title, #lost .lost-order, #lost-detail"), width
    clinic.signal(signal.SIGCONT)
    await page.wait_for_selector("#lost", state="hidden")
    await live(page)
    notice = await page.locator("#link-notice").text_content()
    assert notice is not None
    assert notice.startswith("was lost ")
    loss = "window.sounds.filter((one) => one.priority === 'LOSS')"
    count = await page.evaluate(f"() => {loss}.length")
    await until(page, f"{loss}.length > {count}")
    assert not await page.evaluate(f"() => {LOSS_SOUNDS}")


@pytest.mark.timed
@pytest.mark.requirement("SHO-012", "SHO-013")
async def test_a_service_killed_or_answering_503_is_taken_up_again_without_a_reload(
    start_clinic: StartClinic, open_page: OpenPage
) -> None:
    """Two services, so that their pages wait for both at once."""
    killed, refusing = [await start_clinic(6, "normal") for _ in range(2)]
    pages = [await open_page(one.url) for one in (killed, refusing)]
    for page in pages:
        await live(page)
        await page.evaluate("() => { window.never_reloaded = true; }")
    port = killed.port
    await killed.kill()
    await refusing.post("/fake/refuse/true")
    await refusing.post("/fake/cut")
    for page in pages:
        await page.wait_for_selector("#lost:not([hidden])")
    await killed.start(6, "alarm", port)
    await found_again(pages[0])
    refused = "document.querySelector('#lost-detail').textContent.match(/attempt (\\d+)/)?.[1] > 4"
    await until(pages[1], refused)
    await refusing.post("/fake/refuse/false")
    await found_again(pages[1])


async def found_again(page: Page) -> None:
    since = time.monotonic()
    await live(page)
    assert time.monotonic() - since <= LOST_S_MAX
    assert await page.evaluate("window.never_reloaded")


@pytest.mark.requirement("SHO-014")
async def test_a_page_that_slept_blanks_before_it_shows_anything(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page(clinic.url)
    await live(page)
    seen = await page.evaluate(
        """() => new Promise((resolve) => {
      const number = document.querySelector(".number");
      const before = number.textContent;
      const turns = [];
      new MutationObserver(() => {
        turns.push(number.textContent);
        if (number.textContent === before) resolve({ before, turns });
      }).observe(number, { subtree: true, childList: true, characterData: true });
      const until = performance.now() + 3500;
      while (performance.now() < until);
    })"""
    )
    assert seen["turns"] == ["", seen["before"]]


@pytest.mark.timed
@pytest.mark.requirement("SHO-015")
async def test_the_dead_man_overlay_covers_a_page_whose_script_never_came(
    clinic: Clinic, kiosk: Browser
) -> None:
    context = await kiosk.new_context(viewport=FULL_HD)
    page = await context.new_page()
    await page.route("**/*.js", lambda route: route.abort())
    await page.goto(clinic.url)
    since = time.monotonic()
    opacity = "getComputedStyle(document.querySelector('#deadman')).opacity"
    assert await page.evaluate(opacity) == "0"
    await until(page, f"{opacity} === '1'")
    assert time.monotonic() - since <= LOST_S_MAX
    text = await page.locator("#deadman").inner_text()
    assert "MONITORING LOST" in text
    await context.close()


@pytest.mark.requirement("SHO-015")
async def test_each_heartbeat_winds_the_dead_man_overlay_back(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url)
    await live(page)
    wound = await page.evaluate(
        """() => new Promise((resolve) => {
      const animation = document.querySelector("#deadman").getAnimations()[0];
      const turns = [];
      let last = animation.currentTime;
      const look = () => {
        if (animation.currentTime < last) turns.push(last);
        last = animation.currentTime;
        if (turns.length === 3) resolve(turns);
        else requestAnimationFrame(look);
      };
      look();
    })"""
    )
    assert max(wound) < 2_000
