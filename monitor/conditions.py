"""Alarm conditions as data: what is watched, at which limits, for how long, how urgently.

Knows vitals, phases and the words of IEC 60601-1-8. Knows no current value and
no time of day. A preset is a TOML file; `load_preset` gives frozen values or a
`ConfigError` that tells every mistake at once. No clinical limit is in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from monitor.care.terms import BaselineTerms, EntryTerms, ReadinessTerms, ReviewTerms
from monitor.clinic import Phase
from monitor.jumps import JumpTerms
from monitor.thresholds import (
    STRICT,
    Comparison,
    Guard,
    Level,
    Number,
    Positive,
    Range,
    as_level,
)
from monitor.vitals import Keyed, VitalSign

AUDIO_PAUSE_S_MAX = 120.0
"""No preset may allow a longer audio pause (alarms.md 1.6 and 8a, statement 42)."""


class Priority(IntEnum):
    """How urgent (IEC 60601-1-8); the higher value is the more urgent."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Kind(Enum):
    """Does the condition arise from the patient or from the equipment?"""

    PHYSIOLOGICAL = "physiological"
    TECHNICAL = "technical"


class Column(Keyed):
    """A column of the limit tables: a phase, or a chair that gives data without a session."""

    UNASSIGNED = "unassigned"
    PREPARE = "prepare"
    BASELINE = "baseline"
    INFUSION = "infusion"
    RECOVERY = "recovery"


COLUMN_OF: dict[Phase | None, Column] = {
    None: Column.UNASSIGNED,
    Phase.PREPARE: Column.PREPARE,
    Phase.BASELINE: Column.BASELINE,
    Phase.INFUSION: Column.INFUSION,
    Phase.RECOVERY: Column.RECOVERY,
    Phase.CLOSED: Column.UNASSIGNED,
}


class Form(Keyed):
    """How the verdict on a condition is formed."""

    LIMIT = "limit"
    """a value beyond its limit for the on-delay"""
    CHANGE = "change"
    """difference of two medians of the recent past"""
    INTEGRAL = "integral"
    """sum over seconds of the points beyond the limit"""
    DISAGREEMENT = "disagreement"
    """difference of two sources of one vital sign"""
    DIPS = "dips"
    """so many separate excursions within a window"""
    RISE = "rise"
    """difference of two consecutive cuff readings"""
    PULSELESS = "pulseless"
    """a source of heart rate gives 0, with its probe on"""
    PULSE_LOST = "pulse lost"
    """an oximeter gives one of these reasons for having no pulse, after it had one"""
    ENTRY = "entry"
    """a score that a nurse enters"""
    REPORTED = "reported"
    """the device gives one of these reasons instead of a number"""
    SILENT_VITAL = "silent vital"
    """no sample of an expected vital sign"""
    SILENT_LINK = "silent link"
    """no frame from a device"""
    OVERDUE = "overdue"
    """no cuff reading for longer than the interval allows"""
    UNASSIGNED_DATA = "unassigned data"
    """data from a chair without a session"""
    ASSERTED = "asserted"
    """measured elsewhere and told to the engine, for a chair or the whole clinic"""


PULSE_FORMS = frozenset({Form.PULSELESS, Form.PULSE_LOST})
"""Forms that are judged for each source of heart rate, whichever is in charge."""

COUNTED_FORMS = PULSE_FORMS | {
    *(Form.LIMIT, Form.CHANGE, Form.INTEGRAL, Form.DIPS, Form.RISE, Form.DISAGREEMENT)
}
"""Forms that compare a number with a level: the vital sign itself, or one derived from it."""


def _by_column(value: object) -> object:
    """Spread a value given once over all columns; `baseline` also stands for `prepare`."""
    names = {column.value for column in Column}
    if not isinstance(value, dict) or not (names & set(value)):
        return {column.value: value for column in Column}
    if "baseline" in value:
        return {"prepare": value["baseline"], **value}
    return value


def _priorities(value: object) -> object:
    """By session column; "none" says that the condition does not exist in that column."""
    if isinstance(value, str):
        value = {column.value: value for column in Column}
    spread = _by_column(value)
    if not isinstance(spread, dict):
        return spread
    return {column: name for column, name in spread.items() if name != "none"}


def _priority(value: object) -> object:
    """Priorities are written by name."""
    if not isinstance(value, str):
        return value
    if value not in Priority.__members__:
        raise ValueError(f"is one of {', '.join(Priority.__members__)}")
    return Priority[value]


Name = Annotated[str, Field(min_length=1, max_length=200)]
NamedPriority = Annotated[Priority, BeforeValidator(_priority)]

Levels = Annotated[
    Mapping[Column, Annotated[Level, BeforeValidator(as_level)]], BeforeValidator(_by_column)
]
Priorities = Annotated[Mapping[Column, NamedPriority], BeforeValidator(_priorities)]
Seconds = Annotated[Mapping[Column, Positive], BeforeValidator(_by_column)]


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One vital sign against its limit, and the value that must be reached to clear.

    `HR` is the judged heart rate: ECG, else the oximeter's pulse rate. A value
    clears when it is at or inside `clear` (strictly inside with `clear_strictly`).
    `step` is how much worse, since a person last looked, counts as worse. A person may
    set another limit for a session within `guard`; none where there is none.
    """

    __pydantic_config__ = STRICT

    vital: VitalSign
    comparison: Comparison
    limit: Levels
    clear: Levels = field(default_factory=dict)
    clear_strictly: bool = False
    step: Positive | None = None
    guard: Guard | None = None


class Cause(Enum):
    """What raises the priority of an open alarm."""

    UNACKNOWLEDGED = "unacknowledged"
    """`after_s` in ACTIVE_UNACK without an acknowledge"""
    LASTING = "lasting"
    """`after_s` since the onset, acknowledged or not"""
    INTERVALS = "intervals"
    """the cuff reading is older than `count` intervals"""
    REPEATED = "repeated"
    """`count` violating readings in one episode, however long after one another (8a.17)"""


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """When an open alarm's priority rises, and to what: in these columns, for these vitals.

    No `vitals` means all that the condition watches.
    """

    __pydantic_config__ = STRICT

    cause: Cause
    to: NamedPriority
    after_s: Positive = 0.0
    count: Positive = 0.0
    columns: tuple[Column, ...] = tuple(Column)
    vitals: tuple[VitalSign, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Another message when any of these values is reached; same alarm, same priority.

    It is said in these columns alone; without values always there.
    """

    __pydantic_config__ = STRICT

    message: Name
    any_of: tuple[Clause, ...] = ()
    columns: tuple[Column, ...] = tuple(Column)

    @property
    def of_a_phase(self) -> bool:
        """Is it said in some phases alone?"""
        return len(self.columns) < len(Column)


@dataclass(frozen=True, kw_only=True)
class AlarmCondition:
    """One alarm condition: everything the engine needs to judge it.

    It exists in the columns for which `priority` is given. It is violated when
    any clause of `any_of` is, and any of `and_any_of` where there are some; it
    clears when all of `any_of`, or all of `and_any_of`, have cleared for
    `off_delay_s`. `samples_min` violating samples are needed beside `on_delay_s`.
    A `latching` one latches while it is HIGH. `silent` conditions are listed without
    sound. While a condition named in `yields_to` is active for the same vital, this
    one is not raised and not heard.
    """

    __pydantic_config__ = STRICT

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$", max_length=24)]
    kind: Kind
    form: Form
    priority: Priorities
    message: Name
    enabled: bool = True
    any_of: tuple[Clause, ...] = ()
    and_any_of: tuple[Clause, ...] = ()
    on_delay_s: Positive = 0.0
    on_delay_guard: Guard | None = None
    """within which a person may set another on-delay for a session"""
    off_delay_s: Positive = 0.0
    samples_min: Annotated[int, Field(strict=True, ge=1)] = 1
    latching: bool = False
    silent: bool = False
    group: str = ""
    re_alarm_s: Seconds = field(default_factory=dict)
    re_alarm_vitals: tuple[VitalSign, ...] = ()
    """of which vital signs alone `re_alarm_s` is; none named: of all that it watches"""
    yields_to: tuple[str, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    wordings: tuple[Wording, ...] = ()
    vitals: tuple[VitalSign, ...] = ()
    """what a technical condition watches; of a SILENT_VITAL, those expected from the start"""
    expected_once_seen_s: Mapping[VitalSign, Positive] = field(default_factory=dict)
    """a SILENT_VITAL's further vitals, expected after so many valid seconds"""
    reasons: tuple[str, ...] = ()
    """words that a REPORTED or PULSE_LOST condition answers to: a device's, or the flags as such"""
    probe_off: tuple[str, ...] = ()
    """the words for a probe that is off, where a pulse form listens to one"""
    settings: Mapping[str, Number] = field(default_factory=dict)
    clinic_wide: bool = False
    suspendable: bool = False
    """a person may take its sound away for a while; never a rule that is or becomes HIGH"""
    standby: bool = False
    """silent while the chair stands by"""
    moves: bool = False
    """a technical one that is about the patient, and goes along to another chair"""
    cuff_wait_s: Positive = 0.0
    """how long in all it waits while a cuff measures (alarms.md 7.2, 8a.22): OVERDUE for the
    reading that comes, any other while the cuff is on the arm of the probe that it rests on"""

    @property
    def of_the_patient(self) -> bool:
        """Does it go along when the patient is moved to another chair?"""
        return self.kind is Kind.PHYSIOLOGICAL or self.moves

    def exists_in(self, column: Column) -> bool:
        """Is it judged there at all?"""
        return self.enabled and column in self.priority

    def own_re_alarm_s(self, column: Column, vital: VitalSign | None) -> float | None:
        """After how long its alarm about that vital sign sounds again; None: as its priority."""
        own = not self.re_alarm_vitals or vital in self.re_alarm_vitals
        return self.re_alarm_s.get(column) if own else None

    def overdue_s(self, interval_s: float) -> float:
        """Of form OVERDUE: how old a cuff reading gets before the alarm (alarms.md 7.2)."""
        many_s = self.settings["intervals"] * interval_s
        return max(many_s, interval_s + self.settings["slack_s"])

    @property
    def watched(self) -> tuple[VitalSign, ...]:
        """The vital signs it is about, in order, each once."""
        named = [clause.vital for clause in (*self.any_of, *self.and_any_of)]
        return tuple(dict.fromkeys((*named, *self.vitals, *self.expected_once_seen_s)))


@dataclass(frozen=True, kw_only=True)
class LimitOrder:
    """Two rules on the low side of one vital sign: the first alarms at a higher value.

    With `or_equal` both may stand at the same limit.
    """

    __pydantic_config__ = STRICT

    first: Name
    second: Name
    or_equal: bool = False

    def kept(self, first: float, second: float) -> bool:
        """Do these two limits stand in this order?"""
        return first > second or (self.or_equal and first == second)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A named, hashed set of alarm settings; `hash` (sha256, hex) is its version in every row.

    `nibp_interval_s` is how often the cuff should measure in each phase.
    `re_alarm_s` is after how long an acknowledged alarm of that priority sounds
    again (absent: never). `no_value` are numbers that devices send instead of one;
    `plausible` are hard ranges; a cuff reading also needs
    DIA < MEAN < SYS and `pulse_pressure_min` mmHg between SYS and DIA. Without `jump`
    nothing is held back from judging.
    A continuous sample older than `late_s` on arrival is not judged; a cuff
    reading is, if younger than the greater of `cuff_late_s` and `cuff_late_intervals`
    intervals. A source of heart rate is in charge for `source_hold_s` after its
    last valid sample; `gap_s` is the longest gap that counts in full. `unusable_s` without
    valid data an acknowledged alarm may be ended by a person (None: never). `text` is the file.
    """

    id: str
    name: str
    hash: str
    conditions: tuple[AlarmCondition, ...]
    nibp_interval_s: Mapping[Phase, float]
    re_alarm_s: Mapping[Priority, float]
    plausible: Mapping[VitalSign, Range]
    no_value: Mapping[VitalSign, tuple[float, ...]]
    baseline: BaselineTerms
    jump: JumpTerms | None
    readiness: ReadinessTerms
    entries: EntryTerms
    review: ReviewTerms
    pulse_pressure_min: float
    late_s: float
    cuff_late_s: float
    cuff_late_intervals: float
    source_hold_s: float
    gap_s: float
    restart_gap_s: float
    audio_pause_s_max: float
    audible_s_between_pauses: float
    unusable_s: float | None = None
    limit_order: tuple[LimitOrder, ...] = ()
    text: str = field(default="", repr=False, compare=False)

    def cuff_judged_s(self, phase: Phase | None) -> float:
        """A cuff reading younger than this is judged; without a session as in BASELINE."""
        interval_s = self.nibp_interval_s.get(phase or Phase.BASELINE, 0.0)
        return max(self.cuff_late_s, self.cuff_late_intervals * interval_s)

    def nibp_overdue_s(self) -> dict[Phase, float]:
        """How old a cuff reading gets in each phase before it is overdue."""
        rules = [one for one in self.conditions if one.form is Form.OVERDUE]
        return {
            phase: min((rule.overdue_s(interval_s) for rule in rules), default=interval_s)
            for phase, interval_s in self.nibp_interval_s.items()
        }

    def condition(self, condition_id: str) -> AlarmCondition:
        """The condition of that id; raises KeyError."""
        return {one.id: one for one in self.conditions}[condition_id]
