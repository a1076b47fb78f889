"""Virtual and rate loops: the same code, three kinds of time."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from simulators.loops import Deadlock, RateLoop, run_at_rate, run_virtual


@pytest.mark.requirement("SIM-001")
def test_an_hour_of_sleeps_passes_in_no_time_and_to_the_second() -> None:
    async def hour() -> float:
        for _ in range(3600):
            await asyncio.sleep(1.0)
        return asyncio.get_running_loop().time()

    began = time.process_time()
    assert run_virtual(hour()) == pytest.approx(3600.0, abs=1e-6)
    assert time.process_time() - began < 2.0


def test_virtual_timers_fire_in_the_order_of_their_times() -> None:
    seen: list[tuple[str, float]] = []

    async def note(name: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        seen.append((name, asyncio.get_running_loop().time()))

    async def three() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(note("late", 30.0))
            group.create_task(note("early", 0.25))
            group.create_task(note("between", 29.999))

    run_virtual(three())
    assert [name for name, _ in seen] == ["early", "between", "late"]
    assert [at for _, at in seen] == pytest.approx([0.25, 29.999, 30.0])


def test_virtual_time_does_not_pass_while_a_task_can_run() -> None:
    async def busy() -> float:
        for _ in range(1000):
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert run_virtual(busy()) == 0.0


def test_a_timeout_ends_at_its_virtual_instant() -> None:
    async def wait() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(120.0):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run_virtual(wait()) == pytest.approx(120.0)


def test_waiting_for_what_nobody_will_do_is_called_a_deadlock() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match="every task waits"):
        run_virtual(wait())


def test_an_executor_runs_inline_so_a_real_store_takes_part() -> None:
    async def store() -> list[tuple[int]]:
        loop = asyncio.get_running_loop()
        database = await loop.run_in_executor(None, sqlite3.connect, ":memory:")
        await asyncio.to_thread(database.execute, "create table row (n integer)")
        await asyncio.to_thread(database.execute, "insert into row values (7)")
        rows = await asyncio.to_thread(database.execute, "select n from row")
        found: list[tuple[int]] = rows.fetchall()
        database.close()
        return found

    assert run_virtual(store()) == [(7,)]


def test_what_an_executor_raises_reaches_the_one_who_awaits_it() -> None:
    async def fail() -> None:
        await asyncio.get_running_loop().run_in_executor(None, int, "no number")

    with pytest.raises(ValueError, match="no number"):
        run_virtual(fail())


async def two_seconds() -> float:
    """Loop seconds to a real one, over a sleep of two loop seconds."""
    loop, real_s = asyncio.get_running_loop(), time.monotonic()
    at_s = loop.time()
    await asyncio.sleep(2.0)
    return (loop.time() - at_s) / (time.monotonic() - real_s)


@pytest.mark.alone
@pytest.mark.requirement("SIM-002")
def test_a_rate_loop_runs_its_clock_twenty_times_as_fast_as_the_real_one() -> None:
    # The clock never runs faster than told; on a busy machine it may wait, so the best of five.
    ratios = [run_at_rate(two_seconds(), 20.0) for _ in range(5)]
    control = [run_at_rate(two_seconds(), 40.0) for _ in range(5)]
    assert max(ratios) == pytest.approx(20.0, rel=0.03)
    assert max(control) == pytest.approx(40.0, rel=0.03)


async def stalled() -> tuple[float, float, float]:
    """Loop seconds over a stall of 0.15 real ones, and the least and most that it really took."""
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    outer_s, began_s, inner_s = time.monotonic(), loop.time(), time.monotonic()
    while time.monotonic() < inner_s + 0.15:
        pass
    least_s, passed_s, most_s = time.monotonic() - inner_s, loop.time() - began_s, time.monotonic()
    return passed_s, least_s, most_s - outer_s


def test_a_fast_clock_does_not_live_a_stall() -> None:
    passed_s, _, _ = run_at_rate(stalled(), 20.0)
    assert passed_s <= 0.21


@pytest.mark.parametrize("rate", [1.0, 0.5])
def test_a_stall_counts_in_full_for_a_clock_at_real_time_or_slower(rate: float) -> None:
    passed_s, least_s, most_s = run_at_rate(stalled(), rate)
    assert least_s * rate <= passed_s + 1e-6
    assert passed_s <= most_s * rate + 1e-6


def test_a_rate_loops_clock_never_goes_back() -> None:
    async def look() -> list[float]:
        seen = []
        for number in range(90):
            seen.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.01 * (number % 3))
            seen.append(asyncio.get_running_loop().time())
        return seen

    seen = run_at_rate(look(), 30.0)
    assert seen == sorted(seen)


def test_a_rate_loop_never_fires_a_timer_early() -> None:
    async def waits() -> list[float]:
        loop, late = asyncio.get_running_loop(), []
        for _ in range(20):
            due = loop.time() + 0.05
            await asyncio.sleep(0.05)
            late.append(loop.time() - due)
        return late

    assert min(run_at_rate(waits(), 20.0)) > -1e-6


@contextmanager
def a_pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


def test_a_rate_loop_reads_real_bytes_the_moment_they_come() -> None:
    async def read(reading: int, writing: int) -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        got: asyncio.Future[bytes] = loop.create_future()

        def arrived() -> None:
            loop.remove_reader(reading)
            got.set_result(os.read(reading, 64))

        loop.add_reader(reading, arrived)
        began = time.monotonic()
        loop.call_later(1.0, os.write, writing, b"vital signs")
        data = await asyncio.wait_for(got, 3600.0)
        return data, time.monotonic() - began

    with a_pipe() as (reading, writing):
        data, real_s = run_at_rate(read(reading, writing), 20.0)
    assert data == b"vital signs"
    assert real_s < 1.0


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_no_speed_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        RateLoop(rate)


def test_a_rate_loop_goes_on_at_another_pace_without_a_step() -> None:
    async def passed() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, RateLoop)
        began_s = loop.time()
        loop.pace(1000.0)
        stepped_s = loop.time() - began_s
        real_s = time.monotonic()
        await asyncio.sleep(100.0)
        return stepped_s, time.monotonic() - real_s

    stepped_s, real_s = run_at_rate(passed(), 1.0)
    assert stepped_s < 50.0
    assert real_s < 50.0
