"""How much was measured of what was planned: cuff readings by count, and their longest gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.clinic import Phase
from monitor.conditions import Preset
from monitor.review.cuffs import Cuff
from monitor.review.phases import PhaseSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffCount:
    """Cuff readings of a phase, or of all: one each interval of it is planned.

    `failed` gave no pressure, `artefacts` one that a person called so; neither is taken.
    """

    planned: int
    taken: int
    failed: int
    artefacts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffsDone:
    """Cuff readings of the session and of its infusion, and the longest time without one.

    `longest_gap_s` lies between the ends of the session and those that measured.
    """

    session: CuffCount
    infusion: CuffCount
    longest_gap_s: float


def cuffs_done(
    cuffs: Sequence[Cuff],
    phases: Sequence[PhaseSpan],
    preset: Preset,
    from_us: int,
    to_us: int,
) -> CuffsDone:
    """Count them, phase by phase."""
    counts = []
    for span in phases:
        ends_us = to_us if span.to_us is None else span.to_us
        # The end itself belongs to the phase that was left last.
        own = [one for one in cuffs if span.from_us <= one.at_us < ends_us + (span is phases[-1])]
        counts.append((span.phase, _count(own, span, preset, ends_us)))
    times_us = [one.at_us for one in cuffs if one.valid and from_us <= one.at_us <= to_us]
    stops = [from_us, *times_us, to_us]
    return CuffsDone(
        session=_sum([count for _, count in counts]),
        infusion=_sum([count for phase, count in counts if phase is Phase.INFUSION]),
        longest_gap_s=max(after - before for before, after in pairwise(stops)) / 1e6,
    )


def _count(own: Sequence[Cuff], span: PhaseSpan, preset: Preset, to_us: int) -> CuffCount:
    interval_s = preset.nibp_interval_s.get(span.phase, 0.0)
    planned = (to_us - span.from_us) / 1e6 // interval_s if interval_s else 0
    taken, artefacts = sum(one.valid for one in own), sum(one.artefact for one in own)
    return CuffCount(
        planned=int(planned),
        taken=taken,
        failed=len(own) - taken - artefacts,
        artefacts=artefacts,
    )


def _sum(counts: Sequence[CuffCount]) -> CuffCount:
    return CuffCount(
        planned=sum(one.planned for one in counts),
        taken=sum(one.taken for one in counts),
        failed=sum(one.failed for one in counts),
        artefacts=sum(one.artefacts for one in counts),
    )
