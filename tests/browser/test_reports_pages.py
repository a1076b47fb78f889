"""Burden and what-if in Chromium, against the shipped service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browser.conftest import OpenPage
from tests.browser.test_sign_in_page import by_password
from tests.employed import employ
from tests.serving import Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, published_pin="") as running:
        employ(running)
        yield running


@pytest.mark.requirement("ALM-123")
async def test_a_clinician_judges_again_at_the_page(service: Served, open_page: OpenPage) -> None:
    page = await open_page(service.url + "/burden")
    await page.get_by_role("columnheader", name="seconds in alarm").wait_for()
    assert (await (await page.request.get(f"{service.url}/api/burden")).json())["says"][
        "SPO2-1"
    ] == "SpO2 … < …: check airway, probe"
    await page.get_by_role("link", name="What if").click()
    await page.get_by_role("button", name="JUDGE AGAIN").click()
    await page.get_by_text("signed in").first.wait_for()
    await by_password(page, "dl")
    await page.get_by_role("button", name="JUDGE AGAIN").click()
    await page.get_by_text("0 sessions, 0 infusion hours").wait_for()
    await page.get_by_role("columnheader", name="difference").wait_for()
    await page.get_by_label("Preset as TOML").fill("id = 3")
    await page.get_by_role("button", name="JUDGE AGAIN").click()
    await page.get_by_text("mistakes in the alarm preset").wait_for()
