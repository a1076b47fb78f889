"""A session's readings as CSV, long form: one line a reading.

UTF-8, comma separated, RFC 4180 quoting. Times are ISO 8601 with offset, to the
microsecond; numbers have a decimal point and all their digits, a missing number
is an empty cell.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.exports.cells import iso, line, text
from monitor.exports.dossier import Dossier, plain
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


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """The header line, then one line a reading, each ending in CR LF."""
    yield line(HEADER)
    for row in dossier.readings:
        yield line(_cells(row, dossier))


def _cells(row: ReadingRow, dossier: Dossier) -> tuple[str, ...]:
    return (
        iso(dossier.local(row.sampled_at_us)),
        iso(dossier.local(row.received_at_us)),
        text(row.chair),
        text(row.session or ""),
        text(row.device),
        row.vital.value,
        "" if row.value is None else plain(row.value),
        row.vital.codes.unit,
        row.validity.value,
        row.mode.value,
        row.basis.value,
        text(row.reason),
        "late" if row.late else "",
        text(row.boot or ""),
        "" if row.seq is None else str(row.seq),
    )
