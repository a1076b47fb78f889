"""`chairside replay`, `sim` and `demo` at the prompt: what they print, and how they refuse."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import EXIT_CONFIG, chairside
from simulators import cli
from simulators.recordings import COLUMNS

HEAD = "t_seconds," + ",".join(COLUMNS)


@pytest.fixture(autouse=True)
def joined() -> None:
    """The simulators' subcommands beside the product's, as the entry points join them."""
    for name, command in (("demo", cli.demo), ("replay", cli.replay), ("sim", cli.sim)):
        chairside.add_command(command, name)


def chairside_says(*arguments: str) -> Result:
    return CliRunner().invoke(chairside, arguments)


def a_recording(folder: Path, rows: int, name: str = "short") -> Path:
    """Heart rate 72 throughout, a gap in every third row, and SpO2 of 84 from row 5 on."""
    path = folder / f"{name}.csv"
    lines = [
        f"{second},{72 if second % 3 else ''},{97 if second < 5 else 84},72,,,"
        for second in range(rows)
    ]
    path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    return path


@pytest.mark.requirement("SIM-013")
def test_a_replay_ends_by_itself_and_tells_what_was_kept_and_what_alarmed(tmp_path: Path) -> None:
    record = tmp_path / "record.db"
    long, short = a_recording(tmp_path, 40), a_recording(tmp_path, 4, "shorter")
    said = chairside_says(
        *("replay", str(long), str(short), "--speed", "30", "--port", "0"),
        *("--protocol", "ansar-b", "--protocol", "chairside-json", "--record", str(record)),
    )
    assert said.exit_code == 0, said.output
    assert f"record: {record}" in said.output
    assert re.search(r"wall: +http://127\.0\.0\.1:\d+/", said.output)
    assert re.search(r"sessions +4\b", said.output)
    assert re.search(r"SPO2-2 +2\b", said.output)
    assert re.search(r"SPO2-3 +2\b", said.output)
    with closing(sqlite3.connect(record)) as kept:
        (values,) = kept.execute(
            "SELECT count(value) FROM readings WHERE vital = 'HR' AND session IS NOT NULL"
        ).fetchone()
        modes = kept.execute("SELECT DISTINCT mode FROM readings").fetchall()
    assert values == 2 * (40 - 14) + 2 * (4 - 2)
    assert modes == [("demo",)]


@pytest.mark.requirement("SIM-014")
def test_a_replayed_patient_sits_in_the_phase_asked_for(tmp_path: Path) -> None:
    said = chairside_says(
        *("replay", str(a_recording(tmp_path, 12)), "--speed", "30", "--port", "0"),
        *("--phase", "baseline", "--record", str(tmp_path / "record.db")),
    )
    assert said.exit_code == 0, said.output
    with closing(sqlite3.connect(tmp_path / "record.db")) as kept:
        facts = kept.execute("SELECT data FROM facts WHERE kind = 'phase'").fetchall()
    assert [json.loads(data) for (data,) in facts] == [{"phase": "BASELINE"}]


def test_a_recording_that_cannot_be_read_is_told_in_four_parts(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(f"{HEAD}\n0,high,,,,,\n", encoding="utf-8")
    said = chairside_says("replay", str(path), "--port", "0")
    assert said.exit_code == EXIT_CONFIG
    assert "hr_bpm is 'high', no number" in said.output
    assert f"--> {path}:2" in said.output
    assert "fix:" in said.output


def test_a_port_that_is_taken_is_told_and_nothing_hangs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = chairside_says(
            "demo", "--chairs", "1", "--port", str(port), "--record", str(tmp_path / "record.db")
        )
    assert said.exit_code == EXIT_CONFIG
    assert str(port) in said.output
    assert "Traceback" not in said.output


@pytest.mark.requirement("SIM-010")
def test_sim_prints_the_same_digest_for_the_same_seed() -> None:
    arguments = ("sim", "--seed", "5", "--chairs", "2", "--minutes", "1")
    once, again = chairside_says(*arguments), chairside_says(*arguments)
    assert once.exit_code == 0, once.output
    assert re.search(r"digest +[0-9a-f]{16}\n", once.output)
    assert once.output == again.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("replay", "x.csv", "--mqtt", "nowhere"), "is not HOST:PORT"),
        (("demo", "--influx", "influx:8086"), "is no http address"),
        (("demo", "--chairs", "0"), "--chairs"),
        (("replay", "x.csv", "--speed", "61"), "--speed"),
    ],
)
def test_a_wrong_option_is_a_usage_error_that_names_it(
    arguments: tuple[str, ...], told: str
) -> None:
    said = chairside_says(*arguments)
    assert said.exit_code == 2
    assert told in said.output
