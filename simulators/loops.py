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

HOLD_S = 0.01
"""Real seconds that one stall of a fast loop may take from its clock: 0.2 s at 20x."""

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
    """Waits 1/rate of the time asked for, or until a file descriptor is ready; keeps the clock.

    `now_s` is the loop's time at `_at_s` of the real clock.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self._now_s, self._at_s = 0.0, time.monotonic()
        self._set(rate)

    def pace(self, rate: float) -> None:
        """From now on so many seconds of the loop to each real one."""
        self._settle(0.0)
        self._set(rate)

    def _set(self, rate: float) -> None:
        self._rate = rate
        self._hold_s = HOLD_S * rate if rate > 1.0 else math.inf

    @property
    def now_s(self) -> float:
        """The loop's time."""
        passed_s = (time.monotonic() - self._at_s) * self._rate
        return self._now_s + min(passed_s, self._hold_s)

    def select(self, timeout: float | None = None) -> _Ready:
        self._settle(0.0)
        ready = super().select(timeout if timeout is None else timeout / self._rate)
        self._settle(math.inf if timeout is None else max(0.0, timeout))
        return ready

    def _settle(self, asked_s: float) -> None:
        """Count what passed since last time: as much as was asked for, and a stall no further."""
        real_s = time.monotonic()
        passed_s = (real_s - self._at_s) * self._rate
        self._now_s += min(passed_s, asked_s + self._hold_s)
        self._at_s = real_s


class RateLoop(asyncio.SelectorEventLoop):
    """An event loop with real input and output whose clock runs `rate` times real time.

    Above real time the machine may be too slow for the rate. Then the clock
    waits for it: a stall counts for `HOLD_S` at most, so that seconds that
    nobody could live are not skipped. At real time and below it never waits.
    The selector resolves one real millisecond, so a timer may be late by
    `rate` milliseconds of loop time, never early.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._timed = _RateSelector(rate)
        super().__init__(self._timed)
        if not 0.0 < rate < math.inf:
            self.close()
            raise ValueError(f"the rate must be a number above 0, not {rate}")

    def time(self) -> float:
        """Seconds since the loop was made, `rate` of them to each real one."""
        return self._timed.now_s

    def pace(self, rate: float) -> None:
        """Go on at another rate from now; what waits then waits at it from its next turn."""
        self.rate = rate
        self._timed.pace(rate)


def run_virtual(main: Coroutine[object, object, _T]) -> _T:
    """Run `main` to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def run_at_rate(main: Coroutine[object, object, _T], rate: float) -> _T:
    """Run `main` to its end with real input and output, `rate` times as fast as real time."""
    with asyncio.Runner(loop_factory=lambda: RateLoop(rate)) as runner:
        return runner.run(main)
