"""A simulated clinic watched by the shipped service in virtual time: an hour in seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor import service, shipped
from monitor.clock import Clock
from monitor.conditions import Preset
from monitor.config import Config
from monitor.displays import Display
from monitor.drivers.registry import DRIVERS
from monitor.presets import load_preset
from monitor.store.record import Record
from simulators.clinic import Setting, attend, simulated_clinic
from simulators.loops import run_virtual
from simulators.nurse import Nurse
from simulators.patient import child
from simulators.staff import employ
from simulators.stories import Story, drawn_stories, monitors_of
from simulators.tally import Tally, tally

MORNING_US = 1_767_600_000_000_000
"""2026-01-05 08:00 UTC, when every simulation begins: a seed is the same clinic for ever."""
FLUSH_S = 1.0
MEMORY = Path("/dev/shm")  # noqa: S108  a private folder is made inside


def simulate(
    seed: int,
    *,
    chairs: int,
    minutes: float,
    stories: Sequence[Story] | None = None,
    observers: Sequence[Display] = (),
    keep: Path | None = None,
) -> Tally:
    """Run the whole service over `minutes` of a clinic in virtual time.

    The same arguments give the same digest. `stories` are drawn from the seed
    unless given; the record stays at `keep`, else it goes. Raises whatever ends
    the service.
    """
    told = drawn_stories(seed, chairs) if stories is None else stories
    # A record in memory where the system has such a place: the commits are real, the disk is not.
    with TemporaryDirectory(prefix="chairside-sim-", dir=MEMORY if MEMORY.is_dir() else None) as at:
        path = keep or Path(at) / "record.db"
        run_virtual(_simulate(seed, told, path, minutes * 60.0, observers))
        return tally(path)


async def _simulate(
    seed: int, stories: Sequence[Story], path: Path, seconds: float, observers: Sequence[Display]
) -> None:
    clock = Clock.starting_at(asyncio.get_running_loop().time, MORNING_US)
    nurse, stop = Nurse(stories, hand=child(seed, "nurse")), asyncio.Event()
    setting = Setting(record=path)
    monitors = monitors_of(stories, ports=False)
    with simulated_clinic(monitors, setting, DRIVERS, clock) as clinic:
        async with Record(path, clock=clock, flush_s=FLUSH_S) as record:
            asyncio.get_running_loop().call_later(seconds, stop.set)
            watching = service.run(
                clinic.config,
                drivers=DRIVERS,
                links=clinic.wiring.links,
                record=record,
                people=employ(clinic.config.people, clock),
                displays=[nurse, *observers],
                clock=clock,
                preset=preset_of(clinic.config),
                stop=stop,
            )
            bedsides = [attend(story, clinic, seed, nurse.session, clock) for story in stories]
            await beside(watching, bedsides)


def preset_of(config: Config) -> Preset:
    """The alarm preset a configuration names, loaded."""
    text, where = shipped.preset_text(config.alarms.preset, base=Path())
    return load_preset(text, where=where)


async def beside(
    watching: Coroutine[object, object, None], players: Iterable[Coroutine[object, object, None]]
) -> None:
    """Await the service while the players play; they end with it."""
    async with asyncio.TaskGroup() as group:
        playing = [group.create_task(player, name="bedside") for player in players]
        await watching
        for player in playing:
            player.cancel()
