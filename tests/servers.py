"""Real servers for tests: influxd and mosquitto, each in a folder of its own, killed at will.

A server can be stopped, killed with -9 and started again on the same folder and
port, as a machine restarts its services.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_S_MAX = 30.0
LOOK_S = 0.05


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find(program: str) -> str | None:
    """A program on PATH or among the system's servers."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")


@dataclass(slots=True)
class Server:
    """A process with a port."""

    command: list[str]
    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return when its port answers. Raises RuntimeError with its last words."""
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + START_S_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.answers():
                return
            time.sleep(LOOK_S)
        words = (self.folder / "server.log").read_text(errors="replace")[-2_000:]
        raise RuntimeError(f"{self.command[0]} did not start:\n{words}")

    def answers(self) -> bool:
        """Does its port take connections?"""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """Ask it to end and wait until it has."""
        self._end(signal.SIGTERM)

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

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        self.process.wait(timeout=START_S_MAX)
        self.process = None


class Mosquitto(Server):
    """The shipped broker configuration, moved to a folder and port of its own."""


def mosquitto(folder: Path) -> Mosquitto:
    """A broker in `folder`, not started yet. Raises FileNotFoundError where there is none."""
    program = find("mosquitto")
    if program is None:
        raise FileNotFoundError("mosquitto")
    port = free_port()
    shipped = (ROOT / "config" / "mosquitto.conf").read_text(encoding="utf-8")
    ours = ("listener", "allow_anonymous", "persistence_location", "log_dest", "user")
    kept = [line for line in shipped.splitlines() if line.split(" ")[0] not in ours]
    place = [f"persistence_location {folder}/", "log_dest stderr", "user root"]
    door = [f"listener {port} 127.0.0.1", "allow_anonymous true"]
    text = "\n".join([*kept, *place, *door]) + "\n"
    (folder / "mosquitto.conf").write_text(text, encoding="utf-8")
    return Mosquitto([program, "-c", str(folder / "mosquitto.conf")], port, folder)


@dataclass(slots=True)
class Influxd(Server):
    """A real InfluxDB 2 with one organisation and as many buckets as asked for."""

    org: str = "clinic"
    token: str = "chairside-test-token"
    bucket: str = "chairside"
    _org_id: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def set_up(self) -> None:
        """Make user, organisation, first bucket and token."""
        body = {
            "username": "chairside",
            "password": "chairside-test",
            "org": self.org,
            "bucket": self.bucket,
            "token": self.token,
        }
        said = self.ask("POST", "/api/v2/setup", body)
        org = said["org"]
        assert isinstance(org, dict)
        self._org_id = str(org["id"])

    def new_bucket(self, name: str) -> str:
        """Make an empty bucket and give its name back."""
        self.ask("POST", "/api/v2/buckets", {"orgID": self._org_id, "name": name})
        return name

    def ask(self, method: str, path: str, body: object | None = None) -> dict[str, object]:
        """One call of its HTTP API, answered as JSON."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            said = json.loads(response.read() or b"{}")
        assert isinstance(said, dict)
        return said


def influxd(folder: Path) -> Influxd:
    """An InfluxDB in `folder`, not started yet. Raises FileNotFoundError where there is none."""
    program = _influxd_program()
    port = free_port()
    command = [
        program,
        *("--bolt-path", f"{folder}/bolt", "--engine-path", f"{folder}/engine"),
        *("--sqlite-path", f"{folder}/sqlite", "--http-bind-address", f"127.0.0.1:{port}"),
        *("--reporting-disabled", "--log-level", "error"),
    ]
    return Influxd(command, port, folder)


def _influxd_program() -> str:
    """On PATH, or from the cache that tools/influxd/build.sh fills."""
    on_path = shutil.which("influxd")
    if on_path is not None:
        return on_path
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    built = cache / "chairside" / "influxd-2.7.12" / "influxd"
    if not built.is_file():
        raise FileNotFoundError("influxd")
    return str(built)


def healthy(server: Influxd) -> bool:
    """Does it answer its health check?"""
    try:
        server.ask("GET", "/health")
    except (urllib.error.URLError, OSError):
        return False
    return True
