"""A patient's course on paper: a row for each infusion, an empty one for each to come."""

from __future__ import annotations

from monitor.care.course import Course, Infusion
from monitor.care.journal import State
from monitor.conditions import Priority
from monitor.report.documents import Document, Part
from monitor.report.model import Block, Row
from monitor.report.source import Letterhead
from monitor.report.wording import NONE, number, pressure, signed
from monitor.review.wording import dose
from monitor.vitals import VitalSign

HEAD = (
    *("No", "Date", "Dose", "Baseline", "Rise", "SpO2 min", "Alarms", "Adverse", "Ready"),
    *("Journal", "Plan", "Signed"),
)
COLUMNS = (7.0, 17.0, 31.0, 14.5, 10.0, 15.0, 18.0, 15.0, 12.5, 13.0, 15.5, 17.5)


def course_sheet(course: Course, head: Letterhead) -> Document:
    """The sheet of one course."""
    rows = tuple(
        Row(_cells(number_, one, head) if one else (str(number_), *[NONE] * (len(HEAD) - 1)))
        for number_, one in course.slots
    )
    block = Block(title=f"Course {course.number} of {course.patient_ref}", head=HEAD, rows=rows)
    return Document(
        title=f"{head.clinic}: course sheet",
        subtitle=f"{course.patient_ref}, {head.words.time(head.made_us, '%d %B %Y')}",
        parts=(Part(block=block, columns=COLUMNS),),
        foot=f"Patient {course.patient_ref}, rise in mmHg systolic over the baseline, ready in "
        "minutes after the infusion, secondary record",
    )


def _cells(number_: int, one: Infusion, head: Letterhead) -> tuple[str, ...]:
    words = head.words
    systolic, diastolic = (
        one.baseline.get(vital) for vital in (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC)
    )
    high = one.alarms.get(Priority.HIGH, 0)
    states = [day.state for day in one.journal.days]
    done = sum(state is State.DONE for state in states)
    return (
        str(number_),
        words.time(one.started_us, "%Y-%m-%d"),
        NONE if one.order is None else dose(one.order, one.given_mg),
        pressure(systolic, diastolic),
        signed(one.peak_rise),
        number(one.lowest_spo2),
        f"{sum(one.alarms.values())} ({high} !!!)",
        _harms(one),
        NONE if one.ready_min is None else f"{one.ready_min} min",
        f"{done} of {len(states)}" if states else NONE,
        one.note.plan.value if one.note else NONE,
        words.time(one.signed.at_us, "%Y-%m-%d") if one.signed else "no",
    )


def _harms(one: Infusion) -> str:
    """How many adverse events were marked, and how many of them were serious."""
    serious = sum(harm.seriousness.serious for harm in one.harms)
    told = str(len(one.harms)) if one.harms else "none"
    return f"{told}, {serious} SERIOUS" if serious else told
