"""A bucket of its own for a test, on a server that others use too."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4


class Server(Protocol):
    """A running InfluxDB 2 and a token that may make buckets."""

    @property
    def url(self) -> str: ...
    @property
    def org(self) -> str: ...
    @property
    def token(self) -> str: ...


@dataclass(frozen=True)
class Bucket:
    """Where a test's points go."""

    url: str
    org: str
    token: str
    name: str

    def write(self, lines: str) -> None:
        """Store lines past the product, to spoil the bucket."""
        _ask(self, f"/api/v2/write?org={self.org}&bucket={self.name}&precision=us", lines.encode())

    def count(self, measurement: str, field: str) -> int:
        """How many points have the field."""
        query = f"SELECT count({field}) FROM {measurement}".replace(" ", "%20")
        answer = _ask(self, f"/query?db={self.name}&q={query}", None)
        series = json.loads(answer)["results"][0].get("series")
        return int(series[0]["values"][0][1]) if series else 0


def make_bucket(server: Server, keep_s: int = 0) -> Bucket:
    """A new bucket that keeps points for `keep_s` seconds, or for ever."""
    orgs = json.loads(_ask(server, f"/api/v2/orgs?org={server.org}", None))
    rules = [{"type": "expire", "everySeconds": keep_s}] if keep_s else []
    name = f"test-{uuid4().hex[:12]}"
    wanted = {"orgID": orgs["orgs"][0]["id"], "name": name, "retentionRules": rules}
    _ask(server, "/api/v2/buckets", json.dumps(wanted).encode())
    return Bucket(server.url, server.org, server.token, name)


@dataclass(frozen=True)
class Grant:
    """A token that may use one bucket, and its id."""

    id: str
    token: str


def make_grant(server: Server, bucket: Bucket) -> Grant:
    """A new token for one bucket."""
    orgs = json.loads(_ask(server, f"/api/v2/orgs?org={server.org}", None))
    org = orgs["orgs"][0]["id"]
    found = json.loads(_ask(server, f"/api/v2/buckets?name={bucket.name}", None))
    what = {"type": "buckets", "id": found["buckets"][0]["id"], "orgID": org}
    wanted = {
        "orgID": org,
        "permissions": [{"action": action, "resource": what} for action in ("read", "write")],
    }
    made = json.loads(_ask(server, "/api/v2/authorizations", json.dumps(wanted).encode()))
    return Grant(made["id"], made["token"])


def revoke(server: Server, grant: Grant) -> None:
    """The token is worth nothing from here."""
    request = urllib.request.Request(
        f"{server.url}/api/v2/authorizations/{grant.id}",
        headers={"Authorization": f"Token {server.token}"},
        method="DELETE",
    )
    urllib.request.urlopen(request).close()


def _ask(server: Server, path: str, body: bytes | None) -> bytes:
    request = urllib.request.Request(
        server.url + path, body, {"Authorization": f"Token {server.token}"}
    )
    with urllib.request.urlopen(request) as answer:
        return bytes(answer.read())
