"""What lies over an alarm's state without changing it: superseded, data lost, audio paused.

Knows the open alarms of one chair and its audio pause (alarms.md sections 8 and 8a).
"""

from __future__ import annotations

from collections.abc import Container

from monitor.alerts.layout import Row
from monitor.alerts.opened import Opened
from monitor.alerts.place import NEVER, Pause, Place
from monitor.alerts.states import AlarmState
from monitor.clinic import CLINIC
from monitor.conditions import Form, Kind, Preset
from monitor.errors import CommandRefused
from monitor.vitals import STANDS_FOR, VitalSign

NOT_NOW = float("inf")


class Overlays:
    """`changed` collects the chairs where an overlay moved."""

    def __init__(self, preset: Preset) -> None:
        self._preset = preset
        self.changed: set[str] = set()
        wide = (one.id for one in preset.conditions if one.clinic_wide and one.enabled)
        self._of_the_clinic = frozenset(wide)

    def refresh(self, place: Place, now: float) -> None:
        """Bring the overlays of a chair's open alarms up to date."""
        for opened in place.open.values():
            until_s = place.silences.silent_until_s(opened.row.condition)
            if until_s != opened.silent_until_s:
                # The end of a silence is heard through an audio pause too (8a.4).
                opened.held = opened.held and until_s is not None
                opened.silent_until_s = until_s
                self.changed.add(place.id)
        for opened in place.open.values():
            superseded = opened.active and self._superseded(opened, place)
            lost_s = self._data_lost_s(opened, place, now)
            if (superseded, lost_s) != (opened.superseded, opened.data_lost_s):
                opened.superseded, opened.data_lost_s = superseded, lost_s
                self.changed.add(place.id)

    def next_loss_s(self, place: Place) -> float:
        """When the next open alarm will have lost its data, if no sample comes."""
        newest = [self._newest_s(opened, place) for opened in place.open.values()]
        data = [one for one in newest if one is not None]
        told = [opened.data_lost_s for opened in place.open.values()]
        return min((one + self._preset.gap_s for one in data if one not in told), default=NOT_NOW)

    def yields(self, row: Row, place: Place) -> bool:
        """Does an open alarm say more about the same thing than this row would?"""
        lost: set[str] = set()
        for other in place.open.values():
            above = other.row.condition.id in row.condition.yields_to
            if not other.active or not (above or _same_vital_without_source(other, row)):
                continue
            if other.row.device is None and _covers(other.row, row):
                return True
            if other.row.device is not None:
                lost.add(other.instance)
        return bool(lost) and any(of <= lost for of in _measured_by(row, place))

    def pause(self, place: Place, actor: str, now: float, seconds: float) -> None:
        """Hold what sounds now; see `Engine.pause_audio`."""
        longest = self._preset.audio_pause_s_max
        if not 0.0 < seconds <= longest:
            raise CommandRefused(
                f"{actor} cannot pause the sound for {seconds} s",
                why=f"a pause lasts at most {longest:g} s and always ends by itself",
                fix="pause again when the alarm sounds again, or acknowledge it",
            )
        if place.pause is not None and not place.pause.over:
            return
        if place.pause is not None and now < place.pause.next_s:
            raise CommandRefused(
                "the sound was paused a moment ago",
                why=f"it must be heard for {self._preset.audible_s_between_pauses:g} s in between",
                fix="go to the chair, or acknowledge the alarm",
            )
        until_s = now + seconds
        place.pause = Pause(until_s, until_s + self._preset.audible_s_between_pauses)
        for opened in place.open.values():
            if opened.state is AlarmState.ACTIVE_UNACK:
                opened.held, opened.reference = True, place.values()
                opened.score_seen = place.score
        self.changed.add(place.id)

    def resume_pause(
        self, place: Place, span: tuple[float, float], now: float, newer: Container[str]
    ) -> None:
        """A pause that a restart interrupted; see `Returning.resume_pause`."""
        began_s, until_s = span
        over = now >= until_s
        place.pause = Pause(until_s, until_s + self._preset.audible_s_between_pauses, over)
        for opened in place.open.values():
            # What a silence's end let sound is heard through a pause of before (8a.4).
            since_s = max(opened.entered_s, place.silences.ended_s(opened.row.condition))
            before = opened.state is AlarmState.ACTIVE_UNACK and since_s <= began_s
            opened.held = before and not over and opened.id not in newer

    def end_pause(self, place: Place) -> None:
        """The pause is over: what it held sounds again."""
        if place.pause is not None:
            place.pause.over = True
        for opened in place.open.values():
            opened.held = False
        self.changed.add(place.id)

    def suspend(self, place: Place, condition: str, now: float, seconds: float) -> None:
        """Take a rule's sound away; see `Engine.suspend`."""
        try:
            rule = self._preset.condition(condition)
        except KeyError as error:
            raise CommandRefused(
                f"there is no rule {condition!r}",
                why="the preset in force has none of that name",
                fix="reload the page",
            ) from error
        if rule.clinic_wide is not (place.id == CLINIC):
            about = "the whole clinic" if rule.clinic_wide else "one chair"
            raise CommandRefused(
                f"{condition} cannot be suspended here",
                why=f"it is about {about}",
                fix=f"suspend it where the alarms of {about} are listed",
            )
        reference = place.values()
        place.silences.suspend(rule, now, seconds, reference)
        for opened in place.open.values():
            if opened.row.condition is rule:
                opened.reference = reference

    def silenced(self, place: Place, now: float) -> None:
        """What a person silences at the chair is other than before."""
        self.changed.add(place.id)
        self.refresh(place, now)

    def _superseded(self, opened: Opened, place: Place) -> bool:
        group = opened.row.condition.group
        stronger = any(
            other.row.condition.group == group
            and other.active
            and other.priority > opened.priority
            and not other.row.condition.silent
            and other.silent_until_s is None
            for other in place.open.values()
            if group
        )
        return stronger or self.yields(opened.row, place) or self._gate_speaks(opened, place)

    def _gate_speaks(self, opened: Opened, place: Place) -> bool:
        """Is a lost link one of many that are told of once, for their gateway?"""
        told_once = not self._of_the_clinic.isdisjoint(opened.row.condition.yields_to)
        return told_once and any(
            device.gate_lost and device.slot == opened.row.device
            for device in place.devices.values()
        )

    def _newest_s(self, opened: Opened, place: Place) -> float | None:
        """The newest data of what the alarm is about; None where data cannot be lost.

        Where none came yet of who sits there now, they are missing since then.
        """
        vitals = [vital for vital in opened.vitals if not vital.episodic]
        technical = opened.row.condition.kind is Kind.TECHNICAL
        if technical or not opened.active or not vitals:
            return None
        newest_s = max(place.quantities[vital].data_s for vital in vitals)
        return newest_s if newest_s > NEVER else place.since_s

    def _data_lost_s(self, opened: Opened, place: Place, now: float) -> float | None:
        newest_s = self._newest_s(opened, place)
        if newest_s is None or now < newest_s + self._preset.gap_s:
            return None
        return newest_s


def _same_vital_without_source(other: Opened, row: Row) -> bool:
    """A silent heart rate says more than a silent ECG."""
    return (
        other.row.condition.form is Form.SILENT_VITAL
        and row.once_seen_s is not None
        and other.row.once_seen_s is None
        and other.row.vital is row.vital
    )


def _covers(above: Row, row: Row) -> bool:
    """The oximeter's probe is also the source of the pulse; the ECG does not need it."""
    if above.vital is row.vital:
        return True
    pulse = row.vital in STANDS_FOR.values() and row.once_seen_s is None
    return above.vital is VitalSign.SPO2 and pulse


def _measured_by(row: Row, place: Place) -> list[set[str]]:
    """The devices of the chair that can say what the row asks for.

    Any of them will do, but for a disagreement: it needs one of each source.
    """
    wanted = [row.vital]
    if row.once_seen_s is None:
        wanted += [vital for vital, judged in STANDS_FOR.items() if judged is row.vital]
    able = [
        {name for name, device in place.devices.items() if vital in device.vitals}
        for vital in wanted
    ]
    return able if row.condition.form is Form.DISAGREEMENT else [set[str]().union(*able)]
