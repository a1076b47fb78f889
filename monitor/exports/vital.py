"""A session as a VitalDB `.vital` file (version 3), for research tools.

A numeric track a device and vital sign, of doubles at the time of each sample,
and beside it a text track `.._VALIDITY`: what is neither believed nor
questionable stands in that one alone. Track EVENT holds what happened and the
alarms. Times are seconds since 1970.

Source: the reader of the `vitaldb` package (utils.py, load_vital), which is the
format's own description.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.exports.dossier import Dossier, known_value
from monitor.history import ReadingRow
from monitor.vitals import VitalSign

VERSION = 3
NUMBER, TEXT = 2, 5
"""Types of a track."""
DOUBLE = 2
"""The format of its records."""
TRACK_INFO, RECORD, DEVICE_INFO = 0, 1, 9
"""Types of a packet."""
WHITE = 0xFFFFFFFF
LEVEL = 6
"""Of gzip: a session in a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Track:
    """One track on its way into the file; `records` are times with packed values."""

    name: str
    kind: int
    device: str = ""
    unit: str = ""
    records: list[tuple[float, bytes]] = field(default_factory=list)


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """The file, whole: it is compressed as one. The same dossier gives the same bytes."""
    body = b"".join(_packets(dossier))
    yield gzip.compress(_head(dossier) + body, compresslevel=LEVEL, mtime=0)


def _head(dossier: Dossier) -> bytes:
    offset = dossier.local(dossier.from_us).utcoffset()
    minutes_behind = -round(offset.total_seconds() / 60) if offset else 0
    span = (dossier.from_us / 1e6, dossier.to_us / 1e6)
    rest = struct.pack("<hLLddB", minutes_behind, 0, 0, *span, 0)
    return b"VITA" + struct.pack("<LH", VERSION, len(rest)) + rest


def _packets(dossier: Dossier) -> Iterator[bytes]:
    devices = sorted({row.device for row in dossier.judged})
    for number, device in enumerate(devices, start=1):
        told = struct.pack("<L", number) + _text("Chairside") + _text(device) + _text("")
        yield _packet(DEVICE_INFO, told)
    tracks = _tracks(dossier)
    for number, track in enumerate(tracks, start=1):
        of = devices.index(track.device) + 1 if track.device else 0
        yield _packet(TRACK_INFO, _info(number, track, of))
    for number, track in enumerate(tracks, start=1):
        for at_s, value in track.records:
            yield _packet(RECORD, struct.pack("<HdH", 10, at_s, number) + value)


def _tracks(dossier: Dossier) -> list[Track]:
    events = Track("EVENT", TEXT)
    for at_us, text in _events(dossier):
        events.records.append((at_us / 1e6, _words(text)))
    numbers = dict[tuple[str, VitalSign], Track]()
    flags = dict[tuple[str, VitalSign], Track]()
    for row in dossier.judged:
        key, name = (row.device, row.vital), row.vital.value
        unit = row.vital.codes.unit
        value = numbers.setdefault(key, Track(name, NUMBER, row.device, unit))
        validity = flags.setdefault(key, Track(f"{name}_VALIDITY", TEXT, row.device))
        at_s = row.sampled_at_us / 1e6
        validity.records.append((at_s, _words(said_of(row))))
        known = known_value(row)
        if known is not None:
            value.records.append((at_s, struct.pack("<d", known)))
    return [events, *(track for key in numbers for track in (numbers[key], flags[key]))]


def said_of(row: ReadingRow) -> str:
    """Validity, why, and whether it came late, in words."""
    why = f": {row.reason}" if row.reason else ""
    return f"{row.validity.value}{why}{'; late' if row.late else ''}"


def _events(dossier: Dossier) -> list[tuple[int, str]]:
    found = [(one.at_us, f"{one.kind}: {one.text}") for one in dossier.happenings()]
    for alarm in dossier.alarms:
        name = f"alarm {alarm.priority}: {alarm.message or alarm.condition}"
        found.append((alarm.onset_us, f"{name} (onset)"))
        if alarm.acknowledged_us is not None:
            found.append((alarm.acknowledged_us, f"{name} (acknowledged {alarm.acknowledged_as})"))
        if alarm.ended_us is not None:
            found.append((alarm.ended_us, f"{name} (end)"))
    return sorted(found)


def _info(number: int, track: Track, device: int) -> bytes:
    times = [at_s for at_s, _ in track.records] or [0.0]
    size = sum(len(value) + 17 for _, value in track.records)
    return b"".join(
        (
            struct.pack("<HBB", number, track.kind, DOUBLE if track.kind == NUMBER else 0),
            *(_text(track.name), _text(track.unit)),
            struct.pack("<ffLfddBL", 0.0, 0.0, WHITE, 0.0, 1.0, 0.0, 0, device),
            struct.pack("<Ldd", size, min(times), max(times)),
        )
    )


def _packet(kind: int, body: bytes) -> bytes:
    return struct.pack("<BL", kind, len(body)) + body


def _text(text: str) -> bytes:
    signs = text.encode()
    return struct.pack("<L", len(signs)) + signs


def _words(text: str) -> bytes:
    """A record of a text track."""
    return struct.pack("<L", 0) + _text(text)
