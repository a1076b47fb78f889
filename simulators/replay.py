"""Recordings played into the whole service: each row as the bytes a monitor would send.

All begin together, each at chairs of its own. Row n goes out n x `row_s` after the first, on
the loop's time; a value the recording does not have is a field the monitor leaves empty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.clinic import NEXT_PHASES, Phase
from monitor.clock import Clock
from monitor.commands import EnterPhase, SeatPatient, WaiveBaseline
from monitor.displays import Clinic
from monitor.drivers import Shown
from monitor.errors import DeviceError
from monitor.vitals import GenerationMode, Validity, VitalSign
from simulators.bedside import Station
from simulators.publisher import Publisher
from simulators.recordings import COLUMNS, Recording, Row
from simulators.staff import NURSE

SHOWS = frozenset(COLUMNS.values())
SETTLE_S = 2.0
"""After the last row: for bytes on their way, the last verdicts and the last commit."""
PLANNED_MINUTES = 40
HELLO_S = 0.5
HEARD_S_MAX = 120.0


@dataclass(frozen=True, slots=True)
class Outlet:
    """A chair at which a recording is played, and the monitor that plays it."""

    chair: str
    station: Station
    recording: Recording


class Replay:
    """A display that seats a patient at each outlet's chair and plays all rows to their end.

    `started_us` is the UTC time of row 0 once it was sent, `rows_lost` counts
    rows of which the line did not take every byte. Sets `stop` when the
    rows are out and `publishers` have handed theirs to the broker. A monitor
    whose recording has ended says nothing more.
    """

    def __init__(
        self,
        outlets: Sequence[Outlet],
        clock: Clock,
        *,
        row_s: float,
        phase: Phase,
        publishers: Sequence[Publisher] = (),
    ) -> None:
        self._publishers = tuple(publishers)
        self._outlets, self._clock = tuple(outlets), clock
        self._row_s, self._phase = row_s, phase
        self.started_us: int | None = None
        self.rows_lost = 0

    async def run(self, clinic: Clinic, stop: asyncio.Event) -> None:
        """Play; returns early when `stop` is set by somebody else."""
        playing = asyncio.create_task(self._play(clinic), name="replay")
        stopped = asyncio.create_task(stop.wait(), name="replay-stop")
        await asyncio.wait([playing, stopped], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        stopped.cancel()
        if not playing.done():
            playing.cancel()
        else:
            playing.result()

    async def _play(self, clinic: Clinic) -> None:
        for outlet in self._outlets:
            await self._until_heard(clinic, outlet)
        for outlet in self._outlets:
            await self._seat(clinic, outlet)
        began_s, self.started_us = self._clock.monotonic(), self._clock.utc_us()
        for number in range(max(len(outlet.recording.rows) for outlet in self._outlets)):
            await asyncio.sleep(began_s + number * self._row_s - self._clock.monotonic())
            for outlet in self._outlets:
                self._send(outlet, number)
        for publisher in self._publishers:
            await publisher.drained()
        await asyncio.sleep(SETTLE_S)

    def _send(self, outlet: Outlet, number: int) -> None:
        rows, station = outlet.recording.rows, outlet.station
        if number < len(rows) and not rows[number].silent:
            shown = row_shown(rows[number], self._clock.utc_us())
            self.rows_lost += not station.wire.send(station.encoder.encode(shown))

    async def _until_heard(self, clinic: Clinic, outlet: Outlet) -> None:
        """Show an empty screen until the service sees it: a line takes its time to open."""
        board, ends_s = clinic.ward.board, self._clock.monotonic() + HEARD_S_MAX
        while not board.ever_heard(outlet.chair):
            if self._clock.monotonic() > ends_s:
                raise DeviceError(
                    "the service does not hear the replayed monitor",
                    where=outlet.station.plan.id,
                    fix="check that the broker is there and lets the service read its topics",
                )
            shown = nobody_shown(self._clock.utc_us())
            outlet.station.wire.send(outlet.station.encoder.encode(shown))
            await asyncio.sleep(HELLO_S)

    async def _seat(self, clinic: Clinic, outlet: Outlet) -> None:
        session = await clinic.commands.execute(
            SeatPatient(
                chair=outlet.chair,
                patient_ref=outlet.recording.name[:24],
                planned_minutes=PLANNED_MINUTES,
                actor=NURSE.id,
            )
        )
        why = "replayed: nothing is known from before the recording"
        waiver = WaiveBaseline(session=session, reason=why, actor=NURSE.id)
        await clinic.commands.execute(waiver)
        for phase in phases_to(self._phase):
            await clinic.commands.execute(EnterPhase(session=session, phase=phase, actor=NURSE.id))


def phases_to(phase: Phase) -> list[Phase]:
    """The phases a session enters, after PREPARE, to stand in `phase`."""
    order = list(NEXT_PHASES)
    return order[1 : order.index(phase) + 1]


def row_shown(row: Row, at_us: int) -> Shown:
    """The monitor's screen for one row; a cuff reading is measured at that moment."""
    validity = {}
    values = dict(row.values)
    if row.probe_off:
        for vital in (VitalSign.SPO2, VitalSign.PULSE_RATE):
            values.pop(vital, None)
            validity[vital] = (Validity.INVALID, "sensor off")
    return Shown(
        at_us=at_us,
        values=values,
        validity=validity,
        mode=GenerationMode.DEMO,
        nibp_at_us=at_us if any(value is not None for value in row.cuff) else None,
    )


def nobody_shown(at_us: int) -> Shown:
    """The screen of a monitor to which nobody is connected."""
    absent = (Validity.NOT_AVAILABLE, "no patient")
    return Shown(
        at_us=at_us, values={}, validity={VitalSign.SPO2: absent}, mode=GenerationMode.DEMO
    )
