"""What a session's report says: the figures of its review, in fourteen blocks, on one page."""

from __future__ import annotations

import re
from dataclasses import replace

import pypdfium2 as pdfium
import pytest

from monitor.report.building import report
from monitor.report.fitting import CELL_GAP_MM, cells
from monitor.report.layout import PLACES, Paper
from monitor.report.metrics import width_mm
from monitor.report.model import Block, Report, Row, Said
from monitor.report.sheet import sheet
from tests.printed import overlapping, printed, words
from tests.reported import SPO2, crowded, extremes, letterhead, ordinary

EXTREMES = sorted(extremes())


def said(block: Block) -> str:
    lines = [f"{one.label} {one.text}".strip() for one in block.said]
    return "\n".join([*lines, *(" | ".join(row.cells) for row in block.rows)])


def text_of(data: bytes) -> str:
    return re.sub(r"\s+", " ", pdfium.PdfDocument(data)[0].get_textpage().get_text_range())


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.requirement("RPT-001")
def test_the_most_and_the_least_of_sessions_fill_one_page(name: str, paper: Paper) -> None:
    data = printed(report(extremes()[name].source()), paper)
    assert len(pdfium.PdfDocument(data)) == 1
    found = words(data)
    assert min(word.size for word in found) >= 7.5
    assert overlapping(found) == []


@pytest.mark.requirement("RPT-009")
def test_the_page_tells_what_a_clinician_asks_first() -> None:
    made = report(ordinary().source())
    assert "ketamine 2 mg/ml" in said(made.treatment)
    assert "40 mg (0.5 mg/kg)" in said(made.treatment)
    assert "1 pause" in said(made.treatment)
    assert "18.5 ml, 37.0 mg" in said(made.treatment)
    assert "yes" in said(made.gate)
    assert "cuff left, probe right" in said(made.gate)
    assert "BP 122/78 (n=2)" in said(made.gate)
    assert "Ana Šimić" in said(made.header)
    assert "nausea moderate: head raised (Renate Keller)" in said(made.events)
    assert "probe repositioned" in said(made.alarms)
    assert "SPO2-2" in said(made.alarms)
    assert "ended 09:00, ready" in said(made.recovery)
    assert "PADSS 10 09:40" in said(made.recovery)
    assert "To Ana Šimić 10:04" in said(made.hand_over)
    assert "1 of 1 points" in said(made.hand_over)
    assert "2027-01-22 08:00" in said(made.hand_over)
    assert "same dose: Tolerated well. (Łucja Dąbrowska)" in said(made.sign_off)
    assert "secondary record" in made.foot
    assert "page 1 of 1" in made.foot


@pytest.mark.requirement("RPT-010")
def test_the_figures_are_those_of_the_review() -> None:
    source = ordinary().source()
    made, figures = report(source), source.figures
    rise = figures.systolic.rise
    assert rise is not None
    assert f"{rise:+g}/" in said(made.points)
    assert len(made.points.rows) == len(figures.points)
    for row, point in zip(made.points.rows, figures.points, strict=True):
        assert row.cells[0] == point.name
        if point.systolic is not None:
            assert row.cells[2] == f"{point.systolic:g}/{point.diastolic:g}"
    lowest = source.oxygen
    assert lowest is not None
    assert f"SpO2 low {lowest.minimum:g} at " in said(made.points)
    assert f"SpO2 {int(lowest.valid_share * 100)} %" in said(made.quality)
    cuffs = [row for row in made.table.rows if row.cells[2].endswith(" D")]
    assert len(cuffs) == len(figures.cuffs)


@pytest.mark.requirement("RPT-010")
def test_every_word_of_the_model_that_has_room_stands_in_the_file() -> None:
    made = report(ordinary().source())
    text = text_of(printed(made))
    for box in sheet(made).boxes:
        for line in box.lines:
            assert all(run.text.replace("\u00a0", " ") in text for run in line), line
        for row in box.rows:
            assert all(part in text for cell in row for part in cell), row
    assert made.foot in text


@pytest.mark.requirement("RPT-002")
def test_a_crowded_session_keeps_the_worst_and_counts_the_rest() -> None:
    made = report(crowded().source())
    boxes = {box.place.name: box for box in sheet(made).boxes}
    alarms = boxes["alarms"]
    shown = {made.alarms.rows[number].cells[1] for number in alarms.shown}
    assert shown == {"!!!"}
    left = len(made.alarms.rows) - len(alarms.shown)
    assert alarms.left_out == f"{left} more in the long tables"
    assert "vomiting severe" in " ".join(
        made.events.rows[number].cells[2] for number in boxes["events"].shown
    )


@pytest.mark.requirement("RPT-011")
def test_an_ordinary_session_leaves_nothing_out() -> None:
    made = report(ordinary().source())
    assert {box.place.name: box.left_out for box in sheet(made).boxes if box.left_out} == {}


@pytest.mark.requirement("RPT-012")
def test_what_came_after_the_time_of_the_report_is_not_in_it() -> None:
    rows = ordinary()
    before = report(rows.source())
    rows.say(181, "event", event="note", grade="", text="entered later", happened_us=1)
    rows.alarm(99, 182)
    rows.measure(50.01, SPO2, 10.0, received_at_us=2**62)
    assert report(rows.source()) == before


@pytest.mark.requirement("RPT-012")
def test_a_letterhead_is_told_again_as_it_was() -> None:
    head = letterhead()
    assert type(head).told(head.text()) == head


@pytest.mark.requirement("RPT-013")
def test_no_figure_is_ever_cut() -> None:
    widest = {
        "table": ("23:59", "+888", "288/188 X", "188.5", "100", "88.5", "5"),
        "points": ("end +30 min", "23:59", "288/188", "188.5", "100"),
    }
    for name, row in widest.items():
        place = getattr(PLACES, name)
        head = getattr(report(ordinary().source()), name).head
        assert cells(row, place.columns, 1) == tuple((text,) for text in row)
        for text, column in zip(head, place.columns, strict=True):
            assert width_mm(text, bold=True) <= column - CELL_GAP_MM, text
    assert width_mm("97.5") <= PLACES.table.columns[4] - CELL_GAP_MM


@pytest.mark.requirement("RPT-002")
def test_the_legend_of_the_chart_is_never_cut() -> None:
    made: Report = report(ordinary().source())
    assert made.chart.said in text_of(printed(made))
    assert PLACES.header.width == 186.0


@pytest.mark.requirement("RPT-001")
def test_rows_that_wrap_in_one_half_of_the_table_leave_room_for_what_is_said_below() -> None:
    tall = Row(("12:00", "+1", "W W W W W W W W", "70", "97", "14", "5"))
    flat = Row(("12:00", "+1", "120/80 D", "70", "97", "14", "5"))
    table = Block(
        title="6 Values",
        said=(Said("", "word " * 120),),
        head=("Time",) * 7,
        rows=(*[tall] * 5, *[flat] * 11),
    )
    found = words(printed(replace(report(ordinary().source()), table=table)))
    assert overlapping(found) == []


@pytest.mark.requirement("RPT-017")
@pytest.mark.parametrize("signing", ["", "dl"])
def test_who_signs_stands_on_a_line_of_its_own(signing: str) -> None:
    source = crowded().source(letterhead(signing=signing))
    (box,) = [one for one in sheet(report(source)).boxes if one.place.name == "sign_off"]
    line = " ".join(run.text for run in box.lines[0])
    if signing:
        assert line.startswith("Reviewed and signed by Łucja Dąbrowska, 2027-01-15 11:00:00.")
        assert line.endswith("dated addenda alone.")
    else:
        assert line.startswith("Not signed. Reviewed by ____")
        assert line.endswith("____")
        assert "Date" in line
