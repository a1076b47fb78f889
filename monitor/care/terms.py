"""The figures of care that a preset sets, as data. Knows no reading and no rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

Positive = Annotated[float, Field(allow_inf_nan=False, strict=True, ge=0.0)]


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
