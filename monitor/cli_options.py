"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("clinic.toml"),
    show_default=True,
    help="The clinic's configuration file.",
)
paper_option = click.option(
    "--paper", type=click.Choice(["a4", "letter"]), help="Else as [report] paper says."
)
