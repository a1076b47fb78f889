"""A session judged again from the record: the same alarms, or the first one that is not."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.alerts import Reason
from monitor.cli import chairside
from monitor.clinic import Phase
from monitor.commands import SetBaseline
from monitor.errors import StoreError
from monitor.history import ReadingRow, TransitionRow
from monitor.operations.rejudging import Rejudged, rejudged
from monitor.retold import replayed
from monitor.store.record import RecordHistory
from monitor.vitals import VitalSign
from tests.stepped import ACTOR, CALM, Stepped, stepped


def same(found: Rejudged) -> bool:
    return found.difference is None


async def eventful(house: Stepped) -> str:
    """Data before the patient, then alarms, acts, a lost link, backlogs and a closed session."""
    house.hold(15, SPO2=80.0)
    session = await house.seat()
    house.hold(30, SPO2=87.0)
    await house.acknowledge("SPO2-2")
    house.hold(5, SPO2=82.0)
    await house.pause()
    house.wait(0.4)
    house.frame("1", {VitalSign.NIBP_SYSTOLIC: 190.0, VitalSign.NIBP_DIASTOLIC: 112.0})
    house.hold(20)
    house.ward.lose(house.intakes["1"].device, "unplugged")
    for _ in range(130):
        house.frame("2", CALM)
        house.wait(1.0)
    for _ in range(8):
        house.frame("1", {})
        house.wait(1.0)
    house.frame("1", CALM, age_s=30.0)
    house.frame("1", CALM | {VitalSign.SPO2: 84.0}, age_s=3.0)
    house.hold(10, SPO2=84.0)
    house.goodbye("1", {VitalSign.SPO2: 90.0})
    house.wait(20.0)
    house.hold(12)
    await house.enter(session, Phase.RECOVERY)
    house.hold(12, HEART_RATE=125.0)
    await house.enter(session, Phase.CLOSED)
    return session


@pytest.mark.requirement("S-52")
async def test_acts_lost_links_backlogs_and_silence_come_out_the_same(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await eventful(house)
        path = house.config.record.path
    steps = await RecordHistory(path).transitions(session)
    conditions = {row.condition for row in steps}
    assert {"SPO2-3", "SPO2-2", "BP-H2", "T-LINK", "T-STALE", "HR-H1"} <= conditions
    found = await rejudged(path, session)
    assert found.lines() == [f"{len(steps)} transitions, identical"]


@pytest.mark.requirement("S-52", "ALM-121")
async def test_what_was_measured_long_before_a_session_is_not_read_again_with_it(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        earlier = await house.seat()
        house.hold(200, SPO2=84.0)
        await house.enter(earlier, Phase.RECOVERY)
        await house.enter(earlier, Phase.CLOSED)
        house.hold(250)
        session = await eventful(house)
        path = house.config.record.path
    history = RecordHistory(path)
    span = await history.span(session)
    assert span is not None
    rows = await history.after(span[0] - 1, 100_000, ("1",), span[1])
    opened_us = (await history.facts(session))[0].at_us
    came_us = [row.row.received_at_us for row in rows if isinstance(row.row, ReadingRow)]
    # And of what led to the alarm that was open for 15 s when the patient came.
    assert min(came_us) >= opened_us - 315_000_000
    everything = await history.after(span[0] - 1, 100_000, ("1",))
    assert len(everything) - len(rows) >= 150
    steps = await history.transitions(session)
    assert (await rejudged(path, session)).lines() == [f"{len(steps)} transitions, identical"]


@pytest.mark.requirement("S-52", "ALM-142")
@pytest.mark.parametrize("killed_s", [None, 20.0, 360.0])
async def test_an_alarm_that_was_open_long_before_the_seat_comes_out_the_same(
    tmp_path: Path, killed_s: float | None
) -> None:
    before_s = 360 if killed_s is None else int(killed_s)
    async with stepped(tmp_path) as house:
        house.hold(before_s, SPO2=84.0)
        if killed_s is None:
            session = await lived_on(house)
    if killed_s is not None:
        async with stepped(tmp_path, at_s=killed_s + 3.0) as house:
            house.hold(330, SPO2=84.0)
            session = await lived_on(house)
    steps = await RecordHistory(house.config.record.path).transitions(session)
    first = next(row for row in steps if row.condition == "SPO2-3")
    assert (first.reason, first.value, first.extreme) == (Reason.ASSIGNED.value, 83.0, 82.0)
    assert first.alarm.startswith("chair:1/")
    found = await rejudged(house.config.record.path, session)
    assert found.lines() == [f"{len(steps)} transitions, identical"]


@pytest.mark.requirement("S-52", "ALM-150")
@pytest.mark.parametrize("seen_at_once", [True, False])
async def test_what_an_empty_chair_had_long_before_counts_in_the_ids_of_its_alarms(
    tmp_path: Path, *, seen_at_once: bool
) -> None:
    async with stepped(tmp_path) as house:
        house.hold(8, SPO2=84.0)
        if seen_at_once:
            await house.acknowledge("SPO2-3")
        house.hold(12)
        house.wait(330.0)
        if not seen_at_once:
            await house.acknowledge("SPO2-3")
        house.hold(8, SPO2=84.0)
        session = await house.seat(phase=Phase.BASELINE)
        house.hold(3, SPO2=84.0)
        await house.acknowledge("SPO2-3")
        path, preset = house.config.record.path, house.ward.preset
    history = RecordHistory(path)
    steps = await history.transitions(session)
    assert [row.alarm[-2:] for row in steps] == ["-2", "-2"]
    assert (await rejudged(path, session)).lines() == ["2 transitions, identical"]
    again = await replayed(history, session, preset=preset)
    assert [(row.alarm, row.reason) for row in again] == [(row.alarm, row.reason) for row in steps]


async def lived_on(house: Stepped) -> str:
    """It gets worse and is seen, somebody is seated, and it ends by their readings."""
    house.hold(3, SPO2=82.0)
    house.hold(3, SPO2=83.0)
    await house.acknowledge("SPO2-3")
    session = await house.seat(phase=Phase.BASELINE)
    house.hold(4, SPO2=83.0)
    house.hold(30)
    await house.acknowledge("SPO2-2")
    return session


@pytest.mark.requirement("S-52")
async def test_a_frame_that_waited_while_time_passed_comes_out_the_same(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(20)
        house.time[0] += 9.9
        came = house.clock.monotonic(), house.clock.utc_us()
        house.wait(0.4)
        house.time[0] -= 0.4
        assert (house.clock.monotonic(), house.clock.utc_us()) == came
        house.frame("1", CALM)
        house.time[0] += 0.4
        house.hold(20)
        assert "T-LINK" in {row.condition for row in await steps_of(house, session)}
        assert same(await rejudged(house.config.record.path, session))


async def steps_of(house: Stepped, session: str) -> list[TransitionRow]:
    await house.record.commit()
    return await house.record.transitions(session)


@pytest.mark.requirement("S-52")
async def test_a_session_over_a_restart_comes_out_the_same(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(30, SPO2=87.0)
        await house.acknowledge("SPO2-2")
    async with stepped(tmp_path, at_s=45.0) as house:
        house.hold(150, SPO2=86.0)
        house.hold(20)
        await house.record.commit()
        found = await rejudged(house.config.record.path, session)
    assert found.steps > 5
    assert same(found)


@pytest.mark.requirement("S-52")
async def test_a_stated_baseline_over_a_restart_comes_out_the_same(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        session = await house.seat()
        own = {VitalSign.HEART_RATE: 72.0}
        await house.commands.execute(
            SetBaseline(session=session, values=own, reason="measured at home", actor=ACTOR)
        )
        house.hold(5)
    async with stepped(tmp_path, chairs=1, at_s=20.0) as house:
        house.hold(70, HEART_RATE=104.0)
        steps = {row.condition: row for row in await steps_of(house, session)}
        found = await rejudged(house.config.record.path, session)
    assert steps["HR-R"].baseline == 72.0
    assert found.lines() == [f"{found.steps} transitions, identical"]


@pytest.mark.requirement("ALM-113")
async def test_data_without_a_patient_stay_told_over_a_restart(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        house.hold(15)
        before = {one.id for one in house.ward.engine.alarms()}
    async with stepped(tmp_path, at_s=20.0) as house:
        house.hold(30)
        assert {one.id for one in house.ward.engine.alarms()} == before
        house.wait(60.0)
        assert "T-ASSIGN" not in {one.condition for one in house.ward.engine.alarms()}


@pytest.mark.requirement("S-54")
@pytest.mark.parametrize("step_s", [3_600, -3_600])
async def test_a_jump_of_the_wall_clock_alters_no_delay(tmp_path: Path, step_s: int) -> None:
    async with stepped(tmp_path) as house:
        await house.seat()
        house.hold(6, SPO2=87.0)
        house.clock.step_to(house.clock.utc_us() + step_s * 1_000_000)
        house.hold(4, SPO2=87.0)
        assert "SPO2-2" not in {one.condition for one in house.ward.engine.alarms()}
        house.hold(1, SPO2=87.0)
        assert "SPO2-2" in {one.condition for one in house.ward.engine.alarms()}


@pytest.mark.requirement("S-52")
async def test_a_stepped_wall_clock_changes_no_alarm(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(8, SPO2=87.0)
        house.clock.step_to(house.clock.utc_us() + 3_600_000_000)
        house.hold(30, SPO2=87.0)
        house.hold(20)
        await house.record.commit()
        found = await rejudged(house.config.record.path, session)
    assert found.steps > 1
    assert same(found)


@pytest.mark.requirement("S-52")
async def test_a_value_changed_in_the_record_is_found_out(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(40, SPO2=87.0)
        path = house.config.record.path
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE readings SET value = 91 WHERE vital = 'SpO2' AND value = 87")
    found = await rejudged(path, session)
    assert found.difference is not None
    assert "SPO2-2" in found.lines()[0]


@pytest.mark.requirement("S-52")
async def test_a_record_that_did_not_keep_when_a_value_was_worst_comes_out_the_same(
    tmp_path: Path,
) -> None:
    async with stepped(tmp_path) as house:
        session = await house.seat()
        house.hold(40, SPO2=87.0)
        path = house.config.record.path
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE transitions SET extreme_at_us = NULL")
    assert same(await rejudged(path, session))


async def test_a_session_that_never_was_is_told(tmp_path: Path) -> None:
    async with stepped(tmp_path) as house:
        path = house.config.record.path
    with pytest.raises(StoreError, match="there is no session"):
        await rejudged(path, "nobody")


@pytest.mark.requirement("ALM-112")
async def test_a_second_of_readings_costs_the_record_no_further_row(tmp_path: Path) -> None:
    async with stepped(tmp_path, chairs=1) as house:
        await house.seat()
        house.hold(5)
        await house.record.commit()
        before = await kinds(house)
        house.hold(60)
        await house.record.commit()
        assert await kinds(house) == before


async def kinds(house: Stepped) -> list[str]:
    with sqlite3.connect(house.config.record.path) as connection:
        return [kind for (kind,) in connection.execute("SELECT kind FROM facts ORDER BY id")]


@pytest.mark.requirement("ALM-112")
async def test_a_preset_is_kept_once_by_its_hash(tmp_path: Path) -> None:
    for _ in range(2):
        async with stepped(tmp_path) as house:
            preset = house.ward.preset
            await house.record.commit()
            assert await house.record.preset(preset.hash) == preset.text
            assert (await kinds(house)).count("preset") == 1


def prompt(folder: Path, session: str) -> Result:
    config = folder / "clinic.toml"
    text = Path("config/clinic.toml").read_text(encoding="utf-8")
    record = folder / "record.db"
    config.write_text(re.sub(r'(?m)^path = ".*"', f'path = "{record}"', text, count=1), "utf-8")
    return CliRunner().invoke(chairside, ["rejudge", session, "--config", str(config)])


@pytest.mark.requirement("CLI-030")
def test_the_prompt_tells_what_came_out_by_words_and_exit_code(tmp_path: Path) -> None:
    async def play() -> str:
        async with stepped(tmp_path) as house:
            return await eventful(house)

    session = asyncio.run(play())
    answer = prompt(tmp_path, session)
    assert re.fullmatch(r"\d+ transitions, identical\n", answer.output)
    assert answer.exit_code == 0
    with sqlite3.connect(tmp_path / "record.db") as connection:
        connection.execute("UPDATE transitions SET actor = 'somebody else' WHERE actor = 'rk'")
    answer = prompt(tmp_path, session)
    assert "actor: stored 'somebody else', replayed 'rk'" in answer.output
    assert answer.exit_code == 1
