"""Points of the copy, as InfluxDB answers a question for them, as rows again.

Names which tags and fields to ask for. Pure: no connection, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.history import FactRow, ReadingRow, TransitionRow
from monitor.store import rows
from monitor.store.lines import ALARMS, EVENTS, REMARKS, VITALS, tag_text
from monitor.store.rows import SqlValue

Columns = Mapping[str, SqlValue]
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Shape(Generic[_Row]):
    """The points of one measurement: what to ask for, and what each is."""

    measurement: str
    columns: tuple[str, ...]
    row_of: Callable[[int, Columns], _Row]


def _shift(columns: Columns) -> int:
    shift = columns["shift_us"]
    return shift if isinstance(shift, int) else 0


def _tag(columns: Columns, name: str) -> str:
    stored = columns[name]
    return tag_text(stored if isinstance(stored, str) else None)


def _reading(at_us: int, columns: Columns) -> ReadingRow:
    tags = [_tag(columns, name) for name in ("chair", "device")]
    fields = ("value", "validity", "mode", "basis", "reason", "late", "boot", "seq")
    values = (
        columns["received_us"],
        *tags,
        columns["session"],
        _tag(columns, "vital"),
        *(columns[name] for name in fields),
    )
    return rows.reading_of(at_us, _shift(columns), values)


def _transition(at_us: int, columns: Columns) -> TransitionRow:
    fields = ("from_state", "to_state", "reason", "onset_us", "sampled_us", "value")
    more = ("limit_value", "extreme", "episode", "message", "preset", "actor", "note")
    why = ("baseline", "fired_by", "fired_count", "extreme_us")
    values = (
        *(columns[name] for name in ("alarm", "ordinal", "session")),
        *(_tag(columns, name) for name in ("chair", "condition")),
        *(columns[name] for name in ("instance", "kind")),
        _tag(columns, "priority"),
        *(columns[name] for name in (*fields, *more, *why)),
    )
    return rows.transition_of(at_us, _shift(columns), values)


def _fact(at_us: int, columns: Columns) -> FactRow:
    return rows.fact_of(at_us, _shift(columns), _fact_values(columns))


def _remark(at_us: int, columns: Columns) -> tuple[int, FactRow]:
    """When its session was seated (UTC microseconds), and the fact."""
    entered_us, place = int(columns["entered_us"] or 0), int(columns["place"] or 0)
    return at_us - place, rows.fact_of(entered_us, 0, _fact_values(columns))


def _fact_values(columns: Columns) -> tuple[SqlValue, ...]:
    return (
        *(columns[name] for name in ("ordinal", "session")),
        *(_tag(columns, name) for name in ("chair", "kind")),
        *(columns[name] for name in ("actor", "data")),
    )


READINGS = Shape(
    VITALS,
    (
        *("received_us", "session", "value", "validity", "mode", "basis", "reason", "late"),
        *("boot", "seq", "shift_us", "chair", "device", "vital"),
    ),
    _reading,
)
TRANSITIONS = Shape(
    ALARMS,
    (
        *("alarm", "ordinal", "session", "instance", "kind", "from_state", "to_state", "reason"),
        *("onset_us", "sampled_us", "value", "limit_value", "extreme", "episode", "message"),
        *("preset", "actor", "note", "baseline", "fired_by", "fired_count", "extreme_us"),
        *("shift_us", "chair", "condition", "priority"),
    ),
    _transition,
)
FACTS = Shape(EVENTS, ("ordinal", "session", "actor", "data", "shift_us", "chair", "kind"), _fact)
SAID = Shape(
    REMARKS,
    ("ordinal", "session", "actor", "data", "entered_us", "place", "chair", "kind"),
    _remark,
)
"""Remarks: of each also when its session was seated."""
