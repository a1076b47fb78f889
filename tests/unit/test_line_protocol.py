"""Line protocol: what InfluxDB is sent, read again by a parser that shares no line with it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.history import ReadingRow
from monitor.store.lines import Lines, escape_tag, tag_text, tag_value
from monitor.store.rows import Committed, Row
from monitor.vitals import Validity
from tests.stored import NOON_US, fact, reading, transition


def line(row: Row, clinic: str = "Harbour", at_us: int | None = None) -> str:
    true_us = row.sampled_at_us if isinstance(row, ReadingRow) else row.at_us
    return Lines(clinic).line(Committed(1, true_us if at_us is None else at_us, row))


def parse(text: str) -> tuple[str, dict[str, str], dict[str, str], int]:
    """Measurement, tags, raw fields and time, by the grammar of the line protocol reference."""
    head = re.match(r"(?:\\.|[^ \\])+", text)
    assert head
    measurement, *tags = re.split(r"(?<!\\),", head[0])
    fields, rest = {}, text[head.end() + 1 :]
    while True:
        one = re.match(r'([a-z_0-9]+)=("(?:\\.|[^"\\])*"|[^ ,"]+)([ ,])', rest, re.DOTALL)
        assert one, rest
        fields[one[1]] = one[2]
        rest = rest[one.end() :]
        if one[3] == " ":
            break
    pairs = (re.split(r"(?<!\\)=", tag) for tag in tags)
    return (
        measurement,
        {name: re.sub(r"\\([,= ])", r"\1", value) for name, value in pairs},
        fields,
        int(rest),
    )


def text_of(raw: str) -> str:
    return re.sub(r"\\(.)", r"\1", raw[1:-1], flags=re.DOTALL)


@pytest.mark.requirement("INF-001")
def test_a_reading_is_one_point_with_four_tags_and_fields_of_fixed_types() -> None:
    measurement, tags, fields, at_us = parse(line(reading(1, 97, boot="b1", seq=7)))
    assert measurement == "vitals"
    assert tags == {"clinic": "Harbour", "chair": "1", "device": "mon-1", "vital": "SpO2"}
    assert at_us == NOON_US + 1_000_000
    assert fields == {
        "value": "97",
        "validity": '"valid"',
        "mode": '"demo"',
        "basis": '"received"',
        "reason": '""',
        "late": "false",
        "received_us": f"{NOON_US + 1_000_040}i",
        "session": '"s-1"',
        "boot": '"b1"',
        "seq": "7i",
    }


def test_what_a_reading_does_not_have_is_left_out() -> None:
    row = reading(0, None, session=None, validity=Validity.INVALID, reason="sensor off")
    *_, fields, _ = parse(line(row))
    assert not {"value", "session", "boot", "seq", "shift_us"} & set(fields)
    assert fields["reason"] == '"sensor off"'


def test_a_point_moved_to_a_free_time_carries_how_far() -> None:
    *_, fields, at_us = parse(line(reading(0), at_us=NOON_US + 2))
    assert (at_us, fields["shift_us"]) == (NOON_US + 2, "2i")


def test_session_and_alarm_ids_are_fields_and_never_tags() -> None:
    rows: list[Row] = [
        reading(0),
        transition(0, "ACTIVE_UNACK"),
        fact(0, "seated", patient_ref="A"),
    ]
    for row in rows:
        _, tags, fields, _ = parse(line(row))
        assert fields["session"] == '"s-1"'
        assert set(tags) <= {"clinic", "chair", "device", "vital", "condition", "priority", "kind"}


def test_an_alarm_of_the_clinic_itself_has_no_chair_tag() -> None:
    row = transition(0, "ACTIVE_UNACK", chair="", condition="T-COPY", session=None)
    assert parse(line(row))[1] == {
        "clinic": "Harbour",
        "condition": "T-COPY",
        "priority": "HIGH",
    }


def test_a_fact_keeps_its_data_as_json_text() -> None:
    *_, fields, _ = parse(line(fact(0, "seated", patient_ref='A "x"', planned_minutes=40)))
    assert text_of(fields["data"]) == '{"patient_ref": "A \\"x\\"", "planned_minutes": 40}'


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))


@given(texts)
def test_any_text_in_a_field_comes_back(text: str) -> None:
    *_, fields, _ = parse(line(transition(0, "ACTIVE_UNACK", note=text)))
    assert text_of(fields["note"]) == text


@given(texts.filter(bool), texts.filter(bool))
@pytest.mark.requirement("INF-002")
def test_any_text_in_a_tag_comes_back_and_no_two_texts_are_one(text: str, other: str) -> None:
    _, tags, *_ = parse(line(reading(0, chair=text)))
    assert tag_text(tags["chair"]) == text
    assert tags["chair"] == tag_value(text)
    assert (escape_tag(text) == escape_tag(other)) == (text == other)


@given(texts)
def test_no_text_can_add_a_line_or_a_tag(text: str) -> None:
    hostile = f"{text}\nvitals,chair=2 value=1 1"
    measurement, tags, *_ = parse(line(reading(0, chair=hostile, device=hostile), clinic=hostile))
    assert measurement == "vitals"
    assert set(tags) == {"clinic", "chair", "device", "vital"}
    assert "\n" not in line(reading(0, chair=hostile))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_value_comes_back_exactly(value: float) -> None:
    *_, fields, _ = parse(line(reading(0, value)))
    assert float(fields["value"]) == value
