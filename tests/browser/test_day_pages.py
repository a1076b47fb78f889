"""The day's list, the arrival at a chair and the hand-over of a shift, in Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from monitor.care.arrival_terms import ArrivalTable, HoldTerms, PrivacyTable, Question
from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, sign_in, until
from tests.browser.test_pages import grave_findings
from tests.browser.test_wall_layout import OUT_OF_PLACE
from tests.serving import ACT, HIGH_PRESSURE, Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET = {"width": 1180, "height": 820}
ASKED = ArrivalTable(
    hold=HoldTerms(systolic_max=160),
    questions=(
        Question(id="fasted", text="Nothing to eat for 4 h", must="yes"),
        Question(id="drugs", text="Drugs today", kind="text"),
    ),
)
SMALL = """() => [...document.querySelectorAll("main button, main a, main input, main select")]
  .map((one) => ({ text: one.textContent || one.type, box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
  .map(({ text }) => text)"""
WIDER = "() => document.documentElement.scrollWidth - innerWidth"


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, arrival=ASKED, privacy=PrivacyTable(names=True)) as running:
        yield running


async def tablet(service: Served, open_page: OpenPage, path: str, person: str = "") -> Page:
    """A page on a tablet, where that person is signed in."""
    page = await open_page(service.url + path)
    await page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    await page.wait_for_selector("body[data-link=live]")
    if person:
        await sign_in(page, person)
    return page


async def tab_to(page: Page, target: Locator) -> None:
    """Go on by the keyboard until that has the focus."""
    for _ in range(60):
        if await target.evaluate("(one) => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not get there")


async def press(page: Page, target: Locator) -> None:
    await target.wait_for()
    await tab_to(page, target)
    await page.keyboard.press("Enter")


async def seen_at_the_empty_chair(service: Served, page: Page) -> str:
    """A cuff alarms at chair 1, and who is signed in acknowledges it there; the alarm's id."""
    service.say("1", HIGH_PRESSURE)
    await page.locator(".alarm-row", has_text="BP very high 190/112").wait_for()
    await page.get_by_role("button", name="ACKNOWLEDGE", exact=True).click()
    await page.locator(".alarm-row", has_text="ack rk").wait_for()
    (alarm,) = service.clinic.ward.engine.alarms("1")
    return alarm.id


@pytest.mark.requirement("ARR-070", "ALM-149", "SHO-214")
async def test_a_patient_is_booked_and_seated_by_the_keyboard_alone(
    service: Served, open_page: OpenPage
) -> None:
    """At a chair in alarm: it stays, as theirs, with who has seen it."""
    page = await tablet(service, open_page, "/chair/1", "R. Kessler")
    alarm = await seen_at_the_empty_chair(service, page)
    await page.goto(service.url + "/today")
    await press(page, page.get_by_role("button", name="BOOK ..."))
    sheet = page.get_by_role("dialog", name="Book a chair")
    now = service.clinic.clock.utc_us() // 60_000_000
    at = f"{(now // 60 + 1) % 24:02d}:30"
    for label, typed in (
        ("Patient (pseudonym)", "K-7"),
        ("Initials", "K.L."),
        ("Name", "Karin Lund"),
    ):
        field = sheet.get_by_label(label, exact=True)
        await tab_to(page, field)
        await page.keyboard.type(typed)
    await sheet.get_by_label("Time").fill(at)
    await press(page, sheet.get_by_role("button", name="BOOK", exact=True))
    await sheet.wait_for(state="hidden")
    row = page.locator(".day[data-chair='1'] .day-row")
    await row.get_by_text("Karin Lund").wait_for()
    assert "infusion 1 of 6, course 1" in await row.inner_text()
    await press(page, page.get_by_role("button", name="Seat K-7 in chair 1"))
    seat = page.get_by_role("dialog", name="Seat K-7 K.L.")
    await press(page, seat.get_by_role("button", name="SEAT", exact=True))
    await page.wait_for_url("**/chair/1")
    await page.locator(".chair-head").get_by_text("K-7").wait_for()
    (session,) = service.clinic.ward.seating.all()
    facts = service.clinic.ward.facts.ledger.of(session.id)
    assert facts[0].data["booking"]
    assert facts[0].actor == "rk"
    await page.locator(".alarm-row", has_text="BP very high").get_by_text("ack rk").wait_for()
    now_open = [(one.id, one.session) for one in service.clinic.ward.engine.alarms("1")]
    assert now_open == [(alarm, session.id)]
    await page.goto(f"{service.url}/review/{session.id}")
    told = page.locator("tr", has_text="BP very high").filter(has_text="R. Kessler (")
    await told.wait_for()
    await told.get_by_role("button", name="why").click()
    steps = page.get_by_role("dialog", name="Why this alarm").locator("tbody tr")
    await steps.filter(has_text="assigned: it was on at the chair").wait_for()
    assert "R. Kessler" in await steps.filter(has_text="acknowledged").first.inner_text()


@pytest.mark.requirement("ARR-068")
async def test_who_is_known_already_is_offered_as_they_are_typed(
    service: Served, open_page: OpenPage
) -> None:
    async with service.nurse() as client:
        patient = {"patient_ref": "K-7", "initials": "K.L.", "person": "Karin Lund"}
        await client.post("/api/patients", json=patient, headers=ACT)
    page = await tablet(service, open_page, "/today", "R. Kessler")
    await press(page, page.get_by_role("button", name="BOOK ..."))
    sheet = page.get_by_role("dialog", name="Book a chair")
    field = sheet.get_by_label("Patient (pseudonym)", exact=True)
    await field.press_sequentially("karin")
    offered = sheet.locator("datalist option[value='K-7']", has_text="K.L. Karin Lund")
    await offered.wait_for(state="attached")
    await field.fill("K-7")
    await field.press("Tab")
    await expect(sheet.get_by_label("Initials", exact=True)).to_have_value("K.L.")


@pytest.mark.requirement("ARR-071")
async def test_the_arrival_is_entered_and_what_holds_back_is_gone_over_by_name(
    service: Served, open_page: OpenPage
) -> None:
    async with service.nurse() as client:
        session = await service.seat(client, "1")
        await service.enter(client, session, "BASELINE")
    page = await tablet(service, open_page, "/chair/1", "R. Kessler")
    card = page.locator(".arrival-card")
    await card.get_by_text("INFUSION HELD BACK").wait_for()
    await card.get_by_role("button", name="SITTER ...").click()
    sheet = page.locator("dialog[open]")
    await sheet.get_by_label("Name").fill("Ann Ek")
    await sheet.get_by_label("Reachable under").fill("+351 910 000 000")
    for box in ("stays in the clinic", "drives the patient home", "took the briefing"):
        await sheet.get_by_label(box).check()
    await sheet.get_by_role("button", name="KEEP").click()
    await card.get_by_text("Ann Ek: +351 910 000 000, stays, drives home, briefed").wait_for()
    await card.get_by_role("button", name="ARMS ...").click()
    await sheet.get_by_role("group", name="Cuff on the").get_by_label("left").check()
    await sheet.get_by_role("group", name="Probe on the").get_by_label("right").check()
    await sheet.get_by_role("button", name="KEEP").click()
    await card.get_by_text("cuff left, probe right").wait_for()
    await card.get_by_role("button", name="QUESTIONS ...").click()
    await sheet.get_by_role("group", name="Nothing to eat").get_by_label("no").check()
    await sheet.get_by_label("Drugs today").fill("lithium")
    await sheet.get_by_role("button", name="KEEP").click()
    await card.get_by_text("Nothing to eat for 4 h: no, must be yes").wait_for()
    await card.get_by_role("button", name="OVERRIDE ...").click()
    await sheet.get_by_role("button", name="clinician was asked and agrees").click()
    await card.get_by_text("Gone over: Nothing to eat for 4 h: no, must be yes").wait_for()
    assert await card.get_by_text("INFUSION HELD BACK").count() == 0
    told = service.clinic.ward.facts.ledger.of(session)
    assert [one.kind for one in told if one.actor == "rk"][-5:] == [
        "sitter",
        "arms",
        "answers",
        "answered in words",
        "hold overridden",
    ]


@pytest.mark.requirement("ARR-072")
async def test_a_shift_is_handed_over_at_one_display_by_two_pins(
    service: Served, open_page: OpenPage
) -> None:
    async with service.nurse() as client:
        await service.seat(client, "1")
        await client.post("/api/watch", json={"chairs": ["1"]}, headers=ACT)
    page = await tablet(service, open_page, "/shift", "R. Kessler")
    card = page.locator(".shift-card[data-chair='1']")
    await card.get_by_text("watched by R. Kessler").wait_for()
    await card.get_by_label("watcher", exact=True).check()
    await page.get_by_role("button", name="HAND OVER", exact=True).click()
    await page.get_by_role("button", name="RECEIVER SIGNS IN ...").click()
    await page.get_by_role("dialog").get_by_role("button", name="M. Okafor").click()
    await page.keyboard.type(scenes.PIN)
    await page.keyboard.press("Enter")
    await page.get_by_text("R. Kessler hands over chairs 1 (watcher)").wait_for()
    await page.get_by_role("button", name="I TAKE OVER").click()
    await page.get_by_text("chairs 1 (watcher), R. Kessler to M. Okafor").wait_for()
    await card.get_by_text("watched by M. Okafor").wait_for()


@pytest.mark.requirement("ARR-073")
@pytest.mark.parametrize("chairs", [1, 6, 12, 24])
async def test_who_watches_stands_on_every_tile_and_cuts_nothing_else(
    clinic: Clinic, open_page: OpenPage, chairs: int
) -> None:
    late = scenes.nibp() | {"time": "14:05", "age": "14 min ago", "next": "overdue 09:41"}
    watched = {"watcher": "Dr D. Lindqvist", "watcher_id": "dl", "nibp": late}
    watched["patient"] = "P.L.10-12"
    tiles = [scenes.tile(str(n)) | watched for n in range(1, chairs + 1)]
    await clinic.show(tiles)
    page = await open_page(clinic.url)
    await live(page)
    await page.evaluate("document.fonts.ready")
    said = page.locator(".tile[data-chair='1'] .watcher")
    assert (await said.inner_text()).endswith("dl" if chairs == 24 else "Dr D. Lindqvist")
    cut = await page.evaluate("""() => [...document.querySelectorAll(".tile")].flatMap((tile) => {
      const box = (where) => tile.querySelector(where).getBoundingClientRect();
      const watcher = tile.querySelector(".watcher");
      const faults = [];
      if (watcher.scrollWidth > watcher.clientWidth) faults.push("watcher cut");
      if (box(".when .next").right > box(".watcher").left) faults.push("over the cuff's times");
      if (box(".watcher").bottom > box(".tile-foot").top + 1) faults.push("over the foot");
      if (box(".watcher").right > tile.getBoundingClientRect().right) faults.push("off the tile");
      const state = tile.querySelector(".chair-state");
      if (state.getBoundingClientRect().right > box(".tile-head").right) faults.push("clock cut");
      const trend = tile.querySelector(".trend");
      if (trend && box(".watcher").right > box(".trend").left) faults.push("over the trend");
      return faults;
    })""")
    assert cut == []
    assert await page.evaluate(OUT_OF_PLACE) == []


@pytest.mark.requirement("RPT-035")
async def test_the_reports_of_a_day_are_made_and_saved_by_keyboard(
    service: Served, open_page: OpenPage
) -> None:
    async with service.nurse() as client:
        await service.seat(client, "1")
    page = await tablet(service, open_page, "/today", "Dr D. Lindqvist")
    await press(page, page.get_by_role("button", name="REPORTS ..."))
    sheet = page.get_by_role("dialog", name="Reports of")
    assert await grave_findings(page) == []
    await press(page, sheet.get_by_role("button", name="MAKE REPORTS"))
    save = sheet.get_by_role("link", name="Save chairside-reports-")
    await save.wait_for()
    assert "1 of 1 session, ready" in await sheet.inner_text()
    assert await grave_findings(page) == []
    async with page.expect_download() as download:
        await press(page, save)
    assert (await download.value).suggested_filename.startswith("chairside-reports-")


@pytest.mark.requirement("ARR-074")
async def test_the_days_pages_tell_nothing_to_who_is_not_signed_in(
    service: Served, open_page: OpenPage
) -> None:
    async with service.nurse() as client:
        patient = {"patient_ref": "K-7", "initials": "K.L.", "person": "Karin Lund"}
        await client.post("/api/patients", json=patient, headers=ACT)
        await service.seat(client, "1", "K-7")
    page = await tablet(service, open_page, "/today", "R. Kessler")
    await page.get_by_text("Karin Lund").wait_for()
    await page.locator("#person").click()
    await page.get_by_role("button", name="SIGN OUT").click()
    await page.get_by_text("Sign in to see the day").wait_for()
    assert await page.get_by_text("Karin Lund").count() == 0
    await page.goto(service.url + "/shift")
    await page.get_by_text("Sign in to see the shift").wait_for()
    assert await page.locator(".shift-card").count() == 0


@pytest.mark.requirement("ARR-075")
async def test_the_days_pages_are_for_fingers_keyboards_and_readers_of_screens(
    service: Served, open_page: OpenPage
) -> None:
    async with service.nurse() as client:
        session = await service.seat(client, "1")
        await service.enter(client, session, "BASELINE")
        booking = {"patient_ref": "Z-1", "chair": "2", "planned_minutes": 40, "sitter": True}
        day = await client.get("/api/today")
        at = f"{day.json()['day']}T23:30"
        await client.post("/api/bookings", json={**booking, "at": at}, headers=ACT)
    pages = (
        ("/today", ".day-row", ("BOOK ...", "I WATCH ...", "SEAT", "CHANGE ...")),
        ("/shift", ".shift-card", ()),
        ("/chair/1", ".arrival-lines li", ("SITTER ...", "QUESTIONS ...", "OVERRIDE ...")),
    )
    for path, ready, sheets in pages:
        page = await tablet(service, open_page, path, "R. Kessler")
        await page.wait_for_selector(ready)
        assert await grave_findings(page) == [], path
        assert await page.evaluate(SMALL) == [], path
        assert await page.evaluate(WIDER) <= 0, path
        for name in sheets:
            button = page.locator("main button:visible", has_text=name).first
            await button.click()
            await page.locator("dialog[open]").wait_for()
            assert await grave_findings(page) == [], name
            await page.keyboard.press("Escape")
            await until(page, "!document.querySelector('dialog[open]')")
