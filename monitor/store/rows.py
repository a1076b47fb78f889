"""Rows of the record as SQL values, both ways, and which rows cannot be kept.

Pure: no connection, clock or file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from monitor.history import FactRow, FiringSample, ReadingRow, TransitionRow
from monitor.vitals import GenerationMode, TimeBasis, Validity, VitalSign

SqlValue = str | int | float | None
Row = ReadingRow | TransitionRow | FactRow

READINGS, TRANSITIONS, FACTS = "readings", "transitions", "facts"
_SESSION_AT = {TRANSITIONS: 2, FACTS: 1}
"""Where the session stands among an item's values."""
INTEGER_MAX = 2**63 - 1 - 10**6
"""SQLite's largest integer, less a second of room to move a time to a free slot."""


class Refused(ValueError):
    """A row that no database could give back as it was; it is counted and left out."""


class Item(NamedTuple):
    """A row on its way into `table`; `at_us` must become unique within `series`."""

    table: str
    series: tuple[str, ...]
    at_us: int
    values: tuple[SqlValue, ...]

    @property
    def concerns_session(self) -> bool:
        """Whether it is a fact or an alarm's step of a session."""
        place = _SESSION_AT.get(self.table)
        return place is not None and self.values[place] is not None


class Seat(NamedTuple):
    """To which session a remark belongs: when that began (its unique time), and the how manieth.

    Counted from 1 in the order of their commit: no two remarks of a session have the same.
    """

    seated_us: int
    place: int


@dataclass(frozen=True, slots=True)
class Committed:
    """A row in the record: its number, its unique time there (UTC microseconds), and itself.

    `seat` is that of a remark on its way into the copy.
    """

    id: int
    at_us: int
    row: Row
    seat: Seat | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive committed rows, in the order in which they were committed."""

    rows: tuple[Committed, ...]


def item_of(row: Row) -> Item:
    """The row as SQL values. Raises `Refused` for NaN, infinity, NUL, half a character."""
    if isinstance(row, ReadingRow):
        return _reading(row)
    if isinstance(row, TransitionRow):
        return _transition(row)
    return _fact(row)


def _reading(row: ReadingRow) -> Item:
    _check_text(f"{row.chair}{row.device}{row.session}{row.reason}{row.boot}")
    vital = row.vital.value
    values: tuple[SqlValue, ...] = (
        _whole(row.received_at_us),
        row.chair,
        row.device,
        row.session,
        vital,
        None if row.value is None else _finite(row.value),
        row.validity.value,
        row.mode.value,
        row.basis.value,
        row.reason,
        int(row.late),
        row.boot,
        None if row.seq is None else _whole(row.seq),
    )
    return Item(READINGS, (row.device, vital), _whole(row.sampled_at_us), values)


def _transition(row: TransitionRow) -> Item:
    texts = (row.alarm, row.session, row.chair, row.condition, row.instance, row.kind, row.priority)
    more = (row.from_state, row.to_state, row.reason, row.message, row.preset, row.actor, row.note)
    _check_text("".join(text or "" for text in texts + more))
    values: tuple[SqlValue, ...] = (
        row.alarm,
        _whole(row.ordinal),
        row.session,
        row.chair,
        row.condition,
        row.instance,
        row.kind,
        row.priority,
        row.from_state,
        row.to_state,
        row.reason,
        _whole(row.onset_us),
        None if row.sampled_at_us is None else _whole(row.sampled_at_us),
        None if row.value is None else _finite(row.value),
        None if row.limit is None else _finite(row.limit),
        None if row.extreme is None else _finite(row.extreme),
        _whole(row.episode),
        row.message,
        row.preset,
        row.actor,
        row.note,
        None if row.baseline is None else _finite(row.baseline),
        fired_by_text(row.fired_by),
        _whole(row.fired_count),
        None if row.extreme_at_us is None else _whole(row.extreme_at_us),
    )
    return Item(TRANSITIONS, (), _whole(row.at_us), values)


def fired_by_text(samples: Sequence[FiringSample]) -> str:
    """The samples as JSON: [[vital, sampled_at_us, value], ...]. Raises `Refused`."""
    parts = [(one.vital.value, one.sampled_at_us, _finite(one.value)) for one in samples]
    return json.dumps(parts, separators=(",", ":"))


def _fired_by(text: SqlValue) -> tuple[FiringSample, ...]:
    """An older row, or a point without the field, holds none."""
    parts = json.loads(str(text)) if text else []
    return tuple(FiringSample(VitalSign(vital), at_us, value) for vital, at_us, value in parts)


def _fact(row: FactRow) -> Item:
    _check_text("".join(text or "" for text in (row.session, row.chair, row.kind, row.actor)))
    try:
        data = json.dumps(dict(row.data), ensure_ascii=False, allow_nan=False)
    except ValueError as problem:
        raise Refused(str(problem)) from problem
    _check_text(data)
    values: tuple[SqlValue, ...] = (
        _whole(row.ordinal),
        row.session,
        row.chair,
        row.kind,
        row.actor,
        data,
    )
    return Item(FACTS, (), _whole(row.at_us), values)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Refused("a text holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as problem:
            raise Refused(f"a text holds half a character: {problem.reason}") from problem


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Refused(f"a value is {value}")
    return float(value)


def _whole(value: int) -> int:
    if not -INTEGER_MAX <= value <= INTEGER_MAX:
        raise Refused(f"the number {value} does not fit 64 bits")
    return int(value)


# A long session is tens of thousands of rows, and calling an Enum takes as long as a row.
_VITALS: Mapping[SqlValue, VitalSign] = {one.value: one for one in VitalSign}
_VALIDITIES: Mapping[SqlValue, Validity] = {one.value: one for one in Validity}
_MODES: Mapping[SqlValue, GenerationMode] = {one.value: one for one in GenerationMode}
_BASES: Mapping[SqlValue, TimeBasis] = {one.value: one for one in TimeBasis}


def reading_of(at_us: int, shift_us: int, values: Sequence[SqlValue]) -> ReadingRow:
    """The reading from its columns, `values` in the order of `schema.READING_COLUMNS`."""
    received, chair, device, session, vital, value, validity, mode, basis, *rest = values
    reason, late, boot, seq = rest
    return ReadingRow(
        sampled_at_us=at_us - shift_us,
        received_at_us=_int(received),
        chair=str(chair),
        device=str(device),
        session=_text(session),
        vital=_VITALS[vital],
        value=_float(value),
        validity=_VALIDITIES[validity],
        mode=_MODES[mode],
        basis=_BASES[basis],
        reason=str(reason),
        late=bool(late),
        boot=_text(boot),
        seq=None if seq is None else _int(seq),
    )


def readings_of(found: Iterable[Sequence[Any]]) -> tuple[list[ReadingRow], bool]:
    """The readings from the record's own columns: `at_us`, `shift_us`, `READING_COLUMNS`.

    Its tables are STRICT, so of tens of thousands of them no type is checked again.
    Beside them whether any of them was moved from its true time.
    """
    rows, moved = list[ReadingRow](), False
    # fmt: off
    for (
        at_us, shift_us, received, chair, device, session, vital, value, validity, mode, basis,
        reason, late, boot, seq,
    ) in found:
        # fmt: on
        moved = moved or shift_us != 0
        rows.append(
            ReadingRow(
                sampled_at_us=at_us - shift_us,
                received_at_us=received,
                chair=chair,
                device=device,
                session=session,
                vital=_VITALS[vital],
                value=value,
                validity=_VALIDITIES[validity],
                mode=_MODES[mode],
                basis=_BASES[basis],
                reason=reason,
                late=late != 0,
                boot=boot,
                seq=seq,
            )
        )
    return rows, moved


def transition_of(at_us: int, shift_us: int, values: Sequence[SqlValue]) -> TransitionRow:
    """The transition from its columns, `values` in the order of `schema.TRANSITION_COLUMNS`."""
    alarm, ordinal, session, chair, condition, instance, kind, priority, *rest = values
    from_state, to_state, reason, onset, sampled, value, limit, extreme, *last = rest
    episode, message, preset, actor, note, baseline, *fired, extreme_at_us = last
    fired_by, fired_count = fired
    return TransitionRow(
        alarm=str(alarm),
        ordinal=_int(ordinal),
        session=_text(session),
        chair=str(chair),
        condition=str(condition),
        instance=str(instance),
        kind=str(kind),
        priority=str(priority),
        from_state=str(from_state),
        to_state=str(to_state),
        reason=str(reason),
        at_us=at_us - shift_us,
        onset_us=_int(onset),
        sampled_at_us=None if sampled is None else _int(sampled),
        value=_float(value),
        limit=_float(limit),
        extreme=_float(extreme),
        episode=_int(episode),
        message=str(message),
        preset=str(preset),
        actor=_text(actor),
        note=str(note),
        baseline=_float(baseline),
        fired_by=_fired_by(fired_by),
        fired_count=0 if fired_count is None else _int(fired_count),
        extreme_at_us=None if extreme_at_us is None else _int(extreme_at_us),
    )


def fact_of(at_us: int, shift_us: int, values: Sequence[SqlValue]) -> FactRow:
    """The fact from its columns, `values` in the order of `schema.FACT_COLUMNS`."""
    ordinal, session, chair, kind, actor, data = values
    return FactRow(
        at_us=at_us - shift_us,
        ordinal=_int(ordinal),
        session=_text(session),
        chair=str(chair),
        kind=str(kind),
        actor=_text(actor),
        data=json.loads(str(data)),
    )


def _int(value: SqlValue) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not an integer")
    return value


def _float(value: SqlValue) -> float | None:
    return None if value is None else float(value)


def _text(value: SqlValue) -> str | None:
    return None if value is None else str(value)
