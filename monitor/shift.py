"""What one shift tells the next of each chair: alarms, limits that differ, what is due next.

Reads the ward as it is; changes nothing. Knows no request and no person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.alerts import AlarmState
from monitor.board import Tile
from monitor.board.words import MARKS
from monitor.care.arrival import arrival_of
from monitor.care.treatment import treatment_of
from monitor.care.watching import EMPTY, SEVERITIES
from monitor.clinic import CLINIC, Phase, Session
from monitor.conditions import Priority
from monitor.ward import Ward

SECOND_US = 1_000_000
STABLE, WATCHER, UNSTABLE = SEVERITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairNow:
    """A chair and who sits in it, in words. `alarms` are all that are open.

    `acknowledged` are those of them that somebody has seen and that go on;
    `suggested` is how ill the patient is as far as alarms can tell, `EMPTY` where
    nobody sits; `session` and `patient` are "" there.
    """

    chair: str
    label: str
    session: str
    patient: str
    state: str
    alarms: tuple[str, ...]
    acknowledged: tuple[str, ...]
    limits: tuple[str, ...]
    due: tuple[str, ...]
    suggested: str


def chairs_now(ward: Ward) -> list[ChairNow]:
    """Every chair, in the order of the wall."""
    now_us = ward.clock.utc_us()
    wall = ward.board.wall(ward.clock.monotonic(), now_us)
    return [_now(ward, ward.seating.at(tile.chair), tile, now_us) for tile in wall.tiles]


def clinic_alarms(ward: Ward) -> tuple[str, ...]:
    """The open alarms that are of no one chair, in words, the most urgent first."""
    return tuple(f"{MARKS[one.priority]} {one.message}" for one in ward.engine.alarms(CLINIC))


def _now(ward: Ward, session: Session | None, tile: Tile, now_us: int) -> ChairNow:
    alarms = [one for one in ward.engine.alarms(tile.chair) if not one.superseded]
    worst = max((one.priority for one in alarms), default=None)
    edits = session.edits if session else {}
    return ChairNow(
        chair=tile.chair,
        label=tile.label,
        session=session.id if session else "",
        patient=tile.patient if session else "",
        state=tile.state,
        alarms=tuple(f"{one.marks} {one.text}" for one in tile.alarms if not one.superseded),
        acknowledged=tuple(one.message for one in alarms if one.state is AlarmState.ACTIVE_ACK),
        limits=tuple(f"{key} {value:g}" for key, value in sorted(edits.items())),
        due=tuple(_due(ward, session, tile, now_us)) if session else (),
        suggested=_suggested(worst) if session else EMPTY,
    )


def _suggested(worst: Priority | None) -> str:
    if worst is None or worst is Priority.LOW:
        return STABLE
    return UNSTABLE if worst is Priority.HIGH else WATCHER


def _due(ward: Ward, session: Session, tile: Tile, now_us: int) -> Iterator[str]:
    """What somebody has to do next at this chair, and when."""
    clock, facts = ward.board.clock, ward.facts.ledger.of(session.id)
    if session.phase in (Phase.PREPARE, Phase.BASELINE) and arrival_of(facts).confirmed is None:
        yield "baseline to confirm"
    for one in tile.due:
        yield f"{one.name} {one.text}"
    if session.phase is Phase.INFUSION:
        left_s = treatment_of(facts).remaining_s(now_us)
        planned_us = session.phase_since_us + session.planned_minutes * 60 * SECOND_US
        end_us = planned_us if left_s is None else now_us + round(left_s * SECOND_US)
        yield f"infusion ends {clock(end_us)[:5]}"
    if session.phase is Phase.RECOVERY:
        first_us = session.phase_since_us + round(ward.preset.readiness.recovery_s * SECOND_US)
        yield f"may leave from {clock(first_us)[:5]} at the earliest"
