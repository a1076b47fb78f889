"""`chairside doctor`: look at everything the service needs, each finding with its fix."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit

from monitor.clinic import Device
from monitor.config import Config
from monitor.counting import counted
from monitor.errors import ChairsideError, ConfigError
from monitor.operations import validating
from monitor.people import ANOTHER_PEPPER, Hasher, Method, Permission, may, strangers
from monitor.store.staff import StaffFile
from monitor.tables import InfluxTable, MqttTable, PeopleTable, RecordTable

DISK_FREE_BYTES_MIN = 1_000_000_000
REACH_TIMEOUT_S = 3.0
DAY_S = 86_400.0
RETENTION_DAYS_LATE_MAX = 1.0
"""Deleting goes hour by hour, while the service runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: `ok`, `warn` or `fail`, what was seen, and the fix unless ok."""

    check: str
    state: Literal["ok", "warn", "fail"]
    seen: str
    fix: str = ""

    def as_line(self, number: int) -> str:
        """For a person."""
        tail = f"\n      fix: {self.fix}" if self.fix else ""
        return f"{number:>2}. {self.state:<4} {self.check}: {self.seen}{tail}"

    def as_json(self) -> str:
        """For a script."""
        return json.dumps(asdict(self))


def examine(config_path: Path) -> list[Finding]:
    """Look at configuration, record, staff, disk, web address, broker, InfluxDB, each device."""
    try:
        loaded, preset = validating.load(config_path)
    except ConfigError as error:
        return [Finding(check="configuration", state="fail", seen=str(error), fix=error.fix)]
    chairs = f"{counted(len(loaded.chairs), 'chair')}, preset {preset.name} ({preset.hash[:12]})"
    return [
        Finding(check="configuration", state="ok", seen=chairs),
        _record(loaded.record.path),
        _people(loaded.people),
        *_retention(loaded.record),
        _disk(loaded.record.path),
        _web(loaded.web.host, loaded.web.port),
        *_optional(loaded),
        *(_device(device) for device in loaded.devices),
    ]


def _optional(loaded: Config) -> Iterator[Finding]:
    if loaded.mqtt is not None:
        yield _broker(loaded.mqtt)
    if loaded.influxdb is not None:
        yield from _influxdb(loaded.influxdb)


def _record(path: Path) -> Finding:
    check = "record"
    if not path.exists():
        if os.access(path.parent, os.W_OK):
            return Finding(check=check, state="ok", seen=f"{path} will be made")
        fix = f"make {path.parent} and let the service's user write there"
        return Finding(check=check, state="fail", seen=f"{path.parent} is not writable", fix=fix)
    try:
        with closing(_opened(path)) as connection:
            said = connection.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        fix = "restore it from a backup; the service sets a damaged file aside and starts a new one"
        return Finding(check=check, state="fail", seen=f"{path}: {error}", fix=fix)
    if said != "ok":
        fix = "stop the service and restore the record from a backup"
        return Finding(check=check, state="fail", seen=f"{path}: {said}", fix=fix)
    return Finding(check=check, state="ok", seen=f"{path}, {path.stat().st_size:,} bytes")


def _people(people: PeopleTable) -> Finding:
    check, fix = "staff", "`chairside staff add` makes those who may act (docs/operating.md)"
    if not people.path.exists():
        return Finding(check=check, state="warn", seen=f"{people.path} is not there yet", fix=fix)
    try:
        hasher = Hasher(people.pepper())
        roll = StaffFile(people.path).read()
    except ChairsideError as error:
        return Finding(check=check, state="fail", seen=error.what, fix=error.fix)
    if others := strangers(roll, hasher):
        seen = f"kept with another pepper than {people.pepper_file}: {', '.join(others)}"
        return Finding(check=check, state="fail", seen=seen, fix=ANOTHER_PEPPER)
    staff = [one for one in roll.members.values() if not one.disabled]
    carers = [one for one in staff if may(one.person.role, Permission.CARE)]
    displays = sum(not one.revoked for one in roll.displays.values())
    enrolled = f"{counted(displays, 'display')} enrolled"
    seen = f"{len(carers)} of {len(staff)} people act at chairs, {enrolled}"
    if not carers:
        return Finding(check=check, state="warn", seen=seen, fix=fix)
    if bare := [one.person.id for one in carers if Method.PASSWORD not in one.hashes]:
        seen = f"{seen}; without a password, so without limits and exports: {', '.join(bare)}"
        fix = "`chairside staff set-password ID` for each of them"
        return Finding(check=check, state="warn", seen=seen, fix=fix)
    return Finding(check=check, state="ok", seen=seen)


def _retention(record: RecordTable) -> Iterator[Finding]:
    """How far back readings go, where they may go at all; `_record` tells what is unreadable."""
    if record.keep_days is None:
        return
    check, rule = "retention", f"readings are kept {record.keep_days} days"
    with suppress(sqlite3.Error), closing(_opened(record.path)) as connection:
        (oldest_us,) = connection.execute("SELECT min(at_us) FROM readings").fetchone()
        age_days = 0.0 if oldest_us is None else (time.time() - oldest_us / 1e6) / DAY_S
        seen = f"{rule}; the oldest is {age_days:.1f} days old"
        if age_days <= record.keep_days + RETENTION_DAYS_LATE_MAX:
            yield Finding(check=check, state="ok", seen=seen)
            return
        fix = "see whether the copy to InfluxDB is behind, or a session was never closed"
        yield Finding(check=check, state="warn", seen=seen, fix=fix)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(path.parent).free
    seen = f"{free / 1e9:.1f} GB free"
    if free < DISK_FREE_BYTES_MIN:
        fix = "free some space; a full disk stops the record"
        return Finding(check="disk", state="warn", seen=seen, fix=fix)
    return Finding(check="disk", state="ok", seen=seen)


def _web(host: str, port: int) -> Finding:
    check, address = "web address", f"{host}:{port}"
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
        except OSError as error:
            fix = "choose another [web] listen, or stop what uses it (a running Chairside is fine)"
            return Finding(check=check, state="warn", seen=f"{address}: {error.strerror}", fix=fix)
    if host in ("127.0.0.1", "localhost", "::1"):
        return Finding(check=check, state="ok", seen=f"{address} is free")
    fix = "put a TLS proxy in front and listen on 127.0.0.1"
    return Finding(check=check, state="warn", seen=f"{address} is open to the network", fix=fix)


def _reach(check: str, host: str, port: int, fix: str) -> Finding:
    try:
        with socket.create_connection((host, port), timeout=REACH_TIMEOUT_S):
            return Finding(check=check, state="ok", seen=f"{host}:{port} answers")
    except OSError as error:
        return Finding(check=check, state="fail", seen=f"{host}:{port}: {error}", fix=fix)


def _broker(mqtt: MqttTable) -> Finding:
    try:
        mqtt.password()
    except ChairsideError as error:
        return Finding(check="broker", state="fail", seen=error.what, fix=error.fix)
    return _reach("broker", mqtt.host, mqtt.port, "start mosquitto, or mend [mqtt] host and port")


def _influxdb(influx: InfluxTable) -> Iterable[Finding]:
    check = "InfluxDB"
    try:
        token = influx.token()
    except ChairsideError as error:
        return [Finding(check=check, state="fail", seen=error.what, fix=error.fix)]
    address = urlsplit(influx.url)
    port = address.port or (443 if address.scheme == "https" else 80)
    fix = "start it, or mend [influxdb] url; nothing is lost meanwhile"
    reached = _reach(check, address.hostname or "", port, fix)
    return [reached] if reached.state != "ok" else [_bucket(influx, token)]


def _bucket(influx: InfluxTable, token: str) -> Finding:
    """Write nothing and read one value: what the copy and the review do."""
    check = "InfluxDB"
    fix = "check org, bucket and that the token may read and write the bucket"
    write = urlencode({"org": influx.org, "bucket": influx.bucket})
    read = urlencode({"db": influx.bucket, "q": "SELECT value FROM vitals LIMIT 1"})
    try:
        _ask_influx(influx, f"/api/v2/write?{write}", token, b"")
        said = _ask_influx(influx, f"/query?{read}", token, None)
    except HTTPError as error:
        return Finding(check=check, state="fail", seen=f"answers {error.code}", fix=fix)
    except (URLError, OSError) as error:
        fix = "see whether the server is well; nothing is lost meanwhile"
        return Finding(check=check, state="fail", seen=str(error), fix=fix)
    if b'"error"' in said:
        return Finding(check=check, state="fail", seen="the bucket cannot be read", fix=fix)
    return Finding(check=check, state="ok", seen=f"{influx.url} bucket {influx.bucket}")


def _ask_influx(influx: InfluxTable, path: str, token: str, body: bytes | None) -> bytes:
    request = urllib.request.Request(  # noqa: S310  http(s) only, by the configuration's own check
        influx.url.rstrip("/") + path, body, {"Authorization": f"Token {token}"}
    )
    with urllib.request.urlopen(request, timeout=REACH_TIMEOUT_S) as answer:  # noqa: S310
        return bytes(answer.read())


def _device(device: Device) -> Finding:
    check = f"device {device.id} (chair {device.chair})"
    scheme, _, rest = device.link.partition(":")
    if scheme == "tcp":
        host, _, port = rest.removeprefix("//").partition(":")
        return _reach(check, host, int(port), "check the serial device server and its cable")
    if scheme != "serial":
        return Finding(check=check, state="ok", seen=device.link)
    path = Path(rest)
    if not path.exists():
        fix = "plug it in; `ls -l /dev/serial/by-id` shows what is there"
        return Finding(check=check, state="fail", seen=f"{path} is not there", fix=fix)
    if not os.access(path, os.R_OK | os.W_OK):
        fix = "add the service's user to the group dialout"
        return Finding(check=check, state="fail", seen=f"{path}: no permission", fix=fix)
    if "by-id" not in rest:
        fix = "use its /dev/serial/by-id name: ttyUSB numbers change at a restart"
        return Finding(check=check, state="warn", seen=f"{path} is there", fix=fix)
    return Finding(check=check, state="ok", seen=f"{path} is there")
