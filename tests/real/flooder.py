"""Floods a listener from a process of its own until its input ends; prints its answers."""

from __future__ import annotations

import asyncio
import sys

AT_ONCE = 200
REQUEST = b"GET /j/guess HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def flood(port: int, answers: list[int]) -> None:
    """Requests without a pause, each on a connection of its own."""
    while True:
        try:
            async with asyncio.timeout(5.0):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(REQUEST)
                    answers.append(bool(await reader.read(1)))
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            continue


async def main(port: int) -> None:
    """Flood until somebody closes our input."""
    answers: list[int] = []
    floods = [asyncio.create_task(flood(port, answers)) for _ in range(AT_ONCE)]
    print("flooding", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for one in floods:
        one.cancel()
    print(sum(answers), flush=True)


asyncio.run(main(int(sys.argv[1])))
