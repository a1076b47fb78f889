"""Whoever asks for a page while no service answers is told that monitoring is lost, with sound."""

from __future__ import annotations

import signal
import time
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, StartClinic, live, until
from tests.browser.test_lost import LOSS_SOUNDS, lost_within

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const one of await (await caches.open(name)).keys()) kept.push(new URL(one.url).pathname);
  }
  return kept.sort();
}"""


async def kept_ready(page: Page) -> None:
    """The browser has what it needs, and its worker answers for this page."""
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await until(page, "navigator.serviceWorker.controller !== null")


@pytest.mark.timed
@pytest.mark.requirement("UIX-101")
async def test_a_page_asked_for_while_the_service_is_dead_is_lost_and_comes_back_by_itself(
    start_clinic: StartClinic, open_page: OpenPage
) -> None:
    clinic = await start_clinic(6, "normal")
    page = await open_page(clinic.url)
    await live(page)
    await kept_ready(page)
    port = clinic.port
    await clinic.kill()
    since = time.monotonic()
    answer = await page.goto(f"{clinic.url}/chair/3")
    assert answer is not None
    assert answer.status == 503
    await lost_within(page, since)
    await page.locator("#sound", has_text="SOUND ON").wait_for()
    await until(page, LOSS_SOUNDS)
    assert "attempt" in (await page.locator("#lost-detail").text_content() or "")
    assert await page.evaluate("() => document.fonts.check('700 40px Inter')")
    await clinic.start(6, "normal", port)
    await live(page)
    assert urlsplit(page.url).path == "/chair/3"


@pytest.mark.timed
@pytest.mark.requirement("UIX-101")
async def test_a_page_asked_of_a_frozen_service_is_lost_in_time(
    start_clinic: StartClinic, open_page: OpenPage
) -> None:
    clinic = await start_clinic(1, "normal")
    page = await open_page(f"{clinic.url}/history")
    await kept_ready(page)
    clinic.signal(signal.SIGSTOP)
    since = time.monotonic()
    await page.goto(clinic.url)
    await lost_within(page, since)


@pytest.mark.requirement("UIX-101")
async def test_a_service_that_says_it_is_not_ready_is_lost_until_it_is(
    start_clinic: StartClinic, open_page: OpenPage
) -> None:
    clinic = await start_clinic(1, "normal")
    page = await open_page(clinic.url)
    await kept_ready(page)
    await clinic.post("/fake/refuse/true")
    await page.reload()
    await page.wait_for_selector(".lost-title:visible")
    await clinic.post("/fake/refuse/false")
    await live(page)


@pytest.mark.requirement("UIX-101")
async def test_without_leave_to_sound_it_asks_for_a_touch(
    start_clinic: StartClinic, open_page: OpenPage, desk: object
) -> None:
    clinic = await start_clinic(1, "normal")
    page = await open_page(clinic.url, browser=desk)
    await kept_ready(page)
    await clinic.kill()
    await page.reload()
    await page.locator("#sound", has_text="SOUND OFF - TAP TO TURN ON").click()
    await page.locator("#sound", has_text="SOUND ON").wait_for()
    await until(page, LOSS_SOUNDS)


@pytest.mark.requirement("UIX-102")
async def test_nothing_of_a_patient_is_kept_in_the_browser(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["alarm"](6))
    page = await open_page(clinic.url, person="rk")
    await kept_ready(page)
    for path in ("/chair/1", "/sessions", "/history", "/"):
        await page.goto(clinic.url + path)
    await live(page)
    kept = await page.evaluate(KEPT)
    assert kept
    assert [path for path in kept if not path.startswith("/lost/")] == []
    told = await page.evaluate("async () => (await caches.match('/lost/page')).text()")
    assert scenes.tile("1")["patient"] not in told


@pytest.mark.requirement("UIX-102")
async def test_another_edition_of_the_pages_keeps_its_own_alone(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url)
    await kept_ready(page)
    before = await page.evaluate("() => caches.keys()")
    await page.evaluate("() => navigator.serviceWorker.register('/lost-worker.js?v=next')")
    await page.evaluate("""() => new Promise((done) => {
      const look = async () =>
        (await caches.keys()).join() === "chairside-lost-next" ? done() : setTimeout(look, 20);
      look();
    })""")
    assert len(before) == 1
    assert before != ["chairside-lost-next"]
    assert len(await page.evaluate(KEPT)) == len(set(await page.evaluate(KEPT)))


@pytest.mark.requirement("UIX-101")
async def test_the_kept_page_asked_for_by_name_leads_to_the_wall(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(f"{clinic.url}/lost/page")
    await page.wait_for_url(f"{clinic.url}/")
    await live(page)
