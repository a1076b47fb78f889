"""The figures of care that a preset sets, as data. Knows no reading and no rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from monitor.vitals import VitalSign

Positive = Annotated[float, Field(allow_inf_nan=False, strict=True, ge=0.0)]


def _rising(numbers: tuple[float, ...]) -> tuple[float, ...]:
    if any(one >= after for one, after in pairwise(numbers)):
        raise ValueError("each number must be above the one before it")
    return numbers


Rising = Annotated[tuple[Positive, ...], Field(min_length=1, max_length=8), AfterValidator(_rising)]


@dataclass(frozen=True, kw_only=True)
class BaselineTerms:
    """What a patient's baseline is made of (alarms.md 7.3).

    Of `cuff_readings`, each `cuff_apart_s` from the next and none older than
    `cuff_within_s`, the mean; where their systolic values spread over more than
    `systolic_spread_max`, one more is needed and the median counts. Of continuous
    vital signs the median of the last `continuous_s`, valid for `valid_share` of it.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    cuff_readings: Annotated[int, Field(strict=True, ge=1)]
    cuff_apart_s: Positive
    cuff_within_s: Positive
    systolic_spread_max: Positive
    continuous_s: Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
    valid_share: Annotated[float, Field(gt=0.0, le=1.0)]


@dataclass(frozen=True, kw_only=True)
class ReadinessTerms:
    """When a patient may leave (alarms.md 7.5).

    `recovery_s` after the end of the infusion; cuff readings within `percent` of the
    baseline and not above `systolic_max` and `diastolic_max`, for `cuff_span_s` on
    end; heart rate within `percent` too, or from `heart_low` to `heart_high`; SpO2
    not below `spo2_min` on air for `spo2_s`, valid for `valid_share` of it; a
    sedation score of `sedation`; `score` of at least `score_min`, where one is used.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    recovery_s: Positive
    percent: Annotated[int, Field(strict=True, ge=1, le=100)]
    cuff_span_s: Positive
    systolic_max: Positive
    diastolic_max: Positive
    heart_low: Positive
    heart_high: Positive
    spo2_min: Positive
    spo2_s: Annotated[float, Field(gt=0.0, le=300.0, allow_inf_nan=False)]
    valid_share: Annotated[float, Field(gt=0.0, le=1.0)]
    sedation: Annotated[int, Field(strict=True, ge=0, le=5)]
    score: Literal["PADSS", "Aldrete", "none"]
    score_min: Annotated[int, Field(strict=True, ge=0, le=10)]


@dataclass(frozen=True, kw_only=True)
class EntryTerms:
    """For how long a number stands: one of a device, and one that a person entered."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    device_s: Positive
    entered_s: Positive


@dataclass(frozen=True, kw_only=True)
class ReviewTerms:
    """What the review of a session counts, for the clinician; nothing of it raises an alarm.

    A cuff reading stands until the next one, `cuff_hold_s` at the most. `rises` are
    mmHg over the baseline above which minutes are counted; `bands` the edges between
    which the time of a vital sign is shared out (a value on an edge belongs to the
    band above it). Key points lie `start_minutes` after the start of the infusion and
    `end_minutes` after its end; a cuff reading speaks for one within `near_s`, continuous
    vital signs by their median over `point_s` around it. Rows of the table are `table_s` long.
    A stretch in doubt for `doubtful_s` on end is suggested as an artefact.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    cuff_hold_s: Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
    rises: Rising
    bands: Mapping[VitalSign, Rising]
    start_minutes: Rising
    end_minutes: Rising
    near_s: Positive
    point_s: Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
    table_s: Annotated[float, Field(ge=60.0, allow_inf_nan=False)]
    doubtful_s: Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
