"""Cells of a CSV that no spreadsheet takes for a formula, wherever it thinks a cell begins.

Source: OWASP, CSV Injection (first characters, and that a separator inside a
cell begins another where the spreadsheet separates by it, as Excel does by
semicolons in German).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime

_FORMULA = re.compile(r"(^|[;,\t\r\n])(?=[\s\"']*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def text(cell: str) -> str:
    """A cell of words with an apostrophe wherever a formula could begin; numbers need none."""
    return _FORMULA.sub(r"\1'", cell)


def iso(moment: datetime) -> str:
    """ISO 8601 with the offset, to the microsecond."""
    return moment.isoformat(timespec="microseconds")


def line(cells: Iterable[str]) -> bytes:
    """One line of a CSV (RFC 4180), ending in CR LF."""
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
