"""The tables of `clinic.toml`, one type each. Knows their shape; knows no running task."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.errors import ConfigError
from monitor.vitals import VitalSign

Listen = Annotated[str, Field(pattern=r"^[^:]+:\d{1,5}$")]
Word = Annotated[str, Field(min_length=1, max_length=24)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$")]
PlateText = Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f]*$")]
"""What stands on a device's type plate."""
Port = Annotated[int, Field(ge=0, le=65535)]
HostName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]


class Table(BaseModel):
    """Any table: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ClinicTable(Table):
    """`[clinic]`: the name on the wall, the zone its clocks show, and its short id in topics."""

    name: str
    id: Identifier = "clinic"
    time_zone: str = "UTC"


class AlarmsTable(Table):
    """`[alarms]`: a preset's name in `config/presets`, or the path of a preset file."""

    preset: str = "ketamine-adult"


class RecordTable(Table):
    """`[record]`: where the local record lies, and for how many days readings stay in it.

    Only readings that InfluxDB has confirmed ever go; None keeps all.
    """

    path: Path = Path("chairside.db")
    keep_days: Annotated[int, Field(ge=1)] | None = None


class WebTable(Table):
    """`[web]`: the address the pages are served on; loopback unless told otherwise.

    `hosts` are the names it may be asked by beside its addresses; `behind_tls`
    says that a proxy serves it over HTTPS, and cookies then travel on that alone.
    """

    hosts: tuple[HostName, ...] = ()
    behind_tls: bool = False
    listen: Listen = "127.0.0.1:8080"

    @property
    def host(self) -> str:
        """The address part of `listen`."""
        return self.listen.rpartition(":")[0]

    @property
    def port(self) -> int:
        """The port part of `listen`; 0 lets the system choose."""
        return int(self.listen.rpartition(":")[2])


class SoundTable(Table):
    """`[sound]`: the names of the display that sounds the alarms and of its backup.

    A display has the name it was opened with: `http://HOST:PORT/?display=wall`.
    """

    owner: Annotated[str, Field(max_length=40)] = ""
    backup: Annotated[str, Field(max_length=40)] = ""


class PeopleTable(Table):
    """`[people]`: the staff file, the pepper of its PINs and passwords, and how long one is known.

    Without an act of theirs a person is signed out after `idle_minutes`.
    """

    path: Path = Path("staff.db")
    pepper_file: Path = Path("staff.pepper")
    idle_minutes: Annotated[int, Field(ge=1, le=60)] = 15

    def pepper(self) -> str:
        """The pepper; `ConfigError` when its file is missing, open to others or empty."""
        return read_secret(self.pepper_file, what="pepper of PINs and passwords")


class WatchdogTable(Table):
    """`[watchdog]`: the heartbeat for the second process, and what rings while the engine hangs."""

    heartbeat: Path = Path("chairside.heartbeat")
    command: str = ""


class ReportTable(Table):
    """`[report]`: the paper that reports and sheets are printed on."""

    paper: Literal["a4", "letter"] = "a4"


class JournalTable(Table):
    """`[journal]`: the patient's journal and the days after; without it there is none.

    `listen` is a listener of its own; `public_url` is where a proxy serves it to
    patients' phones, and `proxies` are whose word counts for where a phone is. The
    journal is due `within_hours` of the infusion's end, a check-in on each of the
    `days` after it, and the link counts for `expires_days`.
    `how` are the words for the infusion, `how_since` those for the days after.
    Staff read what was written only with `content`, and clinicians alone.
    """

    listen: Listen = "127.0.0.1:8090"
    public_url: Annotated[str, Field(pattern=r"^https?://[^/?#@\s]+$")]
    proxies: tuple[Annotated[str, Field(pattern=r"^[0-9a-fA-F.:/]{2,49}$")], ...] = ("127.0.0.1",)
    call: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{2,23}$")]
    emergency: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{1,23}$")]
    within_hours: Annotated[float, Field(gt=0, le=72)] = 24
    days: Annotated[tuple[Annotated[int, Field(ge=1, le=60)], ...], Field(max_length=8)] = (1, 3, 7)
    expires_days: Annotated[int, Field(ge=1, le=90)] = 14
    how: Annotated[tuple[Word, ...], Field(max_length=6)] = ("good", "mixed", "difficult")
    how_since: Annotated[tuple[Word, ...], Field(max_length=6)] = ("better", "the same", "worse")
    content: bool = False

    @property
    def host(self) -> str:
        """The address part of `listen`."""
        return self.listen.rpartition(":")[0]

    @property
    def port(self) -> int:
        """The port part of `listen`; 0 lets the system choose."""
        return int(self.listen.rpartition(":")[2])


class InfluxTable(Table):
    """`[influxdb]`: the shared history. The token lies in a file only its owner can read."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    org: str
    bucket: str
    token_file: Path

    def token(self) -> str:
        """The token; `ConfigError` when the file is missing, open to others or empty."""
        return read_secret(self.token_file, what="InfluxDB token")


class MqttTable(Table):
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


class ChairTable(Table):
    """One `[[chairs]]`: its id and what it is called on the wall."""

    id: Identifier
    label: Annotated[str, Field(min_length=1, max_length=24)]


class DeviceTable(Table):
    """One `[[devices]]`: a bedside monitor, its protocol and its line.

    `model`, `serial` and `firmware` go on the report where the device does not say them.
    """

    id: Identifier
    driver: str
    link: Annotated[str, Field(pattern=r"^(serial:/.+|tcp://[^:/]+:[0-9]+|mqtt:.+|direct:.+)$")]
    chair: Identifier
    baud: Annotated[int, Field(gt=0)] | None = None
    mode: Literal["real", "test", "demo"] = "real"
    vitals: Annotated[tuple[VitalSign, ...], Field(min_length=1)] | None = None
    model: PlateText = ""
    serial: PlateText = ""
    firmware: PlateText = ""


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
