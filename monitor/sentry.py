"""The watch over the alarm engine, from a thread of its own: a blocked loop cannot stop it.

Once a quarter second it looks at two signs of life: the engine's turns, and
the synthetic alarm that came through the whole path (`monitor.alarm_path`).
The second alone feeds the heartbeat file and the systemd watchdog. While the
engine is late it rings by itself. Knows no chair, alarm or loop.
"""

from __future__ import annotations

import faulthandler
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.bell import STANDARD_ERROR, Bell, Player, say

LATE_S = 2.0
"""A turn of the engine later than this is T-ENG (alarms.md 7.2)."""
QUEUE_S = 5.0
"""So is a frame that waited longer."""
UNPROVED_S = 10.0
"""So is an alarm path that no test alarm has come through for so long."""
LOOK_S = 0.25
RING_S = 1.0


class Sentry:
    """Told of turns and test alarms from the loop; looks at them from its own thread.

    `notify` is systemd's socket ("" for none). Use it with `with`. All times are
    seconds of `now`, which must run while the loop does not.
    """

    def __init__(
        self,
        heartbeat: Path | None = None,
        *,
        command: Sequence[str] = (),
        notify: str = "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._heartbeat, self._notify, self._now = heartbeat, notify, now
        self._bell = Bell(*([Player(command)] if command else []))
        self._proved_s = now()
        self._turn_s: float | None = None
        self._late_from: float | None = None
        self._rounds = self._fed = 0
        self._file: int | None = None
        self._rang_s: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sentry", daemon=True)
        self.rings = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._bell.quiet()
        self._say("STOPPING=1")
        if self._file is not None:
            os.close(self._file)

    # ------------------------------------------------------------- told by the loop

    def turn(self, waited_s: float) -> None:
        """The engine had a turn; the oldest frame of it had waited so long."""
        now = self._now()
        if self._turn_s is not None and now - self._turn_s > LATE_S:
            self._late_from = self._turn_s
        elif waited_s > QUEUE_S:
            self._late_from = now - waited_s
        self._turn_s = now

    def rest(self) -> None:
        """The service stops on purpose: no more turns will come."""
        self._turn_s = None

    def proved(self) -> None:
        """The synthetic alarm came through the whole path."""
        self._rounds += 1
        self._proved_s = self._now()

    def proved_ago_s(self) -> float:
        """How long ago that was."""
        return self._now() - self._proved_s

    def trouble(self) -> tuple[float, str] | None:
        """Since how many seconds T-ENG holds, and its words; a late turn is told once."""
        late_from, self._late_from = self._late_from, None
        if late_from is not None:
            return self._now() - late_from, "ALARM ENGINE LATE"
        ago_s = self.proved_ago_s()
        if ago_s > UNPROVED_S:
            return ago_s - UNPROVED_S, f"ALARM PATH NOT PROVED {ago_s:.0f} s"
        return None

    # ------------------------------------------------------------------ its own thread

    def _watch(self) -> None:
        while not self._over.wait(LOOK_S):
            self.look()

    def look(self) -> None:
        """Feed what the last test alarm has earned; ring while the engine is late."""
        if self._rounds > self._fed:
            self._feed()
        turn_s = self._turn_s
        late_s = 0.0 if turn_s is None else self._now() - turn_s
        if late_s <= LATE_S:
            if self._rang_s is not None:
                self._rang_s = None
                self._bell.quiet()
            return
        first = self._rang_s is None
        if self._rang_s is None or self._now() - self._rang_s >= RING_S:
            self._rang_s = self._now()
            self.rings += 1
            self._bell.ring(f"ALARM ENGINE LATE {late_s:.0f} s: WATCH THE BEDSIDE MONITORS")
        if first:
            # Where it hangs; the log of the loop itself cannot tell.
            faulthandler.dump_traceback(STANDARD_ERROR)

    def _feed(self) -> None:
        first, self._fed = self._fed == 0, self._rounds
        self._write()
        self._say("READY=1\nWATCHDOG=1" if first else "WATCHDOG=1")

    def _write(self) -> None:
        """Over the same bytes each time: a full disk has room for them."""
        if self._heartbeat is None:
            return
        beat = f"{os.getpid():>10} {self._rounds:>20}\n".encode()
        try:
            if self._file is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
                self._file = os.open(self._heartbeat, flags, 0o644)
            os.pwrite(self._file, beat, 0)
        except OSError as error:
            # The second process will sound for want of it, and this says why.
            say(f"heartbeat {self._heartbeat}: {error.strerror}")

    def _say(self, text: str) -> None:
        """To systemd, as sd_notify(3) has it: one datagram, "@" for an abstract name."""
        if not self._notify:
            return
        address = "\0" + self._notify[1:] if self._notify.startswith("@") else self._notify
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.settimeout(LOOK_S)
                out.sendto(text.encode(), address)
        except OSError as error:
            say(f"systemd {self._notify}: {error.strerror}")
