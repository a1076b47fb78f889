"""An adverse event is marked in Chromium: by keyboard, in a review, and read on the report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_correcting import a_year_later, events
from tests.browser.test_pages import grave_findings
from tests.browser.test_sign_in_page import by_password
from tests.reported import SESSION
from tests.serving import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with a_year_later(tmp_path) as running:
        yield running


@pytest.mark.requirement("RPT-074")
async def test_an_adverse_event_is_marked_by_keyboard_and_stands_in_review_and_report(
    service: Served, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/review/{SESSION}")
    await page.get_by_text("Sign in to see the session").wait_for()
    await by_password(page, "dl")
    await page.get_by_role("button", name="ADVERSE EVENTS ...").press("Enter")
    listed = page.get_by_role("dialog", name="Adverse events")
    await listed.get_by_text("nausea moderate").wait_for()
    assert await grave_findings(page) == []
    mark = listed.get_by_role("button", name="Adverse event? nausea moderate")
    await mark.press("Enter")
    sheet = page.get_by_role("dialog", name="Adverse event: nausea moderate")
    await sheet.get_by_role("radio", name="hospital").press("Space")
    await sheet.get_by_role("radio", name="recovering").press("Space")
    assert await grave_findings(page) == []

    # Nobody said what was done: it is refused, in words, where they look.
    enter = sheet.get_by_role("button", name="MARK AS ADVERSE EVENT")
    await enter.press("Enter")
    refused = sheet.get_by_role("status")
    await expect(refused).to_contain_text("nobody said what was done")
    assert await grave_findings(page) == []

    await sheet.get_by_role("checkbox", name="drug given").press("Space")
    await enter.press("Enter")
    await sheet.wait_for(state="hidden")
    said = "SERIOUS: hospital, drug given, recovering"
    await listed.get_by_text(said).wait_for()
    assert await grave_findings(page) == []
    await listed.get_by_role("button", name="Close").press("Enter")
    await events(page).filter(has_text=said).wait_for()

    await page.goto(f"{service.url}/report/{SESSION}")
    block = page.locator("article.report section", has_text="10 Adverse events")
    await block.get_by_text(said).wait_for()
    assert await grave_findings(page) == []
