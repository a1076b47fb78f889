"""What is usual for this patient, measured before the drug (alarms.md 7.3 and 8a.24).

Readings and times in, a baseline out: per vital sign, with the samples it rests
on, or with the reason why there is none. Knows no live value, alarm or database.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean, median

from monitor.conditions import Preset
from monitor.errors import CommandRefused
from monitor.history import MISSING, Data, ReadingRow
from monitor.plausibility import pair_objection
from monitor.vitals import NIBP, VitalSign

BP = "BP"
"""The name under which both pressures are missing together."""
SAMPLES = " samples"
"""After the name of a vital sign, as a key of a fact: what its baseline rests on."""

PRESSURES = (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC)
BASED = (*PRESSURES, VitalSign.HEART_RATE, VitalSign.SPO2)
"""The vital signs that have a baseline; the engine's relative rules ask for these."""

SOURCES = {
    VitalSign.HEART_RATE: (VitalSign.HEART_RATE, VitalSign.PULSE_RATE),
    VitalSign.SPO2: (VitalSign.SPO2,),
}
"""Where a continuous vital sign comes from, best first: the pulse while no ECG is valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """`values` in whole units, by vital sign; whatever has none stands in `missing`, with why.

    `samples` names what was used: each cuff determination as DEVICE@TIME, of a
    continuous vital sign how many from which to which, all in UTC microseconds.
    """

    values: Mapping[VitalSign, int] = field(default_factory=dict)
    samples: Mapping[VitalSign, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cuff:
    """One whole determination."""

    at_us: int
    device: str
    systolic: float
    diastolic: float


def measure(rows: Sequence[ReadingRow], start_us: int, preset: Preset) -> Baseline:
    """The baseline at `start_us` from one patient's readings up to then."""
    values: dict[VitalSign, int] = {}
    samples: dict[VitalSign, str] = {}
    missing: dict[str, str] = {}
    terms = preset.baseline
    used, why = _cuffs_used(rows, start_us, preset)
    if why:
        missing[BP] = why
    else:
        spread = _spread(used)
        middle = median if spread > terms.systolic_spread_max else fmean
        values[VitalSign.NIBP_SYSTOLIC] = whole(middle([one.systolic for one in used]))
        values[VitalSign.NIBP_DIASTOLIC] = whole(middle([one.diastolic for one in used]))
        named = " ".join(f"{one.device}@{one.at_us}" for one in used)
        samples |= dict.fromkeys(PRESSURES, named)
    for vital, sources in SOURCES.items():
        spoken, share = continuous(rows, sources, start_us, terms.continuous_s, preset)
        if share < terms.valid_share:
            missing[vital.codes.label] = too_little(share, terms.continuous_s, terms.valid_share)
            continue
        values[vital] = whole(median(float(row.value or 0.0) for row in spoken))
        first, last = spoken[0].sampled_at_us, spoken[-1].sampled_at_us
        devices = " ".join(sorted({row.device for row in spoken}))
        samples[vital] = f"{len(spoken)} of {devices} from {first} to {last}"
    return Baseline(values=values, samples=samples, missing=missing)


def told(missing: Mapping[str, str]) -> str:
    """What is missing and why, in one line; empty when nothing is."""
    return "; ".join(f"{name} ({why})" for name, why in missing.items())


def data_of(found: Baseline, reason: str = "") -> dict[str, str | int | float | bool | None]:
    """The baseline as a fact keeps it."""
    data: dict[str, str | int | float | bool | None] = {}
    data |= {vital.value: value for vital, value in found.values.items()}
    data |= samples_of(found.samples, found.samples)
    data |= {MISSING + name: why for name, why in found.missing.items()}
    return data | ({"reason": reason} if reason else {})


def samples_of(
    samples: Mapping[VitalSign, str], vitals: Iterable[VitalSign]
) -> dict[str, str | int | float | bool | None]:
    """What the baselines of these vital signs rest on, as a fact keeps it."""
    return {f"{one.value}{SAMPLES}": samples[one] for one in vitals if one in samples}


def samples_told(data: Data) -> dict[VitalSign, str]:
    """What a fact's baselines rest on."""
    told = {vital: data.get(f"{vital.value}{SAMPLES}") for vital in BASED}
    return {vital: said for vital, said in told.items() if isinstance(said, str)}


def merged(found: Baseline, stated: Mapping[VitalSign, int]) -> Baseline:
    """What a person stated goes before what was measured; what is left has none."""
    values = {**found.values, **stated}
    left = without(values)
    return Baseline(
        values=values,
        samples={one: said for one, said in found.samples.items() if one not in stated},
        missing={name: why for name, why in found.missing.items() if name in left},
    )


def without(values: Mapping[VitalSign, int]) -> list[str]:
    """What a person calls the vital signs that these values leave without a baseline."""
    names = [] if set(PRESSURES) <= values.keys() else [BP]
    return names + [vital.codes.label for vital in SOURCES if vital not in values]


def checked(stated: Mapping[VitalSign, float], preset: Preset) -> dict[VitalSign, int]:
    """What a person states, in whole units; raises `CommandRefused` when it cannot be one."""
    values = {vital: whole(value) for vital, value in stated.items() if math.isfinite(value)}
    why = ""
    if not values or values.keys() != stated.keys() or not values.keys() <= set(BASED):
        names = ", ".join(vital.value for vital in BASED)
        why = f"numbers for some of {names} are needed"
    for vital, value in values.items():
        if vital in preset.plausible and not preset.plausible[vital].holds(value):
            why = f"{vital.value} {value} is not possible"
    systolic, diastolic = (values.get(vital) for vital in PRESSURES)
    why = pair_objection(systolic, diastolic, preset) or why
    if why:
        raise CommandRefused(
            "this cannot be a baseline", why=why, fix="state what is usual for this patient"
        )
    return values


def too_little(share: float, window_s: float, needed: float) -> str:
    """Why a stretch of time says nothing."""
    return (
        f"valid for {math.floor(share * 100)} % of the last {window_s / 60:g} min, "
        f"{needed * 100:g} % needed"
    )


def whole(value: float) -> int:
    """Whole units, halves up: percent rules then compare integers (alarms.md 7.6)."""
    return math.floor(value + 0.5)


def _spread(cuffs: Sequence[Cuff]) -> float:
    systolic = [one.systolic for one in cuffs]
    return max(systolic) - min(systolic)


def _cuffs_used(
    rows: Sequence[ReadingRow], start_us: int, preset: Preset
) -> tuple[list[Cuff], str]:
    """The determinations to use, oldest first, or why they do not make a baseline."""
    terms = preset.baseline
    used: list[Cuff] = []
    for one in reversed(determinations(rows, start_us - terms.cuff_within_s * 1e6, preset)):
        if not used or used[-1].at_us - one.at_us >= terms.cuff_apart_s * 1e6:
            used.append(one)
    used.reverse()
    if len(used) < terms.cuff_readings:
        apart = f"{terms.cuff_readings} needed, {terms.cuff_apart_s:g} s apart"
        return used, f"{len(used)} cuff readings in {terms.cuff_within_s / 60:g} min, {apart}"
    spread = _spread(used)
    if spread > terms.systolic_spread_max and len(used) <= terms.cuff_readings:
        return used, f"cuff readings {spread:g} mmHg apart, one more needed"
    return used, ""


def determinations(rows: Sequence[ReadingRow], from_us: float, preset: Preset) -> list[Cuff]:
    """Whole, possible and consistent cuff readings since then, in order of time."""
    found: dict[tuple[int, str], dict[VitalSign, float]] = {}
    for row in rows:
        if row.vital in NIBP and row.sampled_at_us >= from_us and usable(row, preset):
            found.setdefault((row.sampled_at_us, row.device), {})[row.vital] = float(row.value or 0)
    cuffs = []
    for (at_us, device), parts in sorted(found.items()):
        if set(PRESSURES) <= parts.keys() and _agrees(parts, preset.pulse_pressure_min):
            systolic, diastolic = (parts[vital] for vital in PRESSURES)
            cuffs.append(Cuff(at_us, device, systolic, diastolic))
    return cuffs


def _agrees(parts: Mapping[VitalSign, float], pulse_pressure_min: float) -> bool:
    systolic, diastolic = (parts[vital] for vital in PRESSURES)
    mean = parts.get(VitalSign.NIBP_MEAN, (systolic + diastolic) / 2)
    return systolic - diastolic >= pulse_pressure_min and diastolic < mean < systolic


def usable(row: ReadingRow, preset: Preset) -> bool:
    """Valid and possible; a doubtful value is no base for anything."""
    hard = preset.plausible.get(row.vital)
    if row.value is None or math.isnan(row.value) or not row.validity.believed:
        return False
    return hard is None or hard.holds(row.value)


def continuous(
    rows: Sequence[ReadingRow],
    sources: Sequence[VitalSign],
    start_us: int,
    window_s: float,
    preset: Preset,
) -> tuple[list[ReadingRow], float]:
    """The samples that spoke in the time up to then, and for which share of it one stood.

    A sample stands until its source's next, valid or not, `gap_s` at the most.
    """
    window_us = window_s * 1e6
    spoken: list[ReadingRow] = []
    spans: list[tuple[float, float]] = []
    for vital in sources:
        better = _union(spans)
        for row, stands_to_us in _standing(rows, vital, start_us, preset):
            at_us = row.sampled_at_us
            if at_us >= start_us - window_us and not any(a <= at_us < b for a, b in better):
                spoken.append(row)
                spans.append((at_us, stands_to_us))
    spoken.sort(key=lambda row: row.sampled_at_us)
    return spoken, sum(ended - began for began, ended in _union(spans)) / window_us


def _standing(
    rows: Sequence[ReadingRow], vital: VitalSign, start_us: int, preset: Preset
) -> list[tuple[ReadingRow, float]]:
    """Each usable sample of a vital sign and until when it stood."""
    out: list[tuple[ReadingRow, float]] = []
    mine = [row for row in rows if row.vital is vital]
    for device in sorted({row.device for row in mine}):
        stream = sorted(
            (row for row in mine if row.device == device), key=lambda row: row.sampled_at_us
        )
        for row, after in pairwise([*stream, None]):
            if row is None or not usable(row, preset):
                continue
            next_us = start_us if after is None else after.sampled_at_us
            held_us = row.sampled_at_us + preset.gap_s * 1e6
            out.append((row, min(held_us, next_us, start_us)))
    return out


def _union(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same time, each instant once."""
    out: list[tuple[float, float]] = []
    for began, ended in sorted(spans):
        if out and began <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], ended))
        else:
            out.append((began, ended))
    return out
