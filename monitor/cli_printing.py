"""`chairside report` and `chairside downtime`: what is printed, from the record alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from monitor.cli_options import config_option, paper_option

VERIFY = "verify"


@click.command()
@click.argument("words", nargs=-1, metavar="[verify] [SESSION]")
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="All sessions of that day; needs --out.",
)
@click.option("--tables", is_flag=True, help="The long tables instead of the page.")
@click.option("--out", type=click.Path(path_type=Path), help="A file, or with --day a folder.")
@paper_option
@config_option
def report(
    words: tuple[str, ...],
    day: datetime | None,
    out: Path | None,
    paper: str | None,
    config_path: Path,
    *,
    tables: bool,
) -> None:
    """Write the one-page report of SESSION, or of every session of a day, as PDF.

    A signed report is written in the bytes that were signed. `report verify SESSION` says
    whether the kept file is, byte by byte, the one that was signed: exit 0, else 1.

    \b
    chairside report 20260302-101500-1 --paper letter --out report.pdf
    chairside report --day 2026-03-02 --out reports/
    chairside report verify 20260302-101500-1
    """  # noqa: D301  click takes the sign itself to keep lines
    from monitor.operations import printing  # noqa: PLC0415  start-up of the others stays short

    asked = [word for word in words if word != VERIFY]
    if day is not None:
        if asked or out is None or words:
            raise click.UsageError("--day takes no SESSION, and a folder with --out")
        for line in printing.write_day(config_path, day, paper, out):
            click.echo(line)
        return
    if len(asked) != 1 or words not in ((asked[0],), (VERIFY, asked[0])):
        raise click.UsageError("name one SESSION; `chairside export` without one lists them")
    if words[0] == VERIFY:
        click.echo(printing.verify(config_path, asked[0]))
        return
    click.echo(printing.write(config_path, asked[0], paper, out, tables=tables))


@click.command()
@click.option("--chair", default="", help="Only this chair.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("downtime.pdf"))
@paper_option
@config_option
def downtime(chair: str, out: Path, paper: str | None, config_path: Path) -> None:
    """Write a flow sheet for each chair, pre-filled with what the record knows, as one PDF."""
    from monitor.operations import printing  # noqa: PLC0415

    click.echo(printing.write_downtime(config_path, chair, paper, out))
