"""How wide words are in the font that reports are printed in, and which it can print."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(str(files("monitor.report"))) / "fonts"
REGULAR, BOLD = "Inter", "Inter-Bold"
MM_PT = 72 / 25.4
"""Points in a millimetre."""
SIZE_PT = 7.5
"""The smallest text there is on paper."""
NOT_PRINTED = "?"
"""Stands for a letter that the font has not."""


@cache
def font(name: str) -> TTFont:
    """The font of that name, known to reportlab from then on."""
    file = {REGULAR: "Inter-Regular.ttf", BOLD: "Inter-Bold.ttf"}[name]
    known = TTFont(name, str(FONTS / file))
    pdfmetrics.registerFont(known)
    return known


def width_mm(text: str, size_pt: float = SIZE_PT, *, bold: bool = False) -> float:
    """How wide the text is on paper."""
    return float(font(BOLD if bold else REGULAR).stringWidth(text, size_pt)) / MM_PT


def printable(text: str) -> str:
    """The text with composed accents, without line ends, and `?` for what the font has not."""
    known = font(REGULAR).face.charToGlyph
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(one if ord(one) in known else NOT_PRINTED for one in composed)
