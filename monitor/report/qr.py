"""A link as a QR code: what a phone reads off a sheet.

Quiet zone and error correction: ISO/IEC 18004, four modules and level M, which
survives a crease through the paper.
"""

from __future__ import annotations

from typing import Final

import segno

BORDER: Final = 4
LEVEL: Final = "m"


def qr_rows(link: str) -> tuple[tuple[bool, ...], ...]:
    """The code's modules row by row with their quiet zone, True where it is dark."""
    code = segno.make_qr(link, error=LEVEL)
    return tuple(tuple(bool(one) for one in row) for row in code.matrix_iter(border=BORDER))
