"""Every act of a person, as a value: checked, done, committed, then answered.

Knows who may do what in which phase. Knows no web framework, SQL or format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.care.baseline import Baseline, checked, data_of, merged
from monitor.clinic import NEXT_PHASES, AckReason, Person, Phase, Session
from monitor.config import Config
from monitor.errors import CommandRefused
from monitor.history import (
    ACKNOWLEDGED,
    AUDIO_PAUSED,
    BASELINE,
    BASELINE_WAIVED,
    PHASE,
    SEATED,
    SOUND_CHOSEN,
    SOUND_TESTED,
    based,
    entered,
)
from monitor.limiting import ChangeLimits, change_limits
from monitor.observing import Observe, observe
from monitor.people import People, Permission
from monitor.quieting import (
    EndStandby,
    EndSuspension,
    Quieting,
    StandBy,
    SuspendRule,
    check_reason,
    quiet,
)
from monitor.sounding import Sounding, SoundTest
from monitor.vitals import VitalSign
from monitor.ward import Ward

PATIENT_REF = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,23}$")
PLANNED_MINUTES = range(10, 181)
AUDIO_PAUSE_S = 120.0
GOING_S = 180.0
"""How long a chair shows who is on the way."""

Data = dict[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """A named person has seen this alarm, and says what it was or what was done."""

    alarm: str
    actor: str
    reason: AckReason = AckReason.SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A named person is on the way to a chair; every display says so for a while."""

    chair: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAudio:
    """Audio paused at one chair for 120 s; new and worsening alarms break through."""

    chair: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPatient:
    """A patient, by pseudonym, takes a chair; `planned_minutes` of infusion."""

    chair: str
    patient_ref: str
    planned_minutes: int
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterPhase:
    """The session moves on to a phase."""

    session: str
    phase: Phase
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseSpeaker:
    """One display sounds the alarms of the clinic from now on."""

    display: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBaseline:
    """A person states what is usual for this patient, and why it was not measured so."""

    session: str
    values: Mapping[VitalSign, float]
    reason: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenedToSound:
    """A named person listened to all alarm sounds of a display, and heard them or not."""

    display: str
    heard: bool
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveBaseline:
    """The infusion goes on without the baseline that is missing, for a reason."""

    session: str
    reason: str
    actor: str


Command = (
    Acknowledge
    | PauseAudio
    | SeatPatient
    | EnterPhase
    | SetBaseline
    | WaiveBaseline
    | Observe
    | ChooseSpeaker
    | ListenedToSound
    | Going
    | Quieting
    | ChangeLimits
)


class Commands:
    """Does commands upon the ward; each returns after its commit or raises `CommandRefused`."""

    def __init__(self, ward: Ward, config: Config, people: People, sounding: Sounding) -> None:
        self._ward, self._config = ward, config
        self._people, self._sounding = people, sounding
        self._opened: Counter[str] = Counter()

    async def execute(self, command: Command) -> str:
        """Do it. Returns the id it concerns (alarm, chair or session) once it is committed.

        Raises `NotAllowed` or `CommandRefused`, with nothing changed, when the actor has
        no leave or the command does not fit; `StoreError` when it is done but not yet on disk.
        """
        person = self._people.allowed(command.actor, Permission.CARE)
        match command:
            case Acknowledge():
                concerned = self._acknowledge(command, person)
            case PauseAudio():
                concerned = self._pause(command, person)
            case SeatPatient():
                concerned = self._seat(command, person)
            case EnterPhase():
                concerned = self._enter(command, person)
            case ChooseSpeaker() | ListenedToSound():
                concerned = self._act_on_sound(command, person)
            case Going():
                concerned = self._going(command, person)
            case SuspendRule() | EndSuspension() | StandBy() | EndStandby() | ChangeLimits():
                concerned = self._at_chair(command, person)
            case SetBaseline() | WaiveBaseline() | Observe():
                concerned = self._care(command, person)
        await self._ward.record.commit()
        return concerned

    def _at_chair(self, command: Quieting | ChangeLimits, person: Person) -> str:
        self._known_chair(command.chair)
        if isinstance(command, ChangeLimits):
            return change_limits(self._ward, command, person)
        return quiet(self._ward, command, person)

    def _acknowledge(self, command: Acknowledge, person: Person) -> str:
        ward = self._ward
        now = ward.clock.monotonic()
        reason = command.reason.value
        events = ward.engine.acknowledge(command.alarm, person.id, now, reason)
        chair = events[0].alarm.chair if events else ""
        ward.apply(events, chair)
        session = events[0].alarm.session if events else None
        data: Data = {"alarm": command.alarm, "reason": reason}
        self._keep(ACKNOWLEDGED, chair, session, person, data)
        return command.alarm

    def _going(self, command: Going, person: Person) -> str:
        self._known_chair(command.chair)
        session = self._ward.seating.at(command.chair)
        until_s = self._ward.clock.monotonic() + GOING_S
        self._ward.board.going(command.chair, person.name, until_s)
        self._ward.apply([], command.chair)
        self._keep("going", command.chair, session.id if session else None, person, {})
        return command.chair

    def _pause(self, command: PauseAudio, person: Person) -> str:
        self._known_chair(command.chair)
        ward = self._ward
        now = ward.clock.monotonic()
        events = ward.engine.pause_audio(command.chair, person.id, now, AUDIO_PAUSE_S)
        ward.pause_shown(command.chair, events)
        session = ward.seating.at(command.chair)
        self._keep(
            AUDIO_PAUSED,
            command.chair,
            session.id if session else None,
            person,
            {"seconds": AUDIO_PAUSE_S},
        )
        return command.chair

    def _seat(self, command: SeatPatient, person: Person) -> str:
        self._known_chair(command.chair)
        taken = self._ward.seating.at(command.chair)
        if taken is not None:
            raise CommandRefused(
                f"chair {command.chair} is taken by {taken.patient_ref}",
                why=f"session {taken.id} is in {taken.phase.value}",
                fix="close that session first, or choose another chair",
            )
        if not PATIENT_REF.match(command.patient_ref):
            raise CommandRefused(
                "this patient reference cannot be used",
                why="1 to 24 letters, digits, spaces, dots, underscores or hyphens are allowed",
                fix="use the clinic's pseudonym or initials, never a full name",
            )
        if command.planned_minutes not in PLANNED_MINUTES:
            raise CommandRefused(
                f"{command.planned_minutes} minutes cannot be planned",
                why=f"{PLANNED_MINUTES.start} to {PLANNED_MINUTES.stop - 1} minutes are allowed",
                fix="enter the planned length of the infusion in minutes",
            )
        at_us = self._ward.clock.utc_us()
        session = Session(
            id=self._new_id(at_us, command.chair),
            chair=command.chair,
            patient_ref=command.patient_ref,
            phase=Phase.PREPARE,
            opened_us=at_us,
            phase_since_us=at_us,
            planned_minutes=command.planned_minutes,
        )
        data: Data = {
            "patient_ref": session.patient_ref,
            "planned_minutes": session.planned_minutes,
        }
        self._keep(SEATED, session.chair, session.id, person, data, at_us=at_us)
        self._ward.enter(session)
        return session.id

    def _enter(self, command: EnterPhase, person: Person) -> str:
        session = self._open_session(command.session)
        if command.phase not in NEXT_PHASES[session.phase]:
            allowed = ", ".join(phase.value for phase in NEXT_PHASES[session.phase])
            raise CommandRefused(
                f"a session in {session.phase.value} cannot go to {command.phase.value}",
                why=f"from here it goes to {allowed or 'nowhere'}",
                fix="choose one of those",
            )
        at_us = self._ward.clock.utc_us()
        data: Data = {"phase": command.phase.value}
        self._keep(PHASE, session.chair, session.id, person, data, at_us=at_us)
        moved = entered(session, command.phase, at_us)
        if session.infusion_started_us is None and moved.infusion_started_us is not None:
            measured = self._ward.measured_baseline(session, at_us)
            data = data_of(merged(measured, session.baseline))
            self._keep(BASELINE, session.chair, session.id, person, data, at_us=at_us)
            moved = based(moved, data)
        self._ward.enter(moved)
        return session.id

    def _act_on_sound(self, command: ChooseSpeaker | ListenedToSound, person: Person) -> str:
        match command:
            case ChooseSpeaker():
                return self._choose_speaker(command, person)
            case ListenedToSound():
                return self._test_sound(command, person)

    def _choose_speaker(self, command: ChooseSpeaker, person: Person) -> str:
        name = self._sounding.choose(command.display)
        self._keep(SOUND_CHOSEN, "", None, person, {"display": command.display, "name": name})
        return command.display

    def _test_sound(self, command: ListenedToSound, person: Person) -> str:
        at_us, name = self._ward.clock.utc_us(), self._sounding.name(command.display)
        data: Data = {"display": command.display, "name": name, "heard": command.heard}
        self._keep(SOUND_TESTED, "", None, person, data, at_us=at_us)
        self._sounding.last_test = SoundTest(
            display=name, actor=person.id, heard=command.heard, at_us=at_us
        )
        return command.display

    def _care(self, command: SetBaseline | WaiveBaseline | Observe, person: Person) -> str:
        session = self._open_session(command.session)
        match command:
            case SetBaseline():
                return self._set_baseline(command, session, person)
            case WaiveBaseline():
                return self._waive_baseline(command, session, person)
            case Observe():
                return observe(self._ward, session, command, person)

    def _set_baseline(self, command: SetBaseline, session: Session, person: Person) -> str:
        check_reason(command.reason)
        stated = {**session.baseline, **checked(command.values, self._ward.preset)}
        known = Baseline(missing=session.baseline_missing)
        data = data_of(merged(known, stated), command.reason.strip())
        self._keep(BASELINE, session.chair, session.id, person, data)
        self._ward.restate(based(session, data))
        return session.id

    def _waive_baseline(self, command: WaiveBaseline, session: Session, person: Person) -> str:
        check_reason(command.reason)
        data: Data = {"reason": command.reason.strip()}
        self._keep(BASELINE_WAIVED, session.chair, session.id, person, data)
        self._ward.restate(replace(session, baseline_waived=True))
        return session.id

    def _open_session(self, session_id: str) -> Session:
        session = self._ward.seating.find(session_id)
        if session is None:
            raise CommandRefused(
                "there is no open session with that id",
                why=f"{session_id} is unknown or closed",
                fix="reload the page; the chair shows its present session",
            )
        return session

    def _new_id(self, at_us: int, chair: str) -> str:
        """An id nobody had: two patients can follow each other within one second."""
        plain = session_id(at_us, chair)
        self._opened[plain] += 1
        count = self._opened[plain]
        return plain if count == 1 else f"{plain}.{count}"

    def _keep(
        self,
        kind: str,
        chair: str,
        session: str | None,
        person: Person,
        data: Data,
        *,
        at_us: int | None = None,
    ) -> None:
        self._ward.fact(
            self._ward.new_fact(
                kind, chair=chair, session=session, actor=person.id, data=data, at_us=at_us
            )
        )

    def _known_chair(self, chair: str) -> None:
        if all(chair != known.id for known in self._config.chairs):
            raise CommandRefused(
                f"there is no chair {chair!r}",
                why="it is not in the configuration",
                fix="reload the page",
            )


def session_id(at_us: int, chair: str) -> str:
    """A session's id: when and where it was opened, so that ids sort by time."""
    opened = datetime.fromtimestamp(at_us / 1e6, tz=UTC)
    return f"{opened:%Y%m%d-%H%M%S}-{chair}"
