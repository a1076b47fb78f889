"""What a person says of an alarm, who is on the way, and why there is an alarm at all."""

from __future__ import annotations

import pytest

from tests.browser import scenes
from tests.browser.conftest import Clinic, OpenPage, live, sign_in, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.requirement("SHO-056", "SHO-210")
async def test_an_alarm_is_acknowledged_as_something_in_two_touches(
    clinic: Clinic, open_page: OpenPage
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    page = await open_page(clinic.url + "/chair/1")
    await live(page)
    await sign_in(page, "R. Kessler")
    before = len(await clinic.posts())
    await page.get_by_role("button", name="SEEN AS ...").first.click()
    dialog = page.get_by_role("dialog", name="Acknowledge as")
    assert await dialog.get_by_text("!!! SpO2 84 < 88").is_visible()
    said = await dialog.get_by_role("button").all_text_contents()
    assert said[:-1] == [
        "probe repositioned",
        "clinician called",
        "drug given",
        "artefact",
        "expected",
    ]
    await dialog.get_by_role("button", name="probe repositioned").click()
    (posted,) = (await clinic.posts(before + 1))[before:]
    assert posted["body"] == {"alarm": "s-1/SpO2 84 < 88", "reason": "probe repositioned"}
    assert posted["person"] == "rk"


@pytest.mark.requirement("SHO-057")
@pytest.mark.parametrize("path", ["/", "/chair/1"])
async def test_who_is_on_the_way_is_told_and_shown_on_every_display(
    clinic: Clinic, open_page: OpenPage, path: str
) -> None:
    await clinic.show([scenes.desaturating("1")])
    page = await open_page(clinic.url + path)
    await live(page)
    await sign_in(page, "R. Kessler")
    before = len(await clinic.posts())
    await page.get_by_role("button", name="I'M GOING").click()
    (posted,) = (await clinic.posts(before + 1))[before:]
    assert (posted["path"], posted["person"]) == ("/api/chairs/1/going", "rk")
    await clinic.change([scenes.desaturating("1") | {"going": "R. Kessler"}])
    await until(page, "document.querySelector('.going').textContent.startsWith('R. Kessler')")


@pytest.mark.requirement("SHO-058")
@pytest.mark.parametrize(("path", "button"), [("/chair/1", "WHY"), ("/history", "why")])
async def test_why_there_is_an_alarm_is_one_touch_away(
    clinic: Clinic, open_page: OpenPage, path: str, button: str
) -> None:
    await clinic.show(scenes.SCENES["high"](6))
    page = await open_page(clinic.url + path)
    await page.wait_for_selector("body[data-link=live]")
    await page.get_by_role("button", name=button, exact=True).first.click()
    dialog = page.get_by_role("dialog", name="Why this alarm")
    await dialog.locator("dd").first.wait_for()
    facts = await dialog.locator("dd").all_text_contents()
    assert facts == [
        "SpO2 is below its limit",
        "SpO2 86 % at 14:06:51, then SpO2 84 % at 14:07:01; 10 values in all",
        "88 %",
        "14:06:51",
    ]
    codes = await dialog.locator(".codes").inner_text()
    assert codes == "rule SPO2-2, alarm preset 4f2a9c0d11e5"
    last = await dialog.locator("tbody tr").last.locator("td").all_text_contents()
    assert last[1:3] == ["acknowledged", "on, acknowledged"]
    assert last[-2:] == ["R. Kessler", "probe repositioned"]
