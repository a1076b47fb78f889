"""A simulated clinic: stories played at n chairs, joined to the service as hardware would be.

Builds the configuration, the wires and the bedsides of a set of stories. The
service that watches them is the one that ships.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.care.arrival_terms import ArrivalTable, PrivacyTable
from monitor.clinic import Chair, Device
from monitor.clock import Clock
from monitor.config import Config
from monitor.drivers import Driver
from monitor.drivers.chairside_json import OFFLINE, ONLINE
from monitor.links.connection import ANSWER_S_MAX
from monitor.links.wiring import Wiring, broker_address, make_links
from monitor.tables import (
    AlarmsTable,
    ClinicTable,
    InfluxTable,
    JournalTable,
    MqttTable,
    PeopleTable,
    RecordTable,
    SoundTable,
    WatchdogTable,
    WebTable,
)
from monitor.vitals import GenerationMode
from simulators.bedside import Bedside, MonitorPlan, Station, play, station
from simulators.patient import Patient, child
from simulators.publisher import Publisher, Topics
from simulators.stories import Story, Visit
from simulators.wires import PtyWire, Wire

CLINIC_ID = "demo"
LOOK_S = 0.5
"""How often an idle bedside looks whether somebody was seated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where the simulated clinic's service keeps and shows things, and how fast its time runs."""

    record: Path
    time_zone: str = "UTC"
    listen: str = "127.0.0.1:0"
    influxdb: InfluxTable | None = None
    mqtt: MqttTable | None = None
    journal: JournalTable | None = None
    rate: float = 1.0
    arrival: ArrivalTable = field(default_factory=ArrivalTable)
    privacy: PrivacyTable = field(default_factory=PrivacyTable)


@dataclass(frozen=True, slots=True)
class SimulatedClinic:
    """Configuration and links for `service.run`, and the monitors that speak on them, by id.

    `publishers` are the monitors' connections to the broker; each has a `run`.
    """

    config: Config
    wiring: Wiring
    stations: Mapping[str, Station]
    publishers: Sequence[Publisher]


@contextmanager
def simulated_clinic(
    monitors: Sequence[tuple[str, MonitorPlan]],
    setting: Setting,
    drivers: Mapping[str, Driver],
    clock: Clock,
) -> Iterator[SimulatedClinic]:
    """The clinic of these chairs and monitors.

    A monitor on a "serial" wire gets a pseudo-terminal that is open as long as
    this is, one on "mqtt" publishes to the broker of the setting; a "direct"
    wire is inside the process, as virtual time needs it.
    """
    # Time limits run on the loop's clock, the broker answers on the real one.
    answer_s_max = ANSWER_S_MAX * max(1.0, setting.rate)
    with ExitStack() as stack:
        ptys = {
            plan.id: stack.enter_context(PtyWire()) for _, plan in monitors if plan.wire == "serial"
        }
        publishers = {
            plan.id: publisher(plan, chair, setting.mqtt, answer_s_max)
            for chair, plan in monitors
            if plan.wire == "mqtt" and setting.mqtt
        }
        links = {plan.id: f"direct:{plan.id}" for _, plan in monitors}
        links |= {name: pty.link for name, pty in ptys.items()}
        links |= {
            plan.id: f"mqtt:{topic(chair, plan.id)}/#"
            for chair, plan in monitors
            if plan.id in publishers
        }
        chairs = dict.fromkeys(chair for chair, _ in monitors)
        config = configuration(
            [Chair(id=chair, label=chair) for chair in chairs],
            [device(plan, chair, links[plan.id]) for chair, plan in monitors],
            setting,
        )
        wiring = make_links(
            config.devices,
            config.mqtt,
            clock,
            usual_baud={name: driver.baud for name, driver in drivers.items()},
            answer_s_max=answer_s_max,
        )
        wires: dict[str, Wire] = {**wiring.wires, **ptys, **publishers}
        stations = {plan.id: station(plan, drivers, wires[plan.id]) for _, plan in monitors}
        yield SimulatedClinic(config, wiring, stations, tuple(publishers.values()))


def topic(chair: str, device_id: str) -> str:
    """Where a device's topics begin (payload documentation of `chairside_json`)."""
    return f"chairside/{CLINIC_ID}/{chair}/{device_id}"


def publisher(plan: MonitorPlan, chair: str, mqtt: MqttTable, answer_s_max: float) -> Publisher:
    """A monitor's own connection to the broker that the service listens to."""
    address = replace(broker_address(mqtt), client_id=plan.id)
    root = topic(chair, plan.id)
    topics = Topics(
        values=f"{root}/vitals", availability=f"{root}/availability", online=ONLINE, offline=OFFLINE
    )
    return Publisher(address, topics, answer_s_max=answer_s_max)


def device(plan: MonitorPlan, chair: str, link: str) -> Device:
    """A monitor as the configuration names it. It is marked as simulated."""
    return Device(
        id=plan.id,
        driver=plan.driver,
        link=link,
        chair=chair,
        mode=GenerationMode.DEMO,
        vitals=plan.shows,
    )


def configuration(chairs: Sequence[Chair], devices: Sequence[Device], setting: Setting) -> Config:
    """What a `clinic.toml` would say."""
    return Config(
        clinic=ClinicTable(name="Harbour Infusion", id=CLINIC_ID, time_zone=setting.time_zone),
        alarms=AlarmsTable(),
        record=RecordTable(path=setting.record),
        people=PeopleTable(
            path=setting.record.with_name("staff.db"),
            pepper_file=setting.record.with_name("staff.pepper"),
        ),
        web=WebTable(listen=setting.listen),
        sound=SoundTable(),
        watchdog=WatchdogTable(heartbeat=setting.record.with_name("chairside.heartbeat")),
        influxdb=setting.influxdb,
        mqtt=setting.mqtt,
        journal=setting.journal,
        chairs=tuple(chairs),
        devices=tuple(devices),
        arrival=setting.arrival,
        privacy=setting.privacy,
    )


async def attend(
    story: Story,
    clinic: SimulatedClinic,
    seed: int,
    session: Callable[[str], str | None],
    clock: Clock,
) -> None:
    """Play one patient after the other at a chair, each while its session is open.

    `session` tells the chair's open session. Runs until cancelled.
    """
    stations, count = [clinic.stations[plan.id] for plan in story.monitors], 0
    await asyncio.sleep(story.offset_s)
    while True:
        seated = session(story.chair)
        if seated is None:
            await asyncio.sleep(LOOK_S)
            continue
        visit = story.visit(count)
        await play(
            bedside(visit, seed, story.chair, count),
            stations,
            clock,
            going=lambda seated=seated: session(story.chair) == seated,  # type: ignore[misc]
            lingers_s=visit.lingers_s,
        )
        count += 1


def bedside(visit: Visit, seed: int, chair: str, count: int) -> Bedside:
    """Body and sensors of one visit, from generators of their own."""
    patient = Patient(
        visit.person,
        child(seed, "chair", chair, "body", str(count)),
        infusion=visit.infusion,
        episodes=visit.episodes,
    )
    return Bedside(
        patient,
        child(seed, "chair", chair, "sensors", str(count)),
        episodes=visit.episodes,
        cuff_first_s=visit.cuff_first_s,
        cuff_interval_s=visit.cuff_interval_s,
        one_arm=visit.one_arm,
    )
