"""The journal's code on the sheet that goes home, read back as a phone's camera reads it."""

from __future__ import annotations

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image, ImageEnhance, ImageFilter

from monitor.report.layout import Paper
from monitor.report.making import document_pdf
from monitor.report.qr import qr_rows
from monitor.report.sitter_sheet import sitter_sheet
from tests.printed import INFO
from tests.reported import letterhead, ordinary

TOKEN = "aZ3-_" * 9
LINKS = [
    f"https://journal.harbour.example/j/{TOKEN}",
    f"https://a-rather-long-name-of-a-clinic.infusions.example.org/journal/j/{TOKEN}",
]
PRINT_DPI, SCREEN_DPI = 300, 96


def drawn(link: str, paper: Paper, dpi: int = PRINT_DPI) -> Image.Image:
    """The first page as a printer draws it, in greys."""
    source = ordinary(step_s=600.0).source(letterhead(advice={"a": "No driving."}))
    data = document_pdf([sitter_sheet(source, link)], paper, INFO)
    page = pdfium.PdfDocument(data)[0]
    image: Image.Image = page.render(scale=dpi / 72, grayscale=True).to_pil()
    return image


def read(image: Image.Image) -> list[str]:
    """Every code that a decoder of others finds on the picture."""
    return [one.text for one in zxingcpp.read_barcodes(image)]


@pytest.mark.requirement("RPT-044")
@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("paper", Paper)
def test_a_decoder_reads_the_exact_link_off_the_printed_sheet(link: str, paper: Paper) -> None:
    assert read(drawn(link, paper)) == [link]


@pytest.mark.requirement("RPT-044")
@pytest.mark.parametrize("link", LINKS)
def test_it_is_read_off_a_bad_copy_and_off_a_screen(link: str) -> None:
    sheet = drawn(link, Paper.A4)
    assert read(sheet.filter(ImageFilter.GaussianBlur(2.0))) == [link], "out of focus"
    faded = ImageEnhance.Contrast(sheet).enhance(0.35)
    assert read(faded) == [link], "a printer that runs out of toner"
    assert read(sheet.rotate(7.0, expand=True, fillcolor=255)) == [link], "held askew"
    assert read(drawn(link, Paper.A4, SCREEN_DPI)) == [link], "off a screen"


@pytest.mark.requirement("RPT-044")
def test_it_survives_a_crease_and_a_sheet_without_a_code_has_none() -> None:
    sheet = drawn(LINKS[0], Paper.A4)
    found = zxingcpp.read_barcodes(sheet)[0].position
    top, bottom = found.top_left.y, found.bottom_left.y
    middle = (top + bottom) // 2
    crease = Image.new("L", (sheet.width, round((bottom - top) / len(qr_rows(LINKS[0])))), 255)
    sheet.paste(crease, (0, middle))
    assert read(sheet) == [LINKS[0]]
    assert read(drawn("", Paper.A4)) == []
