"""What each protocol's captured lines mean, and what is never believed.

The lines are those quoted in docs/drivers.md with their sources.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from monitor.drivers import Garbled, Report, Shown, ansar_b, chairside_json, masimo_ascii1, nellcor
from monitor.drivers.registry import DRIVERS
from monitor.vitals import GenerationMode, Measurement, TimeBasis, Validity, VitalSign

ROOT = Path(__file__).resolve().parents[2]
NOW_US = 1_800_000_000_000_000
ANSAR_TEXT = (ROOT / "tests/fixtures/ansar_b/ivy450c.txt").read_text().replace("\n", "\r")


def ansar_frame(text: str) -> bytes:
    return b"\xffANSAR-B " + bytes(400) + text.encode() + b"\xfe"


def reports(driver: str, data: bytes) -> list[Report]:
    return [one for one in DRIVERS[driver].decoder().feed(data) if isinstance(one, Report)]


def by_vital(report: Report) -> dict[VitalSign, Measurement]:
    return {one.vital: one for one in report.measurements}


def values(report: Report) -> dict[str, float | None]:
    return {one.vital.value: one.value for one in report.measurements}


def only(found: list[Report]) -> Report:
    assert len(found) == 1
    return found[0]


@pytest.mark.requirement("DRV-001")
def test_a_captured_ansar_frame_gives_its_numbers_and_its_empty_fields() -> None:
    report = only(reports("ansar-b", ansar_frame(ANSAR_TEXT)))
    assert values(report) == {
        "HR": 80.0,
        "RR": 35.0,
        "EtCO2": None,
        "SpO2": 100.0,
        "PR": 80.0,
        "NIBP_SYS": 121.0,
        "NIBP_DIA": 75.0,
        "NIBP_MEAN": 92.0,
        "NIBP_PR": 80.0,
        "T": None,
    }
    assert by_vital(report)[VitalSign.ETCO2].validity is Validity.NOT_AVAILABLE


@pytest.mark.requirement("DRV-002")
def test_an_ansar_cuff_reading_is_told_once_and_marked_inferred() -> None:
    decoder = ansar_b.AnsarBDriver().decoder()
    frame = ansar_frame(ANSAR_TEXT)
    first, again = (only([r for r in decoder.feed(frame) if isinstance(r, Report)]) for _ in "ab")
    assert by_vital(first)[VitalSign.NIBP_SYSTOLIC].basis is TimeBasis.INFERRED
    assert VitalSign.NIBP_SYSTOLIC not in by_vital(again)
    emptied = frame.replace(b"NIBP=4;121;75;92;80;", b"NIBP=4;;;;;")
    decoder.feed(emptied)
    once_more = only([r for r in decoder.feed(frame) if isinstance(r, Report)])
    assert VitalSign.NIBP_SYSTOLIC in by_vital(once_more)


def test_a_damaged_ansar_line_costs_that_line() -> None:
    damaged = ANSAR_TEXT.replace("SPO2=1;100;", "SPO2=1;1x0;").replace("HR=1;80", "HR=1;999")
    found = values(only(reports("ansar-b", ansar_frame(damaged))))
    assert "SpO2" not in found
    assert "HR" not in found
    assert found["RR"] == 35.0


MASIMO = (
    "02/22/16 22:47:45 SN=0000056661 SPO2={spo2}% BPM={bpm} PI={pi}% SPCO=--.-% "
    "SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0000 EXC={exc}\r\n"
)


def masimo(spo2: str = "098", bpm: str = "097", pi: str = "03.60", exc: str = "000800") -> bytes:
    return MASIMO.format(spo2=spo2, bpm=bpm, pi=pi, exc=exc).encode()


def test_a_masimo_line_gives_saturation_pulse_and_perfusion() -> None:
    assert values(only(reports("masimo-ascii1", masimo()))) == {
        "SpO2": 98.0,
        "PR": 97.0,
        "PI": 3.6,
    }


@pytest.mark.requirement("DRV-003")
@pytest.mark.parametrize(
    ("exc", "validity", "reason"),
    [
        ("000800", Validity.VALID, ""),
        ("000824", Validity.INVALID, "sensor off"),
        ("000001", Validity.INVALID, "no sensor"),
        ("000808", Validity.INVALID, "pulse search"),
        ("000804", Validity.QUESTIONABLE, "low perfusion"),
        ("000C00", Validity.QUESTIONABLE, "low signal"),
        ("000000", Validity.QUESTIONABLE, "not locked"),
    ],
)
def test_masimo_status_decides_before_the_number(exc: str, validity: Validity, reason: str) -> None:
    spo2 = by_vital(only(reports("masimo-ascii1", masimo(exc=exc))))[VitalSign.SPO2]
    assert (spo2.validity, spo2.reason) == (validity, reason)
    assert (spo2.value is None) is (validity is Validity.INVALID)


def test_a_colour_radical_line_without_percent_signs_is_read() -> None:
    line = (
        b"02/22/16 22:47:45 SN=---------- SPO2=098% BPM=123 PI=00.55 SPCO=--% SPMET=--.-% "
        b"SPHB=--.- SPOC=-- RESVD=--- DESAT=-- PIDELTA=+-- PVI=--- ALARM=000000 EXC=0000C00 "
        b"EXC1=00000000\r\n"
    )
    found = values(only(reports("masimo-ascii1", line)))
    assert found == {"SpO2": 98.0, "PR": 123.0, "PI": 0.55}


NELLCOR = "29-Dec-17 07:18:55    {spo2}     {bpm}     {pa}    {codes}\r\n"


@pytest.mark.requirement("DRV-004")
@pytest.mark.parametrize(
    ("spo2", "bpm", "codes", "validity", "reason"),
    [
        (" 99", " 66", "", Validity.VALID, ""),
        ("89*", " 66", "MO SL", Validity.QUESTIONABLE, "motion"),
        ("---", "---", "SD          AS", Validity.INVALID, "no sensor"),
        ("  0", "  0", "PS", Validity.INVALID, "pulse search"),
        (" 96", " 63", "PS", Validity.INVALID, "pulse search"),
        (" 96", " 63", "LM", Validity.INVALID, "pulse lost, motion"),
        ("---", "---", "", Validity.NOT_AVAILABLE, "no value"),
    ],
)
def test_nellcor_codes_decide_before_the_number(
    spo2: str, bpm: str, codes: str, validity: Validity, reason: str
) -> None:
    line = NELLCOR.format(spo2=spo2, bpm=bpm, pa="  8", codes=codes).encode()
    found = by_vital(only(reports("nellcor", line)))[VitalSign.SPO2]
    assert (found.validity, found.reason) == (validity, reason)


def test_nellcor_headers_between_data_lines_are_passed_over() -> None:
    encoder = nellcor.NellcorDriver().encoder(device="n")
    shown = Shown(
        at_us=NOW_US,
        values={VitalSign.SPO2: 97.0, VitalSign.PULSE_RATE: 71.0},
        validity={},
        mode=GenerationMode.DEMO,
    )
    stream = b"".join(encoder.encode(shown) for _ in range(60))
    events = nellcor.NellcorDriver().decoder().feed(stream)
    assert len(events) == 60
    assert not any(isinstance(event, Garbled) for event in events)


def message(**changes: object) -> bytes:
    body: dict[str, object] = {
        "schema": "chairside-vitals-1",
        "boot": "b",
        "seq": 7,
        "sent_at": "2026-03-02T13:20:00+00:00",
        "mode": "real",
        "readings": [
            {
                "vital": "SpO2",
                "value": 97,
                "unit": "%",
                "measured_at": "2026-03-02T13:19:59.500000+00:00",
                "measured_at_basis": "device",
            }
        ],
    }
    return json.dumps({**body, **changes}).encode()


def test_a_json_message_keeps_number_and_times() -> None:
    report = only(reports("chairside-json", message()))
    spo2 = by_vital(report)[VitalSign.SPO2]
    assert (report.boot, report.seq, spo2.value) == ("b", 7, 97.0)
    assert report.sent_at_us is not None
    assert spo2.measured_at_us == report.sent_at_us - 500_000


READING = {"vital": "SpO2", "value": 97.0, "unit": "%"}


@pytest.mark.requirement("DRV-005")
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 2_000, "nested too deeply"),
        (b" " * 70_000, "message of 70000 bytes"),
        (message(schema="other"), "schema"),
        (message(seq=-1), "seq"),
        (message(seq=1.5), "seq"),
        (message(seq=True), "seq"),
        (message(sent_at="2026-03-02T13:20:00"), "sent_at"),
        (message(patient="somebody"), "patient"),
        (message(readings=[{**READING, "unit": "kPa"}]), "readings.0.unit"),
        (message(readings=[{**READING, "vital": "XX"}]), "readings.0.vital"),
        (message(readings=[{**READING, "value": "97"}]), "readings.0.value"),
        (message(readings=[{**READING, "value": True}]), "readings.0.value"),
        (message(readings=[{**READING, "value": None}]), "readings.0.value"),
        (message().replace(b"97", b"NaN"), "NaN"),
        (message().replace(b"97", b"-Infinity"), "Infinity"),
        (message().replace(b"97", b"1e999"), "readings.0.value"),
        (message().replace(b'"seq": 7', b'"seq": ' + b"9" * 5_000), ""),
    ],
)
def test_a_json_message_that_is_not_of_the_form_is_garbled_with_its_reason(
    data: bytes, why: str
) -> None:
    events = chairside_json.ChairsideJsonDriver().decoder().feed(data)
    assert len(events) == 1
    assert isinstance(events[0], Garbled)
    assert why in events[0].why


def test_birth_and_will_say_whether_the_sender_is_there() -> None:
    assert [report.online for report in reports("chairside-json", b"online")] == [True]
    assert [report.online for report in reports("chairside-json", b"offline")] == [False]


@pytest.mark.requirement("DRV-006")
def test_what_our_senders_publish_is_what_the_published_schema_says() -> None:
    schema = json.loads((ROOT / "docs/schema/chairside-vitals-1.schema.json").read_text())
    assert schema == chairside_json.Payload.model_json_schema(by_alias=True) | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "chairside-vitals-1",
    }
    shown = Shown(
        at_us=NOW_US,
        values={VitalSign.SPO2: 97.0},
        validity={VitalSign.PULSE_RATE: (Validity.INVALID, "sensor off")},
        mode=GenerationMode.DEMO,
    )
    sent = json.loads(chairside_json.Encoder("dev").encode(shown))
    Draft202012Validator(schema).validate(sent)


def test_a_simulated_probe_off_is_the_devices_own_sign() -> None:
    off = (Validity.INVALID, "sensor off")
    shown = Shown(
        at_us=NOW_US,
        values={},
        validity={VitalSign.SPO2: off, VitalSign.PULSE_RATE: off},
        mode=GenerationMode.DEMO,
    )
    for name in ("masimo-ascii1", "nellcor", "chairside-json"):
        report = only(reports(name, DRIVERS[name].encoder(device="d").encode(shown)))
        spo2 = by_vital(report)[VitalSign.SPO2]
        assert (spo2.validity, spo2.reason) == off, name


def test_the_line_that_a_masimo_sends_by_default_is_named() -> None:
    line = b"09/21/08 09:56:10 SpO2=000 PR=000 PI=00.00 EXC=828:Search,OffPat,SET\r\n"
    events = masimo_ascii1.MasimoAscii1Driver().decoder().feed(line)
    assert isinstance(events[0], Garbled)
    assert "AS1" in events[0].why
