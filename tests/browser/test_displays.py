"""One display of the clinic sounds, its backup takes over, and every page says which it is."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, sign_in, until
from tests.browser.test_sound import burst_of, bursts

pytestmark = pytest.mark.asyncio(loop_scope="session")

DISPLAY = "localStorage.getItem('chairside.display')"
LOSS = "window.sounds.filter((one) => one.priority === 'LOSS').length"


async def own_id(page: Page) -> str:
    """The id of the display this page is on."""
    told: str = await page.evaluate(DISPLAY)
    return told


@pytest.mark.requirement("SHO-016", "S-49")
async def test_a_display_falls_silent_while_another_is_named_and_sounds_when_it_is(
    clinic: Clinic, open_page: OpenPage
) -> None:
    elsewhere = scenes.speaker(sounds="id-wall", name="wall")
    await clinic.show(scenes.SCENES["high"](6), speaker=elsewhere)
    page = await open_page(clinic.url)
    await page.wait_for_selector("#sound[data-state=spare]")
    assert await page.locator("#sound").text_content() == "SOUND AT wall"
    await page.wait_for_selector("body[data-link=live]")
    heard = len(await bursts(page))
    own = await own_id(page)
    await clinic.change([], speaker=scenes.speaker(sounds=own, name="desk", silent="wall"))
    await page.wait_for_selector("#sound[data-state=on]")
    (burst,) = (await burst_of(page, "HIGH", heard + 1))[heard:]
    assert burst["starts_s"][0] - burst["context_s"] <= 1.0
    await clinic.change([], speaker=elsewhere)
    await page.wait_for_selector("#sound[data-state=spare]")


@pytest.mark.requirement("SHO-016", "S-37")
async def test_a_silent_display_still_arms_the_loss_of_monitoring(
    clinic: Clinic, open_page: OpenPage
) -> None:
    elsewhere = scenes.speaker(sounds="id-wall", name="wall")
    await clinic.show(scenes.SCENES["normal"](1), speaker=elsewhere)
    page = await open_page(clinic.url)
    await page.wait_for_selector("#sound[data-state=spare]")
    armed = await page.evaluate(LOSS)
    await until(page, f"{LOSS} >= {armed} + 2")


@pytest.mark.requirement("SHO-017")
@pytest.mark.parametrize("path", ["/", "/chair/1", "/history", "/sessions", "/review/s-1"])
async def test_every_page_says_which_display_sounds_and_when_it_was_tested(
    clinic: Clinic, open_page: OpenPage, path: str
) -> None:
    speaker = scenes.speaker(sounds="id-wall", name="wall", backup="desk")
    await clinic.show(scenes.SCENES["normal"](6), speaker=speaker)
    page = await open_page(clinic.url + path)
    await page.wait_for_selector("#sound[data-state=spare]")
    assert await page.locator("#sound").text_content() == "SOUND AT wall"
    assert await page.locator("#sound").get_attribute("title") == "backup: desk"
    tested = page.locator("#sound-tested")
    assert await tested.text_content() == "sound last tested 07:58 by A. Moreau (wall)"
    await clinic.change([], speaker=scenes.speaker(tested="SOUND NOT TESTED TODAY"))
    await until(page, "document.querySelector('#sound-tested').textContent.includes('NOT')")
    await clinic.change([], speaker=scenes.speaker(tested="SOUND NOT HEARD at 07:58", unheard=True))
    await page.locator("#sound-tested", has_text="NOT HEARD").wait_for()
    loud = await tested.evaluate(
        "(one) => [getComputedStyle(one).backgroundColor, getComputedStyle(one).fontWeight]"
    )
    assert loud == ["rgb(255, 255, 255)", "700"]


@pytest.mark.requirement("SHO-018")
async def test_the_sound_test_plays_all_three_and_keeps_what_a_person_heard(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](1))
    page = await open_page(clinic.url + "/?display=wall")
    await live(page)
    await page.evaluate("""() => {
      window.started = 0;
      const was = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) { window.started += 1; was.call(this, at); };
    }""")
    await sign_in(page, "R. Kessler")
    await page.get_by_role("button", name="SOUND TEST").click()
    assert await page.evaluate("window.started") == 1 + 3 + 10
    before = len(await clinic.posts())
    await page.get_by_role("dialog").get_by_role("button", name="ALL HEARD").click()
    (posted,) = (await clinic.posts(before + 1))[before:]
    assert posted["path"] == "/api/sound/test"
    assert posted["body"] == {"display": await own_id(page), "heard": True}
    assert posted["person"] == "rk"


@pytest.mark.requirement("SHO-023")
async def test_a_tab_that_is_silent_beside_another_reports_nothing(
    clinic: Clinic, kiosk: Browser, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["normal"](1))
    context = await kiosk.new_context()
    first = await open_page(clinic.url, context=context)
    await first.wait_for_selector("#sound[data-state=on]")
    second = await open_page(clinic.url, context=context)
    await second.wait_for_selector("#sound[data-state=elsewhere]")
    asked: list[str] = []
    second.on("request", lambda request: asked.append(request.url))
    async with first.expect_request("**/api/sound/here"):
        pass
    async with first.expect_request("**/api/sound/here"):
        pass
    assert [url for url in asked if url.endswith("/here")] == []
    await context.close()
