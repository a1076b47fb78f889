"""Masimo ASCII1, the once-a-second text line of Rad-8, Rad-87, Radical-7 and Root.

Line layout and EXC bits: Rad-8 Operator's Manual, pages 4-20 to 4-24; widths and
names differ by model, so the line is read as date, time and `NAME=value` pairs
in any order. There is no checksum: a line must fit the shape as a whole. EXC
decides first, the number second: SPO2=098 is printed with the sensor off too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.drivers import Garbled, Identity, Report, Shown
from monitor.drivers.lines import LineBuffer, moment
from monitor.vitals import Measurement, Validity, VitalSign

LINE_BYTES_MAX = 400
_SHAPE = re.compile(r"^(\d{2})/(\d{2})/(\d{2}) (\d{2}:\d{2}:\d{2})((?: [A-Z0-9]+=[^\s=]*)+)$")
_SERIAL = re.compile(r"^[A-Z0-9-]{1,20}$")
_NUMBER = re.compile(r"^\d{1,3}(\.\d{1,2})?$")

FIELDS = {
    "SPO2": (VitalSign.SPO2, (0.0, 100.0)),
    "BPM": (VitalSign.PULSE_RATE, (0.0, 300.0)),
    "PI": (VitalSign.PERFUSION_INDEX, (0.0, 25.0)),
}
INVALID_BITS = {
    0x001: "no sensor",
    0x002: "defective sensor",
    0x020: "sensor off",
    0x080: "unrecognised sensor",
    0x008: "pulse search",
}
DOUBTFUL_BITS = {
    0x004: "low perfusion",
    0x010: "interference",
    0x040: "ambient light",
    0x400: "low signal",
}
LOCKED_BIT = 0x800
SENSOR_BITS = {reason: bit for bit, reason in (INVALID_BITS | DOUBTFUL_BITS).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: the text of each field, EXC as a number, and the device's own time if it is one."""

    fields: Mapping[str, str]
    exceptions: int
    shows: datetime | None = None

    @property
    def identity(self) -> Identity | None:
        """The serial number that it names itself by."""
        serial = self.fields.get("SN", "")
        return Identity(serial=serial) if _SERIAL.match(serial) else None


class MasimoAscii1Driver:
    """The protocol as the registry knows it."""

    name = "masimo-ascii1"
    vitals = frozenset(vital for vital, _ in FIELDS.values())
    quiet_limit_s = 5.0
    baud = 9600

    def decoder(self) -> Decoder:
        """A receiver for one line."""
        return Decoder()

    def encoder(self, *, device: str) -> Encoder:
        """A sender with a serial number made of the device's name."""
        return Encoder(device)


class Decoder:
    """Lines in, reports out."""

    def __init__(self) -> None:
        self._lines = LineBuffer(LINE_BYTES_MAX)

    def feed(self, data: bytes) -> list[Report | Garbled]:
        """Reports and garbled lines in these bytes; never raises."""
        out: list[Report | Garbled] = []
        for text in self._lines.feed(data):
            if isinstance(text, Garbled):
                out.append(text)
            elif text.strip():
                out.append(_event(text.strip()))
        return out


def _event(text: str) -> Report | Garbled:
    try:
        line = parse(text)
        return Report(
            measurements=tuple(to_measurements(line)), identity=line.identity, shows=line.shows
        )
    except ValueError as error:
        return Garbled(sample=text.encode("latin-1", "replace")[:32], why=str(error))


def parse(text: str) -> Line:
    """The line's fields. Raises ValueError when it does not fit the shape as a whole."""
    shape = _SHAPE.match(text)
    if shape is None:
        raise ValueError("no Masimo ASCII1 line: wrong speed, device or output setting (AS1)?")
    pairs = [pair.partition("=") for pair in shape[5].split()]
    fields = {name: value.removesuffix("%") for name, _, value in pairs}
    if len(fields) != len(pairs):
        raise ValueError("a field stands twice in one line")
    try:
        exceptions = int(fields["EXC"], 16)
    except (KeyError, ValueError) as error:
        raise ValueError("a line without readable EXC") from error
    for name in FIELDS:
        _value(name, fields.get(name, "---"))
    month, day, year = (int(shape[number]) for number in (1, 2, 3))
    shows = moment(year, month, day, shape[4])
    return Line(fields=fields, exceptions=exceptions, shows=shows)


def _value(name: str, said: str) -> float | None:
    """The field's number, None for dashes. Raises ValueError for anything else."""
    if set(said) <= set("-."):
        return None
    low, high = FIELDS[name][1]
    if not _NUMBER.match(said) or not low <= float(said) <= high:
        raise ValueError(f"{name}={said} is no number the device could show")
    return float(said)


def to_measurements(line: Line) -> Iterator[Measurement]:
    """SpO2, pulse rate and perfusion index as EXC lets them count; fields not sent are skipped."""
    validity, reason = status(line.exceptions)
    for name, (vital, _) in FIELDS.items():
        if name not in line.fields:
            continue
        value = _value(name, line.fields[name])
        if validity is Validity.INVALID:
            yield Measurement(vital=vital, value=None, validity=validity, reason=reason)
        elif value is None:
            absent = Validity.NOT_AVAILABLE
            yield Measurement(vital=vital, value=None, validity=absent, reason=reason or "no value")
        else:
            yield Measurement(vital=vital, value=value, validity=validity, reason=reason)


def status(exceptions: int) -> tuple[Validity, str]:
    """What EXC says of the whole line, with the first reason in words."""
    for bits, validity in (
        (INVALID_BITS, Validity.INVALID),
        (DOUBTFUL_BITS, Validity.QUESTIONABLE),
    ):
        for bit, reason in bits.items():
            if exceptions & bit:
                return validity, reason
    if not exceptions & LOCKED_BIT:
        return Validity.QUESTIONABLE, "not locked"
    return Validity.VALID, ""


@dataclass(slots=True)
class Encoder:
    """A simulated Rad-8: whole SpO2 and pulse, perfusion index to a hundredth."""

    device: str

    def encode(self, shown: Shown) -> bytes:
        """One line, with EXC for what the oximeter says of its sensor."""
        moment = datetime.fromtimestamp(shown.at_us // 1_000_000, tz=UTC)
        serial = sum(self.device.encode()) % 10**10
        text = (
            f"{moment:%m/%d/%y %H:%M:%S} SN={serial:010d} "
            f"SPO2={_said(shown, VitalSign.SPO2, '{:03.0f}', '---')}% "
            f"BPM={_said(shown, VitalSign.PULSE_RATE, '{:03.0f}', '---')} "
            f"PI={_said(shown, VitalSign.PERFUSION_INDEX, '{:05.2f}', '--.--')}% "
            f"SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0000 "
            f"EXC={_exceptions(shown):06X}"
        )
        return text.encode() + b"\r\n"


def _said(shown: Shown, vital: VitalSign, form: str, absent: str) -> str:
    value = shown.values.get(vital)
    return absent if value is None else form.format(value)


def _exceptions(shown: Shown) -> int:
    validity, reason = shown.validity.get(VitalSign.SPO2, (Validity.VALID, ""))
    if validity.believed:
        return LOCKED_BIT
    bit = SENSOR_BITS.get(reason, 0x020 if validity is Validity.INVALID else 0x400)
    return bit if bit in INVALID_BITS else bit | LOCKED_BIT
