"""The configuration file: TOML in, frozen types out, every mistake told at once.

Knows the shape of `clinic.toml` and the driver names. Knows no running task.
"""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.clinic import Chair, Device, Person, Role
from monitor.errors import ConfigError
from monitor.vitals import GenerationMode

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$")]
Port = Annotated[int, Field(ge=0, le=65535)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClinicTable(_Table):
    """`[clinic]`: the name on the wall, the zone its clocks show, and its short id in topics."""

    name: str
    id: Identifier = "clinic"
    time_zone: str = "UTC"


class AlarmsTable(_Table):
    """`[alarms]`: a preset's name in `config/presets`, or the path of a preset file."""

    preset: str = "ketamine-adult"


class RecordTable(_Table):
    """`[record]`: where the local record lies."""

    path: Path = Path("chairside.db")


class WebTable(_Table):
    """`[web]`: the address the pages are served on; loopback unless told otherwise."""

    listen: Annotated[str, Field(pattern=r"^[^:]+:\d{1,5}$")] = "127.0.0.1:8080"

    @property
    def host(self) -> str:
        """The address part of `listen`."""
        return self.listen.rpartition(":")[0]

    @property
    def port(self) -> int:
        """The port part of `listen`; 0 lets the system choose."""
        return int(self.listen.rpartition(":")[2])


class InfluxTable(_Table):
    """`[influxdb]`: the shared history. The token lies in a file only its owner can read."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    org: str
    bucket: str
    token_file: Path

    def token(self) -> str:
        """The token; `ConfigError` when the file is missing, open to others or empty."""
        return read_secret(self.token_file, what="InfluxDB token")


class MqttTable(_Table):
    """`[mqtt]`: the one broker that all MQTT devices publish to."""

    host: str = "127.0.0.1"
    port: Port = 1883
    client_id: Identifier = "chairside"
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    def password(self) -> str | None:
        """The password, None where no file is named; `ConfigError` as for the token."""
        if self.password_file is None:
            return None
        return read_secret(self.password_file, what="MQTT password")


class _PersonTable(_Table):
    id: Identifier
    name: str
    role: Role = Role.NURSE


class _ChairTable(_Table):
    id: Identifier
    label: Annotated[str, Field(min_length=1, max_length=24)]


class _DeviceTable(_Table):
    id: Identifier
    driver: str
    link: Annotated[str, Field(pattern=r"^(serial:/.+|tcp://[^:/]+:\d+|mqtt:.+|direct:.+)$")]
    chair: Identifier
    baud: Annotated[int, Field(gt=0)] | None = None
    mode: Literal["real", "test", "demo"] = "real"


class _File(_Table):
    clinic: ClinicTable
    alarms: AlarmsTable = AlarmsTable()
    record: RecordTable = RecordTable()
    web: WebTable = WebTable()
    influxdb: InfluxTable | None = None
    mqtt: MqttTable | None = None
    staff: tuple[_PersonTable, ...] = Field(min_length=1)
    chairs: tuple[_ChairTable, ...] = Field(min_length=1)
    devices: tuple[_DeviceTable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration, checked. Paths are absolute."""

    clinic: ClinicTable
    alarms: AlarmsTable
    record: RecordTable
    web: WebTable
    influxdb: InfluxTable | None
    mqtt: MqttTable | None
    staff: tuple[Person, ...]
    chairs: tuple[Chair, ...]
    devices: tuple[Device, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone the clinic's clocks show."""
        return ZoneInfo(self.clinic.time_zone)

    def person(self, person_id: str) -> Person | None:
        """The member of staff with that id."""
        return next((person for person in self.staff if person.id == person_id), None)

    def devices_at(self, chair: str) -> tuple[Device, ...]:
        """The devices bound to a chair."""
        return tuple(device for device in self.devices if device.chair == chair)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in the file: the key it stands at, why, and the remedy."""

    key: str
    why: str
    fix: str


def load(path: Path, *, drivers: Iterable[str]) -> Config:
    """Read and check a configuration file.

    Raises `ConfigError` naming every mistake with file, line where it can be
    known, key, reason and remedy. `drivers` are the protocol names that exist.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"cannot read the configuration: {error.strerror}",
            where=str(path),
            fix="name an existing file with --config, or start from config/clinic.toml",
        ) from error
    return parse(text, where=str(path), base=path.resolve().parent, drivers=drivers)


def parse(text: str, *, where: str, base: Path, drivers: Iterable[str]) -> Config:
    """Check configuration text; relative paths in it are taken from `base`. See `load`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"not valid TOML: {error}", where=where, fix="mend the line named above"
        ) from error
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        mistakes = [_explain(dict(one)) for one in error.errors()]
        raise _refusal(text, where, mistakes) from error
    mistakes = list(_cross_check(file, sorted(drivers)))
    if mistakes:
        raise _refusal(text, where, mistakes)
    return _freeze(file, base)


def read_secret(path: Path, *, what: str) -> str:
    """A secret's text, stripped; refused when others may read the file (S38)."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(
            f"cannot read the {what}: {error.strerror}",
            where=str(path),
            fix="write it into that file and `chmod 600` it",
        ) from error
    if mode & 0o077:
        raise ConfigError(
            f"the {what} can be read by others", where=str(path), fix=f"chmod 600 {path}"
        )
    if not text:
        raise ConfigError(f"the {what} is empty", where=str(path), fix="write it into that file")
    return text


def _explain(error: Mapping[str, object]) -> Mistake:
    location = error.get("loc", ())
    key = _dotted(location if isinstance(location, tuple) else ())
    kind = str(error.get("type", ""))
    if kind == "extra_forbidden":
        return Mistake(key, "unknown key", "remove it or mend its spelling")
    if kind == "missing":
        return Mistake(key, "missing", "add it; config/clinic.toml shows every key")
    return Mistake(
        key,
        f"{error.get('msg', 'not accepted')} (got {error.get('input')!r})",
        "see config/clinic.toml for what may stand here",
    )


def _dotted(location: Sequence[object]) -> str:
    out = ""
    for part in location:
        out += f"[{part}]" if isinstance(part, int) else f"{'.' if out else ''}{part}"
    return out


def _cross_check(file: _File, drivers: Sequence[str]) -> Iterable[Mistake]:
    yield from _duplicates("staff", [person.id for person in file.staff])
    yield from _duplicates("chairs", [chair.id for chair in file.chairs])
    yield from _duplicates("devices", [device.id for device in file.devices])
    yield from _duplicates("devices", [device.link for device in file.devices], key="link")
    if file.clinic.time_zone not in available_timezones():
        yield Mistake(
            "clinic.time_zone",
            f"no such time zone {file.clinic.time_zone!r}",
            _nearest(file.clinic.time_zone, sorted(available_timezones())),
        )
    for number, device in enumerate(file.devices):
        yield from _device_mistakes(number, device, file, drivers)


def _device_mistakes(
    number: int, device: _DeviceTable, file: _File, drivers: Sequence[str]
) -> Iterable[Mistake]:
    chairs = [chair.id for chair in file.chairs]
    if device.driver not in drivers:
        yield Mistake(
            f"devices[{number}].driver",
            f"no driver {device.driver!r}",
            _nearest(device.driver, drivers),
        )
    if device.chair not in chairs:
        yield Mistake(
            f"devices[{number}].chair",
            f"device {device.id!r} is bound to chair {device.chair!r}, which is not defined",
            _nearest(device.chair, chairs),
        )
    if device.link.startswith("mqtt:") and file.mqtt is None:
        yield Mistake(
            f"devices[{number}].link",
            "an MQTT device without a broker",
            "add a [mqtt] table with host and port",
        )


def _duplicates(table: str, values: Sequence[str], *, key: str = "id") -> Iterable[Mistake]:
    for value, count in Counter(values).items():
        if count > 1:
            yield Mistake(
                f"{table}[{values.index(value)}].{key}",
                f"{key} {value!r} is used {count} times",
                f"give each of the {table} its own {key}",
            )


def _nearest(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    listed = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")
    return f"known: {listed}{hint}"


def _refusal(text: str, where: str, mistakes: Sequence[Mistake]) -> ConfigError:
    lines = []
    for mistake in mistakes:
        line = _line_of(text, mistake.key)
        place = f"{where}:{line}" if line else where
        lines.append(f"{place}: {mistake.key}: {mistake.why}\n    fix: {mistake.fix}")
    count = len(mistakes)
    return ConfigError(
        f"{count} mistake{'s' if count > 1 else ''} in the configuration\n" + "\n".join(lines),
        where=where,
        fix="mend each line above; `chairside validate --config FILE` checks again",
    )


def _line_of(text: str, key: str) -> int | None:
    """The line a dotted key stands on, as far as plain text can tell; None when unknown."""
    head, _, leaf = key.rpartition(".")
    table, _, index = head.partition("[")
    wanted = f"[[{table}]]" if index else f"[{table}]"
    skip = int(index.rstrip("]")) if index else 0
    inside, start = not table, None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("["):
            if inside and table:
                break
            if line.split("#")[0].strip() == wanted:
                inside, skip = skip == 0, skip - 1
                start = number if inside else start
        elif inside and line.split("=")[0].strip() == leaf:
            return number
    return start


def _freeze(file: _File, base: Path) -> Config:
    influx, mqtt = file.influxdb, file.mqtt
    if influx:
        influx = influx.model_copy(update={"token_file": base / influx.token_file})
    if mqtt:
        paths = ("password_file", "ca_file", "cert_file", "key_file")
        named = {name: getattr(mqtt, name) for name in paths}
        mqtt = mqtt.model_copy(update={k: base / v for k, v in named.items() if v})
    return Config(
        clinic=file.clinic,
        alarms=file.alarms,
        record=RecordTable(path=base / file.record.path),
        web=file.web,
        influxdb=influx,
        mqtt=mqtt,
        staff=tuple(Person(id=p.id, name=p.name, role=p.role) for p in file.staff),
        chairs=tuple(Chair(id=c.id, label=c.label) for c in file.chairs),
        devices=tuple(
            Device(
                id=d.id,
                driver=d.driver,
                link=d.link,
                chair=d.chair,
                baud=d.baud,
                mode=GenerationMode(d.mode),
            )
            for d in file.devices
        ),
    )
