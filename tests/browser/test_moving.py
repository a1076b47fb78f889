"""A patient is moved to another chair from the page."""

from __future__ import annotations

import pytest

from tests.browser.conftest import RATE, Demo, OpenPage, a_nurse_at, live

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.requirement("S-72")
async def test_a_nurse_moves_a_patient_to_a_free_chair(demo: Demo, open_page: OpenPage) -> None:
    clinic = await demo(RATE)
    wall, tablet = await a_nurse_at(clinic, open_page, "1")
    await tablet.get_by_role("button", name="END INFUSION").wait_for(timeout=30_000)
    patient = await tablet.locator(".chair-head .patient").inner_text()
    await tablet.get_by_role("button", name="MOVE ...").click()
    dialog = tablet.get_by_role("dialog", name="Move to another chair")
    await dialog.wait_for()
    # The only chair that nobody sits in.
    assert await dialog.get_by_role("button", name="CHAIR").all_inner_texts() == ["CHAIR 6"]
    assert patient in await dialog.get_by_role("heading").inner_text()
    await dialog.get_by_role("button", name="CHAIR 6").click()
    await tablet.wait_for_url("**/chair/6")
    await live(tablet)
    assert await tablet.locator(".chair-head .patient").inner_text() == patient
    await wall.wait_for_selector(f".tile[data-chair='6'] >> text={patient}")
    await wall.locator(".tile[data-chair='1']", has_text="EMPTY").wait_for()
    assert patient not in await wall.locator(".tile[data-chair='1']").inner_text()


@pytest.mark.requirement("S-72")
async def test_nobody_can_be_moved_from_an_empty_chair(demo: Demo, open_page: OpenPage) -> None:
    clinic = await demo(RATE)
    page = await open_page(clinic.url + "/chair/6")
    await live(page)
    await page.get_by_role("button", name="SEAT PATIENT").wait_for()
    assert await page.get_by_role("button", name="MOVE ...").count() == 0
