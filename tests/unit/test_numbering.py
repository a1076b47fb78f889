"""Which of a sender's numbered messages came: none that did not is ever refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.numbering import SPANS_MAX, Numbering


@pytest.mark.requirement("REC-106")
def test_a_long_backlog_that_comes_after_newer_messages_is_new_and_then_no_longer_missing() -> None:
    numbering = Numbering()
    assert numbering.is_new("b", 0)
    assert numbering.is_new("b", 50_000)
    assert numbering.missing == 49_999
    assert all(numbering.is_new("b", seq) for seq in range(1, 50_000))
    assert numbering.missing == 0
    assert not any(numbering.is_new("b", seq) for seq in range(0, 50_001, 1_000))


@pytest.mark.requirement("REC-106")
def test_after_a_restart_a_long_backlog_older_than_the_newest_kept_is_new_once() -> None:
    numbering = Numbering("b", 50_000)
    assert all(numbering.is_new("b", seq) for seq in range(50_000))
    assert not any(numbering.is_new("b", seq) for seq in range(0, 50_001, 1_000))
    assert numbering.missing == 0


@given(st.permutations(range(60)), st.integers(0, 59))
@pytest.mark.requirement("REC-106")
def test_in_any_order_each_is_new_once_and_the_rest_is_missing(order: list[int], came: int) -> None:
    numbering = Numbering()
    first, *more = order[: came + 1]
    assert all([numbering.is_new("b", first), *(numbering.is_new("b", seq) for seq in more)])
    assert not any(numbering.is_new("b", seq) for seq in order[: came + 1])
    newest = max(order[: came + 1])
    later = {seq for seq in order[: came + 1] if seq > first}
    assert numbering.missing == newest - first - len(later)


@pytest.mark.requirement("REC-106")
def test_more_gaps_than_are_remembered_refuse_nothing_that_did_not_come() -> None:
    numbering = Numbering()
    numbers = range(0, 6 * SPANS_MAX, 2)
    assert all(numbering.is_new("b", seq) for seq in numbers)
    assert all(numbering.is_new("b", seq + 1) for seq in numbers)
    assert not numbering.is_new("b", numbers[-1])
    assert numbering.spans <= SPANS_MAX


def test_a_huge_gap_is_counted_and_takes_no_memory() -> None:
    numbering = Numbering()
    numbering.is_new("b", 1)
    numbering.is_new("b", 10_000_000)
    assert (numbering.missing, numbering.spans) == (9_999_998, 2)


def test_a_new_boot_starts_its_own_numbers() -> None:
    numbering = Numbering("old", 500)
    assert numbering.is_new("new", 0)
    assert numbering.missing == 0
