"""Burden and what-if in Chromium, against the shipped service."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Semaphore

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.test_chair_layout import in_sight
from tests.browser.test_pages import grave_findings
from tests.browser.test_sign_in_page import by_password
from tests.employed import employ
from tests.serving import ACT, Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, published_pin="") as running:
        employ(running)
        yield running


async def sat(page: Page, service: Served) -> None:
    """Two patients on two chairs, by whoever is signed in at the page."""
    for chair, patient in (("1", "A.M."), ("2", "B.N.")):
        path = f"{service.url}/api/chairs/{chair}/seat"
        answer = await page.request.post(path, data={"patient_ref": patient}, headers=ACT)
        assert answer.ok, await answer.text()


@pytest.mark.requirement("ALM-123")
async def test_a_clinician_judges_again_at_the_page(service: Served, open_page: OpenPage) -> None:
    page = await open_page(service.url + "/burden")
    await page.get_by_role("columnheader", name="seconds in alarm").wait_for()
    assert (await (await page.request.get(f"{service.url}/api/burden", max_retries=2)).json())[
        "says"
    ]["SPO2-1"] == "SpO2 … < …: check airway, probe"
    await page.get_by_role("link", name="What if").click()
    await page.get_by_text("Sign in to choose sessions").wait_for()
    await page.get_by_role("button", name="JUDGE AGAIN").click()
    await page.get_by_text("signed in").first.wait_for()
    await by_password(page, "dl")
    await page.get_by_text("No session is like that").wait_for()
    await page.get_by_role("button", name="JUDGE AGAIN").click()
    await page.get_by_text("No session is chosen").wait_for()
    await sat(page, service)
    await page.get_by_label("Patient").fill("A")
    await page.get_by_text(re.compile("^1 session of")).wait_for()
    await page.get_by_role("button", name="JUDGE AGAIN").click()
    await page.get_by_text("1 session, 0 infusion hours").wait_for()
    await page.get_by_role("columnheader", name="difference").wait_for()
    await page.get_by_label("Preset as TOML").fill("id = 3")
    await page.get_by_role("button", name="JUDGE AGAIN").click()
    await page.get_by_text("mistakes in the alarm preset").wait_for()


@pytest.mark.requirement("SHO-182")
async def test_which_sessions_are_judged_is_chosen_and_how_far_it_is_is_shown(
    service: Served, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, stored = Semaphore(0), service.clinic.stored
    span = stored.span

    async def held(session: str) -> tuple[int, int, int] | None:
        await asyncio.to_thread(go.acquire)
        return await span(session)

    monkeypatch.setattr(stored, "span", held)
    page = await open_page(service.url + "/whatif", reduced_motion="reduce")
    await page.get_by_text("Sign in to choose sessions").wait_for()
    assert await grave_findings(page) == []
    await by_password(page, "dl")
    await page.get_by_text("No session is like that").wait_for()
    await sat(page, service)
    await page.get_by_label("Patient").fill(" ")
    await page.get_by_text(re.compile("^2 sessions of")).wait_for()
    await page.set_viewport_size({"width": 1024, "height": 768})
    assert await in_sight(page, "#whatif .act")
    await page.get_by_text("Which", exact=True).click()
    await page.get_by_role("link", name="B.N.").wait_for()
    assert await grave_findings(page) == []
    await page.get_by_label("At most").fill("1")
    await page.get_by_text(re.compile("^1 session of .*, the newest of 2 that")).wait_for()
    await page.get_by_label("At most").fill("51")
    await page.get_by_text("At most: 1 to 50 sessions at once.").wait_for()
    await page.get_by_label("At most").fill("10")
    await page.get_by_label("From").fill("2001-01-01")
    await page.get_by_label("To", exact=True).fill("2001-01-02")
    await page.get_by_text("No session is like that").wait_for()
    await page.get_by_label("To", exact=True).fill("")
    await page.get_by_text(re.compile("^2 sessions of")).wait_for()
    await page.get_by_role("button", name="JUDGE AGAIN").click()
    go.release()
    await page.get_by_text("Judging: 1 of 2 sessions done.").wait_for()
    bar = page.get_by_role("progressbar", name="Sessions judged")
    assert await bar.get_attribute("value") == "1"
    assert await grave_findings(page) == []
    go.release()
    await page.get_by_text("2 sessions, 0 infusion hours").wait_for()
    assert await grave_findings(page) == []
    assert not await bar.is_visible()
