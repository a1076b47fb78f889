"""Alarms flash in the ranges of the standard, all in one phase, and never a digit."""

from __future__ import annotations

import pytest

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLE = """
() => new Promise((resolve) => {
  const watched = [...document.querySelectorAll(".tile")].flatMap((tile) => {
    const message = tile.querySelector(".message");
    const lamp = tile.querySelector(".lamp");
    return tile.dataset.flash ? [
      { priority: tile.dataset.flash, on: () => getComputedStyle(lamp).opacity === "1" },
      ...(message.dataset.flash === tile.dataset.flash && !message.textContent.includes("+") ? [{
        priority: tile.dataset.flash,
        on: () => ["rgb(213, 0, 0)", "rgb(255, 212, 0)"].includes(
          getComputedStyle(message).backgroundColor),
      }] : []),
    ] : [];
  });
  const begun = performance.now();
  const edges = watched.map(() => []);
  const lit = watched.map(() => 0);
  const was = watched.map((one) => one.on());
  let frames = 0;
  const look = (now) => {
    frames += 1;
    watched.forEach((one, at) => {
      const on = one.on();
      if (on) lit[at] += 1;
      if (on && !was[at]) edges[at].push(now);
      was[at] = on;
    });
    if (now - begun < 6_500) requestAnimationFrame(look);
    else resolve(watched.map((one, at) => ({
      priority: one.priority, edges: edges[at], duty: lit[at] / frames,
    })));
  };
  requestAnimationFrame(look);
})
"""
FRAME_MS = 17
HZ = {"HIGH": (1.4, 2.8), "MEDIUM": (0.4, 0.8)}


@pytest.mark.alone
@pytest.mark.requirement("SHO-030", "S-50")
async def test_high_and_medium_flash_at_their_rates_in_one_phase(
    clinic: Clinic, open_page: OpenPage
) -> None:
    one_each = [scenes.alarm("1", "HIGH", "SpO2 84 < 88")]
    high = [scenes.alarming(str(n), one_each) for n in (1, 2, 3)]
    quiet = [scenes.tile(str(n)) for n in (3, 6)]
    await clinic.show([*high[:2], quiet[0], *map(scenes.hypertensive, "45"), quiet[1]])
    page = await open_page(clinic.url)
    await live(page)
    # Latecomers fall into step with those that flash already.
    await clinic.change([high[2]])
    await page.wait_for_selector(".tile[data-chair='3'][data-flash=HIGH]")
    await clinic.change([scenes.hypertensive("6")])
    await page.wait_for_selector(".tile[data-chair='6'][data-flash=MEDIUM]")
    seen = await page.evaluate(SAMPLE)
    assert len(seen) == 12
    for one in seen:
        slowest, fastest = HZ[one["priority"]]
        rate = (len(one["edges"]) - 1) / (one["edges"][-1] - one["edges"][0]) * 1000
        assert slowest <= rate <= fastest
        assert 0.2 <= one["duty"] <= 0.6
    for priority in HZ:
        phases = [one["edges"] for one in seen if one["priority"] == priority]
        assert max(max(edge) - min(edge) for edge in zip(*phases, strict=True)) <= 20
    flashes = sorted({edge for one in seen for edge in one["edges"]})
    second_ms = 1000 - FRAME_MS  # an edge is seen up to a frame late
    assert max(sum(at <= other < at + second_ms for other in flashes) for at in flashes) <= 3


@pytest.mark.requirement("S-50")
async def test_a_low_alarm_stands_still(clinic: Clinic, open_page: OpenPage) -> None:
    await clinic.show([scenes.probe_off("1"), *(scenes.tile(str(n)) for n in range(2, 7))])
    page = await open_page(clinic.url)
    await page.wait_for_selector(".tile[data-priority=LOW]")
    moving = await page.evaluate("""() => document.getAnimations()
      .map((one) => one.effect.target.id)""")
    assert moving == ["deadman"]


@pytest.mark.requirement("SHO-031")
async def test_no_digit_ever_flashes(clinic: Clinic, open_page: OpenPage) -> None:
    await clinic.show(scenes.SCENES["many"](12))
    page = await open_page(clinic.url)
    await live(page)
    flashing = await page.evaluate("""() => document.getAnimations()
      .filter((one) => one.effect.target.matches(".message, .lamp") === false)
      .map((one) => one.effect.target.id)""")
    assert flashing == ["deadman"]


@pytest.mark.requirement("SHO-032")
async def test_with_reduced_motion_alarms_stand_still_and_stay_marked(
    clinic: Clinic, open_page: OpenPage
) -> None:
    unseen = scenes.probe_off("7") | {"flash": True}
    await clinic.show([unseen if one["chair"] == "7" else one for one in scenes.SCENES["many"](12)])
    page = await open_page(clinic.url, reduced_motion="reduce")
    await live(page)
    facts = await page.evaluate("""() => ({
      moving: document.getAnimations().map((one) => one.effect.target.id),
      borders: ["1", "4", "7"].map((chair) => getComputedStyle(
        document.querySelector(`[data-chair="${chair}"] .lamp`)).borderTopWidth),
      fill: getComputedStyle(document.querySelector("[data-chair='4'] .message")).backgroundColor,
      text: document.querySelector("[data-chair='4'] .message-text").textContent,
    })""")
    assert facts == {
        "moving": ["deadman"],
        "borders": ["8px", "5px", "3px"],
        "fill": "rgb(255, 212, 0)",
        "text": "!! SBP 172 > 160",
    }
