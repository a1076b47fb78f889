"""What the record holds, as plain rows, and the one way to read it back.

Knows vitals and clinic. Knows no database: `store.record` and `store.influx`
both give these rows, and the review, the pages and the exports take them.
All times are UTC microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from monitor.clinic import Arm, Arms
from monitor.stretch import Stretch
from monitor.vitals import GenerationMode, TimeBasis, Validity, VitalSign


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One stored reading. `seq` and `boot` are None for senders that do not number messages."""

    sampled_at_us: int
    received_at_us: int
    chair: str
    device: str
    session: str | None
    vital: VitalSign
    value: float | None
    validity: Validity
    mode: GenerationMode
    basis: TimeBasis
    reason: str
    late: bool
    boot: str | None
    seq: int | None


class FiringSample(NamedTuple):
    """A sample that an alarm rests on; device aside, it names one stored reading."""

    vital: VitalSign
    sampled_at_us: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionRow:
    """One step in the life of one alarm; immutable (alarms.md section 8, last paragraph).

    `alarm` is the alarm's id, `ordinal` counts its transitions from 0.
    `at_us` is when the service took the step, `sampled_at_us` the time of the
    sample that caused it (None for acts and timers), `onset_us` the first
    violating sample of this episode. `value`, `limit`, `extreme` are in the
    vital's unit. `reason` is the engine's word for why, `note` a person's.
    `baseline` is the patient's own value that `limit` was reckoned from, None
    where it rests on none. `fired_by` holds the first violating sample of the
    episode and the one that raised it (each violating part of a cuff reading),
    `fired_count` how many violated until then; empty for technical alarms.
    `extreme_at_us` is when `extreme` was measured, None where the record did not keep that.
    """

    alarm: str
    ordinal: int
    session: str | None
    chair: str
    condition: str
    instance: str
    kind: str
    priority: str
    from_state: str
    to_state: str
    reason: str
    at_us: int
    onset_us: int
    sampled_at_us: int | None
    value: float | None
    limit: float | None
    extreme: float | None
    episode: int
    message: str
    preset: str
    actor: str | None
    note: str
    baseline: float | None = None
    fired_by: tuple[FiringSample, ...] = ()
    fired_count: int = 0
    extreme_at_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One fact of a session or act of a person: seated, phase, audio paused, acknowledged ...

    `data` holds what the kind needs, as `docs/record.md` lists it. What could tell
    who somebody is stands under the keys of `PRIVATE` alone, which stay in the record
    and go into no copy. `at_us` is when it was entered; what happened at another
    time says so under `HAPPENED`.
    """

    at_us: int
    ordinal: int
    session: str | None
    chair: str
    kind: str
    actor: str | None
    data: Data


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A session without its readings: its facts in order, its alarm steps in the order taken."""

    session: str
    facts: list[FactRow]
    transitions: list[TransitionRow]


class History(Protocol):
    """Reading back. Same answers from the local record and from InfluxDB.

    `chair` with `start_us`/`end_us` bounds a chair's time; rows come in order of time.
    """

    async def sessions(self) -> list[str]:
        """Ids of all sessions, newest first."""
        ...

    async def newest(self, limit: int, before_us: int | None = None) -> list[Told]:
        """The newest sessions, newest first, in as many questions for 500 as for one.

        Of those that began before `before_us` where that is given.
        """
        ...

    async def apart(self, since_us: int) -> list[TransitionRow]:
        """Alarm transitions since then that belong to no session, in the order taken."""
        ...

    async def sessions_of(self, patient_ref: str) -> list[str]:
        """Ids of the sessions of one patient, oldest first."""
        ...

    async def seated(self, from_us: int, to_us: int) -> list[str]:
        """Ids of the sessions that began from `from_us` on and before `to_us`, oldest first."""
        ...

    async def facts(self, session: str) -> list[FactRow]:
        """The session's facts in order; empty when there is no such session."""
        ...

    async def remarks(self, from_us: int, to_us: int) -> list[FactRow]:
        """Facts of the kinds `REMARK_KINDS`, whenever they were entered, in order.

        Of every session that was seated from `SESSION_US_MAX` before `from_us` until
        before `to_us`.
        """
        ...

    async def readings(
        self, session: str, *, vitals: Sequence[VitalSign] | None = None
    ) -> list[ReadingRow]:
        """The session's readings, ordered by sample time, then vital, then device."""
        ...

    async def counted(self, sessions: Sequence[str]) -> int:
        """How many readings these sessions hold altogether."""
        ...

    async def readings_by(self, device: str, from_us: int, to_us: int) -> list[ReadingRow]:
        """What a device measured from then until before then, whoever it was stored for."""
        ...

    async def stretch(self, chair: str, from_us: int, to_us: int) -> Stretch:
        """What a chair's sessions measured from then until before then, as stored.

        Of sessions that were seated within `SESSION_US_MAX` before; no longer than that.
        """
        ...

    async def transitions(self, session: str) -> list[TransitionRow]:
        """Every alarm transition of the session, in the order taken."""
        ...

    async def preset(self, digest: str) -> str | None:
        """The text of the alarm preset of that hash; None when it is not known here."""
        ...


Value = str | int | float | bool | None
SESSION_US_MAX = 86_400_000_000
"""No session lasts longer than a day."""
Data = Mapping[str, Value]
"""What a fact holds, as plain JSON values."""

SEATED, PHASE = "seated", "phase"
SOUND_CHOSEN, SOUND_TESTED = "sound chosen", "sound tested"
"""Facts of the clinic: `display` and its `name`; and, of a test, whether it was `heard`."""
BASELINE, BASELINE_WAIVED = "baseline", "baseline waived"
BASELINE_CONFIRMED = "baseline confirmed"
"""Before the infusion: what a person confirmed of what was measured; it stands from then on."""
MISSING = "missing "
"""Before the name of what has no baseline, as a key of that fact; the value says why."""
OBSERVED = "observed"
PERSON, PHONE, BORN, TEXT = "person", "phone", "born", "text"
"""Keys of a fact: somebody outside the staff, how to reach them, when born, and free words."""
PRIVATE = frozenset({PERSON, PHONE, BORN, TEXT})
HAPPENED = "happened_us"
"""The key of a fact that was entered later than it happened (UTC microseconds)."""
CORRECTED = "corrected"
"""Of the fact `of`: it is `withdrawn`, or what else stands here is so instead; and the `reason`."""
OF, WITHDRAWN, REASON = "of", "withdrawn", "reason"
ENDED = "alarm ended"
"""Of the `alarm` by `rule` and `instance`: no usable data come; and the `reason`."""
REFUSED = "refused"
"""An `act` that somebody asked for and may not do, or that did not fit; and why."""
ACKNOWLEDGED, AUDIO_PAUSED = "acknowledged", "audio paused"
SUSPENDED, SUSPENSION_ENDED = "rule suspended", "suspension ended"
"""Of a `rule`; for how many `seconds`, and the `reason`."""
STANDBY, STANDBY_ENDED = "standby", "standby ended"
"""For how many `seconds`."""
MOVED = "moved"
"""The patient went `from` one chair `to` another, of which the fact is told."""
ARMS = "arms"
"""On which arm `cuff` and `probe` are: left or right."""
LIMITS = "limits"
"""Every limit and on-delay that is set for the session from here on, by `edits` key."""
JOURNAL_OPENED, JOURNAL, JOURNAL_CALLED = "journal opened", "journal", "journal called"
CONFIDENTIAL = frozenset({JOURNAL_OPENED, JOURNAL, JOURNAL_CALLED})
"""Kinds of facts that go into no copy and on no page for people who are not signed in."""
NOTE, SIGNED, ADDENDUM = "note", "signed", "addendum"
"""The clinician's plan and words; the report's signature; what is added after it."""
HANDED_OVER = "handed over"
"""To the sitter `person`: each point of advice by its id (true), and these two times."""
NEXT_SESSION, JOURNAL_DUE = "next_us", "journal_due_us"
TURNED_OVER = "turned over"
"""`cuff` and `probe`: off or kept, for what `reason`; `ready_us` of the patient who left."""
DEVICES_CORRECTED = "devices corrected"
"""From `from_us` to `to_us` a `device` measured for this session, and not the one `instead`."""
ARTEFACT = "artefact"
"""A person calls the readings `from_us` to `to_us` of `vitals` an artefact; see docs/facts.md."""
REMARK_KINDS = (ARTEFACT, DEVICES_CORRECTED, CORRECTED)
"""Kinds that say what stored readings count as; entered with them, or years later."""
RUN, INPUT, PRESET = "run", "input", "preset"
"""Facts of no session, from which alarms can be judged again; see `journal`."""


def name_of(fact: FactRow) -> str:
    """By what a later fact refers to this one; no two facts of a session have the same."""
    return f"{fact.at_us}-{fact.ordinal}"


def happened_us(fact: FactRow) -> int:
    """When it happened, which may be before it was entered (UTC microseconds)."""
    said = fact.data.get(HAPPENED)
    return said if isinstance(said, int) and not isinstance(said, bool) else fact.at_us


def corrected(facts: Sequence[FactRow]) -> list[FactRow]:
    """The facts as they stand after every correction, in the order in which they were entered.

    A withdrawn fact is left out; of a corrected one, what the correction says stands
    instead, its time among it; the corrections are left out too. The stored rows are
    as they were.
    """
    withdrawn, instead = set[str](), dict[str, dict[str, Value]]()
    for fact in facts:
        if fact.kind != CORRECTED:
            continue
        of = str(fact.data[OF])
        if fact.data.get(WITHDRAWN):
            withdrawn.add(of)
        else:
            instead[of] = {**instead.get(of, {}), **said_instead(fact)}
    if not withdrawn and not instead:
        return [fact for fact in facts if fact.kind != CORRECTED]
    return [
        replace(fact, data={**fact.data, **instead.get(name_of(fact), {})})
        for fact in facts
        if fact.kind != CORRECTED and name_of(fact) not in withdrawn
    ]


def standing(facts: Sequence[FactRow]) -> list[FactRow]:
    """The facts as they stand after every correction, in the order in which they happened."""
    return sorted(corrected(facts), key=happened_us)


def said_instead(correction: FactRow) -> dict[str, Value]:
    """What a correction says instead of what the fact said."""
    return {
        key: value for key, value in correction.data.items() if key not in (OF, WITHDRAWN, REASON)
    }


def baseline_told(data: Data) -> dict[VitalSign, int]:
    """The numbers of a "baseline" fact."""
    stated = {vital: data.get(vital.value) for vital in VitalSign}
    return {one: round(said) for one, said in stated.items() if isinstance(said, int | float)}


def edits_told(data: Data) -> dict[str, float]:
    """The numbers of a "limits" fact."""
    return {key: float(said) for key, said in data.items() if isinstance(said, int | float)}


def chairs_of(facts: Sequence[FactRow]) -> frozenset[str]:
    """Every chair that a session was in; empty when it was never seated."""
    seated = {fact.chair for fact in facts if fact.kind == SEATED}
    return frozenset(seated | {str(fact.data["to"]) for fact in facts if fact.kind == MOVED})


def arms_told(data: Data) -> Arms:
    """Where cuff and probe are, from an "arms" fact."""
    return Arms(cuff=Arm(str(data["cuff"])), probe=Arm(str(data["probe"])))
