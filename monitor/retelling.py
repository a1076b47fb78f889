"""What an engine is told again after a restart, or when a stored stream is judged again.

Sessions, phases and stored readings in the order they came, without any alarm; then the
alarms that were open are open. Knows rows and the engine; knows no record and no screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from monitor.alerts import QUIET, AlarmState, Engine, Reason
from monitor.care.observations import Entry, Item, judged
from monitor.care.session import entry_of
from monitor.care.session import session_of as session_of_facts
from monitor.care.treatment import PUMP
from monitor.clinic import CLINIC, Phase, Session
from monitor.clock import Clock
from monitor.errors import CommandRefused
from monitor.history import (
    ACKNOWLEDGED,
    ARMS,
    AUDIO_PAUSED,
    BASELINE,
    BASELINE_CONFIRMED,
    CORRECTED,
    DEVICES_CORRECTED,
    ENDED,
    HAPPENED,
    LIMITS,
    MOVED,
    OBSERVED,
    PHASE,
    SEATED,
    STANDBY,
    STANDBY_ENDED,
    SUSPENDED,
    SUSPENSION_ENDED,
    FactRow,
    ReadingRow,
    TransitionRow,
    arms_told,
    baseline_told,
    edits_told,
)
from monitor.journal import reading_again
from monitor.vitals import Reading

BREAKING = frozenset({Reason.WORSE.value, Reason.PRIORITY_RISES.value})
"""Steps by which an alarm broke the suspension of its rule."""
RELAXING = {
    Reason.LIMIT_RELAXED.value: True,
    Reason.LIMIT_BINDS.value: False,
    Reason.CONDITION_PRESENT.value: False,
    Reason.CONDITION_AGAIN.value: False,
}
"""Steps from which an alarm's episode clears at its limit, or at its clear value."""
FOLLOWING = frozenset(reason.value for reason in QUIET)
_LOOKED_BACK = frozenset({OBSERVED, CORRECTED, DEVICES_CORRECTED})
"""What may change what was known before it."""
SILENCING = frozenset({SUSPENDED, SUSPENSION_ENDED, STANDBY, STANDBY_ENDED})

Event = FactRow | TransitionRow
Readings = list[Reading]


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that is told again: facts of open sessions, readings, open alarms, steps.

    `earlier` are readings of before those, of which no more counts than what they leave in
    rules over the past, and as last and worst values.
    """

    facts: Sequence[FactRow]
    readings: Sequence[ReadingRow]
    alarms: Sequence[TransitionRow]
    steps: Sequence[TransitionRow]
    earlier: Sequence[ReadingRow] = ()


def retell(engine: Engine, clock: Clock, past: Past, now: float) -> None:
    """Tell the past to an engine at this time: windows first, then what is open."""
    clock = PastClock(clock, past, now)
    with engine.returning.warming(now):
        so_far: dict[str | None, list[FactRow]] = {}
        for told, earlier, readings in _in_order(past, clock):
            for one in told:
                _tell(engine, clock, one, so_far.setdefault(one.session, []))
            engine.returning.recall(earlier)
            engine.observe(readings)
    ids = [step.alarm for step in past.steps]
    # What only follows a patient left an alarm as it was: it has sounded for as long as before.
    began_us = {step.alarm: step.at_us for step in past.steps if step.reason not in FOLLOWING}
    alarms = [replace(one, at_us=began_us.get(one.alarm, one.at_us)) for one in past.alarms]
    engine.returning.restore(alarms, clock.to_monotonic, now, ids)
    now_in = {name: one.chair for name, one in sessions_of(past.facts).items() if is_open(one)}
    sits = {chair: name for name, chair in now_in.items()}
    assigned = [step for step in past.steps if step.reason == Reason.ASSIGNED.value]
    for fact in past.facts:
        chair = now_in.get(fact.session or "", fact.chair)
        # A pause at a chair where nobody sat ended when somebody was seated there.
        if fact.kind == AUDIO_PAUSED and sits.get(chair) == fact.session:
            began_s, seconds = clock.to_monotonic(fact.at_us), float(fact.data["seconds"] or 0.0)
            newer = {step.alarm for step in assigned if step.at_us > fact.at_us}
            engine.returning.resume_pause(chair, (began_s, began_s + seconds), now, newer)


class PastClock(Clock):
    """By it nothing that was kept is still to come.

    Where it is by the present one, that was set back while nothing ran. Then what was kept last
    of who sits there was kept just now and the rest as much earlier, so that of a silence no more
    is left than there was (8a.25).
    """

    def __init__(self, clock: Clock, past: Past, now: float) -> None:
        seated = sessions_of(past.facts).keys()
        rows: tuple[FactRow | TransitionRow, ...] = (*past.facts, *past.steps, *past.alarms)
        kept = [one.at_us for one in rows if one.session in seated]
        kept += [row.received_at_us for row in past.readings if row.session in seated]
        ahead_us = max(kept, default=0) - clock.to_utc_us(now)
        super().__init__(clock.monotonic, epoch_us=clock.epoch_us + max(ahead_us, 0))
        self._now = now

    def to_monotonic(self, utc_us: int) -> float:
        """The monotonic instant of a kept time, `now` at the latest."""
        return min(super().to_monotonic(utc_us), self._now)


def sessions_of(facts: Sequence[FactRow]) -> Mapping[str, Session]:
    """The sessions that these facts are about, as they leave them."""
    by_session = sorted(facts, key=lambda fact: fact.session or "")
    found = {
        name: session_of_facts(list(rows))
        for name, rows in groupby(by_session, key=lambda fact: fact.session or "")
    }
    return {name: session for name, session in found.items() if session is not None}


def is_open(session: Session) -> bool:
    """Is the session not closed yet?"""
    return session.phase is not Phase.CLOSED


def _tell(engine: Engine, clock: Clock, fact: Event, so_far: list[FactRow]) -> None:
    """One fact of an open session to the engine, or a step of an alarm that leaves something.

    `so_far` are the session's facts until then, and this one from here on.
    """
    at_s = clock.to_monotonic(fact.at_us)
    if isinstance(fact, TransitionRow):
        _follow(engine, at_s, fact)
        return
    so_far.append(fact)
    session = session_of_facts([fact]) if fact.kind == SEATED else None
    if session is not None:
        engine.seat(session.chair, session.id, session.phase, at_s)
    elif fact.kind == ACKNOWLEDGED:
        engine.returning.looked(fact.chair, fact.actor or "", at_s, str(fact.data["alarm"]))
    elif fact.kind == AUDIO_PAUSED:
        engine.returning.looked(fact.chair, fact.actor or "", at_s)
    elif fact.kind == ENDED:
        engine.returning.ended(fact.chair, str(fact.data["rule"]), str(fact.data["instance"]))
    elif fact.kind in SILENCING:
        _silence(engine, at_s, fact)
    elif fact.kind == MOVED:
        engine.move(str(fact.data["from"]), str(fact.data["to"]), at_s)
    elif fact.kind == PHASE:
        engine.set_phase(fact.chair, Phase(str(fact.data["phase"])), at_s)
    else:
        _know(engine, at_s, fact, so_far)


def _leaves(step: TransitionRow) -> bool:
    """Does a step leave something beside the alarm as it stands?"""
    return step.reason in BREAKING or step.reason in RELAXING or _over(step)


def _over(step: TransitionRow) -> bool:
    return step.chair == CLINIC and step.to_state == AlarmState.RESOLVED.value


def _follow(engine: Engine, at_s: float, step: TransitionRow) -> None:
    if _over(step):
        engine.returning.over(step.chair, step.condition)
    elif step.reason in RELAXING:
        relaxed = RELAXING[step.reason]
        engine.returning.relaxed(step.chair, step.condition, step.instance, relaxed=relaxed)
    else:
        engine.end_suspension(step.chair, step.condition, at_s)


def _know(engine: Engine, at_s: float, fact: FactRow, so_far: Sequence[FactRow]) -> None:
    """What is known of the patient: baseline, own limits, how awake they were."""
    if fact.kind in (BASELINE, BASELINE_CONFIRMED):
        engine.set_baseline(fact.chair, baseline_told(fact.data), at_s)
    elif fact.kind == ARMS:
        engine.set_arms(fact.chair, at_s, shared=arms_told(fact.data).shared)
    elif fact.kind == LIMITS:
        engine.set_limits(fact.chair, edits_told(fact.data), at_s)
    elif fact.kind == OBSERVED and HAPPENED not in fact.data:
        entry = entry_of(fact)
        if entry.item is Item.SEDATION:
            _know_score(engine, at_s, fact, entry)
    elif fact.kind == PUMP and HAPPENED in fact.data and (session := session_of_facts(so_far)):
        engine.set_baseline(fact.chair, session.baseline, at_s)
    elif fact.kind in _LOOKED_BACK and (session := session_of_facts(so_far)) is not None:
        engine.set_baseline(fact.chair, session.baseline, at_s)
        _know_score(engine, at_s, fact, judged(session.observed, Item.SEDATION, engine.entered_s))


def _know_score(engine: Engine, at_s: float, fact: FactRow, entry: Entry | None) -> None:
    score = None if entry is None or isinstance(entry.value, str) else entry.value
    engine.enter_score(fact.chair, score, fact.actor or "", at_s)


def _silence(engine: Engine, at_s: float, fact: FactRow) -> None:
    seconds = float(fact.data.get("seconds") or 0.0)
    try:
        if fact.kind == SUSPENDED:
            engine.suspend(fact.chair, str(fact.data["rule"]), at_s, seconds)
        elif fact.kind == SUSPENSION_ENDED:
            engine.end_suspension(fact.chair, str(fact.data["rule"]), at_s)
        elif fact.kind == STANDBY:
            engine.stand_by(fact.chair, at_s, seconds)
        else:
            engine.end_standby(fact.chair, at_s)
    except CommandRefused:
        # The preset is another now, and by it this must be heard: it sounds, and is seen.
        return


def _in_order(past: Past, clock: Clock) -> Iterator[tuple[list[Event], Readings, Readings]]:
    """Facts and steps that leave something, and the readings after them, before the next.

    The earlier readings and the others; of those who sit there now, or of an empty chair.
    """
    seated = {None, *sessions_of(past.facts)}
    told: list[tuple[int, Event | tuple[Reading, bool]]] = [(one.at_us, one) for one in past.facts]
    told += [(step.at_us, step) for step in past.steps if _leaves(step)]
    for rows, early in ((past.earlier, True), (past.readings, False)):
        told += [
            (row.received_at_us, (reading_again(row, clock), early))
            for row in rows
            if row.session in seated
        ]
    told.sort(key=itemgetter(0))
    facts, readings = list[Event](), (Readings(), Readings())
    for _, one in told:
        if isinstance(one, tuple):
            reading, early = one
            readings[0 if early else 1].append(reading)
            continue
        if readings[0] or readings[1]:
            yield facts, *readings
            facts, readings = [], (Readings(), Readings())
        facts.append(one)
    yield facts, *readings
