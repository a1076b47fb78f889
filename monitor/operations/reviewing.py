"""`chairside review`: the pages of the past alone, from the record or from InfluxDB."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from monitor.conditions import Preset
from monitor.config import Config
from monitor.displays import Shelf
from monitor.leafing import Leafing
from monitor.nameless import Nameless
from monitor.operations import validating
from monitor.operations.exporting import open_history
from monitor.operations.serving import freeze, stop_on_signal, system_clock


def look(config_path: Path, *, port: int, from_influxdb: bool) -> None:
    """Serve sessions, reviews and courses, read-only, until SIGINT or SIGTERM.

    Raises `ConfigError`, and `StoreError` when the history cannot be read.
    """
    loaded, preset = validating.load(config_path)
    asyncio.run(_look(loaded, preset, port, from_influxdb=from_influxdb))


async def _look(loaded: Config, preset: Preset, port: int, *, from_influxdb: bool) -> None:
    from monitor.web.copied import serve_copy  # noqa: PLC0415  the other commands start sooner

    history = Nameless(open_history(loaded, from_influxdb=from_influxdb))
    # Asked once before anybody looks: what cannot be read is said at the prompt.
    await history.newest(1)
    shelf = Shelf(
        config=loaded,
        clock=system_clock(),
        history=history,
        catalogue=Leafing(history),
        preset=preset,
        names=dict,
    )
    stop = asyncio.Event()
    stop_on_signal(stop)
    where = "InfluxDB" if from_influxdb else "the record"

    def ready(url: str) -> None:
        click.echo(f"read-only review from {where}: {url}/")
        freeze()

    await serve_copy(shelf, loaded.web.host, port, stop, ready)
