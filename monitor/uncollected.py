"""Work that makes tens of thousands of rows at once, without garbage collections in between.

Rows hold no cycles. But each some thousand of them set Python's collector going over all the
others, a fifth of the time that a review takes. Knows nothing of what is worked out.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_under_way = 0


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection while this lasts, in any thread; they go on when the last has ended.

    For work of at most some seconds.
    """
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(more: int) -> None:
    global _under_way  # noqa: PLW0603  the collector is the process's own
    with _lock:
        _under_way += more
        if _under_way:
            gc.disable()
        else:
            gc.enable()
