"""One chair as the engine knows it: its session's phase, devices, newest samples and audio pause.

Knows this chair's own past, as far as a rule asks for it. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.clinic import Phase
from monitor.conditions import Preset
from monitor.vitals import Reading, Validity, VitalSign

HEART = (VitalSign.HEART_RATE, VitalSign.PULSE_RATE)


@dataclass(slots=True)
class Watched:
    """A device of the chair: how long it may be quiet, what it measures, what broke its line."""

    slot: int
    quiet_limit_s: float
    vitals: frozenset[VitalSign]
    why: str = ""


@dataclass(slots=True)
class Pause:
    """A person's audio pause, and from when on the next may follow."""

    until_s: float
    next_s: float


@dataclass(slots=True, kw_only=True, eq=False)
class Place:
    """`index` is the chair's row in the arrays. Times are monotonic seconds."""

    id: str
    index: int
    devices: Mapping[str, Watched]
    session: str | None = None
    phase: Phase | None = None
    pause: Pause | None = None
    last_frame_s: float = float("-inf")
    values: dict[VitalSign, float] = field(default_factory=dict)
    usable_s: dict[VitalSign, float] = field(default_factory=dict)
    newest_s: dict[VitalSign, float] = field(default_factory=dict)
    reasons: dict[VitalSign, str] = field(default_factory=dict)
    heart_source: VitalSign | None = None
    ecg_s: float = float("-inf")
    asserted: str = ""

    @property
    def subject(self) -> str:
        """Whom alarms are about: the session, or the chair while nobody is seated."""
        return self.session or f"chair:{self.id}"

    def forget(self) -> None:
        """Nothing of one patient is known of the next."""
        self.values, self.usable_s, self.reasons = {}, {}, {}
        self.heart_source, self.ecg_s = None, float("-inf")

    def measures(self, vital: VitalSign) -> bool:
        """Is there a device here that can measure it? For the judged heart rate: either source."""
        wanted = set(HEART) if vital is VitalSign.HEART_RATE else {vital}
        return any(device.vitals & wanted for device in self.devices.values())

    def fresh(self, readings: Iterable[Reading], preset: Preset) -> list[Sample]:
        """The samples to judge: newer than what was judged, implausible numbers as missing."""
        out = []
        for reading in readings:
            vital = reading.vital
            if reading.sampled_s <= self.newest_s.get(vital, float("-inf")):
                continue
            self.newest_s[vital] = reading.sampled_s
            out.append(Sample.of(reading, preset))
        return out

    def judged(self, samples: list[Sample], preset: Preset) -> list[Sample]:
        """The same with one heart rate: the ECG's while valid within 5 s, else the oximeter's."""
        others = [one for one in samples if one.vital not in HEART]
        heart = {one.vital: one for one in samples if one.vital in HEART}
        ecg = heart.get(VitalSign.HEART_RATE)
        pulse = heart.get(VitalSign.PULSE_RATE)
        if ecg is not None and ecg.valid:
            self.ecg_s = ecg.at_s
            return [*others, ecg]
        if pulse is not None and pulse.at_s - self.ecg_s > preset.source_hold_s:
            return [*others, pulse.standing_for(VitalSign.HEART_RATE)]
        return [*others, ecg] if ecg is not None else others


@dataclass(frozen=True, slots=True)
class Sample:
    """One judged sample. Valid, doubtful, or neither (then `value` says nothing)."""

    vital: VitalSign
    source: VitalSign
    value: float
    valid: bool
    doubtful: bool
    reason: str
    at_s: float

    @classmethod
    def of(cls, reading: Reading, preset: Preset) -> Sample:
        """From a reading; a number outside its hard range is no value (alarms.md 7.3)."""
        value = float("nan") if reading.value is None else reading.value
        hard = preset.plausible.get(reading.vital)
        possible = value == value and (hard is None or hard.holds(value))  # noqa: PLR0124  NaN
        return cls(
            reading.vital,
            reading.vital,
            value,
            possible and reading.validity.believed,
            possible and reading.validity is Validity.QUESTIONABLE,
            reading.reason,
            reading.sampled_s,
        )

    def standing_for(self, vital: VitalSign) -> Sample:
        """The same number judged as another vital sign."""
        return Sample(
            vital, self.source, self.value, self.valid, self.doubtful, self.reason, self.at_s
        )
