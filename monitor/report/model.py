"""What a session's report says: fourteen blocks in words and figures, and its chart.

Frozen values without a single decision left to those that draw them. All times
are UTC microseconds; whatever is shown of them is text already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Said(NamedTuple):
    """One thing said: what it is about, and the words; `alone` in lines of its own."""

    label: str
    text: str
    alone: bool = False


class Row(NamedTuple):
    """One row of a table. Where not all have room, those of more `weight` stay."""

    cells: tuple[str, ...]
    weight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a report: what is said first, then a table with its head."""

    title: str
    said: tuple[Said, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """One cuff reading, mmHg; `hollow` when it is marked or doubtful and counts for nothing."""

    at_us: int
    systolic: float | None
    diastolic: float | None
    hollow: bool


class Dot(NamedTuple):
    """One value at a time; `hollow` as for a cuff reading."""

    at_us: int
    value: float
    hollow: bool


class Span(NamedTuple):
    """A stretch of time and its name."""

    from_us: int
    to_us: int
    name: str


class Level(NamedTuple):
    """A limit in force for a time; `band` is "BP" (mmHg and /min) or "SpO2" (%)."""

    from_us: int
    to_us: int
    value: float
    band: str


class Tick(NamedTuple):
    """A mark of the time axis; without text it is a line only."""

    at_us: int
    clock: str
    minute: str


class Numbered(NamedTuple):
    """An event on the time axis, by its number in the list."""

    at_us: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All that the chart shows, from seat to leave. Nothing in it bridges a gap."""

    from_us: int
    to_us: int
    ticks: tuple[Tick, ...] = ()
    phases: tuple[Span, ...] = ()
    pump: tuple[Span, ...] = ()
    pressures: tuple[Pressure, ...] = ()
    heart: tuple[Dot, ...] = ()
    saturation: tuple[tuple[Dot, ...], ...] = ()
    levels: tuple[Level, ...] = ()
    events: tuple[Numbered, ...] = ()
    alarms: tuple[Span, ...] = ()
    gaps: tuple[Span, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One session's report. `record_id` is the session's id, `patient` the reference."""

    record_id: str
    title: str
    subtitle: str
    patient: str
    header: Block
    gate: Block
    treatment: Block
    equipment: Block
    chart: Chart
    table: Block
    points: Block
    events: Block
    alarms: Block
    adverse: Block
    recovery: Block
    hand_over: Block
    quality: Block
    sign_off: Block
    foot: str
