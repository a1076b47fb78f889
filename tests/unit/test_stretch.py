"""A stretch of readings in lists: in time, and without an object for each."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from monitor.stretch import Line, Spot, stretch_of


@pytest.mark.requirement("FND-020")
def test_a_stretch_is_in_time_whatever_order_it_comes_in() -> None:
    found = stretch_of(
        [
            (3, "SpO2", 97.0, "valid", "s-1"),
            (1, "SpO2", None, "invalid", "s-2"),
            (3, "SpO2", 95.0, "questionable", "s-1"),
            (2, "PR", 61.0, "valid", "s-1"),
        ]
    )
    assert found.lines == {
        "SpO2": Line([1, 3, 3], [None, 97.0, 95.0], ["invalid", "valid", "questionable"]),
        "PR": Line([2], [61.0], ["valid"]),
    }
    assert found.sessions == {"s-1", "s-2"}


def spots(count: int) -> Iterator[Spot]:
    for second in range(count):
        yield second * 1_000_000, "SpO2", 90.0 + second % 9, "valid", f"s-{second // 7_200}"


@pytest.mark.requirement("FND-023")
def test_a_stretch_sets_no_garbage_collection_going() -> None:
    begun: list[str] = []

    def note(phase: str, _: dict[str, int]) -> None:
        begun.append(phase)

    gc.collect()
    gc.callbacks.append(note)
    try:
        found = stretch_of(spots(20_000))
    finally:
        gc.callbacks.remove(note)
    assert begun == []
    assert len(found.lines["SpO2"].at_us) == 20_000
