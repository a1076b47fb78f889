"""The engine again, slow and plain: no array, no cache, no deadline kept; the oracle of the tests.

Written from alarms.md sections 7, 8 and 8a. For every chair and rule it keeps a
few named numbers, and to know what time does it asks every alarm anew. It reads
the same preset as the engine and shares no other line with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, isnan, nan, nextafter
from statistics import median
from typing import NamedTuple

from monitor.alerts.place import KEPT_SAMPLES_MAX
from monitor.clinic import Phase
from monitor.conditions import (
    COLUMN_OF,
    AlarmCondition,
    Cause,
    Clause,
    Column,
    Form,
    Kind,
    Preset,
    Priority,
)
from monitor.thresholds import Comparison
from monitor.vitals import NIBP, Reading, Validity, VitalSign

HR, PR, SPO2 = VitalSign.HEART_RATE, VitalSign.PULSE_RATE, VitalSign.SPO2
SYS, DIA, MAP = VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.NIBP_MEAN
GOOD, DOUBTFUL, MISSING = "good", "doubtful", "missing"
PULSE = (Form.PULSELESS, Form.PULSE_LOST)
DERIVED = (Form.INTEGRAL, Form.DIPS, Form.CHANGE, Form.RISE, Form.DISAGREEMENT, *PULSE)
COUNTED = (Form.LIMIT, *DERIVED)
QUIET = ("PRIORITY_FALLS", "WENT_ALONG", "ASSIGNED", "LIMIT_RELAXED", "LIMIT_BINDS")


class Step(NamedTuple):
    """A step of an alarm, as the tests compare it."""

    at_s: float
    alarm: str
    came_from: str
    state: str
    reason: str
    sampled_s: float | None
    priority: str
    session: str | None
    onset_s: float
    value: float | None
    limit: float | None
    worst: float | None
    worst_s: float | None
    episode: int
    by: str | None
    superseded: bool
    data_lost: bool
    audible: bool


@dataclass
class Counter:
    """How long one limit rule has been violated, and how long it has been clear."""

    onset: float = nan
    last: float = nan
    counted: float = 0.0
    waited: float = 0.0  # of the on-delay, for a cuff that took the pulse away
    samples: int = 0
    running: bool = False
    clear_from: float = nan
    clear_last: float = nan
    relaxed: bool = False


@dataclass
class Look:
    """What one instant says of a rule; `number` is what a derived rule compares."""

    violated: list[Clause]
    said: bool
    clears: bool
    number: float = nan


@dataclass
class PulseSource:
    """What a pulse rule knows of one device."""

    off: bool = False
    had: float | None = None  # None: nothing of it is known, see `Rule.assumed`
    last: float = nan
    spoke: float = -inf


@dataclass
class Rule:
    """One rule of one chair: a condition, for one vital sign or device."""

    condition: AlarmCondition
    instance: str
    vital: VitalSign | None = None
    device: str | None = None
    ecg: bool = False
    counter: Counter = field(default_factory=Counter)
    since: float = nan
    known: float = -inf  # when the first bad sample came; a late one cannot be told earlier
    existed: bool = False
    source: VitalSign | None = None  # the source of heart rate that a pulse rule listens to
    sources: dict[str, PulseSource] = field(default_factory=dict)
    assumed: float = 0.0  # for how long a device that said nothing yet is held to have had a pulse
    said: tuple[float, str] | None = None
    past_from: int = 0  # a person ended its alarm here: nothing before counts
    begins: int = 0  # from which of the past samples a sum or a count of dips begins
    alarm: TwinAlarm | None = None
    asks: frozenset[VitalSign] = frozenset()
    own_delay: float | None = None  # set for the session
    changed: bool = False  # its limits did, with the phase

    def __post_init__(self) -> None:
        self.asks = frozenset(self.condition.watched)

    @property
    def delay(self) -> float:
        if self.own_delay is not None:
            return self.own_delay
        own = self.condition.settings.get("pleth_on_delay_s") if self.source is PR else None
        return self.condition.on_delay_s if own is None else own


@dataclass
class TwinAlarm:
    """An open alarm."""

    id: str
    rule: Rule
    session: str | None
    state: str
    priority: Priority
    onset: float
    entered: float
    value: float | None = None
    limit: float | None = None
    speaks: VitalSign | None = None
    worst: dict[VitalSign, tuple[float, float]] = field(default_factory=dict)
    violations: int = 1
    episode: int = 1
    by: str | None = None
    acknowledged: float = nan
    held: bool = False
    reference: dict[VitalSign, float] = field(default_factory=dict)
    score_seen: float | None = None
    good_from: float = nan
    good_last: float = nan
    heard: float = -inf  # the newest word of its condition, and whether that is good
    well: bool = False

    @property
    def active(self) -> bool:
        return self.state in ("ACTIVE_UNACK", "ACTIVE_ACK")


@dataclass
class Jump:
    """The last accepted sample of a vital sign, and what a jump from it holds back."""

    at: float = nan
    value: float = nan
    stream: Stream | None = None
    held: list[tuple[float, float, str]] = field(default_factory=list)
    due: float = inf
    rests: float = -inf


@dataclass
class Stream:
    """One vital sign of one device."""

    device: str
    vital: VitalSign
    newest: float = -inf
    valid: float = -inf
    seen: float = 0.0
    value: float = nan


class Twin:
    """One chair. Feed it what the engine is fed; `steps` are the alarm events so far."""

    def __init__(
        self,
        preset: Preset,
        chair: str,
        devices: Mapping[str, tuple[float, frozenset[VitalSign]]],
        now: float,
    ) -> None:
        self.preset, self.chair, self.devices = preset, chair, devices
        self.session: str | None = None
        self.phase: Phase | None = None
        self.began = -inf
        self.streams = [
            Stream(device, vital)
            for vital in VitalSign
            for device, (_, vitals) in devices.items()
            if vital in vitals
        ]
        self.current: dict[VitalSign, Stream] = {}
        self.values: dict[VitalSign, float] = {}
        self.data: dict[VitalSign, float] = {}
        self.past: list[tuple[VitalSign, float, str, float]] = []
        self.heard: list[tuple[str, VitalSign, float, str, str, float]] = []  # at this instant
        self.seated = 0
        self.baseline: dict[VitalSign, float] = {}
        self.own: dict[int, float] = {}  # limits set for the session, by identity of the clause
        self.score: float | None = None
        self.gated: set[str] = set()  # devices that fell silent with all of their gateway
        self.limits_were: dict[int, list[float | None]] = {}
        self.jumps = {vital: Jump() for vital in (preset.jump.per_s if preset.jump else ())}
        self.cuff_told: list[tuple[str, float]] = []
        self.unassigned_data = -inf
        self.pause_until = self.pause_next = nan
        self.paused = False
        self.suspended: dict[str, tuple[float, dict[VitalSign, float]]] = {}
        self.suspended_for: dict[str, float] = {}
        self.standby_until = self.stood_until = nan
        self._numbers: dict[str, int] = {}
        self.steps: list[Step] = []
        self.discarded: list[tuple[VitalSign, float, float]] = []
        self._freed = -inf  # the last step: what was held back comes no earlier
        self.rules = [rule for one in preset.conditions if one.enabled for rule in self._rules(one)]
        depth = {one.id: self._depth(one) for one in preset.conditions}
        self.rules.sort(
            key=lambda rule: (
                rule.condition.form not in COUNTED,
                depth[rule.condition.id] if rule.condition.form not in COUNTED else 0,
            )
        )
        self.counted = [rule for rule in self.rules if rule.condition.form in COUNTED]
        for rule in self.rules:
            rule.since = now if self._rests(rule) else nan
        self._exist(now)

    # ------------------------------------------------------------------- the rules

    def _rules(self, one: AlarmCondition) -> list[Rule]:
        if one.clinic_wide is not (self.chair == ""):
            return []
        if one.form is Form.SILENT_LINK:
            return [Rule(one, name, device=name) for name in self.devices]
        if one.form in (Form.SILENT_VITAL, Form.REPORTED):
            plain = [
                Rule(one, "NIBP" if vital in NIBP else vital.value, vital=vital)
                for vital in one.vitals
            ]
            return plain + [Rule(one, "ECG", vital=v, ecg=True) for v in one.expected_once_seen_s]
        if one.form is Form.PULSELESS:
            return [Rule(one, "ECG", source=HR), Rule(one, "PR", source=PR)]
        if one.form is Form.PULSE_LOST:
            return [Rule(one, "PR", source=PR)]
        if one.form is Form.OVERDUE:
            return [Rule(one, "NIBP", vital=one.vitals[0])]
        watched = [clause.vital for clause in one.any_of]
        if any(vital in NIBP for vital in watched):
            return [Rule(one, "NIBP")]
        about = HR if one.form is Form.DISAGREEMENT else None
        return [Rule(one, watched[0].value if watched else "", vital=about)]

    def _depth(self, one: AlarmCondition) -> int:
        above = [self.preset.condition(name) for name in one.yields_to]
        return 1 + max((self._depth(other) for other in above), default=-1)

    @staticmethod
    def _rests(rule: Rule) -> bool:
        return rule.condition.form in (Form.SILENT_LINK, Form.SILENT_VITAL, Form.OVERDUE)

    @property
    def column(self) -> Column:
        return COLUMN_OF[self.phase]

    @property
    def interval(self) -> float:
        return self.preset.nibp_interval_s.get(self.phase, 0.0) if self.phase else 0.0

    def _measures(self, vital: VitalSign) -> bool:
        wanted = {HR, PR} if vital is HR else {vital}
        return any(stream.vital in wanted for stream in self.streams)

    def _exists(self, rule: Rule) -> bool:
        if self.column not in rule.condition.priority:
            return False
        if rule.ecg:
            need = rule.condition.expected_once_seen_s[HR]
            return any(one.vital is HR and one.seen >= need for one in self.streams)
        return rule.vital is None or self._measures(rule.vital)

    def _exist(self, now: float) -> None:
        self._freed = max(self._freed, now)
        for rule in self.rules:
            exists = self._exists(rule)
            if exists and not rule.existed and self._rests(rule) and not rule.since >= now:
                rule.since = now
            rule.existed = exists

    def _delay(self, rule: Rule) -> float:
        if rule.device is not None:
            return max(rule.condition.on_delay_s, self.devices[rule.device][0])
        if rule.condition.form is Form.OVERDUE:
            settings = rule.condition.settings
            late = max(settings["intervals"] * self.interval, self.interval + settings["slack_s"])
            return late if self.interval else inf
        return rule.condition.on_delay_s

    # --------------------------------------------------------------- phases and acts

    def seat(self, session: str, phase: Phase, now: float) -> None:
        self.advance(now)
        self._receive((), now)
        self._forget(now)
        self.session = session
        for alarm in self.open():
            self._assign(alarm)
        for alarm in self.open():
            self._step(alarm, alarm.state, "ASSIGNED", now)
        self._enter(phase, now)

    def _receive(self, own: Collection[int], now: float) -> None:
        """What is open here is the patient's, but for what says that there is none, or is theirs.

        `own` are the rules, by identity, of which they bring an alarm.
        """
        for rule in self.rules:
            told = rule.condition.form is Form.UNASSIGNED_DATA
            if rule.alarm is not None and (told or id(rule) in own):
                self._step(rule.alarm, "RESOLVED", "SEATED", now)

    def _assign(self, alarm: TwinAlarm) -> None:
        alarm.session, alarm.held = self.session, False
        alarm.rule.counter.relaxed = False

    def set_phase(self, phase: Phase, now: float) -> None:
        self.advance(now)
        if phase is Phase.CLOSED:
            self.clear(now)
            return
        old, new = self.interval, self.preset.nibp_interval_s[phase]
        for rule in self.rules:
            if rule.condition.form is Form.OVERDUE:
                rule.since = min(rule.since + old - new, now)
        self._enter(phase, now)

    def clear(self, now: float) -> None:
        self.advance(now)
        for alarm in self.open():
            self._step(alarm, "RESOLVED", "CLOSED", now)
        self._forget(now)

    def _forget(self, now: float) -> None:
        self.session = self.phase = None
        self.began, self.paused, self.pause_next = now, False, nan
        self.current, self.values, self.data, self.past = {}, {}, {}, []
        self.baseline, self.seated, self.own, self.score = {}, 0, {}, None
        self.jumps = {vital: Jump() for vital in self.jumps}
        self.cuff_told = []
        self.suspended, self.suspended_for = {}, {}
        self.standby_until = self.stood_until = nan
        self.unassigned_data = -inf
        for stream in self.streams:
            stream.valid, stream.seen = -inf, 0.0
        for rule in self.rules:
            rule.counter, rule.existed, rule.own_delay = Counter(), False, None
            rule.sources, rule.assumed, rule.past_from = {}, 0.0, 0
            rule.since = rule.since if self._rests(rule) else nan
        self._exist(now)

    def move(self, to: Twin, now: float) -> None:
        """The session goes to another twin, at which nobody is seated."""
        for one in (self, to):
            one.advance(now)
        for one in (self, to):
            one._land(inf, now)
        pairs = [
            (mine, theirs)
            for mine in self.rules
            for theirs in to.rules
            if mine.condition is theirs.condition and mine.device is None
            if (mine.instance, mine.source) == (theirs.instance, theirs.source)
            if mine.condition.kind is Kind.PHYSIOLOGICAL or mine.condition.moves
        ]
        going = {id(mine) for mine, _ in pairs}
        for rule in self.rules:
            if rule.alarm is not None and id(rule) not in going:
                self._step(rule.alarm, "RESOLVED", "MOVED", now)
        to._receive([id(theirs) for mine, theirs in pairs if mine.alarm], now)
        along = [mine.alarm for mine, _ in pairs if mine.alarm]
        assigned, limits = to.open(), [to._limits(rule) for rule in to.rules]
        to._take_over(self, pairs, now)
        for alarm in assigned:
            to._assign(alarm)
        for alarm in to.open():
            to._step(alarm, alarm.state, "WENT_ALONG" if alarm in along else "ASSIGNED", now)
        to._fit(now)
        for rule, before in zip(to.rules, limits, strict=True):
            if rule.alarm in assigned and to._limits(rule) != before:
                to._limit(rule, now)
        self._freed = max(self._freed, now)

    def _take_over(self, left: Twin, pairs: Sequence[tuple[Rule, Rule]], now: float) -> None:
        session, phase, score = left.session, left.phase, left.score
        baseline, own, past, seated = left.baseline, left.own, left.past, left.seated
        values, data, standby = dict(left.values), dict(left.data), left.standby_until
        pause = (left.paused, left.pause_until, left.pause_next)
        silent = (left.suspended, left.suspended_for, left.stood_until)
        shared = [what for what, _ in left.cuff_told if what in ("shared", "apart")][-1:]
        starts = [(a.begins, a.past_from) for a, _ in pairs]
        moved = [(a.alarm, a.counter, a.own_delay, a.since) for a, _ in pairs]
        self._numbers |= {k: n for k, n in left._numbers.items() if k.startswith(f"{session}/")}
        for rule in left.rules:
            rule.alarm = None
        for one in (left, self):
            one._forget(now)
        self.session, self.phase, self.score = session, phase, score
        self.baseline, self.own, self.past, self.seated = baseline, own, past, seated
        self.values, self.data, self.standby_until = values, data, standby
        self.paused, self.pause_until, self.pause_next = pause
        self.suspended, self.suspended_for, self.stood_until = silent
        self.cuff_told = [(what, now) for what in shared]
        for (_, rule), (alarm, counter, own_delay, _) in zip(pairs, moved, strict=True):
            rule.counter, rule.own_delay = counter, own_delay
            counter.clear_from = nan
            if alarm is not None:
                rule.alarm, alarm.rule = alarm, rule
                rule.assumed = rule.condition.settings.get("after_s", 0.0)
        for (_, rule), (begins, past_from) in zip(pairs, starts, strict=True):
            rule.begins, rule.past_from = begins, past_from
        self._exist(now)
        for (_, rule), (*_, since) in zip(pairs, moved, strict=True):
            rule.since = since

    def _enter(self, phase: Phase, now: float) -> None:
        was = [self._exists(rule) for rule in self.rules]
        before = [self._limits(rule) for rule in self.rules]
        self.phase = phase
        for name in list(self.suspended):
            self._sound_again(name)
        self.suspended_for = {}
        if phase is Phase.INFUSION:
            self._end_standby(now)
        self._fit(now)
        for rule, existed, limits in zip(self.rules, was, before, strict=True):
            if rule.condition.form in (Form.INTEGRAL, Form.DIPS) and not existed:
                rule.begins = len(self.past)
            rule.changed = rule.condition.form in COUNTED and self._limits(rule) != limits
        for rule in self.rules:
            if self.score is not None and rule.alarm is None:
                self._enter_score(rule, self.score, now)
        for rule in self.rules:
            if rule.changed:
                self._recount(rule, now)
        self._exist(now)

    def _fit(self, now: float) -> None:
        """Open alarms follow the phase: some end, some rise."""
        for rule in self.rules:
            alarm, priority = rule.alarm, rule.condition.priority.get(self.column)
            if alarm and priority is None:
                latches = _latches(alarm)
                if alarm.state != "LATCHED_UNACK":
                    self._step(alarm, "LATCHED_UNACK" if latches else "RESOLVED", "PHASE", now)
            elif alarm and (urgent := self._urgent(alarm)) > alarm.priority:
                alarm.priority = urgent
                if alarm.state != "LATCHED_UNACK":
                    self._step(alarm, "ACTIVE_UNACK", "PRIORITY_RISES", now)

    def enter_score(self, score: float | None, now: float) -> None:
        """A score of sedation is entered, the lower, the worse; None takes the only one back."""
        self.advance(now)
        self.score = score
        for rule in self.rules:
            self._enter_score(rule, score, now)

    def _enter_score(self, rule: Rule, score: float | None, now: float) -> None:
        condition, alarm = rule.condition, rule.alarm
        if condition.form is not Form.ENTRY or self.column not in condition.priority:
            return
        limits, reason, to = condition.settings, "", "ACTIVE_UNACK"
        if score is None:
            if alarm and alarm.active:
                to, reason = "LATCHED_UNACK" if _latches(alarm) else "RESOLVED", "CONDITION_ENDED"
        elif score <= limits["raised_at"]:
            high = score <= limits["high_at"]
            priority = Priority.HIGH if high else condition.priority[self.column]
            if alarm is None:
                alarm, reason = self._open(rule, now, now), "CONDITION_PRESENT"
                alarm.state, alarm.priority = "IDLE", priority
            elif alarm.state == "LATCHED_UNACK":
                alarm.episode, alarm.onset, reason = alarm.episode + 1, now, "CONDITION_AGAIN"
                alarm.priority = max(alarm.priority, priority)
            elif priority != alarm.priority:
                rises = priority > alarm.priority
                reason = "PRIORITY_RISES" if rises else "PRIORITY_FALLS"
                to, alarm.priority = to if rises else alarm.state, priority
            elif alarm.state == "ACTIVE_ACK" or alarm.held:
                then = alarm.score_seen
                reason = "WORSE" if then is not None and then - score >= limits["step"] else ""
            alarm.value, alarm.limit = score, limits["high_at" if high else "raised_at"]
        elif alarm and alarm.active and score >= limits["clears_at"]:
            to, reason = "LATCHED_UNACK" if _latches(alarm) else "RESOLVED", "CONDITION_ENDED"
        if alarm and reason:
            self._step(alarm, to, reason, now)

    def set_baseline(self, baseline: Mapping[VitalSign, float], now: float) -> None:
        self.advance(now)
        before = [self._limits(rule) for rule in self.rules]
        self.baseline = dict(baseline)
        for rule, limits in zip(self.rules, before, strict=True):
            if rule.condition.form in COUNTED and self._limits(rule) != limits:
                self._recount(rule, now)

    def assert_technical(self, name: str, since: float | None, now: float) -> None:
        """What is measured elsewhere is so since then, or is not."""
        self.advance(now)
        for rule in self.rules:
            if rule.condition.id == name and since is None:
                self._good(rule, now, now)
            elif rule.condition.id == name and since is not None:
                self._bad(rule, since, now)
        self.advance(now)

    def gate(self, device: str, lost: bool, now: float) -> None:
        self.advance(now)
        self.gated = self.gated | {device} if lost else self.gated - {device}

    def set_limits(self, edits: Mapping[str, float], now: float) -> None:
        self.advance(now)
        before = [self._limits(rule) for rule in self.rules]
        self.own = {
            id(clause): edits[f"{rule.condition.id} {clause.vital.value}"]
            for rule in self.rules
            for clause in rule.condition.any_of
            if clause.guard and f"{rule.condition.id} {clause.vital.value}" in edits
        }
        for rule in self.rules:
            if rule.condition.on_delay_guard:
                rule.own_delay = edits.get(f"{rule.condition.id} delay")
        for rule, limits in zip(self.rules, before, strict=True):
            if rule.condition.form in COUNTED and self._limits(rule) != limits:
                self._recount(rule, now)

    # ------------------------------------------------ a cuff that measures (7.2, 8a.22)

    def set_arms(self, shared: bool, now: float) -> None:
        self.advance(now)
        self._tell_of_cuff("shared" if shared else "apart", now)

    def _tell_of_cuff(self, what: str, now: float) -> None:
        """A cuff is over, or on another arm: what waited for it comes no earlier than this."""
        self.cuff_told.append((what, now))
        self._freed = max(self._freed, now)

    def _cuff(self) -> tuple[float, list[list[float]]]:
        """Until when a cuff measures, and from when to when on the probe's arm, as known now."""
        ends, result, shared = -inf, -inf, False
        spans: list[list[float]] = []
        present: list[float] | None = None  # the span that the present cycle has
        for what, at in self.cuff_told:
            if what == "measures" and at > result:
                present = None if at >= ends else present
                ends = max(ends, at + self.preset.gap_s)
                if shared and present is None:
                    present = [at, ends]
                    spans.append(present)
                if shared and present is not None:
                    present[1] = ends
            elif what in ("result", "apart"):
                if present is not None and present[1] > at:
                    present[1] = max(present[0], at)
                present = None
            if what == "result":
                ends, result = min(ends, at), at
            if what == "shared" and not shared and at < ends:
                present = [at, ends]
                spans.append(present)
            shared = what == "shared" or (shared and what != "apart")
        return ends, spans

    def _wait(self, rule: Rule) -> float:
        """How long the rule may wait while a cuff is on the probe's arm."""
        probe = rule.source is PR or rule.vital is SPO2
        return rule.condition.cuff_wait_s if probe else 0.0

    def _hear_cuff(self, readings: Iterable[Reading]) -> list[Reading]:
        out = []
        for one in readings:
            measures = one.validity is Validity.ONGOING and one.vital in NIBP
            if measures and one.sampled_s >= self.began:
                self.cuff_told.append(("measures", one.sampled_s))
            given = (Validity.VALID, Validity.VALIDATED, Validity.QUESTIONABLE, Validity.INVALID)
            if one.vital in NIBP and one.validity in given:
                self._tell_of_cuff("result", one.received_s)
            out += [] if measures else [one]
        return out

    def _limits(self, rule: Rule) -> list[float | None]:
        there = self.column in rule.condition.priority
        clauses = (*rule.condition.any_of, *rule.condition.and_any_of)
        return [self._level(clause) if there else None for clause in clauses]

    def _level(self, clause: Clause) -> float | None:
        level = clause.limit.get(self.column)
        known = level.resolve(self.baseline.get(clause.vital)) if level else None
        if known is None or self.column is Column.UNASSIGNED:
            return known
        return self.own.get(id(clause), known)

    def _beyond(self, clause: Clause, value: float | None) -> bool:
        limit = self._level(clause)
        if value is None or isnan(value) or limit is None:
            return False
        match clause.comparison:
            case Comparison.BELOW:
                return value < limit
            case Comparison.AT_OR_BELOW:
                return value <= limit
            case Comparison.ABOVE:
                return value > limit
            case Comparison.AT_OR_ABOVE:
                return value >= limit

    def _clears(self, clause: Clause, value: float) -> bool:
        level = clause.clear.get(self.column)
        clear = level.resolve(self.baseline.get(clause.vital)) if level else None
        if clear is None or isnan(value):
            return False
        limit = clause.limit.get(self.column)
        known = limit.resolve(self.baseline.get(clause.vital)) if limit else None
        if id(clause) in self.own and known is not None and self.session is not None:
            clear += self.own[id(clause)] - known
        if value == clear:
            return not clause.clear_strictly
        return value < clear if clause.comparison.high else value > clear

    def _recount(self, rule: Rule, now: float) -> None:
        """A limit change counts the on-delay again from the retained samples (8a.16)."""
        rule.counter.running = False
        rule.counter.clear_from = nan
        known = None not in self._limits(rule)
        plain = rule.condition.form is Form.LIMIT
        vitals = rule.condition.watched
        if known and plain and len(vitals) == 1 and vitals[0] not in NIBP:
            for value, quality, at in self._retained(vitals[0]):
                self._count(rule, self._look(rule, {vitals[0]: (value, quality)}), at)
        self._limit(rule, now)

    def _retained(self, vital: VitalSign) -> list[tuple[float, str, float]]:
        """The newest samples of the vital sign, as many as are retained."""
        known = [(value, quality, at) for what, value, quality, at in self.past if what is vital]
        return known[-KEPT_SAMPLES_MAX:]

    def _limit(self, rule: Rule, now: float) -> None:
        """What another limit does to an open alarm."""
        plain = rule.condition.form is Form.LIMIT
        both = (rule.condition.any_of, rule.condition.and_any_of)
        off = any(one and all(self._level(clause) is None for clause in one) for one in both)
        if rule.alarm and rule.alarm.active and off:
            to = "LATCHED_UNACK" if _latches(rule.alarm) else "RESOLVED"
            self._step(rule.alarm, to, "LIMIT_GONE", now)
        if rule.alarm and rule.alarm.active:
            values = {vital: (value, GOOD) for vital, value in self.values.items()}
            was, rule.counter.relaxed = rule.counter.relaxed, False
            rule.counter.relaxed = plain and not self._look(rule, values).violated
            if rule.counter.relaxed is not was:
                reason = "LIMIT_BINDS" if was else "LIMIT_RELAXED"
                self._step(rule.alarm, rule.alarm.state, reason, now)

    def acknowledge(self, alarm_id: str, actor: str, now: float) -> bool:
        self.advance(now)
        for alarm in self.open():
            if alarm.id == alarm_id and alarm.state != "ACTIVE_ACK":
                to = "ACTIVE_ACK" if alarm.state == "ACTIVE_UNACK" else "RESOLVED"
                alarm.by, alarm.acknowledged = actor, now
                self._step(alarm, to, "ACKNOWLEDGED", now)
                alarm.reference, alarm.score_seen = dict(self.values), self.score
                return True
        return False

    def end_unusable(self, alarm_id: str, now: float, *, off: bool) -> bool:
        """8a.15: seen, of the patient, and no valid data for a minute, or the cuff is off.

        An ECG that is taken off on purpose is expected no more (8a.23).
        """
        self.advance(now)
        for alarm in self.open():
            rule, watched = alarm.rule, alarm.rule.condition.watched
            if alarm.id == alarm_id and rule.ecg and off and alarm.state == "ACTIVE_ACK":
                self._step(alarm, "RESOLVED", "UNUSABLE", now)
                for stream in self.streams:
                    stream.seen = 0.0
                self._exist(now)
                return True
            patient = rule.condition.kind is Kind.PHYSIOLOGICAL and watched
            if alarm.id != alarm_id or not patient or alarm.state != "ACTIVE_ACK":
                continue
            wanted = {*watched, *((PR,) if HR in watched else ())}
            valid = [one.valid for one in self.streams if one.vital in wanted]
            quiet = now - max([self.began, *valid])
            cuff = watched[0] in NIBP
            if not (off if cuff else quiet >= (self.preset.unusable_s or inf)):
                return False
            self._step(alarm, "RESOLVED", "UNUSABLE", now)
            rule.counter = Counter()
            rule.begins = rule.past_from = len(self.past)
            return True
        return False

    def pause(self, now: float, seconds: float) -> bool:
        self.advance(now)
        if not 0 < seconds <= self.preset.audio_pause_s_max:
            return False
        if self.paused:
            return True
        if now < self.pause_next:
            return False
        self.paused, self.pause_until = True, now + seconds
        self.pause_next = self.pause_until + self.preset.audible_s_between_pauses
        for alarm in self.open():
            if alarm.state == "ACTIVE_UNACK":
                alarm.held, alarm.reference = True, dict(self.values)
                alarm.score_seen = self.score
        return True

    # ------------------------------------------- suspended rules, standby (8a.6, 8a.24)

    def suspend(self, name: str, now: float, seconds: float) -> bool:
        self.advance(now)
        rule = self.preset.condition(name)
        left = 1800 - self.suspended_for.get(name, 0.0)
        if rule.clinic_wide is not (self.chair == ""):
            return False
        if not rule.suspendable or name in self.suspended or not 0 < seconds <= left:
            return False
        self.suspended[name] = (now + seconds, dict(self.values))
        self.suspended_for[name] = 1800 - left + seconds
        for alarm in self.open():
            if alarm.rule.condition.id == name:
                alarm.reference = dict(self.values)
        return True

    def end_suspension(self, name: str, now: float) -> None:
        self.advance(now)
        self._end_suspension(name, now)

    def _end_suspension(self, name: str, now: float) -> None:
        if name in self.suspended:
            self.suspended_for[name] -= max(0.0, self.suspended[name][0] - now)
            self._sound_again(name)

    def _sound_again(self, name: str) -> None:
        del self.suspended[name]
        for alarm in self.open():
            if alarm.rule.condition.id == name:
                alarm.held = False

    def stand_by(self, now: float, seconds: float) -> bool:
        self.advance(now)
        if self.phase in (None, Phase.INFUSION) or not 0 < seconds <= 600:
            return False
        if not isnan(self.standby_until):
            return True
        if now < self.stood_until + self.preset.audible_s_between_pauses:
            return False
        self.standby_until = now + seconds
        return True

    def end_standby(self, now: float) -> None:
        self.advance(now)
        self._end_standby(now)

    def _end_standby(self, now: float) -> None:
        if not isnan(self.standby_until):
            self.stood_until, self.standby_until = now, nan
            for alarm in self.open():
                if alarm.rule.condition.standby:
                    alarm.held = False

    def _silences(self) -> list[float]:
        ends = [until for until, _ in self.suspended.values()]
        return ends if isnan(self.standby_until) else [*ends, self.standby_until]

    def _end_silences(self, now: float) -> None:
        for name in [name for name, (until, _) in self.suspended.items() if until <= now]:
            self._sound_again(name)
        if self.standby_until <= now:
            self._end_standby(now)

    def silenced(self, alarm: TwinAlarm) -> bool:
        condition = alarm.rule.condition
        standing_by = condition.standby and not isnan(self.standby_until)
        return condition.id in self.suspended or standing_by

    # --------------------------------------------------------------------- time

    def advance(self, now: float) -> None:
        while True:
            due = [
                (self._due(rule), number)
                for number, rule in enumerate(self.rules)
                if rule.alarm is not None or (rule.existed and rule.condition.form not in COUNTED)
            ]
            due.append((self.pause_until if self.paused else inf, len(self.rules)))
            holds = [jump.due for jump in self.jumps.values() if jump.held]
            due.append((min(holds, default=inf), len(self.rules) + 1))
            due.append((min(self._silences(), default=inf), len(self.rules) + 2))
            at, number = min(due)
            if at > now:
                return
            if number == len(self.rules) + 2:
                self._end_silences(at)
            elif number == len(self.rules) + 1:
                self._land(at, at)
            elif number == len(self.rules):
                self.paused = False
                for alarm in self.open():
                    alarm.held = False
            else:
                self._ring(self.rules[number], at)

    def _due(self, rule: Rule) -> float:
        if rule.alarm is not None:
            return min(at for at, _ in self._timers(rule.alarm))
        if rule.condition.form in COUNTED or not rule.existed or isnan(rule.since):
            return inf
        if self._yields(rule):
            return inf
        due = rule.since + self._delay(rule)
        ends, spans = self._cuff()
        if rule.condition.form is Form.OVERDUE:
            cuff = min(ends, due + rule.condition.cuff_wait_s)
            return max(due, cuff, rule.known, self._freed)
        wait = self._wait(rule)
        waited = sum(max(0.0, end - max(begin, rule.since)) for begin, end in spans)
        return max(due + min(wait, waited), rule.known, self._freed)

    def _timers(self, alarm: TwinAlarm) -> list[tuple[float, Priority | str | None]]:
        condition = alarm.rule.condition
        out: list[tuple[float, Priority | str | None]] = [(inf, None)]
        # While all is well nothing rises; that is known for a gap.
        stands = nextafter(alarm.heard + self.preset.gap_s, inf)
        holds = stands if alarm.well else alarm.heard
        if alarm.state == "ACTIVE_ACK":
            others = condition.re_alarm_vitals and alarm.rule.vital not in condition.re_alarm_vitals
            own = None if others else condition.re_alarm_s.get(self.column)
            after = self.preset.re_alarm_s.get(alarm.priority, inf) if own is None else own
            out.append((alarm.acknowledged + after, None))
        for rise in condition.escalations:
            there = rise.enabled and self.column in rise.columns and rise.to > alarm.priority
            if not there or (rise.vitals and alarm.rule.vital not in rise.vitals):
                continue
            if rise.cause is Cause.UNACKNOWLEDGED and alarm.state == "ACTIVE_UNACK":
                out.append((max(alarm.entered + rise.after_s, holds), rise.to))
            if rise.cause is Cause.LASTING and alarm.active:
                out.append((max(alarm.onset + rise.after_s, alarm.entered, holds), rise.to))
            if rise.cause is Cause.INTERVALS and alarm.active:
                at = alarm.rule.since + rise.count * self.interval
                out.append((max(at, alarm.entered, holds), rise.to))
        if condition.form is Form.UNASSIGNED_DATA:
            out.append((self.unassigned_data + condition.settings["ends_after_s"], "ends"))
        return out

    def _began(self, rule: Rule) -> float:
        if rule.condition.form is not Form.OVERDUE:
            return rule.since
        taken = [when for what, _, quality, when in self.past if (what, quality) == (SYS, GOOD)]
        return max(taken, default=self.began)

    def _ring(self, rule: Rule, at: float) -> None:
        if rule.alarm is None:
            ends = rule.condition.settings.get("ends_after_s", inf)
            if at >= self.unassigned_data + ends:
                rule.since = nan
                return
            alarm = self._open(rule, self._began(rule), at)
            self._step(alarm, "ACTIVE_UNACK", "CONDITION_PRESENT", at)
            return
        timers = [one for one in self._timers(rule.alarm) if one[0] <= at]
        what = next((one for one in timers if one[1] == "ends"), None)
        what = what or min(timers, key=lambda one: one[0])
        if what[1] == "ends":
            rule.since = nan
            self._step(rule.alarm, "RESOLVED", "CONDITION_ENDED", at)
        elif isinstance(what[1], Priority):
            rule.alarm.priority = what[1]
            self._step(rule.alarm, "ACTIVE_UNACK", "PRIORITY_RISES", at)
        else:
            self._step(rule.alarm, "ACTIVE_UNACK", "RE_ALARM", at)

    # ---------------------------------------------------------------------- input

    def frame(self, device: str, at: float) -> None:
        self.advance(at)
        for rule in self.rules:
            if rule.device == device:
                self._good(rule, at, at)

    def observe(self, readings: Sequence[Reading]) -> None:
        times = sorted({(one.received_s, one.sampled_s) for one in readings})
        for received, sampled in times:
            now = [
                one for one in readings if (one.received_s, one.sampled_s) == (received, sampled)
            ]
            now = [one for one in now if not one.late and not self._old(one)]
            if now:
                self.advance(received)
                self._land(sampled, received)
                self._instant(now, sampled, received)

    def _old(self, one: Reading) -> bool:
        age = one.received_s - one.sampled_s
        if one.vital in NIBP:
            interval = self.preset.nibp_interval_s[self.phase or Phase.BASELINE]
            longest = max(self.preset.cuff_late_s, self.preset.cuff_late_intervals * interval)
            return age > self.preset.late_s and age >= longest
        return age > self.preset.late_s

    def _instant(self, readings: Iterable[Reading], at: float, received: float) -> None:
        samples: dict[VitalSign, tuple[float, str]] = {}
        reasons: dict[VitalSign, set[str]] = {}
        self.heard = []
        readings = self._hear_cuff(readings)
        for reading in sorted(readings, key=lambda one: one.vital is PR):
            taken = self._take(reading, samples)
            more = taken not in reasons or self._quality(reading)[1] != MISSING
            if taken is not None and more:
                reasons[taken] = self._words(reading)
        _mend_cuff(samples, reasons, self.preset.pulse_pressure_min)
        for vital, (_, quality) in samples.items():
            if quality != MISSING:
                self.data[vital] = at
        self._presence(samples, reasons, at, received)
        passed = {
            vital: one
            for vital, one in samples.items()
            if one[1] == MISSING or not self._jumped(vital, *one, at, received)
        }
        self._judge_all(passed, at, received)

    def _judge_all(
        self, samples: Mapping[VitalSign, tuple[float, str]], at: float, received: float
    ) -> None:
        for vital, (value, quality) in samples.items():
            if quality != MISSING:
                self.past.append((vital, value, quality, at))
            if quality == GOOD:
                self.values[vital] = value
        for rule in self.counted:
            pulse = rule.condition.form in PULSE
            rule.said = self._pulse(rule) if pulse else None
            # Of what is not asked nothing is said.
            if pulse or not rule.asks.isdisjoint(samples):
                self._judge(rule, samples, at, received)

    # ---------------------------------------------------------------- jumps (8a.5)

    def _jumped(
        self, vital: VitalSign, value: float, quality: str, at: float, received: float
    ) -> bool:
        """Is this sample held back?"""
        jump, terms = self.jumps.get(vital), self.preset.jump
        if jump is None or terms is None:
            return False
        stream, known = self.current[vital], jump.stream is not None
        fresh = known and jump.stream is stream and at - jump.at <= self.preset.gap_s
        speed = abs(value - jump.value) / max(1, round(at - jump.at)) if fresh else 0.0
        if jump.held or (speed > terms.per_s[vital] and value != 0 and at >= jump.rests):
            if not jump.held:
                jump.due = received + terms.hold_s
            jump.held.append((at, value, quality))
            return True
        if quality == GOOD:
            jump.at, jump.value, jump.stream = at, value, stream
        return False

    def _land(self, at: float, received: float) -> None:
        """Holds that are over: what is not discarded is judged, each sample at its own time."""
        terms = self.preset.jump
        for vital, jump in self.jumps.items():
            if terms is None or not jump.held:
                continue
            waits = received < jump.due and at < jump.held[0][0] + terms.hold_s
            if waits and len(jump.held) < 64:
                continue
            held, jump.held = jump.held, []
            began, new, _ = held[0]
            jump.rests = began + terms.hold_s + terms.rest_s
            later = [one for one in held[1:] if one[2] == GOOD]
            back = False
            if len({int(one[0] - began) for one in later}) >= terms.valid_s_min:
                middle = median(one[1] for one in later)
                back = abs(middle - jump.value) < abs(middle - new)
            self.heard, old = [], jump.value
            for when, value, quality in held:
                if back and abs(value - new) < abs(value - old):
                    self.discarded.append((vital, when, value))
                    continue
                if quality == GOOD:
                    jump.at, jump.value = when, value
                self._judge_all({vital: (value, quality)}, when, received)

    def _take(
        self, reading: Reading, samples: dict[VitalSign, tuple[float, str]]
    ) -> VitalSign | None:
        stream = next(
            one
            for one in self.streams
            if (one.device, one.vital) == (reading.device, reading.vital)
        )
        judged = HR if reading.vital is PR else reading.vital
        rivals = [
            one for one in self.streams if one.vital in ({HR, PR} if judged is HR else {judged})
        ]
        at = reading.sampled_s
        if at <= stream.newest or at < self.began:
            return None
        value, quality = self._quality(reading)
        stream.newest = at
        if reading.vital in (HR, PR, SPO2):
            heard = (reading.device, reading.vital, value, quality, reading.reason, at)
            self.heard.append(heard)
        if quality == GOOD:
            stream.value = value
            if stream.valid > -inf:
                stream.seen += min(at - stream.valid, self.preset.gap_s)
            stream.valid = at
        better = rivals[: rivals.index(stream)] if quality == GOOD else rivals
        for rival in better:
            if rival is not stream and at - rival.valid <= self.preset.source_hold_s:
                return None
        if quality != MISSING:
            if at <= self.data.get(judged, -inf) or samples.get(judged, (0, MISSING))[1] != MISSING:
                return None
            if self.current.get(judged, stream) is not stream:
                for rule in self.rules:
                    if judged in [clause.vital for clause in rule.condition.any_of]:
                        rule.counter.clear_from = nan
            self.current[judged] = stream
        elif judged in samples:
            return judged
        samples[judged] = (value, quality)
        return judged

    def _words(self, reading: Reading) -> set[str]:
        """What a reading that is no value says for itself."""
        value, words = nan if reading.value is None else reading.value, {reading.reason}
        hard = self.preset.plausible.get(reading.vital)
        claims = (Validity.VALID, Validity.VALIDATED, Validity.QUESTIONABLE)
        if reading.value is not None and reading.validity in claims:
            if isnan(value) or value in self.preset.no_value.get(reading.vital, ()):
                return {"no value"}
            if hard and not hard.low <= value <= hard.high:
                return {"implausible", "invalid"}
        if reading.validity is Validity.INVALID:
            words.add("invalid")
        if reading.validity is Validity.QUESTIONABLE and reading.value is not None:
            words.add("questionable")
        return words

    def _quality(self, reading: Reading) -> tuple[float, str]:
        value = nan if reading.value is None else reading.value
        hard = self.preset.plausible.get(reading.vital)
        none = value in self.preset.no_value.get(reading.vital, ())
        if isnan(value) or none or (hard and not hard.low <= value <= hard.high):
            return value, MISSING
        if reading.validity in (Validity.VALID, Validity.VALIDATED):
            return value, GOOD
        return value, DOUBTFUL if reading.validity is Validity.QUESTIONABLE else MISSING

    # ---------------------------------------------------------- technical conditions

    def _presence(
        self,
        samples: Mapping[VitalSign, tuple[float, str]],
        reasons: Mapping[VitalSign, set[str]],
        at: float,
        received: float,
    ) -> None:
        self._exist_ecg(samples, received)
        for vital, (_, quality) in samples.items():
            for rule in self._about(Form.REPORTED, vital):
                if quality == GOOD:
                    self._good(rule, at, received)
                elif reasons.get(vital, set()) & set(rule.condition.reasons):
                    self._failed(rule, at, received)
            for rule in self._about(Form.SILENT_VITAL, vital) if quality != MISSING else []:
                ecg = self.current[vital].vital is HR
                if not rule.ecg or (ecg and rule.existed):
                    self._good(rule, at, received)
            for rule in self.rules:
                cuff = rule.condition.form is Form.OVERDUE and vital is SYS
                if cuff and quality == GOOD:
                    self._good(rule, at, received)
        data = [v for v, (_, quality) in samples.items() if v not in NIBP and quality != MISSING]
        if self.session is None and data:
            self.unassigned_data = max(self.unassigned_data, at)
            for rule in self.rules:
                if rule.condition.form is Form.UNASSIGNED_DATA:
                    self._bad(rule, at, received)

    def _exist_ecg(self, samples: Mapping[VitalSign, tuple[float, str]], at: float) -> None:
        spoke = samples.get(HR, (0, MISSING))[1] != MISSING and self.current[HR].vital is HR
        if spoke and any(
            rule.ecg and not rule.existed and self._exists(rule) for rule in self.rules
        ):
            self._exist(at)

    def _about(self, form: Form, vital: VitalSign) -> list[Rule]:
        return [one for one in self.rules if one.condition.form is form and one.vital is vital]

    def _failed(self, rule: Rule, at: float, received: float) -> None:
        self._bad(rule, at, received)
        if rule.alarm:
            rule.alarm.violations += 1
            to = self._repeated(rule.alarm)
            if to is not None:
                rule.alarm.priority = to
                self._step(rule.alarm, "ACTIVE_UNACK", "PRIORITY_RISES", received, at)

    def _bad(self, rule: Rule, at: float, now: float) -> None:
        if rule.alarm:
            rule.alarm.good_from = nan
            rule.alarm.heard, rule.alarm.well = now, False
        elif isnan(rule.since):
            rule.since, rule.known = at, now

    def _good(self, rule: Rule, at: float, now: float) -> None:
        alarm, over = rule.alarm, True
        if alarm:
            if not at - alarm.good_last <= self.preset.gap_s or isnan(alarm.good_from):
                alarm.good_from = at
            alarm.good_last = at
            alarm.heard, alarm.well = now, True
            over = at - alarm.good_from >= rule.condition.off_delay_s
        if self._rests(rule):
            rule.since = at
        elif over:
            rule.since = nan
        if alarm and over:
            self._step(alarm, "RESOLVED", "CONDITION_ENDED", now)

    def _yields(self, rule: Rule) -> bool:
        open_now = [one for one in self.open() if one.active and one.rule is not rule]
        above = [one.rule for one in open_now if one.rule.condition.id in rule.condition.yields_to]
        silent = [one.rule for one in open_now if one.rule.condition.form is Form.SILENT_VITAL]
        if rule.ecg and any(one.vital is HR and not one.ecg for one in silent):
            return True
        for one in above:
            probe = one.vital is SPO2 and rule.vital is HR and not rule.ecg
            if one.device is None and (one.vital is rule.vital or probe):
                return True
        lost = {one.device for one in above if one.device is not None}
        wanted = {HR, PR} if rule.vital is HR and not rule.ecg else {rule.vital}
        able = {stream.device for stream in self.streams if stream.vital in wanted}
        if rule.condition.form is Form.DISAGREEMENT:  # with one source gone nothing disagrees
            both = [{one.device for one in self.streams if one.vital is v} for v in (HR, PR)]
            return bool(lost) and any(devices <= lost for devices in both)
        return bool(lost) and able <= lost

    # -------------------------------------------------------------------- limit rules

    def _look(self, rule: Rule, samples: Mapping[VitalSign, tuple[float, str]]) -> Look:
        """What these samples say of the rule."""
        condition = rule.condition
        if condition.form in PULSE:
            return self._look_at_pulse(rule)
        if condition.form in DERIVED:
            return self._look_at_number(rule, samples)
        high = condition.priority.get(self.column) is Priority.HIGH
        violated: list[Clause] = []
        said, clears, all_violated = False, False, True
        for group in (condition.any_of, condition.and_any_of):
            bad, clear = [], True
            for clause in group:
                value, quality = samples.get(clause.vital, (nan, MISSING))
                if quality == GOOD or (quality == DOUBTFUL and high):
                    bad += [clause] if self._beyond(clause, value) else []
                said |= quality == GOOD
                inside = not self._beyond(clause, value) and self._level(clause) is not None
                relaxed = rule.counter.relaxed and inside
                clear &= quality == GOOD and (relaxed or self._clears(clause, value))
            violated += bad
            all_violated &= bool(bad) or not group
            clears |= clear and bool(group)
        return Look(violated if all_violated else [], said, clears)

    def _look_at_pulse(self, rule: Rule) -> Look:
        said, clause = rule.said, rule.condition.any_of[0]
        if said is None:
            return Look([], said=False, clears=False)
        number, quality = said
        high = rule.condition.priority[self.column] is Priority.HIGH
        fires = self._beyond(clause, number) and (quality == GOOD or high)
        clears = quality == GOOD and self._clears(clause, number)
        return Look([clause] if fires else [], said=quality == GOOD, clears=clears, number=number)

    def _pulse(self, rule: Rule) -> tuple[float, str] | None:
        """What the first device that speaks says of the pulse at this instant; 0 is none."""
        out, form, order = None, rule.condition.form, list(self.devices)
        for device, vital, value, quality, reason, at in self.heard:
            mine = rule.sources.setdefault(device, PulseSource())
            if vital is SPO2:
                gone = quality == MISSING and reason in rule.condition.probe_off
                mine.off = gone or (mine.off and quality == MISSING)
            if vital is not rule.source:
                continue
            if form is Form.PULSELESS:
                said = None if quality == MISSING else (value, quality)
                said = None if mine.off and rule.source is PR else said
            else:
                said = self._loss(rule, mine, value, quality, reason, at)
            if said is not None:
                mine.spoke = at
                better = [rule.sources.get(one) for one in order[: order.index(device)]]
                holds = [at - one.spoke <= self.preset.source_hold_s for one in better if one]
                out = out if any(holds) else said
        return out

    def _loss(
        self, rule: Rule, mine: PulseSource, value: float, quality: str, reason: str, at: float
    ) -> tuple[float, str] | None:
        had = rule.assumed if mine.had is None else mine.had
        if quality == GOOD and value > 0:
            mine.had = had + (0.0 if isnan(mine.last) else min(at - mine.last, self.preset.gap_s))
            mine.last = at
            return value, GOOD
        if reason in rule.condition.probe_off:
            mine.had, mine.last, had = 0.0, nan, 0.0
        lost = quality == MISSING and reason in rule.condition.reasons
        return (0.0, GOOD) if lost and had >= rule.condition.settings["after_s"] else None

    def _look_at_number(self, rule: Rule, samples: Mapping[VitalSign, tuple[float, str]]) -> Look:
        number = self._number(rule, samples)
        if number is None or self.column not in rule.condition.priority:
            return Look([], said=False, clears=False)
        clause, settings = rule.condition.any_of[0], rule.condition.settings
        match rule.condition.form:
            case Form.INTEGRAL:
                fires, clears = number >= settings["fires_at"], number < settings["clears_below"]
            case Form.DIPS:
                fires, clears = number >= settings["dips"], number == 0
            case Form.CHANGE | Form.DISAGREEMENT:
                fires, clears = self._beyond(clause, number), self._clears(clause, number)
            case _:
                fires, clears = self._beyond(clause, number), not self._beyond(clause, number)
        return Look([clause] if fires else [], said=True, clears=clears, number=number)

    def _number(self, rule: Rule, samples: Mapping[VitalSign, tuple[float, str]]) -> float | None:
        """What the rule derives from the whole past of its vital sign, worked out anew."""
        clause, settings, form = (
            rule.condition.any_of[0],
            rule.condition.settings,
            rule.condition.form,
        )
        if samples.get(clause.vital, (nan, MISSING))[1] != GOOD or self.session is None:
            return None
        if form is Form.DISAGREEMENT:
            return self._disagreement(self.past[-1][3])
        first = rule.begins if form in (Form.INTEGRAL, Form.DIPS) else self.seated
        first = max(first, rule.past_from)
        known = [
            (at, value)
            for vital, value, quality, at in self.past[first:]
            if vital is clause.vital and quality == GOOD
        ]
        if form is Form.RISE:
            if len(known) < 2 or known[-1][0] - known[-2][0] > settings["within_s"]:
                return 0.0
            return known[-1][1] - known[-2][1]
        if form is Form.CHANGE:
            return self._change(known, settings)
        level = self._level(clause)
        if level is None:
            return None
        if form is Form.INTEGRAL:
            total = 0.0
            for (began, value), (ended, _) in pairwise(known):
                for_s = min(ended - began, settings["step_s_max"])
                by = level - value if value < level else -settings["leak_per_s"]
                total = min(max(total + by * for_s, 0.0), settings["sum_max"])
            return total
        return float(_dips(known, level, settings))

    def _disagreement(self, at: float) -> float | None:
        live = [one for one in self.streams if at - one.valid <= self.preset.source_hold_s]
        ecg = [one.value for one in live if one.vital is HR]
        pulse = [one.value for one in live if one.vital is PR]
        return abs(ecg[0] - pulse[0]) if ecg and pulse else None

    def _change(
        self, known: Sequence[tuple[float, float]], settings: Mapping[str, float]
    ) -> float | None:
        now = known[-1][0]
        if now - known[0][0] < settings["earlier_from_s"]:
            return None
        shares = [0.0] + [min(b[0] - a[0], self.preset.gap_s) for a, b in pairwise(known)]
        aged = [(now - at, value, share) for (at, value), share in zip(known, shares, strict=True)]
        recent = [one for one in aged if one[0] < settings["recent_s"]]
        earlier = [
            one for one in aged if settings["earlier_to_s"] <= one[0] <= settings["earlier_from_s"]
        ]
        if sum(one[2] for one in recent) < settings["recent_valid_s"]:
            return None
        if sum(one[2] for one in earlier) < settings["earlier_valid_s"]:
            return None
        return abs(median(one[1] for one in recent) - median(one[1] for one in earlier))

    def _count(self, rule: Rule, look: Look, at: float) -> None:
        """One instant toward raising the rule."""
        counter = rule.counter
        if look.violated:
            gap = at - counter.last
            if counter.running and gap <= self.preset.restart_gap_s:
                part = min(gap, self.preset.gap_s)
                if rule.source is PR and any(a <= at < b for a, b in self._cuff()[1]):
                    waits = min(part, self._wait(rule) - counter.waited)
                    counter.waited, part = counter.waited + waits, part - waits
                counter.counted += part
                counter.samples += 1
            else:
                counter.onset, counter.counted, counter.samples = at, 0.0, 1
                counter.waited = 0.0
            counter.running, counter.last = True, at
        elif look.said:
            counter.running = False

    def _judge(
        self,
        rule: Rule,
        samples: Mapping[VitalSign, tuple[float, str]],
        at: float,
        received: float,
    ) -> None:
        counter, condition, alarm = rule.counter, rule.condition, rule.alarm
        if self.column not in condition.priority:
            return
        look = self._look(rule, samples)
        self._count(rule, look, at)
        ripe = counter.counted >= rule.delay and counter.samples >= condition.samples_min
        over = self._clearing(rule, look, at)
        if alarm and (look.violated or look.clears):
            alarm.heard, alarm.well = received, not look.violated
        anew = alarm is None or alarm.state == "LATCHED_UNACK" or condition.form is Form.RISE
        if look.violated and ripe and anew:
            self._raise(rule, look, samples, at, received)
        elif look.violated and alarm and alarm.active:
            worse = self._worse(alarm, look, samples)
            alarm.violations += 1
            self._follow(alarm, look, samples, at)
            to = self._repeated(alarm)
            if to is not None:
                alarm.priority = to
                self._step(alarm, "ACTIVE_UNACK", "PRIORITY_RISES", received, at)
            elif worse:
                self._step(alarm, "ACTIVE_UNACK", "WORSE", received, at)
        elif over and alarm and alarm.active:
            latches = _latches(alarm)
            to_state = "LATCHED_UNACK" if latches else "RESOLVED"
            self._step(alarm, to_state, "CONDITION_ENDED", received, at)

    def _urgent(self, alarm: TwinAlarm) -> Priority:
        """How urgent it is in the present phase, by itself and by how often it was violated."""
        own = alarm.rule.condition.priority[self.column]
        return max(own, self._repeated(alarm) or own)

    def _repeated(self, alarm: TwinAlarm) -> Priority | None:
        for rise in alarm.rule.condition.escalations:
            due = rise.cause is Cause.REPEATED and alarm.violations >= rise.count
            if due and rise.enabled and self.column in rise.columns and rise.to > alarm.priority:
                return rise.to
        return None

    def _clearing(self, rule: Rule, look: Look, at: float) -> bool:
        counter, clears = rule.counter, look.clears and not look.violated
        if look.violated or (look.said and not clears):
            counter.clear_from = nan
        if not clears:
            return False
        if isnan(counter.clear_from) or at - counter.clear_last > self.preset.gap_s:
            counter.clear_from = at
        counter.clear_last = at
        return at - counter.clear_from >= rule.condition.off_delay_s

    def _raise(
        self,
        rule: Rule,
        look: Look,
        samples: Mapping[VitalSign, tuple[float, str]],
        at: float,
        received: float,
    ) -> None:
        alarm, reason = rule.alarm, "CONDITION_AGAIN"
        onset = rule.counter.onset
        if alarm is None and self._yields(rule):
            return
        if alarm is None:
            alarm, reason = self._open(rule, onset, received), "CONDITION_PRESENT"
        else:
            alarm.episode, alarm.onset, alarm.worst = alarm.episode + 1, onset, {}
            alarm.violations = 1
            alarm.priority = max(alarm.priority, rule.condition.priority[self.column])
        rule.counter.relaxed = False
        high = rule.condition.priority[self.column] is Priority.HIGH
        if rule.condition.form is Form.LIMIT:
            for clause in (*rule.condition.any_of, *rule.condition.and_any_of):
                for value, quality, when in self._retained(clause.vital):
                    counts = when >= onset and (quality == GOOD or high)
                    if counts and self._beyond(clause, value):
                        _worst(alarm, clause, value, when)
        self._follow(alarm, look, samples, at)
        self._step(alarm, "ACTIVE_UNACK", reason, received, at)

    def _follow(
        self,
        alarm: TwinAlarm,
        look: Look,
        samples: Mapping[VitalSign, tuple[float, str]],
        at: float,
    ) -> None:
        condition, alarm.speaks = alarm.rule.condition, look.violated[0].vital
        if condition.form in DERIVED:
            limits = {Form.INTEGRAL: "fires_at", Form.DIPS: "dips"}
            key = limits.get(condition.form)
            alarm.value = look.number
            alarm.limit = condition.settings[key] if key else self._level(look.violated[0])
            before = alarm.worst.get(alarm.speaks, (-inf, at))
            alarm.worst[alarm.speaks] = (look.number, at) if look.number > before[0] else before
            return
        for clause in look.violated:
            _worst(alarm, clause, samples[clause.vital][0], at)
        alarm.value = samples[alarm.speaks][0]
        alarm.limit = self._level(look.violated[0])

    def _worse(
        self, alarm: TwinAlarm, look: Look, samples: Mapping[VitalSign, tuple[float, str]]
    ) -> bool:
        if alarm.state != "ACTIVE_ACK" and not alarm.held and not self.silenced(alarm):
            return False
        for clause in look.violated:
            value, quality = samples.get(clause.vital, (nan, MISSING))
            limit = value if alarm.rule.condition.form in DERIVED else self._level(clause)
            assert limit is not None
            then = alarm.reference.get(clause.vital, limit)
            by = value - then if clause.comparison.high else then - value
            if quality == GOOD and clause.step is not None and by >= clause.step:
                return True
        return False

    # --------------------------------------------------------------------- alarms

    def open(self) -> list[TwinAlarm]:
        return [rule.alarm for rule in self.rules if rule.alarm]

    def _open(self, rule: Rule, onset: float, at: float) -> TwinAlarm:
        subject = self.session or f"chair:{self.chair}"
        name = f"{subject}/{rule.condition.id}/{rule.instance}"
        self._numbers[name] = self._numbers.get(name, 0) + 1
        first = "PENDING" if rule.delay else "IDLE"
        technical = rule.condition.form not in COUNTED
        rule.alarm = TwinAlarm(
            id=f"{name}/{self._numbers[name]}",
            rule=rule,
            session=self.session,
            state="PENDING" if technical else first,
            priority=rule.condition.priority[self.column],
            onset=onset,
            entered=at,
        )
        if rule.condition.id in self.suspended:
            rule.alarm.reference = self.suspended[rule.condition.id][1]
        return rule.alarm

    def _step(
        self, alarm: TwinAlarm, to: str, reason: str, at: float, sampled: float | None = None
    ) -> None:
        came_from, alarm.state = alarm.state, to
        self._freed = max(self._freed, at)
        if to == "ACTIVE_UNACK" and reason not in QUIET:
            alarm.entered, alarm.held = at, False
        if reason in ("WORSE", "PRIORITY_RISES"):
            self._end_suspension(alarm.rule.condition.id, at)
        if to == "RESOLVED":
            alarm.rule.alarm = None if alarm.rule.alarm is alarm else alarm.rule.alarm
            if self.chair == "":  # the next alarm of the clinic sounds, whatever was suspended
                self.suspended.pop(alarm.rule.condition.id, None)
                self.suspended_for.pop(alarm.rule.condition.id, None)
        self.steps.append(self.tell(alarm, came_from, reason, at, sampled))

    def tell(
        self, alarm: TwinAlarm, came_from: str, reason: str, at: float, sampled: float | None
    ) -> Step:
        """A step as the tests compare it."""
        gone = alarm.state == "RESOLVED"
        worst = alarm.worst.get(alarm.speaks, (None, None)) if alarm.speaks else (None, None)
        return Step(
            at_s=round(at, 6),
            alarm=alarm.id,
            came_from=came_from,
            state=alarm.state,
            reason=reason,
            sampled_s=sampled,
            priority=alarm.priority.name,
            session=alarm.session,
            onset_s=alarm.onset,
            value=alarm.value,
            limit=alarm.limit,
            worst=worst[0],
            worst_s=worst[1],
            episode=alarm.episode,
            by=alarm.by,
            superseded=alarm in self.open() and self.superseded(alarm),
            data_lost=not gone and self._lost(alarm, at),
            audible=self.audible(alarm),
        )

    def superseded(self, alarm: TwinAlarm) -> bool:
        condition = alarm.rule.condition
        if not alarm.active:
            return False
        if self._yields(alarm.rule):
            return True
        if alarm.rule.device in self.gated:
            return True
        return any(
            condition.group == other.rule.condition.group
            and other.active
            and other.priority > alarm.priority
            and not other.rule.condition.silent
            and not self.silenced(other)
            for other in self.open()
            if condition.group
        )

    def _lost(self, alarm: TwinAlarm, at: float) -> bool:
        condition = alarm.rule.condition
        vitals = [clause.vital for clause in condition.any_of if clause.vital not in NIBP]
        if condition.kind is Kind.TECHNICAL or not alarm.active or not vitals:
            return False
        return at >= self.data.get(vitals[0], self.began) + self.preset.gap_s

    def audible(self, alarm: TwinAlarm) -> bool:
        silent = alarm.rule.condition.silent or alarm.held or self.silenced(alarm)
        return alarm.state == "ACTIVE_UNACK" and not silent and not self.superseded(alarm)


def _dips(known: Sequence[tuple[float, float]], level: float, settings: Mapping[str, float]) -> int:
    """Dips in the window at the last counted one; 0 after a window without a low value."""
    begins: list[float] = []
    run, count, low, began = 0, 0, -inf, -inf
    for at, value in known:
        run = run + 1 if value < level else 0
        began = at if run == 1 else began
        low = at if run else low
        if run == settings["samples"]:
            begins.append(began)
            count = sum(at - one <= settings["window_s"] for one in begins)
        if not run and at - low >= settings["window_s"]:
            begins, count = [], 0
    return min(count, int(settings["dips"]))


def _latches(alarm: TwinAlarm) -> bool:
    high = alarm.priority is Priority.HIGH
    return alarm.rule.condition.latching and high and alarm.state == "ACTIVE_UNACK"


def _worst(alarm: TwinAlarm, clause: Clause, value: float, at: float) -> None:
    before = alarm.worst.get(clause.vital)
    worse = before is None or (value > before[0] if clause.comparison.high else value < before[0])
    if worse:
        alarm.worst[clause.vital] = value, at


def _mend_cuff(
    samples: dict[VitalSign, tuple[float, str]], reasons: dict[VitalSign, set[str]], least: float
) -> None:
    """Reject a cuff reading that contradicts itself; derive a mean that is missing."""
    there = {
        v: value for v, (value, quality) in samples.items() if v in NIBP and quality != MISSING
    }
    systolic, diastolic, mean = there.get(SYS), there.get(DIA), there.get(MAP)
    wrong = systolic is not None and diastolic is not None and systolic - diastolic < least
    wrong |= mean is not None and diastolic is not None and mean <= diastolic
    wrong |= mean is not None and systolic is not None and mean >= systolic
    if wrong:
        for vital, value in there.items():
            samples[vital] = (value, MISSING)
            reasons[vital] = {"inconsistent", "invalid"}
    elif mean is None and systolic is not None and diastolic is not None:
        derived = diastolic + (systolic - diastolic) / 3.0
        qualities = {samples[SYS][1], samples[DIA][1]}
        samples[MAP] = (derived, DOUBTFUL if DOUBTFUL in qualities else GOOD)
