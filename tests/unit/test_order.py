"""In which order the files of a parallel run are handed out."""

from __future__ import annotations

from itertools import pairwise

from tests.order import LONGEST, TESTS, in_order, spread_evenly


def test_every_file_comes_once_the_longest_first_the_short_ones_last() -> None:
    files = sorted(TESTS.glob("*/test_*.py"))
    told = in_order(reversed(files))
    assert told == in_order(files)
    assert sorted(told) == files
    assert told[: len(LONGEST)] == [TESTS / name for name in LONGEST]
    kinds = [one.parent.name for one in told[len(LONGEST) :]]
    first_short = kinds.index("unit")
    assert set(kinds[first_short:]) == {"unit"}
    # A browser's file never comes right after two others of its kind.
    threes = zip(kinds, kinds[1:], kinds[2:], strict=False)
    assert ("browser", "browser", "browser") not in list(threes)


def test_kinds_are_spread_over_the_whole_run() -> None:
    many, few = [f"a{n}" for n in range(9)], ["b0", "b1", "b2"]
    told = list(spread_evenly([many, few]))
    assert [one for one in told if one in few] == few
    places = [told.index(one) for one in few]
    assert all(later - sooner == 4 for sooner, later in pairwise(places))


def test_a_file_that_is_alone_is_still_handed_out() -> None:
    assert in_order([TESTS / "unit/test_order.py"]) == [TESTS / "unit/test_order.py"]
