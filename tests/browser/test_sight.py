"""What must stay in sight does: with a dialog open, on a scrolled page, in a narrow window."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, sign_in, until
from tests.browser.test_chair_layout import in_sight
from tests.browser.test_wall_layout import OUT_OF_PLACE

pytestmark = pytest.mark.asyncio(loop_scope="session")

DESK, TABLET = ViewportSize(width=1280, height=800), ViewportSize(width=1024, height=768)
LINE_PX = 27
"""How high a line of the head is at least."""
APART_PX = 8
"""Between two things to touch."""
DESKS = 1_280
"""From so many pixels on a wall has its full width."""
SIZES = {"desk": DESK, "tablet": TABLET, "upright": ViewportSize(width=768, height=1024)}
WHO = "R. Kessler"

BEHIND = """
(kept) => {
  const dialog = document.querySelector("dialog[open]");
  const over = dialog.getBoundingClientRect();
  const behind = [...document.querySelectorAll(kept)].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.left < over.right && box.right > over.left
      && box.top < over.bottom && box.bottom > over.top;
  });
  const off = over.top < 0 || over.left < 0 || over.bottom > innerHeight || over.right > innerWidth;
  return [...behind.map((one) => one.className), ...(off ? ["the dialog itself"] : [])];
}
"""

OFF_SCREEN = """
(kept) => [...document.querySelectorAll(kept)].filter((one) => {
  const { left, top, right, bottom, width } = one.getBoundingClientRect();
  return width === 0 || left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
}).map((one) => one.textContent)
"""


def urgent(*more: dict[str, Any]) -> dict[str, Any]:
    """An infusion with two alarms, and what else is told of the chair."""
    tile = scenes.desaturating("1")
    return tile | {
        "alarms": [*more, *tile["alarms"]],
        "watcher": "R. Kessler",
        "going": "A. Moreau",
    }


WHOLE = """[...document.querySelectorAll(".alarm-row .message")].every((row) => {
  const since = row.querySelector(".message-onset").getBoundingClientRect();
  const over = row.getBoundingClientRect();
  return since.width > 0 && since.right <= over.right && row.scrollWidth <= row.clientWidth;
})"""


async def chair_page(
    clinic: Clinic, open_page: OpenPage, size: ViewportSize, tile: dict[str, Any]
) -> Page:
    """A nurse at a chair's page."""
    await clinic.show([tile, scenes.hypertensive("2")])
    page = await open_page(clinic.url + "/chair/1")
    await page.set_viewport_size(size)
    await live(page)
    await sign_in(page, WHO)
    return page


@pytest.mark.requirement("SHO-170")
@pytest.mark.parametrize("size", ["desk", "tablet"])
@pytest.mark.parametrize("button", ["SEEN AS ...", "WHY", "MOVE ...", "SOUND TEST", WHO])
async def test_numbers_and_alarms_stay_in_sight_beside_every_dialog_of_a_chair(
    clinic: Clinic, open_page: OpenPage, size: str, button: str
) -> None:
    page = await chair_page(clinic, open_page, SIZES[size], urgent())
    await page.get_by_role("button", name=button, exact=True).first.click()
    await page.locator("dialog[open]").wait_for()
    assert (
        await page.evaluate(BEHIND, ".number, .message, .strip-entry, .chair-name, .head-line *")
        == []
    )
    assert await page.evaluate(OFF_SCREEN, ".numbers .number, .alarm-row .message") == []
    shortest = 200 if size == "tablet" else 250
    room = await page.evaluate(
        "innerHeight - document.querySelector('.chair-top').getBoundingClientRect().bottom"
    )
    assert room >= shortest


@pytest.mark.requirement("SHO-170", "SHO-202")
async def test_a_dialog_stays_one_when_another_alarm_comes(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await chair_page(clinic, open_page, TABLET, urgent())
    await page.get_by_role("button", name="SEEN AS ...").first.click()
    await page.locator("dialog:modal").wait_for()
    long = "SpO2 87 < 88: go to chair, hold infusion per protocol"
    worst = scenes.alarm("1", "HIGH", long, onset_ms=1_772_460_500_000)
    await clinic.change([urgent(worst)])
    await page.locator(".alarm-row").nth(2).wait_for()
    assert await page.locator("dialog:modal").count() == 1
    assert await page.evaluate(BEHIND, ".number, .message, .strip-entry") == []
    await until(page, WHOLE)
    await page.keyboard.press("Escape")
    assert await page.locator("dialog[open]").count() == 0
    await until(page, WHOLE)
    assert page.url.endswith("/chair/1")


BRACKETS = """[...document.querySelectorAll(".mean")].filter((one) => {
  const tile = one.closest(".tile");
  const lamp = parseFloat(getComputedStyle(tile.querySelector(".lamp")).borderRightWidth);
  return one.getBoundingClientRect().right > tile.getBoundingClientRect().right - lamp;
}).map((one) => one.textContent)"""
LEAST_DIGITS_PX = {"desk": 22, "tablet": 16, "upright": 17}


@pytest.mark.requirement("SHO-170")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("chairs", "asked"), [(6, "SIGN IN"), (12, "?"), (24, "SIGN IN")])
async def test_no_chair_of_the_wall_is_behind_a_dialog(
    clinic: Clinic, open_page: OpenPage, size: str, chairs: int, asked: str
) -> None:
    wide = {"nibp": scenes.nibp("188/112", "(137)")}
    await clinic.show(
        [scenes.hypertensive("1") | wide, *scenes.SCENES["alarm"](chairs)[1:]],
    )
    page = await open_page(clinic.url, reduced_motion="reduce")
    await page.set_viewport_size(SIZES[size])
    await live(page)
    if asked == "?":
        await page.keyboard.press(asked)
    else:
        await page.get_by_role("button", name=asked).click()
    await page.locator("dialog[open]").wait_for()
    assert await page.evaluate(BEHIND, ".tile, .strip-entry") == []
    assert await page.evaluate(OUT_OF_PLACE) == []
    assert await page.evaluate(BRACKETS) == []
    digits = "parseFloat(getComputedStyle(document.querySelector('.number')).fontSize)"
    assert await page.evaluate(digits) >= LEAST_DIGITS_PX[size]


@pytest.mark.requirement("SHO-171")
@pytest.mark.parametrize("path", ["/history", "/sessions", "/review/s-1"])
async def test_alarms_of_all_chairs_stay_at_the_top_of_a_scrolled_page(
    clinic: Clinic, open_page: OpenPage, path: str
) -> None:
    await clinic.show(scenes.SCENES["alarm"](6))
    page = await open_page(clinic.url + path)
    await page.set_viewport_size({"width": 1024, "height": 768})
    await page.wait_for_selector("body[data-link=live]")
    await page.locator(".strip-entry").first.wait_for()
    await page.evaluate("document.querySelector('main').style.minHeight = '2000px'")
    await page.evaluate("window.scrollTo(0, 9999)")
    assert await in_sight(page, ".strip-entry, #clock, .secondary")


@pytest.mark.requirement("SHO-172")
async def test_what_has_no_room_in_the_row_of_alarms_is_counted_at_every_width(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["alarm"](24))
    page = await open_page(clinic.url)
    await live(page)
    for width in (1920, 1024, 1920):
        await page.set_viewport_size({"width": width, "height": 1080})
        # Width, entries and count of one instant: the row is fitted anew as the window changes.
        await until(
            page,
            f"""innerWidth === {width} && (() => {{
              const row = document.querySelector("#strip");
              const more = document.querySelector(".strip-more").textContent;
              const seen = [...row.querySelectorAll("li:not(.strip-more)")];
              const shown = seen.filter((one) => one.offsetWidth).length;
              const fits = row.scrollWidth <= row.clientWidth;
              return fits && more.startsWith("+") && shown + Number(more) === 10;
            }})()""",
        )


async def head_faults(page: Page) -> list[str]:
    """What of the head is not told, or not whole."""
    found: list[str] = await page.evaluate("""() => {
      const parts = "#clock, #counts, #mode, #status span, #link-notice, #sound-tested, " +
        ".head nav a, .head button, .secondary, .legend";
      return [...document.querySelectorAll(parts)].filter((one) => {
        const { left, top, right, bottom, width } = one.getBoundingClientRect();
        if (!width) return one.matches("[data-level]");
        const words = document.createRange();
        words.selectNodeContents(one);
        const ink = words.getBoundingClientRect();
        const slack = 4;  // a line's box is taller than its ink
        return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight
          || ink.right > right + 1 || ink.top < top - slack || ink.bottom > bottom + slack;
      }).map((one) => `${one.id} ${one.textContent}`); }""")
    return found


HEAD_ROWS = """() => [...document.querySelectorAll(".head-line")].map((line) => {
  const middles = [...line.children].map((one) => one.getBoundingClientRect())
    .filter((box) => box.height).map((box) => Math.round((box.top + box.bottom) / 2));
  return [new Set(middles.map((one) => Math.round(one / 20))).size, line.clientHeight];
})"""
TESTED = [
    {},
    {"tested": "SOUND NOT TESTED TODAY", "tested_today": False},
    {"tested": "SOUND NOT HEARD at 07:58", "unheard": True, "remedy": "turn wall up"},
]
ONLY_PATH = [scenes.status("info", "alarm path 3 s")]
TROUBLED = [
    *ONLY_PATH,
    scenes.status("warn", "BROKER UNENCRYPTED"),
    scenes.status("error", "NO DISPLAY SOUNDS", "NO DISPLAY IS KNOWN TO SOUND: tap SOUND OFF"),
]
HEIGHT = """document.querySelector(".head").offsetHeight -
  (innerWidth < 1200 ? document.querySelector("#clinic-alarms").offsetHeight : 0)"""
LINKS_APART = """(() => {
  const boxes = [...document.querySelectorAll(".head nav a")]
    .map((one) => one.getBoundingClientRect());
  return Math.min(...boxes.slice(1).map((one, at) => one.left - boxes[at].right)
    .filter((gap) => gap > 0));
})()"""
OF_CLINIC = [
    scenes.of_clinic("clinic ! HISTORY COPY 120 BEHIND (nothing lost) 14:06:51"),
    scenes.of_clinic("clinic !!! DATA LINK DOWN: 4 chairs (gateway-1) 14:06:51")
    | {"id": "chair:/T-GATE//1", "priority": "HIGH", "condition": "T-GATE", "can_suspend": False},
]


@pytest.mark.requirement("SHO-173", "SHO-192", "SHO-203", "SHO-211")
@pytest.mark.parametrize("size", [(768, 1024), (1024, 768), (1180, 820), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("chairs", [6, 24])
async def test_nothing_of_the_walls_head_is_cut_and_it_is_as_high_in_every_state(
    clinic: Clinic, open_page: OpenPage, desk: Browser, size: tuple[int, int], chairs: int
) -> None:
    await clinic.show(scenes.SCENES["alarm"](chairs), status=ONLY_PATH)
    page = await open_page(clinic.url, browser=desk)
    await page.get_by_text("SOUND OFF - TAP TO TURN ON").wait_for()
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await live(page)
    await page.evaluate("document.fonts.ready")
    assert await page.locator(".head nav a:visible").count() == 9
    counts = f"{chairs} chairs  10 high  12 medium  10 low  12 offline"
    seen, heights = [], []
    for number, tested in enumerate(TESTED):
        strip = OF_CLINIC[:number]
        lines = TROUBLED if number else ONLY_PATH
        told = scenes.speaker(**tested, sounds="x" * number, name="display 4711")
        await clinic.change([], speaker=told, status=lines, counts=counts, strip=strip)
        await page.locator("#sound-tested", has_text=told["tested"]).wait_for(state="attached")
        assert await head_faults(page) == []
        assert await page.evaluate(OUT_OF_PLACE) == []
        seen.append(await page.evaluate(HEAD_ROWS))
        heights.append(await page.evaluate(HEIGHT))
    assert max(heights) - min(heights) < LINE_PX / 3, "the head changes its height"
    assert max(rows for (rows, _), _ in seen) <= (1 if size[0] >= DESKS else 2)
    assert await page.evaluate(LINKS_APART) >= APART_PX
    more = page.locator("#status .more")
    assert await more.inner_text() == "+1"
    await page.locator("#status").click()
    dialog = page.get_by_role("dialog", name="Service status")
    assert await dialog.get_by_role("listitem").all_text_contents() == [
        "NO DISPLAY IS KNOWN TO SOUND: tap SOUND OFF",
        "BROKER UNENCRYPTED",
        "alarm path 3 s",
    ]


@pytest.mark.requirement("SHO-174")
async def test_with_two_alarms_a_desk_has_room_to_enter_things(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await chair_page(clinic, open_page, DESK, urgent())
    panel = await page.locator(".panel").bounding_box()
    assert panel is not None
    assert panel["height"] >= 300
    assert await page.locator(".chair-head").evaluate("(head) => head.clientHeight") < 80


@pytest.mark.requirement("SHO-176")
async def test_a_chair_that_there_is_not_says_so_and_offers_nothing(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show([scenes.tile("1")])
    page = await open_page(clinic.url + "/chair/99")
    await page.get_by_text("This clinic has no such chair: go back to the wall").wait_for()
    assert await page.locator("main button:visible, main input:visible").count() == 0
    await page.get_by_role("link", name="< Wall").click()
    await page.wait_for_url(clinic.url + "/")


@pytest.mark.requirement("SHO-176")
@pytest.mark.parametrize("size", ["desk", "tablet"])
async def test_an_empty_chair_is_quieter_than_any_other(
    clinic: Clinic, open_page: OpenPage, size: str
) -> None:
    slots = [scenes.slot(vital, "---", "waiting", note="waiting") for vital in ("HR", "SpO2")]
    await clinic.show([scenes.empty("1") | {"slots": slots}, scenes.ready("2")])
    page = await open_page(clinic.url)
    await page.set_viewport_size(SIZES[size])
    await live(page)
    inks = await page.evaluate(
        '[...document.querySelectorAll(".slot[data-vital=HR] .note")]'
        ".map((one) => getComputedStyle(one).color)"
    )
    assert inks == ["rgb(86, 98, 111)", "rgb(230, 237, 243)"]


@pytest.mark.requirement("SHO-177")
@pytest.mark.parametrize("chairs", [1, 6, 24])
@pytest.mark.parametrize("width", [390, 768])
async def test_in_an_upright_window_chairs_stand_below_each_other_and_none_is_off_its_side(
    clinic: Clinic, open_page: OpenPage, chairs: int, width: int
) -> None:
    await clinic.show(scenes.SCENES["alarm"](chairs))
    page = await open_page(clinic.url)
    await page.set_viewport_size({"width": width, "height": 1024})
    await live(page)
    await page.evaluate("document.fonts.ready")
    found = await page.evaluate("""() => {
      const box = (one) => one.getBoundingClientRect();
      const tiles = [...document.querySelectorAll(".tile")].map(box);
      const parts = ".tile .number, .tile-head, .head button, .secondary";
      const cut = [...document.querySelectorAll(parts)]
        .filter((one) => one.getBoundingClientRect().right > innerWidth).length;
      const size = parseFloat(getComputedStyle(document.querySelector(".number")).fontSize);
      return { columns: new Set(tiles.map((one) => one.left)).size, cut, size,
        over: document.documentElement.scrollWidth - innerWidth };
    }""")
    most = {1: 1, 6: 2, 24: 4}[chairs] if width == 768 else 1
    assert found["columns"] <= most
    assert found["cut"] == 0
    assert found["over"] <= 0
    assert found["size"] >= (60 if width == 390 else 30)
    if chairs == 24:
        worst = page.locator("#strip .strip-entry").first
        assert await in_sight(page, "#strip li:first-child .strip-entry")
        assert await worst.evaluate("(one) => one.scrollWidth <= one.clientWidth")


@pytest.mark.requirement("LVE-020")
async def test_a_chair_that_is_not_turned_over_offers_no_seat(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show([scenes.tile("1", "DONE")])
    page = await open_page(clinic.url + "/chair/1")
    await page.get_by_role("button", name="CUFF AND PROBE ARE OFF").wait_for()
    assert await page.get_by_role("button", name="SEAT PATIENT").count() == 0
