"""The product itself on the screen: a simulated clinic, its service, and a browser."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import (
    RATE,
    Demo,
    LiveClinic,
    OpenPage,
    a_nurse_at,
    live,
    sign_in,
    until,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOST_S_MAX = 6.0


@pytest.mark.requirement("SHO-060")
async def test_an_alarm_is_seen_heard_acknowledged_and_seen_acknowledged_elsewhere(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(RATE)
    wall, tablet = await open_page(clinic.url), await open_page(clinic.url + "/chair/2")
    await live(wall)
    assert await wall.locator(".tile").count() == 6
    high = ".tile[data-chair='2'][data-flash=HIGH]"
    await wall.wait_for_selector(high, timeout=60_000)
    await until(wall, "window.sounds.some((one) => one.priority === 'HIGH')")
    assert await wall.evaluate("document.querySelector('#alert').textContent.length > 0")
    await sign_in(tablet, "R. Kessler")
    button = tablet.get_by_role("button", name="ACKNOWLEDGE")
    while await wall.locator(high).count():
        await button.and_(tablet.locator(":enabled")).first.click()
        await seen_by_someone(wall)
    row = await wall.evaluate("""async () => (await (await fetch("/api/wall")).json())
      .tiles.find((tile) => tile.chair === "2").alarms""")
    assert any(alarm["acknowledged"].startswith("ack ") for alarm in row) or row == []


async def seen_by_someone(wall: Page) -> None:
    """Wait until chair 2 shows an acknowledgement or no longer flashes."""
    await until(
        wall,
        "!document.querySelector(\".tile[data-chair='2']\").dataset.flash"
        " || document.querySelector(\"[data-chair='2'] .message\").textContent.includes('ack ')",
    )


@pytest.mark.timed
@pytest.mark.requirement("SHO-016", "SHO-018", "S-49")
async def test_of_two_displays_one_sounds_and_the_other_takes_over_within_twelve_seconds(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(1)
    wall = await open_page(clinic.url + "/?display=wall")
    await live(wall)
    await until(wall, "document.querySelector('#sound').title === 'no other display can sound'")
    desk = await open_page(clinic.url + "/?display=desk")
    await desk.wait_for_selector("#sound[data-state=spare]")
    assert await desk.locator("#sound").text_content() == "SOUND AT wall"
    assert await desk.locator("#sound-tested").text_content() == "SOUND NOT TESTED TODAY"
    await sign_in(desk, "R. Kessler")
    await desk.get_by_role("button", name="SOUND TEST").click()
    await desk.get_by_role("dialog").get_by_role("button", name="ALL HEARD").click()
    told = "document.querySelector('#sound-tested').textContent"
    await until(wall, f"{told}.startsWith('sound last tested') && {told}.endsWith('(desk)')")
    since = time.monotonic()
    await wall.close()
    await desk.wait_for_selector("#sound[data-state=on]")
    assert 8.0 <= time.monotonic() - since <= 13.0


@pytest.mark.timed
@pytest.mark.requirement("SHO-061", "S-29")
async def test_a_silenced_monitor_is_grey_by_six_seconds_and_dashed_by_eleven(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(RATE)
    page = await open_page(clinic.url)
    await live(page)
    turns: list[dict[str, Any]] = await page.evaluate(
        """() => new Promise((resolve) => {
      const slot = document.querySelector(".tile[data-chair='5'] .slot[data-vital=HR]");
      const turns = [];
      const look = () => {
        const turn = {
          state: slot.dataset.state,
          text: slot.querySelector(".number").textContent,
          note: slot.querySelector(".note").textContent,
        };
        if (JSON.stringify(turns.at(-1)) !== JSON.stringify(turn)) turns.push(turn);
        if (turn.state === "stale" && turn.note >= "no data 00:15") resolve(turns);
      };
      new MutationObserver(look).observe(slot,
        { subtree: true, childList: true, characterData: true, attributes: true });
    })"""
    )
    greys = [turn["note"] for turn in turns if turn["state"] == "ageing"]
    stale = [turn for turn in turns if turn["state"] == "stale"]
    assert greys[-1] in {"6 s", "7 s", "8 s", "9 s", "10 s"}
    assert stale[0]["note"] in {"no data 00:10", "no data 00:11"}
    assert {turn["text"] for turn in stale} == {"--"}
    assert all(int(turn["note"].split()[0]) >= 5 for turn in turns if turn["state"] == "ageing")
    await page.wait_for_selector(".tile[data-chair='5'][data-offline=yes]")


@pytest.mark.timed
@pytest.mark.requirement("SHO-062")
async def test_the_service_frozen_or_killed_is_lost_monitoring_within_six_seconds(
    demo: Demo, open_page: OpenPage
) -> None:
    frozen, killed = [await demo(1) for _ in range(2)]
    pages = [await open_page(one.url) for one in (frozen, killed)]
    for page in pages:
        await live(page)
    await asyncio.gather(
        lost_in_time(frozen, pages[0], signal.SIGSTOP),
        lost_in_time(killed, pages[1], signal.SIGKILL),
    )


async def lost_in_time(clinic: LiveClinic, page: Page, how: signal.Signals) -> None:
    clinic.process.send_signal(how)
    since = time.monotonic()
    await page.wait_for_selector("#lost:not([hidden])")
    assert time.monotonic() - since <= LOST_S_MAX
    numbers = await page.locator(".number").all_text_contents()
    assert "".join(numbers) == ""
    if how is signal.SIGSTOP:
        clinic.process.send_signal(signal.SIGCONT)
        await live(page)


@pytest.mark.requirement("SHO-063")
async def test_a_patient_is_seated_treated_and_reviewed(demo: Demo, open_page: OpenPage) -> None:
    clinic = await demo(RATE)
    page = await open_page(clinic.url + "/chair/6")
    await sign_in(page, "Dr D. Lindqvist")
    await page.get_by_label("Patient (pseudonym, never a name)").fill("P-017")
    await page.get_by_role("button", name="SEAT PATIENT").click()
    await page.get_by_role("button", name="START BASELINE").click()
    await page.get_by_role("button", name="OVERRIDE ...").click()
    await page.get_by_role("button", name="clinician was asked and agrees").click()
    for act in ("START INFUSION", "END INFUSION"):
        await page.get_by_role("button", name=act).click()
    await page.get_by_role("button", name="CLOSE SESSION").click()
    dialog = page.get_by_role("dialog", name="Close this session?")
    for sensor in ("Cuff", "Probe"):
        await dialog.get_by_role("group", name=sensor).get_by_label("off").check()
    await dialog.get_by_label("A clinician lets them go, because").fill("never infused in truth")
    await dialog.get_by_role("button", name="CLOSE SESSION").click()
    await page.get_by_role("button", name="SEAT PATIENT").wait_for()
    await page.goto(clinic.url + "/sessions")
    await page.get_by_role("link", name="Review P-017").click()
    await page.wait_for_selector(".plot.pressure canvas")
    await page.get_by_role("table", name="Events").get_by_text("phase CLOSED").wait_for()


@pytest.mark.requirement("S-70")
async def test_a_rule_is_suspended_with_a_reason_and_sounds_again_at_a_touch(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(RATE)
    wall, tablet = await a_nurse_at(clinic, open_page, "2")
    # At the bottom of the fall: it gets no worse, which would break the suspension.
    await tablet.locator(".alarm-row", has_text="DESAT").wait_for(timeout=60_000)
    await tablet.get_by_role("button", name="SUSPEND ...").first.click(timeout=60_000)
    dialog = tablet.get_by_role("dialog")
    await dialog.get_by_label("30 min").check()
    await dialog.get_by_role("button", name="expected with the drug").click()
    await tablet.wait_for_selector(".suspended li")
    await wall.wait_for_selector(".tile[data-chair='2'] .paused:has-text('1 SUSPENDED')")
    row = tablet.locator(".alarm-row", has_text="silent until")
    await row.first.wait_for()
    await tablet.get_by_role("button", name="sound again").click()
    await tablet.wait_for_selector(".suspended li", state="detached")
    await wall.wait_for_selector(".tile[data-chair='2'] .paused:empty", state="attached")


@pytest.mark.requirement("S-63")
async def test_a_chair_stands_by_with_its_time_on_the_wall_and_not_in_an_infusion(
    demo: Demo, open_page: OpenPage
) -> None:
    clinic = await demo(RATE)
    wall, tablet = await a_nurse_at(clinic, open_page, "5")
    await tablet.get_by_role("button", name="STANDBY 10:00").click(timeout=30_000)
    await wall.wait_for_selector(".tile[data-chair='5'] .paused:has-text('STANDBY')")
    await tablet.get_by_role("button", name="END STANDBY").click()
    await wall.wait_for_selector(".tile[data-chair='5'] .paused:empty", state="attached")
    infusing = await open_page(clinic.url + "/chair/1")
    await live(infusing)
    await infusing.get_by_role("button", name="END INFUSION").wait_for(timeout=30_000)
    assert await infusing.get_by_role("button", name="STANDBY").count() == 0
