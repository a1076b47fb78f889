"""An engine with one chair, driven second by second, for tests of rules and of an alarm's life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from monitor import shipped
from monitor.alerts import Alarm, AlarmEvent, AlarmState, Engine, Reason
from monitor.clinic import Phase
from monitor.conditions import Preset, Priority
from monitor.presets import load_preset
from monitor.vitals import GenerationMode, Reading, TimeBasis, Validity, VitalSign

SPO2, HR, PR = VitalSign.SPO2, VitalSign.HEART_RATE, VitalSign.PULSE_RATE
SYS, DIA, MEAN = VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.NIBP_MEAN
QUIET_S = 3.0


@cache
def preset() -> Preset:
    """The shipped preset, read once."""
    text, where = shipped.preset_text("ketamine-adult", base=Path())
    return load_preset(text, where=where)


def reading(
    vital: VitalSign,
    value: float | None,
    at_s: float,
    *,
    chair: str = "1",
    validity: Validity = Validity.VALID,
    reason: str = "",
    late: bool = False,
) -> Reading:
    """One reading of a chair's only device."""
    if value is None and validity is Validity.VALID:
        validity = Validity.NOT_AVAILABLE
    return Reading(
        vital=vital,
        value=value,
        validity=validity,
        mode=GenerationMode.TEST,
        basis=TimeBasis.RECEIVED,
        reason=reason,
        device=f"dev-{chair}",
        chair=chair,
        session=None,
        sampled_s=at_s,
        received_s=at_s,
        sampled_at_us=round(at_s * 1e6),
        received_at_us=round(at_s * 1e6),
        late=late,
    )


class Chairside:
    """Engine, clock and chair "1"; `events` collects every step of every alarm."""

    def __init__(
        self,
        phase: Phase | None = Phase.INFUSION,
        *,
        chairs: Iterable[str] = "1",
        rules: Preset | None = None,
    ) -> None:
        self.engine = Engine(rules or preset())
        self.now = 0.0
        self.events: list[AlarmEvent] = []
        for chair in chairs:
            self.engine.add_chair(chair, {f"dev-{chair}": (QUIET_S, frozenset(VitalSign))}, 0.0)
            if phase is not None:
                self.engine.seat(chair, f"s{chair}", Phase.PREPARE, 0.0)
                self.engine.set_phase(chair, phase, 0.0)

    def pass_second(
        self,
        values: Mapping[VitalSign, float | None],
        *,
        validity: Mapping[VitalSign, tuple[Validity, str]] | None = None,
        silent: bool = False,
        chair: str = "1",
    ) -> None:
        """One frame with these values, unless the monitor is silent; then one second passes."""
        if not silent:
            self.events += self.engine.frame(f"dev-{chair}", self.now)
            said = validity or {}
            self.events += self.engine.observe(
                [
                    reading(
                        vital,
                        value,
                        self.now,
                        chair=chair,
                        validity=said.get(vital, (Validity.VALID, ""))[0],
                        reason=said.get(vital, (Validity.VALID, ""))[1],
                    )
                    for vital, value in values.items()
                ]
            )
        self.now += 1.0
        self.events += self.engine.advance(self.now)

    def hold(self, seconds: int, **values: float | None) -> None:
        """The same values for so many seconds; heart rate and SpO2 are calm unless named."""
        vitals: dict[VitalSign, float | None] = {SPO2: 97.0, HR: 72.0}
        vitals |= {VitalSign[name]: value for name, value in values.items()}
        for _ in range(seconds):
            self.pass_second(vitals)

    def cuff(self, systolic: float, diastolic: float, mean: float | None = None) -> None:
        """One second with a cuff reading beside calm values."""
        values: dict[VitalSign, float | None] = {SPO2: 97.0, HR: 72.0, SYS: systolic}
        values |= {DIA: diastolic} | ({MEAN: mean} if mean is not None else {})
        self.pass_second(values)

    def alarm(self, condition: str) -> Alarm | None:
        """The open alarm of a condition."""
        found = [one for one in self.engine.alarms() if one.condition == condition]
        assert len(found) <= 1
        return found[0] if found else None

    def state(self, condition: str) -> AlarmState:
        """Its state; IDLE when it is not open."""
        alarm = self.alarm(condition)
        return alarm.state if alarm else AlarmState.IDLE

    def sounding(self) -> Priority | None:
        """What sounds now."""
        return max((one.priority for one in self.engine.alarms() if one.audible), default=None)

    def raised(self, condition: str) -> list[float]:
        """The seconds at which the condition was raised."""
        return [
            event.at_s
            for event in self.events
            if event.alarm.condition == condition and event.reason is Reason.CONDITION_PRESENT
        ]

    def acknowledge(self, condition: str, actor: str = "rk") -> None:
        """A nurse acknowledges it."""
        alarm = self.alarm(condition)
        assert alarm is not None
        self.events += self.engine.acknowledge(alarm.id, actor, self.now)
