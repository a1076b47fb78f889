"""One open alarm and its life: steps by the table, overlays beside it.

Knows the table and this alarm's own times. Knows no array and no other alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.alerts.layout import Row
from monitor.alerts.states import (
    ACTIVE,
    LATCHING_LIFE,
    LIFE,
    OPEN,
    QUIET,
    Alarm,
    AlarmState,
    Evidence,
    Reason,
)
from monitor.alerts.word import NOT_YET, Word
from monitor.conditions import Clause, Form, Priority
from monitor.vitals import VitalSign

LOUDER = frozenset({Reason.PRIORITY_RISES, Reason.WORSE, Reason.CONDITION_AGAIN})
"""Steps that let an alarm sound anew though its state may stay."""


@dataclass(slots=True, kw_only=True, eq=False)
class Opened:
    """An alarm between its onset and its end. Times are monotonic seconds.

    `since_s` is when its state began, `entered_s` when it last began to sound.
    `extremes` are the worst value and its time (None: not known after a restart) of
    each vital sign that violated in this episode, which has had `violations` violating
    samples. `reference` holds the values when a person last looked, `score_seen` the
    score that was entered by then; "worse" is measured from them. `held` is set while
    a person's audio pause covers it, `silent_until_s` while its rule is suspended or
    its chair stands by.
    `baseline`, `fired_by` and `fired_count` are as in `Alarm`.
    `word` is what was said last of its condition.
    """

    id: str
    chair: str
    session: str | None
    row: Row
    instance: str
    state: AlarmState
    priority: Priority
    onset_s: float
    since_s: float = NOT_YET
    entered_s: float = NOT_YET
    message: str = ""
    value: float | None = None
    limit: float | None = None
    speaks: VitalSign | None = None
    extremes: dict[VitalSign, tuple[float, float | None]] = field(default_factory=dict)
    episode: int = 1
    violations: int = 1
    ordinal: int = -1
    acknowledged_by: str | None = None
    acknowledged_s: float | None = None
    superseded: bool = False
    data_lost_s: float | None = None
    held: bool = False
    silent_until_s: float | None = None
    reference: Mapping[VitalSign, float] = field(default_factory=dict)
    score_seen: float | None = None
    word: Word = field(default_factory=Word)
    baseline: float | None = None
    fired_by: tuple[Evidence, ...] = ()
    fired_count: int = 0

    def step(self, reason: Reason, at_s: float, *, actor: str | None = None) -> AlarmState | None:
        """Take one step by the table. The state it came from; None when the table knows no step."""
        latches = self.row.condition.latching and self.priority is Priority.HIGH
        life = LATCHING_LIFE if latches else LIFE
        came_from = self.state
        to = life.get((came_from, reason))
        if to is None:
            return None
        self.state = to
        self.ordinal += 1
        if to is not came_from or reason in LOUDER:
            self.since_s = at_s
        if to is AlarmState.ACTIVE_UNACK and reason not in QUIET:
            self.entered_s, self.held = at_s, False
        if reason is Reason.ACKNOWLEDGED:
            self.acknowledged_by, self.acknowledged_s = actor, at_s
        if to not in OPEN:
            self.superseded, self.data_lost_s, self.silent_until_s = False, None, None
        return came_from

    def assign(self, session: str | None) -> None:
        """It is of this session from now on; no audio pause of the empty chair holds it there."""
        self.session, self.held = session, False

    @property
    def active(self) -> bool:
        """Is its condition held to be present?"""
        return self.state in ACTIVE

    @property
    def vitals(self) -> tuple[VitalSign, ...]:
        """What it is about."""
        return (self.row.vital,) if self.row.vital else self.row.condition.watched

    @property
    def audible(self) -> bool:
        """Does it count for sound now?"""
        waiting = self.state is AlarmState.ACTIVE_UNACK
        silenced = self.held or self.silent_until_s is not None
        return waiting and not (self.superseded or silenced or self.row.condition.silent)

    def extremes_follow(self, clause: Clause, value: float, at_s: float | None) -> None:
        """One clause is violated: its extreme follows when it is worse than before."""
        worst = self.extremes.get(clause.vital)
        if worst is None or (value > worst[0] if clause.comparison.high else value < worst[0]):
            self.extremes[clause.vital] = (value, at_s)

    def violates(self, clause: Clause, value: float, limit: float, at_s: float) -> None:
        """The same; the first clause of a round that is violated speaks for the alarm."""
        self.extremes_follow(clause, value, at_s)
        if self.speaks is None:
            self.value, self.limit, self.speaks = value, limit, clause.vital

    def seen(self) -> Alarm:
        """The alarm as it stands."""
        condition = self.row.condition
        extreme = self.extremes.get(self.speaks) if self.speaks else None
        return Alarm(
            id=self.id,
            chair=self.chair,
            session=self.session,
            condition=condition.id,
            instance=self.instance,
            kind=condition.kind,
            priority=self.priority,
            state=self.state,
            group=condition.group,
            vitals=self.vitals,
            onset_s=self.onset_s,
            since_s=self.since_s,
            value=self.value,
            limit=self.limit,
            extreme=extreme[0] if extreme else None,
            extreme_s=extreme[1] if extreme else None,
            episode=self.episode,
            message=self.message,
            acknowledged_by=self.acknowledged_by,
            acknowledged_s=self.acknowledged_s,
            superseded=self.superseded,
            data_lost=self.data_lost_s is not None,
            data_lost_s=self.data_lost_s,
            baseline=self.baseline,
            fired_by=self.fired_by,
            fired_count=self.fired_count,
            audio_paused=self.held and self.state is AlarmState.ACTIVE_UNACK,
            silent_until_s=self.silent_until_s,
            suspendable=condition.suspendable,
            audible=self.audible,
            no_data_since_onset=condition.form is Form.SILENT_VITAL,
        )
