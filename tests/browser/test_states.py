"""Each state of an alarm looks and sounds as the table of its life says."""

from __future__ import annotations

import re

import pytest

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, until
from tests.browser.test_sound import burst_of, bursts

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHERS = [scenes.tile(str(n)) for n in range(2, 7)]
AHEAD = """
window.ahead_s = 0;
const clock = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "currentTime");
Object.defineProperty(BaseAudioContext.prototype, "currentTime", {
  get() { return clock.get.call(this) + window.ahead_s; },
});
"""
"""Lets the time of the audio run ahead."""


@pytest.mark.requirement("SHO-148")
@pytest.mark.parametrize("path", ["/", "/chair/1"])
async def test_a_pending_value_is_outlined_and_nothing_sounds(
    clinic: Clinic, open_page: OpenPage, path: str
) -> None:
    slots = [scenes.slot("HR", "72"), scenes.slot("SpO2", "91", pending=True)]
    await clinic.show([scenes.tile("1", slots=slots), *OTHERS])
    page = await open_page(clinic.url + path)
    await live(page)
    lines = await page.evaluate("""() => Object.fromEntries(
      [...document.querySelectorAll(".slot")].slice(0, 2).map((slot) => [slot.dataset.vital,
        getComputedStyle(slot.querySelector(".number")).outlineStyle]))""")
    assert lines == {"HR": "none", "SpO2": "solid"}
    assert await bursts(page) == []


@pytest.mark.requirement("SHO-149")
@pytest.mark.requirement("SHO-191")
async def test_a_superseded_alarm_is_listed_and_steady(clinic: Clinic, open_page: OpenPage) -> None:
    alarms = [
        scenes.alarm("1", "HIGH", "SpO2 84 < 88"),
        scenes.alarm("1", "MEDIUM", "SpO2 84 < 92", superseded=True),
    ]
    await clinic.show([scenes.alarming("1", alarms), *OTHERS])
    page = await open_page(clinic.url + "/chair/1")
    await live(page)
    rows = page.locator(".alarm-row .message")
    assert await rows.count() == 2
    flashing = [await rows.nth(n).get_attribute("data-flash") for n in (0, 1)]
    assert flashing == ["HIGH", ""]
    assert await rows.nth(1).locator(".message-onset").text_content() == "superseded"
    line = page.locator(".alarm-row").nth(1)
    box = await line.bounding_box()
    assert box is not None
    assert box["height"] <= 40
    assert await line.get_by_role("button").all_text_contents() in (["WHY"], [])
    assert await page.locator(".alarm-row").nth(0).get_by_text("ACKNOWLEDGE").is_visible()


@pytest.mark.requirement("SHO-150", "S-43")
async def test_a_latched_alarm_stands_still_and_reminds_each_two_minutes(
    clinic: Clinic, open_page: OpenPage
) -> None:
    was = scenes.alarm(
        "1",
        "HIGH",
        "SpO2 84 < 88, over: was 83 at 14:06, now 97",
        "LATCHED_UNACK",
        can_acknowledge=True,
    )
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page("about:blank")
    await page.add_init_script(AHEAD)
    await page.goto(clinic.url)
    await live(page)
    latched = scenes.alarming("1", [was], sound="", flash=False)
    await clinic.change([latched], sound="")
    await page.wait_for_selector(".tile[data-priority=HIGH][data-flash='']")
    text = page.locator(".tile[data-chair='1'] .message-text")
    assert await text.text_content() == "!!! SpO2 84 < 88, over: was 83 at 14:06, now 97"
    assert await page.locator("[data-flash=HIGH]").count() == 0
    await page.evaluate("window.ahead_s = 119")
    assert await bursts(page) == []
    await page.evaluate("window.ahead_s = 121")
    await burst_of(page, "LOW")
    await page.evaluate("window.ahead_s = 245")
    first, second = await burst_of(page, "LOW", 2)
    assert second["starts_s"][0] - first["starts_s"][0] >= 119
    await clinic.change([scenes.tile("1")], sound="")
    await until(page, "document.querySelector('.tile').dataset.priority === ''")
    await page.evaluate("window.ahead_s = 500")
    seen = await page.evaluate("document.querySelector('#hand').dataset.second")
    await until(page, f"document.querySelector('#hand').dataset.second !== '{seen}'")
    assert len(await bursts(page)) == 2


@pytest.mark.requirement("UIX-105")
async def test_a_pause_is_told_on_every_display_until_it_is_over(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show([scenes.tile("1", audio_paused="2:00"), scenes.tile("2")])
    pages = [await open_page(clinic.url), await open_page(f"{clinic.url}/chair/1")]
    for left in ("1:59", "0:01", ""):
        await clinic.change([scenes.tile("1", audio_paused=left)])
        for page in pages:
            paused = page.locator(".paused").first
            await paused.filter(has_text=f"PAUSED {left}" if left else re.compile("^$")).wait_for(
                state="attached"
            )
