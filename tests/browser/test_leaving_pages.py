"""The way out in Chromium: score, hand-over, closing, turn-over, the board, swapped devices."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page

from monitor.care.observations import Item
from monitor.care.scales import SCALES
from monitor.vitals import VitalSign
from tests.browser.conftest import OpenPage, sign_in
from tests.browser.test_day_pages import SMALL, TABLET, WIDER, press, tab_to
from tests.browser.test_pages import grave_findings
from tests.serving import ACT, Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

NURSE, CLINICIAN = "R. Kessler", "Dr D. Lindqvist"
SPO2 = VitalSign.SPO2


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        yield running


async def at(service: Served, open_page: OpenPage, path: str, person: str) -> Page:
    """A page on a tablet, where that person is signed in."""
    page = await open_page(service.url + path)
    await page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    await page.wait_for_selector("body[data-link=live]")
    await sign_in(page, person)
    return page


async def recovering(service: Served, chair: str = "1", patient: str = "A.M.") -> str:
    async with service.nurse() as client:
        session = await service.seat(client, chair, patient)
        await service.enter(client, session, "BASELINE", "INFUSION", "RECOVERY")
    return session


async def choose(page: Page, dialog: Locator, group: str, option: str) -> None:
    """A radio button by the keyboard: to its group, then to it."""
    choice = dialog.get_by_role("group", name=group).get_by_label(option)
    await choice.focus()
    await page.keyboard.press("Space")
    assert await choice.is_checked()


@pytest.mark.requirement("LVE-019")
async def test_a_nurse_scores_and_hands_over_by_the_keyboard_and_reads_what_is_missing(
    service: Served, open_page: OpenPage
) -> None:
    session = await recovering(service)
    page = await at(service, open_page, "/chair/1", NURSE)
    await page.locator(".gate[data-ready=no] li", has_text="PADSS 9 or more").wait_for()
    await press(page, page.get_by_role("button", name="PADSS ..."))
    score = page.get_by_role("dialog", name="PADSS")
    for part in SCALES[Item.PADSS]:
        at_words = 1 if part.name == "bleeding" else 0
        await choose(page, score, part.name, part.words[at_words])
    await score.get_by_text("PADSS 9 of 10").wait_for()
    assert await grave_findings(page) == []
    await press(page, score.get_by_role("button", name="ENTER"))
    await score.wait_for(state="hidden")
    await page.locator(".gate li[data-holds=yes]", has_text="PADSS 9 or more: 9").wait_for()

    await press(page, page.get_by_role("button", name="HAND OVER ..."))
    sheet = page.get_by_role("dialog", name="Hand over to the sitter")
    await tab_to(page, sheet.get_by_label("The sitter who takes the patient home"))
    await page.keyboard.type("Mia Berg")
    ticks = sheet.get_by_role("checkbox")
    for number in range(await ticks.count()):
        await tab_to(page, ticks.nth(number))
        await page.keyboard.press("Space")
    await sheet.get_by_label("Next session").fill("2027-02-01T10:30")
    assert await grave_findings(page) == []
    await press(page, sheet.get_by_role("button", name="ENTER"))
    await page.locator(".gate li[data-holds=yes]", has_text="Advice given").wait_for()
    await page.locator(".gate li[data-holds=yes]", has_text="Sitter present: Mia Berg").wait_for()
    await page.locator(".handed-over", has_text="Handed over to Mia Berg").wait_for()

    await press(page, page.get_by_role("button", name="CLOSE SESSION"))
    dialog = page.get_by_role("dialog", name="Close this session?")
    await dialog.locator("li", has_text="Recovery: 0 of 30 min").wait_for()
    assert await dialog.locator("li", has_text="PADSS").count() == 0
    await choose(page, dialog, "Cuff", "off")
    await choose(page, dialog, "Probe", "off")
    await press(page, dialog.get_by_role("button", name="CLOSE SESSION"))
    await dialog.get_by_role("alert").get_by_text("may not leave yet").wait_for()
    assert await grave_findings(page) == []
    assert service.clinic.ward.seating.find(session) is not None


@pytest.mark.requirement("LVE-020")
async def test_a_clinician_lets_go_and_the_chair_is_done_until_it_is_turned_over(
    service: Served, open_page: OpenPage
) -> None:
    await recovering(service)
    page = await at(service, open_page, "/chair/1", CLINICIAN)
    await page.get_by_role("button", name="CLOSE SESSION").click()
    dialog = page.get_by_role("dialog", name="Close this session?")
    await dialog.get_by_role("group", name="Cuff").get_by_label("off").check()
    await dialog.get_by_role("group", name="Probe").get_by_label("kept on").check()
    await dialog.get_by_role("button", name="waits for the lift home").click()
    await dialog.get_by_label("A clinician lets them go, because").fill("goes to the ward")
    await dialog.get_by_role("button", name="CLOSE SESSION").click()
    await dialog.wait_for(state="hidden")
    await page.locator(".chair-state", has_text="DONE").wait_for()
    card = page.locator(".turn-over")
    await card.get_by_text("Not turned over").wait_for()
    assert await grave_findings(page) == []
    await page.goto(service.url + "/recovery")
    row = page.locator(".not-turned-over li", has_text="probe kept on, waits for the lift home")
    await row.wait_for()
    await page.goto(service.url + "/chair/1")
    await card.get_by_role("button", name="CUFF AND PROBE ARE OFF").click()
    await page.locator(".chair-state", has_text="EMPTY").wait_for()
    await card.wait_for(state="hidden")


@pytest.mark.requirement("LVE-021")
async def test_the_board_shows_every_chair_in_recovery_and_what_each_lacks(
    service: Served, open_page: OpenPage
) -> None:
    await recovering(service, "1", "A.M.")
    await recovering(service, "2", "B.N.")
    page = await open_page(service.url + "/recovery")
    await page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    await page.get_by_text("Sign in to see who is in recovery").wait_for()
    assert (await page.request.get(f"{service.url}/api/recovery", max_retries=2)).status == 401
    await sign_in(page, NURSE)
    for label, patient in (("1", "A.M."), ("2", "B.N.")):
        card = page.get_by_role("region", name=f"Chair {label}")
        await card.get_by_text(patient).wait_for()
        missing = card.locator("li[data-holds=no]")
        await missing.get_by_text("IV line out: not entered").wait_for()
        await card.get_by_text("0 min since the end").wait_for()
        await card.get_by_text("no baseline").first.wait_for()
    assert await grave_findings(page) == []
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate(WIDER) <= 0
    await press(page, page.get_by_role("link", name="Chair 2", exact=True))
    await page.locator(".chair-name", has_text="CHAIR 2").wait_for()


@pytest.mark.requirement("LVE-022")
async def test_a_clinician_corrects_two_swapped_devices_in_the_review(
    service: Served, open_page: OpenPage
) -> None:
    async with service.nurse() as client:
        await service.seat(client, "2", "B.N.")
        first = await service.seat(client, "1", "A.M.")
    for _ in range(3):
        service.say("1", {SPO2: 99.0})
        service.say("2", {SPO2: 93.0})
        await asyncio.sleep(0.05)
    page = await at(service, open_page, f"/review/{first}", CLINICIAN)
    await page.get_by_role("button", name="DEVICES ...").click()
    dialog = page.get_by_role("dialog", name="Devices of this session")
    await dialog.get_by_text("mon-1: 3 readings").wait_for()
    await dialog.get_by_label("This one measured for the patient").select_option("mon-1")
    await dialog.get_by_label("not this one").select_option("mon-1")
    await dialog.get_by_label("Because").fill("cables crossed")
    assert await grave_findings(page) == []
    await dialog.get_by_role("button", name="CORRECT").click()
    await dialog.get_by_role("alert").get_by_text("it is one device, not two").wait_for()
    await dialog.get_by_label("This one measured for the patient").select_option("mon-2")
    await dialog.get_by_role("button", name="CORRECT").click()
    await dialog.wait_for(state="hidden")
    told = "devices corrected, mon-2 in place of mon-1: cables crossed"
    await page.get_by_role("table", name="Events").get_by_text(told).wait_for()
    path = f"{service.url}/api/sessions/{first}/export"
    answer = await page.request.post(path, data={"ending": ".csv"}, headers=ACT)
    rows = list(csv.DictReader((await answer.text()).splitlines()))
    assert {(row["device"], row["value"]) for row in rows if row["value"]} == {("mon-2", "93")}
