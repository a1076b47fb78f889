"""What a page sounds: one burst, the highest, in the rhythm that tells its priority."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PULSES_S = {
    "HIGH": [0, 0.25, 0.50, 1.00, 1.25, 2.00, 2.25, 2.50, 3.00, 3.25],
    "MEDIUM": [0, 0.40, 0.80],
    "LOW": [0],
}
LENGTH_S = {"HIGH": 3.40, "MEDIUM": 1.00, "LOW": 0.20}
PULSE_S = {"HIGH": 0.15, "MEDIUM": 0.20, "LOW": 0.20}
GAP_S = {"HIGH": 7.0, "MEDIUM": 12.0}
Burst = dict[str, Any]


async def bursts(page: Page) -> list[Burst]:
    """Every burst scheduled so far, the loss sound apart."""
    heard: list[Burst] = await page.evaluate(
        "() => window.sounds.filter((one) => one.priority !== 'LOSS')"
    )
    return heard


async def burst_of(page: Page, priority: str, count: int = 1) -> list[Burst]:
    """Wait for so many bursts of a priority."""
    own = f"window.sounds.filter((one) => one.priority === '{priority}')"
    await until(page, f"{own}.length >= {count}")
    return [one for one in await bursts(page) if one["priority"] == priority]


@pytest.mark.requirement("SHO-020")
@pytest.mark.parametrize("priority", ["HIGH", "MEDIUM", "LOW"])
async def test_an_alarm_is_heard_within_a_second_in_its_own_rhythm(
    clinic: Clinic, open_page: OpenPage, priority: str
) -> None:
    await clinic.show(scenes.SCENES["normal"](6))
    page = await open_page(clinic.url)
    await live(page)
    assert await bursts(page) == []
    alarm = scenes.alarm("1", priority, "SpO2 84 < 88")
    await clinic.change([scenes.alarming("1", [alarm])], sound=priority)
    (burst,) = await burst_of(page, priority)
    starts = [start - burst["starts_s"][0] for start in burst["starts_s"]]
    assert starts == pytest.approx(PULSES_S[priority])
    assert 0.05 <= burst["starts_s"][0] - burst["context_s"] <= 1.0


@pytest.mark.requirement("SHO-020")
async def test_bursts_of_high_repeat_seven_seconds_apart_and_never_overlap(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    page = await open_page(clinic.url)
    first, second = await burst_of(page, "HIGH", 2)
    gap_s = second["starts_s"][0] - (first["starts_s"][0] + LENGTH_S["HIGH"])
    assert gap_s == pytest.approx(GAP_S["HIGH"], abs=0.05)


@pytest.mark.requirement("SHO-021", "S-49")
async def test_a_high_alarm_takes_the_place_of_medium_within_a_second(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["medium"](6))
    page = await open_page(clinic.url)
    (medium,) = await burst_of(page, "MEDIUM")
    await clinic.change([scenes.desaturating("2")], sound="HIGH")
    (high,) = await burst_of(page, "HIGH")
    assert high["starts_s"][0] - high["context_s"] <= 1.0
    assert high["starts_s"][0] > medium["starts_s"][0]
    assert {one["priority"] for one in (await bursts(page))[1:]} == {"HIGH"}


@pytest.mark.requirement("SHO-022")
async def test_a_page_that_may_not_sound_says_so_until_it_is_touched(
    clinic: Clinic, desk: Browser, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    page = await open_page(clinic.url, browser=desk)
    # Nothing is asked of the page before the click: a question would count as a touch.
    await page.get_by_role("button", name="SOUND OFF - TAP TO TURN ON").click()
    await page.wait_for_selector("#sound[data-state=on]")
    assert await page.locator("#sound").text_content() == "SOUND ON"
    (burst,) = await burst_of(page, "HIGH")
    assert burst["starts_s"][0] - burst["context_s"] <= 1.0


@pytest.mark.requirement("SHO-022")
async def test_a_kiosk_never_shows_the_banner(clinic: Clinic, open_page: OpenPage) -> None:
    await clinic.show(scenes.SCENES["normal"](1))
    page = await open_page(clinic.url)
    await page.wait_for_selector("#sound[data-state=on]")


@pytest.mark.requirement("SHO-023")
async def test_of_two_tabs_one_sounds_and_the_other_takes_over(
    clinic: Clinic, kiosk: Browser, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    context = await kiosk.new_context()
    first = await open_page(clinic.url, context=context)
    await first.wait_for_selector("#sound[data-state=on]")
    second = await open_page(clinic.url, context=context)
    await second.wait_for_selector("#sound[data-state=elsewhere]")
    assert await bursts(second) == []
    await first.close()
    await burst_of(second, "HIGH")
    await context.close()


RENDER = """
async (priority) => {
  const { BURSTS, schedule, length_s } = await import("/static/js/burst.js");
  const rate = 48000;
  const burst = BURSTS[priority];
  const again_s = length_s(burst) + Math.min(burst.gap_s, 30);
  const context = new OfflineAudioContext(1, rate * (again_s + length_s(burst) + 0.5), rate);
  schedule(context, burst, 0.1);
  if (burst.gap_s < Infinity) schedule(context, burst, 0.1 + again_s);
  const samples = (await context.startRendering()).getChannelData(0);
  const window_size = rate / 400;
  const loud = [];
  for (let at = 0; at + window_size < samples.length; at += window_size) {
    loud.push(samples.slice(at, at + window_size).some((one) => Math.abs(one) > 0.02));
  }
  const pulses = [];
  loud.forEach((one, at) => {
    if (one && !loud[at - 1]) pulses.push({ start_s: at / 400 - 0.1 });
    if (!one && loud[at - 1]) pulses.at(-1).end_s = at / 400 - 0.1;
  });
  const level = (hz) => {
    let real = 0, imaginary = 0;
    const from = Math.round(0.14 * rate), count = Math.round(0.05 * rate);
    for (let n = 0; n < count; n += 1) {
      real += samples[from + n] * Math.cos((2 * Math.PI * hz * n) / rate);
      imaginary += samples[from + n] * Math.sin((2 * Math.PI * hz * n) / rate);
    }
    return 20 * Math.log10(Math.hypot(real, imaginary));
  };
  const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  const partials_db = [1, 2, 3, 4, 5].map((n) => level(440 * n));
  const burst_pulses = pulses.filter((pulse) => pulse.start_s < length_s(burst));
  const next = pulses[burst_pulses.length];
  return {
    pulses: burst_pulses,
    next_s: next ? next.start_s - burst_pulses.at(-1).end_s : null,
    peak_db: 20 * Math.log10(peak),
    partials_db,
  };
}
"""


@pytest.mark.requirement("SHO-024")
@pytest.mark.parametrize("priority", ["HIGH", "MEDIUM", "LOW"])
async def test_a_rendered_burst_has_the_pulses_harmonics_and_level_it_should(
    clinic: Clinic, open_page: OpenPage, priority: str
) -> None:
    page = await open_page(clinic.url)
    heard = await page.evaluate(RENDER, priority)
    starts = [pulse["start_s"] for pulse in heard["pulses"]]
    assert starts == pytest.approx(PULSES_S[priority], abs=0.008)
    for pulse in heard["pulses"]:
        assert pulse["end_s"] - pulse["start_s"] == pytest.approx(PULSE_S[priority], abs=0.012)
    assert heard["peak_db"] <= -3
    strongest = max(heard["partials_db"])
    assert all(level >= strongest - 15 for level in heard["partials_db"])


STEP_S = 1 / 400
"""How finely a rendered burst is measured."""
MIDDLE = (0.35, 1.3)
GAPS_S: dict[str, list[str]] = {
    "HIGH": [*["x", "x", "2x+td", "x", "middle"], *["x", "x", "2x+td", "x"]],
    "MEDIUM": ["y", "y"],
    "LOW": [],
}
"""From the end of a pulse to the start of the next (IEC 60601-1-8, tables 3 and 4)."""
PULSE_RANGE_S = {"HIGH": (0.075, 0.2), "MEDIUM": (0.125, 0.25), "LOW": (0.125, 0.25)}
SPACING_RANGE_S = {"x": (0.05, 0.125), "y": (0.125, 0.25)}
AGAIN_RANGE_S = {"HIGH": (2.5, 15.0), "MEDIUM": (2.5, 30.0)}


def within(value: float, bounds: tuple[float, float], slack: float = 2 * STEP_S) -> bool:
    """In a range, as exactly as it was measured."""
    return bounds[0] - slack <= value <= bounds[1] + slack


@pytest.mark.requirement("S-50")
@pytest.mark.parametrize("priority", ["HIGH", "MEDIUM", "LOW"])
async def test_rendered_bursts_lie_inside_the_ranges_of_the_standard(
    clinic: Clinic, open_page: OpenPage, priority: str
) -> None:
    page = await open_page(clinic.url)
    heard = await page.evaluate(RENDER, priority)
    pulses = heard["pulses"]
    assert len(pulses) == {"HIGH": 10, "MEDIUM": 3, "LOW": 1}[priority]
    durations = [pulse["end_s"] - pulse["start_s"] for pulse in pulses]
    assert all(within(one, PULSE_RANGE_S[priority]) for one in durations)
    gaps = [b["start_s"] - a["end_s"] for a, b in pairwise(pulses)]
    spacing = gaps[0] if gaps else 0.0
    for gap, rule in zip(gaps, GAPS_S[priority], strict=True):
        if rule == "2x+td":
            assert gap == pytest.approx(2 * spacing + durations[0], abs=6 * STEP_S)
        elif rule == "middle":
            assert within(gap, MIDDLE)
        else:
            assert within(gap, SPACING_RANGE_S[rule])
            assert gap == pytest.approx(spacing, abs=2 * STEP_S)
    if priority == "LOW":
        assert heard["next_s"] is None
    else:
        assert within(heard["next_s"], AGAIN_RANGE_S[priority])
    strongest = max(heard["partials_db"])
    assert sum(level >= strongest - 15 for level in heard["partials_db"]) >= 4
    assert heard["peak_db"] <= -3


@pytest.mark.requirement("SHO-024")
async def test_a_lower_priority_is_never_louder_than_a_higher(
    clinic: Clinic, open_page: OpenPage
) -> None:
    page = await open_page(clinic.url)
    peaks = [(await page.evaluate(RENDER, one))["peak_db"] for one in ("LOW", "MEDIUM", "HIGH")]
    assert peaks == sorted(peaks)


@pytest.mark.requirement("SHO-025")
async def test_an_act_of_a_person_stops_the_sound_at_once(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    page = await open_page(clinic.url)
    await burst_of(page, "HIGH")
    await page.evaluate("""() => {
      window.cut = 0;
      const was = GainNode.prototype.disconnect;
      GainNode.prototype.disconnect = function () {
        window.cut += 1;
        return was.call(this);
      };
    }""")
    seen = scenes.alarm("1", "HIGH", "SpO2 84 < 88", "ACTIVE_ACK", acknowledged="ack rk 14:07:00")
    await clinic.change([scenes.alarming("1", [seen])], sound="")
    await until(page, "window.cut === 1")
    assert len(await bursts(page)) == 1
