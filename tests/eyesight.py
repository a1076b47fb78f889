"""Colours as people see them: differences after CIEDE2000, and three kinds of colour vision.

Difference: Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", Color
Research & Application 30 (2005) 21-30. Vision: Machado, Oliveira and Fernandes, "A
physiologically-based model for simulation of color vision deficiency", IEEE Trans.
Visualization and Computer Graphics 15 (2009) 1291-1298, severity 1.0, on linear sRGB.
"""

from __future__ import annotations

import math
from typing import NamedTuple

Matrix = tuple[tuple[float, float, float], ...]

NORMAL: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
PROTAN: Matrix = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
DEUTAN: Matrix = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
TRITAN: Matrix = (
    (1.255528, -0.076749, -0.178779),
    (-0.078411, 0.930809, 0.147602),
    (0.004733, 0.691367, 0.303900),
)
VISIONS = {"normal": NORMAL, "protan": PROTAN, "deutan": DEUTAN, "tritan": TRITAN}
"""Protan, deutan and tritan: without the cones for long, middle and short waves."""

TO_XYZ: Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
"""From linear sRGB (IEC 61966-2-1)."""
WHITE = (0.95047, 1.0, 1.08883)
"""D65."""


class Lab(NamedTuple):
    """A colour in CIELAB."""

    l: float  # noqa: E741
    a: float
    b: float


def seen(colour: str, vision: Matrix = NORMAL) -> Lab:
    """`#rrggbb` as an eye with that vision sees it."""
    linear = tuple(_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    shown = tuple(min(max(one, 0.0), 1.0) for one in _times(vision, linear))
    x, y, z = (
        _cube_root(one / white) for one, white in zip(_times(TO_XYZ, shown), WHITE, strict=True)
    )
    return Lab(116 * y - 16, 500 * (x - y), 200 * (y - z))


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2), from 0 to 1."""
    return _times(TO_XYZ, tuple(_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)))[1]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2), from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def difference(one: Lab, two: Lab) -> float:
    """How different two colours are (CIEDE2000, all weights 1); 1 is just seen."""
    mean_chroma = (math.hypot(one.a, one.b) + math.hypot(two.a, two.b)) / 2
    grey = 0.5 * (1 - math.sqrt(mean_chroma**7 / (mean_chroma**7 + 25**7)))
    a1, a2 = one.a * (1 + grey), two.a * (1 + grey)
    c1, c2 = math.hypot(a1, one.b), math.hypot(a2, two.b)
    h1, h2 = _hue(a1, one.b), _hue(a2, two.b)
    coloured = c1 * c2 > 0
    turn = (h2 - h1 + 180) % 360 - 180 if coloured else 0.0
    lightness, chroma = two.l - one.l, c2 - c1
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    l, c = (one.l + two.l) / 2, (c1 + c2) / 2  # noqa: E741
    h = (h1 + turn / 2) % 360 if coloured else h1 + h2
    t = (
        1
        - 0.17 * _cos(h - 30)
        + 0.24 * _cos(2 * h)
        + 0.32 * _cos(3 * h + 6)
        - 0.20 * _cos(4 * h - 63)
    )
    s_l = 1 + 0.015 * (l - 50) ** 2 / math.sqrt(20 + (l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c, 1 + 0.015 * c * t
    bend = 60 * math.exp(-(((h - 275) / 25) ** 2))
    r = -2 * math.sqrt(c**7 / (c**7 + 25**7)) * math.sin(math.radians(bend))
    parts = lightness / s_l, chroma / s_c, hue / s_h
    return math.sqrt(sum(part**2 for part in parts) + r * parts[1] * parts[2])


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _cube_root(part: float) -> float:
    return part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116


def _hue(a: float, b: float) -> float:
    return math.degrees(math.atan2(b, a)) % 360 if a or b else 0.0


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def _times(matrix: Matrix, colour: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(f * c for f, c in zip(row, colour, strict=True)) for row in matrix)
