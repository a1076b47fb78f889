"""A real InfluxDB 2: one that runs already, or one of our own.

Looked for in this order: a server named by CHAIRSIDE_INFLUXDB_URL (with
CHAIRSIDE_INFLUXDB_TOKEN, _ORG and _BUCKET), an `influxd` 2 on PATH, the one that
`make influxd` built into the user's cache.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.server import Server, free_port

FIND = Path(__file__).with_name("find.sh")
PREFIX = "CHAIRSIDE_INFLUXDB_"
ANSWER_S_MAX = 10.0
TOKEN = "chairside-of-this-machine"
"""May do everything in a server of our own; it listens on loopback alone."""


@dataclass(slots=True, kw_only=True)
class Account:
    """Where an InfluxDB answers, and a token that may do everything in one organisation."""

    url: str
    org: str = "clinic"
    bucket: str = "chairside"
    token: str = field(default="", repr=False)

    def new_bucket(self, name: str) -> str:
        """Make an empty bucket and give its name back."""
        found = self.ask("GET", f"/api/v2/orgs?org={self.org}")["orgs"]
        assert isinstance(found, list)
        self.ask("POST", "/api/v2/buckets", {"orgID": found[0]["id"], "name": name})
        return name

    def healthy(self) -> bool:
        """Does it answer its health check?"""
        try:
            return self.ask("GET", "/health").get("status") == "pass"
        except (OSError, ValueError):
            return False

    def ask(self, method: str, path: str, body: object | None = None) -> dict[str, object]:
        """One call of its HTTP API, answered as JSON. Raises urllib's errors."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        with urllib.request.urlopen(request, timeout=ANSWER_S_MAX) as response:
            said = json.loads(response.read() or b"{}")
        assert isinstance(said, dict)
        return said


def named(environ: Mapping[str, str] = os.environ) -> Account | None:
    """The server that the environment names, None where it names none."""
    url = environ.get(f"{PREFIX}URL", "")
    if not url:
        return None
    return Account(
        url=url.rstrip("/"),
        org=environ.get(f"{PREFIX}ORG", "clinic"),
        bucket=environ.get(f"{PREFIX}BUCKET", "chairside"),
        token=environ.get(f"{PREFIX}TOKEN", ""),
    )


@dataclass(slots=True)
class Influxd(Server):
    """An InfluxDB of our own, with one organisation and as many buckets as asked for."""

    account: Account = field(default_factory=lambda: Account(url=""))

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.account.url

    @property
    def org(self) -> str:
        """Its organisation's name."""
        return self.account.org

    @property
    def bucket(self) -> str:
        """Its first bucket's name."""
        return self.account.bucket

    @property
    def token(self) -> str:
        """May do everything."""
        return self.account.token

    def answers(self) -> bool:
        """Is it ready for requests? An open port is not enough."""
        return self.account.healthy()

    def set_up(self) -> None:
        """Make user, organisation, first bucket and token. Once in the life of a folder."""
        said = {"username": "chairside", "password": "chairside-demo", "token": TOKEN}
        self.account.ask("POST", "/api/v2/setup", said | {"org": self.org, "bucket": self.bucket})
        self.account.token = TOKEN


def program() -> str:
    """The path of an influxd 2, built where there was none. Raises FileNotFoundError."""
    return _find([])


def program_found() -> str:
    """The path of an influxd 2 on PATH or in the cache. Raises FileNotFoundError."""
    return _find(["--no-build"])


def _find(options: list[str]) -> str:
    found = subprocess.run([FIND, *options], stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode != 0:
        raise FileNotFoundError("influxd")
    return found.stdout.strip()


def influxd(folder: Path, binary: str, *options: str) -> Influxd:
    """An InfluxDB in `folder`, neither started nor set up yet. `options` are influxd's own."""
    port = free_port()
    command = [
        binary,
        *("--bolt-path", f"{folder}/bolt", "--engine-path", f"{folder}/engine"),
        *("--sqlite-path", f"{folder}/sqlite", "--http-bind-address", f"127.0.0.1:{port}"),
        *("--reporting-disabled", "--log-level", "error", *options),
    ]
    return Influxd(command, port, folder, account=Account(url=f"http://127.0.0.1:{port}"))
