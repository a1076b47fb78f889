"""Where each block of a session's report stands: the same place on A4 and on Letter, always.

Millimetres from the left and top of the content, which is 186 x 257.8 mm and leaves
margins of 10 mm and more on both papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from monitor.report.fitting import Place

WIDTH, HEIGHT = 186.0, 257.8
TOP_MARGIN = 10.0
PITCH = 3.2
"""From one line of text to the next."""
TITLE = 3.9
"""From a box's top to its first line: rule and title."""
CHART_LEFT, CHART_TOP, CHART_HEIGHT = 0.0, 41.4, 85.0
FOOT_TOP = 254.2


class Paper(Enum):
    """A paper's name, as it is asked for."""

    A4 = "a4"
    LETTER = "letter"

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height (ISO 216; ANSI/ASME Y14.1)."""
        return (210.0, 297.0) if self is Paper.A4 else (215.9, 279.4)

    @property
    def left_margin(self) -> float:
        """Where the content begins, mm."""
        return (self.size_mm[0] - WIDTH) / 2


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a report's blocks, by the names of its model."""

    header: Place
    gate: Place
    treatment: Place
    equipment: Place
    table: Place
    points: Place
    events: Place
    alarms: Place
    adverse: Place
    recovery: Place
    hand_over: Place
    quality: Place
    sign_off: Place


_ROW_A, _ROW_B, _ROW_C = 14.7, 127.0, 179.1
_RIGHT, _NARROW = 126.0, 60.0


def _right(name: str, below: float, lines: int) -> Place:
    """One of the boxes above each other in the right column."""
    return Place(
        name=name, left=_RIGHT, top=_ROW_C + below, width=_NARROW, lines=lines, flowing=True
    )


PLACES = Places(
    header=Place(name="header", left=0, top=0.8, width=WIDTH, lines=3, flowing=True),
    gate=Place(name="gate", left=0, top=_ROW_A, width=50, lines=7, flowing=True),
    treatment=Place(name="treatment", left=52, top=_ROW_A, width=50, lines=7, flowing=True),
    equipment=Place(name="equipment", left=104, top=_ROW_A, width=82, lines=7, flowing=True),
    table=Place(
        name="table",
        left=0,
        top=_ROW_B,
        width=126,
        lines=15,
        columns=(8.7, 8.0, 15.3, 8.7, 8.5, 7.0, 6.2),
        halves=2,
    ),
    points=Place(
        name="points",
        left=127.5,
        top=_ROW_B,
        width=58.5,
        lines=15,
        columns=(17.6, 8.9, 14.6, 8.8, 8.6),
    ),
    events=Place(
        name="events",
        left=0,
        top=_ROW_C,
        width=57,
        lines=17,
        columns=(5, 9, 43),
        row_lines=2,
    ),
    alarms=Place(
        name="alarms",
        left=59,
        top=_ROW_C,
        width=65,
        lines=17,
        columns=(13, 5, 47),
        row_lines=2,
    ),
    adverse=_right("adverse", 0.0, 3),
    recovery=_right("recovery", 13.6, 4),
    hand_over=_right("hand_over", 30.4, 3),
    quality=_right("quality", 44.0, 4),
    sign_off=Place(name="sign_off", left=0, top=240.4, width=WIDTH, lines=3, flowing=True),
)
