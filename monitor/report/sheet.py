"""A report on its one page: each block in its place, and all of it as marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.report import charting
from monitor.report.fitting import Box, Line, clip, fitted, halves, tall
from monitor.report.layout import (
    CHART_LEFT,
    CHART_TOP,
    FOOT_TOP,
    PITCH,
    PLACES,
    TITLE,
    WIDTH,
)
from monitor.report.marks import Mark, Stroke, Text
from monitor.report.metrics import SIZE_PT, printable, width_mm
from monitor.report.model import Report

ELSEWHERE = "in the long tables"
HEAD_PT, TITLE_PT = 11.0, 8.0
BASELINE = 2.55
"""From the top of a line of text to its baseline, mm."""
HALVES_GAP = 2.0
CHART_TITLE, LEGEND_LEFT = "5 Course", 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page: its heading, its boxes by name, the chart and the line at its foot."""

    title: str
    subtitle: str
    boxes: tuple[Box, ...]
    chart_title: str
    legend: str
    chart: tuple[Mark, ...]
    foot: str


def sheet(report: Report) -> Sheet:
    """The report on its page; what has no room is counted there."""
    boxes = tuple(
        fitted(getattr(report, name), getattr(PLACES, name), ELSEWHERE) for name in PLACES.__slots__
    )
    subtitle = printable(report.subtitle)
    room = WIDTH - width_mm(subtitle, 9.0) - 4.0
    return Sheet(
        title=clip(printable(report.title), room, HEAD_PT, bold=True),
        subtitle=subtitle,
        boxes=boxes,
        chart_title=CHART_TITLE,
        legend=printable(report.chart.said),
        chart=tuple(charting.marks(report.chart)),
        foot=clip(printable(report.foot), WIDTH),
    )


def marks(page: Sheet) -> list[Mark]:
    """The page as it is drawn."""
    return [
        Text(0.0, 3.6, page.title, HEAD_PT, bold=True),
        Text(WIDTH - width_mm(page.subtitle, 9.0), 3.6, page.subtitle, 9.0),
        *(mark for box in page.boxes for mark in box_marks(box)),
        Stroke(((0.0, CHART_TOP), (WIDTH, CHART_TOP)), width=0.1),
        Text(CHART_LEFT, CHART_TOP + 3.1, page.chart_title, TITLE_PT, bold=True),
        Text(LEGEND_LEFT, CHART_TOP + 3.1, clip(page.legend, WIDTH - LEGEND_LEFT)),
        *page.chart,
        Stroke(((0.0, FOOT_TOP), (WIDTH, FOOT_TOP)), width=0.1),
        Text(0.0, FOOT_TOP + 2.9, page.foot),
    ]


def box_marks(box: Box) -> Iterator[Mark]:
    """A box: its title under a thin rule, then its lines and rows."""
    place = box.place
    if box.title:
        ends = ((place.left, place.top + 0.2), (place.left + place.width, place.top + 0.2))
        yield Stroke(ends, width=0.1)
        title = clip(box.title, place.width, TITLE_PT, bold=True)
        yield Text(place.left, place.top + 3.1, title, TITLE_PT, bold=True)
    top = place.top + TITLE
    for number, line in enumerate(box.lines):
        yield from line_marks(line, place.left, top + number * PITCH + BASELINE)
    yield from _table(box, top + len(box.lines) * PITCH)
    if box.left_out:
        y = top + (place.lines - 1) * PITCH + BASELINE
        yield Text(place.left, y, clip(f"… {box.left_out}", place.width), bold=False)


def line_marks(line: Line, left: float, y: float, size_pt: float = SIZE_PT) -> Iterator[Text]:
    """The runs of one line of text."""
    for run in line:
        yield Text(left, y, run.text, size_pt, bold=run.bold)
        left += width_mm(f"{run.text} ", size_pt, bold=run.bold)


def _table(box: Box, top: float) -> Iterator[Mark]:
    place = box.place
    for half, rows in enumerate(halves(box)):
        left = place.left + half * (sum(place.columns) + HALVES_GAP)
        y = top
        if box.head and rows:
            yield from _cells([(text,) for text in box.head], place.columns, left, y, bold=True)
            y += PITCH
        for row in rows:
            yield from _cells(row, place.columns, left, y)
            y += PITCH * tall(row)


def _cells(
    row: Sequence[Sequence[str]],
    columns: Sequence[float],
    left: float,
    top: float,
    *,
    bold: bool = False,
) -> Iterator[Text]:
    for cell, column in zip(row, columns, strict=False):
        for number, text in enumerate(cell):
            if text:
                yield Text(left, top + number * PITCH + BASELINE, text, bold=bold)
        left += column
