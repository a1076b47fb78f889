"""A board with readings, sessions and alarms put on it by hand; every part can be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict, Unpack
from zoneinfo import ZoneInfo

from monitor.alerts import Alarm, AlarmState
from monitor.board import Board
from monitor.board.tile import CuffBlock, Slot, Tile
from monitor.clinic import Arms, Chair, Phase, Session
from monitor.conditions import Kind, Priority
from monitor.vitals import GenerationMode, Reading, TimeBasis, Validity, VitalSign
from tests.stored import NOON_US

ALL = frozenset(VitalSign)
INTERVALS = {Phase.PREPARE: 600, Phase.BASELINE: 600, Phase.INFUSION: 300, Phase.RECOVERY: 900}
OVERDUE = {Phase.PREPARE: 900, Phase.BASELINE: 900, Phase.INFUSION: 480, Phase.RECOVERY: 1_350}


class ReadingParts(TypedDict, total=False):
    vital: VitalSign
    validity: Validity
    mode: GenerationMode
    reason: str
    device: str
    chair: str
    session: str | None
    late: bool


def sample(at_s: float, value: float | None = 97.0, **parts: Unpack[ReadingParts]) -> Reading:
    """A reading sampled `at_s` seconds after noon, of nobody's session at chair 1."""
    told: ReadingParts = {
        "vital": VitalSign.SPO2,
        "validity": Validity.VALID if value is not None else Validity.NOT_AVAILABLE,
        "mode": GenerationMode.REAL,
        "reason": "",
        "device": "mon-1",
        "chair": "1",
        "session": None,
        "late": False,
    }
    at_us = NOON_US + round(at_s * 1e6)
    return Reading(
        value=value,
        basis=TimeBasis.RECEIVED,
        sampled_s=at_s,
        received_s=at_s,
        sampled_at_us=at_us,
        received_at_us=at_us,
        **(told | parts),
    )


def cuff(
    at_s: float,
    systolic: float | None = 120.0,
    diastolic: float | None = 80.0,
    mean: float | None = 93.0,
    **parts: Unpack[ReadingParts],
) -> list[Reading]:
    """A determination taken `at_s` seconds after noon."""
    values = {
        VitalSign.NIBP_SYSTOLIC: systolic,
        VitalSign.NIBP_DIASTOLIC: diastolic,
        VitalSign.NIBP_MEAN: mean,
    }
    return [sample(at_s, value, **(parts | {"vital": vital})) for vital, value in values.items()]


class AlarmParts(TypedDict, total=False):
    id: str
    chair: str
    session: str | None
    instance: str
    kind: Kind
    priority: Priority
    state: AlarmState
    onset_s: float
    value: float | None
    limit: float | None
    extreme: float | None
    message: str
    vitals: tuple[VitalSign, ...]
    acknowledged_by: str | None
    acknowledged_s: float | None
    superseded: bool
    data_lost: bool
    data_lost_s: float | None
    extreme_s: float | None
    audible: bool
    suspendable: NotRequired[bool]


def alarm(condition: str = "SPO2-2", **parts: Unpack[AlarmParts]) -> Alarm:
    """An open alarm of chair 1, HIGH, unacknowledged, about SpO2."""
    told: AlarmParts = {
        "id": f"s/{condition}/1",
        "chair": "1",
        "session": None,
        "instance": "SpO2",
        "kind": Kind.PHYSIOLOGICAL,
        "priority": Priority.HIGH,
        "state": AlarmState.ACTIVE_UNACK,
        "onset_s": 0.0,
        "value": 84.0,
        "limit": 88.0,
        "extreme": 83.0,
        "message": "SpO2 84 <88",
        "vitals": (VitalSign.SPO2,),
        "acknowledged_by": None,
        "acknowledged_s": None,
        "superseded": False,
        "data_lost": False,
        "audible": True,
    }
    told |= parts
    return Alarm(
        condition=condition,
        group="",
        since_s=told["onset_s"],
        episode=1,
        audio_paused=False,
        **told,
    )


@dataclass
class Bench:
    """One board, its chairs all able to measure `vitals`."""

    chairs: int = 1
    vitals: frozenset[VitalSign] = ALL
    zone: str = "UTC"
    modes: Mapping[str, GenerationMode] = field(default_factory=dict)
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        places = [Chair(id=str(n), label=str(n)) for n in range(1, self.chairs + 1)]
        self.board = Board(
            chairs=places,
            vitals={one.id: self.vitals for one in places},
            clinic="Harbour Infusion",
            zone=ZoneInfo(self.zone),
            nibp_interval_s=INTERVALS,
            nibp_overdue_s=OVERDUE,
            modes=self.modes,
            derived=frozenset({"SPO2-I"}),
        )

    def seat(
        self,
        at_s: float,
        phase: Phase = Phase.INFUSION,
        session: str = "s-1",
        arms: Arms | None = None,
        baseline: Mapping[VitalSign, int] | None = None,
    ) -> None:
        """A session of chair 1 enters a phase at that second."""
        at_us = NOON_US + round(at_s * 1e6)
        now = Session(
            id=session,
            chair="1",
            patient_ref="A.M.",
            phase=phase,
            opened_us=at_us,
            phase_since_us=at_us,
            arms=arms,
            baseline=baseline or {},
        )
        self.board.session("1", now, since_s=at_s)

    def alarms(self, *alarms: Alarm, chair: str = "1", paused_until_s: float | None = None) -> None:
        """These are open now."""
        limits = {
            VitalSign.SPO2: (92.0, None),
            VitalSign.HEART_RATE: (50.0, 120.0),
            VitalSign.NIBP_SYSTOLIC: (90.0, 160.0),
        }
        self.board.alarms(chair, alarms, limits if chair else {}, paused_until_s)

    def put(self, *readings: Iterable[Reading] | Reading) -> None:
        """Readings come in."""
        flat = [one for each in readings for one in ([each] if isinstance(each, Reading) else each)]
        self.board.readings(flat)

    def tile(self, at_s: float, chair: str = "1") -> Tile:
        """The tile at that second."""
        return self.board.tile(chair, at_s, NOON_US + round(at_s * 1e6))

    def slot(self, at_s: float, label: str = "SpO2") -> Slot:
        """One slot at that second."""
        return next(slot for slot in self.tile(at_s).slots if slot.label == label)

    def nibp(self, at_s: float) -> CuffBlock:
        """The cuff block at that second."""
        found = self.tile(at_s).nibp
        assert found is not None
        return found
