"""A real server as a child process, with a folder and a port of its own: for demo and tests.

It can be stopped, killed with -9, frozen and started again on the same folder and
port, as a machine restarts its services.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

START_S_MAX = 30.0
LOOK_S = 0.05
LAST_WORDS = 2_000


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Server:
    """A process with a port; its log is `server.log` in its folder."""

    command: list[str]
    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, within_s: float = START_S_MAX) -> None:
        """Start it and return when it answers. Raises RuntimeError with its last words."""
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C at a prompt is for the watching service alone.
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.answers():
                return
            time.sleep(LOOK_S)
        self.kill()
        words = self.log.read_text(errors="replace")[-LAST_WORDS:]
        raise RuntimeError(f"{self.command[0]} did not start:\n{words}")

    @property
    def log(self) -> Path:
        """Where it writes what it says."""
        return self.folder / "server.log"

    def answers(self) -> bool:
        """Does it take connections?"""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def stop(self, within_s: float = START_S_MAX) -> None:
        """Ask it to end and wait until it has. Does nothing where it has ended."""
        self._end(signal.SIGTERM, within_s)

    def kill(self) -> None:
        """Kill -9, and wait until it is gone."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop it in its tracks, its connections left open."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _end(self, number: signal.Signals, within_s: float = START_S_MAX) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        self.process.wait(timeout=within_s)
        self.process = None
