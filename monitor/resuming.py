"""After a restart: the clinic as it stood, from the record (alarms.md section 8 and 8a.3).

Sessions, phases and stored readings are told to the engine again in the order
they came, without any alarm; then the alarms that were open are open. Readings
are committed after the transitions they caused, so every stored reading has been
judged. Knows the record's rows and the ward; knows no file, task or format.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from monitor.alerts import QUIET, AlarmState, Engine, Reason
from monitor.care.attribution import corrections_of, readings_of
from monitor.care.bookings import PATIENT
from monitor.care.journals import JOURNAL_DAYS
from monitor.care.ledger import CLINIC_DAYS, CLINIC_KINDS
from monitor.care.observations import Entry, Item, judged
from monitor.care.session import entry_of
from monitor.care.session import session_of as session_of_facts
from monitor.care.settings import Practice
from monitor.care.treatment import PUMP
from monitor.clinic import CLINIC, Phase, Seating, Session
from monitor.clock import Clock
from monitor.conditions import Preset
from monitor.errors import CommandRefused
from monitor.factbook import FactBook
from monitor.history import (
    ACKNOWLEDGED,
    ARMS,
    AUDIO_PAUSED,
    BASELINE,
    BASELINE_CONFIRMED,
    CONFIDENTIAL,
    CORRECTED,
    DEVICES_CORRECTED,
    ENDED,
    HAPPENED,
    LIMITS,
    MOVED,
    OBSERVED,
    PHASE,
    SEATED,
    SOUND_CHOSEN,
    SOUND_TESTED,
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
from monitor.settling import tell_of_settings
from monitor.sounding import Sounding, SoundTest
from monitor.vitals import NIBP, Reading, VitalSign

DAY_US = 86_400_000_000
WARM_US = 300_000_000
"""So far back continuous readings are told again."""
ACTS_US = 3_600_000_000
"""So far back acts at chairs without a session, and closed sessions, are looked for."""
LEFT_MAX = 64
"""So many sessions are looked through for who left a chair last: several days of eight chairs."""
CUFF_WARM_US_MIN, CUFF_WARM_INTERVALS = 3_600_000_000, 2


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


class Kept(Protocol):
    """What the record gives to come back from."""

    async def open_facts(self, since_us: int) -> list[FactRow]: ...
    async def open_alarms(self) -> list[TransitionRow]: ...
    async def apart(self, since_us: int) -> list[TransitionRow]: ...
    async def transitions(self, session: str) -> list[TransitionRow]: ...
    async def readings(
        self, session: str, *, vitals: Sequence[VitalSign] | None = None
    ) -> list[ReadingRow]: ...
    async def readings_by(self, device: str, from_us: int, to_us: int) -> list[ReadingRow]: ...
    async def seated_last(self, limit: int) -> list[FactRow]: ...
    async def clinic_facts(self, kinds: Collection[str], since_us: int) -> list[FactRow]: ...
    async def session_facts(self, kinds: Collection[str], since_us: int) -> list[FactRow]: ...
    async def newest_of(self, kind: str) -> FactRow | None: ...
    async def recent(self, from_us: int, cuff_from_us: int) -> list[ReadingRow]: ...
    async def preset(self, digest: str) -> str | None: ...


class Stage(Protocol):
    """What is put back: the ward, as far as it is needed here."""

    @property
    def engine(self) -> Engine: ...
    @property
    def clock(self) -> Clock: ...
    def show_again(self, session: Session, cuff: Sequence[Reading]) -> None: ...
    def redraw_all(self) -> None: ...


class GatheringStage(Stage, Protocol):
    """One that measures baselines too, and keeps what the engine is told."""

    seating: Seating
    preset: Preset
    practice: Practice
    facts: FactBook

    def show(self, session: Session) -> None: ...
    def resuming(self, asked_us: int, now: float) -> AbstractContextManager[None]: ...
    def gather(self, session: str, rows: Sequence[ReadingRow]) -> None: ...
    def show_left(self, session: Session, facts: Sequence[FactRow]) -> None: ...
    def recall_gateways(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that is told again: facts of open sessions, readings, open alarms, steps."""

    facts: Sequence[FactRow]
    readings: Sequence[ReadingRow]
    alarms: Sequence[TransitionRow]
    steps: Sequence[TransitionRow]


async def resume(ward: GatheringStage, record: Kept, nibp_interval_s: Iterable[float]) -> None:
    """Put the ward back to where the record says it was. Raises `StoreError`."""
    asked_us = ward.clock.utc_us()
    past = await past_of(record, asked_us, nibp_interval_s)
    now = ward.clock.monotonic()
    with ward.resuming(asked_us, now):
        retell(ward.engine, ward.clock, past, now)
    await _recall(ward, record, past)
    _show(ward, past)
    ward.recall_gateways()
    await _recall_left(ward, record, past)
    for session in _sessions(past.facts).values():
        # Before its infusion a baseline may need more than the last minutes.
        begun = session.infusion_started_us is not None
        facts = [fact for fact in past.facts if fact.session == session.id]
        if begun and not corrections_of(facts):
            rows = [row for row in past.readings if row.session == session.id]
        else:
            rows = await readings_of(record, session.id, facts)
        ward.gather(session.id, rows)
    await tell_of_settings(ward, record)


async def past_of(record: Kept, now_us: int, nibp_interval_s: Iterable[float]) -> Past:
    """What the record holds, at this time, of what goes on. Raises `StoreError`."""
    cuff_us = round(CUFF_WARM_INTERVALS * max(nibp_interval_s, default=0.0) * 1e6)
    facts = await record.open_facts(now_us - ACTS_US)
    sessions = sorted({fact.session for fact in facts if fact.session is not None})
    steps = [step for one in sessions for step in await record.transitions(one)]
    steps += [step for step in await record.apart(now_us - ACTS_US) if step.chair == CLINIC]
    readings = await record.recent(now_us - WARM_US, now_us - max(cuff_us, CUFF_WARM_US_MIN))
    return Past(facts, readings, await record.open_alarms(), steps)


async def resume_sounding(owner: str, backup: str, record: Kept) -> Sounding:
    """Which display a person chose before the restart, and the last sound test."""
    sounding = Sounding(owner=owner, backup=backup)
    chosen, tested = await record.newest_of(SOUND_CHOSEN), await record.newest_of(SOUND_TESTED)
    sounding.restore(
        (str(chosen.data["display"]), str(chosen.data["name"])) if chosen else ("", ""),
        SoundTest(
            display=str(tested.data["name"]),
            actor=tested.actor or "",
            heard=bool(tested.data["heard"]),
            at_us=tested.at_us,
        )
        if tested
        else None,
    )
    return sounding


def restore(ward: Stage, past: Past) -> None:
    """Tell the past to the ward: windows first, then what is open."""
    retell(ward.engine, ward.clock, past, ward.clock.monotonic())
    _show(ward, past)


def retell(engine: Engine, clock: Clock, past: Past, now: float) -> None:
    """Tell the past to an engine at this time: windows first, then what is open."""
    with engine.returning.warming(now):
        so_far: dict[str | None, list[FactRow]] = {}
        for told, readings in _in_order(past, clock):
            for one in told:
                _tell(engine, clock, one, so_far.setdefault(one.session, []))
            engine.observe(readings)
    ids = [step.alarm for step in past.steps]
    # What only follows a patient left an alarm as it was: it has sounded for as long as before.
    began_us = {step.alarm: step.at_us for step in past.steps if step.reason not in FOLLOWING}
    alarms = [replace(one, at_us=began_us.get(one.alarm, one.at_us)) for one in past.alarms]
    engine.returning.restore(alarms, clock.to_monotonic, now, ids)
    now_in = {name: one.chair for name, one in _sessions(past.facts).items() if _open(one)}
    sits = {chair: name for name, chair in now_in.items()}
    for fact in past.facts:
        chair = now_in.get(fact.session or "", fact.chair)
        # A pause at a chair where nobody sat ended when somebody was seated there.
        if fact.kind == AUDIO_PAUSED and sits.get(chair) == fact.session:
            began_s, seconds = clock.to_monotonic(fact.at_us), float(fact.data["seconds"] or 0.0)
            engine.returning.resume_pause(chair, began_s, began_s + seconds, now)


async def _recall(ward: GatheringStage, record: Kept, past: Past) -> None:
    ledger, since_us = ward.facts.ledger, ward.clock.utc_us() - CLINIC_DAYS * DAY_US
    for fact in [
        *await record.clinic_facts({PATIENT}, 0),
        *await record.clinic_facts(CLINIC_KINDS - {PATIENT}, since_us),
    ]:
        ledger.put(fact)
    seated = {session.id for session in _sessions(past.facts).values()}
    for fact in past.facts:
        if fact.session in seated:
            ledger.put(fact)
    since_us = ward.clock.utc_us() - JOURNAL_DAYS * DAY_US
    for fact in await record.session_facts(CONFIDENTIAL, since_us):
        if fact.session not in seated:
            ledger.put(fact)


async def _recall_left(ward: GatheringStage, record: Kept, past: Past) -> None:
    """Who left each chair last, where nobody sits: something of theirs may be still on."""
    taken = {session.chair for session in _sessions(past.facts).values() if _open(session)}
    told: dict[str, list[FactRow]] = {}
    for fact in await record.seated_last(LEFT_MAX):
        told.setdefault(fact.session or "", []).append(fact)
    left = [(session, facts) for facts in told.values() if (session := session_of_facts(facts))]
    for session, facts in sorted(left, key=lambda pair: pair[0].closed_us or 0):
        if not _open(session) and session.chair not in taken:
            ward.show_left(session, facts)


def _open(session: Session) -> bool:
    return session.phase is not Phase.CLOSED


def _show(ward: Stage, past: Past) -> None:
    for session in _sessions(past.facts).values():
        ward.show_again(session, [one for one in _readings(past, ward.clock) if one.vital in NIBP])
    ward.redraw_all()


def _sessions(facts: Sequence[FactRow]) -> Mapping[str, Session]:
    by_session = sorted(facts, key=lambda fact: fact.session or "")
    found = {
        name: session_of_facts(list(rows))
        for name, rows in groupby(by_session, key=lambda fact: fact.session or "")
    }
    return {name: session for name, session in found.items() if session is not None}


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


def _readings(past: Past, clock: Clock) -> list[Reading]:
    """The stored readings that were judged for those who sit there now, or for an empty chair."""
    seated = {None, *_sessions(past.facts)}
    return [reading_again(row, clock) for row in past.readings if row.session in seated]


def _in_order(past: Past, clock: Clock) -> Iterator[tuple[list[Event], list[Reading]]]:
    """Facts and steps that leave something, and the readings after them, before the next."""
    told: list[tuple[int, Event | Reading]] = [(fact.at_us, fact) for fact in past.facts]
    told += [(step.at_us, step) for step in past.steps if _leaves(step)]
    told += [(one.received_at_us, one) for one in _readings(past, clock)]
    told.sort(key=lambda pair: pair[0])
    facts: list[Event] = []
    readings: list[Reading] = []
    for _, one in told:
        if not isinstance(one, Reading):
            if readings:
                yield facts, readings
                facts, readings = [], []
            facts.append(one)
        else:
            readings.append(one)
    yield facts, readings
