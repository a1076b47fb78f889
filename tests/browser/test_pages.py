"""The other pages: a chair close by, the alarm history, the sessions, a whole session."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
INK = """(where) => {
  const plot = document.querySelector(`${where} canvas`);
  const pen = plot.getContext("2d");
  const { data } = pen.getImageData(0, 0, plot.width, plot.height);
  const colours = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const key = [data[at], data[at + 1], data[at + 2], data[at + 3]].join();
    colours.set(key, (colours.get(key) ?? 0) + 1);
  }
  return Object.fromEntries(colours);
}"""
WHITE, GREEN, BLUE = "255,255,255,255", "124,252,0,255", "69,171,255,255"


@pytest.mark.requirement("SHO-050")
async def test_a_chairs_page_shows_numbers_alarms_and_trend(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show([scenes.desaturating("1"), scenes.tile("2")])
    page = await open_page(clinic.url + "/chair/1")
    await page.wait_for_selector(".trend[data-cuffs='6'] canvas")
    numbers = await page.locator(".numbers .number").all_text_contents()
    assert numbers == ["131", "84", "141/88", "10"]
    assert await page.locator(".alarm-row").count() == 2
    inks = await page.evaluate(INK, ".plot.pressure")
    assert inks[WHITE] > 100
    assert inks[GREEN] > 1000
    assert (await page.evaluate(INK, ".plot.saturation"))[BLUE] > 500
    cuffs = await page.locator(".cuffs li").all_text_contents()
    assert cuffs[0] == "13:25 160/101 (120)"
    assert "13:15 -?- cuff failed" in "".join(cuffs)


@pytest.mark.requirement("SHO-051")
async def test_the_whole_session_has_fixed_axes_and_its_gaps_stay_gaps(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url + "/review/s-1", person="rk")
    await page.wait_for_selector(".plot.saturation canvas")
    drawn = await page.evaluate("""async () => {
      const { holed, PRESSURE, SATURATION } = await import("/static/js/chart.js");
      const gap = holed({ at_ms: [0, 1000, 60000, 61000], values: [1, 2, 3, null] });
      return { PRESSURE, SATURATION, gap };
    }""")
    assert drawn["PRESSURE"] == {"min": 40, "max": 220}
    assert drawn["SATURATION"] == {"min": 80, "max": 100}
    assert drawn["gap"] == [[0, 1, 1.001, 60, 61], [1, 2, None, 3, None]]
    inks = await page.evaluate(INK, ".plot.pressure")
    assert inks[WHITE] > 300
    gaps = await page.locator(".quality-ribbon .piece[data-kind=gap]").count()
    assert gaps >= 2
    assert await page.locator(".alarm-ribbon .piece[data-kind=HIGH]").count() == 1
    await page.get_by_text("Readings minute by minute").click()
    await page.get_by_role("table", name="Readings").get_by_text("08:20").first.wait_for()


@pytest.mark.requirement("SHO-052")
async def test_the_alarm_history_is_filtered_and_saved_as_csv(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page(clinic.url + "/history")
    rows = page.locator("tbody tr")
    await rows.nth(3).wait_for()
    begins = "4 alarms since 2026-02-20 08:15: for those of older sessions choose earlier days"
    assert await page.locator(".filters .summary").inner_text() == begins
    await until(page, "document.querySelectorAll('.filters select')[0].options.length === 7")
    aside = "(one) => one.scrollWidth - one.clientWidth"
    for width, height in ((1024, 768), (768, 1024), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.get_by_text("over, not yet seen").is_visible()
        assert await page.locator(".scroll").evaluate(aside) <= 0, width
    cell = page.locator("td", has_text="over, not yet seen")
    told = await cell.evaluate("(one) => getComputedStyle(one, '::before').content")
    assert told == '"State"'
    assert await grave_findings(page) == []
    await page.get_by_label("Priority").select_option("HIGH")
    await until(page, "document.querySelectorAll('tbody tr').length === 1")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV").click()
    saved = Path(await (await download.value).path()).read_text(encoding="utf-8-sig")
    assert saved.splitlines()[1] == (
        "2026-03-02,14:06:51,00:48,4,!!! SpO2 84 < 88,84,88,R. Kessler (9 s),,,over"
    )


@pytest.mark.requirement("SHO-053")
async def test_the_sessions_are_listed_and_lead_to_their_review(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url + "/sessions", person="rk")
    await page.set_viewport_size({"width": 768, "height": 1024})
    await page.get_by_role("link", name="Review K.L.").wait_for()
    wide = "(one) => one.scrollWidth - one.clientWidth"
    assert await page.locator(".scroll").evaluate(wide) <= 0
    await page.get_by_role("link", name="Review K.L.").click()
    await page.wait_for_url("**/review/s-2")


@pytest.mark.requirement("SHO-054")
async def test_each_onset_of_medium_or_high_is_spoken_once_and_values_never(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page(clinic.url)
    await live(page)
    await page.evaluate("""() => {
      window.spoken = [];
      const alert = document.querySelector("#alert");
      new MutationObserver(() => window.spoken.push(alert.textContent))
        .observe(alert, { subtree: true, childList: true, characterData: true });
    }""")
    news = {"id": "a", "chair": "1", "state": "ACTIVE_UNACK", "reason": "violated", "at_ms": 0}
    for priority, state in [
        ("MEDIUM", "PENDING"),
        ("MEDIUM", "ACTIVE_UNACK"),
        ("LOW", "ACTIVE_UNACK"),
        ("MEDIUM", "ACTIVE_ACK"),
        ("HIGH", "ACTIVE_UNACK"),
    ]:
        begins = state == "ACTIVE_UNACK"
        body = news | {"priority": priority, "state": state, "begins": begins}
        body |= {"text": f"{priority} SpO2 84 < 88"}
        await clinic.post("/fake/alarm", body)
    relaxed = {"state": "ACTIVE_UNACK", "reason": "limit relaxed", "begins": False}
    body = news | relaxed | {"priority": "MEDIUM", "text": "MEDIUM SpO2 84 < 86"}
    await clinic.post("/fake/alarm", body)
    await clinic.change([scenes.tile("1", slots=[scenes.slot("HR", "99")])])
    await until(page, "document.querySelector('.number').textContent === '99'")
    assert await page.evaluate("window.spoken") == [
        "Chair 1: MEDIUM alarm, MEDIUM SpO2 84 < 88",
        "Chair 1: HIGH alarm, HIGH SpO2 84 < 88",
    ]


async def grave_findings(page: Page, within: str = "html") -> list[str]:
    """What axe calls serious or critical: by day, and of the contrast by night as well.

    A printed sheet is as white by night. What is in order is not told node by node: naming
    the thousands of a report took half a minute.
    """
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(GRAVE, within)
    return found


GRAVE = """async (within) => {
  const button = document.querySelector("#night");
  const turn = (wanted) => {
    while (button.textContent !== `night: ${wanted}`) button.click();
  };
  const grave = async (palette, how, exclude = []) =>
    (await axe.run({ include: [within], exclude }, { resultTypes: ["violations"], ...how }))
    .violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .flatMap((one) => one.nodes.map(
      (node) => `${palette}: ${one.id}: ${node.target} ${node.failureSummary}`));
  const found = await grave(button?.textContent ?? "", {});
  if (button?.textContent !== "night: off") return found;
  turn("on");
  found.push(...await grave("night: on", { runOnly: ["color-contrast"] }, ["article.report"]));
  turn("off");
  return found;
}"""


@pytest.mark.requirement("SHO-055")
@pytest.mark.parametrize(
    ("path", "ready"),
    [
        ("/", ".tile"),
        ("/chair/4", ".trend canvas"),
        ("/history", "tbody tr"),
        ("/sessions", "tbody tr"),
        ("/review/s-1", ".plot.saturation canvas"),
    ],
)
async def test_no_page_has_a_serious_accessibility_finding(
    clinic: Clinic, open_page: OpenPage, path: str, ready: str
) -> None:
    await clinic.show(scenes.SCENES["alarm"](12))
    page = await open_page(clinic.url + path, person="rk", reduced_motion="reduce")
    await page.wait_for_selector(ready)
    await page.wait_for_selector("body[data-link=live]")
    assert await grave_findings(page) == []
