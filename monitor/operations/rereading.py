"""The configuration file while the service runs: is it still what is in force?

What is in force stays until a restart: sessions are open under it. A file that was changed
meanwhile is read and checked at once, so that nobody learns of a mistake at the restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import signal
from pathlib import Path

from monitor.conditions import Preset
from monitor.config import Config
from monitor.errors import ConfigError
from monitor.operations import validating
from monitor.status import StatusLine

LOOK_S = 1.0
log = logging.getLogger("chairside.config")

Mark = tuple[int, int]
"""When a file was changed last (ns), and its size; (0, 0) when it is not there."""


class Rereading:
    """A worker of the service: looks each second, and at once at SIGHUP."""

    def __init__(self, path: Path, config: Config, preset: Preset) -> None:
        self._path, self._in_force = path, (config, preset)
        self._preset = path.resolve().parent / config.alarms.preset
        self._seen = self._marks()
        self._line: StatusLine | None = None
        self._asked = asyncio.Event()

    async def run(self) -> None:
        """Look until cancelled."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._asked.set)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._asked.wait()
            self._asked.clear()
            await self.look()

    async def look(self) -> None:
        """Read the files again if either is another than when they were read last."""
        marks = self._marks()
        if marks == self._seen:
            return
        self._seen = marks
        self._line = await asyncio.to_thread(self._read)
        if self._line:
            log.warning("%s", self._line.text)

    def status(self) -> list[StatusLine]:
        """What differs from what is in force, for the head of every page."""
        return [self._line] if self._line else []

    def _marks(self) -> tuple[Mark, Mark]:
        return mark(self._path), mark(self._preset)

    def _read(self) -> StatusLine | None:
        try:
            found = validating.load(self._path)
        except ConfigError as error:
            return StatusLine(
                "error", "CONFIG NOT APPLIED", f"config not applied: {shortly(error)}"
            )
        if found == self._in_force:
            return None
        text = "config changed: in force after a restart"
        return StatusLine("warn", "CONFIG CHANGED", text)


def mark(path: Path) -> Mark:
    """A file as it lies there now."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def shortly(error: ConfigError) -> str:
    """Its first line, and in which line of the file the first mistake is."""
    head, *mistakes = error.what.splitlines()
    line = re.search(r":(\d+): ", mistakes[0]) if mistakes else None
    return f"{head}, line {line[1]}" if line else head
