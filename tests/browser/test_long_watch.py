"""Half a day in front of the wall: it neither grows nor stands still."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Page

from tests.browser import scenes
from tests.browser.conftest import OpenPage, StartClinic, live

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.soak]

CHAIRS = 24
HALF_A_DAY_S = 12 * 3600
PART_S = 1800
"""The heap is looked at after each half hour; the first one warms up."""
GROWTH_BYTES_MAX = 20_000_000
TASK_MS_MAX = 200
TRACED_S = 600
"""Of the last part: what a browser notes of half a day would fill the machine."""
TRACED = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
PAGE, WORKER = "CrRendererMain", "SharedWorker thread"


async def heap(session: CDPSession) -> int:
    """Bytes that the page's script holds, when what nobody holds is gone."""
    await session.send("HeapProfiler.collectGarbage")
    used: dict[str, Any] = await session.send("Runtime.getHeapUsage")
    return int(used["usedSize"])


async def has_come(page: Page, second: int) -> None:
    """The page shows the last change that was sent."""
    clock = scenes.at_second(1, second)["tiles"][0]["clock"].split("/")[0]
    await page.locator(".tile[data-chair='1'] .chair-state", has_text=clock).wait_for()


def longest_ms(trace: bytes) -> dict[str, float]:
    """By name of a thread its longest task, in milliseconds that it ran.

    Not those that it waited for its turn: a busy machine is no fault of the page.
    """
    events = json.loads(trace)["traceEvents"]
    names = {
        (one["pid"], one["tid"]): one["args"]["name"]
        for one in events
        if one["name"] == "thread_name"
    }
    longest: dict[str, float] = {}
    for one in events:
        if one["ph"] == "X" and one["name"].endswith("RunTask"):
            name = names.get((one["pid"], one["tid"]), "")
            longest[name] = max(longest.get(name, 0.0), one.get("tdur", 0) / 1e3)
    return longest


@pytest.mark.timeout(3600)
@pytest.mark.requirement("UIX-111")
async def test_twelve_hours_of_24_chairs_neither_fill_the_page_nor_hold_it_up(
    start_clinic: StartClinic, open_page: OpenPage, kiosk: Browser
) -> None:
    clinic = await start_clinic(CHAIRS, "normal")
    page = await open_page(clinic.url)
    await live(page)
    session = await page.context.new_cdp_session(page)
    nodes = await page.evaluate("() => document.querySelectorAll('*').length")
    sizes = []
    for _ in range(HALF_A_DAY_S // PART_S):
        await clinic.hours(PART_S)
        await has_come(page, PART_S - 1)
        sizes.append(await heap(session))
    await kiosk.start_tracing(page=page, categories=TRACED)
    await clinic.hours(TRACED_S)
    await has_come(page, TRACED_S - 1)
    longest = longest_ms(await kiosk.stop_tracing())
    print({"heap_mb": [round(size / 1e6, 1) for size in sizes], "longest_ms": longest})
    assert max(sizes) - sizes[0] < GROWTH_BYTES_MAX
    assert 0.0 < longest[PAGE] <= TASK_MS_MAX
    assert 0.0 < longest[WORKER] <= TASK_MS_MAX
    after = await page.evaluate("() => document.querySelectorAll('*').length")
    assert after < nodes + 100
