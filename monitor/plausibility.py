"""What a number cannot be: a device's word for "none", or beyond what a sensor can mean.

Knows the preset's ranges. A low but possible value is never called artefact here
(alarms.md 7.3): it must alarm.
"""

from __future__ import annotations

from dataclasses import replace

from monitor.conditions import Preset
from monitor.vitals import Reading, Validity, VitalSign

NO_VALUE, IMPLAUSIBLE = "no value", "implausible"


def objection(vital: VitalSign, value: float, preset: Preset) -> str:
    """Why this is no value of the vital sign; "" when it can be one."""
    # Not a number equals nothing, itself included.
    if value != value or value in preset.no_value.get(vital, ()):  # noqa: PLR0124
        return NO_VALUE
    hard = preset.plausible.get(vital)
    return "" if hard is None or hard.holds(value) else IMPLAUSIBLE


def pair_objection(systolic: float | None, diastolic: float | None, preset: Preset) -> str:
    """Why these are no pressures of one cuff reading; "" when they can be, or there are none."""
    if systolic is None and diastolic is None:
        return ""
    if systolic is None or diastolic is None:
        return "systolic and diastolic belong together"
    if systolic - diastolic < preset.pulse_pressure_min:
        return f"systolic and diastolic lie less than {preset.pulse_pressure_min:g} mmHg apart"
    return ""


def flagged(reading: Reading, preset: Preset) -> Reading:
    """The reading, marked when its number cannot be one; the raw number stays in it."""
    if reading.value is None or reading.validity in (Validity.INVALID, Validity.NOT_AVAILABLE):
        return reading
    why = objection(reading.vital, reading.value, preset)
    if not why:
        return reading
    validity = Validity.INVALID if why == IMPLAUSIBLE else Validity.NOT_AVAILABLE
    return replace(reading, validity=validity, reason=why)
