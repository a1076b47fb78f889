"""The shipped ward over a real record, driven second by second through stepped time, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor import service
from monitor.care.arrival_terms import ArrivalTable, PrivacyTable
from monitor.clinic import Chair, Device, Phase
from monitor.clock import Clock
from monitor.commands import (
    Acknowledge,
    CloseAnyway,
    Commands,
    EnterPhase,
    PauseAudio,
    SeatPatient,
)
from monitor.conditions import Preset
from monitor.config import Config
from monitor.drivers import Report
from monitor.drivers.registry import DRIVERS
from monitor.intake import Arrival, Intake
from monitor.resuming import resume
from monitor.settling import keep_preset
from monitor.sounding import Sounding
from monitor.store.record import Record
from monitor.vitals import Measurement, VitalSign
from monitor.ward import Ward
from simulators.clinic import Setting, configuration
from simulators.simulation import preset_of
from simulators.staff import employ
from tests.stored import NOON_US

ACTOR = "rk"
CLINICIAN = "dl"
CALM = {VitalSign.SPO2: 97.0, VitalSign.HEART_RATE: 72.0}
DRIVER = "chairside-json"


@dataclass
class Stepped:
    """A ward of chairs with one monitor each; `second` is the time, UTC begins at noon."""

    config: Config
    record: Record
    clock: Clock
    ward: Ward
    commands: Commands
    intakes: Mapping[str, Intake]
    time: list[float] = field(default_factory=lambda: [0.0])

    def frame(
        self,
        chair: str,
        values: Mapping[VitalSign, float],
        age_s: float = 0.0,
        *,
        retained: bool = False,
    ) -> None:
        """A monitor's frame comes now, with values of that age, or the one a broker held."""
        measurements = tuple(
            Measurement(vital=vital, value=value, age_s=age_s) for vital, value in values.items()
        )
        arrival = Arrival(
            received_s=self.clock.monotonic(), received_at_us=self.clock.utc_us(), retained=retained
        )
        intake = self.intakes[chair]
        # A sender that stamps its messages speaks though it has nothing new to tell.
        report = Report(measurements=measurements, sent_at_us=None if values else self._now_us())
        self.ward.take(intake, report, arrival)

    def goodbye(self, chair: str, values: Mapping[VitalSign, float]) -> None:
        """The monitor takes its leave, with its last values."""
        measurements = tuple(Measurement(vital=vital, value=one) for vital, one in values.items())
        arrival = Arrival(received_s=self.clock.monotonic(), received_at_us=self._now_us())
        report = Report(measurements=measurements, online=False)
        self.ward.take(self.intakes[chair], report, arrival)

    def hold(self, seconds: int, chair: str = "1", **values: float) -> None:
        """The monitor of a chair shows these for so many seconds; the others are calm."""
        shown = CALM | {VitalSign[name]: value for name, value in values.items()}
        for _ in range(seconds):
            for one in self.intakes:
                self.frame(one, shown if one == chair else CALM)
            self.wait(1.0)

    def wait(self, seconds: float) -> None:
        """Time passes without a frame."""
        self.time[0] += seconds
        self.ward.advance()

    async def seat(self, chair: str = "1", phase: Phase = Phase.INFUSION) -> str:
        """A patient takes the chair; the session's id once it is in that phase."""
        seat = SeatPatient(chair=chair, patient_ref="A.M.", planned_minutes=40, actor=ACTOR)
        session = await self.commands.execute(seat)
        for step in (Phase.BASELINE, Phase.INFUSION, Phase.RECOVERY, Phase.CLOSED):
            await self.enter(session, step)
            if step is phase:
                break
        return session

    async def enter(self, session: str, phase: Phase) -> None:
        """The session moves on; a clinician closes it whatever is missing."""
        if phase is Phase.CLOSED:
            await self.commands.execute(
                CloseAnyway(
                    session=session, cuff="off", probe="off", override="a test", actor=CLINICIAN
                )
            )
            return
        await self.commands.execute(EnterPhase(session=session, phase=phase, actor=ACTOR))

    async def acknowledge(self, condition: str) -> None:
        """A nurse has seen the alarm of that condition."""
        (alarm,) = [one.id for one in self.ward.engine.alarms() if one.condition == condition]
        await self.commands.execute(Acknowledge(alarm=alarm, actor=ACTOR))

    async def pause(self, chair: str = "1") -> None:
        """A nurse pauses the sound."""
        await self.commands.execute(PauseAudio(chair=chair, actor=ACTOR))

    def _now_us(self) -> int:
        return self.clock.utc_us()


@asynccontextmanager
async def stepped(
    folder: Path,
    *,
    chairs: int = 2,
    at_s: float = 0.0,
    preset: Preset | None = None,
    arrival: ArrivalTable | None = None,
    privacy: PrivacyTable | None = None,
) -> AsyncIterator[Stepped]:
    """Open, or open again, the record in the folder; time begins `at_s` seconds after noon."""
    time = [17.25]
    clock = Clock(
        lambda: time[0], epoch_us=NOON_US + round(at_s * 1_000_000) - round(time[0] * 1_000_000)
    )
    places = [Chair(id=str(number), label=str(number)) for number in range(1, chairs + 1)]
    devices = [
        Device(id=f"mon-{one.id}", driver=DRIVER, link="direct:x", chair=one.id) for one in places
    ]
    config = configuration(places, devices, Setting(record=folder / "record.db"))
    config = replace(config, arrival=arrival or config.arrival, privacy=privacy or config.privacy)
    async with Record(config.record.path, clock=clock, reserve_bytes=0) as record:
        ward = service.build_ward(
            config,
            drivers=DRIVERS,
            record=record,
            clock=clock,
            preset=preset or preset_of(config),
        )
        keep_preset(ward, known=await record.preset(ward.preset.hash) is not None)
        await resume(ward, record)
        yield Stepped(
            config=config,
            record=record,
            clock=clock,
            ward=ward,
            commands=Commands(ward, config, employ(config.people, clock), Sounding(), record),
            intakes={device.chair: Intake(device) for device in devices},
            time=time,
        )
