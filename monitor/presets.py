"""Preset files: TOML text in, a checked and hashed `Preset` out, every mistake told at once.

Knows the shape of the file. Knows no clinical figure: they are all in it.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from monitor.care.terms import BaselineTerms, EntryTerms, ReadinessTerms, ReviewTerms
from monitor.clinic import Phase
from monitor.conditions import (
    AUDIO_PAUSE_S_MAX,
    COUNTED_FORMS,
    AlarmCondition,
    Column,
    Form,
    Kind,
    LimitOrder,
    Name,
    Preset,
    Priority,
)
from monitor.errors import ConfigError
from monitor.jumps import JumpTerms
from monitor.placeholders import message_mistakes
from monitor.thresholds import Positive, Range
from monitor.vitals import VitalSign

CUFF_WAIT_S_MAX: dict[Form, float] = {
    Form.OVERDUE: 180.0,
    **dict.fromkeys((Form.REPORTED, Form.PULSELESS, Form.PULSE_LOST), 60.0),
}
"""How long a condition of a form may wait while a cuff measures (alarms.md 7.2); others never."""
PROBE = (VitalSign.SPO2,)
"""What a REPORTED condition that waits is about."""

SUSPENDABLE = frozenset({"T-SRC", "T-CLK", "T-COPY"})
"""The technical conditions that a preset may let a person suspend (alarms.md 8a.6)."""

SETTINGS: dict[Form, frozenset[str]] = {
    Form.CHANGE: frozenset(
        {"recent_s", "earlier_from_s", "earlier_to_s", "recent_valid_s", "earlier_valid_s"}
    ),
    Form.INTEGRAL: frozenset({"leak_per_s", "sum_max", "step_s_max", "fires_at", "clears_below"}),
    Form.DIPS: frozenset({"dips", "samples", "window_s"}),
    Form.RISE: frozenset({"within_s"}),
    Form.ENTRY: frozenset({"raised_at", "high_at", "clears_at", "step"}),
    Form.PULSELESS: frozenset({"pleth_on_delay_s"}),
    Form.PULSE_LOST: frozenset({"after_s"}),
    Form.OVERDUE: frozenset({"intervals", "slack_s"}),
    Form.UNASSIGNED_DATA: frozenset({"ends_after_s"}),
}
"""The further numbers a form needs, in `settings`; the other forms have none."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Name
    name: Name
    nibp_interval_s: Mapping[str, Positive]
    re_alarm_s: Mapping[str, Positive]
    plausible: Mapping[VitalSign, Range]
    no_value: Mapping[VitalSign, tuple[float, ...]]
    baseline: BaselineTerms
    jump: JumpTerms | None = None
    readiness: ReadinessTerms
    entries: EntryTerms
    review: ReviewTerms
    pulse_pressure_min: Positive
    late_s: Positive
    cuff_late_s: Positive
    cuff_late_intervals: Positive
    source_hold_s: Positive
    gap_s: Positive
    restart_gap_s: Positive
    audio_pause_s_max: Annotated[float, Field(gt=0, le=AUDIO_PAUSE_S_MAX)]
    audible_s_between_pauses: Positive
    unusable_s: Positive | None = None
    limit_order: tuple[LimitOrder, ...] = ()


_CONDITION = TypeAdapter(AlarmCondition)


def load_preset(text: str, *, where: str) -> Preset:
    """Read a preset. Raises `ConfigError` naming each mistake by rule, key, reason and remedy."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"not valid TOML: {error}", where=where, fix="mend the line named above"
        ) from error
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    tables = raw.pop("conditions", [])
    mistakes: list[str] = []
    conditions: list[AlarmCondition] = []
    for number, table in enumerate(tables):
        name = table.get("id", f"number {number + 1}") if isinstance(table, dict) else str(number)
        try:
            conditions.append(_CONDITION.validate_python(table))
        except ValidationError as error:
            mistakes += [f"condition {name}: {line}" for line in _lines(error)]
    mistakes += [mistake for one in conditions for mistake in _condition_mistakes(one)]
    mistakes += _table_mistakes(conditions)
    file = None
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        mistakes += _lines(error)
    else:
        mistakes += _order_mistakes(conditions, file.limit_order)
    if mistakes or file is None:
        count = len(mistakes)
        raise ConfigError(
            f"{count} mistake{'s' if count > 1 else ''} in the alarm preset\n"
            + "\n".join(mistakes),
            where=where,
            fix="mend each line above; the preset in force stays until all are mended",
        )
    return replace(_preset(file, tuple(conditions), digest), text=text)


def _preset(file: _File, conditions: tuple[AlarmCondition, ...], digest: str) -> Preset:
    tables = {"nibp_interval_s", "re_alarm_s", "plausible", "no_value"}
    plain = file.model_dump(
        exclude=tables | {"baseline", "jump", "readiness", "entries", "review", "limit_order"}
    )
    return Preset(
        hash=digest,
        conditions=conditions,
        nibp_interval_s={Phase[name]: value for name, value in file.nibp_interval_s.items()},
        re_alarm_s={Priority[name]: value for name, value in file.re_alarm_s.items()},
        plausible=file.plausible,
        no_value=file.no_value,
        baseline=file.baseline,
        jump=file.jump,
        limit_order=file.limit_order,
        readiness=file.readiness,
        entries=file.entries,
        review=file.review,
        **plain,
    )


def _lines(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']} (got {one['input']!r})"
        for one in error.errors()
    ]


def _condition_mistakes(one: AlarmCondition) -> Iterator[str]:
    at = f"condition {one.id}"
    allowed = SETTINGS.get(one.form, frozenset())
    for key in sorted(set(one.settings) ^ allowed):
        said = "missing" if key in allowed else "unknown"
        yield f"{at}.settings.{key}: {said}; form {one.form.value!r} takes {sorted(allowed)}"
    if one.form in COUNTED_FORMS and not one.any_of:
        yield f"{at}.any_of: form {one.form.value!r} needs at least one clause"
    levels = [*one.priority.values(), *(rise.to for rise in one.escalations)]
    if one.suspendable and Priority.HIGH in levels:
        yield f"{at}.suspendable: it is or becomes HIGH, and no HIGH alarm may be suspended"
    if one.suspendable and one.kind is Kind.TECHNICAL and one.id not in SUSPENDABLE:
        yield f"{at}.suspendable: it tells that monitoring itself fails, and must be heard"
    if one.yields_to and one.kind is Kind.PHYSIOLOGICAL:
        yield f"{at}.yields_to: it is about the patient, and no technical alarm speaks for that"
    if one.standby and one.kind is Kind.PHYSIOLOGICAL:
        yield f"{at}.standby: it is about the patient; a standby silences equipment only"
    yield from _wait_mistakes(one, at)
    if one.form is Form.LIMIT:
        yield from _limit_mistakes(one, at)
    elif one.form in COUNTED_FORMS:
        yield from _derived_mistakes(one, at)
    yield from _guard_mistakes(one, at)
    yield from message_mistakes(one)


def _wait_mistakes(one: AlarmCondition, at: str) -> Iterator[str]:
    longest_s = CUFF_WAIT_S_MAX.get(one.form, 0.0)
    if one.cuff_wait_s > longest_s:
        yield f"{at}.cuff_wait_s: form {one.form.value!r} waits {longest_s:g} s for a cuff at most"
    elif one.cuff_wait_s and one.form is Form.REPORTED and one.vitals != PROBE:
        yield f"{at}.cuff_wait_s: only what is reported of SpO2 waits for a cuff; leave it out"


def _guard_mistakes(one: AlarmCondition, at: str) -> Iterator[str]:
    clauses = [clause for clause in (*one.any_of, *one.and_any_of) if clause.guard]
    if (clauses or one.on_delay_guard) and one.form is not Form.LIMIT:
        yield f"{at}: a guard needs form 'limit'; leave it out"
    if clauses and one.and_any_of:
        yield f"{at}: a rule with and_any_of has no guard of its limits; leave it out"
    for clause, column in product(clauses, one.priority):
        level = clause.limit.get(column)
        for value in (level.value, level.at_least, level.at_most) if level else ():
            if value is not None and clause.guard and not clause.guard.holds(value):
                vital = f"{clause.vital.value} {value:g} in column {column.value}"
                yield f"{at}: {vital} is not within its guard"
    if one.on_delay_guard and not one.on_delay_guard.holds(one.on_delay_s):
        yield f"{at}: its on-delay of {one.on_delay_s:g} s is not within its guard"


def _order_mistakes(
    conditions: Sequence[AlarmCondition], orders: Sequence[LimitOrder]
) -> Iterator[str]:
    by_id = {one.id: one for one in conditions}
    for order in orders:
        first, second = by_id.get(order.first), by_id.get(order.second)
        if first is None or second is None or not (first.any_of and second.any_of):
            yield f"limit_order: {order.first} and {order.second} must both be rules with limits"
            continue
        for column in first.priority.keys() & second.priority.keys():
            limits = [one.any_of[0].limit.get(column) for one in (first, second)]
            values = [level.value for level in limits if level and level.value is not None]
            if len(values) == 2 and not order.kept(*values):
                yield (
                    f"limit_order: in column {column.value} {order.first} stands at {values[0]:g}, "
                    f"{order.second} at {values[1]:g}"
                )


def _limit_mistakes(one: AlarmCondition, at: str) -> Iterator[str]:
    clauses = (*one.any_of, *one.and_any_of)
    for clause, column in product(clauses, one.priority):
        vital, level = clause.vital.value, clause.limit.get(column)
        if level is None:
            yield f"{at}: {vital} has no limit in column {column.value}"
            continue
        limit, clear = level.value, clause.clear.get(column, level).value
        if limit is None or clear is None or clear == limit:
            continue
        if (clear < limit) is not clause.comparison.high:
            yield (
                f"{at}: {vital} clears at {clear:g}, beyond its limit {limit:g} "
                f"in column {column.value}"
            )


def _derived_mistakes(one: AlarmCondition, at: str) -> Iterator[str]:
    """What is worked out from readings is held against plain numbers."""
    for clause, column in product(one.any_of, one.priority):
        level = clause.limit.get(column)
        if level is None or level.relative:
            yield (
                f"{at}: {clause.vital.value} needs a limit in column {column.value} that is a "
                f"number; form {one.form.value!r} knows no baseline"
            )


def _table_mistakes(conditions: list[AlarmCondition]) -> Iterator[str]:
    counted = Counter(one.id for one in conditions)
    for name, count in counted.items():
        if count > 1:
            yield f"condition {name}: stands {count} times; give each its own id"
    for one in conditions:
        for other in one.yields_to:
            if other not in counted:
                yield f"condition {one.id}.yields_to: there is no condition {other}"
        if one.id in _above(one.yields_to, conditions):
            yield f"condition {one.id}.yields_to: goes round to itself; one of them must speak"
    if not any(one.exists_in(Column.INFUSION) for one in conditions):
        yield "conditions: none is judged during the infusion"


def _above(names: Sequence[str], conditions: Sequence[AlarmCondition]) -> set[str]:
    """What these yield to, and what that yields to, and so on."""
    by_id, found, left = {one.id: one for one in conditions}, set[str](), list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += by_id[name].yields_to if name in by_id else ()
    return found
