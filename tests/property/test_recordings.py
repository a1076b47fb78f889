"""Recordings: read as they are, planted as asked, and what protocols carry of any rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.drivers import Report
from monitor.drivers.registry import DRIVERS
from monitor.errors import ConfigError
from monitor.vitals import GenerationMode, VitalSign
from simulators.recordings import (
    COLUMNS,
    CUFF,
    PLANTED_ROWS_MIN,
    Planted,
    Recording,
    Row,
    carried,
    load,
    plant,
)
from simulators.replay import row_shown
from tests import oracle, recorded

MORNING_US = 1_767_600_000_000_000
PROTOCOLS = ("ansar-b", "chairside-json")

NUMBERS = {
    VitalSign.HEART_RATE: st.integers(0, 3000).map(lambda tenths: tenths / 10),
    VitalSign.SPO2: st.integers(10, 1000).map(lambda tenths: tenths / 10),
    VitalSign.PULSE_RATE: st.integers(200, 2500).map(lambda tenths: tenths / 10),
    # A narrow range makes equal readings on consecutive rows common.
    VitalSign.NIBP_SYSTOLIC: st.integers(120, 122).map(float),
    VitalSign.NIBP_DIASTOLIC: st.integers(70, 71).map(float),
    VitalSign.NIBP_MEAN: st.integers(88, 89).map(float),
}


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    count = draw(st.integers(1, 25))
    return [
        Row(
            t_s=float(second),
            values={
                vital: draw(number) for vital, number in NUMBERS.items() if draw(st.booleans())
            },
            probe_off=draw(st.integers(0, 9)) == 0,
            silent=draw(st.integers(0, 9)) == 0,
        )
        for second in range(count)
    ]


def received(protocol: str, told: list[Row]) -> Iterator[Mapping[VitalSign, float]]:
    """What the service's decoder makes of the rows, cuff readings by their stamps once."""
    driver = DRIVERS[protocol]
    encoder, decoder, stamps = driver.encoder(device="replay"), driver.decoder(), set()
    for number, row in enumerate(told):
        values = {}
        data = b"" if row.silent else encoder.encode(row_shown(row, MORNING_US + number * 10**6))
        for event in decoder.feed(data) if data else []:
            assert isinstance(event, Report)
            for one in event.measurements:
                stamp = (one.vital, one.measured_at_us)
                if one.value is not None and (one.measured_at_us is None or stamp not in stamps):
                    values[one.vital] = one.value
                    stamps.add(stamp)
        yield values


@pytest.mark.requirement("SIM-008")
@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(told=rows())
@settings(max_examples=60, deadline=None)
def test_each_protocol_carries_exactly_what_the_oracle_says(protocol: str, told: list[Row]) -> None:
    assert list(received(protocol, told)) == list(carried(protocol, told))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_whole_recording_arrives_through_each_protocol(protocol: str) -> None:
    told = list(recorded.require().rows)
    assert list(received(protocol, told)) == list(carried(protocol, told))


def test_json_loses_nothing_and_ansar_b_only_rounds_and_merges_equal_neighbours() -> None:
    told = list(recorded.require().rows)
    assert [dict(row) for row in carried("chairside-json", told)] == [row.values for row in told]
    for row, kept in zip(told, carried("ansar-b", told), strict=True):
        lost = row.values.keys() - kept.keys()
        assert lost <= set(CUFF)
        assert all(abs(kept[vital] - row.values[vital]) <= 0.5 for vital in kept)


def test_every_shared_recording_can_be_read() -> None:
    recorded.require()
    for path in recorded.paths():
        assert load(path).rows, path.name


def test_generation_mode_is_demo_on_every_row() -> None:
    assert row_shown(Row(t_s=0.0, values={}), MORNING_US).mode is GenerationMode.DEMO


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "some.csv"
    path.write_text(text, encoding="utf-8")
    return path


HEAD = "t_seconds," + ",".join(COLUMNS)


def test_a_gap_is_no_value_and_not_zero(tmp_path: Path) -> None:
    (row,) = load(written(tmp_path, f"{HEAD}\n0,,0,,,,\n")).rows
    assert row.values == {VitalSign.SPO2: 0.0}
    assert row.cuff == (None, None, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("t_seconds,hr_bpm\n0,70\n", "no column nibp_dia_mmhg"),
        (f"{HEAD}\n0,70,,,,,\n1,high,,,,,\n", r"some\.csv:3"),
        (f"{HEAD}\n0,nan,,,,,\n", "hr_bpm is 'nan', no number"),
        (f"{HEAD}\n,70,,,,,\n", "t_seconds is ''"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    assert re.search(told, str(caught.value))


def test_a_recording_that_is_not_there_is_told_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the recording"):
        load(tmp_path / "none.csv")


LIVE_RULES = {
    "SPO2-1", "SPO2-2", "SPO2-3", "HR-H1", "HR-H2", "HR-L1", "HR-L2", "BP-H1", "BP-H2", "BP-L1",
    "BP-L2", "T-PROBE", "T-STALE", "T-LINK", "T-NIBP-O",
}  # fmt: skip


def oracle_row(row: Row) -> Mapping[str, float | None]:
    names = {"hr": VitalSign.HEART_RATE, "spo2": VitalSign.SPO2, "sys": VitalSign.NIBP_SYSTOLIC,
             "dia": VitalSign.NIBP_DIASTOLIC, "map": VitalSign.NIBP_MEAN}  # fmt: skip
    hidden = row.silent or row.probe_off
    return {
        name: None if hidden and vital is VitalSign.SPO2 else row.values.get(vital)
        for name, vital in names.items()
    }


@pytest.mark.requirement("SIM-009")
@pytest.mark.parametrize("seed", range(10))
def test_a_planted_copy_violates_each_live_rule_where_it_says(seed: int) -> None:
    recording, planted = plant(recorded.require(), seed)
    assert {one.condition for one in planted} == LIVE_RULES
    told = [oracle_row(row) for row in recording.rows]
    for rule in oracle.RULES:
        found = oracle.episodes(rule, told)
        (own,) = [one for one in planted if one.condition == rule.id]
        assert any(own.first <= episode.alarmed <= own.last for episode in found), own


def test_planting_is_repeatable_and_leaves_the_original_alone() -> None:
    original = recorded.require()
    before = original.rows
    assert plant(original, 5) == plant(original, 5)
    assert plant(original, 5) != plant(original, 6)
    assert original.rows is before


def test_a_short_recording_is_lengthened_so_that_every_rule_finds_room() -> None:
    recording, planted = plant(Recording("short", (Row(t_s=0.0, values={}),)), 1)
    assert len(recording.rows) == PLANTED_ROWS_MIN
    assert len(planted) == len(LIVE_RULES)


def test_no_cuff_reading_stands_where_the_planted_one_is_overdue() -> None:
    recording, planted = plant(recorded.require(), 3)
    (overdue,) = [one for one in planted if one.condition == "T-NIBP-O"]
    assert overdue.last - overdue.first > 480
    assert all(row.cuff == (None,) * 3 for row in recording.rows[overdue.first :])


def test_planted_rows_do_not_overlap() -> None:
    _, planted = plant(recorded.require(), 9)
    short = [one for one in planted if one.condition != "T-NIBP-O"]
    for one, other in itertools.pairwise(short):
        assert isinstance(one, Planted)
        assert one.last < other.first
