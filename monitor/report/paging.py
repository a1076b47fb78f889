"""A document as the marks of its pages: nothing is left out, and each page says which it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.report.documents import Code, Document, Part
from monitor.report.fitting import WHOLE, Cells, Run, cells, clip, tall, wrapped
from monitor.report.layout import HEIGHT, PITCH, WIDTH
from monitor.report.marks import Area, Mark, Stroke, Text, rectangle
from monitor.report.metrics import SIZE_PT, printable, width_mm
from monitor.report.sheet import line_marks

TOP, BOTTOM = 9.0, HEIGHT - 5.0
"""Where a page's parts begin and end, mm."""
CODE_MM, CODE_GAP = 38.0, 4.0
ROW_LINES_MAX = 30
"""Lines of a cell that stand together; longer ones go on in a row of their own."""
HEADING_PT = 9.0


def pages(document: Document) -> list[list[Mark]]:
    """The pages, one at least, each with the document's title and foot."""
    flow = _Flow(document)
    for part in document.parts:
        flow.part(part)
    count = len(flow.pages)
    return [
        [*_frame(document, number, count), *marks]
        for number, marks in enumerate(flow.pages, start=1)
    ]


def _frame(document: Document, number: int, count: int) -> Iterator[Mark]:
    subtitle = printable(document.subtitle)
    wide = width_mm(subtitle, HEADING_PT)
    yield Text(0.0, 3.6, clip(printable(document.title), WIDTH - wide - 4, 11, bold=True), 11, True)
    yield Text(WIDTH - wide, 3.6, subtitle, HEADING_PT)
    page = f"page {number} of {count}"
    room = WIDTH - width_mm(page) - 3
    yield Stroke(((0.0, HEIGHT - 3.6), (WIDTH, HEIGHT - 3.6)), width=0.1)
    yield Text(0.0, HEIGHT - 0.6, clip(printable(document.foot), room))
    yield Text(WIDTH - width_mm(page), HEIGHT - 0.6, page)
    if number == 1 and document.code:
        yield from _code(document.code, document.code_said)


def _code(code: Code, said: str) -> Iterator[Mark]:
    """The QR code, with words below it."""
    module = CODE_MM / len(code)
    left = WIDTH - CODE_MM
    for line, row in enumerate(code):
        for place, dark in enumerate(row):
            if dark:
                x, y = left + place * module, TOP + line * module
                yield Area(rectangle(x, y, x + module, y + module), 0.0)
    for number, words in enumerate(wrapped([Run(printable(said))], CODE_MM)):
        yield from line_marks(words, left, TOP + CODE_MM + 2.5 + number * PITCH)


class _Flow:
    """Puts parts under each other, and begins a page where there is no room."""

    def __init__(self, document: Document) -> None:
        self.pages: list[list[Mark]] = [[]]
        self._size = document.size_pt
        self._pitch = PITCH * document.size_pt / SIZE_PT
        self._y = TOP
        self._code_to = TOP + CODE_MM + CODE_GAP + 3 * PITCH if document.code else 0.0

    @property
    def _width(self) -> float:
        beside = len(self.pages) == 1 and self._y < self._code_to
        return WIDTH - CODE_MM - CODE_GAP if beside else WIDTH

    def part(self, part: Part) -> None:
        """A block: its title, what is said, its table."""
        block = part.block
        if block.title:
            self._room(4 * self._pitch)
            self._add(Stroke(((0.0, self._y), (self._width, self._y)), width=0.1))
            size = max(HEADING_PT, self._size)
            title = clip(printable(block.title), self._width, size, bold=True)
            self._add(Text(0.0, self._y + 4.2 * size / HEADING_PT, title, size, bold=True))
            self._y += 5.6 * size / HEADING_PT
        for one in block.said:
            runs = [Run(printable(one.label), bold=True), Run(printable(one.text))]
            for line in wrapped([run for run in runs if run.text], self._width, self._size):
                self._room(self._pitch)
                for mark in line_marks(line, 0.0, self._y + 0.8 * self._pitch, self._size):
                    self._add(mark)
                self._y += self._pitch
        self._table(part)
        self._y += self._pitch

    def _table(self, part: Part) -> None:
        if not part.block.rows:
            return
        head = cells(part.block.head, part.columns, WHOLE, self._size)
        self._room(3 * self._pitch + part.ruled_mm)
        self._row(head, part, bold=True)
        for row in part.block.rows:
            for piece in _pieces(cells(row.cells, part.columns, WHOLE, self._size)):
                if self._room(max(part.ruled_mm, tall(piece) * self._pitch)):
                    self._row(head, part, bold=True)
                self._row(piece, part, high=part.ruled_mm)

    def _row(self, row: Cells, part: Part, *, high: float = 0.0, bold: bool = False) -> None:
        left, height = 0.0, max(high, tall(row) * self._pitch)
        for cell, column in zip(row, part.columns, strict=False):
            for number, text in enumerate(cell):
                if text:
                    y = self._y + (number + 0.8) * self._pitch
                    inset = 0.8 if part.ruled_mm else 0.0
                    self._add(Text(left + inset, y, text, self._size, bold=bold))
            left += column
        if part.ruled_mm:
            self._rules(part.columns, height)
        self._y += height

    def _rules(self, columns: Sequence[float], height: float) -> None:
        """Lines around the cells of a row."""
        xs = [sum(columns[:number]) for number in range(len(columns) + 1)]
        for y in (self._y, self._y + height):
            self._add(Stroke(((0.0, y), (xs[-1], y)), width=0.1, grey=0.4))
        for x in xs:
            self._add(Stroke(((x, self._y), (x, self._y + height)), width=0.1, grey=0.4))

    def _room(self, height: float) -> bool:
        """Make room for so many mm; True when that took a new page."""
        if self._y + height <= BOTTOM:
            return False
        self.pages.append([])
        self._y = TOP
        return True

    def _add(self, mark: Mark) -> None:
        self.pages[-1].append(mark)


def _pieces(row: Cells) -> Iterator[Cells]:
    """A row, or so many of it that each fits a page."""
    for start in range(0, max(1, tall(row)), ROW_LINES_MAX):
        yield tuple(cell[start : start + ROW_LINES_MAX] for cell in row)
