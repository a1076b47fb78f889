"""`chairside serve` and `chairside watchdog` as processes, killed and frozen at will."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import ROOT, free_port
from tests.waiting import until

START_S = 60.0
CONFIG = """
[clinic]
name = "Guarded"
id = "guarded"
[web]
listen = "127.0.0.1:{port}"
[[chairs]]
id = "1"
label = "1"
[[devices]]
id = "mon-1"
driver = "chairside-json"
link = "direct:mon-1"
chair = "1"
"""
SERVE = ("-m", "monitor.cli", "serve")
WATCH = ("-m", "monitor.cli", "watchdog")


@dataclass
class Running:
    """A process and all that it says."""

    process: subprocess.Popen[bytes]
    said: Path

    def text(self) -> str:
        return self.said.read_text(encoding="utf-8", errors="replace")

    def rings(self) -> int:
        return self.text().count("\a")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@contextmanager
def running(folder: Path, name: str, *command: str) -> Iterator[Running]:
    """Start it in the folder; killed at the end, frozen or not."""
    said = folder / f"{name}.said"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Running(process, said)
    finally:
        process.kill()
        process.wait()


def written(folder: Path) -> None:
    """A clinic in the folder."""
    text = CONFIG.format(port=free_port())
    (folder / "clinic.toml").write_text(text, encoding="utf-8")


async def beating(path: Path) -> None:
    """Wait for three different heartbeats from now on."""
    seen = set[bytes]()

    def alive() -> bool:
        if path.exists():
            seen.add(path.read_bytes())
        return len(seen) > 2

    await until(alive, START_S)
