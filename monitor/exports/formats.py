"""Every format a session leaves the house in. A new one is a module and a line here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.exports import edf, fhir, hl7, minutes_csv, readings_csv, sidecar, vital
from monitor.exports.dossier import Dossier


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a format: how its name ends, what it is, and what writes it."""

    ending: str
    media_type: str
    pieces: Callable[[Dossier], Iterator[bytes]]

    def name_for(self, dossier: Dossier) -> str:
        """The file's name; never a path, whatever the session's id holds (S30)."""
        return f"{file_name(dossier.session.id)}{self.ending}"


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what it is called by a person, and its files."""

    title: str
    parts: tuple[Part, ...]


FORMATS: dict[str, Format] = {
    "csv": Format(
        "CSV: every reading, and minute by minute",
        (
            Part(".csv", "text/csv", readings_csv.pieces),
            Part(".minutes.csv", "text/csv", minutes_csv.pieces),
            Part(".json", "application/json", sidecar.pieces),
        ),
    ),
    "fhir": Format("FHIR R4 Bundle", (Part(".fhir.json", "application/fhir+json", fhir.pieces),)),
    "hl7": Format("HL7 v2 ORU^R01", (Part(".hl7", "application/hl7-v2", hl7.pieces),)),
    "edf": Format("EDF+", (Part(".edf", "application/octet-stream", edf.pieces),)),
    "vital": Format("VitalDB .vital", (Part(".vital", "application/octet-stream", vital.pieces),)),
}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]|^\.+")


def file_name(text: str) -> str:
    """The text as a file name of plain signs; two texts may share one only if they differ oddly."""
    return _UNSAFE.sub("_", text)[:100] or "_"
