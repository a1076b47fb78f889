"""The command `chairside`: arguments in, calls out, errors in four parts.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 invalid configuration,
4 a device, broker or database cannot be reached.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path

import click

from monitor import __version__
from monitor.errors import ChairsideError, ConfigError, DeviceError, StoreError

EXIT_FAILED, EXIT_CONFIG, EXIT_UNREACHABLE = 1, 3, 4

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("clinic.toml"),
    show_default=True,
    help="The clinic's configuration file.",
)


class _Told(click.Group):
    """Says our own errors in four parts, and exits with the code of their kind."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ChairsideError as error:
            ctx.exit(tell(error))
        except BaseExceptionGroup as group:
            # The service's tasks end together; what one of them said on purpose is the reason.
            ours = group.subgroup(ChairsideError)
            if ours is None:
                raise
            ctx.exit(tell(first_of(ours)))


def tell(error: ChairsideError) -> int:
    """Say the error on standard error; its exit code."""
    click.echo(f"error: {error}", err=True)
    return exit_code(error)


def first_of(group: BaseExceptionGroup[ChairsideError]) -> ChairsideError:
    """The first error in a group of groups."""
    one = group.exceptions[0]
    return first_of(one) if isinstance(one, BaseExceptionGroup) else one


def exit_code(error: ChairsideError) -> int:
    """The process's exit code for an error."""
    if isinstance(error, ConfigError):
        return EXIT_CONFIG
    return EXIT_UNREACHABLE if isinstance(error, DeviceError | StoreError) else EXIT_FAILED


@click.group(
    cls=_Told,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 invalid configuration, 4 unreachable.",
)
@click.version_option(__version__, "--version", prog_name="chairside")
def chairside() -> None:
    r"""Watch the chairs of an infusion clinic: a second, independent monitor.

    \b
    chairside demo                       six simulated chairs, no server needed
    chairside validate --config FILE     check a configuration, every mistake at once
    chairside serve --config FILE        watch the clinic
    """


@chairside.command()
@config_option
def serve(config_path: Path) -> None:
    """Watch the clinic of a configuration file until stopped (Ctrl-C)."""
    from monitor.operations import serving  # noqa: PLC0415  start-up of the others stays short

    serving.serve(config_path)


@chairside.command()
@config_option
def validate(config_path: Path) -> None:
    """Check a configuration file and the alarm preset it names; tell every mistake."""
    from monitor.operations import validating  # noqa: PLC0415

    click.echo(validating.validate(config_path))


@chairside.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a check.")
def doctor(config_path: Path, *, as_json: bool) -> None:
    """Check what the service needs: record, disk, web address, broker, InfluxDB, devices."""
    from monitor.operations import examining  # noqa: PLC0415

    findings = examining.examine(config_path)
    for number, finding in enumerate(findings, start=1):
        click.echo(finding.as_json() if as_json else finding.as_line(number))
    sys.exit(EXIT_FAILED if any(finding.state == "fail" for finding in findings) else 0)


@chairside.command()
@click.option(
    "--url", default="http://127.0.0.1:8080", show_default=True, help="A running service."
)
@click.option("--chair", help="Only this chair.")
@click.option("--count", type=click.IntRange(min=1), help="Stop after so many lines.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def tail(url: str, chair: str | None, count: int | None, *, as_json: bool) -> None:
    """Print what a running service shows, one line a change."""
    from monitor.operations import tailing  # noqa: PLC0415

    tailing.tail(url, chair=chair, count=count, as_json=as_json)


@chairside.command()
@click.argument("session", required=False)
@config_option
@click.option("--output", type=click.Path(path_type=Path), help="A file; else standard output.")
@click.option("--from-influxdb", is_flag=True, help="Read the shared history, not the record.")
def export(
    session: str | None, config_path: Path, output: Path | None, *, from_influxdb: bool
) -> None:
    """Write one session's readings as CSV; without SESSION, list the sessions."""
    from monitor.operations import exporting  # noqa: PLC0415

    exporting.export(config_path, session, output, from_influxdb=from_influxdb)


def main() -> None:
    """Entry point; gathers the subcommands that other packages add."""
    for entry in sorted(entry_points(group="chairside.commands"), key=lambda one: one.name):
        chairside.add_command(entry.load(), entry.name)
    chairside(prog_name="chairside")


if __name__ == "__main__":
    main()
