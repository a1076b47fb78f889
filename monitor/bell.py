"""What rings when the service cannot: the terminal's bell, and players of sounds or commands.

Each for itself: none that fails, hangs or is missing keeps the others from ringing.
Needs the standard library alone.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

HUNG_S: Final = 15.0
"""What still plays after so long hangs and is killed; a burst with its silence takes 10.4 s."""
END_S: Final = 0.5
"""For what is asked to end; then it is killed."""
STANDARD_ERROR: Final = 2


class Player:
    """Runs a command at each ring, unless its last run still goes on.

    Of several commands the next one is tried after one that cannot run, fails or hangs.
    """

    def __init__(self, *commands: Sequence[str], now: Callable[[], float] = time.monotonic) -> None:
        self._commands, self._now = commands, now
        self._running: subprocess.Popen[bytes] | None = None
        self._began_s = 0.0
        self._trouble = ""

    def ring(self) -> str:
        """Sound; returns what kept the last try from it, or ""."""
        if self._running is None or not self._goes_on(self._running):
            self._start()
        return self._trouble

    def quiet(self) -> None:
        """End what still plays, with all that it started."""
        if self._running is not None and self._running.poll() is None:
            _end(self._running)
        self._running = None

    def _goes_on(self, running: subprocess.Popen[bytes]) -> bool:
        status = running.poll()
        if status is None and self._now() - self._began_s < HUNG_S:
            return True
        if status == 0:
            self._trouble = ""
        else:
            self._next("hung" if status is None else f"ended with {status}")
        self.quiet()
        return False

    def _start(self) -> None:
        self._began_s = self._now()
        for command in self._commands:
            try:
                self._running = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
            except OSError as error:
                self._next(f"cannot run: {error.strerror}")
            else:
                return

    def _next(self, trouble: str) -> None:
        first, *others = self._commands
        self._trouble = f"{first[0]} {trouble}"
        self._commands = (*others, first)


class Bell:
    """The terminal's bell and any number of players."""

    def __init__(self, *players: Player) -> None:
        self._players = players

    def ring(self, text: str) -> None:
        """Ring with all there is, and say the text and what could not sound."""
        troubles = [trouble for player in self._players if (trouble := player.ring())]
        say("\a" + text + "".join(f" ({trouble})" for trouble in troubles))

    def quiet(self) -> None:
        """End every sound that still plays."""
        for player in self._players:
            player.quiet()


def say(text: str) -> None:
    """A line on standard error, where that takes one now: no log holds up or ends a ringing."""
    with suppress(OSError):
        if select.select([], [STANDARD_ERROR], [], 0.0)[1]:
            os.write(STANDARD_ERROR, f"{text}\n".encode())


def _end(running: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(running.pid, number)
        with suppress(subprocess.TimeoutExpired):
            running.wait(END_S)
