"""What is exported is read back by the readers that others use: values, units, times, quality."""

from __future__ import annotations

import csv
import gzip
import io
import json
import locale
import re
import subprocess
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyedflib
import pytest
from fhir.resources.R4B.bundle import Bundle
from hl7apy.core import Group, Message, Segment
from hl7apy.parser import parse_message
from hypothesis import given, settings

from monitor.exports import edf, hl7, vital
from monitor.exports.cells import text
from monitor.exports.dossier import Dossier, known_value
from monitor.exports.fhir import LATE, RAW, VALIDITY
from monitor.exports.formats import FORMATS
from monitor.history import ReadingRow
from monitor.vitals import GenerationMode, Validity, VitalSign
from tests.conftest import missing
from tests.dossiers import ODD, dossiers, told, whole, written
from tests.examples import examples
from tests.stored import reading, transition

with warnings.catch_warnings():
    # wfdb, which vitaldb brings, asks pandas for what the next pandas will not do.
    warnings.simplefilter("ignore")
    import vitaldb

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
STATUSES = {
    "Encounter": {"in-progress", "finished"},
    "Observation": {"final", "preliminary"},
    "DetectedIssue": {"final", "preliminary"},
    "MedicationAdministration": {"in-progress", "on-hold", "completed"},
}
"""Of hl7.org/fhir/R4: encounter-status, observation-status, medication-admin-status."""
ABSENT_REASONS = {"unknown", "temp-unknown", "error"}


def us(moment: datetime) -> int:
    """UTC microseconds, exactly."""
    return round(
        (moment - datetime.fromisoformat("1970-01-01T00:00:00+00:00")) / timedelta(0, 0, 1)
    )


@pytest.mark.requirement("EXP-001")
@given(dossiers())
@settings(max_examples=examples(60), deadline=None)
def test_pandas_reads_every_reading_back_from_csv(dossier: Dossier) -> None:
    table = pd.read_csv(
        io.BytesIO(written(dossier, "csv")[0]), dtype=str, keep_default_na=False, encoding="utf-8"
    )
    seen = [
        (
            us(datetime.fromisoformat(line["sampled_at"])),
            us(datetime.fromisoformat(line["received_at"])),
            line["device"],
            line["vital"],
            float(line["value"]) if line["value"] else None,
            line["unit_ucum"],
            line["validity"],
            line["reason"],
            line["late"] == "late",
            line["seq"],
        )
        for _, line in table.iterrows()
    ]
    assert seen == [
        (
            row.sampled_at_us,
            row.received_at_us,
            row.device,
            row.vital.value,
            row.value,
            row.vital.codes.unit,
            row.validity.value,
            text(row.reason),
            row.late,
            "" if row.seq is None else str(row.seq),
        )
        for row in dossier.readings
    ]


@pytest.mark.requirement("EXP-002")
@given(ODD)
@settings(max_examples=examples(500), deadline=None)
def test_no_cell_starts_a_formula_whatever_a_spreadsheet_separates_by(words: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow(["2026", text(words), "1"])
    for separator in (",", ";", "\t"):
        for line in csv.reader(io.StringIO(out.getvalue()), delimiter=separator):
            for cell in line:
                assert not cell.lstrip(" \"'").startswith(FORMULA_STARTS) or cell.startswith("'")
    assert text(words).replace("'", "") == words.replace("'", "")


@pytest.mark.requirement("EXP-003")
@given(dossiers())
@settings(max_examples=examples(40), deadline=None)
def test_a_minute_holds_the_median_of_what_is_believed_and_a_gap_stays_empty(
    dossier: Dossier,
) -> None:
    table = pd.read_csv(io.BytesIO(written(dossier, "csv")[1]))
    by_minute: dict[int, list[ReadingRow]] = {}
    for row in dossier.judged:
        by_minute.setdefault(row.sampled_at_us // 60_000_000, []).append(row)
    assert len(table) == (max(by_minute) - min(by_minute) + 1 if by_minute else 0)
    for _, line in table.iterrows():
        rows = by_minute.get(us(datetime.fromisoformat(line["minute"])) // 60_000_000, [])
        for one in dossier.vitals:
            good = [row.value for row in rows if row.vital is one and row.validity.believed]
            value = line[f"{one.value} [{one.codes.unit}]"]
            if good:
                expected = good[-1] if one.episodic else pd.Series(good).median()
                assert value == pytest.approx(expected, abs=1e-9)
                assert line[f"{one.value} quality"] == "good"
            elif not any(known_value(row) is not None for row in rows if row.vital is one):
                assert pd.isna(value)


def observed(bundle: Any) -> Iterator[tuple[object, ...]]:
    """Every value of the bundle, and every absence, of a device."""
    devices = {
        entry.fullUrl: entry.resource.identifier[0].value
        for entry in bundle.entry
        if entry.resource.get_resource_type() == "Device"
    }
    for entry in bundle.entry:
        one = entry.resource
        if one.get_resource_type() != "Observation" or one.device is None:
            continue
        late = any(extension.url == LATE for extension in one.extension or ())
        for part in one.component or [one]:
            said = {extension.url: extension for extension in part.extension}
            quantity = part.valueQuantity
            raw = said[RAW].valueQuantity if RAW in said else quantity
            assert (quantity is None) != (part.dataAbsentReason is None)
            if part.dataAbsentReason is not None:
                assert part.dataAbsentReason.coding[0].code in ABSENT_REASONS
            loinc, mdc = part.code.coding
            assert (loinc.system, mdc.system) == ("http://loinc.org", "urn:iso:std:iso:11073:10101")
            yield (
                *(us(one.effectiveDateTime), us(one.issued), devices[one.device.reference]),
                *(loinc.code, mdc.code, said[VALIDITY].valueString, late),
                None if quantity is None else float(quantity.value),
                None if raw is None else (float(raw.value), raw.system, raw.code),
                one.meta is not None,
            )


@pytest.mark.requirement("EXP-004")
@given(dossiers())
@settings(max_examples=examples(40), deadline=None)
def test_fhir_resources_reads_every_reading_back_and_every_status_is_of_its_value_set(
    dossier: Dossier,
) -> None:
    (body,) = written(dossier, "fhir")
    bundle = Bundle.model_validate_json(body)
    expected = Counter(
        (
            *(row.sampled_at_us, row.received_at_us, row.device),
            *(row.vital.codes.loinc, str(row.vital.codes.mdc), row.validity.value, row.late),
            known_value(row),
            None
            if row.value is None
            else (row.value, "http://unitsofmeasure.org", row.vital.codes.unit),
            row.mode is not GenerationMode.REAL,
        )
        for row in dossier.judged
    )
    assert Counter(observed(bundle)) == expected
    urls = [entry["fullUrl"] for entry in json.loads(body)["entry"]]
    assert len(set(urls)) == len(urls)
    for entry in json.loads(body)["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] != "Device":
            assert resource["status"] in STATUSES[resource["resourceType"]]
        for reference in re.findall(r'"reference": "([^"]*)"', json.dumps(resource)):
            assert reference in urls


@pytest.mark.requirement("EXP-005")
@given(dossiers())
@settings(max_examples=examples(30), deadline=None)
def test_fhir_tells_the_drug_given_and_each_alarm(dossier: Dossier) -> None:
    (body,) = written(dossier, "fhir")
    found = [entry["resource"] for entry in json.loads(body)["entry"]]
    whole, *steps = [one for one in found if one["resourceType"] == "MedicationAdministration"]
    # A minute at 30 ml/h and a minute at 15 ml/h, of 2 mg/ml.
    assert whole["dosage"]["dose"]["value"] == pytest.approx(1.5)
    assert whole["dosage"]["dose"]["code"] == "mg"
    assert [one["dosage"]["rateQuantity"]["value"] for one in steps] == [30.0, 15.0]
    assert whole["medicationCodeableConcept"]["coding"][0]["code"] == "373464007"
    issues = [one for one in found if one["resourceType"] == "DetectedIssue"]
    seen = [
        (one["severity"], one["code"]["coding"][0]["code"], "mitigation" in one) for one in issues
    ]
    severities = {"HIGH": "high", "MEDIUM": "moderate", "LOW": "low"}
    assert seen == [
        (severities[one.priority], one.condition, one.acknowledged_us is not None)
        for one in dossier.alarms
    ]


def parsed(body: bytes) -> Message:
    """By hl7apy, which checks segments and data types."""
    message = parse_message(body.decode())
    assert message.validate()
    return message


def segments(node: Message | Group | Segment) -> Iterator[Segment]:
    """The segments of a message, out of their groups."""
    if isinstance(node, Segment):
        yield node
        return
    for child in node.children:
        yield from segments(child)


def said(segment: Segment, name: str) -> str:
    """A field's text, "" where there is none."""
    field: str = getattr(segment, name).to_er7()
    return field


def moment(told: str) -> int:
    """An HL7 time in units of 100 microseconds."""
    return us(datetime.strptime(told, "%Y%m%d%H%M%S.%f%z")) // 100


@pytest.mark.requirement("EXP-006")
@given(dossiers())
@settings(max_examples=examples(12), deadline=None)
def test_hl7apy_reads_every_reading_back(dossier: Dossier) -> None:
    (body,) = written(dossier, "hl7")
    message = parsed(body)
    assert message.msh.msh_9.to_er7() == "ORU^R01^ORU_R01"
    seen = []
    for segment in segments(message):
        if segment.name != "OBX" or not said(segment, "obx_18"):
            continue
        value, code = said(segment, "obx_5"), said(segment, "obx_3").split("^")
        flags = [flag.to_er7() for flag in segment.obx_8]
        seen.append(
            (
                moment(said(segment, "obx_14")),
                said(segment, "obx_18"),
                (int(code[0]), code[3], said(segment, "obx_6").split("^")[0]),
                float(value) if value else None,
                {flag for flag in flags if flag},
                said(segment, "obx_11"),
            )
        )
    assert seen == [
        (
            row.sampled_at_us // 100,
            row.device,
            (row.vital.codes.mdc, row.vital.codes.loinc, row.vital.codes.unit),
            known_value(row),
            {
                flag
                for flag in (
                    OBX_8[row.validity],
                    {"real": ""}.get(row.mode.value, row.mode.value.upper()),
                )
                if flag
            },
            obx_11(row),
        )
        for row in dossier.judged
    ]
    late = [one for one in segments(message) if one.name == "NTE"]
    assert [said(one, "nte_3") for one in late] == [hl7.LATE] * sum(
        row.late for row in dossier.judged
    )


OBX_8 = {
    Validity.VALID: "",
    Validity.VALIDATED: "",
    Validity.ONGOING: "BUSY",
    Validity.QUESTIONABLE: "QUES",
    Validity.CALIBRATING: "CAL",
    Validity.INVALID: "INV",
    Validity.OVERFLOW: ">",
    Validity.UNDERFLOW: "<",
    Validity.NOT_AVAILABLE: "NAV",
}
"""IHE PCD-01 by MeasurementStatus; "<" and ">" of HL7 table 0078."""


def obx_11(row: ReadingRow) -> str:
    """HL7 table 0085 as IHE PCD-01 uses it: only what somebody validated is final."""
    if known_value(row) is None:
        return "X"
    validated = row.validity is Validity.VALIDATED and row.mode is GenerationMode.REAL
    return "F" if validated else "R"


@pytest.mark.requirement("EXP-011")
@given(dossiers())
@settings(max_examples=examples(20), deadline=None)
def test_an_alarms_priority_stands_once_and_every_code_is_of_its_table(dossier: Dossier) -> None:
    (body,) = written(dossier, "hl7")
    found = [one.split("|") for one in body.decode().split("\r") if one.startswith("OBX")]
    flags = [flag for one in found for flag in one[8].split("~") if flag]
    assert set(flags) <= {*OBX_8.values(), "TEST", "DEMO", "PH", "PM", "PL"}
    assert {one[11] for one in found} <= {"R", "F", "X"}
    priorities = [one for one in flags if one in ("PH", "PM", "PL")]
    names = {"HIGH": "PH", "MEDIUM": "PM", "LOW": "PL"}
    assert priorities == [names[one.priority] for one in dossier.alarms]


@contextmanager
def kept(body: bytes, ending: str) -> Iterator[str]:
    """A file for a reader that wants a path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"session{ending}"
        path.write_bytes(body)
        yield str(path)


@pytest.mark.requirement("EXP-007")
@given(dossiers())
@settings(max_examples=examples(40), deadline=None)
def test_pyedflib_reads_every_second_and_every_alarm_back(dossier: Dossier) -> None:
    start_us = dossier.from_us // 1_000_000 * 1_000_000
    expected: dict[tuple[str, str, int], ReadingRow] = {}
    for row in dossier.judged:
        expected[row.vital.value, row.device, (row.sampled_at_us - start_us) // 1_000_000] = row
    with kept(written(dossier, "edf")[0], ".edf") as path, pyedflib.EdfReader(path) as reader:
        assert reader.getStartdatetime() == dossier.local(start_us).replace(tzinfo=None)
        assert reader.getPatientCode() == "A.M."
        seen = {}
        for number in range(0, reader.signals_in_file, 2):
            label, device = reader.getLabel(number), reader.getTransducer(number)
            assert reader.getPhysicalDimension(number) == units(dossier)[label]
            flags = reader.readSignal(number + 1, digital=True)
            values = reader.readSignal(number)
            for second, flag in enumerate(flags):
                if flag != edf.NOTHING:
                    value = round(float(values[second]), 2)
                    seen[label, device, second] = (edf.QUALITIES[flag], value)
        onsets, lasts, texts = reader.readAnnotations()
    nothing = edf.NOTHING / edf.STEPS
    names = {"mon-1": "mon-1", "Gerät 2": "Ger_t 2"}
    assert seen == {
        (label, names[device], second): (
            row.validity.value,
            nothing if row.value is None else round(row.value, 2),
        )
        for (label, device, second), row in expected.items()
    }
    alarms = [
        (round(onset * 1e6) + start_us, round(last, 3))
        for onset, last, words in zip(onsets, lasts, texts, strict=True)
        if words.startswith("alarm ")
    ]
    assert Counter(alarms) == Counter(
        (one.onset_us, -1.0 if one.ended_us is None else (one.ended_us - one.onset_us) / 1e6)
        for one in dossier.alarms
    )


def units(dossier: Dossier) -> dict[str, str]:
    """By label."""
    return {one.value: one.codes.unit for one in dossier.vitals}


@pytest.mark.requirement("EXP-008")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@given(dossiers())
@settings(max_examples=examples(40), deadline=None)
def test_vitaldb_reads_every_reading_and_event_back(dossier: Dossier) -> None:
    with kept(written(dossier, "vital")[0], ".vital") as path:
        file = vitaldb.VitalFile(path)
    offset = dossier.local(dossier.from_us).utcoffset()
    assert offset is not None
    assert file.dgmt == -offset.total_seconds() / 60
    assert pairs(file, "") == Counter(
        (row.device, row.vital.value, round(row.sampled_at_us / 1e6, 6), known_value(row))
        for row in dossier.judged
        if known_value(row) is not None
    )
    assert pairs(file, "_VALIDITY") == Counter(
        (row.device, row.vital.value, round(row.sampled_at_us / 1e6, 6), vital.said_of(row))
        for row in dossier.judged
    )
    for row in dossier.judged:
        assert file.trks[f"{row.device}/{row.vital.value}"].unit == row.vital.codes.unit
    events = Counter(record["val"].split(":")[0] for record in file.trks["EVENT"].recs)
    for priority in ("HIGH", "MEDIUM", "LOW"):
        lives = [one for one in dossier.alarms if one.priority == priority]
        ends = [one for one in lives if one.ended_us] + [
            one for one in lives if one.acknowledged_us
        ]
        assert events[f"alarm {priority}"] == len(lives) + len(ends)


def pairs(file: vitaldb.VitalFile, ending: str) -> Counter[tuple[object, ...]]:
    """Device, vital sign, time and value of every record of tracks with that ending."""
    found: Counter[tuple[object, ...]] = Counter()
    names = {f"{one.value}{ending}": one.value for one in VitalSign}
    for track in file.trks.values():
        if track.name in names:
            for record in track.recs:
                key = (track.dname, names[track.name], round(record["dt"], 6), record["val"])
                found[key] += 1
    return found


@pytest.fixture
def german(tmp_path: Path) -> Iterator[None]:
    """The process in a locale of decimal commas and German months."""
    made = tmp_path / "de_DE.UTF-8"
    try:
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", made], check=True)
    except (OSError, subprocess.CalledProcessError):
        missing("locale de_DE", "apt-get install locales")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCPATH", str(tmp_path))
        before = locale.setlocale(locale.LC_ALL)
        locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
        yield
        locale.setlocale(locale.LC_ALL, before)


@pytest.mark.requirement("EXP-009")
@pytest.mark.usefixtures("german")
def test_every_format_is_the_same_to_the_byte_where_numbers_have_commas() -> None:
    assert locale.str(1.5) == "1,5"
    here = {name: written(one_of_each(), name) for name in FORMATS}
    locale.setlocale(locale.LC_ALL, "C")
    assert here == {name: written(one_of_each(), name) for name in FORMATS}


def one_of_each() -> Dossier:
    """A session with every vital sign, in fractions, in March."""
    rows = [reading(n + 0.25, 30.25 + n, vital=one) for n, one in enumerate(VitalSign)]
    return whole(told(), rows, [transition(5, "ACTIVE_UNACK"), transition(9, "RESOLVED", 1)])


@pytest.mark.requirement("EXP-010")
@given(dossiers())
@settings(max_examples=examples(30), deadline=None)
def test_no_export_holds_a_name_a_phone_free_words_or_a_secret(dossier: Dossier) -> None:
    for name in FORMATS:
        for body in written(dossier, name):
            plain = gzip.decompress(body) if name == "vital" else body
            for private in (b"Jane", b"Roe", b"555 0100", b"bowl", b"0f0f0f0f"):
                assert private not in plain
