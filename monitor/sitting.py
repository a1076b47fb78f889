"""A session that goes on, as telling it again after a restart needs it. Knows rows alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.conditions import AlarmCondition
from monitor.history import (
    ACKNOWLEDGED,
    AUDIO_PAUSED,
    ENDED,
    SEATED,
    SUSPENDED,
    FactRow,
    TransitionRow,
    chairs_of,
)


@dataclass(frozen=True, slots=True)
class Sitting:
    """An open session: what is known of it, and the alarms that are open for it.

    `probes` are the devices of its chairs that can tell of a pulse at the finger.
    """

    session: str
    seated_us: int
    facts: Sequence[FactRow]
    alarms: Sequence[TransitionRow]
    probes: Collection[str] = ()

    def begins_us(self, rule: AlarmCondition) -> list[int]:
        """Since when a rule had a past: since the patient came, and anew when a person ended it."""
        ended = [fact for fact in self.facts if fact.kind == ENDED]
        return [self.seated_us, *(one.at_us for one in ended if one.data["rule"] == rule.id)]

    def open(self, rule: AlarmCondition) -> list[TransitionRow]:
        """Its open alarms of that rule."""
        return [alarm for alarm in self.alarms if alarm.condition == rule.id]

    def looks(self, rule: AlarmCondition, now_us: int) -> list[int]:
        """When a person acknowledged that rule's open alarm, or silenced what is silent yet."""
        mine = {alarm.alarm for alarm in self.open(rule)}
        seen = [
            fact.at_us
            for fact in self.facts
            if fact.kind == ACKNOWLEDGED and fact.data["alarm"] in mine
        ]
        silenced = [
            fact.at_us
            for fact in self.facts
            if fact.kind == AUDIO_PAUSED
            or (fact.kind == SUSPENDED and fact.data["rule"] == rule.id)
            if fact.at_us + float(fact.data["seconds"] or 0.0) * 1e6 > now_us
        ]
        return seen[-1:] + silenced


def sittings_of(
    facts: Sequence[FactRow],
    alarms: Sequence[TransitionRow],
    probes: Mapping[str, Collection[str]],
) -> Iterator[Sitting]:
    """The sessions of these facts, with their open alarms; `probes` are by chair."""
    ordered = sorted(facts, key=lambda fact: fact.session or "")
    for session, told in groupby(ordered, key=lambda fact: fact.session or ""):
        its = list(told)
        seated = [fact.at_us for fact in its if fact.kind == SEATED]
        if session and seated:
            open_now = [one for one in alarms if one.session == session]
            here = {name for chair in chairs_of(its) for name in probes.get(chair, ())}
            yield Sitting(session, seated[0], its, open_now, here)
