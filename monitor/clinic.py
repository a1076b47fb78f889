"""The clinic as nouns: chairs, devices, staff, and a session with its phases.

Knows who sits where and which phase follows which. Knows no bytes, alarms,
databases or screens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from monitor.care.observations import Observed
from monitor.vitals import GenerationMode, Keyed, VitalSign

CLINIC = ""
"""The "chair" of what concerns the whole clinic, such as T-COPY."""


class Phase(Keyed):
    """Where a session stands. Only a person moves it on."""

    PREPARE = "PREPARE"
    BASELINE = "BASELINE"
    INFUSION = "INFUSION"
    RECOVERY = "RECOVERY"
    CLOSED = "CLOSED"


NEXT_PHASES: dict[Phase, tuple[Phase, ...]] = {
    Phase.PREPARE: (Phase.BASELINE, Phase.CLOSED),
    Phase.BASELINE: (Phase.INFUSION, Phase.CLOSED),
    Phase.INFUSION: (Phase.RECOVERY,),
    Phase.RECOVERY: (Phase.CLOSED,),
    Phase.CLOSED: (),
}


class Role(Enum):
    """What a member of staff may do."""

    NURSE = "nurse"
    CLINICIAN = "clinician"
    ADMINISTRATOR = "administrator"


class AckReason(Enum):
    """What a person says with an acknowledgement; kept as the note of that step."""

    SEEN = "seen"
    PROBE = "probe repositioned"
    CLINICIAN = "clinician called"
    DRUG = "drug given"
    ARTEFACT = "artefact"
    EXPECTED = "expected"


class Arm(Enum):
    """On which arm a cuff or a probe is."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """Where cuff and probe are; on one arm a cuff that measures takes the probe's pulse away."""

    cuff: Arm
    probe: Arm

    @property
    def shared(self) -> bool:
        """Are both on one arm?"""
        return self.cuff is self.probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of staff. `id` goes into the record, `name` only onto the screen."""

    id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A bedside monitor: which protocol it speaks (`driver`), over which `link`, at which chair.

    `link` is `serial:PATH`, `tcp://HOST:PORT`, `mqtt:TOPIC-FILTER` or `direct:NAME`.
    `baud` None means the driver's usual speed. `mode` is DEMO for a simulator:
    serial protocols cannot say it themselves. `vitals` are those connected to
    this one; None means all that its driver can measure. `model`, `serial` and
    `firmware` are what the clinic says of it, for what it does not say itself; "" for nothing.
    """

    id: str
    driver: str
    link: str
    chair: str
    baud: int | None = None
    mode: GenerationMode = GenerationMode.REAL
    vitals: frozenset[VitalSign] | None = None
    model: str = ""
    serial: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chair:
    """A place where one patient sits (BICEPS LocationDetail)."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One patient's time in a chair. `patient_ref` is a pseudonym, never a name.

    Times are UTC microseconds (`_us`). `phase_since_us` is when the present
    phase began; `infusion_started_us` is None until the infusion starts.
    `baseline` is what is usual for this patient, in whole units, and `baseline_rests` on
    which samples what was measured of it rests; `baseline_missing` says of which vital
    signs there is none and why, once the infusion has started or where it is in doubt.
    `baseline_waived`: a person goes on without what is missing. `edits` are limits and
    on-delays set for this session, by key (see `monitor.edits`); `observed` is what
    people entered at the chair; `arms` where cuff and probe are, None until somebody says it;
    `moved_us` when the patient was moved to this `chair`, if they did not begin in it.
    """

    id: str
    chair: str
    patient_ref: str
    phase: Phase
    opened_us: int
    phase_since_us: int
    infusion_started_us: int | None = None
    infusion_ended_us: int | None = None
    closed_us: int | None = None
    planned_minutes: int = 40
    baseline: Mapping[VitalSign, int] = field(default_factory=dict, hash=False)
    baseline_rests: Mapping[VitalSign, str] = field(default_factory=dict, hash=False)
    baseline_missing: Mapping[str, str] = field(default_factory=dict, hash=False)
    baseline_waived: bool = False
    edits: Mapping[str, float] = field(default_factory=dict, hash=False)
    observed: Observed = field(default_factory=dict, hash=False)
    arms: Arms | None = None
    moved_us: int | None = None

    @property
    def here_since_us(self) -> int:
        """Since when the patient is in this chair."""
        return self.opened_us if self.moved_us is None else self.moved_us


class Seating:
    """Who sits where now: at most one open session a chair."""

    def __init__(self) -> None:
        self._by_chair: dict[str, Session] = {}

    def at(self, chair: str) -> Session | None:
        """The open session of a chair."""
        return self._by_chair.get(chair)

    def find(self, session: str) -> Session | None:
        """The open session with that id."""
        return next((one for one in self._by_chair.values() if one.id == session), None)

    def put(self, session: Session) -> None:
        """Note a session as it stands now; a closed one frees its chair."""
        if session.phase is Phase.CLOSED:
            self._by_chair.pop(session.chair, None)
        else:
            self._by_chair[session.chair] = session

    def leave(self, session: Session) -> None:
        """Its chair is free: the session goes to another."""
        self._by_chair.pop(session.chair, None)

    def all(self) -> list[Session]:
        """Every open session, by chair."""
        return [self._by_chair[chair] for chair in sorted(self._by_chair)]
