"""Why an alarm was raised and what became of it, as the JSON of `docs/api.md`.

Knows stored transitions and the clinic's words; decides nothing about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from monitor.conditions import AlarmCondition, Preset
from monitor.history import TransitionRow
from monitor.web import rule_words
from monitor.web.present import Json
from monitor.words import Words


def whys(rows: Iterable[TransitionRow], preset: Preset, words: Words) -> list[Json]:
    """Each alarm of these transitions, by its id; `preset` is what they were judged by."""
    rules = {one.id: one for one in preset.conditions}
    ordered = sorted(rows, key=lambda row: (row.alarm, row.ordinal))
    groups = groupby(ordered, key=lambda row: row.alarm)
    return [_why(steps, rules.get(steps[0].condition), words) for steps in map(_steps, groups)]


def _steps(group: tuple[str, Iterable[TransitionRow]]) -> list[TransitionRow]:
    return list(group[1])


def _why(steps: Sequence[TransitionRow], rule: AlarmCondition | None, words: Words) -> Json:
    """One alarm's transitions, in order: rule, preset, limit, baseline, samples, every step."""
    first, last = steps[0], steps[-1]
    return {
        "id": first.alarm,
        "condition": first.condition,
        "rule": rule_words.looks_at(rule) if rule else "",
        "unit": rule_words.unit(rule) if rule else "",
        "instance": first.instance,
        "preset": first.preset,
        "message": last.message,
        "limit": last.limit,
        "baseline": last.baseline,
        "onset": words.time(last.onset_us),
        "onset_ms": last.onset_us // 1_000,
        "fired_count": last.fired_count,
        "fired_by": [
            {
                "vital": one.vital.value,
                "label": one.vital.codes.label,
                "time": words.time(one.sampled_at_us),
                "at_ms": one.sampled_at_us // 1_000,
                "value": one.value,
                "unit": rule_words.screen_unit(one.vital.codes.unit),
            }
            for one in last.fired_by
        ],
        "steps": [_step(row, words) for row in steps],
    }


def _step(row: TransitionRow, words: Words) -> Json:
    return {
        "time": words.time(row.at_us),
        "at_ms": row.at_us // 1_000,
        "from": row.from_state,
        "to": row.to_state,
        "reason": row.reason,
        "happened": rule_words.happened(row.reason),
        "stands": rule_words.stands(row.to_state),
        "priority": row.priority,
        "value": row.value,
        "limit": row.limit,
        "actor": words.person(row.actor),
        "note": row.note,
    }
