"""Exporting on the pages by keyboard: a file of a session, and a month as one archive."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Clinic, OpenPage
from tests.browser.test_pages import grave_findings

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.requirement("EXP-035")
async def test_a_file_of_a_session_is_saved_by_keyboard(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url + "/review/s-1", person="rk")
    await page.get_by_role("button", name="EXPORT ...").press("Enter")
    dialog = page.get_by_role("dialog", name="Export this session")
    await dialog.get_by_label("File").select_option(".minutes.csv")
    await dialog.get_by_label("Shift dates").press("Space")
    await dialog.get_by_label("For Excel").press("Space")
    assert await grave_findings(page) == []
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="SAVE FILE").press("Enter")
    assert (await download.value).suggested_filename == "s-1.minutes.csv"
    await dialog.get_by_text("s-1.minutes.csv is saved.").wait_for()
    await page.keyboard.press("Escape")
    assert not await dialog.is_visible()


@pytest.mark.requirement("EXP-035")
async def test_a_month_is_exported_with_a_bar_and_saved_when_it_is_whole(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url + "/sessions", person="rk")
    await page.get_by_role("button", name="EXPORT MONTH OR COURSE").press("Enter")
    dialog = page.get_by_role("dialog", name="Export many sessions")
    assert await dialog.get_by_label("CSV").is_checked()
    await dialog.get_by_label("Month", exact=True).fill("2026-03")
    await dialog.get_by_label("FHIR R4 Bundle").press("Space")
    await dialog.get_by_role("button", name="EXPORT", exact=True).press("Enter")
    await dialog.get_by_text("1 of 2 sessions").wait_for()
    assert await dialog.get_by_role("progressbar").is_visible()
    assert await grave_findings(page) == []
    save = dialog.get_by_role("link", name="Save chairside-month-2026-03.zip (1.2 MB)")
    await save.wait_for()
    async with page.expect_download() as download:
        await save.press("Enter")
    assert (await download.value).suggested_filename == "chairside-month-2026-03.zip"
