"""Treatment and notes at the chair: by touch on a tablet, by number key, corrected, and read."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, ViewportSize

from tests.browser import scenes
from tests.browser.conftest import (
    RATE,
    Clinic,
    Demo,
    LiveClinic,
    OpenPage,
    a_nurse_at,
    live,
    sign_in,
)
from tests.browser.test_pages import grave_findings

pytestmark = pytest.mark.asyncio(loop_scope="session")
TABLET = ViewportSize(width=1024, height=768)


async def told(page: Page, clinic: LiveClinic) -> dict[str, Any]:
    """What the service says of chair 1's treatment."""
    wall = await (await page.request.get(f"{clinic.url}/api/wall", max_retries=2)).json()
    session = next(tile for tile in wall["tiles"] if tile["chair"] == "1")["session"]["id"]
    answer = await page.request.get(f"{clinic.url}/api/sessions/{session}/treatment", max_retries=2)
    treatment: dict[str, Any] = await answer.json()
    return treatment


async def infusing(demo: Demo, open_page: OpenPage) -> tuple[LiveClinic, Page, Page]:
    """A wall and a tablet at chair 1, whose infusion runs; a nurse is signed in."""
    clinic = await demo(RATE)
    wall, tablet = await a_nurse_at(clinic, open_page, "1")
    await tablet.set_viewport_size(TABLET)
    await tablet.get_by_role("button", name="END INFUSION").wait_for(timeout=30_000)
    await tablet.locator(".event").first.wait_for()
    return clinic, wall, tablet


def entry(page: Page, text: str) -> Locator:
    """The newest line of the list of entries that says that."""
    return page.locator(".entries tbody tr", has_text=text).first


@pytest.mark.requirement("TRT-017")
async def test_a_key_enters_an_event_whose_grade_and_time_are_then_corrected_in_place(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic, _, tablet = await infusing(demo, open_page)
    # A minute earlier the patient must have been there.
    await tablet.locator(".chair-state", has_text="00:01/").wait_for()
    await tablet.keyboard.press("1")
    row = tablet.locator(".just-entered", has_text="nausea")
    await row.get_by_role("button", name="severe").click()
    await row.locator("strong", has_text="nausea severe").wait_for()
    await row.get_by_role("button", name="-1 min", exact=True).click()
    await row.locator("strong", has_text="(entered ").wait_for()
    entries = (await told(tablet, clinic))["entries"]
    newest = next(one for one in entries if one["event"] == "nausea")
    assert newest["grade"] == "severe"
    assert newest["time"] < newest["entered"]
    assert len(newest["corrections"]) == 2
    await row.get_by_role("button", name="UNDO").click()
    await tablet.locator(".just-entered", has_text="nausea").wait_for(state="detached")
    await tablet.get_by_role("tab", name="Notes").click()
    await entry(tablet, "nausea severe").locator("small", has_text="withdrawn").wait_for()


@pytest.mark.requirement("TRT-017")
async def test_event_buttons_are_large_and_do_not_move_when_one_is_touched(
    demo: Demo, open_page: OpenPage
) -> None:
    _, _, tablet = await infusing(demo, open_page)
    buttons = tablet.locator(".event")
    before = [await buttons.nth(n).bounding_box() for n in range(await buttons.count())]
    assert len(before) == 11
    for box in before:
        assert box is not None
        assert box["width"] >= 104
        assert box["height"] >= 72
    await buttons.filter(has_text="oxygen").click()
    await tablet.locator(".just-entered", has_text="oxygen").wait_for()
    after = [await buttons.nth(n).bounding_box() for n in range(await buttons.count())]
    assert after == before


@pytest.mark.requirement("TRT-017")
async def test_no_key_enters_anything_while_somebody_types_or_keys_are_off(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic, _, tablet = await infusing(demo, open_page)
    before = (await told(tablet, clinic))["entries"]
    count = [one["event"] for one in before].count("nausea")
    await tablet.keyboard.press("0")
    await tablet.get_by_role("dialog", name="note").get_by_label("Note").type("12 3")
    await tablet.get_by_role("button", name="ENTER", exact=True).click()
    row = tablet.locator(".just-entered strong", has_text="note")
    await row.wait_for()
    await tablet.evaluate("localStorage.setItem('chairside.keys-off', 'yes')")
    await tablet.keyboard.press("1")
    entries = (await told(tablet, clinic))["entries"]
    assert [one["event"] for one in entries].count("nausea") == count
    assert next(one for one in entries if one["event"] == "note")["text"] == "12 3"


@pytest.mark.requirement("TRT-018")
async def test_the_pump_is_recorded_from_order_to_stop_and_the_wall_shows_it(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic, wall, tablet = await infusing(demo, open_page)
    pump = tablet.locator(".pump")
    await pump.get_by_text("Chairside commands no pump").wait_for()
    await pump.get_by_role("button", name="NEW ORDER ...").click()
    order = tablet.get_by_role("dialog", name="Order")
    await order.get_by_label("Concentration").fill("2")
    await order.get_by_label("Dose, mg").fill("40")
    await order.get_by_label("Weight").fill("80")
    await order.get_by_label("Minutes").fill("50")
    await order.get_by_text("0.50 mg/kg, 20.00 ml at 24.0 ml/h").wait_for()
    await order.get_by_role("button", name="ENTER ORDER").click()
    await pump.locator(".order", has_text="40 mg (0.50 mg/kg) in 50 min").wait_for()
    tile = wall.locator(".tile[data-chair='1'] .chair-state")
    await tile.filter(has_text="/00:50").wait_for()
    await pump.get_by_role("button", name="RATE ...").click()
    rate = tablet.get_by_role("dialog", name="The pump's rate")
    await rate.get_by_label("Rate").fill("900")
    await rate.get_by_role("button", name="ENTER RATE").click()
    await tablet.locator("#said", has_text="900 ml/h cannot be entered").wait_for()
    await rate.get_by_label("Rate").fill("24")
    await rate.get_by_role("button", name="ENTER RATE").click()
    await pump.locator("dd", has_text="24.0 ml/h").wait_for()
    await pump.get_by_role("button", name="PAUSE PUMP").click()
    await tile.filter(has_text="IV PAUSED").wait_for()
    assert await tile.evaluate("(one) => getComputedStyle(one).animationName") == "none"
    await tablet.locator(".chair-state", has_text="INFUSION PAUSED").wait_for()
    await pump.get_by_role("button", name="RESUME PUMP").click()
    await tile.filter(has_text="INFUSING").wait_for()
    await pump.get_by_role("button", name="STOP PUMP").click()
    await tile.filter(has_text="IV STOPPED").wait_for()
    total = (await told(tablet, clinic))["pump"]["total_mg"]
    assert 0 < total < 40
    await tablet.get_by_role("button", name="END INFUSION").click()
    await tile.filter(has_text="RECOVERY").wait_for()


@pytest.mark.requirement("TRT-019")
async def test_values_from_paper_and_an_earlier_event_are_marked_manual_with_both_times(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic, _, tablet = await infusing(demo, open_page)
    await tablet.get_by_role("tab", name="Notes").click()
    started = (await told(tablet, clinic))["pump"]["started"]
    await tablet.get_by_role("button", name="LATE VALUES ...").click()
    late = tablet.get_by_role("dialog", name="Values measured by hand")
    await late.get_by_label("It happened at").fill(started)
    await late.get_by_label("NIBP systolic").fill("128")
    await late.get_by_label("NIBP diastolic").fill("82")
    await late.get_by_label("from paper").check()
    await late.get_by_role("button", name="ENTER VALUES").click()
    line = entry(tablet, "by hand: NIBP_SYS 128, NIBP_DIA 82 (from paper)")
    await line.locator(".manual").wait_for()
    assert await line.locator("td").first.inner_text() == started
    assert await line.locator("td").nth(1).inner_text() > started
    await line.get_by_role("button", name="Correct").click()
    dialog = tablet.get_by_role("dialog", name="Correct:")
    await dialog.get_by_label("another patient").check()
    await dialog.get_by_role("button", name="WITHDRAW: it never was").click()
    await line.locator("small", has_text="withdrawn").wait_for()
    await line.locator("small", has_text="R. Kessler: another patient").wait_for()
    await tablet.get_by_role("button", name="LATE EVENT ...").click()
    event = tablet.get_by_role("dialog", name="An event that happened earlier")
    await event.get_by_label("It happened at").fill("99:00")
    await event.get_by_role("button", name="ENTER EVENT").click()
    assert await event.is_visible()
    await event.get_by_label("It happened at").fill(started)
    await event.get_by_label("vomiting").check()
    await event.get_by_role("button", name="ENTER EVENT").click()
    await entry(tablet, "vomiting").wait_for()


@pytest.mark.requirement("TRT-020")
async def test_nothing_on_the_page_is_grave_to_axe_and_nothing_is_shown_to_strangers(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic, _, tablet = await infusing(demo, open_page)
    await tablet.keyboard.press("3")
    await tablet.locator(".just-entered", has_text="anxiety").wait_for()
    for name in ("Infusion", "Notes", "Recovery", "Arrival"):
        await tablet.get_by_role("tab", name=name).click()
        assert await grave_findings(tablet) == []
    await tablet.get_by_role("tab", name="Notes").click()
    await tablet.get_by_role("button", name="LATE VALUES ...").click()
    assert await grave_findings(tablet) == []
    stranger = await open_page(clinic.url + "/chair/1")
    await live(stranger)
    await stranger.locator(".pump", has_text="Sign in to see and enter").wait_for()
    assert await stranger.locator(".event").count() == 0
    answer = await stranger.request.get(f"{clinic.url}/api/sessions/any/treatment", max_retries=2)
    assert answer.status == 401


@pytest.mark.requirement("TRT-011")
@pytest.mark.parametrize("chairs", [1, 6, 12, 24])
async def test_clock_and_pause_are_whole_on_a_wall_of_every_density(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    due = [{"name": "IV site", "text": "overdue since 14:05", "overdue": True}]
    tile = scenes.tile("1", halted="PAUSED 14:31", audio_paused="1:42", due=due)
    tile["session"] |= {"settings_changed": "14:02", "limits_set": ["SPO2-1.low"]}
    others = [scenes.tile(str(n), due=due) for n in range(2, chairs + 1)]
    await clinic.show([tile, *others])
    page = await open_page(clinic.url)
    await live(page)
    states = page.locator(".tile .chair-state")
    planned = "/00:40" if chairs == 1 else ""
    assert await states.first.inner_text() == f"IV PAUSED 14:31 00:23{planned}"
    for state in await states.all():
        seen = await state.evaluate(
            """(one) => one.scrollWidth <= one.clientWidth + 1 && one.getBoundingClientRect().right
              <= one.closest(".tile").getBoundingClientRect().right"""
        )
        assert seen, await state.inner_text()
    # The sound's pause comes first of what is told beside it, and is whole.
    needed = await page.evaluate("""() => {
      const box = document.querySelector(".paused"), first = box.firstElementChild;
      const around = box.getBoundingClientRect(), inner = first.getBoundingClientRect();
      const spare = Math.min(around.right - inner.right, around.bottom - inner.bottom);
      return { text: first.textContent, whole: spare >= -1 };
    }""")
    assert needed == {"text": "PAUSED 1:42", "whole": True}


@pytest.mark.requirement("TRT-015")
@pytest.mark.requirement("TRT-016")
async def test_what_is_overdue_and_what_a_restart_changed_is_said_quietly(
    clinic: Clinic, open_page: OpenPage
) -> None:
    due = [
        {"name": "IV site", "text": "overdue since 14:05", "overdue": True},
        {"name": "NIBP", "text": "overdue since 14:06", "overdue": True},
        {"name": "MOAA/S", "text": "due 14:15", "overdue": False},
    ]
    tile = scenes.tile("1", due=due)
    tile["session"] |= {"settings_changed": "14:02", "settings_differ": "SPO2-1.limit 90 -> 88"}
    await clinic.show([tile, *(scenes.tile(str(n)) for n in range(2, 25))])
    wall = await open_page(clinic.url)
    await live(wall)
    mark = wall.locator(".tile[data-chair='1'] .quiet-marks")
    assert await mark.inner_text() == "DUE IV site · SETTINGS CHANGED 14:02"
    assert await mark.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert await wall.locator(".tile[data-chair='1']").get_attribute("data-priority") == ""
    chair = await open_page(clinic.url + "/chair/1")
    await live(chair)
    said = "The clinic's settings changed at 14:02 in this session: SPO2-1.limit 90 -> 88"
    assert await chair.locator(".settings-changed").inner_text() == said
    await sign_in(chair, "R. Kessler")
    overdue = chair.locator(".due li[data-overdue=yes]")
    assert await overdue.all_inner_texts() == [
        "IV site overdue since 14:05",
        "NIBP overdue since 14:06",
    ]
