"""The paper that goes on while the computers do not: pre-filled as far as anything is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.board.words import MARKS
from monitor.care.bookings import Booking
from monitor.conditions import Priority
from monitor.report import before, during
from monitor.report.documents import Document, Part
from monitor.report.in_force import in_force
from monitor.report.model import Block, Row, Said
from monitor.report.source import Letterhead, Source
from monitor.report.wording import listed

EVERY_US = 5 * 60_000_000
ROWS_KNOWN, ROWS_BLANK = 24, 30
HEAD = ("Time", "Min", "BP mmHg", "HR", "SpO2", "RR", "Sed", "Pump ml/h", "What happened, by whom")
COLUMNS = (14.0, 11.0, 24.0, 14.0, 14.0, 13.0, 12.0, 20.0, 64.0)
RULED_MM = 6.2
LINE = "____________________"
BLANK = ("Patient", "Order", "Baseline", "Cuff and probe arm", "Sitter, phone", "Start", "Staff")
LAST = 4
"""So many of the last values are printed."""


def flowsheet(source: Source) -> Document:
    """A session's sheet: what is known of it, its last values, and an empty row each 5 minutes."""
    source = source.then()
    session = source.session
    blocks = (before.header(source), before.gate(source), before.treatment(source))
    known = [one for block in blocks for one in block.said]
    levels = list(in_force(source))
    limits = levels[-1].text() if levels else ""
    told = Block(
        title="Known so far",
        said=(
            Said("", listed((f"{one.label} {one.text}".strip() for one in known), "; ")),
            Said("Phase", f"{session.phase.value} since {source.at(session.phase_since_us)}"),
            Said("Limits", limits or "none"),
            Said("Open alarms", listed(_open(source), "; ")),
        ),
    )
    table = during.table(source)
    rows = tuple(Row((*row.cells, "", "")) for row in table.rows[-LAST:])
    first_us = source.letterhead.made_us // EVERY_US * EVERY_US + EVERY_US
    started = session.infusion_started_us is not None
    empty = tuple(
        Row((source.at(at_us), source.minute(at_us) if started else "", *[""] * 7))
        for at_us in range(first_us, first_us + ROWS_KNOWN * EVERY_US, EVERY_US)
    )
    chair = source.words.label(session.chair)
    return _document(source.letterhead, chair, session.patient_ref, told, rows + empty)


def _open(source: Source) -> Iterator[str]:
    for one in source.seen.alarms:
        if one.ended_us is None:
            yield f"{MARKS[Priority[one.priority]]} {one.message}"


def blank(head: Letterhead, chair: str, bookings: Sequence[Booking] = ()) -> Document:
    """An empty sheet for a chair, with who is booked on it that day."""
    booked = [
        f"{head.words.time(one.at_us, '%H:%M')} {one.patient_ref} ({one.planned_minutes} min)"
        for one in bookings
    ]
    told = Block(
        title="To fill in",
        said=(
            Said("Booked", listed(booked, "; ")),
            *(Said(name, LINE * 3) for name in BLANK),
        ),
    )
    rows = tuple(Row(("",) * len(HEAD)) for _ in range(ROWS_BLANK))
    return _document(head, head.labels.get(chair, chair), "", told, rows)


def _document(
    head: Letterhead, chair: str, patient: str, told: Block, rows: Sequence[Row]
) -> Document:
    table = Block(title="Every 5 minutes, and each cuff reading", head=HEAD, rows=tuple(rows))
    made = head.words.time(head.made_us, "%Y-%m-%d %H:%M")
    who = f"Patient {patient}, " if patient else ""
    return Document(
        title=f"{head.clinic}: downtime sheet, chair {chair}",
        subtitle=made,
        parts=(Part(block=told), Part(block=table, columns=COLUMNS, ruled_mm=RULED_MM)),
        foot=f"{who}chair {chair}, printed {made}; enter it later as measured by hand",
    )
