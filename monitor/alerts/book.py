"""The open alarms of a clinic: opened, stepped, ended, restored, listed.

Knows the rows and the life of alarms. Knows no sample and judges nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.alerts.absences import Absences
from monitor.alerts.layout import Ints, Layout
from monitor.alerts.opened import Opened
from monitor.alerts.overlays import Overlays
from monitor.alerts.place import Place
from monitor.alerts.states import OPEN, Alarm, AlarmEvent, AlarmState, Reason
from monitor.conditions import Priority
from monitor.history import TransitionRow

Key = tuple[int, int]


class Book:
    """At most one open alarm a (chair, row). `run` goes into ids; see `Engine`."""

    def __init__(self, layout: Layout, absences: Absences, run: str) -> None:
        self._layout, self._absences, self._run = layout, absences, run
        self._count: dict[str, int] = {}
        self.overlays = Overlays(layout.preset)
        self.open: dict[Key, Opened] = {}
        self._rows: dict[int, list[int]] = {}

    def step(
        self,
        key: Key,
        reason: Reason,
        at_s: float,
        *,
        sampled_s: float | None = None,
        actor: str | None = None,
        note: str = "",
    ) -> list[AlarmEvent]:
        """One step of an open alarm; when it is over, its row is at rest again."""
        opened = self.open[key]
        events = opened.step(reason, at_s, sampled_s=sampled_s, actor=actor, note=note)
        if opened.state not in OPEN:
            del self.open[key]
            self._rows[key[0]].remove(key[1])
            self._absences.close(*key, at_s)
        return events

    def end(self, place: Place, row: int, at_s: float) -> list[AlarmEvent]:
        """A technical condition is over, whether its alarm was raised or not."""
        key = (place.index, row)
        events = self.step(key, Reason.CONDITION_ENDED, at_s) if key in self.open else []
        if not events:
            self._absences.close(*key, at_s)
        return events

    def new(self, place: Place, row: int, columns: Ints, onset_s: float, at_s: float) -> Opened:
        """Open an alarm, pending its first step."""
        which = self._layout.rows[row]
        instance = self.instance(place, row)
        name = f"{place.subject}/{which.condition.id}/{instance}"
        self._count[name] = self._count.get(name, 0) + 1
        opened = Opened(
            id=f"{name}/{self._run}{self._count[name]}",
            chair=place.id,
            session=place.session,
            row=which,
            instance=instance,
            state=AlarmState.PENDING,
            priority=self.priority(place, row, columns),
            onset_s=onset_s,
            since_s=at_s,
            entered_s=at_s,
            message="",
        )
        self._put(place, row, opened)
        self._absences.opened[place.index, row] = True
        return opened

    def _put(self, place: Place, row: int, opened: Opened) -> None:
        self.open[place.index, row] = opened
        self._rows.setdefault(place.index, []).append(row)

    def priority(self, place: Place, row: int, columns: Ints) -> Priority:
        """The row's priority in the chair's phase."""
        return Priority(int(self._layout.priority[columns[place.index], row]))

    def instance(self, place: Place, row: int) -> str:
        """What tells two alarms of one condition apart: the device, the vital sign, or nothing."""
        which = self._layout.rows[row]
        if which.device is not None:
            return next(name for name, one in place.devices.items() if one.slot == which.device)
        return which.vital.value if which.vital else ""

    def at(self, place: Place) -> list[tuple[Key, Opened]]:
        """A chair's open alarms with their keys, as they stand now."""
        index = place.index
        return [((index, row), self.open[index, row]) for row in self._rows.get(index, ())]

    def of(self, place: Place) -> list[Opened]:
        """A chair's open alarms."""
        return [self.open[place.index, row] for row in self._rows.get(place.index, ())]

    def any_at(self, place: Place) -> bool:
        """Has the chair an open alarm?"""
        return bool(self._rows.get(place.index))

    def refresh(self, place: Place, now: float) -> None:
        """Bring a chair's overlays up to date."""
        self.overlays.refresh(self.of(place), place, now)

    def ranked(self, place: Place | None) -> list[Alarm]:
        """Open alarms, of one chair or all: most urgent, then unacknowledged, then newest."""
        found = self.of(place) if place else list(self.open.values())
        seen = [opened.seen() for opened in found]
        unseen = AlarmState.ACTIVE_UNACK
        return sorted(seen, key=lambda a: (-a.priority, a.state is not unseen, -a.onset_s, a.id))

    def restore(
        self, place: Place, last: TransitionRow, to_monotonic: Callable[[int], float]
    ) -> None:
        """Open the alarm whose last step this is; nothing when the preset has no such row now."""
        row = self._row_named(place, last.condition, last.instance)
        if row is None:
            return
        at_s = to_monotonic(last.at_us)
        opened = Opened(
            id=last.alarm,
            chair=place.id,
            session=last.session,
            row=self._layout.rows[row],
            instance=last.instance,
            state=AlarmState(last.to_state),
            priority=Priority[last.priority],
            onset_s=to_monotonic(last.onset_us),
            since_s=at_s,
            entered_s=at_s,
            message=last.message,
            value=last.value,
            limit=last.limit,
            extreme=last.extreme,
            episode=last.episode,
            ordinal=last.ordinal,
            acknowledged_by=last.actor,
            acknowledged_s=at_s if last.actor else None,
        )
        self._put(place, row, opened)
        self._absences.opened[place.index, row] = True
        if row >= self._layout.limits:
            self._absences.bad_s[place.index, row] = to_monotonic(last.onset_us)

    def _row_named(self, place: Place, condition: str, instance: str) -> int | None:
        for number, row in enumerate(self._layout.rows):
            absent = row.device is not None and row.device >= len(place.devices)
            named = row.condition.id == condition and not absent
            if named and self.instance(place, number) == instance:
                return number
        return None
