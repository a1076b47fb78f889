"""Everything that a session's page has no room for: every value, event and alarm, in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.care.closing import addenda_of
from monitor.history import TransitionRow
from monitor.report import after, before, during
from monitor.report.documents import Document, Part
from monitor.report.model import Block, Row
from monitor.report.source import Source
from monitor.report.wording import NONE, listed, number
from monitor.vitals import VitalSign

COUNTED = (VitalSign.HEART_RATE, VitalSign.SPO2, VitalSign.RESPIRATORY_RATE)


def long_tables(whole: Source) -> Document:
    """The tables of a session; after a signature with its addenda, each with its date."""
    source = whole.then()
    said = (
        replace(before.header(source), title="1 Session"),
        before.gate(source),
        before.equipment(source),
        before.treatment(source),
    )
    ends = (
        after.adverse(source),
        after.recovery(source),
        after.hand_over(source),
        after.quality(source),
        after.sign_off(source),
    )
    tables = (
        Part(block=during.table(source), columns=(14, 12, 28, 18, 18, 16, 16)),
        Part(block=_counts(source), columns=(14, 12, 26, 26, 26)),
        Part(block=during.points(source), columns=(30, 16, 26, 16, 16)),
        Part(block=during.events(source), columns=(10, 14, 162)),
        Part(block=during.alarms(source), columns=(20, 10, 156)),
        Part(block=_steps(source), columns=(20, 30, 36, 22, 22, 56)),
    )
    return Document(
        title=f"{source.letterhead.clinic}: long tables",
        subtitle=f"{source.session.patient_ref}, {source.at(source.session.opened_us, '%d %B %Y')}",
        parts=(
            *(Part(block=one) for one in said),
            *tables,
            *(Part(block=one) for one in ends),
            *_addenda(whole),
        ),
        foot=foot(source),
    )


def foot(source: Source) -> str:
    """What stands at the foot of each page of a session's documents."""
    session = source.session
    return f"Patient {session.patient_ref}, record {session.id}, {after.SECONDARY}"


def _counts(source: Source) -> Block:
    """How many samples stand behind each median."""
    rows = []
    for line in source.figures.table:
        found = [line.middles.get(vital) for vital in COUNTED]
        cells = [
            NONE if part is None else f"{number(part.value)} (n={part.count})" for part in found
        ]
        if any(found):
            rows.append(Row((source.at(line.from_us), source.minute(line.from_us), *cells)))
    return Block(
        title="Medians and the samples behind them",
        head=("From", "Min", "HR /min", "SpO2 %", "RR /min"),
        rows=tuple(rows),
    )


def _steps(source: Source) -> Block:
    """Every step of every alarm, with the value and limit behind it."""
    return Block(
        title="Alarm steps",
        head=("Time", "Rule", "To", "Value", "Limit", "Why, by whom"),
        rows=tuple(_step(source, one) for one in source.transitions),
    )


def _step(source: Source, one: TransitionRow) -> Row:
    who = [one.reason, source.words.person(one.actor), one.note]
    cells = (one.condition, one.to_state, number(one.value), number(one.limit), listed(who))
    return Row((source.at(one.at_us, "%H:%M:%S"), *cells))


def _addenda(whole: Source) -> Iterator[Part]:
    rows = tuple(
        Row((whole.at(one.at_us, "%Y-%m-%d %H:%M"), whole.words.person(one.actor), one.text))
        for one in addenda_of(whole.facts)
    )
    if rows:
        head = ("When", "Who", "What is added")
        yield Part(block=Block(title="Addenda", head=head, rows=rows), columns=(30, 36, 120))
