"""The shipped service as a process of its own, which tests stop and kill."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.clinic import Person, Role
from monitor.operations.staffing import desk_of
from monitor.people import Method
from monitor.tables import PeopleTable
from tests.influx_bucket import Bucket
from tests.servers import ROOT, Mosquitto, free_port

PASSWORD = "gravel lantern oboe tide"


def topic(chair: str) -> str:
    """Where the monitor of a chair publishes."""
    return f"chairside/clinic/{chair}/mon-{chair}"


@dataclass(slots=True)
class Service:
    """The shipped `chairside serve` as a process of its own."""

    config: Path
    port: int
    cookie: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def record(self) -> Path:
        return self.config.parent / "chairside.db"

    async def start(self) -> float:
        """Start it; the seconds until its pages answer."""
        began = time.monotonic()
        command = [sys.executable, "-m", "monitor.cli", "serve", "--config", str(self.config)]
        with (self.config.parent / "service.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
        while not self.answers():
            assert self.process.poll() is None, (self.config.parent / "service.log").read_text()
            assert time.monotonic() - began < 30
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)

    def answers(self) -> bool:
        with suppress(OSError):
            self.ask("/api/wall")
            return True
        return False

    def ask(self, path: str, body: dict[str, object] | None = None) -> Any:
        headers = {"X-Chairside": "1", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        headers["Cookie"] = self.cookie
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            self.cookie = (answer.headers["Set-Cookie"] or self.cookie).partition(";")[0]
            return json.loads(answer.read())

    def said(self) -> list[str]:
        """The status lines of the header."""
        return [line["text"] for line in self.ask("/api/wall")["status"]]

    def open_alarms(self) -> set[str]:
        return {alarm["id"] for alarm in self.ask("/api/wall")["tiles"][0]["alarms"]}

    def told_once(self) -> list[str]:
        """What the strip tells of a lost gateway."""
        strip = self.ask("/api/wall")["strip"]
        return [one["text"] for one in strip if "DATA LINK DOWN" in one["text"]]

    def links(self) -> list[bool]:
        """Of each T-LINK on a tile, whether another alarm speaks for it."""
        alarms = [one for tile in self.ask("/api/wall")["tiles"] for one in tile["alarms"]]
        return [one["superseded"] for one in alarms if one["condition"] == "T-LINK"]

    def doubles(self) -> list[tuple[str, str]]:
        """Where two monitors send as one chair, and how urgent that is."""
        alarms = [one for tile in self.ask("/api/wall")["tiles"] for one in tile["alarms"]]
        return [(a["text"], a["priority"]) for a in alarms if a["condition"] == "T-ASSIGN-2"]

    def sign_in(self) -> None:
        """The nurse signs in."""
        self.ask("/api/sign-in", {"person": "rk", "method": "password", "secret": PASSWORD})

    def seat(self, chair: str = "1") -> str:
        """A patient in INFUSION; the session's id."""
        self.sign_in()
        body = {"patient_ref": "A.M.", "planned_minutes": 40}
        session = str(self.ask(f"/api/chairs/{chair}/seat", body)["id"])
        for phase in ("BASELINE", "INFUSION"):
            self.ask(f"/api/sessions/{session}/phase", {"phase": phase})
        return session


def employ(folder: Path) -> None:
    """One nurse, who signs in by password."""
    table = PeopleTable(path=folder / "staff.db", pepper_file=folder / "staff.pepper")
    desk = desk_of(table)
    desk.add(Person(id="rk", name="R. Kessler", role=Role.NURSE))
    desk.set_secret("rk", Method.PASSWORD, PASSWORD)


@contextmanager
def service(
    folder: Path,
    broker: Mosquitto,
    bucket: Bucket | None = None,
    *,
    chairs: int = 1,
    more: str = "",
) -> Iterator[Service]:
    """A clinic of so many chairs whose monitors publish through the broker.

    `more` is added to its configuration.
    """
    port = free_port()
    text = f"""
[clinic]
name = "Test"
id = "clinic"
[web]
listen = "127.0.0.1:{port}"
[mqtt]
port = {broker.port}
"""
    for chair in range(1, chairs + 1):
        text += f"""
[[chairs]]
id = "{chair}"
label = "{chair}"
[[devices]]
id = "mon-{chair}"
driver = "chairside-json"
link = "mqtt:{topic(str(chair))}/#"
chair = "{chair}"
mode = "test"
"""
    if bucket is not None:
        token = folder / "token"
        token.write_text(bucket.token)
        token.chmod(0o600)
        text += f"""
[influxdb]
url = "{bucket.url}"
org = "{bucket.org}"
bucket = "{bucket.name}"
token_file = "token"
"""
    config = folder / "clinic.toml"
    config.write_text(text + more)
    employ(folder)
    one = Service(config, port)
    try:
        yield one
    finally:
        one.stop()
