"""Documents beside the report: nothing is left out, every page says whose and which it is."""

from __future__ import annotations

import pypdfium2 as pdfium
import pytest

from monitor.care.course import Known, course_of
from monitor.report.course_sheet import course_sheet
from monitor.report.documents import Document
from monitor.report.downtime import blank, flowsheet
from monitor.report.layout import Paper
from monitor.report.long_tables import long_tables
from monitor.report.making import document_pdf
from monitor.report.sitter_sheet import sitter_sheet
from tests.printed import INFO, overlapping, words
from tests.reported import LONG, crowded, extremes, letterhead, ordinary

LINK = "https://journal.harbour.example/j/abcdefghijklmnopqrstuvwxyz"
ADVICE = {"no-driving": "No driving until tomorrow.", "stays": "Somebody stays tonight."}


def printed(document: Document, paper: Paper = Paper.A4) -> list[str]:
    """The text of each page; nothing lies over anything and nothing is too small."""
    data = document_pdf([document], paper, INFO)
    pdf = pdfium.PdfDocument(data)
    for number in range(len(pdf)):
        found = words(data, number)
        assert overlapping(found) == []
        assert min(word.size for word in found) >= 7.5
    return [pdf[number].get_textpage().get_text_range() for number in range(len(pdf))]


@pytest.mark.requirement("RPT-040")
@pytest.mark.parametrize("paper", Paper)
def test_the_long_tables_hold_everything_and_each_page_says_whose_it_is(paper: Paper) -> None:
    source = crowded().source()
    pages = printed(long_tables(source), paper)
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page
        assert "Patient A.M." in page
    text = " ".join(" ".join(pages).split())
    assert text.count(" ".join(LONG.split())[:40]) > 200
    for number in range(80):
        assert f"note: {number} Dizzy" in text
    assert text.count("probe repositioned") >= 62


@pytest.mark.requirement("RPT-040")
@pytest.mark.parametrize("name", sorted(extremes()))
def test_every_session_has_long_tables(name: str) -> None:
    assert printed(long_tables(extremes()[name].source()))


@pytest.mark.requirement("RPT-041")
@pytest.mark.parametrize("paper", Paper)
def test_the_sitters_sheet_is_one_page_in_plain_large_words(paper: Paper) -> None:
    head = letterhead(advice=ADVICE, call="Harbour Infusion, 555 0100")
    document = sitter_sheet(ordinary().source(head), LINK)
    (page,) = printed(document, paper)
    for text in (*ADVICE.values(), "555 0100", "Friday 22 January 2027, 08:00", "Ana Šimić"):
        assert text in page
    assert "Saturday 16 January 2027, 08:00" in page
    assert document.size_pt >= 12
    assert len(document.code) > 20
    assert LINK not in page, "the code alone holds the link"


@pytest.mark.requirement("RPT-041")
def test_a_sitters_sheet_before_the_hand_over_has_lines_to_write_on() -> None:
    (page,) = printed(sitter_sheet(extremes()["just seated"].source()))
    assert page.count("____") >= 3


@pytest.mark.requirement("RPT-042")
@pytest.mark.parametrize("paper", Paper)
def test_a_downtime_sheet_is_filled_as_far_as_anything_is_known(paper: Paper) -> None:
    source = ordinary().source(letterhead(47.0))
    (page,) = printed(flowsheet(source), paper)
    for text in (
        "ketamine 2 mg/ml",
        "BP 122/78",
        "cuff left",
        "INFUSION",
        "SBP 90",
        "chair 1 window",
    ):
        assert text in page
    assert "156/97 D" in page
    assert "162/100" not in page, "what came later is not known yet"
    for time in ("08:50", "08:55", "10:45"):
        assert time in page
    assert "+30" in page


@pytest.mark.requirement("RPT-042")
def test_a_blank_downtime_sheet_names_the_chair() -> None:
    (page,) = printed(blank(letterhead(), "1"))
    assert "chair 1 window" in page
    assert "Patient" in page


@pytest.mark.requirement("RPT-043")
def test_a_course_sheet_has_a_row_for_each_infusion_done_or_to_come() -> None:
    source = ordinary().source()
    known = Known(source.facts, source.figures, source.seen.alarms)
    course = course_of("A.M.", [known], infusions=6, side_effects={}, now_us=2**60)
    (page,) = printed(course_sheet(course, letterhead()))
    lines = [" ".join(line.split()) for line in page.splitlines()]
    for text in ("37.0 mg", "(0.46", "122/78", "+40", "83", "2 (1 !!!)", "same dose"):
        assert any(text in line for line in lines), text
    empty = [line for line in lines if line.endswith("– – – – – – – – – –")]
    assert [line.split()[0] for line in empty] == ["1", "2", "4", "5", "6"]
