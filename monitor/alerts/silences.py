"""What a person silences for a while at one chair: a rule suspended, or the chair on standby.

Evaluation goes on, only the sound is off; every silence ends by itself (alarms.md
7.4, 8a.6, 8a.24). Knows conditions and times. Knows no alarm's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.clinic import Phase
from monitor.conditions import AlarmCondition
from monitor.errors import CommandRefused
from monitor.vitals import VitalSign

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Suspension:
    """A rule without sound until then, and the values when a person took it away."""

    until_s: float
    reference: Mapping[VitalSign, float]


class Silences:
    """Those of one chair, or of the clinic. `suspended` is by the rule's id.

    In one phase of a session a rule may be suspended for `SUSPENDED_S_MAX` in all. One about
    the whole clinic knows no phase: its time begins anew when its alarm is over.
    """

    SUSPENDED_S_MAX = 1_800.0
    STANDBY_S_MAX = 600.0

    def __init__(self) -> None:
        self.suspended: dict[str, Suspension] = {}
        self._used_s: dict[str, float] = {}
        self._ended_s: dict[str, float] = {}
        self.standby_until_s: float | None = None
        self._stood_until_s = -NEVER

    def suspend(
        self,
        condition: AlarmCondition,
        now: float,
        seconds: float,
        reference: Mapping[VitalSign, float],
    ) -> None:
        """Raises `CommandRefused` for a rule that must be heard, or for too long."""
        self.end_due(now)
        what, left_s = f"{condition.id} cannot be suspended", self.left_s(condition.id)
        if not condition.suspendable:
            raise CommandRefused(
                what,
                why="it is HIGH in some phase, or tells that monitoring itself fails",
                fix="acknowledge the alarm, or pause the chair's sound",
            )
        if condition.id in self.suspended:
            raise CommandRefused(
                what,
                why="it is suspended already",
                fix="wait for its end, or end it now",
            )
        if not 0.0 < seconds <= left_s:
            raise CommandRefused(
                f"{what} for {seconds} s",
                why=f"{left_s:g} s are left of {self.SUSPENDED_S_MAX:g} s {_while(condition)}",
                fix="choose a shorter time, or acknowledge the alarm",
            )
        self._used_s[condition.id] = self._used_s.get(condition.id, 0.0) + seconds
        self.suspended[condition.id] = Suspension(now + seconds, reference)

    def left_s(self, condition: str) -> float:
        """How long the rule may still be suspended in this phase."""
        return self.SUSPENDED_S_MAX - self._used_s.get(condition, 0.0)

    def end_suspension(self, condition: str, now: float) -> None:
        """End it before its time; what is left may be used later. Nothing where there is none."""
        ended = self.suspended.pop(condition, None)
        if ended is not None:
            self._used_s[condition] -= max(ended.until_s - now, 0.0)
            self._ended_s[condition] = min(ended.until_s, now)

    def forget(self, condition: str) -> None:
        """An alarm of the clinic is over: the next one sounds, and may be suspended as long."""
        self.suspended.pop(condition, None)
        self._used_s.pop(condition, None)

    def stand_by(self, phase: Phase | None, now: float, seconds: float, audible_s: float) -> None:
        """Raises `CommandRefused` in an infusion, without a session, or for too long."""
        self.end_due(now)
        what = "the chair cannot stand by"
        if phase in (None, Phase.INFUSION):
            raise CommandRefused(
                what,
                why="an infusion runs" if phase else "nobody is seated there",
                fix="acknowledge the alarm, or pause the chair's sound",
            )
        if not 0.0 < seconds <= self.STANDBY_S_MAX:
            raise CommandRefused(
                f"{what} for {seconds} s",
                why=f"a standby lasts at most {self.STANDBY_S_MAX:g} s and always ends by itself",
                fix="choose a shorter time",
            )
        if self.standby_until_s is not None:
            return
        if now < self._stood_until_s + audible_s:
            raise CommandRefused(
                what,
                why=f"it stood by a moment ago and must be heard for {audible_s:g} s in between",
                fix="try again in a moment",
            )
        self.standby_until_s = now + seconds

    def end_standby(self, now: float) -> None:
        """End it, at its time at the latest; nothing where there is none."""
        if self.standby_until_s is not None:
            self._stood_until_s, self.standby_until_s = min(self.standby_until_s, now), None

    @property
    def next_s(self) -> float:
        """When the next of them ends by itself."""
        ends = [one.until_s for one in self.suspended.values()]
        standby = [] if self.standby_until_s is None else [self.standby_until_s]
        return min([*ends, *standby], default=NEVER)

    def end_due(self, now: float) -> None:
        """What has lasted its time is over."""
        for condition in [name for name, one in self.suspended.items() if one.until_s <= now]:
            self.end_suspension(condition, now)
        if self.standby_until_s is not None and self.standby_until_s <= now:
            self.end_standby(now)

    def enter(self, phase: Phase, now: float) -> None:
        """Another phase has other limits: no rule stays suspended; an infusion ends a standby."""
        for condition in [*self.suspended]:
            self.end_suspension(condition, now)
        self._used_s = {}
        if phase is Phase.INFUSION:
            self.end_standby(now)

    def silent_until_s(self, condition: AlarmCondition) -> float | None:
        """Until when alarms of this condition are silent; None when they sound."""
        suspension = self.suspended.get(condition.id)
        ends = [suspension.until_s] if suspension else []
        if condition.standby and self.standby_until_s is not None:
            ends.append(self.standby_until_s)
        return max(ends, default=None)

    def ended_s(self, condition: AlarmCondition) -> float:
        """When alarms of this condition were last given their sound back."""
        stood_s = self._stood_until_s if condition.standby else -NEVER
        return max(self._ended_s.get(condition.id, -NEVER), stood_s)

    def reference(self, condition: str) -> Mapping[VitalSign, float]:
        """The values from which a suspended rule's alarm can get worse."""
        suspension = self.suspended.get(condition)
        return suspension.reference if suspension else {}


def _while(condition: AlarmCondition) -> str:
    return "until it is over" if condition.clinic_wide else "in this phase"
