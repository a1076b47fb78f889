"""What each tile shows, decided once, here: readings, alarms, session and now in, texts out.

Pure: knows no socket, no HTML, no clock but the instant it is asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from monitor.alerts import Alarm, AlarmState, Silences
from monitor.board.chair import ChairBoard
from monitor.board.lines import Line
from monitor.board.slots import LimitsInForce, least_real
from monitor.board.tile import StripEntry, Tile, Wall
from monitor.board.words import (
    MARKS,
    can_suspend,
    clock,
    onset_text,
    silent_until,
    utc_us,
    what,
)
from monitor.care.due import Due
from monitor.care.settings import Changed
from monitor.care.treatment import Treatment
from monitor.clinic import CLINIC, Chair, Phase, Session
from monitor.conditions import Priority
from monitor.vitals import GenerationMode, Reading, VitalSign

__all__ = ["Board", "StripEntry", "Tile", "Wall", "least_real"]


class Board:
    """All chairs in the order of the configuration.

    `vitals` are those each chair's devices can measure, `modes` the least real they
    are set up with; `zone` is what its clocks show. `derived` are the rules whose value
    is no value of a vital sign, but a sum, a count or a difference.
    `alarm_changes` rises whenever strip, sound or counts may be other than before.
    """

    def __init__(
        self,
        *,
        chairs: Sequence[Chair],
        vitals: Mapping[str, frozenset[VitalSign]],
        clinic: str,
        zone: tzinfo,
        nibp_interval_s: Mapping[Phase, float],
        nibp_overdue_s: Mapping[Phase, float],
        modes: Mapping[str, GenerationMode],
        unusable_s: float | None = None,
        derived: frozenset[str] = frozenset(),
    ) -> None:
        self._clinic, self._zone = clinic, zone
        self._chairs = {
            chair.id: ChairBoard(
                chair=chair,
                vitals=vitals.get(chair.id, frozenset()),
                zone=zone,
                nibp_interval_s=nibp_interval_s,
                nibp_overdue_s=nibp_overdue_s,
                configured=modes.get(chair.id, GenerationMode.REAL),
                unusable_s=unusable_s,
                derived=derived,
            )
            for chair in chairs
        }
        self._clinic_alarms: Sequence[Alarm] = ()
        self.alarm_changes = 0

    def readings(self, readings: Iterable[Reading]) -> None:
        """Note readings, of one or many chairs, in the order they were judged."""
        by_chair: dict[str, list[Reading]] = {}
        for reading in readings:
            by_chair.setdefault(reading.chair, []).append(reading)
        for chair, its in by_chair.items():
            self._chairs[chair].take(its)

    def alarms(
        self,
        chair: str,
        alarms: Sequence[Alarm],
        limits: LimitsInForce,
        audio_paused_until_s: float | None,
        silences: Silences | None = None,
    ) -> None:
        """The chair's open alarms, ranked, its limits in force, its audio pause and silences."""
        self.alarm_changes += 1
        if chair == CLINIC:
            self._clinic_alarms = alarms
            return
        known = self._chairs[chair]
        known.alarms, known.limits = alarms, limits
        known.audio_paused_until_s = audio_paused_until_s
        known.silences = silences

    def pending(self, chair: str, vitals: frozenset[VitalSign]) -> None:
        """The chair's vital signs beyond a limit whose delay is still running."""
        self._chairs[chair].pending = vitals

    def going(self, chair: str, who: str, until_s: float) -> None:
        """Somebody is on the way to the chair; their name stands there until that second."""
        self._chairs[chair].going = (who, until_s)

    def watched_by(self, watchers: Mapping[str, tuple[str, str]]) -> None:
        """Who watches each chair: staff id and name; nobody watches one that is missing."""
        for name, chair in self._chairs.items():
            chair.watcher = watchers.get(name, ("", ""))

    def call_patients(self, called: Mapping[str, str]) -> None:
        """What tiles call patients, by their reference; by that where it is missing."""
        for chair in self._chairs.values():
            chair.called = called

    def session(self, chair: str, session: Session, *, since_s: float) -> None:
        """The chair's session as it now stands; its present phase began at `since_s`, monotonic."""
        self._chairs[chair].enter(session, since_s)

    def move(self, chair: str, to: str, session: Session, *, since_s: float) -> None:
        """The session went from a chair to another: its cuff readings and their due time with it.

        Its present phase began at `since_s`, monotonic.
        """
        self._chairs[to].enter(session, since_s)
        self._chairs[to].take_over(self._chairs[chair])

    def vacate(self, chair: str) -> None:
        """Whoever left the chair is forgotten: nobody sits there, and nothing of theirs is on."""
        self._chairs[chair].session = None

    def care(
        self, chair: str, treatment: Treatment, due: Sequence[Due], changed: Changed | None
    ) -> None:
        """What follows from the facts of the chair's session: infusion, what is due, settings."""
        known = self._chairs[chair]
        known.treatment, known.due, known.changed = treatment, due, changed

    def link(self, device: str, chair: str, *, up: bool, why: str, at_s: float) -> None:
        """A device's line was lost or is back."""
        self._chairs[chair].lines.changed(device, Line(up, why, at_s))

    def frame(self, device: str, chair: str, at_s: float) -> None:
        """A device sent a frame."""
        self._chairs[chair].lines.heard(device, at_s)

    def ever_heard(self, chair: str) -> bool:
        """Has any device of the chair sent a frame since the service began?"""
        return self._chairs[chair].lines.ever_heard

    def tile(self, chair: str, now_s: float, now_us: int) -> Tile:
        """What one chair's tile shows; KeyError for a chair there is not."""
        return self._chairs[chair].tile(now_s, now_us)

    def wall(self, now_s: float, now_us: int) -> Wall:
        """The whole clinic at this instant (monotonic seconds and UTC microseconds)."""
        tiles = tuple(chair.tile(now_s, now_us) for chair in self._chairs.values())
        return Wall(
            now_ms=now_us // 1_000,
            clock=self.clock(now_us),
            clinic=self._clinic,
            mode=self.mode(),
            counts=self.counts(now_s),
            tiles=tiles,
            strip=self.strip(now_s, now_us),
            sound=self.sound(),
        )

    def clock(self, now_us: int) -> str:
        """The clinic's time of day."""
        return clock(now_us, self._zone)

    def sound(self) -> str:
        """The priority that sounds in the room: the highest audible one of all chairs."""
        audible = [one.priority for one in self._clinic_alarms if one.audible]
        audible += [one for chair in self._chairs.values() if (one := chair.sounding())]
        return max(audible).name if audible else ""

    def strip(self, now_s: float, now_us: int) -> tuple[StripEntry, ...]:
        """Open alarms of all chairs: highest priority, then unacknowledged, then newest."""
        alarms = [*self._clinic_alarms]
        alarms += [one for chair in self._chairs.values() for one in chair.alarms]
        shown = [one for one in alarms if not one.superseded]
        shown.sort(key=lambda one: (-one.priority, _seen(one), -one.onset_s))
        return tuple(self._entry(one, now_s, now_us) for one in shown)

    def _entry(self, alarm: Alarm, now_s: float, now_us: int) -> StripEntry:
        label = self._chairs[alarm.chair].chair.label if alarm.chair else "clinic"
        # What to do then stands at the chair; an alarm of the clinic has no other place.
        text = what(alarm) if alarm.chair else alarm.message
        onset = onset_text(alarm, utc_us(alarm.onset_s, now_s, now_us), self._zone)
        return StripEntry(
            chair=alarm.chair,
            priority=alarm.priority.name,
            text=f"{label} {MARKS[alarm.priority]} {text} {onset}",
            id=alarm.id,
            condition=alarm.condition,
            can_suspend=can_suspend(alarm),
            suspended=silent_until(alarm, now_s, now_us, self._zone),
        )

    def spoken(self, alarm: Alarm, onset_us: int) -> str:
        """An alarm to be read aloud, once: its time only where that is what it is about."""
        since = f" {onset_text(alarm, onset_us, self._zone)}" if alarm.no_data_since_onset else ""
        return f"{MARKS[alarm.priority]} {alarm.message}{since}"

    def counts(self, now_s: float) -> str:
        """`6 chairs  1 high  1 offline`: chairs by their worst open alarm."""
        chairs = self._chairs.values()
        worst = Counter(
            max(one.priority for one in chair.alarms if not one.superseded)
            for chair in chairs
            if any(not one.superseded for one in chair.alarms)
        )
        parts = [f"{len(chairs)} chair{'' if len(chairs) == 1 else 's'}"]
        parts += [
            f"{worst[priority]} {priority.name.lower()}"
            for priority in sorted(Priority, reverse=True)
            if worst[priority]
        ]
        offline = sum(chair.offline(now_s) for chair in chairs)
        parts += [f"{offline} offline"] if offline else []
        return "  ".join(parts)

    def mode(self) -> str:
        """DEMO or TEST as soon as one device or value of the clinic is not real, as its word."""
        return least_real(chair.mode for chair in self._chairs.values()).value


def _seen(alarm: Alarm) -> bool:
    return alarm.state is not AlarmState.ACTIVE_UNACK
