"""The burden of the alarms: how often, how long, how soon seen, how often for nothing.

By rule, from the stored steps of any number of sessions. Pure: rows in, figures
out. An episode runs from the step that raises an alarm to the one that ends it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from monitor.alerts import AlarmState, Reason
from monitor.care.session import session_of
from monitor.clinic import AckReason
from monitor.conditions import Priority
from monitor.history import Told, TransitionRow

ACTIVE = frozenset({AlarmState.ACTIVE_UNACK.value, AlarmState.ACTIVE_ACK.value})
RAISES = frozenset(
    {Reason.CONDITION_PRESENT.value, Reason.CONDITION_AGAIN.value, Reason.ASSIGNED.value}
)
"""Steps from which an episode counts: one that began at the empty chair, from the seat on."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One raising of one alarm: its highest priority, and what became of it.

    `acknowledged_s` is how long it took until a person saw it, None when nobody
    did; `artefact` when that person called it so.
    """

    rule: str
    priority: Priority
    alarm_s: float
    acknowledged_s: float | None
    artefact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBurden:
    """One rule over all chair-hours: alarms by priority, seconds in alarm, and how it was met.

    `acknowledge_s` is the median of those acknowledged, None without any;
    `artefact_share` is of those acknowledged, None without any.
    """

    rule: str
    alarms: Mapping[Priority, int]
    alarm_s: float
    acknowledged: int
    acknowledge_s: float | None
    artefact_share: float | None

    @property
    def count(self) -> int:
        """Alarms of every priority."""
        return sum(self.alarms.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """Every rule that alarmed, by name, and the hours of chairs with a patient."""

    sessions: int
    chair_hours: float
    infusion_hours: float
    rules: tuple[RuleBurden, ...]

    def of(self, rule: str) -> RuleBurden:
        """A rule's figures; zeros when it never alarmed."""
        found = [one for one in self.rules if one.rule == rule]
        return found[0] if found else _rule(rule, [])

    def per_chair_hour(self, rule: RuleBurden, priority: Priority) -> float:
        """Alarms of that priority for each hour of a chair with a patient; 0 without any hour."""
        return rule.alarms.get(priority, 0) / self.chair_hours if self.chair_hours else 0.0


def burden(told: Sequence[Told], now_us: int) -> Burden:
    """The burden of these sessions; one that is open counts until now."""
    found = [one for each in told for one in episodes(each.transitions, now_us)]
    found.sort(key=lambda one: one.rule)
    rules = [_rule(name, list(group)) for name, group in groupby(found, key=lambda one: one.rule)]
    hours = [_hours(one, now_us) for one in told]
    return Burden(
        sessions=len(told),
        chair_hours=sum(seated for seated, _ in hours),
        infusion_hours=sum(infused for _, infused in hours),
        rules=tuple(rules),
    )


def episodes(steps: Iterable[TransitionRow], now_us: int) -> Iterator[Episode]:
    """Every episode of every alarm of these steps."""
    ordered = sorted(steps, key=lambda row: (row.alarm, row.ordinal))
    for _, rows in groupby(ordered, key=lambda row: row.alarm):
        current: list[TransitionRow] = []
        for row in rows:
            if row.reason in RAISES and current:
                yield _episode(current, row.at_us)
                current = []
            if row.reason in RAISES or current:
                current.append(row)
        if current:
            yield _episode(current, now_us)


def _episode(rows: Sequence[TransitionRow], end_us: int) -> Episode:
    ends = [row.at_us for row in rows[1:]] + [end_us]
    active = [
        to_us - row.at_us for row, to_us in zip(rows, ends, strict=True) if row.to_state in ACTIVE
    ]
    seen = [row for row in rows if row.reason == Reason.ACKNOWLEDGED.value]
    return Episode(
        rule=rows[0].condition,
        priority=max(Priority[row.priority] for row in rows),
        alarm_s=sum(active) / 1e6,
        acknowledged_s=(seen[0].at_us - rows[0].at_us) / 1e6 if seen else None,
        artefact=any(row.note == AckReason.ARTEFACT.value for row in seen),
    )


def _rule(name: str, found: Sequence[Episode]) -> RuleBurden:
    delays = [one.acknowledged_s for one in found if one.acknowledged_s is not None]
    return RuleBurden(
        rule=name,
        alarms=Counter(one.priority for one in found),
        alarm_s=sum(one.alarm_s for one in found),
        acknowledged=len(delays),
        acknowledge_s=median(delays) if delays else None,
        artefact_share=sum(one.artefact for one in found) / len(delays) if delays else None,
    )


def _hours(told: Told, now_us: int) -> tuple[float, float]:
    """Of the chair with this patient, and of them the infusion's."""
    session = session_of(told.facts)
    if session is None:
        return 0.0, 0.0
    end_us = session.closed_us or now_us
    started_us, ended_us = session.infusion_started_us, session.infusion_ended_us or end_us
    infused_us = ended_us - started_us if started_us is not None else 0
    return (end_us - session.opened_us) / 3.6e9, infused_us / 3.6e9
