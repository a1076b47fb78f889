"""The subcommands of `chairside` that play hardware: demo, replay, sim."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from urllib.parse import urlsplit

import click

from monitor.clinic import Phase
from monitor.tables import InfluxTable, MqttTable

PROTOCOLS = ("ansar-b", "chairside-json")
SPEED = click.FloatRange(min=0.1, max=60.0)

record_option = click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the record here; else in a new temporary folder.",
)
port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Of the pages, on this machine alone; 0 lets the system choose.",
)
seed_option = click.option("--seed", type=int, default=1, show_default=True)


def with_influxdb(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of the copy; it receives `influxdb`, None without a URL."""

    @click.option("--influx", "url", metavar="URL", help="Copy to this InfluxDB 2 as well.")
    @click.option("--influx-org", "org", default="clinic", show_default=True)
    @click.option("--influx-bucket", "bucket", default="chairside", show_default=True)
    @click.option(
        "--influx-token-file",
        "token_file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("influx.token"),
        show_default=True,
        help="Holds the token; chmod 600.",
    )
    @wraps(command)
    def with_table(
        *, url: str | None, org: str, bucket: str, token_file: Path, **others: object
    ) -> None:
        if url is not None and urlsplit(url).scheme not in ("http", "https"):
            raise click.BadParameter(f"{url!r} is no http address", param_hint="--influx")
        file = token_file.absolute()
        table = InfluxTable(url=url, org=org, bucket=bucket, token_file=file) if url else None
        command(influxdb=table, **others)

    return with_table


@click.command()
@click.option("--chairs", type=click.IntRange(1, 200), default=6, show_default=True)
@seed_option
@port_option
@click.option("--rate", type=SPEED, default=1.0, show_default=True, help="Times real time.")
@click.option(
    "--journal-port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Of the patients' journal, on this machine alone; 0 lets the system choose.",
)
@click.option(
    "--past",
    is_flag=True,
    help="Begin with a patient's course of infusions and their journals; takes some seconds.",
)
@record_option
@with_influxdb
def demo(
    *,
    chairs: int,
    seed: int,
    port: int,
    rate: float,
    journal_port: int,
    past: bool,
    record: Path | None,
    influxdb: InfluxTable | None,
) -> None:
    """Show a live wall of simulated chairs; no server and no hardware needed.

    Within minutes: a quiet infusion, a desaturation, a hypertensive peak, a
    probe off, a monitor that falls silent, and a chair for you to seat.
    """
    from simulators import playing  # noqa: PLC0415  the help text comes sooner

    stage = playing.Stage(
        listen=f"127.0.0.1:{port}",
        rate=rate,
        record=record,
        influxdb=influxdb,
        journal_port=journal_port,
    )
    playing.demo(chairs, seed, stage, click.echo, past=past)


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, dir_okay=False),
)
@click.option(
    "--protocol",
    "protocols",
    type=click.Choice(PROTOCOLS),
    multiple=True,
    default=(PROTOCOLS[0],),
    show_default=True,
    help="Repeat it to play at two chairs at once.",
)
@click.option("--row-seconds", type=click.FloatRange(min=0.1), default=1.0, show_default=True)
@click.option("--speed", type=SPEED, default=1.0, show_default=True, help="Times real time.")
@click.option(
    "--phase",
    type=click.Choice([phase.value.lower() for phase in Phase if phase is not Phase.CLOSED]),
    default="infusion",
    show_default=True,
    help="In which the patient sits: it decides the limits.",
)
@click.option("--mqtt", metavar="HOST:PORT", help="Publish chairside-json through this broker.")
@port_option
@record_option
@with_influxdb
def replay(
    *,
    files: tuple[Path, ...],
    protocols: tuple[str, ...],
    row_seconds: float,
    speed: float,
    phase: str,
    mqtt: str | None,
    port: int,
    record: Path | None,
    influxdb: InfluxTable | None,
) -> None:
    """Play recordings (CSV) through a protocol's bytes into the whole service.

    Several play at once, each at a chair of its own.
    Ends by itself and tells what was kept and what alarmed.
    """
    from simulators import playing, recordings  # noqa: PLC0415

    stage = playing.Stage(
        listen=f"127.0.0.1:{port}",
        rate=speed,
        record=record,
        influxdb=influxdb,
        mqtt=mqtt_table(mqtt),
    )
    kept = playing.replay(
        [recordings.load(file) for file in files],
        tuple(dict.fromkeys(protocols)),
        stage,
        click.echo,
        row_s=row_seconds,
        phase=Phase(phase.upper()),
    )
    for line in kept.lines():
        click.echo(line)


def mqtt_table(address: str | None) -> MqttTable | None:
    """The `[mqtt]` table for HOST:PORT; None without an address."""
    if address is None:
        return None
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise click.BadParameter(f"{address!r} is not HOST:PORT", param_hint="--mqtt")
    return MqttTable(host=host, port=int(port), client_id="chairside-replay")


@click.command()
@seed_option
@click.option("--chairs", type=click.IntRange(1, 200), default=6, show_default=True)
@click.option("--minutes", type=click.FloatRange(min=0.1), default=60.0, show_default=True)
def sim(seed: int, chairs: int, minutes: float) -> None:
    """Run a simulated clinic through the whole service in virtual time.

    The same seed gives the same digest, on any machine, at any load.
    """
    from simulators import simulation  # noqa: PLC0415

    for line in simulation.simulate(seed, chairs=chairs, minutes=minutes).lines():
        click.echo(line)
