"""What a page draws, field by field: texts ready to show, states already decided.

The JSON of `docs/api.md` is these types, field for field. Times end in `_ms`
and are milliseconds since 1970. Knows nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

VALID, QUESTIONABLE, INVALID = "valid", "questionable", "invalid"
AGEING, STALE, WAITING = "ageing", "stale", "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The alarm limits in force, as text; "" where there is none."""

    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One continuous value. `state` is one of the six words above.

    `pending`: beyond a limit, and its delay is still running.
    """

    vital: str
    label: str
    unit: str
    text: str
    state: str
    note: str = ""
    limits: Limits = Limits()
    arrow: str = ""
    priority: str = ""
    source: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffBlock:
    """The last NIBP: a point in time, with its age and when the next is due.

    `change` is from the patient's baseline (`+38/+22`), "" while a note stands there.
    """

    text: str
    mean: str
    change: str
    time: str
    age: str
    next: str
    state: str
    note: str = ""
    priority: str = ""
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlarm:
    """One open alarm as it is listed on a tile; `suspended` is until when it is silent.

    `can_end`: a person may end it, for no valid data come of it, or say that its cuff is off.
    """

    id: str
    priority: str
    state: str
    marks: str
    text: str
    onset: str
    onset_ms: int
    acknowledged: str
    superseded: bool
    technical: bool
    condition: str
    can_acknowledge: bool
    can_suspend: bool
    can_end: bool
    suspended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendedRule:
    """A rule that makes no sound at this chair, by its id, and for how long still (`12:05`)."""

    rule: str
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueOnTile:
    """Something that is to be done at the chair: `due 14:05`, or `overdue since 14:05`."""

    name: str
    text: str
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOnTile:
    """The session a tile shows and where it may go next.

    `limits_set` names the limits and on-delays that are not the preset's;
    `settings_changed` says since when the clinic's settings are others than before
    (`14:02`) and what differs, both "" when they are not.
    """

    id: str
    phase: str
    since_ms: int
    next_phases: tuple[str, ...]
    limits_set: tuple[str, ...]
    settings_changed: str
    settings_differ: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """All that is shown of one chair. `going` names who is on the way to it.

    `watcher` and `watcher_id` are who watches it, "" for nobody.

    `standby` is how long the chair still stands by (`9:12`), "" when it does not.
    `clock` is for how long the infusion ran without pauses, of how long; `halted` says
    that its pump stands still and since when (`PAUSED 14:31`), "" when it does not.
    """

    chair: str
    label: str
    state: str
    offline: str
    patient: str
    mode: str
    session: SessionOnTile | None
    clock: str
    halted: str
    due: tuple[DueOnTile, ...]
    slots: tuple[Slot, ...]
    nibp: CuffBlock | None
    alarms: tuple[OpenAlarm, ...]
    audio_paused: str
    suspended: tuple[SuspendedRule, ...]
    standby: str
    going: str
    watcher: str
    watcher_id: str
    sound: str
    priority: str
    flash: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StripEntry:
    """One open alarm in the row that lists those of all chairs; without a chair, of the clinic.

    `suspended` is until when its rule is silent (`silent until 14:32`), "" while it sounds.
    """

    chair: str
    priority: str
    text: str
    id: str
    condition: str
    can_suspend: bool
    suspended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """The clinic at one instant."""

    now_ms: int
    clock: str
    clinic: str
    mode: str
    counts: str
    tiles: tuple[Tile, ...]
    strip: tuple[StripEntry, ...]
    sound: str
