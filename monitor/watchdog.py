"""`chairside watchdog`: a second small process that sounds when the service is dead or frozen.

It needs the heartbeat file and nothing else: no other module of Chairside, no
configuration, no database. The service writes the file only when its synthetic
alarm came through the whole path, so a service that runs and cannot alarm is
as dead as one that does not run. Also `python -m monitor.watchdog`.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

SILENT_S = 4.0
"""Without a new heartbeat for so long it sounds: within 5 s, with the time of a look."""
LOOK_S = 0.25
RING_S = 1.0


@dataclass(slots=True)
class Watch:
    """Is the service alive? Only a heartbeat that changes says so; file times may step.

    It sounds from `silent_s` after the last change on, for as long as none comes
    (IEC 60601-1-8 asks 120 s of a signal of power failure; this one has no end).
    """

    silent_s: float
    began_s: float
    beat: bytes = b""
    changed_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.changed_s = self.began_s

    def look(self, beat: bytes, now_s: float) -> float | None:
        """Seconds without a sign of life when that is too long, else None."""
        if beat and beat != self.beat:
            self.beat, self.changed_s = beat, now_s
        silent_s = now_s - self.changed_s
        return silent_s if silent_s >= self.silent_s else None


class Bell:
    """Rings the terminal's bell, and starts a command unless its last ring still runs."""

    def __init__(self, command: Sequence[str] = ()) -> None:
        self._command = tuple(command)
        self._running: subprocess.Popen[bytes] | None = None
        self._failed = ""

    def ring(self, text: str) -> None:
        """Say it with a bell on standard error; a command that cannot run is told beside it."""
        if self._command and (self._running is None or self._running.poll() is not None):
            self._start()
        sys.stderr.write(f"\a{text}{self._failed}\n")
        sys.stderr.flush()

    def quiet(self) -> None:
        """End a sound that still plays."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            self._running.wait()
        self._running = None

    def _start(self) -> None:
        try:
            self._running = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
            self._failed = ""
        except OSError as error:
            self._failed = f" (cannot run {self._command[0]}: {error.strerror})"


def read_beat(path: Path) -> bytes:
    """What the file says; nothing when it cannot be read, which is no sign of life."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def guard(
    path: Path,
    bell: Bell,
    *,
    silent_s: float = SILENT_S,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Look and ring until the process is ended."""
    watch, rang_s, sounding = Watch(silent_s, now(), read_beat(path)), 0.0, False
    while True:
        silent = watch.look(read_beat(path), now())
        if silent is None and sounding:
            bell.quiet()
            sys.stderr.write("chairside is back\n")
            sys.stderr.flush()
        if silent is not None and (not sounding or now() - rang_s >= RING_S):
            rang_s = now()
            bell.ring(f"CHAIRSIDE NOT ALIVE {silent:.0f} s: WATCH THE BEDSIDE MONITORS")
        sounding = silent is not None
        sleep(LOOK_S)


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="chairside watchdog", description=__doc__)
    parser.add_argument(
        "--heartbeat",
        type=Path,
        default=Path("chairside.heartbeat"),
        help="the file the service writes ([watchdog] heartbeat; default: %(default)s)",
    )
    parser.add_argument(
        "--silent-s", type=float, default=SILENT_S, help="sound after (default: %(default)s s)"
    )
    parser.add_argument("--sound", metavar="FILE", help="a sound file to play, beside the bell")
    parser.add_argument("--player", default="aplay -q", help="what plays it (default: %(default)s)")
    parser.add_argument("--command", help="run this at every ring instead of a sound file")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Guard until SIGINT or SIGTERM."""
    chosen = options(arguments)
    command = shlex.split(chosen.command or "")
    if chosen.sound and not command:
        command = [*shlex.split(chosen.player), chosen.sound]
    bell = Bell(command)
    signal.signal(signal.SIGTERM, _end)
    try:
        guard(chosen.heartbeat, bell, silent_s=chosen.silent_s)
    except KeyboardInterrupt:
        pass
    finally:
        bell.quiet()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
