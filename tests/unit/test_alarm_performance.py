"""The published figures are what the script gives; its parts count as they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import alarm_performance as performance
from simulators import recordings
from simulators.recordings import Recording, Row
from tests.judged import DIA, SPO2, SYS
from tests.recorded import require

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alarm-performance.md"
SMALL = ("clif_20764029", "clif_21101111")


@pytest.mark.requirement("ALM-120")
def test_the_page_holds_what_the_script_gives_for_two_small_recordings() -> None:
    preset, printed = performance.preset(), PAGE.read_text(encoding="utf-8").splitlines()
    for name in SMALL:
        recording = require(name)
        assert performance.recording_line(name, performance.measure(preset, recording)) in printed
    paths = [recordings.folder() / f"{name}.csv" for name in SMALL]
    again = [list(performance.document(preset, paths)) for _ in range(2)]
    assert again[0] == again[1]
    assert [line.split("|")[1].strip() for line in again[0][-2:]] == list(SMALL)


@pytest.mark.requirement("ALM-120")
def test_a_lasting_low_value_is_an_alarm_of_both_and_missed_by_none() -> None:
    rows = tuple(Row(t_s=60.0 * n, values={SPO2: 91.0 if 2 <= n < 4 else 97.0}) for n in range(8))
    counts = performance.measure(performance.preset(), Recording("x", rows)).of("SPO2-1")
    assert (counts.preset, counts.naive, counts.sustained, counts.missed) == (1, 1, 1, 0)


@pytest.mark.requirement("ALM-120")
def test_one_high_cuff_reading_is_naively_an_alarm_and_not_sustained() -> None:
    rows = tuple(
        Row(t_s=300.0 * n, values={SYS: 190.0 if n == 2 else 120.0, DIA: 75.0}) for n in range(5)
    )
    counts = performance.measure(performance.preset(), Recording("x", rows)).of("BP-H2")
    assert (counts.preset, counts.naive, counts.sustained) == (1, 1, 0)
