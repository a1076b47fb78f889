"""The one sheet that goes home with the sitter, in plain words and large letters."""

from __future__ import annotations

from monitor.care.handover import hand_over_of
from monitor.care.journal import journal_of
from monitor.report.documents import Document, Part
from monitor.report.model import Block, Said
from monitor.report.qr import qr_rows
from monitor.report.source import Source

SIZE_PT = 12.0
DAY = "%A %d %B %Y, %H:%M"
TO_WRITE = "______________________"


def sitter_sheet(source: Source, link: str = "") -> Document:
    """What to heed tonight, whom to call, when to come again; with the journal's link as a code."""
    given, head = hand_over_of(source.facts), source.letterhead
    next_us = given.next_us if given else None
    journal = journal_of(source.facts, source.letterhead.made_us)
    due_us = given.journal_due_us if given else None
    if journal.days:
        due_us = journal.days[0].due_us
    advice = tuple(Said(f"{number}.", text) for number, text in enumerate(head.advice.values(), 1))
    next_said = source.at(next_us, DAY) if next_us is not None else TO_WRITE
    due_said = source.at(due_us, DAY) if due_us is not None else TO_WRITE
    parts = (
        Block(title="Tonight and until tomorrow", said=advice),
        Block(title="If something worries you, call", said=(Said("", head.call or TO_WRITE),)),
        Block(title="The next infusion", said=(Said("", next_said),)),
        Block(title="The journal is due by", said=(Said("", due_said), *_check_ins(source))),
        Block(
            title="Taken home by",
            said=(
                Said("", (given.person if given else "") or TO_WRITE),
                Said("", f"Told by {_by(source)}"),
            ),
        ),
    )
    return Document(
        title=f"{head.clinic}: after the infusion",
        subtitle=source.at(source.session.opened_us, "%d %B %Y"),
        parts=tuple(Part(block=one) for one in parts),
        foot=f"Patient {source.session.patient_ref}, record {source.session.id}",
        size_pt=SIZE_PT,
        code=qr_rows(link) if link else (),
        code_said="The journal: point a phone's camera here." if link else "",
    )


def _check_ins(source: Source) -> tuple[Said, ...]:
    """The days after, on which the same link asks again."""
    later = journal_of(source.facts, source.letterhead.made_us).days[1:]
    days = ", ".join(source.at(day.from_us, "%A %d %B") for day in later)
    return (Said("", f"The same link asks again on {days}."),) if later else ()


def _by(source: Source) -> str:
    given = hand_over_of(source.facts)
    if given is None:
        return TO_WRITE
    return f"{source.words.person(given.actor)}, {source.at(given.happened_us, DAY)}"
