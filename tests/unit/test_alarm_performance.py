"""The published figures are what the script gives; its parts count as they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import alarm_performance as performance
from simulators import recordings
from simulators.recordings import Recording, Row
from tests.judged import DIA, SPO2, SYS
from tests.recorded import paths, require

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alarm-performance.md"
SMALL = ("clif_20764029", "clif_21101111")


@pytest.mark.requirement("ALM-120")
def test_the_page_holds_what_the_script_gives_for_two_small_recordings() -> None:
    preset, printed = performance.preset(), PAGE.read_text(encoding="utf-8").splitlines()
    for name in SMALL:
        recording = require(name)
        assert performance.recording_line(name, performance.measure(preset, recording)) in printed
    small = [recordings.folder() / f"{name}.csv" for name in SMALL]
    again = [list(performance.document(preset, small)) for _ in range(2)]
    assert again[0] == again[1]
    assert [line.split("|")[1].strip() for line in again[0][-2:]] == list(SMALL)


@pytest.mark.requirement("ALM-120")
def test_the_page_is_of_the_shipped_preset_and_its_sums_are_those_of_its_recordings() -> None:
    text = PAGE.read_text(encoding="utf-8")
    head = f"{performance.preset().name} ({performance.preset().hash[:12]})"
    assert head in text, "the preset has changed since: `make alarm-performance`"
    rules, priorities, recordings_ = (
        [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines()[4:] if line]
        for part in text.split("\n## By ")[1:]
    )
    assert f", {len(recordings_)} recordings," in text
    by_recording = [sum(int(one[column]) for one in recordings_) for column in (2, 3, 4)]
    assert by_recording == [int(one[1]) for one in priorities]
    by_rule = [
        sum(int(one[2]) for one in rules if one[1] == priority[0]) for priority in priorities
    ]
    assert sum(by_rule) <= sum(by_recording)
    for priority in priorities:
        of_it = [one for one in rules if one[1] == priority[0] and one[6] != "-"]
        sums = [str(sum(int(one[column]) for one in of_it)) for column in (4, 6, 7, 8)]
        assert [priority[column] for column in (3, 5, 6, 7)] == sums, "naive, lasting, missed"
    told = [one[0] for one in rules]
    assert told == [one.id for one in performance.told(performance.preset())]


@pytest.mark.requirement("ALM-120")
def test_every_recording_there_is_stands_on_the_page() -> None:
    require()
    table = PAGE.read_text(encoding="utf-8").split("\n## By recording")[1]
    shown = [line.split("|")[1].strip() for line in table.splitlines()[4:] if line]
    assert shown == [path.stem for path in paths()]


@pytest.mark.requirement("ALM-129")
def test_without_recordings_nothing_is_written_over_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("what was measured", encoding="utf-8")
    monkeypatch.setenv(recordings.FOLDER_VARIABLE, str(tmp_path / "none"))
    with pytest.raises(SystemExit) as refused:
        performance.main(["--out", str(page)])
    assert refused.value.code == 1
    assert page.read_text(encoding="utf-8") == "what was measured"
    told = capsys.readouterr().err
    assert str(tmp_path / "none") in told
    assert recordings.FOLDER_VARIABLE in told


@pytest.mark.requirement("ALM-129")
def test_a_recording_that_cannot_be_read_leaves_the_page_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, recording = tmp_path / "page.md", tmp_path / "broken.csv"
    page.write_text("what was measured", encoding="utf-8")
    recording.write_text("no,such\n1,2\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        performance.main([str(recording), "--out", str(page)])
    assert page.read_text(encoding="utf-8") == "what was measured"
    assert "broken.csv" in capsys.readouterr().err


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
