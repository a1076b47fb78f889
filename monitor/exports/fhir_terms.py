"""The words of FHIR that every resource of a Bundle shares: code systems, references, values.

Sources: hl7.org/fhir/R4 and the code systems' own addresses as tabled there
(terminologies-systems.html); "urn:chairside" is what only Chairside says.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from monitor.exports.cells import iso
from monitor.exports.dossier import Dossier
from monitor.vitals import VitalSign

Json = dict[str, object]
LOINC, UCUM, MDC = "http://loinc.org", "http://unitsofmeasure.org", "urn:iso:std:iso:11073:10101"
SNOMED, ATC = "http://snomed.info/sct", "http://www.whocc.no/atc"
TERMS = "http://terminology.hl7.org/CodeSystem"
OURS = "urn:chairside"


@dataclass(frozen=True, slots=True)
class Terms:
    """How one dossier's resources point at each other and say when."""

    dossier: Dossier

    @property
    def system(self) -> str:
        """Before the kind of an id, the namespace of the clinic's own ids."""
        return f"{OURS}:{self.dossier.clinic}"

    @property
    def patient(self) -> Json:
        """The patient, by pseudonym: a logical reference (references.html#logical)."""
        return self._somebody("Patient", "patient", self.dossier.session.patient_ref)

    @property
    def encounter(self) -> str:
        """The address of the encounter within the Bundle."""
        return self.url("Encounter", "")

    def staff(self, person: str) -> Json:
        """A member of staff, by id."""
        return self._somebody("Practitioner", "staff", person)

    def url(self, kind: str, name: str) -> str:
        """The address of a resource in the Bundle, the same in every export of the session."""
        told = f"{self.system}:{self.dossier.session.id}:{kind}:{name}"
        return f"urn:uuid:{uuid5(NAMESPACE_URL, told)}"

    def time(self, at_us: int) -> str:
        """A moment with its offset."""
        return iso(self.dossier.local(at_us))

    def period(self, from_us: int, to_us: int | None) -> Json:
        """A stretch of time; without an end while it lasts."""
        end = {} if to_us is None else {"end": self.time(to_us)}
        return {"start": self.time(from_us), **end}

    def _somebody(self, resource: str, kind: str, value: str) -> Json:
        system = f"{self.system}:{kind}"
        return {"type": resource, "identifier": {"system": system, "value": value}}


def code(vital: VitalSign) -> Json:
    """A vital sign as LOINC and as ISO/IEEE 11073."""
    codes = vital.codes
    return {
        "coding": [
            {"system": LOINC, "code": codes.loinc},
            {"system": MDC, "code": str(codes.mdc), "display": codes.mdc_name},
        ],
        "text": codes.name,
    }


def quantity(value: float, unit: str) -> Json:
    """A value in its UCUM unit."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def category(name: str) -> list[Json]:
    """One of hl7.org/fhir/R4/valueset-observation-category."""
    return [{"coding": [{"system": f"{TERMS}/observation-category", "code": name}]}]


def simulated() -> Json:
    """The mark of values that no patient had: HL7 v3 ActReason, "test health data"."""
    return {"security": [{"system": f"{TERMS}/v3-ActReason", "code": "HTEST"}]}
