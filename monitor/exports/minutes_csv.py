"""A session as CSV, wide form: one line a minute, a few columns a vital sign.

Of continuous vital signs the median of the minute's believed values, of a cuff
its last determination. Questionable values count only where the minute has none
better, and then it says so. A minute without a value has an empty cell: nothing
is drawn through a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from monitor.exports.cells import iso, line
from monitor.exports.dossier import Dossier, plain
from monitor.history import ReadingRow
from monitor.vitals import Validity, VitalSign

MINUTE_US = 60_000_000
GOOD, DOUBTFUL, ABSENT = "good", "doubtful", "absent"


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """The header line, then one line a minute from the first to the last reading."""
    yield line(header(dossier))
    start_us = dossier.session.infusion_started_us
    minutes = by_minute(dossier.judged)
    for minute in range(min(minutes, default=0), max(minutes, default=-1) + 1):
        at_us = minute * MINUTE_US
        since = "" if start_us is None else str((at_us - start_us) // MINUTE_US)
        cells = [iso(dossier.local(at_us)), since]
        for vital in dossier.vitals:
            rows = [row for row in minutes.get(minute, ()) if row.vital is vital]
            cells += of_minute(vital, rows)
        yield line(cells)


def header(dossier: Dossier) -> list[str]:
    """Units stand in the names of the columns."""
    names = ["minute", "minutes since infusion start"]
    for vital in dossier.vitals:
        names += [f"{vital.value} [{vital.codes.unit}]", f"{vital.value} n"]
        names += [f"{vital.value} quality"]
    return names


def by_minute(rows: Sequence[ReadingRow]) -> dict[int, list[ReadingRow]]:
    """Readings by the minute (of UTC) in which they were sampled."""
    found: dict[int, list[ReadingRow]] = {}
    for row in rows:
        found.setdefault(row.sampled_at_us // MINUTE_US, []).append(row)
    return found


def of_minute(vital: VitalSign, rows: Sequence[ReadingRow]) -> tuple[str, str, str]:
    """Value, of how many readings, and how good it is."""
    if not rows:
        return "", "", ""
    for quality, validities in (
        (GOOD, (Validity.VALID, Validity.VALIDATED)),
        (DOUBTFUL, (Validity.QUESTIONABLE,)),
    ):
        values = [row.value for row in rows if row.validity in validities if row.value is not None]
        if values:
            value = values[-1] if vital.episodic else median(values)
            return plain(value), str(len(values)), quality
    return "", "0", ABSENT
