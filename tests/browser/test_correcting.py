"""Entered late, corrected, withdrawn: at the chair and in a review, by keyboard and by finger."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, ViewportSize

from monitor.care.observations import Item
from monitor.care.scales import SCALES
from monitor.commands import Sign
from monitor.history import SIGNED
from tests.browser.conftest import RATE, Demo, OpenPage, a_nurse_at
from tests.browser.test_pages import grave_findings
from tests.browser.test_sign_in_page import by_password
from tests.employed import employ
from tests.reported import SESSION, ordinary
from tests.serving import Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")
YEAR_US = 366 * 86_400_000_000
SIZES = [ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)]


@asynccontextmanager
async def a_year_later(tmp_path: Path) -> AsyncIterator[Served]:
    """A clinic whose record holds a session of last year."""
    async with served(tmp_path, published_pin="") as running:
        employ(running)
        source, record = ordinary(step_s=60.0).source(), running.clinic.ward.record
        record.add([replace(one, at_us=one.at_us - YEAR_US) for one in source.facts])
        record.add(
            [
                replace(
                    one,
                    sampled_at_us=one.sampled_at_us - YEAR_US,
                    received_at_us=one.received_at_us - YEAR_US,
                )
                for one in source.readings
            ]
        )
        await record.commit()
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with a_year_later(tmp_path) as running:
        yield running


async def review(service: Served, open_page: OpenPage, person: str = "rk") -> Page:
    """The review, its entries open for who signed in."""
    page = await open_page(f"{service.url}/review/{SESSION}")
    await page.get_by_text("Sign in to see the session").wait_for()
    assert await page.locator(".entries").is_hidden()
    await by_password(page, person)
    await page.wait_for_selector(".plot.pressure canvas")
    await page.get_by_role("button", name="ENTRIES AND CORRECTIONS").press("Enter")
    await page.locator(".entries tbody tr").first.wait_for()
    return page


def entry(page: Page, text: str) -> Locator:
    return page.locator(".entries tbody tr", has_text=text).first


def events(page: Page) -> Locator:
    """The table that everybody sees."""
    return page.get_by_role("region", name="Events").locator("tbody tr")


async def answer(page: Page, service: Served) -> dict[str, Any]:
    told: dict[str, Any] = await (
        await page.request.get(f"{service.url}/api/sessions/{SESSION}/review", max_retries=2)
    ).json()
    return told


@pytest.mark.requirement("COR-010")
async def test_the_start_is_corrected_by_keyboard_and_the_whole_review_follows(
    service: Served, open_page: OpenPage
) -> None:
    page = await review(service, open_page)
    before = await answer(page, service)
    await entry(page, "pump start").get_by_role("button", name="Correct").press("Enter")
    dialog = page.get_by_role("dialog", name="Correct: pump start 30 ml/h")
    time = dialog.get_by_label("It happened at")
    assert await time.input_value() == "08:20:00"
    await time.fill("08:17:00")
    await dialog.get_by_role("radio", name="from paper").press("Space")
    await time.press("Enter")
    await dialog.wait_for(state="hidden")
    line = entry(page, "pump start")
    await line.get_by_text("time corrected to 08:17:00").wait_for()
    cells = await line.locator("td").all_text_contents()
    assert cells[:2] == ["08:17:00", "08:20:00"]
    assert "R. Kessler: from paper" in cells[2]
    await page.locator(".phase-ribbon .piece", has_text="INFUSION 08:17").wait_for()
    await events(page).filter(has_text="time corrected to 08:17:00").wait_for()
    after = await answer(page, service)
    moved_ms = before["start_ms"] - after["start_ms"]
    assert moved_ms == 180_000
    assert after["infusion_start_ms"] == after["start_ms"]
    begun = {one["phase"]: one["from_ms"] for one in after["phases"]}
    assert begun["INFUSION"] == after["start_ms"]
    assert after["without"]["points"] != before["without"]["points"]


@pytest.mark.requirement("COR-010")
@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
async def test_an_entry_is_withdrawn_and_another_added_late_and_everybody_sees_who_and_why(
    service: Served, open_page: OpenPage, size: ViewportSize
) -> None:
    page = await review(service, open_page)
    await page.set_viewport_size(size)
    await entry(page, "nausea moderate").get_by_role("button", name="Correct").click()
    dialog = page.get_by_role("dialog", name="Correct: nausea moderate")
    await dialog.get_by_role("radio", name="another patient").check()
    await dialog.get_by_role("button", name="WITHDRAW").click()
    await entry(page, "nausea moderate").get_by_text("R. Kessler: another patient").wait_for()
    await page.get_by_role("button", name="LATE OBSERVATION ...").click()
    late = page.get_by_role("dialog", name="Seen at the chair earlier")
    await late.get_by_role("radio", name="MOAA/S").check()
    await late.get_by_role("radio", name="3", exact=True).check()
    await late.get_by_label("It happened at").fill("0840")
    await late.get_by_role("button", name="ENTER OBSERVATION").click()
    line = entry(page, "MOAA/S 3")
    await line.get_by_text("manual").wait_for()
    assert (await line.locator("td").first.inner_text()) == "08:40:00"
    gone = events(page).filter(has=page.locator("s", has_text="nausea moderate"))
    assert "R. Kessler: another patient" in await gone.inner_text()
    await events(page).filter(has_text="MOAA/S 3").get_by_text("manual").wait_for()
    assert {"at_ms", "value"} <= (await answer(page, service))["sedation"][0].keys()
    assert await grave_findings(page) == []
    for button in await page.locator(".review-entries button:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24


@pytest.mark.requirement("COR-013", "COR-014")
async def test_a_score_sheet_and_a_hand_over_of_paper_are_entered_late_by_keyboard(
    service: Served, open_page: OpenPage
) -> None:
    page = await review(service, open_page)
    await page.get_by_role("button", name="LATE OBSERVATION ...").press("Enter")
    late = page.get_by_role("dialog", name="Seen at the chair earlier")
    await late.get_by_role("radio", name="PADSS").press("Space")
    for part in SCALES[Item.PADSS]:
        points = 1 if part.name == "bleeding" else 0
        words = late.get_by_role("group", name=part.name).get_by_label(part.words[points])
        await words.press("Space")
    await late.get_by_text("PADSS 9 of 10").wait_for()
    assert await grave_findings(page) == []
    time = late.get_by_label("It happened at")
    await time.fill("0955")
    await time.press("Enter")
    await late.wait_for(state="hidden")
    line = entry(page, "PADSS 9")
    await line.get_by_text("manual").wait_for()
    cells = await line.locator("td").all_text_contents()
    assert cells[0] == "09:55:00"
    # Entered on another day than it happened on.
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", cells[1])

    await page.get_by_role("button", name="LATE HAND-OVER ...").press("Enter")
    sheet = page.get_by_role("dialog", name="Handed over to the sitter earlier")
    await sheet.get_by_label("It happened at").fill("1002")
    await sheet.get_by_label("The sitter who takes the patient home").fill("Mia Berg")
    for tick in await sheet.get_by_role("checkbox").all():
        await tick.press("Space")
    assert await grave_findings(page) == []
    await sheet.get_by_role("button", name="ENTER HAND-OVER").press("Enter")
    await sheet.wait_for(state="hidden")
    line = entry(page, "10:02:00")
    await line.get_by_text("handed over to the sitter").wait_for()
    await line.get_by_text("manual").wait_for()
    await events(page).filter(has_text="PADSS 9").get_by_text("manual").wait_for()


@pytest.mark.requirement("COR-011")
async def test_of_a_signed_report_there_are_addenda_alone(
    service: Served, open_page: OpenPage
) -> None:
    record = service.clinic.ward.record
    facts = await service.clinic.history.facts(SESSION)
    signed = replace(facts[-1], kind=SIGNED, ordinal=9_000, data={"document_sha256": "0" * 64})
    record.add([signed])
    await record.commit()
    assert Sign.after_signing is False
    page = await review(service, open_page, "dl")
    assert await page.get_by_text("The report is signed").count() == 1
    assert await page.locator(".entries").get_by_role("button").count() == 0
    assert await page.get_by_role("button", name="LATE EVENT ...").is_hidden()
    path = f"{service.url}/api/sessions/{SESSION}/observed"
    refused = await page.request.post(
        path,
        data={"item": "oxygen", "value": "air", "happened": "08:40"},
        headers={"X-Chairside": "1", "Origin": service.url},
    )
    assert refused.status == 409
    await page.get_by_role("button", name="ADDENDUM ...").press("Enter")
    await page.get_by_label("Addendum").fill("MOAA/S 3 at 08:40, from paper")
    await page.keyboard.press("Enter")
    await entry(page, "MOAA/S 3 at 08:40").wait_for()
    assert await grave_findings(page) == []


@pytest.mark.requirement("COR-012")
@pytest.mark.requirement("COR-013")
async def test_at_the_chair_a_late_score_alarms_and_its_correction_ends_that(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(RATE)
    _, tablet = await a_nurse_at(clinic, open_page, "1")
    await tablet.set_viewport_size(ViewportSize(width=1024, height=768))
    await tablet.get_by_role("button", name="END INFUSION").wait_for(timeout=30_000)
    await tablet.get_by_role("tab", name="Notes").click()
    await tablet.get_by_role("button", name="LATE OBSERVATION ...").click()
    late = tablet.get_by_role("dialog", name="Seen at the chair earlier")
    await late.get_by_role("radio", name="MOAA/S").check()
    await late.get_by_role("radio", name="3", exact=True).check()
    await late.get_by_role("button", name="ENTER OBSERVATION").click()
    await tablet.get_by_role("button", name="LATE OBSERVATION ...").click()
    await late.get_by_role("radio", name="Aldrete").check()
    for part in SCALES[Item.ALDRETE]:
        await late.get_by_role("group", name=part.name).get_by_label(part.words[0]).check()
    await late.get_by_role("button", name="ENTER OBSERVATION").click()
    await entry(tablet, "Aldrete 10").wait_for()
    alarm = tablet.locator(".alarm-row", has_text="Sedation MOAA/S 3")
    await alarm.wait_for()
    await tablet.get_by_role("button", name="Correct MOAA/S 3").first.click()
    dialog = tablet.get_by_role("dialog", name="Correct: MOAA/S 3")
    await dialog.get_by_role("radio", name="5", exact=True).check()
    await dialog.get_by_role("button", name="CORRECT", exact=True).click()
    await entry(tablet, "MOAA/S 5").locator("small", has_text="now 5").wait_for()
    await alarm.wait_for(state="detached")
