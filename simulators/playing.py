"""The demo and the replay: the whole service with its pages, in real time or faster."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.clinic import Phase
from monitor.clock import Clock
from monitor.config import Config
from monitor.displays import Display
from monitor.drivers.registry import DRIVERS
from monitor.operations import serving
from monitor.tables import InfluxTable, JournalTable, MqttTable
from simulators.bedside import MonitorPlan
from simulators.clinic import Setting, attend, simulated_clinic
from simulators.loops import run_at_rate
from simulators.nurse import Nurse
from simulators.reception import ARRIVAL, PRIVACY, Reception
from simulators.recordings import Recording
from simulators.replay import SHOWS, Outlet, Replay
from simulators.simulation import beside, preset_of
from simulators.staff import PUBLISHED_PIN, STAFF, employ
from simulators.stories import JSON, Story, demo_stories, monitors_of
from simulators.tally import Tally, tally

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where it plays: pages, record, copy, and how fast. `record` None is a new temporary file."""

    listen: str
    rate: float = 1.0
    record: Path | None = None
    influxdb: InfluxTable | None = None
    mqtt: MqttTable | None = None
    journal_port: int | None = None

    def setting(self) -> Setting:
        """The same, with a record of its own where none was named."""
        folder = None if self.record else Path(tempfile.mkdtemp(prefix="chairside-"))
        record = self.record or Path(folder or "") / "record.db"
        return Setting(
            record=record,
            time_zone=local_zone(),
            listen=self.listen,
            influxdb=self.influxdb,
            mqtt=self.mqtt,
            journal=None if self.journal_port is None else journal_table(self.journal_port),
            rate=self.rate,
        )


def local_zone() -> str:
    """The machine's time zone by name, "UTC" where the system does not tell."""
    parts = Path("/etc/localtime").resolve().parts
    return "/".join(parts[parts.index("zoneinfo") + 1 :]) if "zoneinfo" in parts else "UTC"


def journal_table(port: int) -> JournalTable:
    """The journal of a demo, for phones of this machine; with port 0 one that is free now."""
    if port == 0:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
    return JournalTable(
        listen=f"127.0.0.1:{port}",
        public_url=f"http://127.0.0.1:{port}",
        call="+351 210 000 000",
        emergency="112",
        content=True,
    )


def demo(chairs: int, seed: int, stage: Stage, say: Say, *, past: bool = False) -> None:
    """Serve a wall of simulated chairs until a signal; with a `past`, a course before it."""
    play(demo_stories(seed, chairs), seed, stage, say, past=past)


def play(
    stories: Sequence[Story], seed: int, stage: Stage, say: Say, *, past: bool = False
) -> None:
    """The same for the chairs of these stories."""
    run_at_rate(_play(stories, seed, stage, say, past=past), stage.rate)


async def _play(stories: Sequence[Story], seed: int, stage: Stage, say: Say, *, past: bool) -> None:
    clock = serving.system_clock()
    setting = replace(stage.setting(), arrival=ARRIVAL, privacy=PRIVACY)
    nurse = Nurse(stories)
    with simulated_clinic(monitors_of(stories), setting, DRIVERS, clock) as clinic:
        say(f"record: {setting.record}")
        config = clinic.config
        if past:
            await _past(config, clock, seed, say)
        journals = serving.journals_of(config, lambda url: say(f"journal: {url}/"))
        watching = serving.run_clinic(
            config,
            preset_of(config),
            clock=clock,
            wiring=clinic.wiring,
            people=employ(config.people, clock, published_pin=PUBLISHED_PIN, rate=setting.rate),
            displays=[pages(config, say), Reception(stories, seed, nurse), *journals],
            workers=[one.health for one in journals],
        )
        await beside(
            watching, [attend(story, clinic, seed, nurse.session, clock) for story in stories]
        )


async def _past(config: Config, clock: Clock, seed: int, say: Say) -> None:
    from simulators.past import PATIENT_REF, live_through  # noqa: PLC0415  only where asked for

    lived = await live_through(config, clock.utc_us(), seed)
    say(f"past:   {len(lived)} infusions of {PATIENT_REF}, on the page /course/{PATIENT_REF}")
    if config.journal is not None:
        say(f"        their last journal's link: {config.journal.public_url}/j/{lived[-1].token}")


def replay(
    recordings: Sequence[Recording],
    protocols: Sequence[str],
    stage: Stage,
    say: Say,
    *,
    row_s: float,
    phase: Phase,
) -> Tally:
    """Play recordings together to their ends, a chair a protocol each; what the record then holds.

    The first has the first chairs.
    """
    setting = stage.setting()
    playing = _replay(recordings, protocols, setting, say, row_s=row_s, phase=phase)
    run_at_rate(playing, stage.rate)
    return tally(setting.record)


async def _replay(
    recordings: Sequence[Recording],
    protocols: Sequence[str],
    setting: Setting,
    say: Say,
    *,
    row_s: float,
    phase: Phase,
) -> None:
    clock, stop = serving.system_clock(), asyncio.Event()
    played = [(recording, protocol) for recording in recordings for protocol in protocols]
    plans = [
        MonitorPlan(
            id=f"replay-{number}", driver=protocol, wire=_wire(protocol, setting), shows=SHOWS
        )
        for number, (_, protocol) in enumerate(played, start=1)
    ]
    monitors = [(str(number), plan) for number, plan in enumerate(plans, start=1)]
    with simulated_clinic(monitors, setting, DRIVERS, clock) as clinic:
        say(f"record: {setting.record}")
        outlets = [
            Outlet(chair, clinic.stations[plan.id], recording)
            for (chair, plan), (recording, _) in zip(monitors, played, strict=True)
        ]
        player = Replay(outlets, clock, row_s=row_s, phase=phase, publishers=clinic.publishers)
        watching = serving.run_clinic(
            clinic.config,
            preset_of(clinic.config),
            clock=clock,
            wiring=clinic.wiring,
            people=employ(
                clinic.config.people, clock, published_pin=PUBLISHED_PIN, rate=setting.rate
            ),
            displays=[pages(clinic.config, say), player],
            stop=stop,
        )
        await beside(watching, [publisher.run() for publisher in clinic.publishers])
    if player.rows_lost:
        say(f"the line did not take all of {player.rows_lost} rows: play it more slowly")


def _wire(protocol: str, setting: Setting) -> str:
    if protocol == JSON:
        return "mqtt" if setting.mqtt else "direct"
    return "serial"


def pages(config: Config, say: Say) -> Display:
    """The web pages; their address is told once they answer."""
    from monitor.web.server import WebDisplay  # noqa: PLC0415  slow to import

    def ready(url: str) -> None:
        say(f"wall:   {url}/  (simulated patients; Ctrl-C stops)")
        say(f"act as: {', '.join(one.name for one in STAFF)}; PIN {PUBLISHED_PIN}")

    return WebDisplay(config.web.host, config.web.port, ready=ready)
