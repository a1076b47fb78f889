"""A session's readings as CSV, long form: one line a reading.

UTF-8, comma separated, RFC 4180 quoting. Times are ISO 8601 with offset, to the
microsecond; numbers have a decimal point and all their digits, a missing number
is an empty cell. What a person marked as an artefact keeps its number, with the cause
beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.exports.cells import iso, line, text
from monitor.exports.dossier import Dossier, plain
from monitor.history import ReadingRow
from monitor.review import Artefact, artefacts_of, cause_of

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
    "artefact",
    "boot",
    "seq",
)


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """The header line, then one line a reading, each ending in CR LF."""
    yield line(HEADER)
    artefacts = artefacts_of(dossier.facts)
    for row in dossier.readings:
        yield line(_cells(row, dossier, artefacts))


def _cells(row: ReadingRow, dossier: Dossier, artefacts: Sequence[Artefact]) -> tuple[str, ...]:
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
        cause_of(row, artefacts),
        text(row.boot or ""),
        "" if row.seq is None else str(row.seq),
    )
