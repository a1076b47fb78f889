"""Pressure over the baseline and over the clinic's limits: how high, when, and for how long.

Time-weighted by step-hold. What counts from the baseline counts from the start of
the infusion on; what counts from a limit, for the whole session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.conditions import Column, Form, Kind, Preset
from monitor.review.cuffs import Cuff
from monitor.review.holding import MINUTE_US, Held, held_pressure, minutes, share, within
from monitor.vitals import VitalSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """One pressure against what is usual for the patient, in mmHg and minutes.

    `peak` is the highest value since the start of the infusion and the time it was
    first reached; `rise` is it less `baseline`, which may be below zero. `above`
    tells the minutes above each number of mmHg over the baseline, `area` mmHg times
    minutes over it. `above_limits` are the minutes above each limit of the preset.
    `held_share` is for which share of its time a value stood, from the start on.
    """

    vital: VitalSign
    baseline: int | None
    peak: float | None
    peak_us: int | None
    rise: float | None
    above: Mapping[float, float]
    area: float | None
    above_limits: Mapping[float, float]
    held_share: float


def rise(
    vital: VitalSign,
    cuffs: Sequence[Cuff],
    baseline: int | None,
    preset: Preset,
    *,
    start_us: int | None,
    end_us: int,
) -> Rise:
    """The figures of one pressure; without a start or a baseline those that need it are None."""
    held = held_pressure(cuffs, vital, preset, end_us)
    after = within(held, start_us, end_us) if start_us is not None else []
    peaks = [
        (value, -one.at_us)
        for one in cuffs
        if start_us is not None and start_us <= one.at_us <= end_us
        if (value := one.value(vital)) is not None
    ]
    peak, at_us = max(peaks, default=(None, None))
    based = start_us is not None and baseline is not None
    base = baseline or 0
    return Rise(
        vital=vital,
        baseline=baseline,
        peak=peak,
        peak_us=None if at_us is None else -at_us,
        rise=peak - base if based and peak is not None else None,
        above={step: _above(after, base + step) for step in preset.review.rises} if based else {},
        area=_area(after, base) if based else None,
        above_limits={limit: _above(held, limit) for limit in high_limits(preset, vital)},
        held_share=share(after, start_us, end_us) if start_us is not None else 0.0,
    )


def high_limits(preset: Preset, vital: VitalSign) -> list[float]:
    """The preset's own upper limits of a vital sign during the infusion, lowest first."""
    levels = {
        level.value
        for rule in preset.conditions
        if rule.form is Form.LIMIT and rule.kind is Kind.PHYSIOLOGICAL
        if rule.exists_in(Column.INFUSION) and not rule.and_any_of
        for clause in rule.any_of
        if clause.vital is vital and clause.comparison.high
        if (level := clause.limit.get(Column.INFUSION)) is not None
    }
    return sorted(value for value in levels if value is not None)


def _above(held: Sequence[Held], level: float) -> float:
    return minutes(one for one in held if one.value > level)


def _area(held: Sequence[Held], base: float) -> float:
    over = (max(0.0, one.value - base) * (one.to_us - one.from_us) for one in held)
    return sum(over) / MINUTE_US
