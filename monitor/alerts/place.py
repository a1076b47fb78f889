"""One chair as the engine knows it: its session, devices, sources of data and audio pause.

Turns readings into the samples that are judged: newest first told, one source
in charge of each vital sign, impossible numbers as missing, cuff readings whole.
Knows this chair's own past, as far as a rule asks for it. Knows no rule.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.alerts.cuff import Cuff
from monitor.alerts.layout import ECG
from monitor.alerts.opened import Opened
from monitor.alerts.samples import Sample, one_each, sample_of, whole
from monitor.alerts.silences import Silences
from monitor.clinic import Phase
from monitor.conditions import Preset
from monitor.edits import Edits
from monitor.jumps import Jumps
from monitor.vitals import NIBP, STANDS_FOR, Reading, Validity, VitalSign, under_way

NEVER = float("-inf")
KEPT_SAMPLES_MAX = 256
"""Retained samples of a vital sign, from which an on-delay is counted anew at a limit change.

They also give the worst value of an on-delay: of a sender faster than they reach, the newest.
"""

RESULTS = frozenset({Validity.VALID, Validity.VALIDATED, Validity.QUESTIONABLE, Validity.INVALID})
"""What ends a cuff's cycle: a reading, or that it failed."""

TELLS_OF_PULSE = frozenset({VitalSign.HEART_RATE, VitalSign.PULSE_RATE, VitalSign.SPO2})
"""What is listened to from each device beside the judged heart rate: is there a pulse at all?"""


@dataclass(slots=True, eq=False)
class Quantity:
    """One judged vital sign: its sources, best first, and its newest data.

    `value` is the last valid value, `data_s` the newest sample that was data at
    all (valid or doubtful), `source` the one it came from; `switched` until somebody
    has taken note that it is another one than before.
    """

    vital: VitalSign
    sources: list[Source] = field(default_factory=list)
    source: Source | None = None
    value: float | None = None
    data_s: float = NEVER
    reason: str = ""
    switched: bool = False
    kept: deque[Sample] = field(default_factory=lambda: deque(maxlen=KEPT_SAMPLES_MAX))

    def charge(self, source: Source, at_s: float, hold_s: float, *, valid: bool) -> bool:
        """May this source speak now? A better one that was valid lately keeps the word."""
        for other in self.sources:
            if other is source:
                if valid:
                    return True
            elif at_s - other.valid_s <= hold_s:
                return False
        return True


@dataclass(slots=True, eq=False)
class Source:
    """One vital sign of the device in that slot.

    `seen_s` is how long it has been valid in this session, `value` its last valid
    value, of `valid_s`.
    """

    quantity: Quantity
    slot: int
    is_ecg: bool
    newest_s: float = NEVER
    valid_s: float = NEVER
    seen_s: float = 0.0
    value: float = 0.0


@dataclass(slots=True)
class Watched:
    """A device of the chair: how long it may be quiet, what it measures, what broke its line.

    `gate_lost`: all that its gateway carries fell silent together.
    """

    slot: int
    quiet_limit_s: float
    vitals: frozenset[VitalSign]
    why: str = ""
    gate_lost: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """When a person looked, who, and the last valid values and score of that moment."""

    values: Mapping[VitalSign, float]
    actor: str
    at_s: float
    score: float | None = None


@dataclass(slots=True)
class Pause:
    """A person's audio pause, and from when on the next may follow."""

    until_s: float
    next_s: float
    over: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Place:
    """`index` is the chair's row in the arrays. Times are monotonic seconds.

    `since_s` is when the present session (or the time without one) began: what
    was measured before is not judged. `open` holds the open alarms by row.
    `baseline` is the patient's own, by vital sign, empty until it is set; `edits` are
    limits and on-delays set for this session, `score` the newest that a person entered.
    `asserted` is what was told of each condition that is measured elsewhere.
    `cuff` is when a cuff measured here.
    `spoken` is what the device in a slot said of the pulse at the present instant, judged or not.
    `restless`: some counted rule is counting or open, so every sample is judged in full;
    else only what is not within `calm`, low and high by column of the values.
    """

    id: str
    index: int
    devices: Mapping[str, Watched]
    jumps: Jumps[Sample]
    cuff: Cuff
    session: str | None = None
    phase: Phase | None = None
    since_s: float = NEVER
    pause: Pause | None = None
    silences: Silences = field(default_factory=Silences)
    open: dict[int, Opened] = field(default_factory=dict)
    restless: bool = False
    calm: Sequence[tuple[float, float]] = ()
    baseline: Mapping[VitalSign, float] = field(default_factory=dict)
    edits: Edits = field(default_factory=dict)
    score: float | None = None
    unassigned_data_s: float = NEVER
    asserted: dict[str, str] = field(default_factory=dict)
    quantities: dict[VitalSign, Quantity] = field(default_factory=dict)
    spoken: list[tuple[int, Sample]] = field(default_factory=list)
    _sources: dict[tuple[str, VitalSign], Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # The order of ranks: a vital sign before what stands for it, then devices as configured.
        for vital in VitalSign:
            for device, watched in self.devices.items():
                if vital in watched.vitals:
                    self._add_source(device, vital)

    @property
    def subject(self) -> str:
        """Whom alarms are about: the session, or the chair while nobody is seated."""
        return self.session or f"chair:{self.id}"

    def measures(self, vital: VitalSign) -> bool:
        """Is there a device here that can measure it, or something that stands for it?"""
        quantity = self.quantities.get(vital)
        return bool(quantity and quantity.sources)

    def value(self, vital: VitalSign) -> float | None:
        """The last valid value."""
        quantity = self.quantities.get(vital)
        return quantity.value if quantity else None

    def values(self) -> dict[VitalSign, float]:
        """The last valid value of each vital sign that has one."""
        return {vital: one.value for vital, one in self.quantities.items() if one.value is not None}

    def valid_s(self, vital: VitalSign) -> float:
        """When a valid sample of it was taken last; since when the patient is here, if none was."""
        quantity = self.quantities.get(vital)
        newest = [one.valid_s for one in quantity.sources] if quantity else []
        return max([self.since_s, *newest])

    def taken(self, vital: VitalSign) -> list[float]:
        """When the valid samples were taken that are still at hand, in whatever chair."""
        quantity = self.quantities.get(vital)
        return [one.at_s for one in quantity.kept if one.valid] if quantity else []

    def taken_s(self, vital: VitalSign) -> float:
        """When the last of them was taken; without one, since when the patient is here."""
        return (self.taken(vital) or [self.since_s])[-1]

    def ecg_seen_s(self) -> float:
        """How long the ECG has been valid in this session, at most a gap at a time."""
        return max((one.seen_s for one in self._sources.values() if one.is_ecg), default=0.0)

    def lay_ecg_aside(self) -> None:
        """Its electrodes were taken off on purpose: it has not been there yet."""
        for one in self._sources.values():
            one.seen_s = 0.0

    def on_ecg(self) -> bool:
        """Is the judged heart rate the ECG's?"""
        quantity = self.quantities.get(VitalSign.HEART_RATE)
        return bool(quantity and quantity.source and quantity.source.is_ecg)

    def disagreement(self, at_s: float, hold_s: float) -> float | None:
        """How far ECG and pulse are apart; None unless both were valid within `hold_s`."""
        quantity = self.quantities.get(VitalSign.HEART_RATE)
        ecg = pulse = None
        for one in quantity.sources if quantity else ():
            if at_s - one.valid_s > hold_s:
                continue
            if not one.is_ecg:
                pulse = one.value if pulse is None else pulse
            elif ecg is None:
                ecg = one.value
        return None if ecg is None or pulse is None else abs(ecg - pulse)

    def forget(self, now_s: float) -> None:
        """A new patient, or none: nothing measured before counts."""
        self.since_s = now_s
        self.restless = False
        self.baseline, self.edits, self.score = {}, {}, None
        self.jumps.forget()
        self.cuff.forget()
        self.silences = Silences()
        self.unassigned_data_s = NEVER
        for source in self._sources.values():
            source.valid_s, source.seen_s = NEVER, 0.0
        for quantity in self.quantities.values():
            quantity.value, quantity.source, quantity.data_s = None, None, NEVER
            quantity.kept.clear()

    def seat(self, session: str | None, now_s: float) -> None:
        """Whose chair it is from now on; None: nobody's. Its open alarms are left as they are."""
        self.session, self.phase, self.pause = session, None, None
        self.forget(now_s)

    def take_over(self, left: Place, now_s: float) -> None:
        """Who sat there sits here from now on, with what is known of the patient."""
        self.forget(now_s)
        self.session, self.phase, self.score = left.session, left.phase, left.score
        self.baseline, self.edits = left.baseline, left.edits
        self.pause, self.silences = left.pause, left.silences
        self.cuff.share(now_s, shared=left.cuff.shared)
        for vital, theirs in left.quantities.items():
            mine = self.quantities.setdefault(vital, Quantity(vital))
            mine.value, mine.data_s, mine.kept = theirs.value, theirs.data_s, theirs.kept.copy()
        left.open = {}
        left.seat(None, now_s)

    def samples(self, readings: Sequence[Reading], preset: Preset) -> list[Sample]:
        """What of one instant's readings is judged; the rest is old, or another source's turn."""
        self.spoken = []
        cuff = [one for one in readings if one.vital in NIBP]
        if cuff:
            self._hear_cuff(cuff)
            readings = [one for one in readings if not under_way(one.vital, one.validity)]
        if len(readings) > 1:
            readings = sorted(readings, key=lambda reading: reading.vital in STANDS_FOR)
        taken = [one for one in (self._take(reading, preset) for reading in readings) if one]
        if len(taken) > 1:
            taken = one_each(taken)
        if cuff:
            taken = whole(taken, preset.pulse_pressure_min)
        for one in taken:
            if one.vital not in self.quantities:
                # A mean was derived where no device gives one.
                self.quantities[one.vital] = Quantity(one.vital)
            self.quantities[one.vital].reason = one.reason
        return taken

    def _hear_cuff(self, told: Sequence[Reading]) -> None:
        """When a cuff measures, by its own word; a result ends its cycle."""
        for one in told:
            if under_way(one.vital, one.validity):
                if one.sampled_s >= self.since_s:
                    self.cuff.measures(one.sampled_s)
            elif one.validity in RESULTS:
                self.cuff.gave(one.received_s)

    def judgeable(self, samples: Sequence[Sample], received_s: float) -> list[Sample]:
        """Those of one instant's samples that no jump holds back, accepted."""
        passed = [
            one
            for one in samples
            if not (one.valid or one.doubtful)
            or self.jumps.passes(one, self.quantities[one.vital].source, received_s)
        ]
        self.accept(passed)
        return passed

    def accept(self, samples: Sequence[Sample]) -> None:
        """These are what the patient's numbers are, as far as alarms go."""
        for one in samples:
            quantity = self.quantities[one.vital]
            if one.valid or one.doubtful:
                quantity.kept.append(one)
            if one.valid:
                quantity.value = one.value

    def _take(self, reading: Reading, preset: Preset) -> Sample | None:
        key = (reading.device, reading.vital)
        source = self._sources.get(key) or self._add_source(*key)
        at_s, quantity = reading.sampled_s, source.quantity
        if at_s <= source.newest_s or at_s < self.since_s:
            return None
        said = sample_of(reading, preset)
        if said.valid:
            source.value = said.value
            if source.is_ecg and source.valid_s > NEVER:
                source.seen_s += min(at_s - source.valid_s, preset.gap_s)
            source.valid_s = at_s
        source.newest_s = at_s
        if said.vital in TELLS_OF_PULSE:
            self.spoken.append((source.slot, said))
        if len(quantity.sources) > 1 and not quantity.charge(
            source, at_s, preset.source_hold_s, valid=said.valid
        ):
            return None
        if said.valid or said.doubtful:
            if at_s <= quantity.data_s:
                return None
            if quantity.source is not source:
                quantity.switched |= quantity.source is not None
                quantity.source = source
            quantity.data_s = at_s
        return said if said.vital is quantity.vital else said._replace(vital=quantity.vital)

    def _add_source(self, device: str, vital: VitalSign) -> Source:
        judged = STANDS_FOR.get(vital, vital)
        quantity = self.quantities.setdefault(judged, Quantity(judged))
        watched = self.devices.get(device)
        slot = watched.slot if watched else len(self.devices)
        source = Source(quantity, slot, is_ecg=vital is VitalSign.HEART_RATE)
        quantity.sources.append(source)
        self._sources[device, vital] = source
        return source


def instance_of(vital: VitalSign, *, once_seen: bool) -> str:
    """How a vital sign is named in an alarm's id; the ECG itself beside the judged heart rate."""
    return ECG if once_seen and vital is VitalSign.HEART_RATE else vital.value
