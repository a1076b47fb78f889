"""What staff did and saw, as FHIR: drug given, values by hand, events, entries, adverse events.

A MedicationAdministration for the infusion as a whole, and one for each stretch
at one rate that is part of it. Sources: hl7.org/fhir/R4/medicationadministration.html;
SNOMED CT 373464007 ketamine, 47625008 intravenous route; ATC N01AX03 ketamine.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.care.harm import ADVERSE, Harm, Outcome, Seriousness, harms_of
from monitor.care.notes import CHARTED, Charted, charted_of
from monitor.care.treatment import Order, Run, Treatment, treatment_of
from monitor.exports.dossier import Happening
from monitor.exports.fhir_terms import (
    ATC,
    OURS,
    SNOMED,
    TERMS,
    Json,
    Terms,
    category,
    code,
    quantity,
)

KETAMINE = [
    {"system": SNOMED, "code": "373464007", "display": "Ketamine"},
    {"system": ATC, "code": "N01AX03", "display": "ketamine"},
]
ROUTE = {"coding": [{"system": SNOMED, "code": "47625008", "display": "Intravenous route"}]}
BY_HAND, DONE = f"{OURS}:by-hand", f"{OURS}:done"
SERIOUSNESS = {
    Seriousness.NOT: "Non-serious",
    Seriousness.HOSPITAL: "SeriousResultsInHospitalization",
    Seriousness.LIFE: "SeriousIsLifeThreatening",
    Seriousness.DEATH: "SeriousResultsInDeath",
    Seriousness.DISABILITY: "SeriousResultsInDisability",
    Seriousness.OTHER: "Serious",
}
"""hl7.org/fhir/R4/codesystem-adverse-event-seriousness.html."""
OUTCOMES = {
    Outcome.RESOLVED: "resolved",
    Outcome.RECOVERING: "recovering",
    Outcome.ONGOING: "ongoing",
    Outcome.SEQUELAE: "resolvedWithSequelae",
    Outcome.FATAL: "fatal",
    Outcome.UNKNOWN: "unknown",
}
"""hl7.org/fhir/R4/codesystem-adverse-event-outcome.html."""


def resources(terms: Terms) -> Iterator[tuple[str, Json]]:
    """The resources with their addresses."""
    for number, one in enumerate(terms.dossier.happenings()):
        if one.kind not in (CHARTED, ADVERSE):
            url = terms.url("Observation", f"{one.at_us} {one.kind} {number}")
            yield url, _happening(one, terms)
    for entry in charted_of(terms.dossier.facts):
        for vital, value in entry.values.items():
            url = terms.url("Observation", f"{entry.name} {vital.value}")
            told = {"code": code(vital), "valueQuantity": quantity(value, vital.codes.unit)}
            yield url, {**_charted(entry, terms), **told}
    for harm in harms_of(terms.dossier.facts):
        yield terms.url("AdverseEvent", harm.name), _adverse(harm, terms)
    yield from _administrations(treatment_of(terms.dossier.facts), terms)


def _adverse(harm: Harm, terms: Terms) -> Json:
    done = [{"url": DONE, "valueString": one.value} for one in harm.done]
    return {
        "resourceType": "AdverseEvent",
        "extension": done,
        "actuality": "actual",
        "event": {"text": harm.what},
        "subject": terms.patient,
        "encounter": {"reference": terms.encounter},
        "date": terms.time(harm.at_us),
        "recordedDate": terms.time(harm.marked_us),
        "seriousness": _coded("seriousness", SERIOUSNESS[harm.seriousness]),
        "outcome": _coded("outcome", OUTCOMES[harm.outcome]),
        **({"recorder": terms.staff(harm.actor)} if harm.actor else {}),
    }


def _coded(what: str, name: str) -> Json:
    return {"coding": [{"system": f"{TERMS}/adverse-event-{what}", "code": name}]}


def _happening(one: Happening, terms: Terms) -> Json:
    told: Json = {
        "resourceType": "Observation",
        "status": "final",
        "category": category("survey"),
        "code": {"text": one.kind},
        "subject": terms.patient,
        "encounter": {"reference": terms.encounter},
        "effectiveDateTime": terms.time(one.at_us),
        "valueString": one.text or one.kind,
    }
    return {**told, "performer": [terms.staff(one.actor)]} if one.actor else told


def _charted(entry: Charted, terms: Terms) -> Json:
    told: Json = {
        "resourceType": "Observation",
        "extension": [{"url": BY_HAND, "valueBoolean": True}],
        "status": "final",
        "category": category("vital-signs"),
        "subject": terms.patient,
        "encounter": {"reference": terms.encounter},
        "effectiveDateTime": terms.time(entry.at_us),
        "issued": terms.time(entry.entered_us),
    }
    return {**told, "performer": [terms.staff(entry.actor)]} if entry.actor else told


def _administrations(given: Treatment, terms: Terms) -> Iterator[tuple[str, Json]]:
    order = given.order
    if order is None or given.started_us is None:
        return
    whole = terms.url("MedicationAdministration", "")
    now_us = terms.dossier.to_us
    dosage: Json = {"route": ROUTE}
    total_mg = given.total_mg(now_us)
    if total_mg is not None:
        dosage["dose"] = quantity(round(total_mg, 3), "mg")
    told = _administration(order, terms)
    told["status"] = _status(given)
    told["effectivePeriod"] = terms.period(given.started_us, given.stopped_us)
    yield whole, {**told, "dosage": dosage}
    for run in given.runs:
        if run.rate_ml_h is not None:
            url = terms.url("MedicationAdministration", str(run.from_us))
            yield url, _at_one_rate(run, run.rate_ml_h, order, whole, terms)


def _status(given: Treatment) -> str:
    """Of hl7.org/fhir/R4/valueset-medication-admin-status."""
    if given.stopped_us is not None:
        return "completed"
    return "on-hold" if given.paused else "in-progress"


def _at_one_rate(run: Run, rate_ml_h: float, order: Order, whole: str, terms: Terms) -> Json:
    told = _administration(order, terms)
    told["partOf"] = [{"reference": whole}]
    told["status"] = "in-progress" if run.to_us is None else "completed"
    told["effectivePeriod"] = terms.period(run.from_us, run.to_us)
    return {**told, "dosage": {"route": ROUTE, "rateQuantity": quantity(rate_ml_h, "mL/h")}}


def _administration(order: Order, terms: Terms) -> Json:
    codes = KETAMINE if order.drug.casefold() == "ketamine" else []
    drug: Json = {"text": f"{order.drug} {order.concentration_mg_ml:g} mg/mL"}
    return {
        "resourceType": "MedicationAdministration",
        "medicationCodeableConcept": {**({"coding": codes} if codes else {}), **drug},
        "subject": terms.patient,
        "context": {"reference": terms.encounter},
    }
