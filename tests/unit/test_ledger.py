"""Facts at hand: what stands after corrections, and for whom they are kept."""

from __future__ import annotations

import pytest

from monitor.care import ledger as ledger_room
from monitor.care.ledger import FACTS_MAX, SHIFT_FACTS_MAX, Ledger
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


def booking(at_us: int, name: str, when_us: int = 100) -> FactRow:
    data: Data = {"booking": name, "chair": "1", "patient_ref": "P", "at_us": when_us}
    return fact(at_us, "booked", {**data, "planned_minutes": 40, "sitter": False}, session=None)


def patient(at_us: int, patient_ref: str, initials: str = "A.M.") -> FactRow:
    return fact(at_us, "patient", {"patient_ref": patient_ref, "initials": initials}, session=None)


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
    booked, watching = booking(3, "b"), fact(6, "watching", session=None)
    others = fact(4, "input", session=None), fact(5, session="closed")
    for one in (seated, later, booked, *others, watching):
        ledger.put(one)
    assert list(ledger.of("s")) == [seated, later]
    assert [one.id for one in ledger.bookings] == ["b"]
    assert ledger.shifts("watching") == [watching]
    assert ledger.clinic_told == 2
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


@pytest.mark.requirement("CAR-090")
def test_a_patient_of_years_ago_is_known_whatever_else_the_clinic_noted_since() -> None:
    """24 chairs note some 46,000 facts a year: two years of bookings, watches and patients."""
    ledger = Ledger()
    ledger.put(patient(0, "FIRST", "F.I."))
    for n in range(1, 8_001):
        ledger.put(patient(n, f"P{n}"))
    for n in range(1, 48_001):
        ledger.put(booking(10_000 + n, f"b{n}", when_us=n * 10**9))
        ledger.put(fact(90_000 + n, "watching", {"chairs": "1"}, session=None))
    assert ledger.patients["FIRST"].initials == "F.I."
    first = ledger.bookings.get("b1")
    assert first is not None
    assert [one.id for one in ledger.bookings.between(10**9, 3 * 10**9)] == ["b1", "b2"]


@pytest.mark.requirement("CAR-090")
def test_what_is_at_hand_of_the_clinic_is_bounded_and_the_oldest_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger_room, "PATIENTS_MAX", 3)
    monkeypatch.setattr(ledger_room, "BOOKINGS_MAX", 2)
    ledger = Ledger()
    for n, name in enumerate(("A", "B", "A", "C", "D")):
        ledger.put(patient(n, name, f"{n}"))
    assert {name: one.initials for name, one in ledger.patients.items()} == {
        "A": "2",
        "C": "3",
        "D": "4",
    }
    for n, name in enumerate(("a", "b", "a", "c")):
        ledger.put(booking(n, name))
    assert [one.id for one in ledger.bookings] == ["a", "c"]
    assert [one.id for one in ledger.bookings.between(0, 200)] == ["a", "c"]
    for n in range(SHIFT_FACTS_MAX + 1):
        ledger.put(fact(n, "watching", session=None))
    assert [one.at_us for one in ledger.shifts("watching")] == list(range(1, SHIFT_FACTS_MAX + 1))
