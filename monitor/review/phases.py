"""The phases of a session and their times, from its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.clinic import Phase
from monitor.history import PHASE, SEATED, FactRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpan:
    """A phase and its time; `to_us` is None while it lasts."""

    phase: Phase
    from_us: int
    to_us: int | None


def phases(facts: Iterable[FactRow]) -> tuple[PhaseSpan, ...]:
    """The phases in order, from PREPARE at the seat on; CLOSED is the end, not a span."""
    starts = [
        (Phase.PREPARE if fact.kind == SEATED else Phase(str(fact.data["phase"])), fact.at_us)
        for fact in facts
        if fact.kind in (SEATED, PHASE)
    ]
    ends: list[int | None] = [at_us for _, at_us in starts[1:]]
    return tuple(
        PhaseSpan(phase=phase, from_us=at_us, to_us=to_us)
        for (phase, at_us), to_us in zip(starts, [*ends, None], strict=False)
        if phase is not Phase.CLOSED
    )
