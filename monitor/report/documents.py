"""A document of any length: parts under each other, over as many pages as they take."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.report.metrics import SIZE_PT
from monitor.report.model import Block

Code = tuple[tuple[bool, ...], ...]
"""A QR code's modules row by row, True where it is dark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A block with the widths of its table's columns, mm.

    With `ruled_mm` its rows are so high and have lines around their cells, to be
    written in by hand.
    """

    block: Block
    columns: tuple[float, ...] = ()
    ruled_mm: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Title, and on each page the foot, which names the patient's reference and the record.

    `code` stands at the top right of the first page, with `code_said` below it.
    """

    title: str
    subtitle: str
    parts: tuple[Part, ...]
    foot: str
    size_pt: float = SIZE_PT
    code: Code = ()
    code_said: str = ""
