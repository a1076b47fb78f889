"""Nellcor / Oximax ASCII real-time output (NPB-290/295, N-395, N-560, N-595, N-600x).

Columns: NPB-290 operator's manual, appendix B, and a captured N-560 session; the
line is split at blanks as `dd-Mmm-yy hh:mm:ss SpO2 BPM PA codes...`. Every two
seconds a data line, every 25 lines three header lines. There is no checksum (the
header's CRC is the firmware's). Status codes decide first: a lost pulse is
printed as `0 0`, or with the numbers held. PA is a pulse amplitude without
unit, not a perfusion index, and is not passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.drivers import Garbled, Identity, Report, Shown
from monitor.drivers.lines import LineBuffer, moment
from monitor.vitals import Measurement, Validity, VitalSign

LINE_BYTES_MAX = 160
HEADER_EVERY = 25
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DATA = re.compile(
    rf"^(\d{{2}})-({_MONTHS})-(\d{{2}}) (\d{{2}}:\d{{2}}:\d{{2}})"
    r" +(\d{1,3}|---)(\*?) +(\d{1,3}|---)(\*?) +(\d{1,3}|---)((?: +[A-Z]{2})*) *$"
)
_NAMED = re.compile(r"^(N\S{1,19}) +VERSION +(\S{1,20}) .*CRC:")
_HEADERS = (
    re.compile(r"^N\S+ +VERSION .*CRC:"),
    re.compile(r"^ *(ADULT|NEO\w*|PED\w*)\b"),
    re.compile(r"^TIME +%SpO2"),
)

INVALID_CODES = {
    "SD": "no sensor",
    "SO": "sensor off",
    "PS": "pulse search",
    "LP": "pulse lost",
    "LM": "pulse lost, motion",
}
DOUBTFUL_CODES = {"MO": "motion"}
KNOWN_CODES = {
    *INVALID_CODES,
    *DOUBTFUL_CODES,
    "AO",
    "AS",
    "BU",
    "LB",
    "PH",
    "PL",
    "SH",
    "SL",
}
SPO2_MAX, PULSE_MAX = 100, 300
CODES_FOR = {"motion": "MO", **{reason: code for code, reason in INVALID_CODES.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One data line: numbers as printed (None for dashes), the status codes, the device's time."""

    spo2: int | None
    pulse: int | None
    codes: tuple[str, ...]
    shows: datetime | None = None


class NellcorDriver:
    """The protocol as the registry knows it."""

    name = "nellcor"
    vitals = frozenset({VitalSign.SPO2, VitalSign.PULSE_RATE})
    quiet_limit_s = 7.0
    baud = 9600

    def decoder(self) -> Decoder:
        """A receiver for one line."""
        return Decoder()

    def encoder(self, *, device: str) -> Encoder:  # noqa: ARG002  the driver protocol names it
        """A sender; the protocol carries no device name."""
        return Encoder()


class Decoder:
    """Lines in, reports out; of header lines the device's model and firmware are kept."""

    def __init__(self) -> None:
        self._lines = LineBuffer(LINE_BYTES_MAX)
        self._identity: Identity | None = None

    def feed(self, data: bytes) -> list[Report | Garbled]:
        """Reports and garbled lines in these bytes; never raises."""
        out: list[Report | Garbled] = []
        for text in self._lines.feed(data):
            if isinstance(text, Garbled):
                out.append(text)
            elif text.strip() and not self._is_header(text):
                out.append(_event(text.strip(), self._identity))
        return out

    def _is_header(self, text: str) -> bool:
        named = _NAMED.match(text)
        if named is not None:
            self._identity = Identity(model=named[1], firmware=named[2])
        return any(one.match(text) for one in _HEADERS)


def _event(text: str, identity: Identity | None) -> Report | Garbled:
    try:
        line = parse(text)
        measurements = tuple(to_measurements(line))
        return Report(measurements=measurements, identity=identity, shows=line.shows)
    except ValueError as error:
        return Garbled(sample=text.encode("latin-1", "replace")[:32], why=str(error))


def parse(text: str) -> Line:
    """One data line. Raises ValueError when it is none as a whole."""
    found = _DATA.match(text)
    if found is None:
        raise ValueError("no Nellcor line: wrong speed or device?")
    codes = tuple(found[10].split())
    unknown = [code for code in codes if code not in KNOWN_CODES]
    if unknown:
        raise ValueError(f"unknown status code {unknown[0]}")
    month = _MONTHS.split("|").index(found[2]) + 1
    line = Line(
        spo2=_number(found[5]),
        pulse=_number(found[7]),
        codes=codes,
        shows=moment(int(found[3]), month, int(found[1]), found[4]),
    )
    if (line.spo2 or 0) > SPO2_MAX or (line.pulse or 0) > PULSE_MAX:
        raise ValueError("a number beyond what the device can show")
    return line


def _number(said: str) -> int | None:
    return None if said == "---" else int(said)


def to_measurements(line: Line) -> Iterator[Measurement]:
    """SpO2 and pulse rate; a code for a lost pulse or sensor makes both invalid, 0 is no value."""
    invalid = next((INVALID_CODES[code] for code in line.codes if code in INVALID_CODES), "")
    doubt = next((DOUBTFUL_CODES[code] for code in line.codes if code in DOUBTFUL_CODES), "")
    for vital, number in ((VitalSign.SPO2, line.spo2), (VitalSign.PULSE_RATE, line.pulse)):
        if invalid or number == 0:
            reason = invalid or "pulse search"
            yield Measurement(vital=vital, value=None, validity=Validity.INVALID, reason=reason)
        elif number is None:
            absent = Validity.NOT_AVAILABLE
            yield Measurement(vital=vital, value=None, validity=absent, reason="no value")
        else:
            validity = Validity.QUESTIONABLE if doubt else Validity.VALID
            yield Measurement(vital=vital, value=float(number), validity=validity, reason=doubt)


@dataclass(slots=True)
class Encoder:
    """A simulated N-560: whole numbers, a header at the start and every 25 lines."""

    _sent: int = 0

    def encode(self, shown: Shown) -> bytes:
        """One data line, with the header before it when one is due."""
        header = b"" if self._sent % HEADER_EVERY else _header()
        self._sent += 1
        moment = datetime.fromtimestamp(shown.at_us // 1_000_000, tz=UTC)
        code = _code(shown)
        text = (
            f"{moment:%d-%b-%y %H:%M:%S}   {_said(shown, VitalSign.SPO2):>3}     "
            f"{_said(shown, VitalSign.PULSE_RATE):>3}     "
            f"{'---' if code in INVALID_CODES else ' 42'}    {code:<17}"
        )
        return header + text.encode() + b"\r\n"


def _header() -> bytes:
    return (
        b"N-560    VERSION 1.56.00    CRC:XXXX  SpO2 Limit: 90-100%    PR Limit: 60-170BPM\r\n"
        b"                             ADULT            0SAT-S \r\n"
        b"TIME                 %SpO2   BPM     PA     Status\r\n"
    )


def _said(shown: Shown, vital: VitalSign) -> str:
    value = shown.values.get(vital)
    return "---" if value is None or _code(shown) in INVALID_CODES else f"{value:.0f}"


def _code(shown: Shown) -> str:
    validity, reason = shown.validity.get(VitalSign.SPO2, (Validity.VALID, ""))
    if validity.believed or validity is Validity.NOT_AVAILABLE:
        return ""
    return CODES_FOR.get(reason, "SO" if validity is Validity.INVALID else "MO")
