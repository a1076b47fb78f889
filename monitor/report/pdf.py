"""Marks as a PDF: the same marks give the same bytes, on any machine and at any time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from monitor.report.layout import TOP_MARGIN, Paper
from monitor.report.marks import Anchor, Area, Circle, Mark, Point, Stroke, Text
from monitor.report.metrics import BOLD, MM_PT, REGULAR, font


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What the file says of itself; never a name of a person."""

    title: str
    subject: str
    creator: str


def pdf(pages: Iterable[Sequence[Mark]], paper: Paper, info: Info) -> bytes:
    """The pages on that paper. Not compressed: no version of a library changes the bytes."""
    font(REGULAR)
    font(BOLD)
    width, height = paper.size_mm
    out = io.BytesIO()
    canvas = Canvas(
        out,
        pagesize=(width * MM_PT, height * MM_PT),
        invariant=1,
        pageCompression=0,
        lang="en",
    )
    canvas.setTitle(info.title)
    canvas.setSubject(info.subject)
    canvas.setCreator(info.creator)
    canvas.setAuthor("Chairside")
    draw = _Drawing(canvas, paper)
    for marks in pages:
        for mark in marks:
            draw.mark(mark)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Drawing:
    """Draws marks on a canvas whose y points up and whose unit is the point."""

    def __init__(self, canvas: Canvas, paper: Paper) -> None:
        self._canvas = canvas
        self._left, self._height = paper.left_margin, paper.size_mm[1]

    def mark(self, mark: Mark) -> None:
        """Draw one."""
        match mark:
            case Text():
                self._text(mark)
            case Stroke():
                self._stroke(mark)
            case Area():
                self._canvas.setFillGray(mark.grey)
                self._canvas.drawPath(self._path(mark.points, closed=True), stroke=0, fill=1)
            case Circle():
                self._circle(mark)

    def _at(self, point: Point) -> Point:
        x, y = point
        return (self._left + x) * MM_PT, (self._height - TOP_MARGIN - y) * MM_PT

    def _text(self, mark: Text) -> None:
        self._canvas.setFillGray(0.0)
        self._canvas.setFont(BOLD if mark.bold else REGULAR, mark.size_pt)
        x, y = self._at((mark.x, mark.y))
        write = {
            Anchor.START: self._canvas.drawString,
            Anchor.MIDDLE: self._canvas.drawCentredString,
            Anchor.END: self._canvas.drawRightString,
        }[mark.anchor]
        write(x, y, mark.text)

    def _stroke(self, mark: Stroke) -> None:
        self._pen(mark.width, mark.grey)
        self._canvas.setDash([part * MM_PT for part in mark.dash] if mark.dash else [])
        self._canvas.drawPath(self._path(mark.points, closed=mark.closed), stroke=1, fill=0)

    def _circle(self, mark: Circle) -> None:
        self._pen(0.15, 0.0)
        self._canvas.setDash([])
        self._canvas.setFillGray(1.0 if mark.hollow else 0.0)
        x, y = self._at((mark.x, mark.y))
        self._canvas.circle(x, y, mark.r * MM_PT, stroke=1, fill=1)

    def _pen(self, width: float, grey: float) -> None:
        self._canvas.setLineWidth(width * MM_PT)
        self._canvas.setStrokeGray(grey)

    def _path(self, points: Sequence[Point], *, closed: bool) -> PDFPathObject:
        path = self._canvas.beginPath()
        first, *rest = (self._at(point) for point in points)
        path.moveTo(*first)
        for point in rest:
            path.lineTo(*point)
        if closed:
            path.close()
        return path
