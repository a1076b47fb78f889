"""The patient's form on a phone, and the pages of staff beside it, over a demo with a past."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize

from tests.browser.conftest import ROOT, OpenPage, sign_in, until
from tests.browser.test_pages import grave_findings

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = ViewportSize(width=390, height=844)
PATIENT = "P-17"


@dataclass(frozen=True)
class Past:
    """A demo that begins with a course: its pages, and the link of the newest journal."""

    url: str
    link: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def past(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Past]:
    """One for all tests of this module."""
    folder = tmp_path_factory.mktemp("past")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.cli", "demo", "--port=0", "--past"),
        f"--record={folder / 'record.db'}",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told = ""
    while line := (await process.stdout.readline()).decode():
        told += line
        if line.startswith("wall:"):
            break
    link, url = re.search(r"link: (\S+)", told), re.search(r"wall:\s+(\S+)/", told)
    assert link is not None, told
    assert url is not None, told
    yield Past(url[1], link[1])
    process.kill()
    await process.wait()


async def on_phone(browser: Browser, link: str, scheme: str = "light") -> Page:
    """An old phone: a small screen, and no script runs."""
    context = await browser.new_context(
        viewport=PHONE,
        java_script_enabled=False,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto(link)
    return page


@pytest.mark.requirement("JRN-030")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_form_fits_a_phone_and_anybody_can_use_it(
    past: Past, desk: Browser, scheme: str
) -> None:
    context = await desk.new_context(
        viewport=PHONE, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = await context.new_page()
    await page.goto(past.link)
    assert await grave_findings(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = await page.evaluate(
        """[...document.querySelectorAll('input:not([type=hidden]), textarea, button, a')]
           .map((one) => one.getBoundingClientRect())
           .filter((box) => box.height < 44 || box.width < 44).length"""
    )
    assert small == 0
    # Whom to call is the first thing on it, the question is on the first screen.
    notice, mood = page.get_by_text("Nobody watches this page live."), page.get_by_label("10")
    for element in (notice, mood):
        box = await element.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < PHONE["height"]
    await context.close()


@pytest.mark.requirement("JRN-030")
async def test_a_patient_writes_without_a_script_and_is_thanked(past: Past, desk: Browser) -> None:
    page = await on_phone(desk, past.link)
    assert await page.locator("h1").inner_text() == "Your journal of the infusion"
    await page.get_by_role("radio", name="7").check()
    await page.get_by_role("radio", name="mixed").check()
    await page.get_by_role("textbox").fill("<img src=x onerror=alert(1)> calm")
    await page.get_by_role("button", name="Send").click()
    # The day after has been reached too: its check-in is asked next.
    await page.get_by_role("heading", name="How are you today?").wait_for()
    assert "that is kept" in await page.locator(".kept").inner_text()
    await page.get_by_role("radio", name="8").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    # The first answer's page has the same address: only its words tell the two apart.
    await page.get_by_role("heading", name="Thank you, that is kept.").wait_for()
    await page.context.close()


async def by_keyboard(page: Page, name: str) -> None:
    """Press a button of that name without a pointer."""
    await page.get_by_role("button", name=name).first.focus()
    await page.keyboard.press("Enter")


@pytest.mark.requirement("JRN-031")
async def test_staff_read_the_list_call_and_give_a_link_by_keyboard(
    past: Past, open_page: OpenPage
) -> None:
    page = await open_page(f"{past.url}/journals")
    await page.wait_for_selector("body[data-link=live]")
    await page.get_by_text("Sign in to see the journals").wait_for()
    assert PATIENT not in await page.locator("main").inner_text()
    await sign_in(page, "R. Kessler")
    await page.locator("table.journals").wait_for()
    rows = page.locator("table.journals tbody tr")
    assert await rows.first.get_attribute("data-state") == "overdue"
    assert await rows.first.get_by_role("link", name="+351").count() == 1
    assert "mood" not in await page.locator("table.journals").inner_text()
    assert await grave_findings(page) == []
    await by_keyboard(page, "CALLED P-17")
    await page.get_by_label("In a few words").fill("voicemail")
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for(state="hidden")
    await until(page, "document.querySelector('td.called')?.textContent.includes('voicemail')")
    await by_keyboard(page, "NEW LINK P-17")
    dialog = page.get_by_role("dialog")
    await dialog.locator("svg.qr").wait_for()
    assert re.fullmatch(
        r"http://127\.0\.0\.1:\d+/j/[\w-]{32}", await dialog.get_by_role("link").inner_text()
    )
    assert await grave_findings(page) == []
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="hidden")


@pytest.mark.requirement("CRS-020")
async def test_a_course_is_drawn_on_the_same_axes_written_on_and_printed(
    past: Past, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page(f"{past.url}/course/{PATIENT}")
    await page.wait_for_selector("body[data-link=live]")
    await page.get_by_text("Sign in to see the course").wait_for()
    await sign_in(page, "Dr D. Lindqvist")
    await page.locator(".course table").wait_for()
    assert await page.locator(".course thead th").count() == 6
    assert await page.locator(".plots").count() == 3
    for row in range(3):
        plots = page.locator(".plots").nth(row).locator("svg")
        assert await plots.count() == 5
        # The same axes: the same texts at the same places.
        drawn = {str(await plots.nth(at).locator("text").evaluate_all(AXIS)) for at in range(5)}
        assert len(drawn) == 1
    assert await page.get_by_text("none yet").count() == 1
    assert "Too far away" not in await page.locator("main").inner_text()
    assert await grave_findings(page) == []
    await by_keyboard(page, "PLAN 5")
    await page.get_by_role("radio", name="change").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("textbox", name="Note").fill("Half the dose <b>next</b>")
    await page.get_by_role("button", name="KEEP").focus()
    await page.keyboard.press("Enter")
    await until(page, "document.querySelector('.course')?.textContent.includes('Half the dose')")
    assert await page.locator("td.plan").nth(4).locator("b").inner_text() == "Plan: change"
    path = tmp_path / "course.pdf"
    await page.pdf(path=path, prefer_css_page_size=True)
    text = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(path))
    assert "Course 1 of P-17" in text
    assert "Half the dose" in text
    for screen_only in ("PRINT", "PLAN 5 ...", "SOUND", "Alarm history"):
        assert screen_only not in text


AXIS = "(all) => all.map((one) => [one.textContent, one.getAttribute('x'), one.getAttribute('y')])"
