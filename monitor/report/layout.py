"""Where each block of a session's report stands: the same place on A4 and on Letter, always.

Millimetres from the left and top of the content, which is 186 x 254 mm and leaves
margins of 10 mm and more on both papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from monitor.report.fitting import Place

WIDTH, HEIGHT = 186.0, 254.0
TOP_MARGIN = 10.0
PITCH = 3.2
"""From one line of text to the next."""
TITLE = 3.9
"""From a box's top to its first line: rule and title."""
CHART_LEFT, CHART_TOP, CHART_HEIGHT = 0.0, 43.2, 85.0
FOOT_TOP = 250.6


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


_ROW_A, _ROW_B, _ROW_C = 19.2, 129.4, 181.0
_RIGHT, _NARROW = 130.0, 56.0

PLACES = Places(
    header=Place(name="header", left=0, top=2.0, width=WIDTH, lines=4, flowing=True),
    gate=Place(name="gate", left=0, top=_ROW_A, width=60, lines=6),
    treatment=Place(name="treatment", left=62, top=_ROW_A, width=60, lines=6),
    equipment=Place(name="equipment", left=124, top=_ROW_A, width=62, lines=6),
    table=Place(
        name="table",
        left=0,
        top=_ROW_B,
        width=122,
        lines=15,
        columns=(9, 6.5, 17, 7, 8, 6, 6.5),
        halves=2,
    ),
    points=Place(
        name="points",
        left=125,
        top=_ROW_B,
        width=61,
        lines=14,
        columns=(23, 9, 14, 7, 8),
    ),
    events=Place(
        name="events",
        left=0,
        top=_ROW_C,
        width=57,
        lines=16,
        columns=(5, 9, 43),
        row_lines=2,
    ),
    alarms=Place(
        name="alarms",
        left=59,
        top=_ROW_C,
        width=69,
        lines=16,
        columns=(13, 5, 51),
        row_lines=2,
    ),
    adverse=Place(name="adverse", left=_RIGHT, top=_ROW_C, width=_NARROW, lines=2),
    recovery=Place(name="recovery", left=_RIGHT, top=_ROW_C + 10.5, width=_NARROW, lines=4),
    hand_over=Place(name="hand_over", left=_RIGHT, top=_ROW_C + 27.4, width=_NARROW, lines=3),
    quality=Place(name="quality", left=_RIGHT, top=_ROW_C + 41.1, width=_NARROW, lines=3),
    sign_off=Place(name="sign_off", left=0, top=236.8, width=WIDTH, lines=3, flowing=True),
)
