"""The life of each alarm, from its first onset to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.alerts import Reason
from monitor.history import TransitionRow

OPEN_STATES = ("ACTIVE_UNACK", "ACTIVE_ACK", "LATCHED_UNACK")
RANKS = {"LOW": 1, "MEDIUM": 2, "HIGH": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLife:
    """One alarm from its first onset to its end; `priority` is the highest it had.

    `message` and `limit` are those of its latest active step, `extreme` the
    worst value of any episode. `ended_us` is None while it is open. Of a session's
    steps alone, an alarm that was on at the empty chair is theirs from the seat on;
    `seen_before`: somebody had acknowledged it by then.
    """

    id: str
    session: str | None
    chair: str
    condition: str
    kind: str
    priority: str
    message: str
    state: str
    onset_us: int
    raised_us: int
    ended_us: int | None
    extreme: float | None
    limit: float | None
    episodes: int
    acknowledged_by: str | None
    acknowledged_us: int | None
    acknowledged_as: str
    seen_before: bool


def lives(transitions: Iterable[TransitionRow]) -> tuple[AlarmLife, ...]:
    """Each alarm that was ever raised, in order of its raising."""
    rows = sorted(transitions, key=lambda row: (row.alarm, row.ordinal))
    found = [_life(list(group)) for _, group in groupby(rows, key=lambda row: row.alarm)]
    raised = [life for life in found if life is not None]
    return tuple(sorted(raised, key=lambda life: (life.raised_us, life.id)))


def _life(rows: Sequence[TransitionRow]) -> AlarmLife | None:
    active = [row for row in rows if row.to_state in OPEN_STATES]
    if not active:
        return None
    first, last = active[0], rows[-1]
    acts = [row for row in rows if row.reason == Reason.ACKNOWLEDGED.value]
    assigned = first.reason == Reason.ASSIGNED.value
    return AlarmLife(
        id=first.alarm,
        session=last.session,
        chair=first.chair,
        condition=first.condition,
        kind=first.kind,
        priority=max((row.priority for row in active), key=RANKS.__getitem__),
        message=active[-1].message,
        state=last.to_state,
        onset_us=first.at_us if assigned else first.onset_us,
        raised_us=first.at_us,
        ended_us=None if last.to_state in OPEN_STATES else last.at_us,
        extreme=_worst(active),
        limit=active[-1].limit,
        episodes=max(row.episode for row in active),
        acknowledged_by=acts[0].actor if acts else None,
        acknowledged_us=acts[0].at_us if acts else None,
        acknowledged_as=acts[0].note if acts else "",
        seen_before=assigned and first.to_state == "ACTIVE_ACK",
    )


def _worst(rows: Sequence[TransitionRow]) -> float | None:
    """The extreme farthest beyond the limit."""
    found = [(row.extreme, row.limit) for row in rows if row.extreme is not None]
    if not found:
        return None
    return max(found, key=lambda pair: abs(pair[0] - (pair[1] or 0.0)))[0]
