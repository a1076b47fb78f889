"""Real servers for tests, each in a folder of its own, killed at will."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.influxd.server import Account, Influxd, influxd, named, program_found
from tools.server import START_S_MAX, Server, free_port

__all__ = [
    "Account",
    "Influxd",
    "Mosquitto",
    "Server",
    "find",
    "free_port",
    "influxd",
    "mosquitto",
    "named",
    "program_found",
]

ROOT = Path(__file__).resolve().parents[1]
REPLACED = (
    "listener",
    "allow_anonymous",
    "persistence_location",
    "log_dest",
    "user",
    "max_connections",
)
"""Lines of the shipped broker configuration that name places of a clinic's machine."""


def find(program: str) -> str | None:
    """A program on PATH or among the system's servers."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")


class Mosquitto(Server):
    """The shipped broker configuration, moved to a folder and port of its own."""

    def stop(self, within_s: float = START_S_MAX) -> None:
        """Asked while it starts, it forgets that it was asked: so it is asked again each second."""
        for _ in range(round(within_s)):
            try:
                super().stop(within_s=1.0)
            except subprocess.TimeoutExpired:
                continue
            return
        raise TimeoutError(f"{self.command[0]} did not end; see {self.log}")


def mosquitto(folder: Path) -> Mosquitto:
    """A broker in `folder`, not started yet. Raises FileNotFoundError where there is none."""
    program = find("mosquitto")
    if program is None:
        raise FileNotFoundError("mosquitto")
    port = free_port()
    shipped = (ROOT / "config" / "mosquitto.conf").read_text(encoding="utf-8")
    kept = [line for line in shipped.splitlines() if line.split(" ")[0] not in REPLACED]
    place = [f"persistence_location {folder}/", "log_dest stderr", "user root"]
    door = [f"listener {port} 127.0.0.1", "allow_anonymous true"]
    text = "\n".join([*kept, *place, *door]) + "\n"
    (folder / "mosquitto.conf").write_text(text, encoding="utf-8")
    return Mosquitto([program, "-c", str(folder / "mosquitto.conf")], port, folder)
