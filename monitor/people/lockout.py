"""Guessing is stopped: a few free tries, then a wait that doubles with each further one.

Pure: the time is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WAIT_S_FIRST: Final = 30.0
WAIT_S_MAX: Final = 900.0
FORGET_S: Final = 3_600.0
"""Without a failure for so long, the next one counts as the first."""
KEYS_MAX: Final = 10_000


@dataclass(slots=True)
class _Failures:
    count: int
    last_s: float
    until_s: float


class Lockout:
    """Counts failures by key (an account at a place, an address); `free` of them cost nothing.

    Holds `KEYS_MAX` keys; beyond that the one that failed longest ago is forgotten.
    """

    def __init__(self, free: int) -> None:
        self._free = free
        self._failed: dict[str, _Failures] = {}

    def __len__(self) -> int:
        return len(self._failed)

    def wait_s(self, key: str, now_s: float) -> float:
        """How long that key must still wait before a try is looked at; 0 when it need not."""
        failures = self._failed.get(key)
        return 0.0 if failures is None else max(0.0, failures.until_s - now_s)

    def fail(self, key: str, now_s: float) -> float:
        """Count a failure; how long the key must wait now."""
        before = self._failed.pop(key, None)
        fresh = before is None or now_s - before.last_s > FORGET_S
        count = 1 if before is None or fresh else before.count + 1
        if len(self._failed) >= KEYS_MAX:
            del self._failed[next(iter(self._failed))]
        beyond = count - self._free
        # 2 ** 5 x 30 s is beyond the longest wait; the bound keeps the power small.
        wait_s = min(WAIT_S_FIRST * 2.0 ** min(beyond, 5), WAIT_S_MAX) if beyond >= 0 else 0.0
        self._failed[key] = _Failures(count, now_s, now_s + wait_s)
        return wait_s

    def succeed(self, key: str) -> None:
        """The right secret clears the count."""
        self._failed.pop(key, None)
