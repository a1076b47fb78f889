"""One chair as the board knows it: last readings, open alarms, session, links.

Feeds on what the ward hands over; `tile` says what is shown at an instant.
Knows no other chair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from monitor.alerts import Alarm, AlarmState, Silences
from monitor.alerts.layout import ECG
from monitor.board.cuff import (
    CuffReading,
    Schedule,
    block,
    determination,
    left_behind,
    measuring,
)
from monitor.board.lines import Lines
from monitor.board.slots import (
    AGEING_S,
    SOURCES,
    LimitsInForce,
    Samples,
    heart_source,
    least_real,
    slot,
)
from monitor.board.tile import (
    AGEING,
    INVALID,
    QUESTIONABLE,
    CuffBlock,
    DueOnTile,
    SessionOnTile,
    Slot,
    SuspendedRule,
    Tile,
)
from monitor.board.words import (
    Values,
    clock,
    hours_minutes,
    minutes_seconds,
    open_alarm,
    utc_us,
)
from monitor.care.due import Due
from monitor.care.settings import Changed
from monitor.care.treatment import Treatment
from monitor.clinic import NEXT_PHASES, Chair, Phase, Session
from monitor.conditions import Kind, Priority
from monitor.vitals import (
    NIBP,
    STANDS_FOR,
    GenerationMode,
    Reading,
    Validity,
    VitalSign,
    under_way,
)

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
CUFF_CYCLE = "cuff cycle"
DOUBTS = frozenset({QUESTIONABLE, INVALID, AGEING})


@dataclass(slots=True, kw_only=True)
class ChairBoard:
    """The present of one chair.

    `vitals` are those its devices can measure, `configured` is the least real
    mode any of them is set up with: a simulator is marked before its first value.
    """

    chair: Chair
    vitals: frozenset[VitalSign]
    zone: tzinfo
    nibp_interval_s: Mapping[Phase, float]
    nibp_overdue_s: Mapping[Phase, float]
    configured: GenerationMode = GenerationMode.REAL
    unusable_s: float | None = None
    derived: frozenset[str] = frozenset()
    session: Session | None = None
    alarms: Sequence[Alarm] = ()
    limits: LimitsInForce = field(default_factory=dict)
    audio_paused_until_s: float | None = None
    silences: Silences | None = None
    treatment: Treatment | None = None
    due: Sequence[Due] = ()
    changed: Changed | None = None
    pending: frozenset[VitalSign] = frozenset()
    going: tuple[str, float] = ("", 0.0)
    watcher: tuple[str, str] = ("", "")
    called: Mapping[str, str] = field(default_factory=dict)
    _samples: Samples = field(default_factory=Samples)
    _cuff: CuffReading | None = None
    _measures_until_s: float = 0.0
    _schedule: Schedule = field(default_factory=lambda: Schedule(0.0, 0.0, 0.0))
    lines: Lines = field(default_factory=Lines)

    def take(self, readings: Sequence[Reading]) -> None:
        """Note live readings; late ones and those of another session are passed over."""
        of = self.session.id if self.session and self.session.phase is not Phase.CLOSED else None
        live = [one for one in readings if not one.late and one.session == of]
        self._samples.take(live)
        cuff = determination(live)
        told = [one.sampled_s for one in live if under_way(one.vital, one.validity)]
        if told:
            self._measures_until_s = max(told) + AGEING_S
        elif cuff is not None:
            self._measures_until_s = 0.0
        if cuff is None or (self._cuff and cuff.sampled_s < self._cuff.sampled_s):
            return
        self._cuff = cuff
        if cuff.validity is Validity.VALID:
            self._schedule = replace(self._schedule, since_s=cuff.sampled_s)

    def enter(self, session: Session, since_s: float) -> None:
        """The session as it now stands; a new one, or a closed one, forgets all numbers.

        `since_s` is the monotonic second at which its present phase began.
        """
        known = self.session
        interval_s = self.nibp_interval_s.get(session.phase, 0.0)
        overdue_s = self.nibp_overdue_s.get(session.phase, 0.0)
        if known is None or session.id != known.id or session.phase is Phase.CLOSED:
            self._samples, self._cuff, self._measures_until_s = Samples(), None, 0.0
            self._schedule = Schedule(interval_s, overdue_s, since_s)
        elif session.phase is not known.phase:
            self._schedule = self._schedule.entering(interval_s, overdue_s, since_s)
        self.session = session

    def take_over(self, left: ChairBoard) -> None:
        """Who sat there sits here now; the cuff's points in time are of the patient."""
        self._cuff, self._schedule = left._cuff, left._schedule
        self.going, left.going = left.going, ("", 0.0)
        left.treatment, left.due, left.changed = None, (), None
        left.session, left._samples, left._cuff = None, Samples(), None
        left._measures_until_s = 0.0

    @property
    def mode(self) -> GenerationMode:
        """DEMO or TEST as soon as one device or one shown value is not real."""
        return least_real((self.configured, self._samples.mode))

    def sounding(self) -> Priority | None:
        """The highest priority that sounds for this chair."""
        return max((one.priority for one in self.alarms if one.audible), default=None)

    def tile(self, now_s: float, now_us: int) -> Tile:
        """What is shown at this instant."""
        speaking = [one for one in self.alarms if not one.superseded]
        worst = max((one.priority for one in speaking), default=None)
        sound, offline = self.sounding(), self._offline(now_s)
        slots, nibp = self._slots(now_s, offline=bool(offline)), self._nibp(now_s)
        return Tile(
            chair=self.chair.id,
            label=self.chair.label,
            state=STATES[self.session.phase] if self.session else "EMPTY",
            offline=offline,
            patient=self._patient(),
            mode=self.mode.value,
            session=self._session(),
            clock=self._clock(now_us),
            halted=self._halted(),
            due=self._due(now_s, now_us),
            slots=slots,
            nibp=nibp,
            alarms=tuple(
                open_alarm(
                    one,
                    self._values(one, slots, nibp),
                    now_s,
                    now_us,
                    self.zone,
                    can_end=self._can_end(one, now_s),
                )
                for one in self.alarms
            ),
            audio_paused=_left(self.audio_paused_until_s, now_s),
            suspended=self._suspended(now_s),
            standby=_left(self.silences.standby_until_s if self.silences else None, now_s),
            going=self.going[0] if now_s < self.going[1] else "",
            watcher=self.watcher[1],
            watcher_id=self.watcher[0],
            sound=sound.name if sound else "",
            priority=worst.name if worst else "",
            flash=any(_flashes(one) for one in speaking if one.priority is worst),
        )

    def offline(self, now_s: float) -> bool:
        """Does OFFLINE lie over the tile?"""
        return bool(self._offline(now_s))

    def _offline(self, now_s: float) -> str:
        """Not one device of the chair can be heard: since when."""
        since_s = self.lines.silent_since_s(self.lines.gone(self.alarms, now_s))
        return "" if since_s is None else f"MONITOR OFFLINE {minutes_seconds(now_s - since_s)}"

    def _patient(self) -> str:
        ref = self.session.patient_ref if self.session else ""
        return self.called.get(ref, ref)

    def _session(self) -> SessionOnTile | None:
        session = self.session
        if session is None or session.phase is Phase.CLOSED:
            return None
        return SessionOnTile(
            id=session.id,
            phase=session.phase.value,
            since_ms=session.phase_since_us // 1_000,
            next_phases=tuple(phase.value for phase in NEXT_PHASES[session.phase]),
            limits_set=tuple(sorted(session.edits)),
            settings_changed=clock(self.changed.at_us, self.zone, "%H:%M") if self.changed else "",
            settings_differ=self.changed.said if self.changed else "",
        )

    def _clock(self, now_us: int) -> str:
        session = self.session
        if session is None or session.phase not in (Phase.INFUSION, Phase.RECOVERY):
            return ""
        passed_s = (now_us - session.phase_since_us) / 1e6
        if session.phase is Phase.RECOVERY:
            return hours_minutes(passed_s)
        infusion, planned_min = self._infusion(), float(session.planned_minutes)
        if infusion is not None:
            passed_s = infusion.elapsed_s(now_us)
            planned_min = infusion.order.minutes if infusion.order else planned_min
        return f"{hours_minutes(passed_s)}/{hours_minutes(planned_min * 60)}"

    def _infusion(self) -> Treatment | None:
        """The treatment, while the session is in INFUSION and its pump was started."""
        infusing = self.session is not None and self.session.phase is Phase.INFUSION
        started = self.treatment is not None and self.treatment.started_us is not None
        return self.treatment if infusing and started else None

    def _halted(self) -> str:
        infusion = self._infusion()
        if infusion is None or infusion.running:
            return ""
        if infusion.paused_us is not None:
            return f"PAUSED {clock(infusion.paused_us, self.zone, '%H:%M')}"
        return f"STOPPED {clock(infusion.stopped_us or 0, self.zone, '%H:%M')}"

    def _due(self, now_s: float, now_us: int) -> tuple[DueOnTile, ...]:
        """What is due at the chair: the cuff by its schedule, the rest by the session's facts."""
        if self.session is None or self.session.phase is Phase.CLOSED:
            return ()
        due = list(self.due)
        cuff_s = self._schedule.due_s()
        if cuff_s is not None and self.vitals & NIBP:
            due.append(Due(name="NIBP", due_us=utc_us(cuff_s, now_s, now_us)))
        return tuple(self._told(one, now_us) for one in sorted(due, key=lambda one: one.due_us))

    def _told(self, due: Due, now_us: int) -> DueOnTile:
        overdue = now_us > due.due_us
        at = clock(due.due_us, self.zone, "%H:%M")
        return DueOnTile(
            name=due.name, text=f"overdue since {at}" if overdue else f"due {at}", overdue=overdue
        )

    def _slots(self, now_s: float, *, offline: bool) -> tuple[Slot, ...]:
        pairs: list[tuple[VitalSign, VitalSign]] = []
        if self.vitals & HEART:
            pairs.append((VitalSign.HEART_RATE, heart_source(self._samples, now_s)))
        if VitalSign.SPO2 in self.vitals:
            pairs.append((VitalSign.SPO2, VitalSign.SPO2))
        pairs += [(vital, vital) for vital in ORDER if vital in self.vitals]
        slots = tuple(
            slot(
                shown_as,
                vital,
                self._samples,
                self.alarms,
                self.limits,
                now_s,
                pending=self.pending,
                offline=offline,
                derived=self.derived,
            )
            for shown_as, vital in pairs
        )
        return tuple(map(self._under_cuff, slots)) if self._takes_pulse(now_s) else slots

    def _takes_pulse(self, now_s: float) -> bool:
        """Does a cuff measure on the arm of the probe?"""
        arms = self.session.arms if self.session else None
        return bool(arms and arms.shared) and now_s < self._measures_until_s

    @staticmethod
    def _under_cuff(shown: Slot) -> Slot:
        """The probe's number is missing or in doubt because of the cuff."""
        probe = shown.vital == VitalSign.SPO2.value or shown.source == SOURCES[VitalSign.PULSE_RATE]
        return replace(shown, note=CUFF_CYCLE) if probe and shown.state in DOUBTS else shown

    def _nibp(self, now_s: float) -> CuffBlock | None:
        if not self.vitals & NIBP:
            return None
        shown = block(
            self._cuff,
            self._schedule,
            self.alarms,
            self.limits,
            self.session.baseline if self.session else {},
            now_s=now_s,
            zone=self.zone,
        )
        if self._cuff and self._cuff.device in self.lines.gone(self.alarms, now_s):
            return left_behind(shown)
        return measuring(shown) if now_s < self._measures_until_s else shown

    def _values(self, alarm: Alarm, slots: Sequence[Slot], nibp: CuffBlock | None) -> Values:
        """What an alarm's vital sign shows now, and the last number it had."""
        vital = alarm.vitals[0] if alarm.vitals else None
        if vital in NIBP:
            return Values(nibp.text if nibp else "", "")
        now = next((one.text for one in slots if vital and one.vital == vital.value), "")
        last = self._samples.number.get(vital, "") if vital else ""
        if vital is VitalSign.HEART_RATE and not last:
            last = self._samples.number.get(VitalSign.PULSE_RATE, "")
        return Values(now, last)

    def _can_end(self, alarm: Alarm, now_s: float) -> bool:
        """May a person end this alarm, because no usable data come of it?"""
        seen = alarm.state is AlarmState.ACTIVE_ACK
        if not seen or not alarm.vitals or self.unusable_s is None:
            return False
        if alarm.kind is not Kind.PHYSIOLOGICAL:
            return alarm.no_data_since_onset and alarm.instance == ECG
        if alarm.vitals[0].episodic:
            return True
        vitals = {*alarm.vitals, *(one for one, of in STANDS_FOR.items() if of in alarm.vitals)}
        believed = self._samples.believed_s
        newest_s = max((believed[one] for one in vitals if one in believed), default=alarm.onset_s)
        return now_s - newest_s >= self.unusable_s

    def _suspended(self, now_s: float) -> tuple[SuspendedRule, ...]:
        suspended = self.silences.suspended if self.silences else {}
        return tuple(
            SuspendedRule(rule=rule, left=_left(one.until_s, now_s))
            for rule, one in sorted(suspended.items())
            if one.until_s > now_s
        )


def _left(until_s: float | None, now_s: float) -> str:
    """`1:05` until then; "" when it is over."""
    if until_s is None or until_s <= now_s:
        return ""
    left = int(until_s - now_s + 0.999)
    return f"{left // 60}:{left % 60:02d}"


def _flashes(alarm: Alarm) -> bool:
    return alarm.state is AlarmState.ACTIVE_UNACK
