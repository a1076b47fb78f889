"""Whatever is said in a report, it is one page on which nothing lies over anything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.report import sheet
from monitor.report.fitting import fitted, halves, taken, tall
from monitor.report.layout import HEIGHT, PLACES, TOP_MARGIN, WIDTH, Paper
from monitor.report.metrics import MM_PT
from monitor.report.model import (
    Block,
    Chart,
    Dot,
    Level,
    Numbered,
    Pressure,
    Report,
    Row,
    Said,
    Span,
    Tick,
)
from tests.printed import overlapping, printed, report, words

END_US = 7_200_000_000
TEXTS = st.one_of(
    st.sampled_from(["", "yes", "168/101", "W" * 300, "Łukasz Őry Čapek " * 20, "日本 \n\t x"]),
    st.text(max_size=60),
)
TIMES = st.integers(0, END_US)
VALUES = st.floats(-50, 400)
SAID = st.lists(st.builds(Said, TEXTS, TEXTS), max_size=30).map(tuple)


@st.composite
def blocks(draw: st.DrawFn, columns: int) -> Block:
    cells = st.tuples(*[TEXTS] * columns)
    rows = draw(st.lists(st.builds(Row, cells, st.integers(0, 3)), max_size=80)) if columns else []
    return Block(
        title=draw(TEXTS),
        said=draw(SAID),
        head=draw(cells) if columns else (),
        rows=tuple(rows),
    )


@st.composite
def spans(draw: st.DrawFn, *names: str) -> Span:
    from_us, to_us = sorted((draw(TIMES), draw(TIMES)))
    return Span(from_us, to_us, draw(st.sampled_from(names)))


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    events = sorted(draw(st.lists(TIMES, max_size=80)))
    return Chart(
        from_us=0,
        to_us=draw(st.sampled_from([0, 60_000_000, END_US])),
        ticks=tuple(
            Tick(at, f"{at // 3_600_000_000:02d}:15", f"+{at // 60_000_000}")
            for at in range(0, END_US, draw(st.sampled_from([60_000_000, 900_000_000])))
        ),
        phases=tuple(draw(st.lists(spans("Prepare", "Infusion", "Recovery"), max_size=1))),
        pump=tuple(draw(st.lists(spans("30 ml/h"), max_size=1))),
        pressures=tuple(
            Pressure(at_us=at, systolic=high, diastolic=low, hollow=hollow)
            for at, high, low, hollow in draw(
                st.lists(st.tuples(TIMES, VALUES, st.none() | VALUES, st.booleans()), max_size=40)
            )
        ),
        heart=tuple(draw(st.lists(st.builds(Dot, TIMES, VALUES, st.booleans()), max_size=60))),
        saturation=tuple(
            tuple(line)
            for line in draw(
                st.lists(
                    st.lists(st.builds(Dot, TIMES, VALUES, st.booleans()), min_size=1), max_size=3
                )
            )
        ),
        levels=tuple(draw(st.lists(st.builds(Level, TIMES, TIMES, VALUES, st.just("BP"))))),
        events=tuple(Numbered(at, number + 1) for number, at in enumerate(events)),
        alarms=tuple(draw(st.lists(spans("!", "!!", "!!!"), max_size=60))),
        gaps=tuple(draw(st.lists(spans("HR", "SpO2"), max_size=20))),
        said=draw(TEXTS),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    drawn: dict[str, Any] = {
        name: draw(blocks(len(getattr(PLACES, name).columns))) for name in PLACES.__slots__
    }
    drawn["header"] = replace(drawn["header"], title="")
    return replace(
        report(chart=draw(charts())),
        title=draw(TEXTS),
        subtitle="Session 3 of 6, 15 January 2027",
        foot=draw(TEXTS),
        **drawn,
    )


@pytest.mark.requirement("RPT-001")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.data(), paper=st.sampled_from(Paper))
def test_any_report_is_one_page_with_nothing_over_anything(
    drawn: st.DataObject, paper: Paper
) -> None:
    # Drawn in here: as an argument its whole text would be written out each time.
    data = printed(drawn.draw(reports()), paper)
    assert len(pdfium.PdfDocument(data)) == 1
    found = words(data)
    assert min((word.size for word in found), default=7.5) >= 7.5
    assert overlapping(found) == []
    left, top = paper.left_margin * MM_PT, (paper.size_mm[1] - TOP_MARGIN) * MM_PT
    for word in found:
        assert left - 0.5 <= word.left, word
        assert word.right <= left + WIDTH * MM_PT + 0.5, word
        assert top - HEIGHT * MM_PT - 0.5 <= word.bottom, word
        assert word.top <= top + 0.5, word


@pytest.mark.requirement("RPT-002")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), name=st.sampled_from(PLACES.__slots__))
def test_what_has_no_room_is_counted(data: st.DataObject, name: str) -> None:
    place = getattr(PLACES, name)
    block = data.draw(blocks(len(place.columns)))
    box = fitted(block, place, sheet.ELSEWHERE)
    assert taken(box) <= place.lines
    deepest = max((sum(tall(row) for row in half) for half in halves(box)), default=0)
    assert len(box.lines) + bool(box.head) + deepest + bool(box.left_out) <= place.lines
    shown = "".join(run.text for line in box.lines for run in line)
    shown += "".join(text for row in box.rows for cell in row for text in cell)
    if len(box.shown) < len(block.rows):
        assert "more in the long tables" in box.left_out
    if "…" in shown and not any("…" in part for row in block.rows for part in row.cells):
        assert box.left_out
    weights = [block.rows[number].weight for number in box.shown]
    gone = [row.weight for number, row in enumerate(block.rows) if number not in box.shown]
    if weights and gone:
        assert min(weights) >= max(gone) or len(set(weights)) > 1 or len(set(gone)) > 1
