"""The life of an alarm as a table, and the values that tell of it (alarms.md section 8).

Knows the six states and what moves between them. Knows no array, clock or rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from monitor.conditions import Kind, Priority
from monitor.vitals import Keyed, VitalSign


class AlarmState(Keyed):
    """Where an alarm stands."""

    IDLE = "IDLE"
    PENDING = "PENDING"
    ACTIVE_UNACK = "ACTIVE_UNACK"
    ACTIVE_ACK = "ACTIVE_ACK"
    LATCHED_UNACK = "LATCHED_UNACK"
    RESOLVED = "RESOLVED"


class Reason(Keyed):
    """Why a step was taken: what the log keeps and a person reads."""

    CONDITION_PRESENT = "condition present for its delay"
    CONDITION_AGAIN = "condition present again"
    CONDITION_ENDED = "clear value held"
    ACKNOWLEDGED = "acknowledged"
    RE_ALARM = "still present after acknowledge"
    WORSE = "worse since a person looked"
    PRIORITY_RISES = "priority rises"
    PRIORITY_FALLS = "priority falls"
    PHASE = "rule does not exist in this phase"
    ASSIGNED = "assigned"
    SEATED = "over: assigned to a patient"
    CLOSED = "session closed"
    UNUSABLE = "ended by a person, data unusable"
    MOVED = "moved"
    WENT_ALONG = "went along to another chair"
    LIMIT_RELAXED = "limit changed: clears within it"
    LIMIT_BINDS = "limit changed: clears at its clear value"
    LIMIT_GONE = "limit no longer in force"


S, R = AlarmState, Reason
LIFE: dict[tuple[AlarmState, Reason], AlarmState] = {
    (S.IDLE, R.CONDITION_PRESENT): S.ACTIVE_UNACK,
    (S.PENDING, R.CONDITION_PRESENT): S.ACTIVE_UNACK,
    (S.ACTIVE_UNACK, R.CONDITION_AGAIN): S.ACTIVE_UNACK,
    (S.ACTIVE_UNACK, R.ACKNOWLEDGED): S.ACTIVE_ACK,
    (S.ACTIVE_UNACK, R.CONDITION_ENDED): S.RESOLVED,
    (S.ACTIVE_UNACK, R.PRIORITY_RISES): S.ACTIVE_UNACK,
    (S.ACTIVE_UNACK, R.PRIORITY_FALLS): S.ACTIVE_UNACK,
    (S.ACTIVE_UNACK, R.WORSE): S.ACTIVE_UNACK,
    (S.ACTIVE_UNACK, R.SEATED): S.RESOLVED,
    (S.ACTIVE_UNACK, R.PHASE): S.RESOLVED,
    (S.ACTIVE_UNACK, R.CLOSED): S.RESOLVED,
    (S.ACTIVE_ACK, R.CONDITION_AGAIN): S.ACTIVE_UNACK,
    (S.ACTIVE_ACK, R.RE_ALARM): S.ACTIVE_UNACK,
    (S.ACTIVE_ACK, R.WORSE): S.ACTIVE_UNACK,
    (S.ACTIVE_ACK, R.PRIORITY_RISES): S.ACTIVE_UNACK,
    (S.ACTIVE_ACK, R.PRIORITY_FALLS): S.ACTIVE_ACK,
    (S.ACTIVE_ACK, R.SEATED): S.RESOLVED,
    (S.ACTIVE_ACK, R.CONDITION_ENDED): S.RESOLVED,
    (S.ACTIVE_ACK, R.PHASE): S.RESOLVED,
    (S.ACTIVE_ACK, R.CLOSED): S.RESOLVED,
    (S.LATCHED_UNACK, R.ACKNOWLEDGED): S.RESOLVED,
    (S.LATCHED_UNACK, R.CONDITION_AGAIN): S.ACTIVE_UNACK,
    (S.LATCHED_UNACK, R.SEATED): S.RESOLVED,
    (S.LATCHED_UNACK, R.CLOSED): S.RESOLVED,
    (S.ACTIVE_ACK, R.UNUSABLE): S.RESOLVED,
    (S.ACTIVE_UNACK, R.MOVED): S.RESOLVED,
    (S.ACTIVE_ACK, R.MOVED): S.RESOLVED,
    (S.ACTIVE_UNACK, R.WENT_ALONG): S.ACTIVE_UNACK,
    (S.ACTIVE_ACK, R.WENT_ALONG): S.ACTIVE_ACK,
    (S.LATCHED_UNACK, R.WENT_ALONG): S.LATCHED_UNACK,
    (S.ACTIVE_UNACK, R.ASSIGNED): S.ACTIVE_UNACK,
    (S.ACTIVE_ACK, R.ASSIGNED): S.ACTIVE_ACK,
    (S.LATCHED_UNACK, R.ASSIGNED): S.LATCHED_UNACK,
    (S.ACTIVE_UNACK, R.LIMIT_RELAXED): S.ACTIVE_UNACK,
    (S.ACTIVE_ACK, R.LIMIT_RELAXED): S.ACTIVE_ACK,
    (S.ACTIVE_UNACK, R.LIMIT_BINDS): S.ACTIVE_UNACK,
    (S.ACTIVE_ACK, R.LIMIT_BINDS): S.ACTIVE_ACK,
    (S.ACTIVE_UNACK, R.LIMIT_GONE): S.RESOLVED,
    (S.ACTIVE_ACK, R.LIMIT_GONE): S.RESOLVED,
}
"""What moves an open alarm that does not latch; a missing pair means no step."""

LATCHING_LIFE = LIFE | {
    (S.ACTIVE_UNACK, R.CONDITION_ENDED): S.LATCHED_UNACK,
    (S.ACTIVE_UNACK, R.PHASE): S.LATCHED_UNACK,
    (S.ACTIVE_UNACK, R.LIMIT_GONE): S.LATCHED_UNACK,
}
"""The same for one that latches: unacknowledged, it stays until a person has seen it."""

QUIET = frozenset({R.PRIORITY_FALLS, R.WENT_ALONG, R.ASSIGNED, R.LIMIT_RELAXED, R.LIMIT_BINDS})
"""Steps after which an unacknowledged alarm has sounded for as long as before."""

OPEN = frozenset({S.ACTIVE_UNACK, S.ACTIVE_ACK, S.LATCHED_UNACK})
ACTIVE = frozenset({S.ACTIVE_UNACK, S.ACTIVE_ACK})


class Evidence(NamedTuple):
    """A violating sample that an alarm rests on, taken at that monotonic second."""

    vital: VitalSign
    at_s: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm at one instant. Times are monotonic seconds, values in the vital's unit.

    `value` is the last violating value, or the number a rule derives from it (a sum
    in %s, a rise, a count of dips), `limit` the one it violated, `extreme` the
    worst value of the episode, measured at `extreme_s`. `superseded`: a more
    urgent alarm speaks for it. `data_lost`: no sample since `data_lost_s`, which
    is 5 s ago or longer; the state is kept. `audio_paused`: silent by a person's
    pause; `silent_until_s`: until when its rule is suspended, or its chair stands by.
    `audible`: it counts for sound now. `baseline` is the patient's own value
    behind `limit`, if any; `fired_by` and `fired_count` are as in `TransitionRow`.
    `no_data_since_onset`: it says that data are missing, the last of which came at `onset_s`.
    """

    id: str
    chair: str
    session: str | None
    condition: str
    instance: str
    kind: Kind
    priority: Priority
    state: AlarmState
    group: str
    vitals: tuple[VitalSign, ...]
    onset_s: float
    since_s: float
    value: float | None
    limit: float | None
    extreme: float | None
    episode: int
    message: str
    acknowledged_by: str | None
    acknowledged_s: float | None
    superseded: bool
    data_lost: bool
    audio_paused: bool
    audible: bool
    silent_until_s: float | None = None
    suspendable: bool = False
    extreme_s: float | None = None
    data_lost_s: float | None = None
    baseline: float | None = None
    fired_by: tuple[Evidence, ...] = ()
    fired_count: int = 0
    no_data_since_onset: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEvent:
    """One step of one alarm; `alarm` is as it stands after the step.

    `ordinal` counts the alarm's steps from 0. `sampled_s` is the sample that
    caused the step, None for acts and timers.
    """

    alarm: Alarm
    ordinal: int
    from_state: AlarmState
    reason: Reason
    at_s: float
    sampled_s: float | None = None
    actor: str | None = None
    note: str = ""
