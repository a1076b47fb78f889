"""The wall as it is read from across the room: sizes, places, words."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize

from tests.browser import scenes
from tests.browser.conftest import FULL_HD, Clinic, OpenPage, live, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

DESK = ViewportSize(width=1280, height=800)
TABLET, UPRIGHT = ViewportSize(width=1024, height=768), ViewportSize(width=768, height=1024)
SHAPES = [("100", "valid"), ("--", "stale"), ("-?-", "invalid"), ("100?", "questionable")]
SHOWN_MAX = 6
"""Up to so many chairs have room for the change from the baseline."""
SMALLEST_DIGIT_PX = {1: 180, 6: 88, 12: 64, 24: 40}

OUT_OF_PLACE = """
() => {
  const faults = [];
  const box = (element) => element.getBoundingClientRect();
  const apart = (a, b) =>
    a.right <= b.left + 0.5 || b.right <= a.left + 0.5 ||
    a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5;
  const inside = (a, b) =>
    a.left >= b.left - 0.5 && a.right <= b.right + 0.5 &&
    a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5;
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const disjoint = (elements, where) => {
    const shown = elements.filter((one) => box(one).width > 0 && box(one).height > 0);
    shown.forEach((one, at) => shown.slice(at + 1).forEach((other) => {
      const fault = `${where}: ${one.className}/${other.className}`;
      if (!apart(box(one), box(other))) faults.push(fault);
    }));
    return shown;
  };
  const tiles = [...document.querySelectorAll(".tile")];
  disjoint([...tiles, document.querySelector(".head"), document.querySelector("#strip")], "wall");
  for (const tile of tiles) {
    if (!inside(box(tile), screen)) faults.push(`tile ${tile.dataset.chair} off screen`);
    const rows = ".tile-head, .message, .large-slots > .slot, .nibp, .small-slots, .acts";
    for (const row of disjoint([...tile.querySelectorAll(rows)], tile.dataset.chair)) {
      if (!row.matches(".message") && !inside(box(row), box(tile))) {
        faults.push(`${tile.dataset.chair}: ${row.className} leaves its tile`);
      }
    }
    for (const slot of tile.querySelectorAll(".slot")) {
      for (const part of disjoint([...slot.querySelectorAll(".number, .limits")], "slot")) {
        if (part.scrollWidth > part.clientWidth + 1) faults.push(`${part.textContent} too wide`);
        if (!inside(box(part), box(tile))) faults.push(`${part.textContent} leaves its tile`);
      }
    }
  }
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) faults.push("scrollbar");
  return faults;
}
"""

DIGIT_HEIGHTS = """
() => [...document.querySelectorAll(".slot.large .number")].map((number) => {
  const style = getComputedStyle(number);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return pen.measureText("0").actualBoundingBoxAscent;
})
"""


async def wall_page(clinic: Clinic, open_page: OpenPage, chairs: int, scene: str) -> Page:
    """A wall, live."""
    await clinic.show(scenes.SCENES[scene](chairs))
    page = await open_page(clinic.url)
    await live(page)
    await page.evaluate("document.fonts.ready")
    return page


@pytest.mark.requirement("SHO-001")
@pytest.mark.parametrize("scene", ["normal", "alarm"])
@pytest.mark.parametrize("chairs", [1, 6, 12, 24])
async def test_every_chair_has_its_place_and_nothing_overlaps_or_scrolls(
    clinic: Clinic, open_page: OpenPage, chairs: int, scene: str
) -> None:
    page = await wall_page(clinic, open_page, chairs, scene)
    assert await page.locator(".tile").count() == chairs
    assert await page.evaluate(OUT_OF_PLACE) == []


@pytest.mark.requirement("SHO-002")
@pytest.mark.parametrize("chairs", [1, 6, 12, 24])
async def test_the_digits_are_as_tall_as_the_room_needs(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    page = await wall_page(clinic, open_page, chairs, "normal")
    assert await page.evaluate("document.fonts.check('700 40px Inter')")
    heights = await page.evaluate(DIGIT_HEIGHTS)
    assert len(heights) == 3 * chairs
    assert min(heights) >= SMALLEST_DIGIT_PX[chairs]


@pytest.mark.requirement("SHO-003")
@pytest.mark.parametrize("chairs", [6, 24])
async def test_no_other_element_moves_when_a_value_changes_its_shape(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    await clinic.show(scenes.SCENES["normal"](chairs))
    page = await open_page(clinic.url)
    await live(page)
    places = """() => [...document.querySelectorAll(".tile *")].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      const free = one.matches(".number, .doubt, .note, .note *, .message *");
      return free ? "" : [x, y, width, height].join();
    })"""
    before = await page.evaluate(places)
    for text, state in SHAPES:
        slots = [scenes.slot(vital, text, state, note="7 s") for vital in ("HR", "SpO2", "RR")]
        await clinic.change([scenes.tile("1", slots=slots)])
        await page.wait_for_selector(f".tile[data-chair='1'] .slot[data-state={state}]")
        assert await page.evaluate(places) == before


@pytest.mark.requirement("SHO-190")
@pytest.mark.parametrize("chairs", [1, 6, 12])
async def test_the_change_from_the_baseline_moves_nothing_and_gives_way(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    page = await wall_page(clinic, open_page, chairs, "normal")
    places = """[...document.querySelectorAll('.nibp *:not(.change)')].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return [one.className, x, y, width, height].join(); })"""
    before = await page.evaluate(places)
    changed = scenes.tile("1") | {"nibp": scenes.nibp(change="+138/-22")}
    await clinic.change([changed])
    change = page.locator(".tile[data-chair='1'] .change")
    shown = chairs <= SHOWN_MAX
    told = change.and_(page.locator(".change", has_text="+138/-22 from baseline"))
    await told.wait_for(state="visible" if shown else "attached")
    assert await change.is_visible() is shown
    assert await page.evaluate(places) == before
    assert await page.evaluate(OUT_OF_PLACE) == []
    if shown:
        assert await change.evaluate("(one) => one.scrollWidth <= one.clientWidth")


@pytest.mark.requirement("SHO-190")
@pytest.mark.parametrize("width", [1024, 1180, 1920])
async def test_on_the_chairs_page_no_slot_grows_by_the_change(
    clinic: Clinic, open_page: OpenPage, width: int
) -> None:
    await clinic.show([scenes.tile("1")])
    page = await open_page(clinic.url + "/chair/1")
    await page.set_viewport_size({"width": width, "height": 820})
    await live(page)
    await page.evaluate("document.fonts.ready")
    places = """[...document.querySelectorAll('.numbers .slot, .panels, .event')].map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      return [one.className, x, y, width, height].join(); })"""
    before = await page.evaluate(places)
    await clinic.change([scenes.tile("1") | {"nibp": scenes.nibp(change="+138/-22")}])
    change = page.locator(".change", has_text="+138/-22 from baseline")
    await change.wait_for()
    assert await page.evaluate(places) == before
    seen = await change.evaluate("""(one) => {
      const said = document.createRange();
      said.setStart(one.firstChild, 0);
      said.setEnd(one.firstChild, "+138/-22".length);
      return said.getBoundingClientRect().right <= one.getBoundingClientRect().right + 0.5; }""")
    assert seen


@pytest.mark.requirement("SHO-004")
async def test_text_from_outside_is_never_markup(clinic: Clinic, open_page: OpenPage) -> None:
    await clinic.show(scenes.SCENES["normal"](1))
    page = await open_page(clinic.url)
    await live(page)
    evil = "<img src=x onerror='window.hurt=1'><b>x</b>"
    alarm = scenes.alarm("1", "HIGH", evil, onset=evil)
    tile = scenes.alarming("1", [alarm], patient=evil, clock=evil, offline=evil)
    tile["label"] = evil
    tile["slots"][0] |= {"text": evil, "note": evil, "label": evil, "unit": evil}
    await clinic.show([tile], clinic=evil, counts=evil, status=[scenes.status("warn", evil)])
    await until(page, "document.querySelector('#clinic').textContent.includes('<img')")
    await until(page, "document.querySelector('.patient').textContent.includes('<img')")
    assert await page.locator("img, .tile b, header b").count() == 0
    assert await page.evaluate("window.hurt") is None


@pytest.mark.requirement("SHO-005")
async def test_priorities_differ_by_word_and_border_not_by_colour_alone(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page(clinic.url)
    tiles = [scenes.desaturating("1"), scenes.hypertensive("2"), scenes.probe_off("3")]
    await clinic.show([*tiles, scenes.tile("4")])
    await page.wait_for_selector(".tile[data-priority=HIGH]")
    facts = await page.evaluate("""() => [...document.querySelectorAll(".tile")].map((tile) => [
      getComputedStyle(tile.querySelector(".lamp")).borderTopWidth,
      tile.querySelector(".message-text").textContent.split(" ")[0],
    ])""")
    assert [width for width, _ in facts] == ["8px", "5px", "3px", "0px"]
    assert facts[0][1] in ("!!!", "!!")  # two alarms take turns
    assert [marks for _, marks in facts[1:]] == ["!!", "!", ""]


@pytest.mark.requirement("SHO-006")
async def test_several_alarms_of_a_chair_take_turns_each_two_seconds(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await wall_page(clinic, open_page, 6, "high")
    seen: list[dict[str, Any]] = await page.evaluate("""() => new Promise((resolve) => {
      const strip = document.querySelector(".tile[data-chair='1'] .message");
      const turns = [];
      new MutationObserver(() => {
        const text = strip.textContent;
        if (turns.at(-1)?.text !== text) turns.push({ text, at_ms: performance.now() });
        if (turns.length === 4) resolve(turns);
      }).observe(strip, { subtree: true, childList: true, characterData: true });
    })""")
    texts = [one["text"] for one in seen]
    assert set(texts) == {"!!! SpO2 84 < 8814:06:51+1", "!! HR 131 > 12014:06:51+1"}
    gap_ms = seen[3]["at_ms"] - seen[1]["at_ms"]
    assert 3_500 < gap_ms < 4_500


@pytest.mark.requirement("SHO-154")
async def test_another_worst_alarm_does_not_wait_for_its_turn(
    clinic: Clinic, open_page: OpenPage
) -> None:
    lesser = [scenes.alarm("1", "MEDIUM", f"HR 13{n} > 120") for n in range(4)]
    others = [scenes.tile(str(n)) for n in range(2, 7)]
    await clinic.show([scenes.alarming("1", lesser), *others])
    page = await open_page(clinic.url)
    message = page.locator(".tile[data-chair='1'] .message")
    await message.get_by_text("HR 13").wait_for()
    for number in range(5):
        onset_ms = 1_772_460_411_000 + number
        worst = scenes.alarm("1", "HIGH", f"SpO2 7{number} < 88", onset_ms=onset_ms)
        await clinic.change([scenes.alarming("1", [worst, *lesser])])
        await message.get_by_text(f"SpO2 7{number}").wait_for(timeout=3_000)  # its turn is 4 s away


LONGEST = [
    ("HIGH", "BP very high 188/112: hold infusion per protocol, symptoms?, recheck in 2 min"),
    ("MEDIUM", "BP high 165/101: recheck in 3 min, do not start"),
    ("HIGH", "SpO2 87 < 88: go to chair, hold infusion per protocol"),
    ("LOW", "BP +141 % of baseline (expected effect)"),
    ("HIGH", "MONITOR DISCONNECTED chair 12"),
    ("MEDIUM", "SpO2 PROBE OFF (unrecognised sensor)"),
]
CUT = """() => [...document.querySelectorAll(".message")].flatMap((strip) => {
  const text = strip.querySelector(".message-text");
  const words = document.createRange();
  words.selectNodeContents(strip);
  const inner = words.getBoundingClientRect();
  const outer = strip.getBoundingClientRect();
  const slack = 2;  // a line's box is taller than its ink
  const cut = inner.top < outer.top - slack || inner.bottom > outer.bottom + slack ||
    text.scrollWidth > text.clientWidth || strip.scrollWidth > strip.clientWidth;
  return cut ? [strip.textContent] : [];
})"""


@pytest.mark.requirement("SHO-006", "ALM-166")
@pytest.mark.parametrize("chairs", [1, 6, 12, 24])
async def test_no_word_of_a_long_message_is_cut(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    await clinic.show([scenes.tile(str(n)) for n in range(1, chairs + 1)])
    page = await open_page(clinic.url)
    await live(page)
    await page.evaluate("document.fonts.ready")
    for first in range(0, len(LONGEST), chairs):
        said = [LONGEST[(first + n) % len(LONGEST)] for n in range(chairs)]
        tiles = [
            scenes.alarming(str(n), [scenes.alarm(str(n), priority, text)])
            for n, (priority, text) in enumerate(said, 1)
        ]
        await clinic.change(tiles)
        await page.locator(".message").first.get_by_text(said[0][1].split(": ")[0]).wait_for()
        assert await page.evaluate(CUT) == []
        assert await page.evaluate(OUT_OF_PLACE) == []


@pytest.mark.requirement("SHO-153", "SHO-192")
@pytest.mark.parametrize("chairs", [1, 6, 12, 24])
async def test_the_wall_says_whole_that_the_bedside_monitor_is_the_alarm(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    page = await wall_page(clinic, open_page, chairs, "normal")
    whole = await page.evaluate("""() => [".secondary", ".legend"].flatMap((one) => {
      const element = document.querySelector(one);
      const box = element.getBoundingClientRect();
      if (!box.width) return [];
      const words = document.createRange();
      words.selectNodeContents(element);
      return [box.right <= innerWidth, words.getBoundingClientRect().right <= box.right + 1];
    })""")
    assert whole == [True] * (4 if chairs == 24 else 2)
    untested = scenes.speaker(tested="SOUND NOT TESTED TODAY", tested_today=False)
    elsewhere = untested | {"sounds": "x", "name": "display 4711"}
    counts = f"{chairs} chairs  1 high  2 medium  1 low  1 offline"
    await clinic.show(scenes.SCENES["normal"](chairs), speaker=elsewhere, counts=counts, status=[])
    await page.locator("#sound", has_text="SOUND AT display 4711").wait_for()
    tops = """["#clinic", "#person"].map((one) => {
      const box = document.querySelector(one).getBoundingClientRect();
      return box.top + box.height / 2; })"""
    clinics, persons = await page.evaluate(tops)
    assert abs(clinics - persons) < 5, "the person has a line of their own"


SILENCED = {
    "audio_paused": "1:42",
    "suspended": [{"rule": "HR-H1", "left": "29:59"}, {"rule": "BP-R1", "left": "29:59"}],
    "going": "R. Kessler",
}
CUT_MARKS = """() => {
  const tile = document.querySelector(".tile[data-chair='1']");
  const parts = tile.querySelectorAll(".paused > span, .chair-label, .chair-state");
  return [...parts].flatMap((part) => {
    const words = document.createRange();
    words.selectNodeContents(part);
    const box = words.getBoundingClientRect();
    let cut = "";
    for (let over = part; over !== tile.parentElement; over = over.parentElement) {
      if (getComputedStyle(over).overflow === "visible" && over !== tile) continue;
      const frame = over.getBoundingClientRect();
      const slack = box.height / 6;  // a line's box is taller than its ink
      if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - slack || box.bottom > frame.bottom + slack) cut = over.className;
    }
    return cut ? [`${part.textContent} cut by ${cut}`] : [];
  });
}"""


@pytest.mark.requirement("SHO-200", "SHO-208")
@pytest.mark.parametrize("chairs", [1, 6, 12, 24])
async def test_what_is_silenced_at_a_chair_is_told_whole_on_its_tile(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    full = [scenes.slot(vital, "38") for vital in ("HR", "SpO2", "RR", "EtCO2", "T")]
    quiet = scenes.hypertensive("1") | SILENCED | {"slots": full}
    quiet["session"]["limits_set"] = ["SPO2-1 SpO2"]
    none = [scenes.slot(v, "--", "stale") for v in ("HR", "SpO2", "RR", "EtCO2", "T")]
    standing_by = scenes.offline("1") | SILENCED | {"standby": "9:41", "slots": none}
    standing_by["session"]["limits_set"] = ["SPO2-1 SpO2"]
    others = [scenes.tile(str(n)) for n in range(2, chairs + 1)]
    page = await open_page(clinic.url)
    for size in (FULL_HD, TABLET, UPRIGHT):
        await page.set_viewport_size(size)
        for tile, told in ((quiet, "LIM*"), (standing_by, "STANDBY 9:41")):
            await clinic.show([tile, *others])
            marks = page.locator(".tile[data-chair='1'] .paused > span")
            await marks.get_by_text(told, exact=True).wait_for()
            texts = await marks.all_text_contents()
            assert {"PAUSED 1:42", "2 SUSPENDED 29:59"} < set(texts)
            await page.evaluate("document.fonts.ready")
            assert await page.evaluate(CUT_MARKS) == []
            assert await page.evaluate(OUT_OF_PLACE) == []
            assert await page.evaluate(RUN_TOGETHER) == []


RUN_TOGETHER = """() => {
  const parts = ".large-slots .note > span, .nibp .note, .limit, .doubt, .mean, .when > span, " +
    ".watcher > span, .message-text, .message-more";
  const placed = (part) => {
    const words = document.createRange();
    words.selectNodeContents(part);
    const box = words.getBoundingClientRect();
    const slack = box.height / 5;  // a line's box is taller than its ink
    const frame = (part.closest(".note") ?? part).getBoundingClientRect();
    return { part, left: box.left + 1, right: Math.min(box.right, frame.right) - 1,
      top: box.top + slack, bottom: box.bottom - slack };
  };
  const apart = (a, b) =>
    a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  return [...document.querySelectorAll(".tile")].flatMap((tile) => {
    const lamp = parseFloat(getComputedStyle(tile.querySelector(".lamp")).borderLeftWidth);
    const edge = tile.getBoundingClientRect();
    const inks = [...tile.querySelectorAll(parts)]
      .filter((one) => getComputedStyle(one).visibility === "visible").map(placed)
      .filter((one) => one.right > one.left);
    const under = inks
      .filter((one) => one.left < edge.left + lamp || one.right > edge.right - lamp);
    const touching = inks.flatMap((one, at) => inks.slice(at + 1)
      .filter((other) => !apart(one, other))
      .map((other) => `${one.part.textContent} on ${other.part.textContent}`));
    return [...touching, ...under.map((one) => `${one.part.textContent} under the lamp`)];
  });
}"""
SMALLEST_TEXT_PX = 9


@pytest.mark.requirement("SHO-201", "SHO-208", "SHO-213")
@pytest.mark.parametrize("chairs", [12, 24])
async def test_on_a_tablet_every_word_of_a_tile_is_large_enough_to_read(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    page = await wall_page(clinic, open_page, chairs, "alarm")
    watched = {"watcher": "R. Kessler", "watcher_id": "rk"}
    long = [
        scenes.alarming(str(n), [scenes.alarm(str(n), priority, text)] * 2, **watched)
        for n, (priority, text) in enumerate(LONGEST, 1)
    ]
    silent = [scenes.slot(v, "--", "stale", note="no data 12:34") for v in ("HR", "SpO2")]
    cuff = scenes.nibp("188/112", "(137)", "ageing", age="14 min ago", next="overdue 04:10")
    stale = scenes.tile("7", slots=silent, nibp=cuff, **watched)
    doubted = scenes.doubtful("8")
    cut_short = """(all) => all.filter((one) => one.scrollWidth > one.clientWidth)
      .map((one) => one.closest(".tile").dataset.chair)"""
    await clinic.change([*long, stale, doubted])
    await page.locator(".message").first.get_by_text("hold infusion").wait_for(state="attached")
    # A lamp that does not flash is as wide on a small screen.
    await page.emulate_media(reduced_motion="reduce")
    for size in (DESK, TABLET, UPRIGHT):
        await page.set_viewport_size(size)
        small = await page.evaluate(
            """(least) => [...document.querySelectorAll(".tile *, .strip *, .head *")].filter(
              (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
                && one.getClientRects().length > 0
                && parseFloat(getComputedStyle(one).fontSize) < least)
            .map((one) => `${one.className}: ${getComputedStyle(one).fontSize}`)""",
            SMALLEST_TEXT_PX,
        )
        assert small == []
        assert await page.evaluate(OUT_OF_PLACE) == []
        assert await page.evaluate(CUT) == []
        assert await page.evaluate(RUN_TOGETHER) == []
        assert await page.locator(".patient").evaluate_all(cut_short) == []
        for chair in ("2", "3", "6"):
            onset = page.locator(f".tile[data-chair='{chair}'] .message-onset", has_text="14:06")
            assert await onset.is_visible(), (size, chair)
        since = page.locator(".tile[data-chair='7'] .note-time", has_text="12:34")
        whole = "(all) => all.map(({parentElement: one}) => one.scrollWidth <= one.clientWidth)"
        assert await since.evaluate_all(whole) == [True, True]


@pytest.mark.requirement("SHO-152")
@pytest.mark.parametrize("chairs", [6, 12, 24])
async def test_that_nothing_comes_is_not_cut_short_by_what_else_is_told_of_the_chair(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    silent = scenes.offline("1") | {
        "standby": "9:41",
        "suspended": [{"rule": "HR-H1", "left": "29:59"}],
        "going": "R. Kessler",
    }
    await clinic.show([silent, *(scenes.tile(str(n)) for n in range(2, chairs + 1))])
    page = await open_page(clinic.url)
    state = page.locator(".tile[data-chair='1'] .chair-state")
    await state.get_by_text("MONITOR OFFLINE 00:34").wait_for()
    await page.evaluate("document.fonts.ready")
    within = await state.evaluate("""(state) => {
      const tile = state.closest(".tile").getBoundingClientRect();
      const box = state.getBoundingClientRect();
      return state.scrollWidth <= state.clientWidth && box.right <= tile.right;
    }""")
    assert within


@pytest.mark.requirement("SHO-155")
@pytest.mark.parametrize("chairs", [6, 12, 24])
async def test_limits_of_a_session_are_marked_beside_its_whole_clock(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    limited = scenes.tile("1")
    limited["session"]["limits_set"] = ["SPO2-1 SpO2"]
    await clinic.show([limited, *(scenes.tile(str(n)) for n in range(2, chairs + 1))])
    page = await open_page(clinic.url)
    tile = page.locator(".tile[data-chair='1']")
    await tile.get_by_text("LIM*", exact=True).wait_for()
    await page.evaluate("document.fonts.ready")
    state = tile.locator(".chair-state")
    assert await state.inner_text() == "INFUSING 00:23/00:40"
    assert await state.evaluate("(state) => state.scrollWidth <= state.clientWidth")


@pytest.mark.requirement("SHO-007")
@pytest.mark.parametrize("chairs", [1, 6, 12, 24])
async def test_every_number_has_its_name_and_simulated_ones_are_watermarked(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    page = await wall_page(clinic, open_page, chairs, "normal")
    names = await page.locator(".slot .label").all_text_contents()
    assert set(names) == {"HR", "SpO2", "NIBP", "RR"}
    unjudged = scenes.slot("RR", "14", limits={"low": "", "high": ""})
    await clinic.change([scenes.tile("1", slots=[scenes.slot("HR", "71"), unjudged])])
    await page.locator(".tile[data-chair='1'] .slot[data-vital=RR] .no-alarm").wait_for()
    assert await page.locator(".no-alarm:visible").count() == 1
    assert await page.evaluate(OUT_OF_PLACE) == []
    units = page.locator(".legend" if chairs == 24 else ".slot .unit").first
    assert await units.is_visible()
    marks = await page.evaluate("""() => [...document.querySelectorAll(".tile")].map(
      (tile) => getComputedStyle(tile, "::before").content)""")
    assert marks == ['"DEMO"'] * chairs
    assert await page.locator("#mode").text_content() == "DEMO - SIMULATED VALUES"


@pytest.mark.requirement("SHO-008")
async def test_the_second_hand_moves_by_the_services_heartbeats_alone(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](1))
    page = await open_page(clinic.url)
    await live(page)
    second = "document.querySelector('#hand').dataset.second"
    was = await page.evaluate(second)
    await until(page, f"{second} !== '{was}'")
    await clinic.post("/fake/hold/true")
    try:
        await page.wait_for_selector("body[data-link=slow]")
        held = await page.evaluate(second)
        await until(page, "document.querySelector('#link-notice').textContent.endsWith('4 s')")
        assert await page.evaluate(second) == held
    finally:
        await clinic.post("/fake/hold/false")
