"""A report's chart as marks: carets and dots on the pressure band, a line on the oxygen band.

Fixed axes, so that sessions compare: 40 to 220 for pressures and heart rate, 80 to
100 % for saturation; what lies beyond stands at the edge and is counted among
what the report says of its quality. Numbers of events that would touch are drawn as a range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.report.layout import CHART_LEFT, CHART_TOP, TITLE, WIDTH
from monitor.report.marks import Anchor, Area, Circle, Mark, Stroke, Text, hatched, rectangle
from monitor.report.metrics import width_mm
from monitor.report.model import Chart, Dot, Numbered, Pressure, Span

PRESSURES, SATURATION = (40.0, 220.0), (80.0, 100.0)
LEFT, RIGHT = CHART_LEFT + 13.0, WIDTH - 2.0
TOP = CHART_TOP + TITLE
"""Where the chart's own drawing begins, below its title."""
NUMBERS_Y = TOP + 2.7
PUMP_TOP, PUMP_BOTTOM = TOP + 3.6, TOP + 7.2
HIGH_TOP, HIGH_BOTTOM = TOP + 8.0, TOP + 49.0
NAMES = 3.6
"""At the head of the pressure band, kept free for the phases' names."""
OXYGEN_TOP, OXYGEN_BOTTOM = TOP + 51.0, TOP + 64.0
ALARMS_TOP, ALARMS_BOTTOM = TOP + 65.5, TOP + 68.5
GAPS_TOP, GAPS_BOTTOM = TOP + 69.5, TOP + 72.5
CLOCK_Y, MINUTE_Y = TOP + 76.0, TOP + 79.2
CARET = 1.1
"""Half the width of a caret."""
LINES_MAX = 30
"""More events than this have ticks, but no lines across the pressures."""
APART = 1.2
"""Between two words on one line."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Times to millimetres from the left."""

    from_us: int
    to_us: int

    def x(self, at_us: int) -> float:
        """Where a time stands; outside the session at its edge."""
        share = (at_us - self.from_us) / max(1, self.to_us - self.from_us)
        return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, share))


def pressure_y(value: float) -> float:
    """Where mmHg or beats a minute stand."""
    return _y(value, PRESSURES, HIGH_TOP, HIGH_BOTTOM)


def oxygen_y(value: float) -> float:
    """Where a saturation in % stands."""
    return _y(value, SATURATION, OXYGEN_TOP, OXYGEN_BOTTOM)


def _y(value: float, ends: tuple[float, float], top: float, bottom: float) -> float:
    low, high = ends
    share = (min(high, max(low, value)) - low) / (high - low)
    return bottom - share * (bottom - top)


def marks(chart: Chart) -> list[Mark]:
    """Everything of the chart, from back to front."""
    scale = Scale(chart.from_us, chart.to_us)
    return [
        *_phases(chart.phases, scale),
        *_gaps(chart.gaps, scale),
        *_axes(),
        *_ticks(chart, scale),
        *_levels(chart, scale),
        *_pump(chart.pump, scale),
        *_alarms(chart.alarms, scale),
        *_events(chart.events, scale),
        *_saturation(chart.saturation, scale),
        *(_dot(one, scale) for one in chart.heart),
        *(mark for one in chart.pressures for mark in _pressure(one, scale)),
    ]


def _phases(phases: Sequence[Span], scale: Scale) -> Iterator[Mark]:
    """Every second phase is shaded; its name stands at the head of the pressure band."""
    for number, one in enumerate(phases):
        left, right = scale.x(one.from_us), scale.x(one.to_us)
        if number % 2:
            yield Area(rectangle(left, HIGH_TOP, right, OXYGEN_BOTTOM), 0.92)
        if width_mm(one.name) + APART <= right - left:
            yield Text((left + right) / 2, HIGH_TOP + 2.7, one.name, anchor=Anchor.MIDDLE)


def _gaps(gaps: Sequence[Span], scale: Scale) -> Iterator[Mark]:
    for one in gaps:
        left, right = scale.x(one.from_us), max(scale.x(one.to_us), scale.x(one.from_us) + 0.3)
        high = (HIGH_TOP + NAMES, HIGH_BOTTOM)
        top, bottom = high if one.name == "HR" else (OXYGEN_TOP, OXYGEN_BOTTOM)
        yield from hatched(left, top, right, bottom)
        yield from hatched(left, GAPS_TOP, right, GAPS_BOTTOM)


def _axes() -> Iterator[Mark]:
    yield Stroke(rectangle(LEFT, HIGH_TOP, RIGHT, HIGH_BOTTOM), closed=True)
    yield Stroke(rectangle(LEFT, OXYGEN_TOP, RIGHT, OXYGEN_BOTTOM), closed=True)
    for value in range(40, 221, 20):
        y = pressure_y(value)
        if value % 40 == 20 or value == PRESSURES[0]:
            yield Text(LEFT - 0.8, y + 0.9, str(value), anchor=Anchor.END)
        yield Stroke(((LEFT, y), (RIGHT, y)), width=0.08, grey=0.7)
    for value in (80, 90, 100):
        y = oxygen_y(value)
        yield Text(
            LEFT - 0.8, y + (0.9 if value < SATURATION[1] else 1.6), str(value), anchor=Anchor.END
        )
    for value in (85, 90, 95):
        yield Stroke(((LEFT, oxygen_y(value)), (RIGHT, oxygen_y(value))), width=0.08, grey=0.7)
    yield Text(CHART_LEFT, HIGH_TOP + 6.0, "mmHg")
    yield Text(CHART_LEFT, HIGH_TOP + 15.2, "/min")
    yield Text(CHART_LEFT, OXYGEN_TOP + 4.2, "SpO2")
    yield Text(CHART_LEFT, OXYGEN_TOP + 9.2, "%")
    yield Text(CHART_LEFT, NUMBERS_Y, "Events")
    yield Text(CHART_LEFT, PUMP_BOTTOM - 0.6, "Pump")
    yield Text(CHART_LEFT, ALARMS_BOTTOM - 0.5, "Alarms")
    yield Text(CHART_LEFT, GAPS_BOTTOM - 0.5, "Gaps")
    yield Text(CHART_LEFT, CLOCK_Y, "Time")
    yield Text(CHART_LEFT, MINUTE_Y, "Minute")
    for y in (ALARMS_BOTTOM, GAPS_BOTTOM):
        yield Stroke(((LEFT, y), (RIGHT, y)), width=0.08, grey=0.5)


def _ticks(chart: Chart, scale: Scale) -> Iterator[Mark]:
    for tick in chart.ticks:
        x = scale.x(tick.at_us)
        wide = 0.15 if tick.clock else 0.06
        for top, bottom in ((HIGH_TOP, HIGH_BOTTOM), (OXYGEN_TOP, OXYGEN_BOTTOM)):
            yield Stroke(((x, top), (x, bottom)), width=wide, grey=0.65)
    yield from _apart([(scale.x(one.at_us), one.clock) for one in chart.ticks], CLOCK_Y)
    yield from _apart([(scale.x(one.at_us), one.minute) for one in chart.ticks], MINUTE_Y)


def _apart(texts: Iterable[tuple[float, str]], y: float) -> Iterator[Text]:
    """Each text below its tick, those left out that would touch the one before."""
    reached = LEFT - 4.0
    for x, text in texts:
        half = width_mm(text) / 2
        at = min(x, RIGHT + 1.5 - half)
        if text and at - half >= reached:
            reached = at + half + APART
            yield Text(at, y, text, anchor=Anchor.MIDDLE)


def _levels(chart: Chart, scale: Scale) -> Iterator[Mark]:
    """The limits in force, dashed."""
    for one in chart.levels:
        y = oxygen_y(one.value) if one.band == "SpO2" else pressure_y(one.value)
        ends = ((scale.x(one.from_us), y), (scale.x(one.to_us), y))
        yield Stroke(ends, width=0.25, dash=(1.4, 0.9))


def _pump(spans: Sequence[Span], scale: Scale) -> Iterator[Mark]:
    """A bar while the pump ran, with its rate where that has room."""
    for one in spans:
        left, right = scale.x(one.from_us), max(scale.x(one.to_us), scale.x(one.from_us) + 0.3)
        shape = rectangle(left, PUMP_TOP, right, PUMP_BOTTOM)
        yield Area(shape, 0.85)
        yield Stroke(shape, closed=True)
        if width_mm(one.name) + APART <= right - left:
            middle = (left + right) / 2
            yield Text(middle, PUMP_BOTTOM - 0.8, one.name, anchor=Anchor.MIDDLE)


def _alarms(spans: Sequence[Span], scale: Scale) -> Iterator[Mark]:
    """The higher the priority, the higher the bar: one, two or three thirds."""
    third = (ALARMS_BOTTOM - ALARMS_TOP) / 3
    for one in spans:
        left = scale.x(one.from_us)
        right = max(scale.x(one.to_us), left + 0.4)
        top = ALARMS_BOTTOM - third * len(one.name)
        yield Area(rectangle(left, top, right, ALARMS_BOTTOM), 0.0)


def _events(events: Sequence[Numbered], scale: Scale) -> Iterator[Mark]:
    """A tick for each, and its number; numbers that would touch stand as a range."""
    for one in events:
        x = scale.x(one.at_us)
        yield Stroke(((x, NUMBERS_Y + 0.5), (x, PUMP_TOP)), width=0.3)
        if len(events) <= LINES_MAX:
            yield Stroke(((x, HIGH_TOP), (x, HIGH_BOTTOM)), width=0.12, dash=(0.4, 0.8))
    placed = [(scale.x(one.at_us), one.number, scale.x(one.at_us), one.number) for one in events]
    while (touching := _touching(placed)) is not None:
        first, second = placed[touching], placed[touching + 1]
        placed[touching : touching + 2] = [(first[0], first[1], second[2], second[3])]
    for group in placed:
        left, text = _numbers(group)
        yield Text(left, NUMBERS_Y, text)


def _touching(placed: Sequence[tuple[float, int, float, int]]) -> int | None:
    for number in range(len(placed) - 1):
        left, text = _numbers(placed[number])
        after, _ = _numbers(placed[number + 1])
        if left + width_mm(text) + APART > after:
            return number
    return None


def _numbers(group: tuple[float, int, float, int]) -> tuple[float, str]:
    """Where the text of a group of events begins, and the text."""
    from_x, first, to_x, last = group
    text = str(first) if first == last else f"{first}–{last}"
    wide = width_mm(text)
    return min(max(LEFT, (from_x + to_x) / 2 - wide / 2), RIGHT - wide), text


def _saturation(lines: Sequence[Sequence[Dot]], scale: Scale) -> Iterator[Mark]:
    """A line as far as there are values; a single one is a short stroke, hollow ones are rings."""
    for line in lines:
        if line[0].hollow:
            yield from (
                Circle(scale.x(one.at_us), oxygen_y(one.value), 0.3, hollow=True) for one in line
            )
            continue
        points = tuple((scale.x(one.at_us), oxygen_y(one.value)) for one in line)
        if len(points) == 1:
            x, y = points[0]
            points = ((x - 0.3, y), (x + 0.3, y))
        yield Stroke(points, width=0.35)


def _dot(one: Dot, scale: Scale) -> Mark:
    return Circle(scale.x(one.at_us), pressure_y(one.value), 0.42, hollow=one.hollow)


def _pressure(one: Pressure, scale: Scale) -> Iterator[Mark]:
    """Carets whose tips touch the values: down from above for systolic, up for diastolic."""
    x = scale.x(one.at_us)
    values: list[tuple[float | None, Callable[[float], float]]] = [
        (one.systolic, lambda y: y - 1.8),
        (one.diastolic, lambda y: y + 1.8),
    ]
    for value, away in values:
        if value is None:
            continue
        y = pressure_y(value)
        arms = ((x - CARET, away(y)), (x, y), (x + CARET, away(y)))
        yield Stroke(arms, width=0.2 if one.hollow else 0.45, closed=one.hollow)
    if one.systolic is not None and one.diastolic is not None and not one.hollow:
        ends = ((x, pressure_y(one.systolic)), (x, pressure_y(one.diastolic)))
        yield Stroke(ends, width=0.12)
