"""What befalls a chair, as data: episodes of the body and faults of its devices.

Two planes, kept apart: a body episode changes what is true, a fault changes
what the monitor shows or whether it is heard. Pure; seconds count from the
start of the patient's visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class EpisodeKind(Enum):
    """One sort of trouble. The first three are of the body, the others of the devices."""

    HYPERTENSIVE_PEAK = "hypertensive peak"
    SLOW_DESATURATION = "slow desaturation"
    BRADYCARDIA = "bradycardia"
    PROBE_OFF = "probe off"
    MOTION = "motion artefact"
    CUFF_FAILURE = "cuff failure"
    LINK_LOST = "link lost"


BODY = frozenset(
    {
        EpisodeKind.HYPERTENSIVE_PEAK,
        EpisodeKind.SLOW_DESATURATION,
        EpisodeKind.BRADYCARDIA,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """From `at_s` for `duration_s`.

    A body episode takes `ramp_s` to reach `target` (mmHg systolic, % SpO2 or
    beats a minute) and as long to leave it, inside its duration; a fault is
    wholly there or not.
    """

    kind: EpisodeKind
    at_s: float
    duration_s: float
    target: float = 0.0
    ramp_s: float = 0.0

    def __post_init__(self) -> None:
        if self.duration_s <= 0.0 or 2.0 * self.ramp_s > self.duration_s:
            raise ValueError(f"{self.kind.value}: two ramps do not fit into {self.duration_s} s")

    def strength(self, now_s: float) -> float:
        """How far the episode has taken hold, from 0 to 1."""
        into_s, left_s = now_s - self.at_s, self.at_s + self.duration_s - now_s
        if into_s < 0.0 or left_s <= 0.0:
            return 0.0
        if self.ramp_s == 0.0:
            return 1.0
        return min(1.0, into_s / self.ramp_s, left_s / self.ramp_s)


def hypertensive_peak(at_s: float, *, systolic: float = 192.0, minutes: float = 14.0) -> Episode:
    """A rise within 5 minutes to 185-200 mmHg systolic, as in physiology.md section 9."""
    return Episode(
        kind=EpisodeKind.HYPERTENSIVE_PEAK,
        at_s=at_s,
        duration_s=minutes * 60.0,
        target=systolic,
        ramp_s=min(300.0, minutes * 30.0),
    )


def slow_desaturation(at_s: float, *, spo2: float = 83.0, minutes: float = 4.0) -> Episode:
    """A fall of about 10 %/min; recorded apnoea on air falls 16-38 %/min (section 1)."""
    return Episode(
        kind=EpisodeKind.SLOW_DESATURATION,
        at_s=at_s,
        duration_s=minutes * 60.0,
        target=spo2,
        ramp_s=min(80.0, minutes * 30.0),
    )


def bradycardia(at_s: float, *, rate: float = 36.0, minutes: float = 2.0) -> Episode:
    """A vagal fall to 38-50 beats/min, or below, within 20-40 s (section 9)."""
    return Episode(
        kind=EpisodeKind.BRADYCARDIA,
        at_s=at_s,
        duration_s=minutes * 60.0,
        target=rate,
        ramp_s=min(30.0, minutes * 30.0),
    )


def fault(kind: EpisodeKind, at_s: float, *, seconds: float) -> Episode:
    """A device fault, there at once and gone at once."""
    if kind in BODY:
        raise ValueError(f"{kind.value} is no device fault")
    return Episode(kind=kind, at_s=at_s, duration_s=seconds)
