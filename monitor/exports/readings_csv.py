"""A session's readings as CSV, long form: one line a reading.

UTF-8, comma separated, RFC 4180 quoting. Times are ISO 8601 with offset,
numbers have a decimal point, a missing number is an empty cell. A text cell
that a spreadsheet would take for a formula gets a leading apostrophe
(OWASP, CSV injection); number cells never do.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from monitor.history import ReadingRow

HEADER = (
    "sampled_at",
    "received_at",
    "chair",
    "session",
    "device",
    "vital",
    "value",
    "unit_ucum",
    "validity",
    "generation_mode",
    "time_basis",
    "reason",
    "late",
    "boot",
    "seq",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def lines(rows: Iterable[ReadingRow], *, zone: tzinfo = UTC) -> Iterator[str]:
    """The header line, then one line a reading, each ending in CR LF."""
    yield _line(HEADER)
    for row in rows:
        yield _line(_cells(row, zone))


def _cells(row: ReadingRow, zone: tzinfo) -> tuple[str, ...]:
    return (
        iso(row.sampled_at_us, zone),
        iso(row.received_at_us, zone),
        text(row.chair),
        text(row.session or ""),
        text(row.device),
        row.vital.value,
        "" if row.value is None else f"{row.value:g}",
        row.vital.codes.unit,
        row.validity.value,
        row.mode.value,
        row.basis.value,
        text(row.reason),
        "late" if row.late else "",
        text(row.boot or ""),
        "" if row.seq is None else str(row.seq),
    )


def text(cell: str) -> str:
    """A text cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def iso(at_us: int, zone: tzinfo = UTC) -> str:
    """UTC microseconds as ISO 8601 with the zone's offset, to the millisecond."""
    seconds, rest_us = divmod(at_us, 1_000_000)
    moment = datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest_us)
    return moment.astimezone(zone).isoformat(timespec="milliseconds")


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
