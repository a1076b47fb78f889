"""The one TaskGroup: builds the rooms, joins them, and stops them in order.

Takes links, record, copy and displays from its caller and its time from the
clock, so that the same code runs live, fast or in virtual time.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.alarm_path import DEVICE
from monitor.alerts import Engine
from monitor.bedsides import Bedsides
from monitor.board import Board, least_real
from monitor.cataloguing import Cataloguer
from monitor.clinic import Device
from monitor.clock import Clock
from monitor.commands import Commands
from monitor.conditions import Form, Preset
from monitor.config import Config
from monitor.counting import counted
from monitor.displays import Clinic, Display
from monitor.doubles import Doubles
from monitor.drivers import Driver, Garbled, Report
from monitor.errors import DeviceError
from monitor.gateways import Gateways
from monitor.guarding import Guard, board_of_test
from monitor.housekeeping import Copy, Strangers, housekeep
from monitor.hub import Hub
from monitor.intake import Arrival, Intake
from monitor.links import Backoff, Delivery, Link, Receipt
from monitor.numbering import Numbering
from monitor.people import People
from monitor.resuming import resume, resume_sounding
from monitor.retention import Retention
from monitor.settling import keep_preset
from monitor.status import Status, StatusLine
from monitor.store.record import Record, RecordHistory
from monitor.ward import Ward

INBOX_FRAMES_MAX = 1_024
ENGINE_WAIT_S_MAX = 0.25
"""A person's act can move the engine's next deadline nearer; it is asked at least this often."""
BATCH_FRAMES_MAX = 64

log = logging.getLogger("chairside.service")


class Worker(Protocol):
    """Something with a task of its own beside the devices, such as the broker's connection."""

    async def run(self) -> None: ...

    def status(self) -> list[StatusLine]: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One report on its way to the engine."""

    intake: Intake
    report: Report
    arrival: Arrival
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """A device's line broke."""

    device: Device
    why: str


Inbox = asyncio.Queue[Frame | Lost]


async def run(
    config: Config,
    *,
    drivers: Mapping[str, Driver],
    links: Mapping[str, Link],
    record: Record,
    people: People,
    copy: Copy | None = None,
    workers: Sequence[Worker] = (),
    displays: Sequence[Display],
    clock: Clock,
    preset: Preset,
    stop: asyncio.Event,
    guard: Guard | None = None,
    strangers: Strangers = dict,
) -> None:
    """Watch the clinic until `stop` is set, or until a bug in engine or hub ends it loudly.

    `links` and `drivers` are by device id and driver name, `strangers` those that are no device
    of ours. `record` is open; it is committed in the end. A `guard` proves the alarm path.
    """
    ward = build_ward(config, drivers=drivers, record=record, clock=clock, preset=preset)
    keep_preset(ward, known=await record.preset(preset.hash) is not None)
    await resume(ward, record)
    people.listen(ward.facts.keep_of_clinic)
    retention = [Retention(record, clock, days)] if (days := config.record.keep_days) else []
    status, inbox, cataloguer = Status(), Inbox(INBOX_FRAMES_MAX), Cataloguer(record, preset)
    workers = (people, cataloguer, *retention, *workers, *([guard.path] if guard else []))
    sounding = await resume_sounding(config.sound.owner, config.sound.backup, record)
    clinic = Clinic(
        config=config,
        clock=clock,
        hub=Hub(),
        ward=ward,
        people=people,
        sounding=sounding,
        commands=Commands(ward, config, people, sounding, record),
        history=record,
        catalogue=cataloguer,
        stored=RecordHistory(config.record.path),
        status=lambda: worst_first(
            sounding.status(clock.monotonic())
            + status_lines(status, record, copy, workers, clock.monotonic())
        ),
    )
    numbers = await record.last_seqs()
    async with asyncio.TaskGroup() as group:

        def start(name: str, job: Coroutine[object, object, None]) -> asyncio.Task[None]:
            return group.create_task(job, name=name)

        shows = [start("display", display.run(clinic, stop)) for display in displays]
        inner = [start("record", record.run()), start("engine", judge(inbox, ward, guard))]
        inner.append(start("housekeeping", housekeep(ward, record, copy, strangers)))
        inner += [start("guarding", guard.tell(ward))] if guard else []
        inner += [start("copy", copy.run())] if copy else []
        inner += [start("worker", worker.run()) for worker in workers]
        for device in config.devices:
            intake = Intake(device, Numbering(*numbers.get(device.id, (None, None))))
            job = supervise(intake, links[device.id], drivers[device.driver], inbox, status, clock)
            inner.append(start(f"device[{device.id}]", job))
        if guard:
            inner.append(start("alarm path", prove(ward, guard, drivers, inbox, status)))
        await stop.wait()
        if guard:
            guard.sentry.rest()
        await asyncio.wait(shows) if shows else None
        for task in inner:
            task.cancel()
    await record.commit()


def build_ward(
    config: Config,
    *,
    drivers: Mapping[str, Driver],
    record: Record,
    clock: Clock,
    preset: Preset,
) -> Ward:
    """Engine and board that know every chair and what its devices can measure."""
    engine, now = Engine(preset, run=f"{clock.utc_us() // 1_000:x}-"), clock.monotonic()
    measured = {
        chair.id: {
            device.id: (
                drivers[device.driver].quiet_limit_s,
                device.vitals or drivers[device.driver].vitals,
            )
            for device in config.devices_at(chair.id)
        }
        for chair in config.chairs
    }
    board = Board(
        chairs=config.chairs,
        vitals={
            chair: frozenset().union(*(vitals for _, vitals in devices.values()))
            for chair, devices in measured.items()
        },
        clinic=config.clinic.name,
        zone=config.zone,
        nibp_interval_s=preset.nibp_interval_s,
        nibp_overdue_s=preset.nibp_overdue_s(),
        unusable_s=preset.unusable_s,
        derived=frozenset(one.id for one in preset.conditions if one.form is not Form.LIMIT),
        modes={
            chair.id: least_real(device.mode for device in config.devices_at(chair.id))
            for chair in config.chairs
        },
    )
    quiet_s = {one.id: drivers[one.driver].quiet_limit_s for one in config.devices}
    ward = Ward(
        engine=engine,
        board=board,
        record=record,
        clock=clock,
        preset=preset,
        practice=config.practice,
        gateways=Gateways(config.devices, quiet_s),
        bedsides=Bedsides(config.devices, config.zone),
        doubles=Doubles(config.devices),
    )
    for chair, devices in measured.items():
        engine.add_chair(chair, devices, now)
    return ward


async def supervise(
    intake: Intake, link: Link, driver: Driver, inbox: Inbox, status: Status, clock: Clock
) -> None:
    """Keep one device's line alive; whatever ends it is that chair's technical alarm."""
    device, backoff = intake.device, Backoff()
    while True:
        try:
            await pump(intake, link, driver, inbox, status, clock, backoff)
            why = "the line ended"
        except DeviceError as error:
            why = error.what
        except Exception as error:
            log.exception("driver %s of device %s failed", device.driver, device.id)
            why = f"driver {device.driver} failed: {error!r}"
        status.note_failure(device.id)
        await inbox.put(Lost(device, why))
        await asyncio.sleep(backoff.next_s())


async def pump(
    intake: Intake,
    link: Link,
    driver: Driver,
    inbox: Inbox,
    status: Status,
    clock: Clock,
    backoff: Backoff,
) -> None:
    """Bytes to reports to the inbox, until the line is lost. A full inbox holds the line back."""
    decoder = driver.decoder()
    async with link.open() as deliveries:
        async for delivery in deliveries:
            backoff.reset()
            for frame in frames(intake, decoder.feed(delivery.data), clock, delivery, status):
                status.inbox_full += inbox.full()
                await inbox.put(frame)
            status.note_missing(intake.device.id, intake.numbering.missing)


def frames(
    intake: Intake,
    events: Iterable[Report | Garbled],
    clock: Clock,
    delivery: Delivery,
    status: Status,
) -> Iterator[Frame]:
    """One frame a report; the delivery's receipt goes with the last. Garbled bytes are counted."""
    received_at_us = clock.to_utc_us(delivery.received_s)
    arrival = Arrival(
        received_s=clock.to_monotonic(received_at_us),
        received_at_us=received_at_us,
        retained=delivery.retained,
    )
    reports = []
    for event in events:
        if isinstance(event, Report):
            reports.append(event)
        else:
            status.note_garbled(intake.device.id, event.why, arrival.received_s)
    receipts = (delivery.receipt,) if delivery.receipt else ()
    if not reports and receipts:
        # Nothing to keep, yet the sender waits: an empty report carries the receipt.
        yield Frame(intake, Report(measurements=()), arrival, receipts)
    for number, report in enumerate(reports, start=1):
        yield Frame(intake, report, arrival, receipts if number == len(reports) else ())


async def judge(inbox: Inbox, ward: Ward, guard: Guard | None = None) -> None:
    """Give the engine every frame on arrival, and its time when it asks for it."""
    while True:
        item = await _next(inbox, ward)
        if guard:
            came_s = item.arrival.received_s if isinstance(item, Frame) else None
            guard.turn(came_s, ward.clock.monotonic())
        for _ in range(BATCH_FRAMES_MAX):
            if item is None:
                break
            _hand_over(item, ward)
            item = None if inbox.empty() else inbox.get_nowait()
        else:
            # A flood of frames must not keep the other tasks from running.
            await asyncio.sleep(0)
        if item is not None:
            _hand_over(item, ward)
        ward.advance()


async def _next(inbox: Inbox, ward: Ward) -> Frame | Lost | None:
    """The next frame, or None when the engine's time has come first."""
    if not inbox.empty():
        return inbox.get_nowait()
    now = ward.clock.monotonic()
    try:
        async with asyncio.timeout_at(
            min(_due(ward.engine.next_deadline()), now + ENGINE_WAIT_S_MAX)
        ):
            return await inbox.get()
    except TimeoutError:
        return None


def _due(deadline_s: float) -> float:
    """The first whole microsecond at which the deadline is past.

    The ward counts in whole microseconds: woken within one, it would find nothing due.
    """
    return deadline_s if math.isinf(deadline_s) else (math.floor(deadline_s * 1e6) + 1) / 1e6


def _hand_over(item: Frame | Lost, ward: Ward) -> None:
    if isinstance(item, Lost):
        ward.lose(item.device, item.why)
    else:
        ward.take(item.intake, item.report, item.arrival, item.receipts)


async def prove(
    ward: Ward, guard: Guard, drivers: Mapping[str, Driver], inbox: Inbox, status: Status
) -> None:
    """The synthetic chair's own line, on the same way in as every device's."""
    driver = drivers[DEVICE.driver]
    ward.add_test_chair(DEVICE, driver.quiet_limit_s, board_of_test(ward.preset))
    await supervise(Intake(DEVICE), guard.path.link, driver, inbox, status, ward.clock)


def status_lines(
    status: Status, record: Record, copy: Copy | None, workers: Sequence[Worker], now_s: float
) -> list[StatusLine]:
    """What the header says of the service itself."""
    lines = status.lines(now_s)
    if record.failing:
        text = f"NOT RECORDING: {record.failing}; {counted(record.pending, 'row')} to keep"
        lines.append(StatusLine("error", "NOT RECORDING", text))
    if record.dropped:
        text = f"{counted(record.dropped, 'row')} could not be kept"
        lines.append(StatusLine("error", "ROWS NOT KEPT", text))
    if record.refused:
        text = f"{counted(record.refused, 'row')} refused by the record: {record.refused_why}"
        lines.append(StatusLine("error", "ROWS REFUSED", text))
    if record.warning:
        lines.append(StatusLine("warn", "RECORD IN DIFFICULTY", record.warning))
    lines += copy_lines(copy) if copy else []
    for worker in workers:
        lines += worker.status()
    return lines


def worst_first(lines: list[StatusLine]) -> list[StatusLine]:
    """The header has room for few: errors, then warnings."""
    return sorted(lines, key=lambda line: ("error", "warn", "info").index(line.level))


def copy_lines(copy: Copy) -> list[StatusLine]:
    """What the header says of the copy: how far behind and why, and lines set aside."""
    lines = []
    if copy.error:
        text = f"History copy {copy.rows_behind} behind (nothing lost): {copy.error}"
        lines.append(StatusLine("warn", "HISTORY COPY BEHIND", text))
    if copy.parked:
        text = f"{counted(copy.parked, 'row')} refused by the copy, set aside"
        lines.append(StatusLine("warn", "COPY REFUSES ROWS", text))
    return lines
