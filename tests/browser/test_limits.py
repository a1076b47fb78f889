"""The limits dialog: what is in force, its range, what is foreseen, what is saved."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.conftest import RATE, Demo, OpenPage, a_nurse_at, live


async def press(page: Page, name: str, times: int) -> None:
    """Touch a step button so often."""
    for _ in range(times):
        await page.get_by_role("button", name=name).click()


RULES_AT_ONCE = 6
"""So many rules at least are whole on a tablet held across."""

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.requirement("S-55", "SHO-212")
async def test_a_nurse_sets_a_limit_that_is_foreseen_refused_saved_and_marked(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(RATE)
    wall, tablet = await a_nurse_at(clinic, open_page, "1")
    await tablet.get_by_role("button", name="END INFUSION").wait_for(timeout=30_000)
    await tablet.keyboard.press("l")
    dialog = tablet.get_by_role("dialog", name="Limits of this session")
    await dialog.wait_for()
    assert await dialog.get_by_label("SPO2-1 SpO2 below", exact=True).inner_text() == "92 %"
    await tablet.set_viewport_size({"width": 1024, "height": 768})
    whole = await dialog.locator(".limit-rule").evaluate_all("""(rules) => {
      const room = rules[0].parentElement.getBoundingClientRect();
      return rules.filter((one) => one.getBoundingClientRect().bottom <= room.bottom + 1).length;
    }""")
    assert whole >= RULES_AT_ONCE
    # Too far: it contradicts the more urgent rule, and cannot be saved.
    await press(tablet, "SPO2-1 SpO2 below: less", 4)
    refused = dialog.locator(".foreseen[data-refused=yes]", has_text="SPO2-1 at 88, SPO2-2 at 88")
    await refused.wait_for()
    save = dialog.get_by_role("button", name="SAVE")
    assert await save.is_disabled()
    # Nothing of it is in force: the chair still shows the preset's innermost limit.
    shown = wall.locator(".tile[data-chair='1'] .slot", has_text="SpO2")
    assert "94" in await shown.first.inner_text()
    await press(tablet, "SPO2-1 SpO2 below: more", 2)
    await press(tablet, "SPO2-1 delay: more", 5)
    await dialog.locator(".foreseen", has_text="With these limits the last").wait_for()
    await save.click()
    await dialog.wait_for(state="hidden")
    await wall.wait_for_selector(".tile[data-chair='1'] .paused:has-text('LIM*')")
    await tablet.get_by_role("button", name="LIMITS").click()
    await dialog.get_by_text("set by R. Kessler").wait_for()
    assert await dialog.get_by_label("SPO2-1 SpO2 below", exact=True).inner_text() == "90 %"
    assert await dialog.get_by_label("SPO2-1 delay", exact=True).inner_text() == "20 s"
    await dialog.get_by_role("button", name="SPO2-1 SpO2 below: preset 92").click()
    await dialog.get_by_role("button", name="SPO2-1 delay: preset 15").click()
    await save.click()
    await wall.wait_for_selector(".tile[data-chair='1'] .paused:empty", state="attached")
    patient = await tablet.locator(".chair-head .patient").inner_text()
    history = await tablet.context.new_page()
    await history.goto(f"{clinic.url}/sessions")
    await history.get_by_role("link", name=f"Review {patient}").first.click()
    await history.get_by_text("limits set: SPO2-1 SpO2 90, SPO2-1 delay 20").first.wait_for()


@pytest.mark.requirement("S-55")
async def test_without_a_patient_there_is_nothing_to_limit(demo: Demo, open_page: OpenPage) -> None:
    clinic = await demo(RATE)
    page = await open_page(clinic.url + "/chair/6")
    await live(page)
    await page.get_by_role("button", name="SEAT PATIENT").wait_for()
    assert await page.get_by_role("button", name="LIMITS").is_disabled()
