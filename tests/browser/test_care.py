"""What a nurse enters at a chair: sedation, sitter, baseline; and may the patient leave?"""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.conftest import RATE, Demo, OpenPage, a_nurse_at, live

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def enter(page: Page, name: str) -> None:
    """One touch in the dialog of entries."""
    await page.get_by_role("button", name="ENTER ...").click()
    dialog = page.get_by_role("dialog", name="Seen at the chair")
    await dialog.get_by_role("button", name=name, exact=True).click()
    await dialog.wait_for(state="hidden")


@pytest.mark.requirement("S-60")
@pytest.mark.requirement("S-59")
async def test_what_is_seen_is_entered_and_the_gate_says_what_is_missing(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(RATE)
    wall, tablet = await a_nurse_at(clinic, open_page, "1")
    await tablet.get_by_role("button", name="END INFUSION").wait_for(timeout=30_000)
    await tablet.locator(".care-lines", has_text="NEWS2 partial").wait_for()
    assert await tablet.locator(".gate li").count() == 0
    await enter(tablet, "MOAA/S 3")
    await tablet.locator(".alarm-row", has_text="Sedation MOAA/S 3").wait_for()
    await wall.locator(".tile[data-chair='1']", has_text="Sedation MOAA/S 3").wait_for()
    for name in ("MOAA/S 5", "consciousness alert", "air or oxygen air", "IV line out"):
        await enter(tablet, name.replace("air or oxygen", "oxygen"))
    await tablet.locator(".alarm-row", has_text="Sedation").wait_for(state="detached")
    await tablet.get_by_role("button", name="END INFUSION").click()
    gate = tablet.locator(".gate[data-ready=no]")
    await gate.get_by_text("MAY NOT LEAVE YET").wait_for()
    await gate.locator("li[data-holds=yes]", has_text="IV line out").wait_for()
    sitter = gate.locator("li[data-holds=no]", has_text="Sitter present: not entered since")
    await sitter.wait_for()
    await tablet.get_by_role("button", name="ENTER ...").click()
    dialog = tablet.get_by_role("dialog", name="Seen at the chair")
    await dialog.get_by_label("Name").fill("Mia")
    await dialog.get_by_role("button", name="present", exact=True).click()
    await gate.locator("li[data-holds=yes]", has_text="Sitter present: Mia").wait_for()
    assert await gate.locator("li[data-holds=no]", has_text="Recovery: 0 of 30 min").count() == 1


async def test_a_baseline_is_stated_by_a_nurse_with_a_reason(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(RATE)
    _, tablet = await a_nurse_at(clinic, open_page, "1")
    await tablet.get_by_role("button", name="BASELINE ...").click()
    dialog = tablet.get_by_role("dialog", name="Baseline of this patient")
    await dialog.get_by_label("NIBP systolic").fill("118")
    await dialog.get_by_label("NIBP diastolic").fill("74")
    await dialog.get_by_role("button", name="measured by hand").click()
    await tablet.locator(".care-lines", has_text="Baseline NIBP 118/74").wait_for()


async def test_nobody_signed_out_reads_what_was_entered(demo: Demo, open_page: OpenPage) -> None:
    clinic = await demo(RATE)
    page = await open_page(clinic.url + "/chair/1")
    await live(page)
    await page.locator(".care-lines", has_text="Sign in to see and enter").wait_for()
    answer = await page.request.get(f"{clinic.url}/api/sessions/any/care", max_retries=2)
    assert answer.status == 401
