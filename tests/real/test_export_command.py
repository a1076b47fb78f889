"""`chairside export`: a session, a course, a month; from record and InfluxDB; de-identified."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from codecs import BOM_UTF8
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import EXIT_FAILED, EXIT_UNREACHABLE, chairside
from monitor.exports.formats import FORMATS
from monitor.exports.room import SPARE_BYTES, needed_bytes
from monitor.history import FactRow
from monitor.operations.staffing import write_pepper
from monitor.store.influx import InfluxCopy
from monitor.store.record import Record
from monitor.store.rows import Row
from tests.dossiers import told
from tests.influx_bucket import Bucket, Server, make_bucket
from tests.real.test_command_line import configured, influx_table
from tests.stored import NOON_US, clock, fact, reading, transition, until

MARCH_US = round(datetime(2026, 3, 10, 9, tzinfo=UTC).timestamp()) * 1_000_000
MARCH_S = (MARCH_US - NOON_US) / 1e6
ENDINGS = [part.ending for one in FORMATS.values() for part in one.parts]


def says(*arguments: str) -> Result:
    return CliRunner().invoke(chairside, ["export", *arguments])


def session(name: str, at_s: float, patient_ref: str) -> list[Row]:
    """A short session of a patient, with an alarm."""
    return [
        fact(at_s, "seated", session=name, patient_ref=patient_ref, planned_minutes=40),
        *(reading(at_s + n, 97.0 - n, session=name) for n in range(5)),
        transition(at_s + 3, "ACTIVE_UNACK", session=name, alarm=f"{name}/SPO2-2/SpO2/1"),
        fact(at_s + 9, "phase", session=name, phase="CLOSED"),
    ]


def keep(folder: Path, rows: list[Row], bucket: Bucket | None = None) -> None:
    """Rows in the record, and in the bucket."""

    async def main() -> None:
        async with Record(folder / "clinic.db", clock=clock(), reserve_bytes=0) as record:
            record.add(rows)
            await record.commit()
            if bucket is None:
                return
            copy = InfluxCopy(
                *(record, bucket.url, bucket.org, bucket.name, lambda: bucket.token, clock()),
                clinic="harbour",
            )
            task = asyncio.create_task(copy.run())
            await until(lambda: copy.rows_behind == 0)
            task.cancel()

    asyncio.run(main())


def course() -> list[Row]:
    """Three sessions of one patient and one of another, around the end of a month in Lisbon."""
    day_s = 86_400.0
    return [
        *session("s-feb", MARCH_S - 9.5 * day_s, "A.M."),
        *session("s-mar", MARCH_S, "A.M."),
        *session("s-mar-2", MARCH_S + 2 * day_s, "B.N."),
        *session("s-apr", MARCH_S + 21 * day_s + 14.5 * 3_600, "A.M."),
    ]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.requirement("EXP-020")
def test_a_session_a_course_and_a_month_go_into_a_folder(tmp_path: Path) -> None:
    path = str(configured(tmp_path))
    keep(tmp_path, course())
    every = [argument for name in FORMATS for argument in ("--format", name)]
    one = tmp_path / "one"
    assert says("--config", path, "s-mar", "--output", str(one), *every).exit_code == 0
    assert names(one) == sorted(f"s-mar{ending}" for ending in ENDINGS)
    assert {file.stat().st_mode & 0o777 for file in one.iterdir()} == {0o600}
    whole = tmp_path / "course"
    said = says("--config", path, "--course", "A.M.", "--output", str(whole), "--format", "hl7")
    assert (said.exit_code, said.output) == (0, "")
    assert names(whole) == ["s-apr.hl7", "s-feb.hl7", "s-mar.hl7"]
    # In Lisbon the night of 31 March to 1 April begins an hour before that of UTC.
    month = tmp_path / "month"
    says("--config", path, "--month", "2026-03", "--output", str(month), "--format", "edf")
    assert names(month) == ["s-mar-2.edf", "s-mar.edf"]


@pytest.mark.requirement("EXP-021")
def test_every_file_is_the_same_from_the_record_and_from_influxdb(
    tmp_path: Path, influxd: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: NOON_US * 1_000)
    bucket = make_bucket(influxd)
    path = str(configured(tmp_path, influx_table(tmp_path, bucket)))
    without = {"person", "phone", "text"}
    facts = [
        FactRow(
            **{
                **{name: getattr(one, name) for name in FactRow.__slots__},
                "data": {key: said for key, said in one.data.items() if key not in without},
            }
        )
        for one in told()
    ]
    keep(tmp_path, [*facts, *(reading(n, 97.0) for n in range(5))], bucket)
    every = [argument for name in FORMATS for argument in ("--format", name)]
    for place, more in (("own", []), ("shared", ["--from-influxdb"])):
        said = says("--config", path, "s-1", "--output", str(tmp_path / place), *every, *more)
        assert said.exit_code == 0, said.output
    for name in names(tmp_path / "own"):
        assert (tmp_path / "own" / name).read_bytes() == (tmp_path / "shared" / name).read_bytes()
    for more in ([], ["--from-influxdb"]):
        folder = tmp_path / f"month{len(more)}"
        says("--config", path, "--month", "2027-01", "--output", str(folder), *more)
        assert names(folder) == ["s-1.adverse.csv", "s-1.csv", "s-1.json", "s-1.minutes.csv"]


@pytest.mark.requirement("EXP-022")
def test_de_identified_sessions_of_a_patient_keep_their_distance_and_tell_no_date_or_id(
    tmp_path: Path,
) -> None:
    path = str(configured(tmp_path))
    write_pepper(tmp_path / "staff.pepper")
    keep(tmp_path, [*course(), *told()])
    every = [argument for name in FORMATS for argument in ("--format", name)]
    out = tmp_path / "out"
    asked = ["--config", path, "--course", "A.M.", "--output", str(out), "--de-identify", *every]
    assert says(*asked).exit_code == 0
    beside = [file for file in out.glob("*.json") if not file.name.endswith(".fhir.json")]
    heads = [json.loads(file.read_text("utf-8")) for file in beside]
    assert len(heads) == 4
    assert len({head["patient_ref"] for head in heads}) == 1
    opened = sorted(datetime.fromisoformat(head["opened_at"]) for head in heads)
    true = sorted([MARCH_S, MARCH_S - 9.5 * 86_400, MARCH_S + 21 * 86_400 + 14.5 * 3_600, -60])
    gaps = [(later - opened[0]).total_seconds() for later in opened]
    assert gaps == [later - true[0] for later in true]
    days = (
        datetime.fromtimestamp(NOON_US / 1e6 + true[0], UTC) - opened[0]
    ).total_seconds() / 86_400
    assert days == int(days)
    assert 1 <= days <= 3_650
    # A shifted day may be another session's true one: that one tells nothing.
    days_told = {f"{one:%Y-%m-%d}" for one in opened}
    true_days = [datetime.fromtimestamp(NOON_US / 1e6 + at_s, UTC) for at_s in true]
    dates = [
        f"{day:{pattern}}".encode()
        for day in true_days
        if f"{day:%Y-%m-%d}" not in days_told
        for pattern in ("%Y-%m-%d", "%Y%m%d", "%d.%m.%y")
    ]
    assert dates
    for file in out.iterdir():
        body = file.read_bytes()
        for told_of in (b"A.M.", b"s-mar", b"s-1", b"mon-1", b"harbour", b'"rk"', *dates):
            assert told_of not in body, (file.name, told_of)
            assert told_of.decode() not in file.name
    again = tmp_path / "again"
    says(*[str(again) if one == str(out) else one for one in asked])
    assert names(again) == names(out)


@pytest.mark.requirement("EXP-023")
def test_another_clinics_key_gives_other_dates_and_ids(tmp_path: Path) -> None:
    seen = []
    for place in ("one", "other"):
        folder = tmp_path / place
        folder.mkdir()
        path = str(configured(folder))
        write_pepper(folder / "staff.pepper")
        keep(folder, course())
        said = says("--config", path, "s-mar", "--de-identify")
        assert said.exit_code == 0
        seen.append(said.stdout)
    assert seen[0] != seen[1]
    without = tmp_path / "without"
    without.mkdir()
    path = str(configured(without))
    keep(without, course())
    refused = says("--config", path, "s-mar", "--de-identify")
    assert refused.exit_code != 0
    assert "staff.pepper" in refused.stderr


@pytest.mark.requirement("EXP-024")
def test_a_terminal_shows_a_bar_and_a_pipe_does_not(tmp_path: Path) -> None:
    path = str(configured(tmp_path))
    keep(tmp_path, course())
    command = [sys.executable, "-m", "monitor.cli", "export", "--config", path]
    command += ["--course", "A.M.", "--output", str(tmp_path / "out")]
    piped = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (piped.stdout, piped.stderr) == ("", "")
    ours, theirs = pty.openpty()
    subprocess.run(command, stdout=theirs, stderr=theirs, stdin=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert "Exporting" in shown
    assert re.search(r"3/3", shown)


@pytest.mark.requirement("EXP-036")
def test_a_csv_begins_with_the_utf_8_mark_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(configured(tmp_path))
    monkeypatch.setattr("time.time_ns", lambda: NOON_US * 1_000)
    seat = fact(0, "seated", patient_ref="A", planned_minutes=40)
    keep(tmp_path, [seat, reading(1, None, reason="Fühler ab")])
    out, plain = tmp_path / "out", tmp_path / "plain"
    formats = ["--format", "csv", "--format", "hl7"]
    says("--config", path, "s-1", "--output", str(out), "--bom", *formats)
    says("--config", path, "s-1", "--output", str(plain), *formats)
    marked = {file.name for file in out.iterdir() if file.read_bytes().startswith(BOM_UTF8)}
    assert marked == {"s-1.adverse.csv", "s-1.csv", "s-1.minutes.csv"}
    text = (out / "s-1.csv").read_text(encoding="utf-8-sig")
    assert "Fühler ab" in text
    for file in plain.iterdir():
        assert file.read_bytes() == (out / file.name).read_bytes().removeprefix(BOM_UTF8)
    piped = CliRunner().invoke(chairside, ["export", "s-1", "--config", path, "--bom"])
    assert piped.stdout_bytes == (out / "s-1.csv").read_bytes()


@pytest.mark.requirement("EXP-037")
def test_without_room_nothing_is_begun_and_what_is_missing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(configured(tmp_path))
    keep(tmp_path, course())
    arguments = ["--config", path, "--month", "2026-03", "--format", "fhir"]
    out = tmp_path / "deep" / "out"
    needed = needed_bytes(["fhir"], sessions=2, readings=10)
    free = SPARE_BYTES + needed - 3_000_000
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, free))
    said = says(*arguments, "--output", str(out))
    assert said.exit_code == EXIT_FAILED
    assert "there is no room for this export" in said.stderr
    assert "make 3 MB free" in said.stderr
    assert not out.exists()
    free += 3_000_000
    assert says(*arguments, "--output", str(out)).exit_code == 0
    assert len(names(out)) == 2


@pytest.mark.requirement("EXP-025")
def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = str(configured(tmp_path))
    keep(tmp_path, [fact(0, "seated", patient_ref="A", planned_minutes=40), reading(1)])
    out = tmp_path / "out"
    # A folder of that name stands where the last file would go.
    (out / "s-1.json").mkdir(parents=True)
    said = says("--config", path, "s-1", "--output", str(out))
    assert said.exit_code == EXIT_UNREACHABLE
    assert "the export cannot be written" in said.stderr
    assert names(out) == ["s-1.adverse.csv", "s-1.csv", "s-1.json", "s-1.minutes.csv"]


@pytest.mark.requirement("EXP-026")
def test_a_session_whose_id_is_a_path_stays_within_the_folder(tmp_path: Path) -> None:
    path = str(configured(tmp_path))
    evil = "../../s/..\\x"
    keep(
        tmp_path,
        [fact(0, "seated", session=evil, patient_ref="A", planned_minutes=40)],
    )
    out = tmp_path / "deep" / "out"
    assert says("--config", path, evil, "--output", str(out), "--format", "edf").exit_code == 0
    assert names(out) == ["__.._s_.._x.edf"]
    assert names(tmp_path / "deep") == ["out"]


@pytest.mark.requirement("EXP-027")
@pytest.mark.parametrize(
    "arguments",
    [
        ("s-1", "--course", "A.M."),
        ("--month", "2026-03"),
        ("s-1", "--format", "edf", "--format", "hl7"),
        ("--month", "2026-13", "--output", "x"),
        ("s-1", "--format", "pdf"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said = says("--config", str(configured(tmp_path)), *arguments)
    assert said.exit_code == 2
    assert "Usage" in said.stderr


def test_a_patient_without_sessions_is_told(tmp_path: Path) -> None:
    path = str(configured(tmp_path))
    keep(tmp_path, course())
    said = says("--config", path, "--course", "Z.Z.", "--output", str(tmp_path / "out"))
    assert said.exit_code == EXIT_UNREACHABLE
    assert "patient 'Z.Z.' has no session" in said.stderr
