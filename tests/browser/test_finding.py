"""Finding a session on its page: by keyboard alone, kept in the address, a page at a time."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Clinic, OpenPage, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def patients(page: Page) -> list[str]:
    return await page.locator("tbody tr td:nth-child(5)").all_text_contents()


@pytest.mark.requirement("FND-012")
async def test_sessions_are_found_by_keyboard_and_the_address_keeps_the_search(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url + "/sessions", person="rk")
    await page.get_by_text("3 sessions").wait_for()
    await page.get_by_role("searchbox", name="Patient").focus()
    await page.keyboard.type("k")
    await page.get_by_text("1 session", exact=True).wait_for()
    assert await patients(page) == ["K.L."]
    assert page.url.endswith("/sessions?patient=k")
    again = await open_page(page.url, person="rk")
    await again.get_by_text("1 session", exact=True).wait_for()
    assert await again.get_by_role("searchbox", name="Patient").input_value() == "k"
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent") == "Clear":
            break
    await page.keyboard.press("Enter")
    await page.get_by_text("3 sessions").wait_for()
    assert await page.evaluate("document.activeElement.name") == "patient"


@pytest.mark.requirement("FND-013")
async def test_pages_are_turned_and_a_new_search_begins_with_the_first(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url + "/sessions", person="rk")
    await page.get_by_text("3 sessions").wait_for()
    assert await patients(page) == ["T.V.", "K.L."]
    newer, older = (page.get_by_role("button", name=name) for name in ("Newer", "Older"))
    assert await newer.is_disabled()
    await older.press("Enter")
    await until(page, "document.querySelectorAll('tbody tr').length === 1")
    assert await older.is_disabled()
    await newer.press("Enter")
    await until(page, "document.querySelectorAll('tbody tr').length === 2")
    await older.press("Enter")
    await until(page, "document.querySelectorAll('tbody tr').length === 1")
    await page.get_by_label("Not signed").press("Space")
    await page.get_by_text("1 session", exact=True).wait_for()
    assert page.url.endswith("?unsigned=true")
    assert await newer.is_disabled()


@pytest.mark.requirement("FND-014")
async def test_a_search_without_an_answer_says_so(clinic: Clinic, open_page: OpenPage) -> None:
    page = await open_page(clinic.url + "/sessions?patient=Q", person="rk")
    await page.get_by_text("No session is like that: Clear shows all of them.").wait_for()
    for name in ("From", "To", "Rise over (mmHg)"):
        assert await page.get_by_label(name, exact=True).is_enabled()
    assert await page.get_by_role("combobox", name="Chair").is_enabled()
    staff = (
        await page.get_by_role("combobox", name="Clinician or nurse")
        .locator("option")
        .all_text_contents()
    )
    assert staff[0] == "all"
    assert "R. Kessler" in staff
