"""One set of statements about `History`, true of the record and of a real InfluxDB alike."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.history import PRESET, FactRow, History
from monitor.presets import load_preset
from monitor.shipped import shipped_preset
from monitor.store.influx import InfluxCopy
from monitor.store.influx_history import InfluxHistory
from monitor.store.reading import SPOTS
from monitor.store.record import Record, RecordHistory
from monitor.store.rows import Row
from monitor.vitals import GenerationMode, TimeBasis, Validity, VitalSign
from tests.influx_bucket import Bucket, Server, make_bucket
from tests.stored import NOON_US, clock, fact, reading, transition, until

CLINIC = "Harbour Infusion, Lda. = 1"


@asynccontextmanager
async def copying(
    record: Record, bucket: Bucket, clinic: str = CLINIC
) -> AsyncIterator[InfluxCopy]:
    copy = InfluxCopy(
        record, bucket.url, bucket.org, bucket.name, lambda: bucket.token, clock(), clinic=clinic
    )
    task = asyncio.create_task(copy.run())
    try:
        yield copy
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def history_of(bucket: Bucket, clinic: str | None = CLINIC) -> InfluxHistory:
    return InfluxHistory(bucket.url, bucket.org, bucket.name, bucket.token, clinic)


@dataclass
class Place:
    """Somewhere rows go in and come back from."""

    record: Record
    history: History
    copy: InfluxCopy | None

    async def keep(self, rows: Sequence[Row]) -> None:
        self.record.add(rows)
        await self.record.commit()
        if self.copy is not None:
            copy = self.copy
            await until(lambda: copy.rows_behind == 0)
            assert copy.parked == 0


@pytest.fixture(params=["record", "influxdb"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as record:
        if request.param == "record":
            yield Place(record, RecordHistory(tmp_path / "clinic.db"), None)
            return
        server: Server = request.getfixturevalue("influxd")
        bucket = make_bucket(server)
        async with copying(record, bucket) as copy:
            yield Place(record, history_of(bucket), copy)


def preset_fact(text: str, digest: str) -> FactRow:
    """As the service keeps a preset, once."""
    return replace(fact(0, PRESET, actor=None, hash=digest, text=text), session=None, chair="")


@pytest.mark.requirement("REV-003")
async def test_a_preset_comes_back_by_its_hash_and_nobodys_words_go_into_a_copy(
    place: Place,
) -> None:
    shipped, _ = shipped_preset("ketamine-adult")
    own = f"# agreed by Dr. Lund\n{shipped}"
    digest = load_preset(own, where="").hash
    await place.keep([preset_fact(own, digest), preset_fact("[[[", "f" * 64)])
    text = await place.history.preset(digest)
    assert text is not None
    assert load_preset(text, where="").hash == digest
    assert await place.history.preset("0" * 64) is None
    if place.copy is not None:
        assert "#" not in text
        assert await place.history.preset("f" * 64) is None


@pytest.mark.requirement("INF-010")
async def test_rows_come_back_exactly_as_they_were_kept(place: Place) -> None:
    facts = [
        fact(-60, "seated", patient_ref="A.M.", planned_minutes=40),
        fact(0, "phase", phase="INFUSION"),
        fact(60, "note", actor=None, a=None, b=True, c=1.5, d=3, e='x,"y"\n\\z=é😀'),
    ]
    readings = [
        reading(1, 97.0, boot="b-1", seq=1),
        reading(2, 97.3, late=True, mode=GenerationMode.REAL, basis=TimeBasis.DEVICE),
        reading(3, None, validity=Validity.INVALID, reason="sensor off"),
        reading(3, 0.1 + 0.2, vital=VitalSign.PERFUSION_INDEX, validity=Validity.QUESTIONABLE),
        reading(4, 121, vital=VitalSign.NIBP_SYSTOLIC, device="mon-2", basis=TimeBasis.INFERRED),
    ]
    steps = [
        transition(5, "ACTIVE_UNACK", 0),
        transition(9, "ACTIVE_ACK", 1, actor="rk", note='seen, "fine"\nline two', value=None),
        transition(11, "RESOLVED", 2, limit=None, extreme=None, sampled_at_us=None),
    ]
    await place.keep([*facts, *readings, *steps])
    assert await place.history.sessions() == ["s-1"]
    assert await place.history.facts("s-1") == facts
    assert await place.history.readings("s-1") == [readings[n] for n in (0, 1, 3, 2, 4)]
    assert await place.history.transitions("s-1") == steps


async def test_every_vital_validity_mode_and_basis_comes_back(place: Place) -> None:
    rows = [reading(n, 1.0, vital=vital) for n, vital in enumerate(VitalSign)]
    rows += [reading(20 + n, 1.0, validity=validity) for n, validity in enumerate(Validity)]
    rows += [reading(40 + n, 1.0, mode=mode) for n, mode in enumerate(GenerationMode)]
    rows += [reading(60 + n, 1.0, basis=basis) for n, basis in enumerate(TimeBasis)]
    await place.keep([fact(0, "seated", patient_ref="A"), *rows])
    assert await place.history.readings("s-1") == rows
    chosen = [VitalSign.ETCO2, VitalSign.NIBP_MEAN]
    assert await place.history.readings("s-1", vitals=chosen) == [
        row for row in rows if row.vital in chosen
    ]
    assert await place.history.readings("s-1", vitals=[]) == []


@pytest.mark.requirement("LVE-017")
async def test_what_a_device_measured_is_found_whoever_it_was_stored_for(place: Place) -> None:
    rows = [
        reading(second, device=device, session=session)
        for second in range(6)
        for device, session in (("mon-1", "s-1"), ("mon-2", "s-2"), ("mon-3", None))
    ]
    rows.append(reading(3, 120.0, device="mon-2", vital=VitalSign.NIBP_SYSTOLIC, session="s-2"))
    await place.keep([fact(-1, "seated", patient_ref="A"), *rows])
    for device, count in (("mon-2", 4), ("mon-3", 3), ("mon-9", 0)):
        found = await place.history.readings_by(device, NOON_US + 2_000_000, NOON_US + 5_000_000)
        wanted = [row for row in rows if row.device == device]
        assert len(found) == count
        assert found == sorted(
            (one for one in wanted if 2 <= (one.sampled_at_us - NOON_US) / 1e6 < 5),
            key=lambda row: (row.sampled_at_us, row.vital.value),
        )


async def test_sessions_come_newest_first_and_one_knows_nothing_of_another(place: Place) -> None:
    for number, second in enumerate([500, 100, 900]):
        session = f"s-{number}"
        await place.keep(
            [
                fact(second, "seated", session=session, chair=str(number), patient_ref="A"),
                reading(second + 1, session=session, chair=str(number)),
                reading(second + 2, session=None, chair=str(number)),
                transition(second + 3, "ACTIVE_UNACK", session=session, alarm=session),
            ]
        )
    assert await place.history.sessions() == ["s-2", "s-0", "s-1"]
    for number in range(3):
        session = f"s-{number}"
        assert len(await place.history.readings(session)) == 1
        assert len(await place.history.facts(session)) == 1
        assert [row.alarm for row in await place.history.transitions(session)] == [session]


@pytest.mark.requirement("INF-019")
async def test_the_newest_sessions_come_with_facts_and_alarms_in_one_answer(place: Place) -> None:
    for number, second in enumerate([500, 100, 900]):
        session = f"s-{number}"
        await place.keep(
            [
                fact(second, "seated", session=session, patient_ref="A"),
                reading(second + 1, session=session),
                transition(second + 3, "ACTIVE_UNACK", 0, session=session, alarm=session),
                transition(second + 9, "RESOLVED", 1, session=session, alarm=session),
                fact(second + 20, "phase", session=session, phase="CLOSED"),
            ]
        )
    newest = await place.history.newest(2)
    assert [told.session for told in newest] == ["s-2", "s-0"]
    for told in newest:
        assert told.facts == await place.history.facts(told.session)
        assert told.transitions == await place.history.transitions(told.session)
        assert (len(told.facts), len(told.transitions)) == (2, 2)
    assert [told.session for told in await place.history.newest(9)] == ["s-2", "s-0", "s-1"]
    assert await place.history.newest(0) == []
    before = await place.history.newest(1, NOON_US + 900_000_000)
    assert [told.session for told in before] == ["s-0"]
    assert before[0].transitions == newest[1].transitions


async def test_before_the_first_session_there_is_none(place: Place) -> None:
    assert await place.history.newest(9) == []
    assert await place.history.apart(0) == []


@pytest.mark.requirement("INF-020")
async def test_alarms_of_no_session_come_back_apart(place: Place) -> None:
    copy = [
        transition(n, "ACTIVE_UNACK", n, session=None, chair="", condition="T-COPY")
        for n in range(3)
    ]
    empty = transition(5, "ACTIVE_UNACK", session=None, alarm="a-2", condition="T-LINK")
    await place.keep([fact(0, "seated", patient_ref="A"), *copy, transition(4, "PENDING"), empty])
    assert await place.history.apart(0) == [*copy, empty]
    assert await place.history.apart(NOON_US + 2_000_000) == [copy[2], empty]
    assert await place.history.apart(NOON_US + 6_000_000) == []


class CountedRecord(RecordHistory):
    """Counts the statements SQLite runs."""

    asked = 0

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        def count(_: str) -> None:
            self.asked += 1

        with super()._connection() as connection:
            connection.set_trace_callback(count)
            yield connection


class CountedInflux(InfluxHistory):
    """Counts the requests InfluxDB gets."""

    asked = 0

    async def _ask(self, query: str, bound: Mapping[str, str]) -> bytes:
        self.asked += 1
        return await super()._ask(query, bound)


@pytest.mark.requirement("INF-019")
async def test_thirty_sessions_are_no_more_questions_than_one(
    tmp_path: Path, influxd: Server
) -> None:
    bucket, path = make_bucket(influxd), tmp_path / "clinic.db"

    async def questions(sessions: int) -> list[int]:
        histories: list[CountedRecord | CountedInflux] = [
            CountedRecord(path),
            CountedInflux(bucket.url, bucket.org, bucket.name, bucket.token, CLINIC),
        ]
        for history in histories:
            assert len(await history.newest(100)) == sessions
        return [history.asked for history in histories]

    async with (
        Record(path, clock=clock(), reserve_bytes=0) as record,
        copying(record, bucket) as copy,
    ):
        place = Place(record, record, copy)
        await place.keep([fact(0, "seated", session="s-0", patient_ref="A")])
        one = await questions(1)
        for n in range(1, 30):
            await place.keep(
                [
                    fact(n, "seated", session=f"s-{n}", patient_ref="A"),
                    transition(n, "RESOLVED", session=f"s-{n}", alarm=f"a-{n}"),
                ]
            )
        assert await questions(30) == one


@pytest.mark.parametrize(
    "session", ["nobody", "", "' OR 1=1 --", '" OR "a"=~/.*/', "$session", "a\nb"]
)
@pytest.mark.requirement("INF-011")
async def test_an_unknown_session_is_empty_whatever_it_is_called(
    place: Place, session: str
) -> None:
    await place.keep([fact(0, "seated", patient_ref="A"), reading(0), transition(0, "PENDING")])
    assert await place.history.facts(session) == []
    assert await place.history.readings(session) == []
    assert await place.history.transitions(session) == []


@pytest.mark.requirement("INF-012")
async def test_rows_at_one_instant_are_all_there_in_the_order_given(place: Place) -> None:
    rows = [reading(0, 90 + n) for n in range(5)] + [reading(0, 60, vital=VitalSign.PULSE_RATE)]
    steps = [transition(1, "ACTIVE_UNACK", n) for n in range(20)]
    facts = [fact(0, "seated", patient_ref="A")] + [fact(2, "note", ordinal=n) for n in range(5)]
    await place.keep([*facts[:1], *rows, *steps, *facts[1:]])
    assert await place.history.readings("s-1") == [rows[-1], *rows[:-1]]
    assert [row.ordinal for row in await place.history.transitions("s-1")] == list(range(20))
    assert await place.history.facts("s-1") == facts


async def test_late_rows_take_their_place_in_time(place: Place) -> None:
    await place.keep([fact(0, "seated", patient_ref="A"), reading(9), transition(9, "RESOLVED", 1)])
    await place.keep([reading(3, late=True), transition(4, "ACTIVE_UNACK", 0), fact(-5, "earlier")])
    assert [row.sampled_at_us - NOON_US for row in await place.history.readings("s-1")] == [
        3_000_000,
        9_000_000,
    ]
    assert [row.ordinal for row in await place.history.transitions("s-1")] == [0, 1]
    assert [row.kind for row in await place.history.facts("s-1")] == ["earlier", "seated"]


async def test_a_closed_session_is_whole(place: Place) -> None:
    rows = [reading(n) for n in range(0, 7_200, 60)]
    facts = [fact(-1, "seated", patient_ref="A"), fact(7_201, "phase", phase="CLOSED")]
    await place.keep([*facts, *rows])
    assert await place.history.readings("s-1") == rows


@pytest.mark.requirement("INF-013")
async def test_hostile_names_and_notes_come_back_and_change_nothing_else(place: Place) -> None:
    names = ["a,b", "a b", "a=b", 'a"b', "a\\", "a\nb", "a\tb", "100%", "%0A", "é😀", "\\,", "'"]
    rows = [
        reading(n, session=name, chair=name, device=name, reason=name, boot=name, seq=n)
        for n, name in enumerate(names)
    ]
    steps = [
        transition(n, name, alarm=name, session=name, chair=name, condition=name, note=name)
        for n, name in enumerate(names)
    ]
    facts = [
        fact(n, name, session=name, chair=name, actor=name, note=name)
        for n, name in enumerate(names)
    ]
    await place.keep([*rows, *steps, *facts])
    assert await place.history.sessions() == names[::-1]
    for n, name in enumerate(names):
        assert await place.history.readings(name) == [rows[n]]
        assert await place.history.transitions(name) == [steps[n]]
        assert await place.history.facts(name) == [facts[n]]


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_text_and_any_finite_value_comes_back(
    tmp_path_factory: pytest.TempPathFactory, influxd: Server, data: st.DataObject
) -> None:
    finite = st.floats(allow_nan=False, allow_infinity=False)
    row = reading(1, data.draw(finite), chair=data.draw(texts), reason=data.draw(texts))
    step = transition(1, data.draw(texts), note=data.draw(texts), value=data.draw(finite))
    seated = fact(0, data.draw(texts), chair=row.chair, words=data.draw(texts))

    async def main() -> None:
        path, bucket = tmp_path_factory.mktemp("any") / "c.db", make_bucket(influxd)
        async with (
            Record(path, clock=clock(), reserve_bytes=0) as record,
            copying(record, bucket) as copy,
        ):
            await Place(record, record, copy).keep([seated, row, step])
            histories: list[History] = [record, history_of(bucket)]
            for history in histories:
                assert await history.readings("s-1") == [row]
                assert await history.transitions("s-1") == [step]
                assert await history.facts("s-1") == [seated]

    asyncio.run(main())


async def test_a_long_session_is_read_whole(place: Place) -> None:
    rows = [reading(n, n % 100, vital=vital) for n in range(5_000) for vital in list(VitalSign)[:5]]
    await place.keep([fact(0, "seated", patient_ref="A"), *rows])
    kept = await place.history.readings("s-1")
    assert len(kept) == 25_000
    assert await place.history.counted(["s-1", "s-2"]) == 25_000
    assert await place.history.counted([]) == 0
    assert kept == sorted(rows, key=lambda row: (row.sampled_at_us, row.vital.value))


@pytest.mark.requirement("INF-014")
async def test_clinics_that_share_a_bucket_are_told_apart(tmp_path: Path, influxd: Server) -> None:
    bucket = make_bucket(influxd)
    for number, clinic in enumerate(["North", "South, the other"]):
        path = tmp_path / f"{number}.db"
        async with (
            Record(path, clock=clock(), reserve_bytes=0) as record,
            copying(record, bucket, clinic) as copy,
        ):
            rows: list[Row] = [fact(0, "seated", patient_ref=clinic), reading(0, number)]
            await Place(record, record, copy).keep(rows)
    north, south, both = (
        history_of(bucket, clinic) for clinic in ("North", "South, the other", None)
    )
    assert [row.value for row in await north.readings("s-1")] == [0]
    assert [row.value for row in await south.readings("s-1")] == [1]
    assert [fact.data["patient_ref"] for fact in await south.facts("s-1")] == ["South, the other"]
    assert len(await both.readings("s-1")) == 2


@pytest.mark.parametrize("wrong", ["url", "bucket", "token"])
async def test_a_history_that_cannot_be_read_says_why(influxd: Server, wrong: str) -> None:
    history = InfluxHistory(
        "http://127.0.0.1:1" if wrong == "url" else influxd.url,
        influxd.org,
        "no such bucket" if wrong == "bucket" else make_bucket(influxd).name,
        "wrong-token" if wrong == "token" else influxd.token,
    )
    with pytest.raises(StoreError) as told:
        await history.facts("s-1")
    expected = {"url": "connect", "bucket": "not found", "token": "401"}[wrong]
    assert expected in told.value.why.lower()
    assert "wrong-token" not in str(told.value)


@pytest.mark.requirement("FND-020")
async def test_a_window_of_a_chair_holds_its_sessions_readings_in_time(place: Place) -> None:
    seats = [
        fact(0, "seated", patient_ref="A", planned_minutes=40),
        fact(500, "seated", session="s-2", patient_ref="B", planned_minutes=40),
        fact(0, "seated", session="s-3", chair="2", patient_ref="C", planned_minutes=40),
    ]
    inside = [
        reading(100, 97.0),
        reading(101, None, validity=Validity.INVALID, reason="sensor off"),
        reading(101, 61.5, vital=VitalSign.PULSE_RATE, validity=Validity.QUESTIONABLE),
        reading(101.5, 96.0, device="mon-2"),
        reading(599, 95.0, session="s-2"),
    ]
    outside = [
        reading(99.999_999, 90.0),
        reading(600, 90.0, session="s-2"),
        reading(150, 90.0, chair="2", session="s-3", device="mon-3"),
        reading(160, 90.0, session=None),
    ]
    await place.keep([*seats, *inside, *outside])
    window = (NOON_US + 100_000_000, NOON_US + 600_000_000)
    found = await place.history.stretch("1", *window)
    assert found.lines == {
        vital.value: (
            [row.sampled_at_us for row in inside if row.vital is vital],
            [row.value for row in inside if row.vital is vital],
            [row.validity.value for row in inside if row.vital is vital],
        )
        for vital in (VitalSign.SPO2, VitalSign.PULSE_RATE)
    }
    assert found.sessions == {"s-1", "s-2"}
    nobody = await place.history.stretch("9", *window)
    assert (nobody.lines, nobody.sessions) == ({}, frozenset())


@pytest.mark.requirement("FND-021")
async def test_a_window_is_read_by_the_sessions_index_and_never_by_a_scan(tmp_path: Path) -> None:
    async with Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0):
        connection = sqlite3.connect(tmp_path / "clinic.db")
        rows = connection.execute(f"EXPLAIN QUERY PLAN {SPOTS}", ("1", 0, 1, 1, 1)).fetchall()
        connection.close()
    plan = " / ".join(row[3] for row in rows)
    assert (
        "SEARCH readings USING INDEX readings_session (session=? AND at_us>? AND at_us<?)" in plan
    )
    assert "USING INDEX facts_seated" in plan or "USING COVERING INDEX facts_seated" in plan
    assert "SCAN" not in plan
