"""A session as a FHIR R4 Bundle (4.0.1; R4B reads it too): a collection of one encounter.

Observations carry LOINC and ISO/IEEE 11073 codes and UCUM units; a cuff
determination is one panel (LOINC 85354-9) with components. A value that is not
believed is no `valueQuantity`: it is absent with a reason, and the raw number
stands in an extension, so that nobody takes it for a measurement who does not
look twice. The patient is a logical reference to a pseudonym.

Sources: hl7.org/fhir/R4 (observation, encounter, detectedissue and their value sets).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby

from monitor.care.equipment import equipment_of
from monitor.clinic import Phase
from monitor.exports import fhir_care
from monitor.exports.dossier import SOFTWARE, Dossier, doubtful, known_value
from monitor.exports.fhir_terms import (
    LOINC,
    OURS,
    TERMS,
    Json,
    Terms,
    category,
    code,
    quantity,
    simulated,
)
from monitor.history import FiringSample, ReadingRow
from monitor.review import AlarmLife
from monitor.vitals import GenerationMode, Validity, VitalSign

VALIDITY, RAW, LATE = f"{OURS}:validity", f"{OURS}:raw-value", f"{OURS}:late"
PANEL = {"system": LOINC, "code": "85354-9", "display": "Blood pressure panel"}
COMPONENTS = (VitalSign.NIBP_SYSTOLIC, VitalSign.NIBP_DIASTOLIC, VitalSign.NIBP_MEAN)
SEVERITY = {"HIGH": "high", "MEDIUM": "moderate", "LOW": "low"}
ABSENT = {
    Validity.ONGOING: "temp-unknown",
    Validity.CALIBRATING: "temp-unknown",
    Validity.INVALID: "error",
    Validity.OVERFLOW: "error",
    Validity.UNDERFLOW: "error",
    Validity.NOT_AVAILABLE: "unknown",
    Validity.QUESTIONABLE: "unknown",
}
"""Why there is no value (hl7.org/fhir/R4/valueset-data-absent-reason)."""


def pieces(dossier: Dossier) -> Iterator[bytes]:
    """The Bundle as JSON, entry by entry."""
    terms = Terms(dossier)
    head: Json = {
        "resourceType": "Bundle",
        "identifier": {"system": f"{terms.system}:session", "value": dossier.session.id},
        "type": "collection",
        "timestamp": terms.time(dossier.made_us),
    }
    if dossier.simulated:
        head["meta"] = simulated()
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "entry": [\n'
    for number, (url, resource) in enumerate(_entries(terms)):
        entry = {"fullUrl": url, "resource": resource}
        text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        yield (",\n" if number else "").encode() + text.encode()
    yield b"\n]}\n"


def _entries(terms: Terms) -> Iterator[tuple[str, Json]]:
    dossier = terms.dossier
    yield terms.encounter, _encounter(terms)
    for device in sorted({row.device for row in dossier.judged}):
        yield terms.url("Device", device), _device(device, terms)
    written = dict[FiringSample, str]()
    for number, rows in enumerate(_observed(dossier)):
        url = terms.url("Observation", f"{number} {rows[0].sampled_at_us} {rows[0].vital.value}")
        for row in rows:
            if row.value is not None:
                written[FiringSample(row.vital, row.sampled_at_us, row.value)] = url
        yield url, _observation(rows, terms)
    yield from fhir_care.resources(terms)
    for alarm in dossier.alarms:
        yield terms.url("DetectedIssue", alarm.id), _issue(alarm, terms, written)


def _encounter(terms: Terms) -> Json:
    session = terms.dossier.session
    chair = {"system": f"{terms.system}:chair", "value": session.chair}
    place = {"type": "Location", "identifier": chair, "display": f"chair {session.chair}"}
    return {
        "resourceType": "Encounter",
        "identifier": [{"system": f"{terms.system}:session", "value": session.id}],
        "status": "finished" if session.phase is Phase.CLOSED else "in-progress",
        "class": {"system": f"{TERMS}/v3-ActCode", "code": "AMB", "display": "ambulatory"},
        "subject": terms.patient,
        "period": terms.period(session.opened_us, session.closed_us),
        "location": [{"location": place}],
    }


def _device(device: str, terms: Terms) -> Json:
    told: Json = {
        "resourceType": "Device",
        "identifier": [{"system": f"{terms.system}:device", "value": device}],
        "type": {"text": "bedside monitor"},
    }
    plate = next((one for one in equipment_of(terms.dossier.facts) if one.device == device), None)
    if plate is None:
        return told
    named: dict[str, Json | list[Json] | str] = {
        "serialNumber": plate.serial,
        "modelNumber": plate.model,
        "version": [{"value": plate.firmware}] if plate.firmware else "",
    }
    return told | {key: said for key, said in named.items() if said}


def _observed(dossier: Dossier) -> Iterator[tuple[ReadingRow, ...]]:
    """Readings that make one observation: the parts of one cuff determination, else each alone."""

    def together(row: ReadingRow) -> tuple[int, str, bool, str]:
        return row.sampled_at_us, row.device, row.late, row.mode.value

    cuffs = sorted((row for row in dossier.judged if row.vital in COMPONENTS), key=together)
    for _, parts in groupby(cuffs, key=together):
        found = tuple(parts)
        # A panel holds each part but once; one that came twice is an observation of its own.
        once = {row.vital: row for row in found}
        yield tuple(once[vital] for vital in COMPONENTS if vital in once)
        yield from ((row,) for row in found if once[row.vital] is not row)
    yield from ((row,) for row in dossier.judged if row.vital not in COMPONENTS)


def _observation(rows: tuple[ReadingRow, ...], terms: Terms) -> Json:
    row = rows[0]
    pressure = row.vital in COMPONENTS
    told: Json = {
        "resourceType": "Observation",
        "status": "preliminary" if any(doubtful(one) for one in rows) else "final",
        "category": category("vital-signs"),
        "code": {"coding": [PANEL]} if pressure else code(row.vital),
        "subject": terms.patient,
        "encounter": {"reference": terms.encounter},
        "effectiveDateTime": terms.time(row.sampled_at_us),
        "issued": terms.time(row.received_at_us),
        "device": {"reference": terms.url("Device", row.device)},
    }
    if row.mode is not GenerationMode.REAL:
        told["meta"] = simulated()
    late: list[Json] = [{"url": LATE, "valueBoolean": True}] if row.late else []
    if not pressure:
        return {**told, **_value(row, late)}
    parts = [{"code": code(one.vital), **_value(one, [])} for one in rows]
    return {**told, **({"extension": late} if late else {}), "component": parts}


def _value(row: ReadingRow, extensions: list[Json]) -> Json:
    """The value where it may be taken for one, else why there is none; and its validity."""
    said: list[Json] = [{"url": VALIDITY, "valueString": row.validity.value}]
    unit = row.vital.codes.unit
    known = known_value(row)
    if known is not None:
        told: Json = {"valueQuantity": quantity(known, unit)}
    else:
        coding = {"system": f"{TERMS}/data-absent-reason", "code": ABSENT[row.validity]}
        why: Json = {"text": row.reason} if row.reason.strip() else {}
        told = {"dataAbsentReason": {"coding": [coding], **why}}
        if row.value is not None:
            said.append({"url": RAW, "valueQuantity": quantity(row.value, unit)})
    return {"extension": [*extensions, *said], **told}


def _issue(alarm: AlarmLife, terms: Terms, written: dict[FiringSample, str]) -> Json:
    told: Json = {
        "resourceType": "DetectedIssue",
        "identifier": [{"system": f"{terms.system}:alarm", "value": alarm.id}],
        "status": "preliminary" if alarm.ended_us is None else "final",
        "code": {
            "coding": [{"system": f"{terms.system}:condition", "code": alarm.condition}],
            "text": alarm.message or alarm.condition,
        },
        "severity": SEVERITY[alarm.priority],
        "patient": terms.patient,
        "identifiedPeriod": terms.period(alarm.onset_us, alarm.ended_us),
        "author": {"type": "Device", "display": SOFTWARE},
        "detail": _words(alarm),
    }
    steps = [step for step in terms.dossier.transitions if step.alarm == alarm.id]
    seen = {written[one] for step in steps for one in step.fired_by if one in written}
    if seen:
        told["evidence"] = [{"detail": [{"reference": url} for url in sorted(seen)]}]
    if alarm.acknowledged_us is not None:
        told["mitigation"] = [_acknowledged(alarm, alarm.acknowledged_us, terms)]
    return told


def _acknowledged(alarm: AlarmLife, at_us: int, terms: Terms) -> Json:
    said = f"acknowledged: {alarm.acknowledged_as}" if alarm.acknowledged_as else "acknowledged"
    by: Json = {"author": terms.staff(alarm.acknowledged_by)} if alarm.acknowledged_by else {}
    return {"action": {"text": said}, "date": terms.time(at_us), **by}


def _words(alarm: AlarmLife) -> str:
    worst = "" if alarm.extreme is None else f", worst {alarm.extreme:g}"
    limit = "" if alarm.limit is None else f", limit {alarm.limit:g}"
    return f"{alarm.priority} {alarm.kind} alarm {alarm.message}{worst}{limit}"
