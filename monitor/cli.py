"""The command `chairside`: arguments in, calls out, errors in four parts.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 invalid configuration,
4 a device, broker or database cannot be reached.
"""

from __future__ import annotations

import sys
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from monitor import __version__
from monitor.cli_options import config_option
from monitor.cli_people import display, staff
from monitor.cli_printing import downtime, report
from monitor.errors import ChairsideError, ConfigError, DeviceError, StoreError

EXIT_FAILED, EXIT_CONFIG, EXIT_UNREACHABLE = 1, 3, 4


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
    """Watch the chairs of an infusion clinic: a second, independent monitor.

    \b
    chairside demo                       six simulated chairs, no server needed
    chairside validate --config FILE     check a configuration, every mistake at once
    chairside serve --config FILE        watch the clinic
    """  # noqa: D301  click takes the sign itself to keep lines


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
@click.option("--course", metavar="PATIENT", help="All sessions of a patient, by reference.")
@click.option(
    "--month",
    type=click.DateTime(["%Y-%m"]),
    metavar="YYYY-MM",
    help="All sessions seated in a month of the clinic's calendar.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("csv",),
    show_default=True,
    type=click.Choice(["csv", "fhir", "hl7", "edf", "vital"]),
    help="May be given more than once.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder; else one session goes to standard output.",
)
@click.option("--de-identify", is_flag=True, help="Shift dates, replace ids, leave out words.")
@click.option("--from-influxdb", is_flag=True, help="Read the shared history, not the record.")
@click.option("--bom", is_flag=True, help="Mark CSV files as UTF-8, as Excel wants it.")
@config_option
def export(
    session: str | None,
    course: str | None,
    month: datetime | None,
    formats: tuple[str, ...],
    output: Path | None,
    config_path: Path,
    *,
    de_identify: bool,
    from_influxdb: bool,
    bom: bool,
) -> None:
    """Write SESSION, a --course or a --month as CSV, FHIR, HL7 v2, EDF+ or VitalDB files.

    Without any of them, list the sessions. No export holds a name or free words.
    """
    from monitor.operations import exporting  # noqa: PLC0415

    if sum(one is not None for one in (session, course, month)) > 1:
        raise click.UsageError("give one of SESSION, --course and --month")
    several = course is not None or month is not None or len(formats) > 1
    if several and output is None:
        raise click.UsageError("several files need a folder: give --output")
    asked = exporting.Asked(
        session=session,
        course=course,
        month=None if month is None else (month.year, month.month),
        formats=formats,
        folder=output,
        de_identify=de_identify,
        from_influxdb=from_influxdb,
        bom=bom,
    )
    exporting.export(config_path, asked)


@chairside.command()
@config_option
@click.option("--from-influxdb", is_flag=True, help="Read the shared history, not the record.")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65_535))
def review(config_path: Path, port: int, *, from_influxdb: bool) -> None:
    """Look at stored sessions, reviews and courses: read-only, without names, nothing live."""
    from monitor.operations import reviewing  # noqa: PLC0415

    reviewing.look(config_path, port=port, from_influxdb=from_influxdb)


@chairside.command()
@click.argument("session")
@config_option
def rejudge(session: str, config_path: Path) -> None:
    """Judge SESSION's stored stream again: exit 0 when every alarm comes out the same, 1 if not."""
    from monitor.operations import rejudging  # noqa: PLC0415

    found = rejudging.rejudge(config_path, session)
    for line in found.lines():
        click.echo(line)
    sys.exit(EXIT_FAILED if found.difference else 0)


@chairside.command()
@click.argument("sessions", nargs=-1)
@click.option(
    "--preset", required=True, type=click.Path(path_type=Path), help="The other preset's file."
)
@config_option
def whatif(sessions: tuple[str, ...], preset: Path, config_path: Path) -> None:
    """Judge stored SESSIONS (or the newest 50) by another preset, beside how they were judged."""
    from monitor.operations import comparing  # noqa: PLC0415

    for line in comparing.what_if(config_path, preset, sessions):
        click.echo(line)


@chairside.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def watchdog(arguments: tuple[str, ...]) -> None:
    """Sound when the service is dead or frozen; a process of its own (--help tells its options)."""
    from monitor import watchdog as second  # noqa: PLC0415

    second.main(arguments)


@chairside.command()
@config_option
def catalogue(config_path: Path) -> None:
    """Work out anew what sessions are found by; the service must not run."""
    from monitor.operations import cataloguing  # noqa: PLC0415

    cataloguing.rebuild(config_path)


@chairside.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands and options; load it from the shell's own start.

    \b
    source <(chairside completion bash)
    source <(chairside completion zsh)
    chairside completion fish | source
    """  # noqa: D301  as above
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(chairside, {}, "chairside", "_CHAIRSIDE_COMPLETE").source())


@chairside.group()
def audit() -> None:
    """What people did: does the chain of acts hold, and what is in it."""


@audit.command("verify")
@click.option("--anchor", metavar="NUMBER:HASH", help="Of the record, printed here before.")
@click.option("--staff-anchor", metavar="NUMBER:HASH", help="Of the staff file.")
@config_option
def audit_verify(anchor: str | None, staff_anchor: str | None, config_path: Path) -> None:
    """Check every act of the record and every change of staff; exit 1 when one was touched.

    Write the printed anchors down elsewhere: given here later, they prove that
    nothing up to them was written anew.
    """
    from monitor.operations import auditing  # noqa: PLC0415

    for line in auditing.verify(config_path, anchor, staff_anchor):
        click.echo(line)


@audit.command("list")
@click.option("--person", help="Only this person's acts, by id.")
@config_option
def audit_list(person: str | None, config_path: Path) -> None:
    """Every act, oldest first, in UTC."""
    from monitor.operations import auditing  # noqa: PLC0415

    for line in auditing.list_acts(config_path, person):
        click.echo(line)


chairside.add_command(staff)
chairside.add_command(display)
chairside.add_command(report)
chairside.add_command(downtime)


def main() -> None:
    """Entry point; gathers the subcommands that other packages add."""
    for entry in sorted(entry_points(group="chairside.commands"), key=lambda one: one.name):
        chairside.add_command(entry.load(), entry.name)
    chairside(prog_name="chairside")


if __name__ == "__main__":
    main()
