"""Waiting for what a test expects, without guessing how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress

from monitor.links import Delivery

LOOK_S = 0.01
WITHIN_S = 30.0


async def until(
    condition: Callable[[], object],
    within_s: float = WITHIN_S,
    *,
    instead: Callable[[], object] | None = None,
) -> float:
    """Return when the condition holds, with the seconds it took; fail when it does not in time.

    `instead` is asked for what there is then, to be told with the failure.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not condition():
        took = loop.time() - began
        if took >= within_s:
            raise AssertionError(f"not within {within_s} s: {instead() if instead else ''}")
        await asyncio.sleep(LOOK_S)
    return loop.time() - began


@asynccontextmanager
async def meanwhile(job: Coroutine[object, object, None]) -> AsyncIterator[asyncio.Task[None]]:
    """The job, run meanwhile; left as a crash leaves it, without a commit or a good-bye."""
    task = asyncio.create_task(job)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def take(deliveries: AsyncIterator[Delivery], count: int) -> list[Delivery]:
    """The next deliveries; fails when they do not come."""
    async with asyncio.timeout(WITHIN_S):
        return [await anext(deliveries) for _ in range(count)]


async def take_bytes(deliveries: AsyncIterator[Delivery], count: int) -> bytes:
    """The next bytes, in whatever pieces they come."""
    out = b""
    async with asyncio.timeout(WITHIN_S):
        while len(out) < count:
            out += (await anext(deliveries)).data
    return out
