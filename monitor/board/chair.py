"""One chair as the board knows it: last readings, open alarms, session, links.

Feeds on what the ward hands over; `tile` says what is shown at an instant.
Knows no other chair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from monitor.alerts import Alarm, AlarmState
from monitor.board.cuff import CuffReading, block, determination
from monitor.board.slots import LimitsInForce, heart_source, slot
from monitor.board.tile import CuffBlock, SessionOnTile, Slot, Tile
from monitor.board.words import hours_minutes, minutes_seconds, open_alarm
from monitor.clinic import NEXT_PHASES, Chair, Phase, Session
from monitor.conditions import Priority
from monitor.vitals import NIBP, GenerationMode, Reading, VitalSign

STATES = {
    Phase.PREPARE: "READY",
    Phase.BASELINE: "BASELINE",
    Phase.INFUSION: "INFUSING",
    Phase.RECOVERY: "RECOVERY",
    Phase.CLOSED: "DONE",
}
HEART = frozenset({VitalSign.HEART_RATE, VitalSign.PULSE_RATE})
ORDER = (VitalSign.RESPIRATORY_RATE, VitalSign.ETCO2, VitalSign.TEMPERATURE)
"""What follows heart rate and SpO2, where a device of the chair measures it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A device's link: up or down since `at_s`, and why."""

    up: bool
    why: str
    at_s: float


@dataclass(slots=True, kw_only=True)
class ChairBoard:
    """The present of one chair. `vitals` are those its devices can measure."""

    chair: Chair
    vitals: frozenset[VitalSign]
    zone: tzinfo
    nibp_interval_s: Mapping[Phase, float]
    session: Session | None = None
    alarms: Sequence[Alarm] = ()
    limits: LimitsInForce = field(default_factory=dict)
    audio_paused_until_s: float | None = None
    _newest: dict[VitalSign, Reading] = field(default_factory=dict)
    _last_number_s: dict[VitalSign, float] = field(default_factory=dict)
    _cuff: CuffReading | None = None
    _failed: CuffReading | None = None
    _lines: dict[str, Line] = field(default_factory=dict)

    def take(self, readings: Sequence[Reading]) -> None:
        """Note live readings; late ones and those of another session are passed over."""
        of = self.session.id if self.session and self.session.phase is not Phase.CLOSED else None
        live = [one for one in readings if not one.late and one.session == of]
        for reading in live:
            self._newest[reading.vital] = reading
            if reading.value is not None:
                self._last_number_s[reading.vital] = reading.sampled_s
        cuff = determination(live)
        if cuff is not None and cuff.systolic is None and cuff.diastolic is None:
            self._failed = cuff
        elif cuff is not None:
            self._cuff, self._failed = cuff, None

    def enter(self, session: Session) -> None:
        """The session as it now stands; a new one, or a closed one, forgets all numbers."""
        known = self.session.id if self.session else None
        if session.id != known or session.phase is Phase.CLOSED:
            self._newest, self._last_number_s = {}, {}
            self._cuff = self._failed = None
        self.session = session

    def line(self, device: str, line: Line) -> None:
        """A device's link changed."""
        self._lines[device] = line

    def heard(self, device: str, at_s: float) -> None:
        """A frame came: the device's link is up."""
        before = self._lines.get(device)
        if before is None or not before.up:
            self._lines[device] = Line(up=True, why="", at_s=at_s)

    @property
    def mode(self) -> GenerationMode:
        """DEMO or TEST as soon as one shown value is not real."""
        modes = {reading.mode for reading in self._newest.values()}
        for mode in (GenerationMode.DEMO, GenerationMode.TEST):
            if mode in modes:
                return mode
        return GenerationMode.REAL

    def sounding(self) -> Priority | None:
        """The highest priority that sounds for this chair."""
        return max((one.priority for one in self.alarms if one.audible), default=None)

    def tile(self, now_s: float, now_us: int) -> Tile:
        """What is shown at this instant."""
        active = [one for one in self.alarms if not one.superseded]
        worst = max((one.priority for one in active), default=None)
        sound = self.sounding()
        flashes = any(one.state is AlarmState.ACTIVE_UNACK for one in active)
        return Tile(
            chair=self.chair.id,
            label=self.chair.label,
            state=STATES[self.session.phase] if self.session else "EMPTY",
            offline=self._offline(now_s),
            patient=self.session.patient_ref if self.session else "",
            mode=self.mode.value,
            session=self._session(),
            clock=self._clock(now_us),
            slots=self._slots(now_s),
            nibp=self._nibp(now_s),
            alarms=tuple(
                open_alarm(one, now_us - round((now_s - one.onset_s) * 1e6), self.zone)
                for one in self.alarms
            ),
            audio_paused=self._paused(now_s),
            sound=sound.name if sound else "",
            priority=worst.name if worst else "",
            flash=flashes,
        )

    def offline(self, now_s: float) -> bool:
        """Does OFFLINE lie over the tile?"""
        return bool(self._offline(now_s))

    def _offline(self, now_s: float) -> str:
        down = [line for line in self._lines.values() if not line.up]
        lost = [one for one in self.alarms if one.condition == "T-LINK" and _open(one)]
        if not lost and len(down) < max(1, len(self._lines)):
            return ""
        since_s = min([line.at_s for line in down] + [one.onset_s for one in lost])
        return f"MONITOR OFFLINE {minutes_seconds(now_s - since_s)}"

    def _session(self) -> SessionOnTile | None:
        session = self.session
        if session is None or session.phase is Phase.CLOSED:
            return None
        return SessionOnTile(
            id=session.id,
            phase=session.phase.value,
            since_ms=session.phase_since_us // 1_000,
            next_phases=tuple(phase.value for phase in NEXT_PHASES[session.phase]),
        )

    def _clock(self, now_us: int) -> str:
        session = self.session
        if session is None or session.phase not in (Phase.INFUSION, Phase.RECOVERY):
            return ""
        ran = hours_minutes((now_us - session.phase_since_us) / 1e6)
        if session.phase is Phase.RECOVERY:
            return ran
        return f"{ran}/{hours_minutes(session.planned_minutes * 60)}"

    def _slots(self, now_s: float) -> tuple[Slot, ...]:
        pairs: list[tuple[VitalSign, VitalSign]] = []
        if self.vitals & HEART:
            pairs.append((VitalSign.HEART_RATE, heart_source(self._newest, now_s)))
        if VitalSign.SPO2 in self.vitals:
            pairs.append((VitalSign.SPO2, VitalSign.SPO2))
        pairs += [(vital, vital) for vital in ORDER if vital in self.vitals]
        return tuple(
            slot(
                shown_as,
                vital,
                self._newest,
                self._last_number_s.get(vital),
                self.alarms,
                self.limits,
                now_s,
            )
            for shown_as, vital in pairs
        )

    def _nibp(self, now_s: float) -> CuffBlock | None:
        if not self.vitals & NIBP:
            return None
        phase = self.session.phase if self.session else Phase.CLOSED
        return block(
            self._cuff,
            self._failed,
            self.alarms,
            self.limits,
            interval_s=self.nibp_interval_s.get(phase, 0.0),
            now_s=now_s,
            zone=self.zone,
        )

    def _paused(self, now_s: float) -> str:
        until = self.audio_paused_until_s
        if until is None or until <= now_s:
            return ""
        left = int(until - now_s + 0.999)
        return f"{left // 60}:{left % 60:02d}"


def _open(alarm: Alarm) -> bool:
    return alarm.state in (AlarmState.ACTIVE_UNACK, AlarmState.ACTIVE_ACK)
