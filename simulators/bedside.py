"""A simulated bedside: one patient, the sensors upon it, the monitors that show it, their wires.

The monitors speak through the drivers' own encoders, so the service cannot
tell them from hardware except by the mode they are configured with. Time is
the loop's: one step a second.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from monitor.clock import Clock
from monitor.drivers import Driver, Encoder, Shown
from monitor.vitals import GenerationMode, Validity, VitalSign
from simulators.episodes import Episode, EpisodeKind
from simulators.patient import Patient, Truth
from simulators.sensors import Cuff, CuffReading, Numeric, Oximeter, ProbeState
from simulators.wires import Wire

OXIMETRY = frozenset({VitalSign.SPO2, VitalSign.PULSE_RATE, VitalSign.PERFUSION_INDEX})
CUFF = frozenset(
    {
        VitalSign.NIBP_SYSTOLIC,
        VitalSign.NIBP_DIASTOLIC,
        VitalSign.NIBP_MEAN,
        VitalSign.NIBP_PULSE_RATE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorPlan:
    """One monitor: its device id, the protocol it speaks, what is connected, how often it sends.

    `wire` is "serial", "direct" or "mqtt".
    """

    id: str
    driver: str
    wire: str
    shows: frozenset[VitalSign]
    period_s: int = 1


class Bedside:
    """Patient and sensors, stepped together once a second. Pure.

    Seconds count from the start of the patient's visit. `one_arm`: the cuff is on the arm
    of the probe and takes its pulse away.
    """

    def __init__(
        self,
        patient: Patient,
        rng: Random,
        *,
        episodes: Sequence[Episode] = (),
        cuff_first_s: float = 15.0,
        cuff_interval_s: float = 300.0,
        noise: float = 1.0,
        one_arm: bool = False,
    ) -> None:
        self._patient, self._episodes = patient, tuple(episodes)
        self._oximeter = Oximeter(rng, noise=noise)
        self._heart, self._breath = Numeric(), Numeric()
        self._cuff = Cuff(rng, first_s=cuff_first_s, interval_s=cuff_interval_s, noise=noise)
        self._one_arm = one_arm
        self._second = -1
        self.truth: Truth = patient.at(0)
        self._values: dict[VitalSign, float] = {}
        self._reading: CuffReading | None = None

    def step(self, now_s: float) -> None:
        """Live on to the whole second `now_s` lies in; every second between is lived too."""
        for second in range(self._second + 1, math.floor(now_s) + 1):
            self._step(second)

    def _step(self, second: int) -> None:
        self._second = second
        self.truth = truth = self._patient.at(second)
        self._values = {
            VitalSign.HEART_RATE: self._heart.step(truth.heart_rate),
            VitalSign.RESPIRATORY_RATE: self._breath.step(truth.respiratory_rate),
            VitalSign.TEMPERATURE: round(truth.temperature, 1),
        }
        pleth = self._oximeter.step(
            truth,
            probe_off=self.afflicted(EpisodeKind.PROBE_OFF),
            moving=self.afflicted(EpisodeKind.MOTION),
            occluded=self._one_arm and self._cuff.occludes(second),
        )
        for vital, value in (
            (VitalSign.SPO2, pleth.spo2),
            (VitalSign.PULSE_RATE, pleth.pulse_rate),
            (VitalSign.PERFUSION_INDEX, pleth.perfusion_index),
        ):
            if value is not None:
                self._values[vital] = value
        failing = self.afflicted(EpisodeKind.CUFF_FAILURE)
        self._reading = self._cuff.step(second, truth, failing=failing)
        if self._reading is not None:
            self._values |= {
                VitalSign.NIBP_SYSTOLIC: self._reading.systolic,
                VitalSign.NIBP_DIASTOLIC: self._reading.diastolic,
                VitalSign.NIBP_MEAN: self._reading.mean,
                VitalSign.NIBP_PULSE_RATE: self._reading.pulse_rate,
            }

    def afflicted(self, kind: EpisodeKind) -> bool:
        """True while a fault of that kind is on."""
        return any(
            episode.kind is kind and episode.strength(self._second) > 0.0
            for episode in self._episodes
        )

    def shown(self, vitals: frozenset[VitalSign], visit_began_us: int) -> Shown:
        """The screen of a monitor to which these vitals are connected, at the present second."""
        state = self._oximeter.shown.state
        validity: Mapping[VitalSign, tuple[Validity, str]] = {}
        if state is not ProbeState.ON:
            verdict = (Validity.INVALID, state.value)
            validity = {vital: verdict for vital in VitalSign if vital in OXIMETRY & vitals}
        if self._cuff.measuring and VitalSign.NIBP_SYSTOLIC in vitals:
            validity = {**validity, VitalSign.NIBP_SYSTOLIC: (Validity.ONGOING, "measuring")}
        reading = self._reading if CUFF & vitals else None
        return Shown(
            at_us=visit_began_us + self._second * 1_000_000,
            values={v: number for v, number in self._values.items() if v in vitals},
            validity=validity,
            mode=GenerationMode.DEMO,
            nibp_at_us=None
            if reading is None
            else visit_began_us + round(reading.at_s * 1_000_000),
        )


@dataclass(frozen=True, slots=True)
class Station:
    """One monitor at the bedside, ready to send."""

    plan: MonitorPlan
    encoder: Encoder
    wire: Wire


def station(plan: MonitorPlan, drivers: Mapping[str, Driver], wire: Wire) -> Station:
    """A monitor that speaks its driver's protocol over `wire`."""
    return Station(plan, drivers[plan.driver].encoder(device=plan.id), wire)


async def play(
    bedside: Bedside,
    stations: Sequence[Station],
    clock: Clock,
    *,
    going: Callable[[], bool],
    lingers_s: float = 0.0,
) -> None:
    """Send each monitor's frames at its period, on the loop's time.

    Ends `lingers_s` after `going` first says no; the visit begins now.
    """
    began_s, began_us = clock.monotonic(), clock.utc_us()
    second, last = 0, math.inf
    while second <= last:
        bedside.step(second)
        silent = bedside.afflicted(EpisodeKind.LINK_LOST)
        for one in stations:
            if not silent and second % one.plan.period_s == 0:
                one.wire.send(one.encoder.encode(bedside.shown(one.plan.shows, began_us)))
        # Seconds that a busy machine let pass are lived, but not sent late.
        second = max(second + 1, math.ceil(clock.monotonic() - began_s))
        await asyncio.sleep(began_s + second - clock.monotonic())
        if last == math.inf and not going():
            last = second + lingers_s - 1
