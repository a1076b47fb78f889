"""Reports for tests: made up whole, and looked at as PDF."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from monitor.report import sheet
from monitor.report.layout import Paper
from monitor.report.model import Block, Chart, Report, Row, Said
from monitor.report.pdf import Info, pdf

INFO = Info(title="Session report", subject="s-1", creator="Chairside 0")
WORDS = "Nausea, moderate; head raised; said it passed within five minutes of the fresh air"


def block(title: str, said: int = 3, rows: int = 0, cells: tuple[str, ...] = ()) -> Block:
    """So many things said, and so many rows."""
    return Block(
        title=title,
        said=tuple(Said(f"Item {number}", WORDS[: 20 + number]) for number in range(said)),
        head=cells,
        rows=tuple(Row(cells) for _ in range(rows)),
    )


def report(*, chart: Chart | None = None, rows: int = 20, said: int = 4) -> Report:
    """Fourteen blocks of made-up words."""
    return Report(
        record_id="20270115-120000-1",
        title="Harbour Infusion: session report",
        subtitle="Session 3 of 6, 15 January 2027",
        patient="A.M.",
        header=block("", said),
        gate=block("2 Safety", said),
        treatment=block("4 Treatment", said),
        equipment=block("3 Equipment and limits", said),
        chart=chart or Chart(from_us=0, to_us=7_200_000_000),
        table=block("6 Values", 1, rows, ("14:05", "25", "168/101 D", "96", "97", "12", "4")),
        points=block("7 Key points", 2, 10, ("baseline", "14:05", "168/101", "96", "97")),
        events=block("8 Events", 0, rows, ("12", "14:05", WORDS)),
        alarms=block("9 Alarms", 1, rows, ("14:05:06", "!!!", WORDS)),
        adverse=block("10 Adverse events", 1),
        recovery=block("11 Recovery", said),
        hand_over=block("12 Hand-over", said),
        quality=block("13 Quality", said),
        sign_off=block("14 Sign-off", said),
        foot="Chairside 0, made at 12:00, record 20270115-120000-1, page 1 of 1, secondary record",
    )


def printed(one: Report, paper: Paper = Paper.A4) -> bytes:
    """The report as PDF."""
    return pdf([sheet.marks(sheet.sheet(one))], paper, INFO)


@dataclass(frozen=True)
class Word:
    """A run of text on a page: its box in points from the bottom left, and its size."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float


def words(data: bytes, page: int = 0) -> list[Word]:
    """Every run of text of a page, as an independent reader of the file sees it."""
    document = pdfium.PdfDocument(data)
    sheet_ = document[page]
    text = sheet_.get_textpage()
    found = []
    for one in sheet_.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        length = raw.FPDFTextObj_GetText(one, text, None, 0)
        buffer = (raw.FPDF_WCHAR * (length // 2 + 1))()
        raw.FPDFTextObj_GetText(one, text, buffer, length)
        said = bytes(buffer).decode("utf-16-le").rstrip("\0")
        size = ctypes.c_float()
        raw.FPDFTextObj_GetFontSize(one, size)
        left, bottom, right, top = one.get_bounds()
        found.append(Word(said, left, bottom, right, top, size.value))
    return found


def overlapping(found: list[Word]) -> list[tuple[str, str]]:
    """Pairs of runs whose ink lies over each other by more than a third of a point."""
    pairs = []
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            wide = min(one.right, other.right) - max(one.left, other.left)
            high = min(one.top, other.top) - max(one.bottom, other.bottom)
            if wide > 0.33 and high > 0.33:
                pairs.append((one.text, other.text))
    return pairs
