"""Which chairs something is due at, and when to look again."""

from __future__ import annotations

from math import inf

from monitor.alerts.deadlines import Deadlines


def of_two_chairs() -> Deadlines:
    deadlines = Deadlines(3)
    deadlines.add_chair()
    deadlines.add_chair()
    return deadlines


def test_without_a_chair_or_a_deadline_nobody_need_come_back() -> None:
    assert Deadlines(3).next_s() == inf
    assert of_two_chairs().next_s() == inf
    assert of_two_chairs().chairs_due(1e9) == []


def test_a_chair_is_due_at_its_deadline_and_not_before() -> None:
    deadlines = of_two_chairs()
    deadlines.put(1, 2, 5.0)
    deadlines.put(0, 0, 7.0)
    assert (deadlines.next_s(), deadlines.first(1)) == (5.0, (2, 5.0))
    assert deadlines.chairs_due(4.9) == []
    assert deadlines.chairs_due(5.0) == [1]
    assert deadlines.soonest_s == 7.0
    assert deadlines.chairs_due(7.0) == [0, 1]
    assert deadlines.soonest_s == inf


def test_of_equals_the_first_row_is_first_and_what_is_put_off_waits_for_nothing_else() -> None:
    deadlines = of_two_chairs()
    for row in (2, 1):
        deadlines.put(0, row, 5.0)
    assert deadlines.first(0) == (1, 5.0)
    deadlines.put(0, 1, 9.0)
    deadlines.put(0, 2, inf)
    assert deadlines.first(0) == (1, 9.0)
    assert deadlines.next_s() == 9.0
