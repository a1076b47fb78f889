"""A session as EDF+ (continuous): one sample a second of each vital sign, alarms as annotations.

Two signals a device and vital sign (the device is the transducer): its value in
hundredths of its unit, and `flag`, its validity as a number of `QUALITIES`.
A second without a reading holds the lowest number there is, `NOTHING`, in both:
EDF has no empty sample. Of several readings within a second the last counts.
What happened and the alarms are annotations at their own time, to the microsecond.

Source: Kemp and Olivan, EDF+ (2003), edfplus.info/specs/edfplus.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.exports.dossier import Dossier
from monitor.history import ReadingRow
from monitor.vitals import Validity

SECOND_US = 1_000_000
RECORD_S = 60
"""Records of a second each would be mostly their own head."""
STEPS = 100
"""Steps a unit: every vital sign's values are whole hundredths at the finest."""
LOWEST, HIGHEST = -32_768, 32_767
NOTHING = LOWEST
QUALITIES = tuple(validity.value for validity in Validity)
"""A sample of a quality signal is the place of its validity here."""
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
"""The header's dates are English in every locale."""
END = b"\x14\x00"
"""Ends an annotation, and begins nothing after it (TAL)."""

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: what stands in the header, and a sample a second."""

    label: str
    device: str
    unit: str
    steps: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something at one time, for so long (seconds); without a duration it is a moment."""

    at_us: int
    seconds: float | None
    text: str


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """Header, then record by record."""
    start_us = dossier.from_us // SECOND_US * SECOND_US
    count = -(-(dossier.to_us - start_us + 1) // (RECORD_S * SECOND_US))
    signals = _signals(dossier, start_us, count * RECORD_S)
    notes = _by_record(dossier, start_us, count)
    room = max(len(one) for one in notes)
    room += room % 2
    yield _header(dossier, signals, start_us, count, room)
    for number, note in enumerate(notes):
        span = slice(number * RECORD_S, (number + 1) * RECORD_S)
        for signal in signals:
            yield signal.samples[span].astype("<i2").tobytes()
        yield note.ljust(room, b"\x00")


def _signals(dossier: Dossier, start_us: int, seconds: int) -> list[Signal]:
    found: list[Signal] = []
    pairs = {(row.vital, row.device) for row in dossier.judged}
    for vital, device in sorted(pairs, key=lambda one: (dossier.vitals.index(one[0]), one[1])):
        values, flags = (np.full(seconds, NOTHING, np.int16) for _ in range(2))
        for row in dossier.judged:
            if row.vital is vital and row.device == device:
                second = (row.sampled_at_us - start_us) // SECOND_US
                flags[second] = QUALITIES.index(row.validity.value)
                values[second] = digital(row)
        name, unit = vital.value, vital.codes.unit
        found.append(Signal(name, device, unit, STEPS, values))
        found.append(Signal(f"{name} flag", device, "", 1, flags))
    return found


def digital(row: ReadingRow) -> int:
    """The sample that stands for a reading's value."""
    if row.value is None:
        return NOTHING
    return max(LOWEST + 1, min(HIGHEST, round(row.value * STEPS)))


def _annotations(dossier: Dossier) -> list[Annotation]:
    found = [
        Annotation(one.at_us, None, f"{one.kind}: {one.text}" if one.text else one.kind)
        for one in dossier.happenings()
    ]
    for alarm in dossier.alarms:
        lasted = None if alarm.ended_us is None else (alarm.ended_us - alarm.onset_us) / SECOND_US
        text = f"alarm {alarm.priority}: {alarm.message or alarm.condition}"
        found.append(Annotation(alarm.onset_us, lasted, text))
        if alarm.acknowledged_us is not None:
            text = f"acknowledged {alarm.acknowledged_as}: {alarm.message or alarm.condition}"
            found.append(Annotation(alarm.acknowledged_us, None, text))
    return sorted(found, key=lambda one: one.at_us)


def _by_record(dossier: Dossier, start_us: int, count: int) -> list[bytes]:
    """The annotations of each record, its own time first (EDF+ 2.2.4)."""
    notes = [f"+{number * RECORD_S}".encode() + b"\x14" + END for number in range(count)]
    for one in _annotations(dossier):
        number = max(0, min(count - 1, (one.at_us - start_us) // (RECORD_S * SECOND_US)))
        notes[number] += _tal(one, start_us)
    return notes


def _tal(one: Annotation, start_us: int) -> bytes:
    """A time-stamped annotation list of one."""
    onset = f"{(one.at_us - start_us) / SECOND_US:+.6f}".encode()
    lasts = b"" if one.seconds is None else b"\x15" + f"{one.seconds:.6f}".encode()
    return onset + lasts + b"\x14" + _free_text(one.text) + END


def _free_text(text: str) -> bytes:
    """UTF-8 without the bytes that end an annotation."""
    return "".join(sign if sign.isprintable() else " " for sign in text).encode()


def _header(
    dossier: Dossier, signals: Sequence[Signal], start_us: int, count: int, room: int
) -> bytes:
    moment = dossier.local(start_us)
    day = f"{moment.day:02d}-{MONTHS[moment.month - 1]}-{moment.year}"
    fields: list[tuple[str, int]] = [
        *(("0", 8), (f"{_word(dossier.session.patient_ref)} X X X", 80)),
        (f"Startdate {day} {_word(dossier.session.id)} X Chairside", 80),
        (f"{moment:%d.%m.%y}", 8),
        (f"{moment:%H.%M.%S}", 8),
        (str(256 * (len(signals) + 2)), 8),
        *(("EDF+C", 44), (str(count), 8), (str(RECORD_S), 8), (str(len(signals) + 1), 4)),
    ]
    columns: list[tuple[list[str], str, int]] = [
        ([one.label for one in signals], "EDF Annotations", 16),
        ([_ascii(one.device) for one in signals], "", 80),
        ([one.unit for one in signals], "", 8),
        ([f"{LOWEST / one.steps:g}" for one in signals], "-1", 8),
        ([f"{HIGHEST / one.steps:g}" for one in signals], "1", 8),
        ([str(LOWEST) for _ in signals], str(LOWEST), 8),
        ([str(HIGHEST) for _ in signals], str(HIGHEST), 8),
        (["" for _ in signals], "", 80),
        ([str(RECORD_S) for _ in signals], str(room // 2), 8),
        (["" for _ in signals], "", 32),
    ]
    for texts, last, width in columns:
        fields += [(text, width) for text in (*texts, last)]
    return b"".join(text[:width].ljust(width).encode("ascii") for text, width in fields)


def _ascii(text: str) -> str:
    """Printable ASCII, which is all that a header may hold."""
    return "".join(sign if sign.isascii() and sign.isprintable() else "_" for sign in text)


def _word(text: str) -> str:
    """One word of it, as the fields of a person and a session take it (EDF+ 2.1.3.3)."""
    return _ascii(text).replace(" ", "_") or "X"
