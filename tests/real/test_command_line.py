"""`chairside validate`, `doctor`, `export` and `tail` at the prompt: answers and exit codes."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import EXIT_CONFIG, EXIT_FAILED, EXIT_UNREACHABLE, chairside
from monitor.clock import Clock
from monitor.store.influx import InfluxCopy
from monitor.store.record import Record
from tests.influx_bucket import Bucket, Server, make_bucket
from tests.servers import Mosquitto, free_port
from tests.serving import Served, served
from tests.stored import NOON_US, fact, reading, until

DAY_US = 86_400_000_000


def says(*arguments: str) -> Result:
    return CliRunner().invoke(chairside, arguments)


@pytest.mark.requirement("CLI-005")
@pytest.mark.parametrize("command", [(), ("report",)])
def test_help_shows_each_example_on_a_line_of_its_own(command: tuple[str, ...]) -> None:
    said = CliRunner().invoke(chairside, [*command, "--help"]).output
    examples = [line for line in said.split("\n") if line.startswith("  chairside ")]
    assert len(examples) == 3
    assert "\\b" not in said
    assert "\b" not in said


def configured(folder: Path, *tables: str, keep_days: int = 0) -> Path:
    """A clinic of one chair on a serial device server that is not there."""
    keep = f"keep_days = {keep_days}" if keep_days else ""
    text = f"""
[clinic]
name = "Harbour"
id = "harbour"
time_zone = "Europe/Lisbon"
[record]
path = "clinic.db"
{keep}
[web]
listen = "127.0.0.1:{free_port()}"
[[chairs]]
id = "1"
label = "1"
[[devices]]
id = "mon-1"
driver = "nellcor"
link = "tcp://127.0.0.1:{free_port()}"
chair = "1"
"""
    path = folder / "clinic.toml"
    path.write_text("\n".join([text, *tables]), encoding="utf-8")
    return path


def influx_table(folder: Path, bucket: Bucket) -> str:
    token = folder / "token"
    token.touch(0o600)
    token.write_text(bucket.token)
    return f"""
[influxdb]
url = "{bucket.url}"
org = "{bucket.org}"
bucket = "{bucket.name}"
token_file = "token"
"""


def keep(folder: Path, at_us: int, bucket: Bucket | None = None) -> None:
    """A session of three readings in the record, and in the bucket."""

    async def main() -> None:
        clock = Clock.starting_at(asyncio.get_running_loop().time, at_us)
        async with Record(folder / "clinic.db", clock=clock, reserve_bytes=0) as record:
            shift_s = (at_us - NOON_US) / 1e6
            rows = [reading(shift_s + n, 97.0 - n) for n in range(3)]
            record.add([fact(shift_s, "seated", patient_ref="A.M.", planned_minutes=40), *rows])
            await record.commit()
            if bucket is None:
                return
            copy = InfluxCopy(
                *(record, bucket.url, bucket.org, bucket.name, lambda: bucket.token, clock),
                clinic="harbour",
            )
            task = asyncio.create_task(copy.run())
            await until(lambda: copy.rows_behind == 0)
            task.cancel()

    asyncio.run(main())


def findings(said: Result) -> dict[str, dict[str, str]]:
    told = [json.loads(line) for line in said.stdout.splitlines()]
    return {one["check"]: one for one in told}


@pytest.mark.requirement("CLI-001")
def test_the_shipped_configuration_is_valid_and_mistakes_are_told_all_at_once(
    tmp_path: Path,
) -> None:
    shipped = Path(__file__).resolve().parents[2] / "config" / "clinic.toml"
    good = says("validate", "--config", str(shipped))
    assert good.exit_code == 0
    assert "2 chairs" in good.output
    bad = tmp_path / "bad.toml"
    text = shipped.read_text(encoding="utf-8").replace("Europe/Lisbon", "Europe/Lisboa")
    bad.write_text(text.replace('"ansar-b"', '"ansar-c"'), encoding="utf-8")
    said = says("validate", "--config", str(bad))
    assert said.exit_code == EXIT_CONFIG
    assert "Europe/Lisboa" in said.stderr
    assert "ansar-c" in said.stderr
    assert "ansar-b" in said.stderr
    assert str(bad) in said.stderr
    assert "fix:" in said.stderr


@pytest.mark.parametrize("command", ["validate", "serve", "export"])
def test_a_configuration_that_is_not_there_is_told(tmp_path: Path, command: str) -> None:
    said = says(command, "--config", str(tmp_path / "none.toml"))
    assert said.exit_code == EXIT_CONFIG
    assert "none.toml" in said.stderr
    assert "Traceback" not in said.output


@pytest.mark.requirement("CLI-002")
def test_doctor_looks_at_every_part_and_fails_for_the_one_that_is_not_there(
    tmp_path: Path, mosquitto: Mosquitto, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    broker = f'[mqtt]\nhost = "127.0.0.1"\nport = {mosquitto.port}\nclient_id = "t"'
    path = configured(tmp_path, influx_table(tmp_path, bucket), broker)
    said = says("doctor", "--json", "--config", str(path))
    seen = findings(said)
    assert {check: one["state"] for check, one in seen.items()} == {
        "configuration": "ok",
        "record": "ok",
        "staff": "warn",
        "disk": "ok",
        "web address": "ok",
        "broker": "ok",
        "InfluxDB": "ok",
        "device mon-1 (chair 1)": "fail",
    }
    assert said.exit_code == EXIT_FAILED
    assert all(one["fix"] for one in seen.values() if one["state"] != "ok")
    mosquitto.stop()
    plain = says("doctor", "--config", str(path))
    assert "fail broker" in plain.stdout
    assert "fix: start mosquitto" in plain.stdout


@pytest.mark.parametrize("wrong", ["bucket", "token"])
def test_doctor_tells_a_wrong_bucket_and_a_wrong_token(
    tmp_path: Path, influxd: Server, wrong: str
) -> None:
    bucket = make_bucket(influxd)
    table = influx_table(tmp_path, bucket)
    if wrong == "bucket":
        table = table.replace(bucket.name, "no such bucket")
    else:
        (tmp_path / "token").write_text("nobody's")
    seen = findings(says("doctor", "--json", "--config", str(configured(tmp_path, table))))
    assert seen["InfluxDB"]["state"] == "fail"
    assert "nobody's" not in str(seen)


@pytest.mark.requirement("REC-018")
@pytest.mark.parametrize(("age_days", "state"), [(1.0, "ok"), (20.0, "warn")])
def test_doctor_tells_how_far_back_readings_go(
    tmp_path: Path, influxd: Server, age_days: float, state: str
) -> None:
    keep(tmp_path, round(time.time() * 1e6 - age_days * DAY_US))
    table = influx_table(tmp_path, make_bucket(influxd))
    path = configured(tmp_path, table, keep_days=2)
    told = findings(says("doctor", "--json", "--config", str(path)))["retention"]
    assert told["state"] == state
    assert told["seen"] == f"readings are kept 2 days; the oldest is {age_days} days old"


@pytest.mark.requirement("CLI-003")
def test_export_lists_sessions_and_writes_one_from_either_history(
    tmp_path: Path, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    path = str(configured(tmp_path, influx_table(tmp_path, bucket)))
    keep(tmp_path, NOON_US, bucket)
    assert says("export", "--config", path).stdout == "s-1\n"
    own = says("export", "--config", path, "s-1")
    assert own.exit_code == 0
    assert [",97," in own.stdout, ",96," in own.stdout, len(own.stdout.splitlines())] == [1, 1, 4]
    assert says("export", "--config", path, "--from-influxdb", "s-1").stdout == own.stdout
    out = tmp_path / "out"
    assert says("export", "--config", path, "s-1", "--output", str(out)).stdout == ""
    assert (out / "s-1.csv").read_text("utf-8").splitlines() == own.stdout.splitlines()


def test_export_of_what_is_not_there_says_so(tmp_path: Path) -> None:
    path = str(configured(tmp_path))
    early = says("export", "--config", path)
    assert early.exit_code == EXIT_UNREACHABLE
    assert "there is no record yet" in early.stderr
    keep(tmp_path, NOON_US)
    unknown = says("export", "--config", path, "s-9")
    assert unknown.exit_code == EXIT_UNREACHABLE
    assert "there is no session 's-9'" in unknown.stderr
    shared = says("export", "--config", path, "--from-influxdb")
    assert shared.exit_code == EXIT_CONFIG
    assert "no InfluxDB is configured" in shared.stderr


def test_tail_of_a_service_that_does_not_run_says_so() -> None:
    said = says("tail", "--url", f"http://127.0.0.1:{free_port()}")
    assert said.exit_code == EXIT_UNREACHABLE
    assert "the service does not answer" in said.stderr
    assert "fix: start it" in said.stderr


@pytest.mark.parametrize("url", ["wall", "ftp://wall/", ""])
def test_tail_of_what_is_no_address_says_so(url: str) -> None:
    said = says("tail", "--url", url)
    assert said.exit_code == EXIT_CONFIG
    assert "no address of a service" in said.stderr


async def tailed(served: Served, *arguments: str) -> Result:
    """`chairside tail` of a running service, from another thread."""
    return await asyncio.to_thread(says, "tail", "--url", f"{served.url}/", *arguments)


@pytest.mark.requirement("CLI-004")
async def test_tail_prints_each_chair_then_each_change(tmp_path: Path) -> None:
    async with served(tmp_path) as running:
        said = await tailed(running, "--count", "2")
        assert [line.split()[:2] for line in said.stdout.splitlines()] == [
            ["1", "EMPTY"],
            ["2", "EMPTY"],
        ]
        one = json.loads((await tailed(running, "--json", "--chair", "2", "--count", "1")).stdout)
        assert one["chair"] == "2"
        unknown = await tailed(running, "--chair", "9")
        assert unknown.exit_code == EXIT_CONFIG
        assert "there is no chair '9'" in unknown.stderr
        assert "one of: 1, 2" in unknown.stderr


@pytest.mark.requirement("CLI-004")
async def test_tail_of_a_service_that_ends_fails_and_says_so(tmp_path: Path) -> None:
    async with served(tmp_path) as running:
        tailing = asyncio.create_task(tailed(running))
        await until(lambda: running.clinic.hub.readers > 0)
    said = await tailing
    assert said.exit_code == EXIT_UNREACHABLE
    assert "the service has ended" in said.stderr
