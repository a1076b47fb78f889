"""After a restart: the clinic as it stood, from the record (alarms.md section 8 and 8a.3).

What the record holds is read, told to the engine again (`retelling`) and shown. Readings
are committed after the transitions they caused, so every stored reading has been
judged. Knows the record's rows and the ward; knows no file, task or format.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from monitor.alerts import Engine, Reason
from monitor.care.attribution import corrections_of, readings_of
from monitor.care.bookings import PATIENT
from monitor.care.journals import JOURNAL_DAYS
from monitor.care.ledger import CLINIC_DAYS, CLINIC_KINDS
from monitor.care.session import session_of as session_of_facts
from monitor.care.settings import Practice
from monitor.clinic import CLINIC, Seating, Session
from monitor.clock import Clock
from monitor.conditions import Preset
from monitor.factbook import FactBook
from monitor.history import (
    CONFIDENTIAL,
    SOUND_CHOSEN,
    SOUND_TESTED,
    FactRow,
    ReadingRow,
    TransitionRow,
)
from monitor.journal import reading_again
from monitor.looking_back import Earlier, looked_back
from monitor.retelling import Past, PastClock, is_open, retell, sessions_of
from monitor.settling import tell_of_settings
from monitor.sitting import sittings_of
from monitor.sounding import Sounding, SoundTest
from monitor.uncollected import uncollected
from monitor.vitals import NIBP, Reading, VitalSign

DAY_US = 86_400_000_000
WARM_US = 300_000_000
"""So far back continuous readings are told again."""
ACTS_US = 3_600_000_000
"""So far back acts at chairs without a session, and closed sessions, are looked for."""
LEFT_MAX = 64
"""So many sessions are looked through for who left a chair last: several days of eight chairs."""
CUFF_WARM_US_MIN, CUFF_WARM_INTERVALS = 3_600_000_000, 2


class Behind(Earlier, Protocol):
    """What the record gives to tell the engine again."""

    async def open_facts(self, since_us: int) -> list[FactRow]: ...
    async def open_alarms(self) -> list[TransitionRow]: ...
    async def apart(self, since_us: int) -> list[TransitionRow]: ...
    async def transitions(self, session: str) -> list[TransitionRow]: ...
    async def recent(self, from_us: int, cuff_from_us: int) -> list[ReadingRow]: ...


class Kept(Behind, Protocol):
    """What the record gives to come back from."""

    async def readings(
        self, session: str, *, vitals: Sequence[VitalSign] | None = None
    ) -> list[ReadingRow]: ...
    async def readings_by(self, device: str, from_us: int, to_us: int) -> list[ReadingRow]: ...
    async def seated_last(self, limit: int) -> list[FactRow]: ...
    async def clinic_facts(self, kinds: Collection[str], since_us: int) -> list[FactRow]: ...
    async def session_facts(self, kinds: Collection[str], since_us: int) -> list[FactRow]: ...
    async def newest_of(self, kind: str) -> FactRow | None: ...
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
    def recall_equipment(self) -> None: ...


async def resume(ward: GatheringStage, record: Kept) -> None:
    """Put the ward back to where the record says it was. Raises `StoreError`."""
    asked_us = ward.clock.utc_us()
    past = await past_of(record, asked_us, ward.preset, ward.engine.probes())
    now = ward.clock.monotonic()
    with uncollected(), ward.resuming(asked_us, now):
        retell(ward.engine, ward.clock, past, now)
    await _recall(ward, record, past)
    _show(ward, past)
    ward.recall_equipment()
    await _recall_left(ward, record, past)
    for session in sessions_of(past.facts).values():
        # Before its infusion a baseline may need more than the last minutes.
        begun = session.infusion_started_us is not None
        facts = [fact for fact in past.facts if fact.session == session.id]
        if begun and not corrections_of(facts):
            rows = [row for row in past.readings if row.session == session.id]
        else:
            rows = await readings_of(record, session.id, facts)
        ward.gather(session.id, rows)
    await tell_of_settings(ward, record)


async def past_of(
    record: Behind, now_us: int, preset: Preset, probes: Mapping[str, Collection[str]]
) -> Past:
    """What the record holds, at this time, of what goes on. Raises `StoreError`.

    `probes` are, by chair, its devices that can tell of a pulse at the finger.
    """
    interval_s = max(preset.nibp_interval_s.values(), default=0.0)
    cuff_us = round(CUFF_WARM_INTERVALS * interval_s * 1e6)
    facts = await record.open_facts(now_us - ACTS_US)
    sessions = sorted({fact.session for fact in facts if fact.session is not None})
    steps = [step for one in sessions for step in await record.transitions(one)]
    assigned = {step.alarm for step in steps if step.reason == Reason.ASSIGNED.value}
    apart = [
        step
        for step in await record.apart(now_us - ACTS_US)
        if step.chair == CLINIC or step.alarm in assigned
    ]
    readings = await record.recent(now_us - WARM_US, now_us - max(cuff_us, CUFF_WARM_US_MIN))
    alarms = await record.open_alarms()
    span = (now_us - WARM_US, now_us)
    sittings = sittings_of(facts, alarms, probes)
    earlier = await looked_back(record, preset, sittings, span, readings)
    # What an alarm did at the empty chair comes before what it does in the session.
    return Past(facts, readings, alarms, [*apart, *steps], earlier)


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


async def _recall(ward: GatheringStage, record: Kept, past: Past) -> None:
    ledger, since_us = ward.facts.ledger, ward.clock.utc_us() - CLINIC_DAYS * DAY_US
    for fact in [
        *await record.clinic_facts({PATIENT}, 0),
        *await record.clinic_facts(CLINIC_KINDS - {PATIENT}, since_us),
    ]:
        ledger.put(fact)
    seated = {session.id for session in sessions_of(past.facts).values()}
    for fact in past.facts:
        if fact.session in seated:
            ledger.put(fact)
    since_us = ward.clock.utc_us() - JOURNAL_DAYS * DAY_US
    for fact in await record.session_facts(CONFIDENTIAL, since_us):
        if fact.session not in seated:
            ledger.put(fact)


async def _recall_left(ward: GatheringStage, record: Kept, past: Past) -> None:
    """Who left each chair last, where nobody sits: something of theirs may be still on."""
    taken = {session.chair for session in sessions_of(past.facts).values() if is_open(session)}
    told: dict[str, list[FactRow]] = {}
    for fact in await record.seated_last(LEFT_MAX):
        told.setdefault(fact.session or "", []).append(fact)
    left = [(session, facts) for facts in told.values() if (session := session_of_facts(facts))]
    for session, facts in sorted(left, key=lambda pair: pair[0].closed_us or 0):
        if not is_open(session) and session.chair not in taken:
            ward.show_left(session, facts)


def _show(ward: Stage, past: Past) -> None:
    clock = PastClock(ward.clock, past, ward.clock.monotonic())
    cuffs: dict[str | None, list[Reading]] = {}
    for row in past.readings:
        if row.vital in NIBP:
            cuffs.setdefault(row.session, []).append(reading_again(row, clock))
    for session in sessions_of(past.facts).values():
        ward.show_again(session, cuffs.get(session.id, []))
    ward.redraw_all()
