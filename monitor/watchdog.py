"""`chairside watchdog`: a second small process that sounds when the service is dead or frozen.

It needs the heartbeat file, a bell and a burst, and nothing else: no other module of
Chairside, no configuration, no database. The service writes the file only when its synthetic
alarm came through the whole path, so a service that runs and cannot alarm is
as dead as one that does not run. Also `python -m monitor.watchdog`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from monitor.bell import Bell, Player, say
from monitor.burst import high_burst

SILENT_S = 4.0
"""Without a new heartbeat for so long it sounds: within 5 s, with the time of a look."""
LOOK_S = 0.25
RING_S = 1.0
TEST_RINGS = 11
"""One whole burst of the alarm sound and the silence after it."""
PLAYERS: Final = ("aplay -q", "paplay", "pw-play")
"""Of ALSA, PulseAudio and PipeWire: what is there plays, the next where one fails."""


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
            say("chairside is back")
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
    parser.add_argument(
        "--sound", metavar="FILE", help="a sound file to play instead of the HIGH alarm burst"
    )
    parser.add_argument(
        "--player",
        action="append",
        help=f"what plays it; may be given again, for another to try ({', '.join(PLAYERS)})",
    )
    parser.add_argument("--command", help="run this at every ring, beside the sound")
    parser.add_argument(
        "--test", action="store_true", help="sound for ten seconds, to be listened to, and end"
    )
    return parser.parse_args(arguments)


def bell_of(chosen: argparse.Namespace) -> Bell:
    """The bell, the sound and the command that the command line asks for."""
    sound = chosen.sound or _in_memory(high_burst())
    sounds = [[*shlex.split(player), sound] for player in chosen.player or PLAYERS]
    command = shlex.split(chosen.command or "")
    return Bell(Player(*sounds), *([Player(command)] if command else []))


def _in_memory(sound: bytes) -> str:
    """The path of a file that no full disk keeps from being there."""
    descriptor = os.memfd_create("high.wav")
    os.write(descriptor, sound)
    return f"/proc/{os.getpid()}/fd/{descriptor}"


def rehearse(bell: Bell, sleep: Callable[[float], object] = time.sleep) -> None:
    """Let people hear what it would sound like."""
    for _ in range(TEST_RINGS):
        bell.ring("CHAIRSIDE WATCHDOG: TEST OF THE SOUND")
        sleep(RING_S)


def main(arguments: Sequence[str] | None = None) -> None:
    """Guard until SIGINT or SIGTERM."""
    chosen = options(arguments)
    bell = bell_of(chosen)
    signal.signal(signal.SIGTERM, _end)
    try:
        if chosen.test:
            rehearse(bell)
        else:
            guard(chosen.heartbeat, bell, silent_s=chosen.silent_s)
    except KeyboardInterrupt:
        pass
    finally:
        bell.quiet()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
