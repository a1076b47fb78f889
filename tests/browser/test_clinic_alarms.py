"""Alarms of the whole clinic stand in the head of every page, and what can be suspended is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from monitor.clinic import CLINIC
from tests.browser.conftest import OpenPage, sign_in
from tests.browser.test_day_pages import TABLET
from tests.browser.test_pages import grave_findings
from tests.serving import Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEHIND = "clinic ! HISTORY COPY 7 BEHIND (nothing lost)"


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


async def at(service: Served, open_page: OpenPage, path: str) -> Page:
    page = await open_page(service.url + path)
    await page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    await page.wait_for_selector("body[data-link=live]")
    return page


@pytest.mark.requirement("SHO-157", "SHO-210")
async def test_a_copy_behind_is_suspended_in_the_head_of_any_page_and_sounds_again(
    service: Served, open_page: OpenPage
) -> None:
    ward, clock = service.clinic.ward, service.clinic.clock
    since_s = clock.monotonic() - 120.0
    page, other = await at(service, open_page, "/sessions"), await at(service, open_page, "/")
    ward.assert_technical("T-COPY", CLINIC, since_s, "HISTORY COPY 7 BEHIND (nothing lost)")
    alarm = page.locator("#clinic-alarms").get_by_role("button", name=BEHIND)
    await alarm.wait_for()
    await sign_in(page, "R. Kessler")
    await page.get_by_role("button", name="T-COPY: suspend").click()
    dialog = page.get_by_role("dialog", name="Suspend T-COPY")
    await dialog.get_by_text("No sound of this rule in the clinic.").wait_for()
    await dialog.get_by_text(BEHIND).wait_for()
    assert await grave_findings(page) == []
    await dialog.get_by_label("10 min").check()
    await dialog.get_by_role("button", name="somebody is at it").click()
    for one in (page, other):
        head = one.locator("#clinic-alarms")
        await head.get_by_text("silent until 08:10").wait_for()
        assert await head.get_by_role("button", name=BEHIND).is_visible()
    assert ward.engine.silences(CLINIC).suspended.keys() == {"T-COPY"}
    again = page.get_by_role("button", name="T-COPY: sound again")
    await again.wait_for()
    box = await again.bounding_box()
    assert box is not None
    assert min(box["height"], box["width"]) >= 24
    assert await grave_findings(page) == []
    await again.focus()
    await page.keyboard.press("Enter")
    await other.get_by_role("button", name="T-COPY: suspend").wait_for()
    assert ward.engine.silences(CLINIC).suspended == {}
    (alarm_now,) = ward.engine.alarms(CLINIC)
    assert alarm_now.audible


@pytest.mark.requirement("SHO-157")
async def test_what_tells_that_alarms_may_be_late_cannot_be_suspended(
    service: Served, open_page: OpenPage
) -> None:
    since_s = service.clinic.clock.monotonic() - 60.0
    service.clinic.ward.assert_technical("T-ENG", CLINIC, since_s, "ALARM ENGINE LATE")
    page = await at(service, open_page, "/")
    await page.locator("#clinic-alarms").get_by_role("button", name="ALARM ENGINE LATE").wait_for()
    assert await page.get_by_role("button", name=": suspend").count() == 0
