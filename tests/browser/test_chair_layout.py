"""The chair's page: what must stay in sight does, and the panel below it follows the session."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZES = [
    ViewportSize(width=1280, height=800),
    ViewportSize(width=1024, height=768),
    ViewportSize(width=768, height=1024),
]
PHASES = ["READY", "BASELINE", "INFUSING", "RECOVERY"]


async def in_sight(page: Page, selector: str) -> bool:
    """Does every such element lie whole within the window, with nothing over its middle?"""
    seen: bool = await page.evaluate(
        """(selector) => {
          const all = [...document.querySelectorAll(selector)];
          const told = all.filter((one) => one.textContent && !one.hidden);
          return told.length > 0 && told.every((one) => {
          const box = one.getBoundingClientRect();
          const middle = [box.x + box.width / 2, box.y + box.height / 2];
          const top = document.elementFromPoint(...middle);
          return box.width > 0 && box.left >= 0 && box.top >= 0
            && box.right <= innerWidth && box.bottom <= innerHeight
            && (one.contains(top) || top.contains(one));
        })}""",
        selector,
    )
    return seen


def busy(state: str) -> dict[str, Any]:
    """A chair in that state with three alarms."""
    alarms = [
        scenes.alarm(
            "1", "HIGH", "DESAT SpO2 84 < 85, over: was 82 at 09:57, now 97", can_suspend=True
        ),
        scenes.alarm("1", "MEDIUM", "HR 131 > 120"),
        scenes.alarm("1", "LOW", "SpO2 4 below baseline"),
    ]
    loud = {"alarms": alarms, "priority": "HIGH", "sound": "HIGH", "flash": True}
    quiet = {"audio_paused": "1:42", "suspended": [{"rule": "SPO2-B", "left": "29:59"}]}
    return scenes.tile("1", state, **loud, **quiet)


@pytest.mark.requirement("TRT-007")
@pytest.mark.parametrize("size", SIZES, ids=["desk", "tablet", "upright"])
async def test_numbers_and_alarms_stay_in_sight_in_every_phase(
    clinic: Clinic, open_page: OpenPage, size: ViewportSize
) -> None:
    page = await open_page(clinic.url + "/chair/1")
    await page.set_viewport_size(size)
    await live(page)
    for state in PHASES:
        await clinic.show([busy(state)])
        await page.locator(f".panels[data-phase='{scenes.PHASES[state][0]}']").wait_for()
        await page.evaluate("document.querySelector('.panel').scrollTop = 9999")
        await page.evaluate("window.scrollTo(0, 9999)")
        assert await in_sight(page, ".numbers .number, .numbers .limit, .head, .strip li")
        worst = ".alarm-row:nth-child(-n + 2)"
        assert await in_sight(page, f"{worst} .message, {worst} .act:not([hidden])")
        assert await in_sight(page, ".paused > span")
        assert await in_sight(page, ".chair-head .act, .tab:not(#tab-trend), .phases .act")
        whole = await page.evaluate(
            "[...document.querySelectorAll('.alarm-row .message')]"
            ".every((one) => one.scrollWidth <= one.clientWidth)"
        )
        assert whole, f"a message is cut in {state}"
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.requirement("TRT-008")
async def test_the_panel_follows_the_session_and_its_tabs_the_arrow_keys(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url + "/chair/1")
    await page.set_viewport_size(SIZES[1])
    await clinic.show([scenes.empty("1")])
    await live(page)
    selected = page.locator("[role=tab][aria-selected=true]")
    for state, name in (("EMPTY", "Arrival"), ("BASELINE", "Arrival"), ("INFUSING", "Infusion")):
        await clinic.show([scenes.tile("1", state)])
        await selected.filter(has_text=name).wait_for()
    await page.locator(".care-card").wait_for()
    await selected.focus()
    for name in ("Recovery", "Notes", "Trend", "Arrival"):
        await page.keyboard.press("ArrowRight")
        assert await selected.inner_text() == name
        assert await page.evaluate("document.activeElement.textContent") == name
    await page.keyboard.press("ArrowLeft")
    await page.locator(".trend canvas").first.wait_for()
    await clinic.show([scenes.tile("1", "RECOVERY")])
    await selected.filter(has_text="Recovery").wait_for()
    await page.locator(".leaving").wait_for()


@pytest.mark.requirement("SHO-156")
@pytest.mark.parametrize("path", ["/chair/1", "/history", "/sessions", "/today", "/recovery"])
@pytest.mark.parametrize("width", [1024, 1180, 1280])
async def test_no_page_cuts_that_the_bedside_monitor_is_the_alarm(
    clinic: Clinic, open_page: OpenPage, path: str, width: int
) -> None:
    untested = scenes.speaker(tested="SOUND NOT TESTED TODAY", tested_today=False)
    copy = scenes.status("warn", "HISTORY COPY BEHIND")
    strip = [scenes.of_clinic("clinic ! HISTORY COPY 120 BEHIND (nothing lost) 14:06:51")]
    await clinic.show([scenes.tile("1")], speaker=untested, status=[copy], strip=strip)
    page = await open_page(clinic.url + path)
    await page.set_viewport_size({"width": width, "height": 768})
    await page.wait_for_selector("body[data-link=live]")
    await page.locator("#sound-tested", has_text="NOT TESTED").wait_for()
    box = await page.locator(".secondary").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    at = await page.evaluate("(at) => document.elementFromPoint(...at)?.className", middle)
    assert at == "secondary"
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.requirement("SHO-179")
@pytest.mark.parametrize("width", [1200, 1280, 1600])
async def test_the_trend_stays_on_its_card_however_its_buttons_break(
    clinic: Clinic, open_page: OpenPage, width: int
) -> None:
    await clinic.show([scenes.tile("1")])
    page = await open_page(clinic.url + "/chair/1")
    await page.set_viewport_size({"width": width, "height": 800})
    await live(page)
    await page.wait_for_selector(".trend canvas")
    below = await page.evaluate("""() => {
      const card = document.querySelector(".beside .trend");
      const inks = [...card.querySelectorAll(".plot, canvas")];
      const lowest = Math.max(...inks.map((one) => one.getBoundingClientRect().bottom));
      return lowest - card.getBoundingClientRect().bottom;
    }""")
    assert below <= 0
    tops = "(all) => new Set(all.map((one) => one.getBoundingClientRect().top)).size"
    assert await page.locator(".trend .span").evaluate_all(tops) == 1, "ranges in two lines"
    beside = page.locator(".panels > .beside")
    assert await beside.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
