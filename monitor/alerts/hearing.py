"""One chair's instants in order: what is due first, then who spoke, then what is judged.

Knows the order of things, and what a jump holds back. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.alerts.deadlines import NOT_NOW
from monitor.alerts.judging import Judging, Turn
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Place
from monitor.alerts.samples import Sample
from monitor.alerts.states import AlarmEvent
from monitor.alerts.turns import Group
from monitor.alerts.watch import Watch
from monitor.conditions import Preset


class Hearing:
    """While `warming`, stored readings fill the windows and no alarm takes a step.

    `recalled` holds what was judged then, by whom it is about and column of the values.
    """

    def __init__(self, preset: Preset, watch: Watch, judging: Judging, overlays: Overlays) -> None:
        self._preset = preset
        self._watch, self._judging, self._overlays = watch, judging, overlays
        self._discarded: list[tuple[str, Sample]] = []
        self.warming = False
        self._counting = True
        self.recalled: dict[tuple[str, int], list[Sample]] = {}

    def recall(self, rounds: Iterable[Sequence[Group]]) -> None:
        """While warming: of these no more counts than what they leave in rules over the past."""
        self._counting = False
        self.hear(rounds)
        self._counting = True

    def hear(self, rounds: Iterable[Sequence[Group]]) -> list[AlarmEvent]:
        """Rounds of at most one instant a chair."""
        events: list[AlarmEvent] = []
        for groups in rounds:
            ready = []
            for place, received_s, at_s, group in groups:
                events += self.settle(place, received_s)
                if place.jumps.due_s < NOT_NOW:
                    events += self._land(place, at_s, received_s)
                measures_s = place.cuff.ends_s
                samples = place.samples(group, self._preset)
                if place.cuff.ends_s < measures_s:
                    self._watch.schedule(place, received_s)
                if not (samples or place.spoken):
                    continue
                if self.warming:
                    self._watch.warm(place, samples, received_s)
                else:
                    events += self._watch.note(place, samples, received_s)
                ready.append((place, received_s, at_s, place.judgeable(samples, received_s)))
                if place.jumps.due_s < NOT_NOW:
                    self._watch.schedule_hold(place, received_s)
            events += self._judge(ready)
        return events

    def settle(self, place: Place, now: float) -> list[AlarmEvent]:
        """Take what is due at a chair by now, one after the other, each at its own time."""
        waits = self.warming or now < self._watch.deadlines.soonest_s
        return [] if waits else self.ring(place, now)

    def ring(self, place: Place, now: float) -> list[AlarmEvent]:
        """The same, without a look at what is nearest of all chairs."""
        deadlines, events = self._watch.deadlines, list[AlarmEvent]()
        row, at_s = deadlines.first(place.index)
        while at_s <= now:
            # Whoever still waits says so anew: nothing can be due for ever.
            deadlines.put(place.index, row, NOT_NOW)
            if row == self._watch.hold_column:
                events += self._land(place, at_s, at_s)
            else:
                events += self._watch.ring(place, row, at_s)
            row, at_s = deadlines.first(place.index)
        deadlines.soonest_s = min(deadlines.soonest_s, at_s)
        return events

    def decide(self, place: Place, now: float) -> list[AlarmEvent]:
        """Judge now whatever jumps hold back at a chair."""
        return self._land(place, NOT_NOW, now)

    def take_discarded(self) -> list[tuple[str, Sample]]:
        """By chair, the samples since the last call that a jump made and that did not last."""
        discarded, self._discarded = self._discarded, []
        return discarded

    def _land(self, place: Place, at_s: float, now: float) -> list[AlarmEvent]:
        """Judge what jumps held back until a sample of that time, at their own times."""
        events: list[AlarmEvent] = []
        for vital in place.jumps.ripe(at_s, now):
            accepted, discarded = place.jumps.decide(vital)
            if not self.warming:
                self._discarded += [(place.id, one) for one in discarded]
            place.spoken = []
            for one in accepted:
                place.accept([one])
                events += self._judge([(place, now, one.at_s, [one])])
            self._watch.schedule_hold(place, now)
        return events

    def _judge(self, ready: Sequence[Turn]) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        if self.warming:
            for (place, *_), heard in self._judging.warm(ready, counting=self._counting):
                subject = place.subject
                for column, one in heard.items():
                    self.recalled.setdefault((subject, column), []).append(one)
            return events
        for place, at_s, stepped in self._judging.judge(ready):
            events += stepped
            if stepped:
                self._watch.schedule(place, at_s)
            elif place.open:
                self._overlays.refresh(place, at_s)
                self._watch.schedule_loss(place)
                self._watch.schedule_rises(place, at_s)
        return events
