"""Facts at hand: what stands after corrections, and for whom they are kept."""

from __future__ import annotations

import pytest

from monitor.care.ledger import FACTS_MAX, Ledger
from monitor.errors import CommandRefused
from monitor.history import (
    CORRECTED,
    HAPPENED,
    SEATED,
    Data,
    FactRow,
    happened_us,
    name_of,
    standing,
)


def fact(
    at_us: int, kind: str = "event", data: Data | None = None, session: str | None = "s"
) -> FactRow:
    return FactRow(
        at_us=at_us,
        ordinal=at_us,
        session=session,
        chair="1",
        kind=kind,
        actor="rk",
        data=data or {},
    )


@pytest.mark.requirement("CAR-007")
def test_a_correction_moves_or_withdraws_a_fact_and_both_times_are_known() -> None:
    first, second, third = fact(10), fact(20), fact(30)
    moved = fact(40, CORRECTED, {"of": name_of(third), HAPPENED: 15})
    gone = fact(50, CORRECTED, {"of": name_of(second), "withdrawn": True})
    seen = standing([first, second, third, moved, gone])
    assert [happened_us(one) for one in seen] == [10, 15]
    assert [one.at_us for one in seen] == [10, 30]


@pytest.mark.requirement("CAR-007")
def test_what_was_entered_late_stands_where_it_happened() -> None:
    seen = standing([fact(10), fact(20), fact(30, data={HAPPENED: 5})])
    assert [one.at_us for one in seen] == [30, 10, 20]


@pytest.mark.requirement("CAR-008")
def test_the_ledger_keeps_open_sessions_and_the_clinics_own_facts() -> None:
    ledger = Ledger()
    seated, later = fact(1, SEATED), fact(2)
    booked = fact(3, "booked", session=None)
    for one in (seated, later, booked, fact(4, "input", session=None), fact(5, session="closed")):
        ledger.put(one)
    assert list(ledger.of("s")) == [seated, later]
    assert ledger.clinic("booked", "watching") == [booked]
    assert ledger.clinic("input") == []
    assert not ledger.of("closed")
    ledger.close("s")
    assert not ledger.of("s")


@pytest.mark.requirement("CAR-008")
def test_a_session_with_too_many_facts_takes_no_more() -> None:
    ledger = Ledger()
    for n in range(FACTS_MAX):
        ledger.check_room("s")
        ledger.put(fact(n, SEATED if n == 0 else "event"))
    with pytest.raises(CommandRefused, match="nothing more"):
        ledger.check_room("s")
