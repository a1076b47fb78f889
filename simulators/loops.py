"""Three kinds of time by one mechanism: a loop whose selector decides how long a wait lasts.

The normal loop waits. `VirtualLoop` moves its clock instead of waiting, so an
hour takes as long as its work. `RateLoop` waits a fraction and lets its clock
run faster, with real sockets, ports and pipes. Production code notices
nothing: it asks only `loop.time()`, `asyncio.sleep` and `asyncio.timeout`.

Both clocks begin at 0. Near 0 a float resolves far below the nanosecond that
asyncio allows a timer to be early, so a jump always reaches the timer it was
made for; a clock that began at the seconds since 1970 would not.
"""

from __future__ import annotations

import asyncio
import math
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple, Unpack

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
_Ready = list[tuple[selectors.SelectorKey, int]]


class Deadlock(RuntimeError):
    """Every task waits and no timer is armed: nothing could ever happen again."""


class _VirtualSelector(selectors.SelectSelector):
    """Moves `now_s` by the time asked for, at once; looks at no file descriptor."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> _Ready:
        if timeout is None:
            raise Deadlock("every task waits and no timer is armed")
        self.now_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time and nothing outside exists.

    Executors run inline, so stores take part; sockets, threads and signals do
    not. Raises `Deadlock` from `run_*` when every task waits with no timer.
    """

    def __init__(self) -> None:
        self._virtual = _VirtualSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual.now_s

    def run_in_executor(
        self,
        executor: Executor | None,  # noqa: ARG002  a thread would race past virtual time
        func: Callable[[Unpack[_Ts]], _T],
        *args: *_Ts,
    ) -> asyncio.Future[_T]:
        """Call `func` here and now; the future is done when this returns."""
        future: asyncio.Future[_T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as problem:  # noqa: BLE001  # as an executor does: it belongs to the caller
            future.set_exception(problem)
        return future


class _RateSelector(selectors.DefaultSelector):
    """Waits 1/rate of the time asked for, or until a file descriptor is ready."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self._rate = rate

    def select(self, timeout: float | None = None) -> _Ready:
        return super().select(timeout if timeout is None else timeout / self._rate)


class RateLoop(asyncio.SelectorEventLoop):
    """An event loop with real input and output whose clock runs `rate` times real time.

    The selector resolves one real millisecond, so a timer may be late by
    `rate` milliseconds of loop time, never early.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._began_s = time.monotonic()
        super().__init__(_RateSelector(rate))
        if not 0.0 < rate < math.inf:
            self.close()
            raise ValueError(f"the rate must be a number above 0, not {rate}")

    def time(self) -> float:
        """Seconds since the loop was made, `rate` of them to each real one."""
        return (time.monotonic() - self._began_s) * self.rate


def run_virtual(main: Coroutine[object, object, _T]) -> _T:
    """Run `main` to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def run_at_rate(main: Coroutine[object, object, _T], rate: float) -> _T:
    """Run `main` to its end with real input and output, `rate` times as fast as real time."""
    with asyncio.Runner(loop_factory=lambda: RateLoop(rate)) as runner:
        return runner.run(main)
