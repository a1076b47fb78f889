"""Chairside JSON over MQTT: numbered, stamped readings from a gateway or a simulator.

There is no standard for bedside vitals on MQTT; this payload is ours, published
as `docs/schema/chairside-vitals-1.schema.json`. Topics, without any patient word:

    chairside/<clinic>/<chair>/<device>/vitals        QoS 1, never retained
    chairside/<clinic>/<chair>/<device>/availability  `online` / `offline`, retained, the will

Units are those of the code table and are checked; `measured_at` is the sender's
clock. While a cuff measures, its sender says so in every message: `NIBP_SYS` without a
value, of quality `ongoing`. `device` says what the monitor is, in the first message of a
boot and from time to time. A message that is not of this form is garbled as a whole: nothing of it
is believed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, NoReturn

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from monitor.drivers import Garbled, Identity, Report, Shown
from monitor.vitals import (
    GenerationMode,
    Measurement,
    TimeBasis,
    Validity,
    VitalSign,
    under_way,
)

SCHEMA = "chairside-vitals-1"
MESSAGE_BYTES_MAX = 65_536
READINGS_MAX = 64
NAMED_EVERY = 60
"""A sender of ours names its device in so many messages once."""
SIMULATED = "simulated monitor"
SAMPLE_BYTES_MAX = 32
ONLINE, OFFLINE = b"online", b"offline"

Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Text = Annotated[str, Field(max_length=200)]
Word = Annotated[str, Field(max_length=40)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JsonReading(_Strict):
    """One value; `value` is absent or null when there is no number, then `quality` is not valid.

    `NIBP_SYS` of quality `ongoing`, without a value: the cuff measures now. Say it in each
    message, five seconds apart at most, until the reading or its failure is there.
    """

    vital: VitalSign
    value: Number | None = None
    unit: str
    quality: Validity = Validity.VALID
    reason: Text = ""
    measured_at: AwareDatetime | None = None
    measured_at_basis: TimeBasis = TimeBasis.RECEIVED


class JsonDevice(_Strict):
    """What the monitor is, as far as its gateway knows."""

    model: Word = ""
    serial: Word = ""
    firmware: Word = ""


class Payload(_Strict):
    """One message. `seq` rises by one per message of a `boot`.

    `device` holds until another one is told.
    """

    schema_: Literal["chairside-vitals-1"] = Field(alias="schema")
    boot: Annotated[str, Field(min_length=1, max_length=64)]
    seq: Annotated[int, Field(ge=0, lt=2**53, strict=True)]
    sent_at: AwareDatetime
    mode: GenerationMode
    device: JsonDevice | None = None
    readings: Annotated[list[JsonReading], Field(max_length=READINGS_MAX)]


class ChairsideJsonDriver:
    """The protocol as the registry knows it."""

    name = "chairside-json"
    vitals = frozenset(VitalSign)
    quiet_limit_s = 5.0
    baud = 115_200

    def decoder(self) -> Decoder:
        """A receiver; every message stands for itself."""
        return Decoder()

    def encoder(self, *, device: str) -> Encoder:
        """A sender; its boot is named after the device and its first second."""
        return Encoder(device)


class Decoder:
    """One message in, one report out."""

    def feed(self, data: bytes) -> list[Report | Garbled]:
        """The message's report, or why it is none; never raises, keeps nothing."""
        if data == ONLINE:
            return [Report(measurements=())]
        if data == OFFLINE:
            return [Report(measurements=(), online=False)]
        try:
            return [to_report(parse(data))]
        except ValueError as error:
            return [Garbled(sample=data[:SAMPLE_BYTES_MAX], why=str(error))]


def parse(data: bytes) -> Payload:
    """The checked message. Raises ValueError naming the first field at fault and why."""
    if len(data) > MESSAGE_BYTES_MAX:
        raise ValueError(f"message of {len(data)} bytes; {MESSAGE_BYTES_MAX} are allowed")
    try:
        raw = json.loads(data, parse_constant=_no_constant)
        payload = Payload.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "message"
        raise ValueError(f"{place}: {first['msg']}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError("not JSON") from error
    for index, one in enumerate(payload.readings):
        _check(index, one)
    return payload


def _check(index: int, one: JsonReading) -> None:
    unit = one.vital.codes.unit
    if one.unit != unit:
        raise ValueError(f"readings.{index}.unit: {one.unit!r}; {one.vital.value} is in {unit!r}")
    if one.value is None and one.quality.believed:
        raise ValueError(f"readings.{index}.value: missing though called {one.quality.value}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def to_report(payload: Payload) -> Report:
    """The message's measurements, with the sender's own times."""
    told = payload.device
    return Report(
        identity=None if told is None else Identity(**told.model_dump()),
        measurements=tuple(to_measurements(payload)),
        boot=payload.boot,
        seq=payload.seq,
        sent_at_us=to_us(payload.sent_at),
    )


def to_measurements(payload: Payload) -> Iterable[Measurement]:
    """One measurement a reading."""
    for one in payload.readings:
        yield Measurement(
            vital=one.vital,
            value=one.value,
            validity=one.quality,
            mode=payload.mode,
            basis=one.measured_at_basis,
            measured_at_us=None if one.measured_at is None else to_us(one.measured_at),
            reason=one.reason,
        )


def to_us(moment: datetime) -> int:
    """UTC microseconds of an aware time, exactly."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


@dataclass(slots=True)
class Encoder:
    """Numbers its messages from 0; the boot is new with each encoder."""

    device: str
    _boot: str = ""
    _seq: int = 0

    def encode(self, shown: Shown) -> bytes:
        """One message; cuff values carry the time the cuff measured, the others the present."""
        self._boot = self._boot or f"{self.device}-{shown.at_us // 1_000:x}"
        message: dict[str, object] = {
            "schema": SCHEMA,
            "boot": self._boot,
            "seq": self._seq,
            "sent_at": _iso(shown.at_us),
            "mode": shown.mode.value,
            "readings": [_reading(shown, vital) for vital in VitalSign if _told(shown, vital)],
        }
        if self._seq % NAMED_EVERY == 0:
            message |= {"device": {"model": SIMULATED, "serial": self.device}}
        self._seq += 1
        return json.dumps(message, allow_nan=False, separators=(",", ":")).encode()


def _told(shown: Shown, vital: VitalSign) -> bool:
    return vital in shown.values or vital in shown.validity


def _reading(shown: Shown, vital: VitalSign) -> Mapping[str, object]:
    validity, reason = shown.validity.get(vital, (Validity.VALID, ""))
    value = shown.values.get(vital)
    measured = vital.episodic and shown.nibp_at_us and not under_way(vital, validity)
    at_us = shown.nibp_at_us if measured and shown.nibp_at_us else shown.at_us
    if value is None and validity.believed:
        validity = Validity.NOT_AVAILABLE
    return {
        "vital": vital.value,
        "value": value if value is None or math.isfinite(value) else None,
        "unit": vital.codes.unit,
        "quality": validity.value,
        "reason": reason,
        "measured_at": _iso(at_us),
        "measured_at_basis": TimeBasis.DEVICE.value,
    }


def _iso(at_us: int) -> str:
    seconds, micro = divmod(at_us, 1_000_000)
    moment = datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=micro)
    return moment.isoformat(timespec="microseconds")
