"""What of the clinic as a whole was out while a session lasted, its alarm path among it."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.report.source import Source
from monitor.report.wording import lasted, listed
from monitor.review import lives

OUTAGES = {"T-STORE": "not recording", "T-COPY": "copy late", "T-GATE": "gateway lost"}
"""Conditions of the clinic as a whole that tell of an outage."""
UNPROVED = "T-ENG"
"""The condition that says that no test alarm came through, or that the engine hung."""


def outages(source: Source) -> Iterator[str]:
    """What was out: since when, and how long of the session."""
    for condition, spans in _spans(source):
        if condition in OUTAGES:
            yield f"{OUTAGES[condition]} {spans}"


def self_test(source: Source) -> str:
    """What the test of the alarm path, which never pauses, told of the session's time."""
    faults = [span for condition, span in _spans(source) if condition == UNPROVED]
    return f"NOT PROVED {listed(faults)}" if faults else "no fault told by its self-test"


def _spans(source: Source) -> Iterator[tuple[str, str]]:
    """Each condition of the clinic that lasted within the session, and when it did."""
    begin_us, end_us = source.session.opened_us, source.session.closed_us or source.figures.end_us
    for one in lives(source.apart):
        from_us = max(one.onset_us, begin_us)
        to_us = min(one.ended_us or end_us, end_us)
        if from_us < to_us:
            yield one.condition, f"{source.at(from_us)} {lasted(from_us, to_us)}"
