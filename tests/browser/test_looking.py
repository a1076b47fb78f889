"""Looking closer at a chart, and looking at night."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, StartClinic, live, until
from tests.browser.test_pages import grave_findings
from tests.browser.test_wall_layout import OUT_OF_PLACE

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTRAST = """() => {
  const light = (text) => {
    const parts = text.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const contrast = (a, b) => {
    const [low, high] = [light(a), light(b)].sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
  };
  const style = (where) => getComputedStyle(document.querySelector(where));
  const ground = style(".tile[data-chair='2']").backgroundColor;
  const numbers = Object.fromEntries(["HR", "SpO2", "NIBP", "RR"].map((vital) => {
    const ink = style(`.tile[data-chair='2'] .slot[data-vital=${vital}]`).color;
    return [vital, contrast(ink, ground)];
  }));
  const fill = style("[data-chair='1'] .message");
  return { numbers, fill: fill.backgroundColor, glare: light(style("[data-vital=NIBP]").color) };
}"""


async def drag(page: Page, where: str, from_part: float, to_part: float) -> None:
    """Drag over a stretch of a chart."""
    box = await page.locator(f"{where} .u-over").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    await page.mouse.move(box["x"] + from_part * box["width"], y)
    await page.mouse.down()
    await page.mouse.move(box["x"] + to_part * box["width"], y, steps=4)
    await page.mouse.up()


@pytest.mark.requirement("SHO-065")
async def test_a_stretch_of_a_session_is_looked_at_closer_and_the_whole_comes_back(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url + "/review/s-1", person="rk")
    await page.wait_for_selector(".plot.saturation canvas")
    whole = await page.locator(".phase-ribbon .piece").first.bounding_box()
    assert whole is not None
    await drag(page, ".plot.pressure", 0.05, 0.3)
    button = page.get_by_role("button", name="0 ALL")
    await button.and_(page.locator(":enabled")).wait_for()
    near = await page.locator(".phase-ribbon .piece").nth(1).bounding_box()
    assert near is not None
    assert near["width"] > 2 * whole["width"]
    assert await page.locator(".uplot").count() == 2
    await page.keyboard.press("0")
    await button.and_(page.locator(":disabled")).wait_for()
    again = await page.locator(".phase-ribbon .piece").first.bounding_box()
    assert again == whole


@pytest.mark.requirement("SHO-065")
async def test_a_chairs_trend_is_looked_at_closer_and_keeps_its_place(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show([scenes.tile("1")])
    page = await open_page(clinic.url + "/chair/1")
    await page.wait_for_selector(".trend .plot.pressure canvas")
    await drag(page, ".plot.pressure", 0.2, 0.5)
    button = page.get_by_role("button", name="0 ALL")
    await button.and_(page.locator(":enabled")).wait_for()
    wide = "document.querySelector('.plot.pressure canvas').clientWidth"
    before = await page.evaluate(wide)
    await page.set_viewport_size({"width": 1500, "height": 1000})
    await until(page, f"{wide} < {before}")
    assert await button.is_enabled()
    assert await page.locator(".uplot").count() == 2
    await button.click()
    await button.and_(page.locator(":disabled")).wait_for()


@pytest.mark.requirement("SHO-066")
@pytest.mark.parametrize(
    ("path", "button"), [("/", "SOUND TEST"), ("/chair/1", "SEEN AS ..."), ("/chair/1", "WHY")]
)
async def test_no_dialog_dims_an_alarm_or_outlives_the_loss_of_monitoring(
    start_clinic: StartClinic, open_page: OpenPage, path: str, button: str
) -> None:
    clinic = await start_clinic(6, "high")
    page = await open_page(clinic.url + path)
    await live(page)
    await page.get_by_role("button", name=button, exact=True).first.click()
    dialog = page.locator("dialog[open]")
    await dialog.wait_for()
    if button == "WHY":
        words = await dialog.inner_text()
        assert "Measured\nSpO2 86 % at 14:06:51, then SpO2 84 % at 14:07:01; 10 values in" in words
        assert "Limit in force\n88 %" in words
        assert "ACTIVE" not in words
        assert await dialog.evaluate("(one) => one.scrollTop") == 0
        size = "(one) => parseFloat(getComputedStyle(one).fontSize)"
        assert await dialog.get_by_text("rule SPO2-2").evaluate(size) < 18
    veil = await dialog.evaluate("(one) => getComputedStyle(one, '::backdrop').backgroundColor")
    assert veil == "rgba(0, 0, 0, 0)"
    await clinic.kill()
    await page.wait_for_selector("#lost:not([hidden])")
    assert await dialog.count() == 0


@pytest.mark.requirement("SHO-064")
async def test_at_night_numbers_are_dimmer_and_alarms_as_bright_as_ever(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show([scenes.hypertensive("1"), *(scenes.tile(str(n)) for n in range(2, 7))])
    page = await open_page(clinic.url, reduced_motion="reduce")
    await live(page)
    press = page.locator("#night")
    while await press.text_content() != "night: off":
        await press.click()
    day: dict[str, Any] = await page.evaluate(CONTRAST)
    while await press.text_content() != "night: on":
        await press.click()
    await until(page, "document.documentElement.dataset.night === 'yes'")
    night: dict[str, Any] = await page.evaluate(CONTRAST)
    assert night["fill"] == day["fill"] == "rgb(255, 212, 0)"
    assert night["glare"] < 0.7 * day["glare"]
    assert min(night["numbers"].values()) >= 7.0, night
    assert await page.evaluate(OUT_OF_PLACE) == []
    assert await grave_findings(page) == []
    await page.reload()
    await until(page, "document.documentElement.dataset.night === 'yes'")


@pytest.mark.requirement("SHO-064")
async def test_by_the_clock_it_is_night_from_ten_to_seven(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url, night="auto")
    nights = await page.evaluate("""async () => {
      const { Night } = await import("/static/js/night.js");
      const night = new Night();
      return ["21:59:59", "22:00:00", "03:10:00", "06:59:59", "07:00:00"].map((clock) => {
        night.follow(clock);
        return document.documentElement.dataset.night;
      });
    }""")
    assert nights == ["", "yes", "yes", "yes", ""]
