"""Blocks 10 to 14: harm, recovery, hand-over, how much was measured, and who signs."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.care.closing import note_of
from monitor.care.handover import hand_over_of
from monitor.care.harm import Harm
from monitor.care.observations import Item, newest
from monitor.clinic import Phase
from monitor.history import PHASE
from monitor.report.charted import beyond, chart
from monitor.report.happened import happenings
from monitor.report.model import Block, Said
from monitor.report.outages import outages
from monitor.report.source import Source
from monitor.report.wording import NONE, lasted, listed
from monitor.review import Summary
from monitor.review.wording import at_the_close, percent, whole_minutes
from monitor.vitals import VitalSign

SCORES = (Item.SEDATION, Item.PADSS, Item.ALDRETE)
SECONDARY = "secondary record: the bedside monitor is the alarm"
TO_SIGN = "_" * 44
LOST = "T-LINK"
"""The condition that says a link was lost."""


def adverse(source: Source) -> Block:
    """Block 10: what staff marked, by its number in block 8; serious ones first."""
    numbered = list(enumerate(happenings(source), start=1))
    marked = [(place, one.harm) for place, one in numbered if one.harm]
    marked.sort(key=lambda one: not one[1].seriousness.serious)
    said = []
    if len(marked) > 1:
        # In a word before any of them: what has no room below is at least counted here.
        short = [f"No {place}{' SERIOUS' * one.seriousness.serious}" for place, one in marked]
        said.append(Said(f"{len(marked)} marked:", listed(short)))
    said += [
        Said(f"No {place} {harm.what}", f"{harm.said()}{_in_words(source, harm)}")
        for place, harm in marked
    ]
    if not marked:
        said.append(Said("Marked by staff", "none"))
    severe = [
        f"{place} ({source.at(one.at_us)})"
        for place, one in numbered
        if one.severe and one.harm is None
    ]
    if severe:
        said.append(Said("Graded severe, not marked", f"events {listed(severe)}"))
    return Block(title="10 Adverse events", said=tuple(said))


def _in_words(source: Source, harm: Harm) -> str:
    """What else was said, by whom and when."""
    words = f": {harm.text}" if harm.text else ""
    return f"{words} ({source.words.person(harm.actor)} {source.at(harm.marked_us)})"


def recovery(source: Source) -> Block:
    """Block 11."""
    leaving = source.figures.leaving
    said = [
        Said("Infusion ended", source.at(leaving.ended_us)),
        Said("Ready", _after(source, leaving.ready_us) + at_the_close(leaving, source.at)),
        Said("Left", _after(source, leaving.left_us)),
    ]
    text = ", ".join(f"{one.label.lower()} {one.text}" for one in said)
    return Block(
        title="11 Recovery",
        said=(
            Said("", text[:1].upper() + text[1:]),
            Said("Scores", listed(_scores(source))),
            *_overridden(source),
        ),
    )


def _after(source: Source, at_us: int | None) -> str:
    """A time, and how many minutes after the end of the infusion it was."""
    ended_us = source.figures.leaving.ended_us
    if at_us is None or ended_us is None:
        return source.at(at_us)
    return f"{source.at(at_us)} (+{whole_minutes(ended_us, at_us)} min)"


def _scores(source: Source) -> Iterator[str]:
    for item in SCORES:
        last = newest(source.session.observed, item)
        if last is not None:
            value = last.value if isinstance(last.value, str) else f"{last.value:g}"
            yield f"{item.value} {value} {source.at(last.at_us)}"
    out = newest(source.session.observed, Item.LINE)
    if out is not None:
        yield f"IV line {out.value} {source.at(out.at_us)}"


def _overridden(source: Source) -> Iterator[Said]:
    for fact in source.facts:
        if fact.kind == PHASE and fact.data.get("override"):
            who = source.words.person(fact.actor)
            missing = fact.data.get("missing") or NONE
            yield Said("Left by override", f"{fact.data['override']} ({who}); missing: {missing}")


def hand_over(source: Source) -> Block:
    """Block 12."""
    given = hand_over_of(source.facts)
    if given is None:
        return Block(title="12 Hand-over", said=(Said("", "none entered"),))
    advice = source.letterhead.advice
    told = sum(point in given.points for point in advice)
    said = [
        Said("To", f"{given.person or 'a sitter'} {source.at(given.happened_us)}"),
        Said("Next", source.at(given.next_us, "%Y-%m-%d %H:%M")),
        Said("Journal due", source.at(given.journal_due_us, "%Y-%m-%d %H:%M")),
        Said("Advice", f"{told} of {len(advice)} points"),
    ]
    missing = [text for point, text in advice.items() if point not in given.points]
    if missing:
        said.append(Said("Not said", listed(missing, " ")))
    return Block(title="12 Hand-over", said=tuple(said))


def quality(source: Source) -> Block:
    """Block 13."""
    shares = [
        _share(vital, found)
        for vital, found in ((VitalSign.SPO2, source.oxygen), (VitalSign.HEART_RATE, source.heart))
    ]
    done = source.figures.cuffs_done
    count, gap = done.session, lasted(0, round(done.longest_gap_s * 1e6))
    counts = {
        "marked artefact": len(source.figures.artefacts),
        "late": sum(row.late for row in source.readings),
        "links lost": sum(row.condition == LOST and row.ordinal == 0 for row in source.transitions),
        "beyond the axes": beyond(chart(source)),
    }
    told = [f"{many} {name}" for name, many in counts.items() if many]
    told += outages(source)
    return Block(
        title="13 Quality (valid, longest gap)",
        said=(
            *shares,
            Said(
                "NIBP",
                f"{count.taken} of {count.planned}, {count.failed} failed, "
                f"{count.artefacts} artefact, {gap}",
            ),
            Said("", ", ".join(told) or "nothing marked, late, lost or beyond the axes"),
        ),
    )


def _share(vital: VitalSign, found: Summary | None) -> Said:
    name = vital.codes.label
    if found is None:
        return Said(name, "never valid")
    gap = lasted(0, round(found.longest_gap_s * 1e6))
    return Said(name, f"{percent(found.valid_share)}, {gap}")


def sign_off(source: Source) -> Block:
    """Block 14."""
    head = source.letterhead
    said = [
        _signature(source),
        Said("Made by", f"Chairside {head.version} at {_moment(source, head.made_us)}"),
    ]
    note = note_of(source.facts)
    if note is not None:
        who = source.words.person(note.actor)
        said.append(Said("Plan", f"{note.plan.value}: {note.text} ({who})".replace(":  (", " (")))
    return Block(title="14 Sign-off", said=tuple(said))


def _signature(source: Source) -> Said:
    """Who signed and when, or where to do it by hand; never broken by what else is said."""
    head = source.letterhead
    if not head.signing:
        return Said("Not signed.", f"Reviewed by {TO_SIGN}  Date {TO_SIGN[:16]}", alone=True)
    who = source.words.person(head.signing)
    signed = f"{who}, {_moment(source, head.made_us)}. Later changes stand as dated addenda alone."
    return Said("Reviewed and signed by", signed, alone=True)


def _moment(source: Source, at_us: int) -> str:
    return source.at(at_us, "%Y-%m-%d %H:%M:%S")


def foot(source: Source) -> str:
    """The line at the foot of the page."""
    session = source.session
    state = "" if session.phase is Phase.CLOSED else ", session open"
    return f"Patient {session.patient_ref}, record {session.id}, page 1 of 1, {SECONDARY}{state}"
