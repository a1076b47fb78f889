"""Signing in as people do it, in Chromium, against the shipped service and its real staff file."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, ViewportSize

from monitor.history import LIMITS
from monitor.vitals import VitalSign
from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, StartClinic, live, sign_in, until
from tests.employed import PASSWORD, PIN, employ
from tests.serving import HIGH_PRESSURE, Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET: ViewportSize = {"width": 1280, "height": 800}
WHOLLY_WITHIN_ITS_DIALOG = """(said) => {
  const [box, around] = [said, said.closest("dialog")].map((one) => one.getBoundingClientRect());
  return box.top >= around.top && box.bottom <= Math.min(around.bottom, window.innerHeight);
}"""
FLASHING = ".tile[data-chair='1'][data-flash=HIGH]"


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    """A clinic's service: no PIN is published and no display enrolled."""
    async with served(tmp_path, published_pin="") as running:
        employ(running)
        yield running


async def by_password(page: Page, person: str) -> None:
    """Sign in with id and password."""
    await page.locator("#person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Staff id").fill(person)
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="SIGN IN").click()
    await dialog.wait_for(state="hidden")


@pytest.mark.requirement("PPL-050")
async def test_a_display_is_enrolled_and_a_nurse_acts_there_by_pin(
    service: Served, open_page: OpenPage
) -> None:
    page = await open_page(service.url + "/chair/1")
    await page.locator("#person").click()
    await page.get_by_role("dialog").get_by_text("This display is not enrolled").wait_for()
    await page.keyboard.press("Escape")
    await by_password(page, "adm")
    await page.get_by_role("button", name="Adm").click()
    await page.get_by_label("Enrol this display as").fill("chair 1")
    await page.get_by_role("button", name="ENROL").click()
    await page.get_by_role("dialog").wait_for(state="hidden")
    await page.get_by_role("button", name="SIGN IN").click()
    dialog = page.locator("#who")
    await dialog.get_by_role("button", name="R. Kessler").click()
    for digit in PIN:
        await dialog.get_by_role("button", name=digit, exact=True).click()
    await dialog.get_by_role("button", name="OK").click()
    await dialog.wait_for(state="hidden")
    await page.reload()
    await page.get_by_label("Patient (pseudonym, never a name)").fill("P-017")
    await page.get_by_role("button", name="SEAT PATIENT").click()
    await page.get_by_role("button", name="START BASELINE").wait_for()
    await service.clinic.ward.record.commit()
    (session,) = await service.clinic.history.sessions()
    assert {fact.actor for fact in await service.clinic.history.facts(session)} == {"rk", None}
    assert await page.locator("#person").text_content() == "R. Kessler"
    # A PIN is not enough for the limits: the dialog asks for the password, and then saves.
    await page.keyboard.press("l")
    limits = page.get_by_role("dialog", name="Limits of this session")
    await limits.get_by_role("button", name="HR-H1 HR above: more").click()
    await limits.get_by_role("button", name="SAVE").click()
    await dialog.get_by_text("This takes your password").wait_for()
    assert await dialog.get_by_label("Staff id").input_value() == "rk"
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await limits.wait_for(state="hidden")
    facts = await service.clinic.history.facts(session)
    assert [fact.actor for fact in facts if fact.kind == LIMITS] == ["rk"]


@pytest.mark.requirement("PPL-051")
async def test_signed_out_the_wall_is_live_and_an_act_asks_who_and_is_then_done(
    service: Served, open_page: OpenPage
) -> None:
    async with service.client() as client:
        answer = {"person": "rk", "method": "password", "secret": PASSWORD}
        await client.post("/api/sign-in", json=answer, headers={"X-Chairside": "1"})
        session = await service.seat(client, "1")
        await service.enter(client, session, "BASELINE", "INFUSION")
    page = await open_page(service.url)
    service.say("1", {**HIGH_PRESSURE, VitalSign.SPO2: 97.0})
    await page.wait_for_selector(FLASHING)
    await page.locator(".tile[data-chair='1']").get_by_role("button", name="ACK").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Staff id").fill("dl")
    await dialog.get_by_label("Password").fill("not the right one")
    await dialog.get_by_role("button", name="SIGN IN").click()
    await dialog.get_by_text("this password does not fit").wait_for()
    assert await page.locator(FLASHING).is_visible()
    assert await dialog.get_by_label("Password").input_value() == ""
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="SIGN IN").click()
    await until(page, "document.querySelector('.tile').textContent.includes('ack dl')")


@pytest.mark.requirement("PPL-052")
async def test_a_sign_in_that_ended_is_asked_for_again_and_the_act_is_then_done(
    service: Served, open_page: OpenPage
) -> None:
    page = await open_page(service.url + "/chair/1")
    await by_password(page, "rk")
    await page.context.clear_cookies()
    await page.get_by_label("Patient (pseudonym, never a name)").fill("P-017")
    await page.get_by_role("button", name="SEAT PATIENT").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Staff id").fill("dl")
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="SIGN IN").click()
    await page.get_by_role("button", name="START BASELINE").wait_for()
    (session,) = await service.clinic.history.sessions()
    assert {fact.actor for fact in await service.clinic.history.facts(session)} == {"dl", None}


@pytest.mark.requirement("PPL-053")
async def test_the_dialog_stands_beside_the_alarms_and_never_before_monitoring_lost(
    start_clinic: StartClinic, open_page: OpenPage
) -> None:
    clinic = await start_clinic(6, "high")
    page = await open_page(clinic.url)
    await page.wait_for_selector(FLASHING)
    await page.locator("#person").click()
    await page.get_by_role("dialog").wait_for()
    shown = await page.evaluate("""() => {
      const box = document.querySelector(".tile[data-chair='1'] .number").getBoundingClientRect();
      const seen = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      const dims = getComputedStyle(document.querySelector("#who"), "::backdrop").backgroundColor;
      return { hidden: seen.some((one) => one.closest("#who form, #who div")), dims };
    }""")
    assert shown == {"hidden": False, "dims": "rgba(0, 0, 0, 0)"}
    clinic.signal(signal.SIGSTOP)
    await page.wait_for_selector("#lost:not([hidden])")
    assert await page.locator("#who").is_hidden()


@pytest.mark.requirement("PPL-053")
async def test_a_dialog_left_alone_closes_by_itself(clinic: Clinic, open_page: OpenPage) -> None:
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page(clinic.url)
    await live(page)
    await page.locator("#person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="J. Silva").click()
    await page.keyboard.type("4711")
    since = time.monotonic()
    await dialog.wait_for(state="hidden", timeout=30_000)
    assert 19.0 <= time.monotonic() - since <= 25.0
    assert await dialog.locator(".pin").count() == 0


@pytest.mark.requirement("PPL-054")
async def test_a_demo_says_its_pin_and_the_header_says_who_is_signed_in(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page(clinic.url)
    await live(page)
    await page.locator("#person").click()
    await page.get_by_role("dialog").get_by_text(f"Demo: the PIN is {scenes.PIN}").wait_for()
    await page.keyboard.press("Escape")
    await sign_in(page, "A. Moreau")
    await until(page, "document.querySelector('#person').textContent === 'A. Moreau'")
    await page.locator("#person").click()
    await page.get_by_role("button", name="SIGN OUT").click()
    await until(page, "document.querySelector('#person').textContent === 'SIGN IN'")


@pytest.mark.requirement("PPL-054")
async def test_a_wrong_pin_is_said_in_words_and_the_number_keys_go_to_the_pad_alone(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["alarm"](6))
    page = await open_page(clinic.url + "/chair/1")
    await page.set_viewport_size({"width": 1024, "height": 768})
    await live(page)
    await page.locator("#person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="J. Silva").click()
    whose = dialog.get_by_role("heading", name="J. Silva")
    assert await whose.evaluate(WHOLLY_WITHIN_ITS_DIALOG)
    await page.keyboard.type("4711")
    assert await dialog.locator(".pin").text_content() == "●●●●"
    await page.keyboard.press("Backspace")
    assert await dialog.locator(".pin").get_attribute("aria-label") == "3 digits entered"
    await page.keyboard.press("Enter")
    said = page.get_by_text("this pin does not fit")
    await said.wait_for()
    assert await said.count() == 1
    assert await said.evaluate(WHOLLY_WITHIN_ITS_DIALOG)
    assert page.url == clinic.url + "/chair/1"
    assert await dialog.locator(".pin").text_content() == "PIN"
