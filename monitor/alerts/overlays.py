"""What lies over an alarm's state without changing it: superseded, data lost, audio paused.

Knows the open alarms of one chair and its audio pause (alarms.md sections 8 and 8a).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.alerts.layout import Row
from monitor.alerts.opened import Opened
from monitor.alerts.place import HEART, Pause, Place
from monitor.alerts.states import AlarmState
from monitor.conditions import Preset
from monitor.errors import CommandRefused
from monitor.vitals import VitalSign


class Overlays:
    """Collects the chairs where an overlay moved, for `take_changed`."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self._changed: set[str] = set()

    def take_changed(self) -> set[str]:
        """Chairs where an overlay moved since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    def refresh(self, mine: Sequence[Opened], place: Place, now: float) -> None:
        """Bring the overlays of a chair's open alarms up to date."""
        if place.pause is not None and now >= place.pause.until_s:
            self._end_pause(mine, place, now)
        for opened in mine:
            superseded = self._superseded(opened, mine, place)
            lost = self._data_lost(opened, place, now)
            if (superseded, lost) != (opened.superseded, opened.data_lost):
                opened.superseded, opened.data_lost = superseded, lost
                self._changed.add(place.id)

    def _superseded(self, opened: Opened, mine: Sequence[Opened], place: Place) -> bool:
        group = opened.row.condition.group
        stronger = any(
            other.row.condition.group == group and other.active and other.priority > opened.priority
            for other in mine
            if group
        )
        return stronger or self.yields(opened.row, mine, place)

    def yields(self, row: Row, mine: Sequence[Opened], place: Place) -> bool:
        """Does an open alarm say more about the same thing than this row would?"""
        return any(
            other.row.condition.id in row.condition.yields_to
            and other.active
            and _covers(other, row.vital, place)
            for other in mine
        )

    def _data_lost(self, opened: Opened, place: Place, now: float) -> bool:
        vitals = [vital for vital in opened.vitals if not vital.episodic]
        if opened.technical or not opened.active or not vitals:
            return False
        newest = max(place.usable_s.get(vital, float("-inf")) for vital in vitals)
        return now - newest > self._preset.gap_s

    def worse(self, opened: Opened, values: Mapping[VitalSign, float]) -> bool:
        """Has an acknowledged or paused alarm got worse by its step since a person looked?"""
        if opened.state is not AlarmState.ACTIVE_ACK and not opened.held:
            return False
        for clause in opened.row.condition.any_of:
            now, then = values.get(clause.vital), opened.reference.get(clause.vital)
            if now is None or then is None or clause.step is None:
                continue
            sign = 1.0 if clause.comparison.high else -1.0
            if (now - then) * sign >= clause.step:
                return True
        return False

    def pause(
        self, place: Place, mine: Sequence[Opened], actor: str, now: float, seconds: float
    ) -> None:
        """Hold what sounds now; see `Engine.pause_audio`."""
        longest = self._preset.audio_pause_s_max
        if not 0.0 < seconds <= longest:
            raise CommandRefused(
                f"{actor} cannot pause the sound for {seconds} s",
                why=f"a pause lasts at most {longest:g} s and always ends by itself",
                fix="pause again when the alarm sounds again, or acknowledge it",
            )
        if place.pause is not None and now < place.pause.until_s:
            return
        if place.pause is not None and now < place.pause.next_s:
            raise CommandRefused(
                "the sound was paused a moment ago",
                why=f"it must be heard for {self._preset.audible_s_between_pauses:g} s in between",
                fix="go to the chair, or acknowledge the alarm",
            )
        until_s = now + seconds
        place.pause = Pause(until_s, until_s + self._preset.audible_s_between_pauses)
        for opened in mine:
            if opened.state is AlarmState.ACTIVE_UNACK:
                opened.held, opened.reference = True, dict(place.values)
        self._changed.add(place.id)

    def _end_pause(self, mine: Sequence[Opened], place: Place, now: float) -> None:
        assert place.pause is not None
        for opened in mine:
            if opened.held:
                opened.held = False
                self._changed.add(place.id)
        if now >= place.pause.next_s:
            place.pause = None


def _covers(other: Opened, vital: VitalSign | None, place: Place) -> bool:
    """Is the other alarm about this vital sign, or about a device that measures it?"""
    if vital is None:
        return True
    if other.row.device is None:
        # The oximeter's probe is also the source of the pulse that stands for the heart rate.
        probe = other.row.vital is VitalSign.SPO2 and vital in HEART
        return other.row.vital is vital or (probe and place.heart_source is not HEART[0])
    wanted = set(HEART) if vital in HEART else {vital}
    lost = place.devices[other.instance]
    others = [one for one in place.devices.values() if one is not lost]
    return bool(lost.vitals & wanted) and not any(one.vitals & wanted for one in others)
