"""What a reading is worth: valid, doubtful or no value; a cuff's parts put together.

Knows readings and what is plausible. Knows no chair and no rule.
"""

from __future__ import annotations

from typing import NamedTuple

from monitor.conditions import Preset
from monitor.plausibility import IMPLAUSIBLE, objection
from monitor.vitals import NIBP, Reading, Validity, VitalSign

DOUBTFUL, INVALID = "questionable", "invalid"
INCONSISTENT = "inconsistent"
"""Why a cuff reading whose pressures contradict each other is none (T-NIBP-F)."""


class Sample(NamedTuple):
    """One judged sample: valid, doubtful, or neither (then `value` says nothing).

    `flag` is "questionable" or "invalid" where the device, or a look at the
    number, says so; a value that is merely absent has none.
    """

    vital: VitalSign
    value: float
    valid: bool
    doubtful: bool
    reason: str
    at_s: float
    flag: str = ""


def sample_of(reading: Reading, preset: Preset) -> Sample:
    """One outside its hard range is no value (alarms.md 7.3); the device's own word comes first."""
    vital, value, at_s = reading.vital, reading.value, reading.sampled_s
    doubtful = reading.validity is Validity.QUESTIONABLE
    if value is None or not (doubtful or reading.validity.believed):
        flag = INVALID if reading.validity is Validity.INVALID else ""
        number = float("nan") if value is None else value
        return Sample(vital, number, False, False, reading.reason, at_s, flag)
    why = objection(vital, value, preset)
    if why:
        flag = INVALID if why == IMPLAUSIBLE else ""
        return Sample(vital, value, False, False, why, at_s, flag)
    flag = DOUBTFUL if doubtful else ""
    return Sample(vital, value, not doubtful, doubtful, reading.reason, at_s, flag)


def one_each(samples: list[Sample]) -> list[Sample]:
    """One sample of each vital sign: of two sources, the one that has something to say."""
    best: dict[VitalSign, Sample] = {}
    for one in samples:
        if one.vital not in best or one.valid or one.doubtful:
            best[one.vital] = one
    return list(best.values())


def whole(samples: list[Sample], pulse_pressure_min: float) -> list[Sample]:
    """A cuff reading that contradicts itself is no value; a missing mean is derived (7.3)."""
    cuff = {one.vital: one for one in samples if one.vital in NIBP and (one.valid or one.doubtful)}
    systolic, diastolic = cuff.get(VitalSign.NIBP_SYSTOLIC), cuff.get(VitalSign.NIBP_DIASTOLIC)
    mean = cuff.get(VitalSign.NIBP_MEAN)
    low = diastolic.value if diastolic else float("-inf")
    high = systolic.value if systolic else float("inf")
    agrees = high - low >= pulse_pressure_min and (mean is None or low < mean.value < high)
    if not agrees:
        return [
            one._replace(valid=False, doubtful=False, flag=INVALID, reason=INCONSISTENT)
            if one.vital in cuff
            else one
            for one in samples
        ]
    if mean is not None or systolic is None or diastolic is None:
        return samples
    derived = diastolic._replace(
        vital=VitalSign.NIBP_MEAN,
        value=low + (high - low) / 3.0,
        valid=systolic.valid and diastolic.valid,
        doubtful=systolic.doubtful or diastolic.doubtful,
    )
    return [one for one in samples if one.vital is not VitalSign.NIBP_MEAN] + [derived]
