"""When a patient would have been ready, as the facts stand now, and when they left.

What was kept of it at the close was right by what was known then. Where anything that the
leave gate asks for was entered or corrected since, it is worked out anew; what was kept stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.care.notes import CHARTED
from monitor.care.ready import ready_us
from monitor.care.treatment import PUMP
from monitor.clinic import Session
from monitor.conditions import Preset
from monitor.history import (
    CORRECTED,
    DEVICES_CORRECTED,
    HANDED_OVER,
    OBSERVED,
    OF,
    TURNED_OVER,
    FactRow,
    ReadingRow,
    TransitionRow,
    name_of,
)

ASKED_FOR = frozenset({PUMP, OBSERVED, HANDED_OVER, CHARTED, DEVICES_CORRECTED})
"""Kinds of facts from which the leave gate follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """When the infusion ended, when the patient would have been ready, and when they left.

    UTC microseconds; None for what did not happen or is not known. `kept_us` is what was
    kept at the close of when they would have been ready, where that is `another` by now.
    """

    ended_us: int | None
    ready_us: int | None
    left_us: int | None
    kept_us: int | None = None
    another: bool = False


def leaving(
    session: Session,
    facts: Sequence[FactRow],
    rows: Sequence[ReadingRow],
    left_out: Sequence[ReadingRow],
    transitions: Sequence[TransitionRow],
    preset: Preset,
) -> Leaving:
    """Of a session with these readings; those `left_out` of them were marked as artefacts."""
    ended_us, left_us = session.infusion_ended_us, session.closed_us
    turned = [place for place, fact in enumerate(facts) if fact.kind == TURNED_OVER]
    kept_us = _kept(facts[turned[-1]]) if turned else None
    marked = ended_us is not None and any(one.sampled_at_us >= ended_us for one in left_out)
    if turned and not marked and not _asked_since(facts, turned[0]):
        return Leaving(ended_us=ended_us, ready_us=kept_us, left_us=left_us)
    # What the close itself did to alarms was not so yet when the patient was let go.
    steps = [one for one in transitions if left_us is None or one.at_us < left_us]
    found_us = ready_us(session, facts, rows, steps, preset)
    another = bool(turned) and found_us != kept_us
    return Leaving(
        ended_us=ended_us,
        ready_us=found_us,
        left_us=left_us,
        kept_us=kept_us if another else None,
        another=another,
    )


def _kept(turned: FactRow) -> int | None:
    said = turned.data.get("ready_us")
    return said if isinstance(said, int) else None


def _asked_since(facts: Sequence[FactRow], place: int) -> bool:
    """Was anything that the gate asks for entered or corrected since?"""
    kinds = {name_of(fact): fact.kind for fact in facts}
    since = (fact for fact in facts[place:])
    return any(
        fact.kind in ASKED_FOR
        or (fact.kind == CORRECTED and kinds.get(str(fact.data[OF])) in ASKED_FOR)
        for fact in since
    )
