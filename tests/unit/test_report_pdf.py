"""The report on paper: its bytes, its letters, its shades, and the shapes of its chart."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from monitor.report import charting
from monitor.report.layout import CHART_HEIGHT, CHART_TOP, Paper
from monitor.report.marks import Circle, Mark, Stroke
from monitor.report.model import Block, Chart, Dot, Numbered, Pressure, Said
from tests.printed import overlapping, printed, report, words

ROOT = Path(__file__).parents[2]
MINUTE_US = 60_000_000
NAMES = "Łukasz Őry, Čeněk Ångström, Ελένη, Иван"
MAKE = """
import hashlib
from monitor.report.layout import Paper
from tests.printed import printed, report
print(hashlib.sha256(printed(report(), Paper.LETTER)).hexdigest())
"""


def course(**parts: object) -> Chart:
    """One cuff reading, one dot and one event in an hour."""
    at_us = 30 * MINUTE_US
    told: dict[str, object] = {
        "pressures": (Pressure(at_us=at_us, systolic=150.0, diastolic=90.0, hollow=False),),
        "heart": (Dot(at_us, 70.0, False),),
    }
    return Chart(from_us=0, to_us=60 * MINUTE_US, **(told | parts))  # type: ignore[arg-type]


def strokes(marks: Sequence[Mark], points: int, *, closed: bool = False) -> list[Stroke]:
    return [
        one
        for one in marks
        if isinstance(one, Stroke) and len(one.points) == points and one.closed == closed
    ]


@pytest.mark.requirement("RPT-003")
def test_the_same_report_is_the_same_bytes_in_any_process() -> None:
    here = hashlib.sha256(printed(report(), Paper.LETTER)).hexdigest()
    for seed in ("0", "4711"):
        made = subprocess.run(
            [sys.executable, "-c", MAKE],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert made.stdout.strip() == here


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.requirement("RPT-004")
def test_paper_and_file_are_what_was_asked_for(paper: Paper) -> None:
    document = pdfium.PdfDocument(printed(report(), paper))
    assert len(document) == 1
    width, height = document[0].get_size()
    assert (round(width / 72 * 25.4, 1), round(height / 72 * 25.4, 1)) == paper.size_mm
    told = document.get_metadata_dict()
    assert (told["Title"], told["Creator"]) == ("Session report", "Chairside 0")


@pytest.mark.requirement("RPT-005")
def test_names_print_with_their_accents_and_can_be_read_out() -> None:
    said = Block(title="", said=(Said("Staff", f"{NAMES}, 王"),))
    text = (
        pdfium.PdfDocument(printed(replace(report(), header=said)))[0]
        .get_textpage()
        .get_text_range()
    )
    assert NAMES in text
    assert "?" in text, "a letter that the font has not is marked, not left out"


@pytest.mark.requirement("RPT-006")
def test_shapes_and_no_colour_tell_systolic_diastolic_and_pulse_apart() -> None:
    marks = charting.marks(course())
    down, up = strokes(marks, 3)
    tip_down, tip_up = down.points[1], up.points[1]
    assert tip_down[1] > down.points[0][1], "v: its tip is the lowest"
    assert tip_up[1] < up.points[0][1], "^: its tip is the highest"
    assert tip_down[1] == charting.pressure_y(150.0)
    assert tip_up[1] == charting.pressure_y(90.0)
    (dot,) = [one for one in marks if isinstance(one, Circle)]
    assert (dot.y, dot.hollow) == (charting.pressure_y(70.0), False)
    shades = pdfium.PdfDocument(printed(report(chart=course())))[0].render(scale=1).to_pil()
    assert all(red == green == blue for _, (red, green, blue) in shades.getcolors(100_000))


@pytest.mark.requirement("RPT-006")
def test_an_artefact_is_hollow() -> None:
    hollow = (Pressure(at_us=0, systolic=150.0, diastolic=90.0, hollow=True),)
    marks = charting.marks(course(pressures=hollow, heart=(Dot(0, 70.0, True),)))
    assert len(strokes(marks, 3, closed=True)) == 2
    assert strokes(marks, 3) == []
    assert [one.hollow for one in marks if isinstance(one, Circle)] == [True]


@pytest.mark.requirement("RPT-007")
def test_the_chart_is_85_mm_high_and_beyond_its_axes_is_at_their_edge() -> None:
    wild = (Pressure(at_us=0, systolic=290.0, diastolic=12.0, hollow=False),)
    marks = charting.marks(course(pressures=wild, heart=()))
    high, low = strokes(marks, 3)
    assert (high.points[1][1], low.points[1][1]) == (charting.HIGH_TOP, charting.HIGH_BOTTOM)
    ys = [y for one in marks if isinstance(one, Stroke) for _, y in one.points]
    assert min(ys) > CHART_TOP
    assert max(ys) < CHART_TOP + CHART_HEIGHT
    assert CHART_HEIGHT == 85.0


@pytest.mark.requirement("RPT-008")
def test_eighty_events_are_all_numbered_and_no_number_touches_another() -> None:
    events = tuple(Numbered(number * 20_000_000, number + 1) for number in range(80))
    chart = Chart(from_us=0, to_us=60 * MINUTE_US, events=events)
    found = words(printed(report(chart=chart)))
    assert overlapping(found) == []
    top = max(word.bottom for word in found if word.text.strip() == "Events")
    texts = [word.text.strip() for word in found if abs(word.bottom - top) < 2]
    counted = [_count(text) for text in texts if text[:1].isdigit()]
    assert sum(counted) == 80


def _count(text: str) -> int:
    first, _, last = text.partition("–")
    return int(last or first) - int(first) + 1
