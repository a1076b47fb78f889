"""One open alarm and its life: steps by the table, overlays beside it.

Knows the table and this alarm's own times. Knows no array and no other alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.alerts.layout import Row
from monitor.alerts.states import ACTIVE, LATCHING_LIFE, LIFE, Alarm, AlarmEvent, AlarmState, Reason
from monitor.conditions import Kind, Priority
from monitor.vitals import VitalSign


@dataclass(slots=True, kw_only=True)
class Opened:
    """An alarm between its onset and its end. Times are monotonic seconds.

    `reference` holds the values when a person last looked; "worse" is measured
    from them. `held` is set while a person's audio pause covers it.
    """

    id: str
    chair: str
    session: str | None
    row: Row
    instance: str
    state: AlarmState
    priority: Priority
    onset_s: float
    since_s: float
    entered_s: float
    message: str
    value: float | None = None
    limit: float | None = None
    extreme: float | None = None
    sign: float = 1.0
    episode: int = 1
    ordinal: int = -1
    acknowledged_by: str | None = None
    acknowledged_s: float | None = None
    superseded: bool = False
    data_lost: bool = False
    held: bool = False
    reference: Mapping[VitalSign, float] = field(default_factory=dict)

    def step(
        self,
        reason: Reason,
        at_s: float,
        *,
        sampled_s: float | None = None,
        actor: str | None = None,
        note: str = "",
    ) -> list[AlarmEvent]:
        """Take one step; nothing when the table knows none."""
        life = LATCHING_LIFE if self.row.condition.latching else LIFE
        came_from = self.state
        to = life.get((came_from, reason))
        if to is None:
            return []
        self.state = to
        self.ordinal += 1
        if to is not came_from or reason in (Reason.PRIORITY_RISES, Reason.WORSE):
            self.since_s = at_s
        if to is AlarmState.ACTIVE_UNACK and reason is not Reason.ASSIGNED:
            self.entered_s = at_s
            self.held = False
        if reason is Reason.ACKNOWLEDGED:
            self.acknowledged_by, self.acknowledged_s = actor, at_s
        return [
            AlarmEvent(
                alarm=self.seen(),
                ordinal=self.ordinal,
                from_state=came_from,
                reason=reason,
                at_s=at_s,
                sampled_s=sampled_s,
                actor=actor,
                note=note,
            )
        ]

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
        return waiting and not (self.superseded or self.held or self.row.condition.silent)

    def lasts(self, violating_value: float, limit: float) -> None:
        """A violating sample while it is open: value, limit and extreme follow."""
        self.value, self.limit = violating_value, limit
        if self.extreme is None or (violating_value - self.extreme) * self.sign > 0:
            self.extreme = violating_value

    def seen(self) -> Alarm:
        """The alarm as it stands."""
        condition = self.row.condition
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
            extreme=self.extreme,
            episode=self.episode,
            message=self.message,
            acknowledged_by=self.acknowledged_by,
            acknowledged_s=self.acknowledged_s,
            superseded=self.superseded,
            data_lost=self.data_lost,
            audio_paused=self.held and self.state is AlarmState.ACTIVE_UNACK,
            audible=self.audible,
        )

    @property
    def technical(self) -> bool:
        """Does it arise from the equipment?"""
        return self.row.condition.kind is Kind.TECHNICAL
