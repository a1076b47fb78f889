"""The copy against every way of not being served: nothing lost, order kept, told in words.

Real sockets on the rate loop, so that a back-off of 30 s takes less than one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from monitor.store.influx import BLOCK_LINES_MAX, InfluxCopy
from monitor.store.record import Record
from simulators.loops import run_at_rate
from tests.scripted_influx import HANG, LOSE, Answer, ScriptedInflux, error
from tests.stored import clock, reading, until

RATE = 40.0
TIMEOUT_S = 20.0
"""Of the service's time; half a real second."""


@asynccontextmanager
async def copying(record: Record, server: ScriptedInflux) -> AsyncIterator[InfluxCopy]:
    copy = InfluxCopy(
        record, server.url, "clinic", "chairside", lambda: "secret", clock(), timeout_s=TIMEOUT_S
    )
    task = asyncio.create_task(copy.run())
    try:
        yield copy
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def seconds(server: ScriptedInflux) -> list[int]:
    """The seconds of the readings stored, in the order of their first arrival."""
    return [round(int(at) / 1e6) % 10_000 for _, at in server.points]


def at_least(server: ScriptedInflux, blocks: int) -> bool:
    return len(server.blocks) >= blocks


async def wait(true: Callable[[], bool]) -> None:
    await until(true, timeout_s=20 * RATE)


def play(
    path: Path,
    script: list[Answer],
    check: Callable[[Record, InfluxCopy, ScriptedInflux], Coroutine[object, object, None]],
    rows: int = 10,
) -> None:
    """Commit `rows` readings, copy them to a server that answers by `script`, then check."""

    async def main() -> None:
        server = ScriptedInflux(script)
        async with (
            Record(path / "clinic.db", clock=clock(), reserve_bytes=0) as record,
            server.listen(),
        ):
            record.add(reading(n) for n in range(rows))
            await record.commit()
            async with copying(record, server) as copy:
                await check(record, copy, server)

    run_at_rate(main(), RATE)


KEPT: list[tuple[Answer, str]] = [
    (401, "InfluxDB refuses the token"),
    (403, "the token may not write to bucket chairside"),
    (404, "InfluxDB has no bucket chairside"),
    (429, "InfluxDB asks for a slower pace"),
    (500, "InfluxDB is in trouble (500"),
    (503, "InfluxDB is in trouble (503"),
    (HANG, "did not answer within 20 s"),
    ((400, "<html>a proxy</html>"), "InfluxDB is in trouble (400"),
    ((200, "<html>Wi-Fi login</html>"), "is not InfluxDB"),
]


@pytest.mark.requirement("INF-003")
@pytest.mark.parametrize(("answer", "words"), KEPT, ids=[str(a)[:4] for a, _ in KEPT])
def test_a_block_that_is_not_taken_stays_and_is_sent_again(
    tmp_path: Path, answer: Answer, words: str
) -> None:
    async def check(_record: Record, copy: InfluxCopy, server: ScriptedInflux) -> None:
        await wait(lambda: bool(copy.error))
        assert words in copy.error
        assert copy.rows_behind == 10
        assert copy.oldest_behind_us == reading(0).received_at_us
        assert "secret" not in copy.error
        await wait(lambda: copy.rows_behind == 0)
        assert seconds(server) == list(range(10))
        assert copy.error == ""
        assert copy.oldest_behind_us is None
        assert (copy.parked, copy.behind_s) == (0, 0.0)
        assert server.blocks[:3] == [server.blocks[0]] * 3

    play(tmp_path, [answer, answer], check)


@pytest.mark.requirement("INF-003")
def test_a_server_that_is_not_there_is_told_and_found_when_it_comes(tmp_path: Path) -> None:
    async def main() -> None:
        server = ScriptedInflux()
        async with server.listen():
            pass
        async with Record(tmp_path / "c.db", clock=clock(), reserve_bytes=0) as record:
            record.add(reading(n) for n in range(10))
            await record.commit()
            async with copying(record, server) as copy:
                await wait(lambda: "cannot be reached" in copy.error)
                record.add(reading(n) for n in range(10, 20))
                await record.commit()
                assert copy.rows_behind == 20
                async with server.listen():
                    await wait(lambda: copy.rows_behind == 0)
                assert seconds(server) == list(range(20))

    run_at_rate(main(), RATE)


@pytest.mark.requirement("INF-004")
def test_an_answer_lost_after_the_write_stores_nothing_twice(tmp_path: Path) -> None:
    async def check(_record: Record, copy: InfluxCopy, server: ScriptedInflux) -> None:
        await wait(lambda: copy.rows_behind == 0)
        assert seconds(server) == list(range(10))
        assert len(server.blocks) == 3

    play(tmp_path, [LOSE, LOSE], check)


@pytest.mark.requirement("INF-005")
def test_a_block_too_large_is_halved_and_grows_again(tmp_path: Path) -> None:
    async def check(_record: Record, copy: InfluxCopy, server: ScriptedInflux) -> None:
        await wait(lambda: copy.rows_behind == 0)
        assert seconds(server) == list(range(60))
        assert [len(block) for block in server.blocks[:4]] == [60, 30, 15, 15]
        assert copy.parked == 0

    play(tmp_path, [413, 413], check, rows=60)


def test_a_single_line_too_large_is_parked_and_holds_nothing_up(tmp_path: Path) -> None:
    async def check(_record: Record, copy: InfluxCopy, server: ScriptedInflux) -> None:
        await wait(lambda: copy.rows_behind == 0)
        assert seconds(server) == [1, 2, 3]
        assert copy.parked == 1

    play(tmp_path, [413, 413, 413], check, rows=4)


@pytest.mark.requirement("INF-006")
def test_a_bad_line_the_answer_does_not_quote_is_found_by_halving(tmp_path: Path) -> None:
    class Touchy(ScriptedInflux):
        """Refuses any block with the seventh second in it, and does not say why."""

        async def _answer(
            self, lines: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> bool:
            bad = any(line.endswith("07000000") for line in lines)
            self.script[:] = [(400, error(400, "something", "invalid"))] if bad else []
            return await super()._answer(lines, reader, writer)

    async def main() -> None:
        server = Touchy()
        async with (
            Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as record,
            server.listen(),
        ):
            record.add(reading(n) for n in range(50))
            await record.commit()
            async with copying(record, server) as copy:
                await wait(lambda: copy.rows_behind == 0)
                assert seconds(server) == [n for n in range(50) if n != 7]
                assert copy.parked == 1
                assert copy.error == ""

    run_at_rate(main(), RATE)


@pytest.mark.requirement("INF-007")
def test_blocks_go_one_at_a_time_in_order_and_bounded(tmp_path: Path) -> None:
    async def check(_record: Record, copy: InfluxCopy, server: ScriptedInflux) -> None:
        await wait(lambda: copy.rows_behind == 0)
        assert [len(block) for block in server.blocks] == [5_000, 5_000, 5_000, 2_000]
        assert list(server.points) == sorted(server.points, key=lambda point: int(point[1]))
        assert server.in_flight_max == 1
        assert BLOCK_LINES_MAX == 5_000
        assert "authorization: Token secret" in server.headers[0].replace("Auth", "auth")

    play(tmp_path, [503], check, rows=12_000)


@pytest.mark.requirement("INF-008")
def test_the_copy_wakes_at_each_commit_and_not_before(tmp_path: Path) -> None:
    async def check(record: Record, copy: InfluxCopy, server: ScriptedInflux) -> None:
        for second in range(10, 15):
            await wait(lambda: copy.rows_behind == 0)
            assert len(server.blocks) == second - 9
            record.add([reading(second)])
            await record.commit()
        await wait(lambda: copy.rows_behind == 0)
        assert seconds(server) == list(range(15))

    play(tmp_path, [], check)


@pytest.mark.requirement("INF-009")
def test_after_a_restart_the_copy_goes_on_where_it_was(tmp_path: Path) -> None:
    async def check(_record: Record, copy: InfluxCopy, server: ScriptedInflux) -> None:
        await wait(lambda: copy.rows_behind == 0)
        assert len(server.blocks) == 1

    async def main() -> None:
        server = ScriptedInflux()
        async with (
            Record(tmp_path / "clinic.db", clock=clock(), reserve_bytes=0) as record,
            server.listen(),
        ):
            record.add([reading(20)])
            await record.commit()
            async with copying(record, server) as copy:
                await wait(lambda: copy.rows_behind == 0)
        assert seconds(server) == [20]

    play(tmp_path, [], check)
    run_at_rate(main(), RATE)


def test_back_off_grows_from_1_to_30_seconds_and_starts_again_after_success(
    tmp_path: Path,
) -> None:
    async def check(_record: Record, copy: InfluxCopy, server: ScriptedInflux) -> None:
        loop, began = asyncio.get_running_loop(), 0.0
        waits = []
        for number in range(1, 9):
            await wait(partial(at_least, server, number))
            waits.append(loop.time() - began)
            began = loop.time()
        for told, least in zip(waits[1:], [1, 2, 4, 8, 16, 30, 30], strict=True):
            assert least <= told < 2 * least + 20
        await wait(lambda: copy.rows_behind == 0)

    play(tmp_path, [503] * 7, check)
