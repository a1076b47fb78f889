"""The report's page in Chromium: read, printed on one page, signed and added to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import pytest_asyncio
from playwright.async_api import Page

from monitor.report.building import report
from monitor.report.sheet import sheet
from monitor.web.printing import Printing
from tests.browser.conftest import OpenPage
from tests.browser.test_pages import grave_findings
from tests.browser.test_sign_in_page import by_password
from tests.employed import employ
from tests.printed import overlapping, words
from tests.reported import SESSION, Rows, crowded, ordinary
from tests.serving import Served, served

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, published_pin="") as running:
        employ(running)
        yield running


async def keep(service: Served, rows: Rows) -> None:
    """That session is in the record."""
    source, record = rows.source(), service.clinic.ward.record
    record.add([*source.facts, *source.transitions])
    record.add(source.readings)
    await record.commit()


async def opened(service: Served, open_page: OpenPage) -> Page:
    """The report's page with a clinician signed in."""
    page = await open_page(f"{service.url}/report/{SESSION}")
    await page.get_by_text("Sign in to see the report").wait_for()
    assert await page.locator("article.report").count() == 0
    await by_password(page, "dl")
    await page.locator("article.report").wait_for()
    return page


@pytest.mark.requirement("RPT-050")
@pytest.mark.parametrize("rows", [ordinary(step_s=30.0), crowded()], ids=["ordinary", "crowded"])
async def test_the_page_prints_on_one_sheet_of_either_paper(
    service: Served, open_page: OpenPage, rows: Rows
) -> None:
    await keep(service, rows)
    page = await opened(service, open_page)
    made = await Printing(service.clinic).source(SESSION)
    boxes = sheet(report(made)).boxes
    for paper in ("A4", "Letter"):
        document = await page.pdf(format=paper)
        assert len(pdfium.PdfDocument(document)) == 1, paper
        found = [word for word in words(document) if word.text.strip()]
        assert overlapping(found) == []
        text = " ".join(pdfium.PdfDocument(document)[0].get_textpage().get_text_range().split())
        assert "MONITORING" not in text
        assert "SIGN" not in text.replace("Sign-off", "")
        for box in boxes:
            for row in box.rows:
                assert all(part in text for cell in row for part in cell), row
            assert box.left_out in text


@pytest.mark.requirement("RPT-051")
async def test_the_page_has_no_serious_finding_and_is_reached_by_keyboard(
    service: Served, open_page: OpenPage
) -> None:
    await keep(service, ordinary(step_s=60.0))
    page = await opened(service, open_page)
    assert await grave_findings(page) == []
    for button in await page.locator("#report button, #report a").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    await page.get_by_role("button", name="SIGN", exact=True).focus()


@pytest.mark.requirement("RPT-052")
async def test_a_clinician_signs_at_the_page_and_adds_to_it(
    service: Served, open_page: OpenPage
) -> None:
    await keep(service, ordinary(step_s=60.0))
    page = await opened(service, open_page)
    await page.get_by_role("button", name="SIGN", exact=True).click()
    await page.get_by_text("signed by").first.wait_for()
    assert await page.get_by_role("button", name="SIGN", exact=True).count() == 0
    await page.get_by_label("Addendum").fill("Called the next day: well. <b>")
    await page.get_by_role("button", name="ADD TO THE REPORT").click()
    await page.get_by_text("Called the next day: well. <b>").wait_for()
    assert await grave_findings(page, within=".addenda") == []
    assert "Reviewed and signed by" in await page.locator("article.report").inner_text()
