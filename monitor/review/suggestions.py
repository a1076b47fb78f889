"""What may be an artefact, for a person to say: nothing of it counts until somebody does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.conditions import Preset
from monitor.history import ReadingRow
from monitor.review.artefacts import Artefact
from monitor.suspects import SUSPECT
from monitor.vitals import NIBP, Validity, VitalSign

SUGGESTIONS_MAX = 50


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stretch of one vital sign, both ends in it, and why it is suggested."""

    vital: VitalSign
    from_us: int
    to_us: int
    why: str


def suggestions(
    rows: Sequence[ReadingRow], artefacts: Sequence[Artefact], preset: Preset
) -> tuple[Suggestion, ...]:
    """Held jumps that did not last, and stretches in doubt for long; the first fifty in time.

    `rows` have what was left out of judging marked (`monitor.suspects.marked`). What
    somebody marked already is not suggested.
    """
    open_rows = rows
    if artefacts:
        open_rows = [row for row in rows if not any(one.covers(row) for one in artefacts)]
    found = [*_jumps(open_rows), *_doubtful(open_rows, preset)]
    found.sort(key=lambda one: (one.from_us, one.vital.value))
    return tuple(found[:SUGGESTIONS_MAX])


def _jumps(rows: Sequence[ReadingRow]) -> Iterator[Suggestion]:
    for row in rows:
        if row.reason == SUSPECT:
            at_us = row.sampled_at_us
            yield Suggestion(row.vital, at_us, at_us, "a jump that did not last")


def _doubtful(rows: Sequence[ReadingRow], preset: Preset) -> Iterator[Suggestion]:
    """Samples of one device in doubt, one after the other without a gap."""
    streams: dict[tuple[VitalSign, str], list[ReadingRow]] = {}
    for row in rows:
        if row.vital not in NIBP:
            streams.setdefault((row.vital, row.device), []).append(row)
    for (vital, _), stream in streams.items():
        stream.sort(key=lambda row: row.sampled_at_us)
        for first_us, last_us in _runs(stream, round(preset.gap_s * 1e6)):
            if last_us - first_us >= preset.review.doubtful_s * 1e6:
                yield Suggestion(vital, first_us, last_us, "in doubt for long")


def _runs(stream: Sequence[ReadingRow], gap_us: int) -> Iterator[tuple[int, int]]:
    first_us = last_us = None
    for row in stream:
        doubtful = row.validity is Validity.QUESTIONABLE and row.reason != SUSPECT
        goes_on = last_us is not None and row.sampled_at_us - last_us <= gap_us
        if first_us is not None and last_us is not None and not (doubtful and goes_on):
            yield first_us, last_us
            first_us = None
        if doubtful:
            first_us = row.sampled_at_us if first_us is None else first_us
            last_us = row.sampled_at_us
        else:
            first_us = last_us = None
    if first_us is not None and last_us is not None:
        yield first_us, last_us
