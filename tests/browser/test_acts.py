"""What a nurse does with finger or key, and what every other page then shows."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from playwright.async_api import Browser, Page, ViewportSize

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, sign_in, until
from tests.browser.test_wall_layout import OUT_OF_PLACE

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCREENS: list[ViewportSize] = [
    {"width": width, "height": height}
    for width, height in ((1920, 1080), (1280, 800), (1024, 768), (800, 1280), (768, 1024))
]
ALARM_ACTS = ".acts > .act, .alarm-row > .act"
FLASHING = ".tile[data-chair='1'][data-flash=HIGH]"
STEADY = ".tile[data-chair='1'][data-priority=HIGH][data-flash='']"


@pytest.mark.alone
@pytest.mark.requirement("SHO-040")
async def test_an_acknowledgement_is_posted_and_turns_steady_on_every_page_within_a_second(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    wall, tablet = await open_page(clinic.url), await open_page(clinic.url + "/chair/1")
    await wall.wait_for_selector(FLASHING)
    await sign_in(tablet, "R. Kessler")
    since = time.monotonic()
    await tablet.get_by_role("button", name="ACKNOWLEDGE").first.click()
    await wall.wait_for_selector(STEADY)
    assert time.monotonic() - since <= 1.0
    onset = wall.locator(".tile[data-chair='1'] .message-onset")
    await until(wall, "document.querySelector('[data-chair=\"1\"]').textContent.includes('ack rk')")
    assert await onset.count() == 1
    posted = (await clinic.posts())[-1]
    assert posted["body"] == {"alarm": "s-1/SpO2 84 < 88", "reason": "seen"}
    assert posted["person"] == "rk"


@pytest.mark.requirement("SHO-041")
async def test_who_acts_is_asked_when_it_is_needed_and_then_known(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    page = await open_page(clinic.url)
    await page.wait_for_selector(FLASHING)
    await page.locator(".tile[data-chair='1']").get_by_role("button", name="PAUSE").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="A. Moreau").click()
    for digit in scenes.PIN:
        await dialog.get_by_role("button", name=digit, exact=True).click()
    await dialog.get_by_role("button", name="OK").click()
    await dialog.wait_for(state="hidden")
    await page.reload()
    await page.wait_for_selector(FLASHING)
    await page.locator(".tile[data-chair='1']").get_by_role("button", name="ACK").click()
    await page.wait_for_selector(STEADY)
    acts = [(one["path"], one["person"]) for one in (await clinic.posts())[-2:]]
    assert acts == [("/api/chairs/1/audio-pause", "am"), ("/api/alarms/acknowledge", "am")]


@pytest.mark.requirement("SHO-042")
async def test_a_refused_act_says_why_in_words(clinic: Clinic, open_page: OpenPage) -> None:
    tile = scenes.alarming("1", [scenes.alarm("1", "HIGH", "SpO2 84 < 88", id="gone")])
    await clinic.show([tile])
    page = await open_page(clinic.url)
    await page.wait_for_selector(FLASHING)
    await sign_in(page, "J. Silva")
    await clinic.post("/fake/forget")
    await page.get_by_role("button", name="ACK").click()
    said = page.locator("#said")
    await said.wait_for()
    assert await said.text_content() == (
        "Not done: no such open alarm · it has ended · look at the wall"
    )


@pytest.mark.requirement("SHO-043")
async def test_the_wall_is_worked_by_keyboard_alone(clinic: Clinic, open_page: OpenPage) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    page = await open_page(clinic.url)
    await page.wait_for_selector(FLASHING)
    await sign_in(page, "R. Kessler")
    await page.locator("#person").blur()
    await page.keyboard.press("ArrowRight")
    assert await focused_chair(page) == "1"
    await page.keyboard.press("ArrowDown")
    assert await focused_chair(page) == "4"
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("a")
    await page.wait_for_selector(STEADY)
    await page.keyboard.press("?")
    await page.get_by_role("dialog", name="Keys").wait_for()
    await page.keyboard.press("Escape")
    await page.keyboard.press("4")
    await page.wait_for_url("**/chair/4")
    await page.keyboard.press("Escape")
    await page.wait_for_url(clinic.url + "/")
    await page.keyboard.press("h")
    await page.wait_for_url("**/history")


async def focused_chair(page: Page) -> str:
    """The chair that has the focus, visibly."""
    chair: str = await page.evaluate("""() => {
      const tile = document.activeElement.closest(".tile");
      return getComputedStyle(tile).outlineStyle === "solid" ? tile.dataset.chair : "unseen";
    }""")
    return chair


@pytest.mark.requirement("SHO-043")
async def test_single_keys_can_be_turned_off(clinic: Clinic, open_page: OpenPage) -> None:
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page(clinic.url)
    await live(page)
    await page.get_by_role("button", name="? keys").click()
    await page.get_by_label("Turn single keys off").check()
    await page.get_by_role("button", name="Close").click()
    await page.keyboard.press("4")
    await page.keyboard.press("ArrowRight")
    assert await focused_chair(page) == "1"
    assert page.url == clinic.url + "/"


@pytest.mark.requirement("SHO-044")
async def test_with_two_dozen_chairs_a_typed_label_waits_for_its_second_digit(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](24))
    page = await open_page(clinic.url)
    await live(page)
    await page.keyboard.type("17")
    await page.wait_for_url("**/chair/17")


PLACES = """(all) => [...new Set(all.map((one) => {
  const tile = one.closest(".tile").getBoundingClientRect();
  const box = one.getBoundingClientRect();
  return `${Math.round(tile.right - box.right)} ${Math.round(tile.bottom - box.bottom)}`;
}))]"""


@pytest.mark.requirement("SHO-045")
@pytest.mark.parametrize(("path", "chairs"), [("/", 1), ("/", 6), ("/chair/1", 1)])
async def test_alarm_buttons_are_large_enough_for_a_glove_and_apart(
    clinic: Clinic, open_page: OpenPage, path: str, chairs: int
) -> None:
    await clinic.show(scenes.SCENES["alarm"](chairs))
    page = await open_page(clinic.url + path)
    await page.locator(ALARM_ACTS).first.wait_for()
    # At a desk, with a mouse, the buttons of a chair's page are lower.
    for size in SCREENS if path == "/" else [one for one in SCREENS if one["width"] != 1280]:
        await page.set_viewport_size(size)
        boxes = await page.locator(ALARM_ACTS).evaluate_all("""(all) => all
          .map((one) => one.getBoundingClientRect()).filter((box) => box.width)
          .map((box) => [box.left, box.top, box.width, box.height])""")
        assert boxes
        assert all(width >= 104 and height >= 72 for _, _, width, height in boxes), size
        beside = [b[0] - a[0] - a[2] for a, b in pairwise(boxes) if a[1] == b[1] and b[0] > a[0]]
        assert all(gap >= 12 for gap in beside), size
        if path == "/":
            assert await page.evaluate(OUT_OF_PLACE) == [], size
            assert len(await page.locator(".acts").evaluate_all(PLACES)) == 1, size
            trends = await page.locator(".tile > .trend").evaluate_all(
                "(all) => all.map((one) => one.getBoundingClientRect().bottom)"
            )
            assert all(bottom <= min(box[1] for box in boxes) for bottom in trends), size


@pytest.mark.requirement("SHO-046")
async def test_eight_tabs_of_one_browser_are_all_live_and_an_act_still_goes_through(
    clinic: Clinic, kiosk: Browser, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    context = await kiosk.new_context()
    pages = [await open_page(clinic.url, context=context) for _ in range(8)]
    for page in pages:
        await live(page)
    await sign_in(pages[0], "R. Kessler")
    await pages[0].locator(".tile[data-chair='1']").get_by_role("button", name="ACK").click()
    for page in pages:
        await page.wait_for_selector(STEADY)
    await context.close()


@pytest.mark.requirement("SHO-047")
async def test_a_patient_is_seated_and_led_through_the_phases(
    clinic: Clinic, open_page: OpenPage
) -> None:
    before = len(await clinic.posts())
    await clinic.show([scenes.empty("1")])
    page = await open_page(clinic.url + "/chair/1")
    await sign_in(page, "R. Kessler")
    await page.get_by_label("Patient (pseudonym, never a name)").fill("P-017")
    await page.get_by_label("Planned infusion, minutes").fill("45")
    await page.get_by_role("button", name="SEAT PATIENT").click()
    await until(page, "document.querySelector('.seat input').value === ''")
    await clinic.show([scenes.tile("1", "INFUSING")])
    await page.get_by_role("button", name="END INFUSION").click()
    await clinic.show([scenes.tile("1", "RECOVERY")])
    await page.get_by_role("button", name="CLOSE SESSION").click()
    dialog = page.get_by_role("dialog", name="Close this session?")
    await dialog.get_by_role("group", name="Cuff").get_by_label("off").check()
    await dialog.get_by_role("group", name="Probe").get_by_label("off").check()
    await dialog.get_by_role("button", name="CLOSE SESSION").click()
    await dialog.wait_for(state="hidden")
    seat, infusion, close = (await clinic.posts(before + 3))[before:]
    assert seat["path"] == "/api/chairs/1/seat"
    assert seat["body"] == {"patient_ref": "P-017", "planned_minutes": 45}
    assert infusion["body"] == {"action": "stop", "recovery": True}
    assert close["body"] == {"cuff": "off", "probe": "off", "reason": "", "override": ""}
    assert {one["person"] for one in (seat, infusion, close)} == {"rk"}


@pytest.mark.requirement("SHO-151")
async def test_on_a_tablet_every_button_of_an_alarm_is_on_the_screen(
    clinic: Clinic, open_page: OpenPage
) -> None:
    wall = scenes.SCENES["high"](6)
    wall[0]["alarms"][0]["text"] = "SpO2 85 < 88: go to chair, hold infusion per protocol"
    await clinic.show(wall)
    tablet = await open_page(clinic.url + "/chair/1")
    await tablet.set_viewport_size({"width": 1024, "height": 768})
    await live(tablet)
    buttons = tablet.locator(".alarm-row button:visible")
    assert await buttons.count() >= 3
    for number in range(await buttons.count()):
        box = await buttons.nth(number).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 1024


@pytest.mark.requirement("ALM-193")
async def test_an_ecg_that_was_taken_off_is_ended_with_one_choice(
    clinic: Clinic, open_page: OpenPage
) -> None:
    before = len(await clinic.posts())
    ecg = scenes.alarm("1", "MEDIUM", "ECG NO DATA", "ACTIVE_ACK", condition="T-STALE")
    await clinic.show([scenes.alarming("1", [ecg | {"can_end": True}])])
    page = await open_page(clinic.url + "/chair/1")
    await sign_in(page, "R. Kessler")
    await page.get_by_role("button", name="END ...").click()
    dialog = page.get_by_role("dialog", name="End: ECG taken off")
    choices = await dialog.get_by_role("button").all_text_contents()
    assert choices == ["electrodes are off on purpose", "Cancel"]
    await dialog.get_by_role("button", name="electrodes").click()
    await dialog.wait_for(state="hidden")
    (end,) = (await clinic.posts(before + 1))[before:]
    said = {"reason": "electrodes are off on purpose", "electrodes_off": True}
    assert (end["path"], end["body"]) == ("/api/alarms/end-unusable", said | {"alarm": ecg["id"]})
