"""The phases of a session and their times, from its facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.care.session import timed
from monitor.clinic import Phase
from monitor.history import PHASE, SEATED, FactRow, happened_us


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpan:
    """A phase and its time; `to_us` is None while it lasts."""

    phase: Phase
    from_us: int
    to_us: int | None


def phases(facts: Sequence[FactRow]) -> tuple[PhaseSpan, ...]:
    """The phases in order, from PREPARE at the seat on; CLOSED is the end, not a span.

    Infusion and recovery begin when the pump was started and stopped, as it stands now.
    """
    starts = [
        (
            Phase.PREPARE if fact.kind == SEATED else Phase(str(fact.data["phase"])),
            happened_us(fact),
        )
        for fact in timed(facts)
        if fact.kind in (SEATED, PHASE)
    ]
    ends: list[int | None] = [at_us for _, at_us in starts[1:]]
    return tuple(
        PhaseSpan(phase=phase, from_us=at_us, to_us=to_us)
        for (phase, at_us), to_us in zip(starts, [*ends, None], strict=False)
        if phase is not Phase.CLOSED
    )
