"""The configuration file: TOML in, frozen types out, every mistake told at once.

Knows the shape of `clinic.toml` and the driver names. Knows no running task.
"""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, Field, ValidationError

from monitor.care.arrival_terms import ArrivalTable, PrivacyTable, ShiftTable
from monitor.care.leaving_terms import LeavingTable
from monitor.care.settings import Practice
from monitor.care.treatment_terms import CareTable
from monitor.clinic import Chair, Device
from monitor.errors import ConfigError
from monitor.tables import (
    AlarmsTable,
    ChairTable,
    ClinicTable,
    DeviceTable,
    InfluxTable,
    JournalTable,
    MqttTable,
    PeopleTable,
    RecordTable,
    ReportTable,
    SoundTable,
    Table,
    WatchdogTable,
    WebTable,
)
from monitor.toml_lines import line_of
from monitor.vitals import GenerationMode

_T = TypeVar("_T", bound=BaseModel)


class _File(Table):
    clinic: ClinicTable
    alarms: AlarmsTable = AlarmsTable()
    record: RecordTable = RecordTable()
    people: PeopleTable = PeopleTable()
    web: WebTable = WebTable()
    sound: SoundTable = SoundTable()
    watchdog: WatchdogTable = WatchdogTable()
    influxdb: InfluxTable | None = None
    mqtt: MqttTable | None = None
    journal: JournalTable | None = None
    arrival: ArrivalTable = ArrivalTable()
    shift: ShiftTable = ShiftTable()
    privacy: PrivacyTable = PrivacyTable()
    care: CareTable = CareTable()
    leaving: LeavingTable = LeavingTable()
    report: ReportTable = ReportTable()
    chairs: tuple[ChairTable, ...] = Field(min_length=1)
    devices: tuple[DeviceTable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration, checked. Paths are absolute."""

    clinic: ClinicTable
    alarms: AlarmsTable
    record: RecordTable
    people: PeopleTable
    web: WebTable
    sound: SoundTable
    watchdog: WatchdogTable
    influxdb: InfluxTable | None
    mqtt: MqttTable | None
    chairs: tuple[Chair, ...]
    devices: tuple[Device, ...]
    journal: JournalTable | None = None
    arrival: ArrivalTable = field(default_factory=ArrivalTable)
    shift: ShiftTable = field(default_factory=ShiftTable)
    privacy: PrivacyTable = field(default_factory=PrivacyTable)
    care: CareTable = field(default_factory=CareTable)
    leaving: LeavingTable = field(default_factory=LeavingTable)
    report: ReportTable = field(default_factory=ReportTable)

    @property
    def zone(self) -> ZoneInfo:
        """The zone the clinic's clocks show."""
        return ZoneInfo(self.clinic.time_zone)

    @property
    def practice(self) -> Practice:
        """What of it decides at a chair, beside the alarm preset."""
        return Practice(care=self.care, arrival=self.arrival, leaving=self.leaving)

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
    mistakes = list(_cross_check(raw, sorted(drivers)))
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        told = [dict(one) for one in error.errors()]
        mistakes = [_explain(one) for one in told if not _echo(one)] + mistakes
        raise _refusal(text, where, mistakes) from error
    if mistakes:
        raise _refusal(text, where, mistakes)
    return _freeze(file, base)


def _echo(error: Mapping[str, object]) -> bool:
    """True for "too short" about a list whose entries are themselves the mistake."""
    return error.get("type") == "too_short" and bool(error.get("input"))


def _explain(error: Mapping[str, object]) -> Mistake:
    location = error.get("loc", ())
    key = _dotted(location if isinstance(location, tuple) else ())
    kind = str(error.get("type", ""))
    if key.startswith("staff"):
        why = "people have PINs and are no longer listed here"
        return Mistake(key, why, "remove it; `chairside staff add` takes on each of them, same id")
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


def _cross_check(raw: Mapping[str, object], drivers: Sequence[str]) -> Iterable[Mistake]:
    """What no single key can tell; reads only what is of the right shape, so it always runs."""
    devices, chairs = _rows(raw, "devices"), _words(_rows(raw, "chairs"), "id")
    yield from _duplicates("chairs", chairs)
    yield from _duplicates("devices", _words(devices, "id"))
    yield from _duplicates("devices", _words(devices, "link"), key="link")
    clinic = raw.get("clinic")
    zone = clinic.get("time_zone", "UTC") if isinstance(clinic, dict) else "UTC"
    if zone not in available_timezones():
        fix = _nearest(str(zone), sorted(available_timezones()))
        yield Mistake("clinic.time_zone", f"no such time zone {zone!r}", fix)
    record = raw.get("record")
    if isinstance(record, dict) and "keep_days" in record and "influxdb" not in raw:
        why = "only what InfluxDB has confirmed is deleted, and there is none"
        yield Mistake("record.keep_days", why, "add an [influxdb] table or remove keep_days")
    for number, device in enumerate(devices):
        at, driver, chair = f"devices[{number}]", device.get("driver"), device.get("chair")
        if driver is not None and driver not in drivers:
            fix = _nearest(str(driver), drivers)
            yield Mistake(f"{at}.driver", f"no driver {driver!r}", fix)
        if chair is not None and chair not in chairs:
            why = f"device {device.get('id')!r} is bound to chair {chair!r}, which is not defined"
            yield Mistake(f"{at}.chair", why, _nearest(str(chair), chairs))
        if str(device.get("link", "")).startswith("mqtt:") and "mqtt" not in raw:
            why = "an MQTT device without a broker"
            yield Mistake(f"{at}.link", why, "add an [mqtt] table with host and port")


def _rows(raw: Mapping[str, object], table: str) -> list[Mapping[str, object]]:
    rows = raw.get(table, [])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _words(rows: Sequence[Mapping[str, object]], key: str) -> list[str]:
    return [str(row.get(key)) for row in rows]


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
    if close:
        return f"did you mean {close[0]!r}?"
    return "known: " + ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")


def _refusal(text: str, where: str, mistakes: Sequence[Mistake]) -> ConfigError:
    lines = []
    for mistake in mistakes:
        line = line_of(text, mistake.key)
        place = f"{where}:{line}" if line else where
        lines.append(f"{place}: {mistake.key}: {mistake.why}\n    fix: {mistake.fix}")
    count = len(mistakes)
    return ConfigError(
        f"{count} mistake{'s' if count > 1 else ''} in the configuration\n" + "\n".join(lines),
        where=where,
        fix="mend each line above; `chairside validate --config FILE` checks again",
    )


def _placed(table: _T, base: Path, *keys: str) -> _T:
    """The table with its relative paths taken from `base`; those not given stay None."""
    named = {key: getattr(table, key) for key in keys}
    return table.model_copy(update={key: base / path for key, path in named.items() if path})


def _freeze(file: _File, base: Path) -> Config:
    influx, mqtt = file.influxdb, file.mqtt
    if influx:
        influx = _placed(influx, base, "token_file")
    if mqtt:
        mqtt = _placed(mqtt, base, "password_file", "ca_file", "cert_file", "key_file")
    return Config(
        clinic=file.clinic,
        alarms=file.alarms,
        record=_placed(file.record, base, "path"),
        people=_placed(file.people, base, "path", "pepper_file"),
        web=file.web,
        sound=file.sound,
        watchdog=_placed(file.watchdog, base, "heartbeat"),
        care=file.care,
        arrival=file.arrival,
        shift=file.shift,
        privacy=file.privacy,
        journal=file.journal,
        leaving=file.leaving,
        report=file.report,
        influxdb=influx,
        mqtt=mqtt,
        chairs=tuple(Chair(id=c.id, label=c.label) for c in file.chairs),
        devices=tuple(
            Device(
                id=d.id,
                driver=d.driver,
                link=d.link,
                chair=d.chair,
                baud=d.baud,
                mode=GenerationMode(d.mode),
                vitals=frozenset(d.vitals) if d.vitals else None,
                model=d.model,
                serial=d.serial,
                firmware=d.firmware,
            )
            for d in file.devices
        ),
    )
