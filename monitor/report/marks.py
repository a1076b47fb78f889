"""What is drawn on paper: a few kinds of marks, in millimetres, x to the right and y down.

Black, grey and white alone: every difference is one of shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from monitor.report.metrics import SIZE_PT, width_mm

Point = tuple[float, float]


class Anchor(Enum):
    """Which end of a text stands at its point; the values are SVG's."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Text:
    """Words with their baseline at (x, y)."""

    x: float
    y: float
    text: str
    size_pt: float = SIZE_PT
    bold: bool = False
    anchor: Anchor = Anchor.START

    @property
    def left(self) -> float:
        """Where its first letter begins."""
        wide = width_mm(self.text, self.size_pt, bold=self.bold)
        return self.x - {Anchor.START: 0.0, Anchor.MIDDLE: wide / 2, Anchor.END: wide}[self.anchor]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points; `dash` are the lengths of dash and gap."""

    points: tuple[Point, ...]
    width: float = 0.2
    grey: float = 0.0
    dash: tuple[float, float] | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A filled shape; grey 0 is black, 1 is white."""

    points: tuple[Point, ...]
    grey: float


@dataclass(frozen=True, slots=True)
class Circle:
    """A dot, or a ring when it is hollow."""

    x: float
    y: float
    r: float
    hollow: bool = False


Mark = Text | Stroke | Area | Circle


def rectangle(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    """Its four corners."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def hatched(left: float, top: float, right: float, bottom: float) -> Iterable[Stroke]:
    """Slanting lines over a rectangle, 1.2 mm apart, clipped to it."""
    height, step = bottom - top, 1.2
    count = int((right - left + height) / step) + 1
    for number in range(count + 1):
        x = left + number * step
        x1, y1, x2, y2 = x - height, bottom, x, top
        if x1 < left:
            x1, y1 = left, top + (x - left)
        if x2 > right:
            x2, y2 = right, top + (x - right)
        if x1 < x2 and y1 <= bottom and y2 <= bottom:
            yield Stroke(((x1, y1), (x2, y2)), width=0.12, grey=0.45)
