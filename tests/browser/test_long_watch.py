"""Half a day in front of the wall: it neither grows nor stands still."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page

from tests.browser import scenes
from tests.browser.conftest import OpenPage, StartClinic, live

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.soak]

CHAIRS = 24
HALF_A_DAY_S = 12 * 3600
PART_S = 1800
"""The heap is looked at after each half hour; the first one warms up."""
GROWTH_BYTES_MAX = 20_000_000
TASK_MS_MAX = 200
LONG_TASKS = """() => {
  window.longest_ms = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      window.longest_ms = Math.max(window.longest_ms, one.duration);
    }
  }).observe({ entryTypes: ["longtask"] });
}"""


async def heap(session: CDPSession) -> int:
    """Bytes that the page's script holds, when what nobody holds is gone."""
    await session.send("HeapProfiler.collectGarbage")
    used: dict[str, Any] = await session.send("Runtime.getHeapUsage")
    return int(used["usedSize"])


async def has_come(page: Page, second: int) -> None:
    """The page shows the last change that was sent."""
    clock = scenes.at_second(1, second)["tiles"][0]["clock"].split("/")[0]
    await page.locator(".tile[data-chair='1'] .chair-state", has_text=clock).wait_for()


@pytest.mark.timeout(3600)
@pytest.mark.requirement("UIX-111")
async def test_twelve_hours_of_24_chairs_neither_fill_the_page_nor_hold_it_up(
    start_clinic: StartClinic, open_page: OpenPage
) -> None:
    clinic = await start_clinic(CHAIRS, "normal")
    page = await open_page(clinic.url)
    await live(page)
    session = await page.context.new_cdp_session(page)
    nodes = await page.evaluate("() => document.querySelectorAll('*').length")
    await page.evaluate(LONG_TASKS)
    sizes = []
    for _ in range(HALF_A_DAY_S // PART_S):
        await clinic.hours(PART_S)
        await has_come(page, PART_S - 1)
        sizes.append(await heap(session))
        await asyncio.sleep(0)
    longest_ms = await page.evaluate("() => window.longest_ms")
    print({"heap_mb": [round(size / 1e6, 1) for size in sizes], "longest_task_ms": longest_ms})
    assert max(sizes) - sizes[0] < GROWTH_BYTES_MAX
    assert longest_ms <= TASK_MS_MAX
    after = await page.evaluate("() => document.querySelectorAll('*').length")
    assert after < nodes + 100
