"""A session's own limits: what a person may set at a chair, within which ranges (alarms.md 7.4).

`Edits` are numbers by key: a rule's limit of one vital sign, or its on-delay in
seconds. They hold for one session, in every phase of it. Knows preset and
baseline; knows no sample and no page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.clinic import Phase
from monitor.conditions import (
    COLUMN_OF,
    AlarmCondition,
    Clause,
    Column,
    Form,
    Preset,
    Priority,
)
from monitor.errors import CommandRefused
from monitor.thresholds import Guard
from monitor.vitals import VitalSign

Edits = Mapping[str, float]
Baselines = Mapping[VitalSign, float]


def limit_key(rule: str, vital: VitalSign) -> str:
    """The name of a rule's limit of one vital sign."""
    return f"{rule} {vital.value}"


def delay_key(rule: str) -> str:
    """The name of a rule's on-delay."""
    return f"{rule} delay"


def levels_in_force(
    rule: str, clause: Clause, column: Column, baseline: Baselines, edits: Edits
) -> tuple[float | None, float | None]:
    """Limit and clear value of a clause, in the vital sign's unit; None while not in force.

    A limit that was set takes its clear value along, as far from it as in the preset.
    """
    base = baseline.get(clause.vital)
    limit, clear = (
        levels[column].resolve(base) if column in levels else None
        for levels in (clause.limit, clause.clear)
    )
    own = edits.get(limit_key(rule, clause.vital))
    if own is None or clause.guard is None or limit is None or column is Column.UNASSIGNED:
        return limit, clear
    return own, None if clear is None else clear + own - limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One number a person may set: as the preset has it in this phase, and as it is in force.

    `vital` is None for an on-delay, in seconds. `high`: the limit must not be exceeded.
    """

    key: str
    rule: str
    vital: VitalSign | None
    high: bool
    priority: Priority
    preset: float
    value: float
    guard: Guard


def settings(preset: Preset, phase: Phase, baseline: Baselines, edits: Edits) -> list[Setting]:
    """What can be set for a session in this phase, in the order of the preset."""
    column = COLUMN_OF[phase]
    return [
        setting
        for condition in preset.conditions
        if condition.exists_in(column)
        for setting in _settings(condition, column, baseline, edits)
    ]


def _settings(
    condition: AlarmCondition, column: Column, baseline: Baselines, edits: Edits
) -> Iterator[Setting]:
    rule, priority = condition.id, condition.priority[column]
    for clause in _clauses(condition):
        plain, _ = levels_in_force(rule, clause, column, baseline, {})
        if clause.guard is not None and plain is not None:
            key = limit_key(rule, clause.vital)
            yield Setting(
                key=key,
                rule=rule,
                vital=clause.vital,
                high=clause.comparison.high,
                priority=priority,
                preset=plain,
                value=edits.get(key, plain),
                guard=clause.guard,
            )
    if condition.on_delay_guard is not None:
        key, high = delay_key(rule), condition.any_of[0].comparison.high
        yield Setting(
            key=key,
            rule=rule,
            vital=None,
            high=high,
            priority=priority,
            preset=condition.on_delay_s,
            value=edits.get(key, condition.on_delay_s),
            guard=condition.on_delay_guard,
        )


def changed(before: Edits, changes: Mapping[str, float | None]) -> dict[str, float]:
    """The edits with these changes; None gives a number back to the preset."""
    after = {**before, **{key: value for key, value in changes.items() if value is not None}}
    return {key: value for key, value in after.items() if changes.get(key, value) is not None}


def check(preset: Preset, phase: Phase, baseline: Baselines, edits: Edits) -> None:
    """Raises `CommandRefused` for a number that may not be set, or limits out of their order."""
    guards = dict(_guards(preset.conditions))
    for key, value in edits.items():
        guard = guards.get(key)
        if guard is None:
            raise CommandRefused(
                f"{key!r} cannot be set at a chair",
                why="the alarm preset has no range for it",
                fix="choose one of the limits that the dialog shows",
            )
        if not guard.allows(value):
            raise CommandRefused(
                f"{key} cannot be set to {value:g}",
                why=f"{guard.low:g} to {guard.high:g} is allowed, in steps of {guard.step:g}",
                fix="choose a value in that range; the limit in force stays until then",
            )
    for one in _ahead(phase):
        for wrong in _disorders(preset, COLUMN_OF[one], baseline, edits):
            raise CommandRefused(
                f"these limits contradict each other in {one.value}: {wrong.text}",
                why="the less urgent alarm comes first, and low stays under high",
                fix=_remedy(preset, wrong),
            )


def _ahead(phase: Phase) -> list[Phase]:
    """In which phases a limit that is set now will be in force."""
    phases = list(Phase)
    return phases[phases.index(phase) : -1]


@dataclass(frozen=True, slots=True)
class _Disorder:
    """Two limits that contradict each other, by their rules."""

    text: str
    rules: tuple[str, str]


def _remedy(preset: Preset, wrong: _Disorder) -> str:
    """What a person can do of it: a limit without a range is nobody's to change at a chair."""
    free = {one.id for one in preset.conditions if any(c.guard for c in _clauses(one))}
    fixed = [rule for rule in wrong.rules if rule not in free]
    able = f"choose another value: {fixed[0]} cannot be changed at a chair" if fixed else ""
    return f"{able or 'change the other limit too'}; the limits in force stay until then"


def _disorders(
    preset: Preset, column: Column, baseline: Baselines, edits: Edits
) -> Iterator[_Disorder]:
    limits: dict[str, float] = {}
    sides: dict[VitalSign, tuple[list[tuple[float, str]], list[tuple[float, str]]]] = {}
    for condition, clause, limit in _limits(preset, column, baseline, edits):
        limits.setdefault(condition.id, limit)
        both = sides.setdefault(clause.vital, ([], []))
        both[clause.comparison.high].append((limit, condition.id))
    for order in preset.limit_order:
        first, second = limits.get(order.first), limits.get(order.second)
        if first is not None and second is not None and not order.kept(first, second):
            text = f"{order.first} at {first:g}, {order.second} at {second:g}"
            yield _Disorder(text, (order.first, order.second))
    for vital, (lows, highs) in sides.items():
        if lows and highs and max(lows)[0] >= min(highs)[0]:
            low, high = max(lows), min(highs)
            text = f"{vital.value} low {low[0]:g} ({low[1]}), high {high[0]:g} ({high[1]})"
            yield _Disorder(text, (low[1], high[1]))


def hints(preset: Preset, phase: Phase, baseline: Baselines, edits: Edits) -> list[str]:
    """Which of the limits a person chose will not be heard, for a more urgent rule's is within."""
    limits = list(_limits(preset, COLUMN_OF[phase], baseline, edits))
    out = []
    for one in settings(preset, phase, baseline, edits):
        sign = 1.0 if one.high else -1.0
        for other, clause, limit in limits:
            more = other.priority[COLUMN_OF[phase]] > one.priority
            same = clause.vital is one.vital and clause.comparison.high == one.high
            if one.value != one.preset and more and same and limit * sign <= one.value * sign:
                text = f"{one.rule} at {one.value:g} will not be heard"
                out.append(f"{text}: {other.id} alarms at {clause.comparison.value} {limit:g}")
    return out


def _limits(
    preset: Preset, column: Column, baseline: Baselines, edits: Edits
) -> Iterator[tuple[AlarmCondition, Clause, float]]:
    """Every limit on a vital sign itself that alone raises an alarm in this column."""
    for condition in preset.conditions:
        if condition.and_any_of or not condition.exists_in(column):
            continue
        for clause in _clauses(condition):
            limit, _ = levels_in_force(condition.id, clause, column, baseline, edits)
            if limit is not None:
                yield condition, clause, limit


def _guards(conditions: Sequence[AlarmCondition]) -> Iterator[tuple[str, Guard]]:
    for one in conditions:
        for clause in _clauses(one) if one.enabled else ():
            if clause.guard is not None:
                yield limit_key(one.id, clause.vital), clause.guard
        if one.enabled and one.on_delay_guard is not None:
            yield delay_key(one.id), one.on_delay_guard


def _clauses(condition: AlarmCondition) -> tuple[Clause, ...]:
    """Those that compare the vital sign itself."""
    return condition.any_of if condition.form is Form.LIMIT else ()
