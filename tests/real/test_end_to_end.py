"""Recordings through the whole service at twenty times their pace: bytes in, record, copy, alarms.

All play together, once for all tests of this module, at two chairs each: the same rows go at
once as Ansar-B over a pseudo-terminal and as JSON over a real broker, into SQLite and a real
InfluxDB. What must be there is worked out from the file alone: values by `carried`, alarms by
`tests.oracle`.

Row n is sent n seconds of service time after the first. A sample's time may
differ by `TIME_TOLERANCE_S` (a quarter of a real second at this pace), an
alarm's by `ROWS_TOLERANCE` rows; values, their number and order by nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby, pairwise, zip_longest
from pathlib import Path

import pytest

from monitor.care.session import session_of
from monitor.clinic import Phase
from monitor.clock import Clock
from monitor.history import PHASE, FactRow, History, ReadingRow, TransitionRow
from monitor.store.influx import InfluxCopy
from monitor.store.influx_history import InfluxHistory
from monitor.store.record import Record, RecordHistory
from monitor.tables import InfluxTable, MqttTable
from monitor.vitals import VitalSign
from simulators import playing, recordings
from simulators.recordings import Planted, Recording, Row, carried
from tests import oracle, recorded
from tests.influx_bucket import Bucket, make_bucket
from tests.oracle import Episode
from tests.servers import Account, Mosquitto

SPEED = 20.0
TIME_TOLERANCE_S = 5.0
ROWS_TOLERANCE = 5
ATTEMPTS = 3
BUNCHED_ROWS_MAX = 2
PROTOCOLS = ("ansar-b", "chairside-json")
CLIF_FILES = 5
pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]
ORACLE_NAMES = {
    VitalSign.SPO2: "spo2",
    VitalSign.NIBP_SYSTOLIC: "sys",
    VitalSign.NIBP_DIASTOLIC: "dia",
    VitalSign.NIBP_MEAN: "map",
}
HEART_HOLD_ROWS = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """What one history holds of one chair's session."""

    facts: list[FactRow]
    readings: list[ReadingRow]
    transitions: list[TransitionRow]


@dataclass(frozen=True, slots=True)
class Played:
    """A recording as it went over one protocol, and what was kept of it.

    `began_us`: when the last phase before all rows 0 was entered, at whatever chair.
    """

    recording: Recording
    protocol: str
    kept: Kept
    began_us: int

    @property
    def steps(self) -> Iterator[TransitionRow]:
        """Those of the recording's own time: after it, its monitor is silent."""
        ends_us = self.began_us + (len(self.recording.rows) + ROWS_TOLERANCE) * 1_000_000
        return (step for step in self.kept.transitions if step.at_us <= ends_us)


async def kept_by_chair(history: History) -> dict[str, Kept]:
    out = dict[str, Kept]()
    for session in await history.sessions():
        facts = await history.facts(session)
        seated = session_of(facts)
        if seated is not None and seated.chair not in out:
            steps = await history.transitions(session)
            out[seated.chair] = Kept(facts, await history.readings(session), steps)
    return out


async def catch_up(path: Path, influx: Bucket) -> None:
    """What the next start of the service would do: copy what was not confirmed at the stop."""
    clock = Clock(asyncio.get_running_loop().time, epoch_us=1_800_000_000_000_000)
    async with Record(path, clock=clock) as record, asyncio.TaskGroup() as group:
        copy = InfluxCopy(
            record, influx.url, influx.org, influx.name, lambda: influx.token, clock, clinic="demo"
        )
        tasks = [group.create_task(record.run()), group.create_task(copy.run())]
        while copy.rows_behind:
            await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()


def oracle_rows(protocol: str, rows: Sequence[Row]) -> list[oracle.Row]:
    """The rows as they are judged: one heart rate, the ECG's while it is fresh."""
    out: list[oracle.Row] = []
    heard = -100
    for number, values in enumerate(carried(protocol, rows)):
        row: dict[str, float | None] = {
            name: values[vital] for vital, name in ORACLE_NAMES.items() if vital in values
        }
        if VitalSign.HEART_RATE in values:
            heard, row["hr"] = number, values[VitalSign.HEART_RATE]
        elif number - heard > HEART_HOLD_ROWS and VitalSign.PULSE_RATE in values:
            row["hr"] = values[VitalSign.PULSE_RATE]
        out.append(row)
    return out


def episodes(played: Played, condition: str) -> Iterator[Episode]:
    """The record's steps as rows since the first."""

    def row_of(at_us: int) -> int:
        return round((at_us - played.began_us) / 1e6)

    current: Episode | None = None
    for step in played.steps:
        if step.condition != condition:
            continue
        # A jump is judged later than it was sampled; the oracle knows rows alone.
        at_us = step.at_us if step.sampled_at_us is None else step.sampled_at_us
        if (
            step.from_state in ("IDLE", "PENDING", "LATCHED_UNACK")
            and step.to_state == "ACTIVE_UNACK"
        ):
            current = Episode(condition, row_of(step.onset_us), row_of(at_us), None)
        elif current is not None and step.reason == "clear value held":
            yield Episode(condition, current.onset, current.alarmed, row_of(at_us))
            current = None
    if current is not None:
        yield current


def near(a: int | None, b: int | None) -> bool:
    return a == b or (a is not None and b is not None and abs(a - b) <= ROWS_TOLERANCE)


def assert_values(played: Played) -> None:
    """Every value once, in order, at its time; gaps stay gaps."""
    expected = list(carried(played.protocol, played.recording.rows))
    for vital in recordings.COLUMNS.values():
        sent = [(n, values[vital]) for n, values in enumerate(expected) if vital in values]
        got = [row for row in played.kept.readings if row.vital is vital and row.value is not None]
        assert [row.value for row in got] == [value for _, value in sent], vital
        for row, (number, _) in zip(got, sent, strict=True):
            off_s = (row.sampled_at_us - played.began_us) / 1e6 - number
            assert abs(off_s) <= TIME_TOLERANCE_S, (vital, number, off_s)
            assert row.mode.value == "demo"


def assert_alarms(played: Played) -> None:
    """Every limit rule alarmed when, and only when, the oracle says so."""
    judged = oracle_rows(played.protocol, played.recording.rows)
    for rule in oracle.RULES:
        wanted, got = oracle.episodes(rule, judged), list(episodes(played, rule.id))
        for one, other in zip_longest(wanted, got):
            assert one is not None, (rule.id, "too many", other)
            assert other is not None, (rule.id, "missing", one)
            assert near(one.onset, other.onset), (one, other)
            assert near(one.alarmed, other.alarmed), (one, other)
            assert near(one.ended, other.ended), (one, other)


@dataclass(frozen=True, slots=True)
class Bill:
    """What is played, the first recording at chairs 1 and 2; and where the second breaks rules."""

    recordings: list[Recording]
    planted: list[Planted]


@pytest.fixture(scope="module")
def bill() -> Bill:
    quiet = recorded.require()
    broken, planted = recordings.plant(quiet, 7)
    charted = [path.stem for path in recorded.paths() if path.stem.startswith("clif_")]
    stays = [recorded.require(name) for name in charted[:CLIF_FILES]]
    return Bill([quiet, broken, *stays], planted)


@pytest.fixture(scope="module")
def plays(
    bill: Bill,
    tmp_path_factory: pytest.TempPathFactory,
    standing_mosquitto: Mosquitto,
    influxd: Account,
) -> list[list[Played]]:
    """Of each recording, what was kept over each protocol.

    A run in which the machine itself stood still is thrown away, twice at the most.
    """
    for _ in range(ATTEMPTS):
        bucket, folder = make_bucket(influxd), tmp_path_factory.mktemp("replay")
        stage = stage_of(folder, standing_mosquitto, bucket)
        playing.replay(bill.recordings, PROTOCOLS, stage, print, row_s=1.0, phase=Phase.INFUSION)
        out = asyncio.run(look(folder / "record.db", bucket, bill.recordings))
        if bunched_rows(out[0][1].kept) <= BUNCHED_ROWS_MAX:
            break
    return out


def stage_of(folder: Path, broker: Mosquitto, bucket: Bucket) -> playing.Stage:
    token = folder / "token"
    token.write_text(bucket.token)
    token.chmod(0o600)
    return playing.Stage(
        listen="127.0.0.1:0",
        rate=SPEED,
        record=folder / "record.db",
        influxdb=InfluxTable(url=bucket.url, org=bucket.org, bucket=bucket.name, token_file=token),
        mqtt=MqttTable(host="127.0.0.1", port=broker.port, client_id="chairside-test"),
    )


async def look(path: Path, bucket: Bucket, recordings: Sequence[Recording]) -> list[list[Played]]:
    """What record and copy hold, which must be the same."""
    await catch_up(path, bucket)
    record = await kept_by_chair(RecordHistory(path))
    copy = await kept_by_chair(InfluxHistory(bucket.url, bucket.org, bucket.name, bucket.token))
    assert len(record) == len(recordings) * len(PROTOCOLS)
    assert copy.keys() == record.keys()
    for chair, kept in record.items():
        assert copy[chair].readings == kept.readings
        assert copy[chair].transitions == kept.transitions
    phases = [fact for kept in record.values() for fact in kept.facts if fact.kind == PHASE]
    began_us, chairs = max(fact.at_us for fact in phases), count(1)
    return [
        [Played(one, protocol, record[str(next(chairs))], began_us) for protocol in PROTOCOLS]
        for one in recordings
    ]


def bunched_rows(kept: Kept) -> int:
    """The most rows that left in one bunch: each is a second of service time stood still.

    The sender stamps each message as it leaves, so this is the run's own control.
    """
    times = sorted({row.sampled_at_us for row in kept.readings})
    close = [after - before < 500_000 for before, after in pairwise(times)]
    return max((len(list(run)) for together, run in groupby(close) if together), default=0)


@pytest.mark.requirement("SIM-101")
def test_a_recording_is_kept_value_by_value_and_stays_quiet(plays: list[list[Played]]) -> None:
    for played in plays[0]:
        assert_values(played)
        assert_alarms(played)


@pytest.mark.requirement("SIM-102")
def test_planted_violations_alarm_and_nothing_else_does(
    bill: Bill, plays: list[list[Played]]
) -> None:
    for played in plays[1]:
        assert_values(played)
        assert_alarms(played)
        raised = {step.condition for step in played.steps}
        # Ansar-B has no word for a probe that is off: its field is empty, as in any gap.
        untold = {"T-PROBE"} if played.protocol == "ansar-b" else set()
        assert {one.condition for one in bill.planted} - untold <= raised


@pytest.mark.requirement("SIM-103")
@pytest.mark.parametrize("number", range(CLIF_FILES))
def test_charted_stays_with_their_artefacts_are_kept_and_judged(
    number: int, plays: list[list[Played]]
) -> None:
    for played in plays[2 + number]:
        assert_values(played)
        assert_alarms(played)
