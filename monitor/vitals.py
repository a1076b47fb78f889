"""Vital signs and what is said of them: the vocabulary every other room speaks.

Knows the names, codes and units of ISO/IEEE 11073, LOINC and UCUM. Knows no
device, chair, clock, alarm or database.

Codes: MDC (ISO/IEEE 11073-10101) and LOINC as tabled in the HL7 Point-of-Care
Device implementation guide; units are UCUM. Validity and generation mode are
the BICEPS values of ISO/IEEE 11073-10207, spelt out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Keyed(Enum):
    """Words that are keys on the way of every reading.

    Each is one object: its own hash, not that of its name by way of Python, at every look-up.
    """

    __hash__ = object.__hash__


class VitalSign(Keyed):
    """One measured quantity. The value is the short stable key used in storage and on the wire."""

    HEART_RATE = "HR"
    PULSE_RATE = "PR"
    SPO2 = "SpO2"
    PERFUSION_INDEX = "PI"
    NIBP_SYSTOLIC = "NIBP_SYS"
    NIBP_DIASTOLIC = "NIBP_DIA"
    NIBP_MEAN = "NIBP_MEAN"
    NIBP_PULSE_RATE = "NIBP_PR"
    RESPIRATORY_RATE = "RR"
    ETCO2 = "EtCO2"
    TEMPERATURE = "T"

    @property
    def codes(self) -> Codes:
        """Its row of the code table."""
        return CODES[self]

    @property
    def episodic(self) -> bool:
        """True for cuff values: each is a point in time and stays true as such."""
        return self in NIBP


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """How the world outside names one vital sign.

    `mdc` is the 11073-10101 context-free code and `mdc_name` its reference
    identifier, `loinc` the LOINC number, `unit` the UCUM unit of every value
    of this vital sign inside Chairside, `label` the word on the screen.
    """

    mdc: int
    mdc_name: str
    loinc: str
    unit: str
    label: str
    name: str


CODES: dict[VitalSign, Codes] = {
    VitalSign.HEART_RATE: Codes(
        mdc=147842,
        mdc_name="MDC_ECG_HEART_RATE",
        loinc="8867-4",
        unit="/min",
        label="HR",
        name="heart rate (ECG)",
    ),
    VitalSign.PULSE_RATE: Codes(
        mdc=149530,
        mdc_name="MDC_PULS_OXIM_PULS_RATE",
        loinc="8889-8",
        unit="/min",
        label="PR",
        name="pulse rate (oximeter)",
    ),
    VitalSign.SPO2: Codes(
        mdc=150456,
        mdc_name="MDC_PULS_OXIM_SAT_O2",
        loinc="59408-5",
        unit="%",
        label="SpO2",
        name="oxygen saturation",
    ),
    VitalSign.PERFUSION_INDEX: Codes(
        mdc=150488,
        mdc_name="MDC_BLD_PERF_INDEX",
        loinc="61006-3",
        unit="%",
        label="PI",
        name="perfusion index",
    ),
    VitalSign.NIBP_SYSTOLIC: Codes(
        mdc=150021,
        mdc_name="MDC_PRESS_BLD_NONINV_SYS",
        loinc="8480-6",
        unit="mm[Hg]",
        label="NIBP systolic",
        name="NIBP systolic",
    ),
    VitalSign.NIBP_DIASTOLIC: Codes(
        mdc=150022,
        mdc_name="MDC_PRESS_BLD_NONINV_DIA",
        loinc="8462-4",
        unit="mm[Hg]",
        label="NIBP diastolic",
        name="NIBP diastolic",
    ),
    VitalSign.NIBP_MEAN: Codes(
        mdc=150023,
        mdc_name="MDC_PRESS_BLD_NONINV_MEAN",
        loinc="8478-0",
        unit="mm[Hg]",
        label="NIBP mean",
        name="NIBP mean",
    ),
    VitalSign.NIBP_PULSE_RATE: Codes(
        mdc=149546,
        mdc_name="MDC_PULS_RATE_NON_INV",
        loinc="8867-4",
        unit="/min",
        label="PR (NIBP)",
        name="pulse rate (NIBP)",
    ),
    VitalSign.RESPIRATORY_RATE: Codes(
        mdc=151562,
        mdc_name="MDC_RESP_RATE",
        loinc="9279-1",
        unit="/min",
        label="RR",
        name="respiratory rate",
    ),
    VitalSign.ETCO2: Codes(
        mdc=151708,
        mdc_name="MDC_CONC_AWAY_CO2_ET",
        loinc="19889-5",
        unit="mm[Hg]",
        label="EtCO2",
        name="end-tidal carbon dioxide",
    ),
    VitalSign.TEMPERATURE: Codes(
        mdc=150344,
        mdc_name="MDC_TEMP",
        loinc="8310-5",
        unit="Cel",
        label="T",
        name="body temperature",
    ),
}

NIBP = frozenset(
    {
        VitalSign.NIBP_SYSTOLIC,
        VitalSign.NIBP_DIASTOLIC,
        VitalSign.NIBP_MEAN,
        VitalSign.NIBP_PULSE_RATE,
    }
)

STANDS_FOR = {VitalSign.PULSE_RATE: VitalSign.HEART_RATE}
"""The oximeter's pulse is judged as heart rate while no ECG is valid (alarms.md section 8)."""


class Validity(Keyed):
    """BICEPS MeasurementValidity: may this number be believed?"""

    VALID = "valid"
    VALIDATED = "validated"
    ONGOING = "ongoing"
    QUESTIONABLE = "questionable"
    CALIBRATING = "calibrating"
    INVALID = "invalid"
    OVERFLOW = "overflow"
    UNDERFLOW = "underflow"
    NOT_AVAILABLE = "not available"

    @property
    def believed(self) -> bool:
        """True when the number counts in full; QUESTIONABLE is neither believed nor absent."""
        return self in _BELIEVED


_BELIEVED = frozenset({Validity.VALID, Validity.VALIDATED})


class GenerationMode(Enum):
    """BICEPS GenerationMode: from a patient, from a test, or played by a simulator."""

    REAL = "real"
    TEST = "test"
    DEMO = "demo"


class TimeBasis(Enum):
    """Whose word the time of measurement rests on."""

    DEVICE = "device"
    INFERRED = "inferred"
    RECEIVED = "received"


def under_way(vital: VitalSign, validity: Validity) -> bool:
    """Is this no reading, but a cuff's word that it measures now?"""
    return validity is Validity.ONGOING and vital.episodic


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What a driver makes of one frame's field.

    `value` is in the vital's UCUM unit, None when there is no number. `reason`
    says in words why a value is not valid ("sensor off"), else "".
    `age_s` is how old the message itself says the value is; `measured_at_us`
    (UTC microseconds, the device's clock) is set when the device stamps it.
    At most one of the two is other than its default.
    """

    vital: VitalSign
    value: float | None
    validity: Validity = Validity.VALID
    mode: GenerationMode = GenerationMode.REAL
    basis: TimeBasis = TimeBasis.RECEIVED
    age_s: float = 0.0
    measured_at_us: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.value is None and self.validity.believed:
            raise ValueError(f"{self.vital.name} has no value but is called {self.validity.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A measurement with its place and times: what is judged, shown and kept.

    `session` is None while the chair has no open session. `sampled_s` and
    `received_s` are seconds on the service's monotonic clock, for rules;
    `sampled_at_us` is UTC microseconds, for the record, unique and rising per
    (device, vital). `boot` and `seq` name the message for senders that number
    theirs. `late` means older than 10 s on arrival: kept, never judged live.
    """

    vital: VitalSign
    value: float | None
    validity: Validity
    mode: GenerationMode
    basis: TimeBasis
    reason: str
    device: str
    chair: str
    session: str | None
    sampled_s: float
    received_s: float
    sampled_at_us: int
    received_at_us: int
    boot: str | None = None
    seq: int | None = None
    late: bool = False
