"""What a session's report says: the figures of its review, in fourteen blocks, on one page."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
import pytest

from monitor.care.course import Known, course_of
from monitor.care.harm import ADVERSE, Deed, Outcome, Seriousness, data_of
from monitor.history import ReadingRow, TransitionRow, name_of
from monitor.report.building import report
from monitor.report.course_sheet import course_sheet
from monitor.report.fitting import CELL_GAP_MM, cells
from monitor.report.layout import PLACES, Paper
from monitor.report.metrics import width_mm
from monitor.report.model import Block, Report, Row, Said
from monitor.report.sheet import sheet
from monitor.review import entry_of, measured_of
from monitor.web.course_words import COLUMNS_OF_TABLE
from monitor.web.course_words import cells as course_cells
from monitor.web.figured import figured
from monitor.web.present import session_line
from tests.printed import overlapping, printed, words
from tests.reported import (
    END_MIN,
    LEAVE_MIN,
    LONG,
    SPO2,
    Rows,
    crowded,
    extremes,
    letterhead,
    ordinary,
)
from tests.stored import NOON_US, transition

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
    assert "40 mg (0.50 mg/kg)" in said(made.treatment)
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


def uneven() -> Rows:
    """A session whose figures come out the same nowhere but by one rounding."""
    rows = ordinary(step_s=5.0)
    rows.readings = [
        row
        for row in rows.readings
        if row.value is not None and not (row.vital is SPO2 and 70 < minute_of(row) < 70.6)
    ]
    for count in range(25):
        rows.measure(90 + count / 12, SPO2, 97.0)
    rows.cuff(47.6, 171.0, 104.0)
    rows.cuff(51.4, 166.0, 107.0)
    ready_us = NOON_US + round((END_MIN + 32.7) * 6e7)
    rows.say(LEAVE_MIN, "turned over", cuff="off", probe="off", ready_us=ready_us)
    return rows


def minute_of(row: ReadingRow) -> float:
    return (row.sampled_at_us - NOON_US) / 6e7


def found(pattern: str, text: str) -> str:
    one = re.search(pattern, text)
    assert one is not None, (pattern, text)
    return one[1]


@pytest.mark.requirement("RPT-010")
def test_report_review_course_and_search_write_one_figure_alike() -> None:
    source = uneven().source()
    made, words_ = report(source), source.words
    points, quality, after = said(made.points), said(made.quality), said(made.recovery)
    told: dict[str, Any] = figured(source.figures, words_)
    review = "\n".join(f"{one['label']}: {one['text']}" for one in told["head"])
    known = Known(source.facts, source.figures, source.seen.alarms)
    course = course_of("A.M.", [known], infusions=3, side_effects={}, now_us=2**60)
    (one,) = [infusion for _, infusion in course.slots if infusion]
    cells = dict(zip(COLUMNS_OF_TABLE, course_cells(one, words_, content=False), strict=True))
    sheet_ = " | ".join(
        " | ".join(row.cells) for row in course_sheet(course, source.letterhead).parts[0].block.rows
    )
    entry = replace(
        entry_of(source.facts, source.transitions), measured=measured_of(source.figures)
    )
    listed = session_line(entry, words_)
    key = next(row for row in told["points"] if row[0] == "peak")

    peak = found(r"SBP 171 at \+(\d+) min", points)
    assert peak == "27"
    assert found(r"Peak BP mmHg: 171/104 \(\+49/\+26\) at (\d+) min", review) == peak
    assert (found(r"\+49 mmHg at (\d+) min", cells["Peak rise systolic"]), key[1]) == (peak, peak)
    share = found(r"(?m)^SpO2 (\d+ %)", quality)
    assert share == "99 %"
    assert set(re.findall(r"valid (\d+ %)", found(r"(Lowest SpO2 .*)", review))) == {share}
    assert share in [each["valid"] for each in told["in_range"] if each["label"] == "SpO2 %"]
    for name, short, limit in (("SBP", "SYS", 160), ("DBP", "DIA", 100)):
        over = found(rf"{name} over {limit} ([\d.]+)", points)
        assert found(rf"{name} > {limit} for ([\d.]+) min", review) == over
        assert found(rf"{short} > {limit}: ([\d.]+)", cells["Minutes over limits"]) == over
    below = found(r"min <90 ([\d.]+)", points)
    assert found(r"below 90 for ([\d.]+) min", review) == below
    ready = found(r"ready \d\d:\d\d \(\+(\d+) min\)", after)
    assert ready == "32"
    assert found(r"ready after (\S+) h", review) == f"00:{ready}"
    assert cells["Ready after"] == f"{ready} min"
    assert f"| {ready} min |" in sheet_
    assert listed["ready"] == f"{ready} min"


@pytest.mark.requirement("CRS-007")
@pytest.mark.parametrize("stop_min", [END_MIN, 40.0])
def test_course_and_its_sheet_tell_the_dose_that_was_given(stop_min: float) -> None:
    rows = ordinary()
    rows.facts = [
        replace(one, at_us=NOON_US + round(stop_min * 6e7))
        if one.data.get("action") == "stop"
        else one
        for one in rows.facts
        if one.data.get("action") not in ("pause", "resume")
    ]
    dose = {END_MIN: "ketamine 40.0 mg (0.50 mg/kg)", 40.0: "ketamine 20.0 mg (0.25 mg/kg)"}
    assert doses(rows) == (dose[stop_min], dose[stop_min])


@pytest.mark.requirement("CRS-007")
def test_a_dose_of_which_nobody_entered_the_rate_is_told_as_ordered() -> None:
    rows = ordinary()
    rows.facts = [
        replace(one, data={key: value for key, value in one.data.items() if key != "rate_ml_h"})
        for one in rows.facts
    ]
    text = "ketamine 40 mg (0.50 mg/kg) ordered"
    assert doses(rows) == (text, text)


def doses(rows: Rows) -> tuple[str, str]:
    """On the course's page, and on its sheet."""
    source = rows.source()
    known = Known(source.facts, source.figures, source.seen.alarms)
    course = course_of("A.M.", [known], infusions=3, side_effects={}, now_us=2**60)
    (one,) = [infusion for _, infusion in course.slots if infusion]
    page = dict(zip(COLUMNS_OF_TABLE, course_cells(one, source.words, content=False), strict=True))
    (row,) = [
        row.cells
        for row in course_sheet(course, source.letterhead).parts[0].block.rows
        if row.cells[1] != "–"
    ]
    return page["Dose"], row[2]


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


@pytest.mark.requirement("RPT-080")
def test_the_sitter_who_goes_and_comes_back_is_among_the_events() -> None:
    rows = ordinary()
    rows.say(2.5, "observed", item="sitter", value="present", person="Ana Šimić")
    rows.say(30, "observed", item="sitter", value="away")
    rows.say(41, "observed", "jm", item="sitter", value="present", person="Ana Šimić")
    told = said(report(rows.source()).events)
    assert "08:30 | sitter away (Renate Keller)" in told
    assert "08:41 | sitter present (Jörg Müller-Lüdenscheidt)" in told


ROLES = {"rk": "nurse", "jm": "nurse", "dl": "clinician"}
HOLD = {"systolic_max": 160.0, "systolic_min": 90.0, "diastolic_max": 100.0, "spo2_min": 92.0}
LIMITS = "SBP 90–160, DBP ≤ 100, SpO2 ≥ 92"


@pytest.mark.requirement("RPT-081")
@pytest.mark.parametrize(
    ("minute", "systolic", "result"),
    [
        (15.0, 158.0, "none held"),
        (19.0, 172.0, "NIBP systolic 172 > 160"),
        (22.0, 172.0, "none held"),
    ],
)
def test_what_held_before_the_infusion_is_told_with_the_limits(
    minute: float, systolic: float, result: str
) -> None:
    rows = ordinary()
    rows.cuff(minute, systolic, 80.0)
    told = said(report(rows.source(letterhead(hold=HOLD))).gate)
    assert f"Hold limits {LIMITS}; {result}" in told


@pytest.mark.requirement("RPT-081")
def test_a_clinic_without_hold_limits_and_a_patient_without_values_are_told_apart() -> None:
    assert "Hold limits none set" in said(report(ordinary().source()).gate)
    told = said(report(extremes()["just seated"].source(letterhead(hold=HOLD))).gate)
    assert f"Hold limits {LIMITS}; nothing measured" in told


@pytest.mark.requirement("RPT-082")
def test_staff_stand_with_their_roles_and_who_made_alarms_silent() -> None:
    rows = ordinary()
    rows.say(45, "audio paused", "rk", seconds=120)
    rows.say(46, "audio paused", "dl", seconds=120)
    rows.say(47, "audio paused", "rk", seconds=120)
    rows.say(48, "rule suspended", "jm", rule="T-SRC", seconds=600, reason="no ECG")
    made = report(rows.source(letterhead(roles=ROLES)))
    staff = said(made.header)
    assert "Renate Keller (nurse) 08:00 to 10:04" in staff
    assert "Łucja Dąbrowska (clinician) 08:46 to 10:30" in staff
    quiet = said(made.alarms)
    assert "audio paused 3x (Renate Keller, Łucja Dąbrowska)" in quiet
    assert "suspended 1x (Jörg Müller-Lüdenscheidt)" in quiet
    rows.transitions.clear()
    assert "none\naudio paused 3x" in said(report(rows.source()).alarms)


@pytest.mark.requirement("RPT-083")
def test_outages_of_the_clinic_that_overlap_the_session_are_told() -> None:
    source = ordinary().source()
    assert "nothing marked, late, lost" in said(report(source).quality)
    steps = [
        *outage("T-STORE", 44.0, 45.5),
        *outage("T-COPY", -600.0, 12.0),
        *outage("T-GATE", 120.0, None),
        *outage("T-GATE", -60.0, -50.0),
        *outage("T-COPY", LEAVE_MIN + 1, LEAVE_MIN + 9),
    ]
    told = said(report(replace(source, apart=steps)).quality)
    for one in ("not recording 08:44 1:30", "copy late 08:00 12:00", "gateway lost 10:00 5:00"):
        assert one in told
    assert told.count("copy late") == told.count("gateway lost") == 1
    assert "nothing" not in told
    assert "Alarm path no fault told by its self-test" in said(report(source).equipment)
    early = replace(source, apart=steps, letterhead=letterhead(40.0)).then()
    assert "not recording" not in said(report(early).quality)


@pytest.mark.requirement("RPT-084")
def test_a_gap_in_the_proof_of_the_alarm_path_is_told() -> None:
    source = ordinary().source()
    assert "Alarm path no fault told by its self-test" in said(report(source).equipment)
    steps = [*outage("T-ENG", 44.0, 44.5), *outage("T-ENG", -20.0, -19.0)]
    told = said(report(replace(source, apart=steps)).equipment)
    assert "Alarm path NOT PROVED 08:44 0:30" in told
    assert told.count("0:30") == 1


def outage(condition: str, from_min: float, to_min: float | None) -> list[TransitionRow]:
    """An alarm of the clinic as a whole."""
    parts: dict[str, Any] = {
        "alarm": f"{condition}/{from_min}",
        "session": None,
        "chair": "",
        "condition": condition,
    }
    steps = [transition(from_min * 60 + 10, "ACTIVE_UNACK", 0, **parts)]
    if to_min is not None:
        steps.append(transition(to_min * 60, "INACTIVE", 1, **parts))
    return steps


@pytest.mark.requirement("RPT-011")
def test_an_ordinary_session_leaves_nothing_out() -> None:
    made = report(ordinary().source(letterhead(hold=HOLD, roles=ROLES)))
    assert {box.place.name: box.left_out for box in sheet(made).boxes if box.left_out} == {}


@pytest.mark.requirement("ALM-149")
def test_an_alarm_that_was_acknowledged_before_the_seat_is_told_so() -> None:
    rows = ordinary()
    rows.transitions.clear()
    for number, state in enumerate(("ACTIVE_ACK", "ACTIVE_UNACK")):
        alarm = f"chair:1/SPO2-{number + 2}/SpO2/1"
        rows.transitions += [
            transition(0, state, 3, alarm=alarm, from_state=state, reason="assigned"),
            transition(20, "RESOLVED", 4, alarm=alarm, reason="clear value held"),
        ]
    told = said(report(rows.source()).alarms)
    assert (told.count(", acknowledged before"), told.count(", not acknowledged")) == (1, 1)


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


@pytest.mark.requirement("RPT-006")
def test_a_cuff_reading_called_an_artefact_is_drawn_hollow_where_it_was() -> None:
    rows = ordinary(step_s=60.0)
    before = report(rows.source()).chart.pressures
    chosen = before[5]
    rows.say(
        140,
        "artefact",
        from_us=chosen.at_us - 1_000_000,
        to_us=chosen.at_us + 1_000_000,
        vitals="",
        cause="movement",
    )
    after = report(rows.source()).chart.pressures
    assert [one.hollow for one in after] == [one is chosen for one in before]
    assert (after[5].systolic, after[5].diastolic) == (chosen.systolic, chosen.diastolic)


@pytest.mark.requirement("RPT-007")
def test_a_limit_that_stays_the_same_is_one_line() -> None:
    rows = ordinary(step_s=60.0)
    for number in range(5):
        rows.say(30 + number, "limits", **{"SPO2-1 SpO2": 90.0 + number % 2})
    levels = [one for one in report(rows.source()).chart.levels if one.band == "BP"]
    assert len({one.value for one in levels}) == len(levels)


@pytest.mark.requirement("RPT-002")
def test_which_events_were_adverse_is_said_however_little_room_there_is() -> None:
    rows = crowded()
    events = [one for one in rows.facts if one.kind == "event"][:3]
    for number, one in enumerate(events):
        serious = Seriousness.HOSPITAL if number == 2 else Seriousness.NOT
        deeds = tuple(Deed)[1:]
        data = data_of(name_of(one), serious, deeds, Outcome.RECOVERING, LONG * 3)
        rows.say(130 + number, ADVERSE, **data)
    (box,) = [one for one in sheet(report(rows.source())).boxes if one.place.name == "adverse"]
    said = " ".join(run.text for line in box.lines for run in line)
    assert said.startswith("3 marked: No ")
    assert "SERIOUS" in said.split(",")[0]
    assert "more in the long tables" in box.left_out
