"""Every format a session leaves the house in. A new one is a module and a line here."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.exports import adverse_csv, edf, fhir, hl7, minutes_csv, readings_csv, sidecar, vital
from monitor.exports.dossier import Dossier

CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a format: how its name ends, what it is, and what writes it."""

    ending: str
    media_type: str
    pieces: Callable[[Dossier], Iterator[bytes]]

    def name_for(self, dossier: Dossier) -> str:
        """The file's name; never a path, whatever the session's id holds (S30)."""
        return f"{file_name(dossier.session.id)}{self.ending}"

    def body(self, dossier: Dossier, *, bom: bool = False) -> Iterator[bytes]:
        """What stands in it; a CSV with `bom` begins with the mark by which Excel knows UTF-8."""
        if bom and self.media_type == CSV:
            yield BOM_UTF8
        yield from self.pieces(dossier)


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what it is called by a person, its files, and about how large they become.

    Bytes as measured of a session of two hours with a reading a second, rounded up.
    """

    title: str
    parts: tuple[Part, ...]
    bytes_a_reading: int
    bytes_a_session: int


FORMATS: dict[str, Format] = {
    "csv": Format(
        "CSV: every reading, minute by minute, adverse events",
        (
            Part(".csv", CSV, readings_csv.pieces),
            Part(".minutes.csv", CSV, minutes_csv.pieces),
            Part(".adverse.csv", CSV, adverse_csv.pieces),
            Part(".json", "application/json", sidecar.pieces),
        ),
        bytes_a_reading=160,
        bytes_a_session=100_000,
    ),
    "fhir": Format(
        "FHIR R4 Bundle",
        (Part(".fhir.json", "application/fhir+json", fhir.pieces),),
        bytes_a_reading=1_100,
        bytes_a_session=100_000,
    ),
    "hl7": Format(
        "HL7 v2 ORU^R01",
        (Part(".hl7", "application/hl7-v2", hl7.pieces),),
        bytes_a_reading=160,
        bytes_a_session=50_000,
    ),
    "edf": Format(
        "EDF+",
        (Part(".edf", "application/octet-stream", edf.pieces),),
        bytes_a_reading=15,
        bytes_a_session=500_000,
    ),
    "vital": Format(
        "VitalDB .vital",
        (Part(".vital", "application/octet-stream", vital.pieces),),
        bytes_a_reading=30,
        bytes_a_session=20_000,
    ),
}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]|^\.+")


def file_name(text: str) -> str:
    """The text as a file name of plain signs; two texts may share one only if they differ oddly."""
    return _UNSAFE.sub("_", text)[:100] or "_"
