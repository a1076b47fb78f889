"""What is said of readings long after their session: seen at once, by a question of that time."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.history import (
    ARTEFACT,
    CORRECTED,
    DEVICES_CORRECTED,
    OF,
    REASON,
    WITHDRAWN,
    Data,
    FactRow,
    History,
    name_of,
)
from monitor.store import schema
from monitor.store.influx_history import InfluxHistory
from monitor.store.lines import Lines
from monitor.store.record import Record
from monitor.store.rows import Row
from monitor.web.window import traces, window
from tests.influx_bucket import Bucket, Server, make_bucket
from tests.real.test_history_contract import CLINIC, Place, copying, history_of, place
from tests.stored import NOON_US, as_of_layout, clock, fact, reading, until

__all__ = ["place"]

DAY_S, YEAR_S = 86_400, 365 * 86_400
HOUR = (NOON_US, NOON_US + 3_600_000_000)
EARLIER = fact(-40 * DAY_S, "seated", session="s-0", patient_ref="Z", planned_minutes=40)
"""A clinic that has been here for a while."""


def seated(session: str = "s-1", second: float = 0, chair: str = "1") -> FactRow:
    return fact(second, "seated", session=session, chair=chair, patient_ref="A", planned_minutes=40)


def mark(
    second: float, from_s: float, to_s: float, session: str = "s-1", ordinal: int = 0
) -> FactRow:
    """At `second` a stretch of a session's SpO2 is called an artefact."""
    begin_us, end_us = (NOON_US + round(at_s * 1e6) for at_s in (from_s, to_s))
    said: Data = {"from_us": begin_us, "to_us": end_us, "vitals": "SpO2", "cause": "movement"}
    return replace(fact(second, ARTEFACT, session=session, ordinal=ordinal), data=said)


async def told(history: History, chair: str = "1") -> Any:
    """The hour, as it is answered over HTTP."""
    found, facts = await window(history, chair, *HOUR)
    return json.loads(traces(chair, HOUR[0] // 1_000, HOUR[1] // 1_000, found, facts))


async def doubtful(history: History) -> list[int]:
    """At which seconds SpO2 counts no more."""
    line = (await told(history))["series"]["SpO2"]
    pairs = zip(line["at_ms"], line["quality"], strict=True)
    return [(at_ms - NOON_US // 1_000) // 1_000 for at_ms, quality in pairs if quality == 1]


@pytest.mark.requirement("FND-024")
async def test_a_mark_of_years_later_is_seen_by_the_next_request_and_its_withdrawal_too(
    place: Place,
) -> None:
    rows = [reading(second) for second in range(10)]
    await place.keep([EARLIER, seated(), *rows])
    assert await doubtful(place.history) == []
    marked = mark(5 * YEAR_S, 3, 5)
    await place.keep([marked])
    assert await doubtful(place.history) == [3, 4, 5]
    said: Data = {OF: name_of(marked), WITHDRAWN: True, REASON: "it was real"}
    back = replace(fact(6 * YEAR_S, CORRECTED), data=said)
    await place.keep([back])
    assert await doubtful(place.history) == []


@pytest.mark.requirement("FND-024")
async def test_each_session_of_a_window_has_its_own_remarks_and_none_of_another_time(
    place: Place,
) -> None:
    rows = [reading(10), reading(2_000, session="s-2"), reading(9_000, session="s-3")]
    remarks = [
        mark(YEAR_S, 9, 11),
        mark(2 * YEAR_S, 1_999, 2_001, session="s-2"),
        mark(DAY_S, 8_999, 9_001, session="s-3"),
        mark(DAY_S + 1, -40 * DAY_S, 0, session="s-0"),
    ]
    seats = [EARLIER, seated(), seated("s-2", 1_000), seated("s-3", 8_000)]
    await place.keep([*seats, *rows, *remarks])
    found = await told(place.history)
    assert [one["session"] for one in found["artefacts"]] == ["s-1", "s-2"]
    assert await doubtful(place.history) == [10, 2_000]
    assert await place.history.remarks(*HOUR) == [remarks[0], remarks[1]]


@pytest.mark.requirement("FND-024")
async def test_devices_that_were_swapped_are_put_right_years_later(place: Place) -> None:
    rows = [
        reading(second, value, device=device, chair=chair, session=session)
        for second in range(6)
        for device, chair, session, value in (
            ("mon-1", "1", "s-1", 99.0),
            ("mon-2", "2", "s-2", 93.0),
        )
    ]
    swap: Data = {"from_us": NOON_US + 2_000_000, "to_us": NOON_US + 4_000_000, "reason": "crossed"}
    corrections = [
        replace(
            fact(3 * YEAR_S, DEVICES_CORRECTED, session=session, ordinal=number),
            data={"device": device, "instead": instead, **swap},
        )
        for number, (session, device, instead) in enumerate(
            (("s-1", "mon-2", "mon-1"), ("s-2", "mon-1", "mon-2"))
        )
    ]
    await place.keep([EARLIER, seated(), seated("s-2", chair="2"), *rows, *corrections])
    found = await told(place.history)
    assert found["series"]["SpO2"]["values"] == [99.0, 99.0, 93.0, 93.0, 99.0, 99.0]
    assert (await told(place.history, "2"))["series"]["SpO2"]["values"] == [
        *(93.0, 93.0, 99.0, 99.0, 93.0, 93.0)
    ]


@pytest.mark.requirement("FND-025")
async def test_hundreds_of_remarks_of_one_session_and_instant_are_all_there_in_order(
    place: Place,
) -> None:
    remarks = [mark(YEAR_S, n, n, ordinal=n) for n in range(300)]
    others = [mark(YEAR_S, n, n, session="s-2", ordinal=n) for n in range(300)]
    await place.keep([EARLIER, seated(), seated("s-2", 0.001), *remarks, *others])
    found = await place.history.remarks(*HOUR)
    for session, said in (("s-1", remarks), ("s-2", others)):
        assert [one for one in found if one.session == session] == said


@pytest.mark.requirement("FND-025")
async def test_the_sessions_of_a_window_were_seated_within_a_day_before_it(place: Place) -> None:
    first, last = -DAY_S + 0.000_001, 3_600 - 0.000_001
    seats = {"in-1": first, "in-2": last, "out-1": -DAY_S, "out-2": 3_600.0}
    for number, (session, second) in enumerate(seats.items()):
        await place.keep([seated(session, second), mark(YEAR_S + number, 0, 1, session=session)])
    await place.keep([EARLIER])
    assert [one.session for one in await place.history.remarks(*HOUR)] == ["in-1", "in-2"]


class Asked(InfluxHistory):
    """Notes each question."""

    def __init__(self, bucket: Bucket, clinic: str | None = CLINIC) -> None:
        super().__init__(bucket.url, bucket.org, bucket.name, bucket.token, clinic)
        self.questions: list[str] = []

    async def _ask(self, query: str, bound: Mapping[str, str]) -> bytes:
        self.questions.append(query)
        return await super()._ask(query, bound)


@pytest.mark.requirement("FND-026")
async def test_a_copy_is_asked_for_the_time_of_the_window_alone(
    tmp_path: Path, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    history = Asked(bucket)
    async with (
        Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as record,
        copying(record, bucket) as copy,
    ):
        rows: list[Row] = [EARLIER, seated(), reading(1), mark(YEAR_S, 0, 2), seated("s-2", 900)]
        await Place(record, history, copy).keep(rows)
    assert await doubtful(history) == [1]
    history.questions.clear()
    assert await doubtful(history) == [1]
    assert len(history.questions) == 2
    assert all("time >" in one and "time <" in one for one in history.questions)


def old_layout(path: Path) -> None:
    """Make a record what the layout before left."""
    connection = sqlite3.connect(path)
    connection.executescript(as_of_layout(7))
    connection.close()


async def copied_before(path: Path, bucket: Bucket, rows: list[Row]) -> list[str]:
    """A record and its copy as the layout before made them."""
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        record.add(rows)
        await record.commit()
        block = await record.uncopied(1_000)
        lines = Lines(CLINIC).lines(replace(one, seat=None) for one in block.rows)
        bucket.write("\n".join(lines))
        record.copied(block)
        await record.commit()
    old_layout(path)
    return lines


@pytest.mark.requirement("FND-027")
async def test_a_copy_of_the_layout_before_tells_the_truth_and_is_brought_up_by_itself(
    tmp_path: Path, influxd: Server
) -> None:
    bucket, path = make_bucket(influxd), tmp_path / "clinic.db"
    rows: list[Row] = [
        EARLIER,
        seated(),
        *(reading(second) for second in range(10)),
        mark(YEAR_S, 3, 5),
    ]
    lines = await copied_before(path, bucket, rows)
    assert not [one for one in lines if one.startswith("remarks")]
    assert await doubtful(history_of(bucket)) == [3, 4, 5]
    assert await doubtful(history_of(bucket, None)) == [3, 4, 5]
    asked = Asked(bucket)
    async with (
        Record(path, clock=clock(), reserve_bytes=0) as record,
        copying(record, bucket) as copy,
    ):
        assert await doubtful(asked) == [3, 4, 5]
        await Place(record, asked, copy).keep([mark(2 * YEAR_S, 7, 7)])
        assert await doubtful(asked) == [3, 4, 5, 7]
        asked.questions.clear()
        assert await doubtful(asked) == [3, 4, 5, 7]
        assert all("time <" in one for one in asked.questions)
        assert bucket.count("remarks", "place") == 2
    assert await doubtful(history_of(bucket, None)) == [3, 4, 5, 7]
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name, id FROM progress WHERE name = 'unplaced'").fetchall()
    assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    connection.close()
    async with Record(path, clock=clock(), reserve_bytes=0) as record:
        assert await record.unplaced(0, 10) == []


@pytest.mark.requirement("FND-027")
async def test_a_fresh_record_vouches_for_no_session_of_the_one_before(
    tmp_path: Path, influxd: Server
) -> None:
    bucket = make_bucket(influxd)
    rows: list[Row] = [
        EARLIER,
        seated(),
        *(reading(second) for second in range(10)),
        mark(YEAR_S, 3, 5),
    ]
    await copied_before(tmp_path / "lost.db", bucket, rows)
    async with (
        Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as record,
        copying(record, bucket) as copy,
    ):
        later = seated("s-9", 2 * YEAR_S)
        await Place(record, record, copy).keep([later, mark(2 * YEAR_S + 9, 0, 1, session="s-9")])
        await until(lambda: copy.rows_behind == 0)
    assert await doubtful(history_of(bucket)) == [3, 4, 5]


@pytest.mark.requirement("FND-024")
async def test_nobodys_words_go_with_a_remark(tmp_path: Path, influxd: Server) -> None:
    bucket = make_bucket(influxd)
    said = mark(60, 3, 5)
    worded = replace(said, data={**said.data, "text": "Ann Example moved"})
    async with (
        Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as record,
        copying(record, bucket) as copy,
    ):
        await Place(record, record, copy).keep([EARLIER, seated(), worded])
    assert await history_of(bucket).remarks(*HOUR) == [said]


@pytest.mark.requirement("FND-028")
async def test_a_remark_on_what_a_bucket_keeps_no_more_is_set_aside_and_the_rest_arrives(
    tmp_path: Path, influxd: Server
) -> None:
    bucket = make_bucket(influxd, keep_s=3_600)
    # The server's own time decides what is too old.
    now_s = time.time() - NOON_US / 1e6
    async with (
        Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as record,
        copying(record, bucket) as copy,
    ):
        record.add([seated(second=now_s - DAY_S), seated("s-2", now_s - 60)])
        record.add([mark(now_s - 30, 0, 1), mark(now_s - 20, 0, 1, session="s-2")])
        record.add([reading(now_s - 10, session="s-2")])
        await record.commit()
        await until(lambda: copy.rows_behind == 0)
        # The seat of a day ago, and the remark at its time.
        assert copy.parked == 2
    facts = await history_of(bucket).facts("s-1")
    assert [one.kind for one in facts] == [ARTEFACT]
    assert len(await history_of(bucket).readings("s-2")) == 1
    assert bucket.count("remarks", "place") == 1
