"""What a session was, from its stored rows: phases, traces, cuff readings, alarms, summaries.

Pure: rows in, frozen values out. Knows no live state, no database and no page.
All times are UTC microseconds unless they end in `_s` (seconds).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from monitor.alerts import Reason
from monitor.clinic import Phase, Session
from monitor.history import PHASE, SEATED, FactRow, ReadingRow, TransitionRow, session_of
from monitor.suspects import marked
from monitor.vitals import NIBP, Validity, VitalSign

COVERED_S = 5.0
"""A valid sample speaks for at most this long (alarms.md 7.3, gaps)."""
OPEN_STATES = ("ACTIVE_UNACK", "ACTIVE_ACK", "LATCHED_UNACK")
GOOD, DOUBTFUL, ABSENT = 0, 1, 2
RANKS = {"LOW": 1, "MEDIUM": 2, "HIGH": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpan:
    """A phase and its time; `to_us` is None while it lasts."""

    phase: Phase
    from_us: int
    to_us: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One point of a trace; `quality` is GOOD, DOUBTFUL or ABSENT (then without value)."""

    at_us: int
    value: float | None
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuff:
    """One NIBP determination, mmHg; `valid` is False when it gave no believed pair."""

    at_us: int
    systolic: float | None
    diastolic: float | None
    mean: float | None
    valid: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLife:
    """One alarm from its first onset to its end; `priority` is the highest it had.

    `message` and `limit` are those of its latest active step, `extreme` the
    worst value of any episode. `ended_us` is None while it is open.
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


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time without a valid value."""

    from_us: int
    to_us: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.to_us - self.from_us) / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One continuous vital over a session: extremes, median, how much of the time was valid.

    `valid_share` is 0 to 1 of the session's time; each valid sample covers the
    time to the next, at most 5 s. `gaps` are the stretches nothing covers, in
    time; `minimum_at_us` and `maximum_at_us` the first time each was reached.
    """

    vital: VitalSign
    count: int
    minimum: float
    minimum_at_us: int
    median: float
    maximum: float
    maximum_at_us: int
    valid_share: float
    gaps: tuple[Gap, ...]

    @property
    def longest_gap_s(self) -> float:
        """The longest stretch without a valid value, in seconds; 0 without any."""
        return max((gap.seconds for gap in self.gaps), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The whole session. `readings` counts its stored rows, those without a number too."""

    session: Session
    readings: int
    phases: tuple[PhaseSpan, ...]
    traces: dict[VitalSign, tuple[Sample, ...]]
    cuffs: tuple[Cuff, ...]
    alarms: tuple[AlarmLife, ...]
    summaries: tuple[Summary, ...]
    simulated: bool


def review(
    facts: Sequence[FactRow],
    readings: Sequence[ReadingRow],
    transitions: Sequence[TransitionRow],
) -> Review:
    """The session these rows describe. Raises ValueError when no fact seats it."""
    readings = marked(facts, readings)
    session = session_of(facts)
    if session is None:
        raise ValueError("these facts seat no session")
    lines = traces(readings)
    last_us = max([row.sampled_at_us for row in readings], default=session.opened_us)
    end_us = session.closed_us or max(last_us, session.phase_since_us)
    found = [summary(vital, line, session.opened_us, end_us) for vital, line in lines.items()]
    return Review(
        session=session,
        readings=len(readings),
        phases=phases(facts),
        traces=lines,
        cuffs=cuffs(readings),
        alarms=lives(transitions),
        summaries=tuple(one for one in found if one is not None),
        simulated=any(row.mode.value != "real" for row in readings),
    )


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


def traces(readings: Iterable[ReadingRow]) -> dict[VitalSign, tuple[Sample, ...]]:
    """Continuous vitals in time, every stored sample of each."""
    out: dict[VitalSign, list[Sample]] = {}
    for row in readings:
        if row.vital not in NIBP:
            out.setdefault(row.vital, []).append(_sample(row))
    return {
        vital: tuple(sorted(out[vital], key=lambda sample: sample.at_us))
        for vital in VitalSign
        if vital in out
    }


def _sample(row: ReadingRow) -> Sample:
    doubtful = row.validity is Validity.QUESTIONABLE
    shown = row.value is not None and (row.validity.believed or doubtful)
    quality = ABSENT if not shown else DOUBTFUL if doubtful else GOOD
    return Sample(at_us=row.sampled_at_us, value=row.value if shown else None, quality=quality)


def cuffs(readings: Iterable[ReadingRow]) -> tuple[Cuff, ...]:
    """The determinations in time; components belong together by device and sample time."""
    rows = [row for row in readings if row.vital in NIBP]
    rows.sort(key=lambda row: (row.sampled_at_us, row.device))
    return tuple(
        _cuff(list(group))
        for _, group in groupby(rows, key=lambda row: (row.sampled_at_us, row.device))
    )


def _cuff(rows: Sequence[ReadingRow]) -> Cuff:
    values = {row.vital: row.value for row in rows if row.validity.believed}
    systolic = values.get(VitalSign.NIBP_SYSTOLIC)
    diastolic = values.get(VitalSign.NIBP_DIASTOLIC)
    return Cuff(
        at_us=rows[0].sampled_at_us,
        systolic=systolic,
        diastolic=diastolic,
        mean=values.get(VitalSign.NIBP_MEAN),
        valid=systolic is not None or diastolic is not None,
        reason=next((row.reason for row in rows if row.reason), ""),
    )


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
    return AlarmLife(
        id=first.alarm,
        session=first.session,
        chair=first.chair,
        condition=first.condition,
        kind=first.kind,
        priority=max((row.priority for row in active), key=RANKS.__getitem__),
        message=active[-1].message,
        state=last.to_state,
        onset_us=first.onset_us,
        raised_us=first.at_us,
        ended_us=None if last.to_state in OPEN_STATES else last.at_us,
        extreme=_worst(active),
        limit=active[-1].limit,
        episodes=max(row.episode for row in active),
        acknowledged_by=acts[0].actor if acts else None,
        acknowledged_us=acts[0].at_us if acts else None,
        acknowledged_as=acts[0].note if acts else "",
    )


def _worst(rows: Sequence[TransitionRow]) -> float | None:
    """The extreme farthest beyond the limit."""
    found = [(row.extreme, row.limit) for row in rows if row.extreme is not None]
    if not found:
        return None
    return max(found, key=lambda pair: abs(pair[0] - (pair[1] or 0.0)))[0]


def summary(vital: VitalSign, line: Sequence[Sample], from_us: int, to_us: int) -> Summary | None:
    """Summary of one trace over a session's time; None without a single good value."""
    good = [(one.at_us, one.value) for one in line if one.quality == GOOD and one.value is not None]
    if not good:
        return None
    lowest = min(good, key=lambda pair: (pair[1], pair[0]))
    highest = max(good, key=lambda pair: (pair[1], -pair[0]))
    gaps = uncovered([at_us for at_us, _ in good], from_us, to_us)
    missing_us = sum(gap.to_us - gap.from_us for gap in gaps)
    return Summary(
        vital=vital,
        count=len(good),
        minimum=lowest[1],
        minimum_at_us=lowest[0],
        median=median(value for _, value in good),
        maximum=highest[1],
        maximum_at_us=highest[0],
        valid_share=1.0 - missing_us / (to_us - from_us) if to_us > from_us else 1.0,
        gaps=tuple(gaps),
    )


def uncovered(times_us: Sequence[int], from_us: int, to_us: int) -> list[Gap]:
    """The stretches between `from_us` and `to_us` that no sample speaks for; times rise."""
    reach_us, gaps, known_us = round(COVERED_S * 1e6), [], from_us
    for at_us in [*times_us, to_us]:
        until_us = min(at_us, to_us)
        if until_us > known_us:
            gaps.append(Gap(known_us, until_us))
        known_us = max(known_us, at_us + reach_us)
    return gaps
