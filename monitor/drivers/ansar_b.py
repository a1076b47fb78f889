"""Ansar-B, the serial export of the Ivy 450C bedside monitor and its clones.

Frame layout (public implementation mdpnp `devices/cpc` and its captured log;
no maker's document is public): one frame a second, `FF`, the 8 characters
`ANSAR-B `, 400 wave bytes, text lines each ended by CR, `FE`. A text line is
`NAME=<count>;v1;...;vn;label;alarm;`. There is no checksum, no status word, no
time: an empty field means "not available", a cuff reading is recognised by its
change, and label and alarm texts are passed over (they change with language).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.drivers import Garbled, Report, Shown
from monitor.vitals import Measurement, TimeBasis, Validity, VitalSign

START = b"\xffANSAR-B "
END = b"\xfe"
WAVE_BYTES = 400
TEXT_BYTES_MAX = 1_024
BUFFER_BYTES_MAX = 2 * (len(START) + WAVE_BYTES + TEXT_BYTES_MAX)
SAMPLE_BYTES_MAX = 32

_LINE = re.compile(r"^([A-Z0-9]{1,8})=(\d);(.*)$")
_PULSE = re.compile(r"PR=(\d{1,3})\b")

SINGLE = {
    "HR": VitalSign.HEART_RATE,
    "RR": VitalSign.RESPIRATORY_RATE,
    "ETCO2": VitalSign.ETCO2,
    "SPO2": VitalSign.SPO2,
    "T1": VitalSign.TEMPERATURE,
}
CUFF = (
    VitalSign.NIBP_SYSTOLIC,
    VitalSign.NIBP_DIASTOLIC,
    VitalSign.NIBP_MEAN,
    VitalSign.NIBP_PULSE_RATE,
)
RANGES: Mapping[VitalSign, tuple[float, float]] = {
    VitalSign.HEART_RATE: (0, 350),
    VitalSign.PULSE_RATE: (0, 350),
    VitalSign.RESPIRATORY_RATE: (0, 200),
    VitalSign.ETCO2: (0, 150),
    VitalSign.SPO2: (0, 100),
    VitalSign.TEMPERATURE: (5, 50),
    VitalSign.NIBP_SYSTOLIC: (10, 320),
    VitalSign.NIBP_DIASTOLIC: (5, 300),
    VitalSign.NIBP_MEAN: (5, 310),
    VitalSign.NIBP_PULSE_RATE: (10, 350),
}
"""What the device can display; a number beyond is line noise, since no checksum tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The text of one frame: for each vital its number, or None for an empty field.

    A vital whose line is missing or damaged is absent.
    """

    numbers: Mapping[VitalSign, float | None]


class AnsarBDriver:
    """The protocol as the registry knows it."""

    name = "ansar-b"
    vitals = frozenset({*SINGLE.values(), VitalSign.PULSE_RATE, *CUFF})
    quiet_limit_s = 3.0
    baud = 9600

    def decoder(self) -> Decoder:
        """A receiver for one line."""
        return Decoder()

    def encoder(self, *, device: str) -> Encoder:  # noqa: ARG002  the driver protocol names it
        """A sender; the protocol carries no device name."""
        return Encoder()


class Decoder:
    """Finds frames in the byte stream; remembers the last cuff reading, to see a new one."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._cuff: tuple[float | None, ...] | None = None

    def feed(self, data: bytes) -> list[Report | Garbled]:
        """Reports and garbled stretches in these bytes; never raises, keeps a bounded rest."""
        out: list[Report | Garbled] = []
        for offset in range(0, len(data), BUFFER_BYTES_MAX // 2):
            self._buffer += data[offset : offset + BUFFER_BYTES_MAX // 2]
            while (event := self._next()) is not None:
                out.append(event)
        return out

    def _next(self) -> Report | Garbled | None:
        start = self._buffer.find(START)
        if start != 0:
            return self._skip_to(start)
        text_at = len(START) + WAVE_BYTES
        end = self._buffer.find(END, text_at)
        if end >= 0 and end - text_at <= TEXT_BYTES_MAX:
            text = bytes(self._buffer[text_at:end])
            del self._buffer[: end + 1]
            return self._report(text)
        if len(self._buffer) > text_at + TEXT_BYTES_MAX:
            return self._drop(len(START), "a frame without its end")
        return None

    def _skip_to(self, start: int) -> Garbled | None:
        if start > 0:
            return self._drop(start, "bytes between frames")
        keep = len(START) - 1
        if len(self._buffer) > BUFFER_BYTES_MAX // 2:
            return self._drop(len(self._buffer) - keep, "no Ansar-B frame: wrong speed or device?")
        return None

    def _drop(self, count: int, why: str) -> Garbled:
        sample = bytes(self._buffer[: min(count, SAMPLE_BYTES_MAX)])
        del self._buffer[:count]
        return Garbled(sample=sample, why=why)

    def _report(self, text: bytes) -> Report | Garbled:
        if START in text:
            # The end of this frame was lost and another began: what follows is whole.
            at = text.index(START)
            self._buffer[:0] = text[at:] + END
            return Garbled(sample=text[:SAMPLE_BYTES_MAX], why="a frame without its end")
        frame = parse(text)
        if not frame.numbers:
            return Garbled(sample=text[:SAMPLE_BYTES_MAX], why="a frame without a readable line")
        cuff = tuple(frame.numbers.get(vital) for vital in CUFF)
        fresh = cuff != self._cuff and any(number is not None for number in cuff)
        if frame.numbers.keys() & set(CUFF):
            self._cuff = cuff
        return Report(measurements=tuple(to_measurements(frame, fresh_cuff=fresh)))


def parse(text: bytes) -> Frame:
    """The readable lines of a frame's text; damaged lines are left out."""
    numbers: dict[VitalSign, float | None] = {}
    for line in text.decode("latin-1").split("\r"):
        found = _LINE.match(line.strip("\n "))
        if found:
            name, count, rest = found[1], int(found[2]), found[3].split(";")
            numbers.update(_line_numbers(name, count, rest))
    return Frame(numbers=numbers)


def _line_numbers(name: str, count: int, fields: Sequence[str]) -> dict[VitalSign, float | None]:
    if len(fields) < count + 1:
        return {}
    if name == "NIBP" and count == len(CUFF):
        return _cuff_numbers(fields)
    if name not in SINGLE or count != 1:
        return {}
    out = {}
    for vital, said in _fields(SINGLE[name], fields):
        number = _number(vital, said)
        if number is not None or not said:
            out[vital] = number
    return out


def _fields(vital: VitalSign, fields: Sequence[str]) -> Iterator[tuple[VitalSign, str]]:
    yield vital, fields[0].strip()
    if vital is VitalSign.SPO2:
        pulse = _PULSE.search(fields[1])
        yield VitalSign.PULSE_RATE, pulse[1] if pulse else ""


def _cuff_numbers(fields: Sequence[str]) -> dict[VitalSign, float | None]:
    said = [field.strip() for field in fields[: len(CUFF)]]
    numbers = [_number(vital, one) for vital, one in zip(CUFF, said, strict=True)]
    damaged = any(one and number is None for one, number in zip(said, numbers, strict=True))
    return {} if damaged else dict(zip(CUFF, numbers, strict=True))


def _number(vital: VitalSign, said: str) -> float | None:
    """The number, or None when the field is empty or holds none that the device could show."""
    if not re.fullmatch(r"\d{1,3}(\.\d)?", said):
        return None
    low, high = RANGES[vital]
    value = float(said)
    return value if low <= value <= high else None


def to_measurements(frame: Frame, *, fresh_cuff: bool) -> Iterator[Measurement]:
    """The frame's measurements; cuff values only when they are those of a new reading."""
    for vital, number in frame.numbers.items():
        if vital not in CUFF:
            yield _measurement(vital, number)
        elif fresh_cuff and number is not None:
            yield Measurement(vital=vital, value=number, basis=TimeBasis.INFERRED)


def _measurement(vital: VitalSign, number: float | None) -> Measurement:
    if number is None:
        return Measurement(
            vital=vital, value=None, validity=Validity.NOT_AVAILABLE, reason="no value"
        )
    return Measurement(vital=vital, value=number)


class Encoder:
    """A simulated Ivy 450C: whole numbers, temperature to a tenth, flat waves."""

    def encode(self, shown: Shown) -> bytes:
        """One frame. What the device has no valid value for is an empty field."""
        pulse = _said(shown, VitalSign.PULSE_RATE)
        cuff = ";".join(_said(shown, vital) for vital in CUFF)
        lines = (
            f"HR=1;{_said(shown, VitalSign.HEART_RATE)};ECG-II-DIAG;;",
            f"RR=1;{_said(shown, VitalSign.RESPIRATORY_RATE)};;;",
            f"ETCO2=1;{_said(shown, VitalSign.ETCO2)};;;",
            f"SPO2=1;{_said(shown, VitalSign.SPO2)};{f'PR={pulse} ' if pulse else ''};;",
            f"NIBP=4;{cuff};;;",
            f"T1=1;{_said(shown, VitalSign.TEMPERATURE)};;;",
        )
        return START + bytes([0x80]) * WAVE_BYTES + ("\r".join(lines) + "\r").encode() + END


def _said(shown: Shown, vital: VitalSign) -> str:
    validity, _ = shown.validity.get(vital, (Validity.VALID, ""))
    value = shown.values.get(vital)
    if value is None or not (validity.believed or validity is Validity.QUESTIONABLE):
        return ""
    if vital is VitalSign.TEMPERATURE:
        return f"{value:.1f}"
    return str(math.floor(value + 0.5))
