"""What is due of a patient's journal on which day, from the facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.care.journal import State, journal_of, schedule, writable
from monitor.care.journals import JOURNAL_FACTS_MAX, JOURNALS_MAX, Journals
from monitor.history import JOURNAL, JOURNAL_CALLED, JOURNAL_OPENED, FactRow
from tests.stored import NOON_US, fact

HOUR_S = 3_600
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
LISBON = ZoneInfo("Europe/Lisbon")


def opened(
    second: float = 60, token: str = "a" * 64, ended_us: int = NOON_US, zone: ZoneInfo = LISBON
) -> FactRow:
    times = schedule(ended_us, within_h=24, days=(7, 1, 3), expires_days=14, zone=zone)
    told = {"patient_ref": "A.M.", "token_sha256": token, **times}
    return replace(fact(second, JOURNAL_OPENED), data=told)


def wrote(second: float, day: int, mood: int = 6) -> FactRow:
    return fact(second, JOURNAL, actor=None, day=day, mood=mood, how="good", text="calm")


def states(facts: list[FactRow], hours: float) -> list[str]:
    return [one.state.value for one in journal_of(facts, NOON_US + round(hours * HOUR_US)).days]


@pytest.mark.requirement("JRN-001")
def test_the_journal_is_due_within_its_hours_and_a_check_in_on_its_own_day() -> None:
    days = {one.day: one for one in journal_of([opened()], NOON_US).days}
    assert list(days) == [0, 1, 3, 7]
    assert (days[0].from_us, days[0].due_us) == (NOON_US, NOON_US + DAY_US)
    midnight = datetime(2027, 1, 16, tzinfo=LISBON)
    for day in (1, 3, 7):
        from_us = round(midnight.timestamp() * 1e6) + (day - 1) * DAY_US
        assert (days[day].from_us, days[day].due_us) == (from_us, from_us + DAY_US)


@pytest.mark.requirement("JRN-001")
def test_a_day_begins_at_the_clinics_midnight_even_when_its_clocks_change() -> None:
    # Saturday 27 March 2027, 20:00 UTC; that night Lisbon's clocks go forward at 01:00.
    ended_us = round(datetime(2027, 3, 27, 20, tzinfo=UTC).timestamp() * 1e6)
    days = {one.day: one for one in journal_of([opened(ended_us=ended_us)], ended_us).days}
    local = [
        datetime.fromtimestamp(at_us / 1e6, tz=LISBON).strftime("%d %H:%M")
        for at_us in (days[1].from_us, days[1].due_us, days[3].from_us)
    ]
    assert local == ["28 00:00", "29 00:00", "30 00:00"]
    assert days[1].due_us - days[1].from_us == 23 * HOUR_US


@pytest.mark.requirement("JRN-001")
def test_a_day_is_later_then_due_then_overdue_unless_it_is_done() -> None:
    assert states([opened()], 1) == ["due", "later", "later", "later"]
    assert states([opened()], 16.5) == ["due", "due", "later", "later"]
    assert states([opened()], 24) == ["overdue", "due", "later", "later"]
    assert states([opened(), wrote(3 * HOUR_S, 0)], 24) == ["done", "due", "later", "later"]
    assert states([opened(), wrote(3 * HOUR_S, 0)], 40.1) == ["done", "overdue", "later", "later"]


@pytest.mark.requirement("JRN-001")
def test_without_a_link_there_is_no_journal() -> None:
    journal = journal_of([fact(0, "seated", patient_ref="A.M.")], NOON_US)
    assert (journal.opened_us, journal.days, journal.entries) == (None, (), ())


@pytest.mark.requirement("JRN-002")
def test_the_journal_comes_first_then_the_newest_check_in_and_each_once() -> None:
    def day(facts: list[FactRow], hours: float) -> int | None:
        at_us = NOON_US + round(hours * HOUR_US)
        found = writable(journal_of(facts, at_us), at_us)
        return found.day if found else None

    link, journal = opened(), wrote(40 * HOUR_S, 0)
    assert day([link], 1) == 0
    assert day([link], 15) == 0
    assert day([link, wrote(2 * HOUR_S, 0)], 15) is None
    assert day([link], 40) == 0
    assert day([link, journal], 40.1) == 1
    assert day([link, journal], 90) == 3
    assert day([link, journal, wrote(90 * HOUR_S, 3)], 91) is None
    assert day([link, journal, wrote(90 * HOUR_S, 3)], 7 * 24) == 7
    assert day([link], 15 * 24) is None


@pytest.mark.requirement("JRN-002")
def test_the_first_entry_of_a_day_stands() -> None:
    journal = journal_of([opened(), wrote(100, 0, mood=3), wrote(200, 0, mood=9)], NOON_US)
    assert [one.mood for one in journal.entries] == [3]


@pytest.mark.requirement("JRN-003")
def test_a_call_counts_until_another_day_is_overdue() -> None:
    call = fact(25 * HOUR_S, JOURNAL_CALLED, reached=False, text="voicemail")
    facts = [opened(), call]
    at_26, at_41 = (journal_of(facts, NOON_US + hours * HOUR_US) for hours in (26, 41))
    assert at_26.called is not None
    assert (at_26.called.actor, at_26.called.reached) == ("rk", False)
    assert at_41.called is None
    assert [one.day for one in at_41.overdue] == [0, 1]
    assert at_41.state is State.OVERDUE


@pytest.mark.requirement("JRN-004")
def test_only_the_newest_link_counts_and_none_after_it_expired() -> None:
    journals = Journals()
    journals.put(opened(60, token="1" * 64))
    assert journals.found("1" * 64, NOON_US) is not None
    journals.put(opened(90, token="2" * 64))
    assert journals.found("1" * 64, NOON_US) is None
    found = journals.found("2" * 64, NOON_US)
    assert found is not None
    assert found[0] == "s-1"
    expires_us = found[1].expires_us
    assert journals.found("2" * 64, expires_us - 1) is not None
    assert journals.found("2" * 64, expires_us) is None
    assert list(journals.standing(expires_us)) == []
    assert journals.found("", NOON_US) is None


@pytest.mark.requirement("JRN-005")
def test_journals_at_hand_are_bounded_and_the_oldest_makes_room() -> None:
    journals = Journals()
    for number in range(JOURNALS_MAX + 1):
        link = fact(
            number,
            JOURNAL_OPENED,
            session=f"s-{number}",
            patient_ref="A.M.",
            token_sha256=f"{number}",
            expires_us=NOON_US * 2,
        )
        journals.put(link)
    assert len(list(journals.standing(NOON_US))) == JOURNALS_MAX
    assert journals.found("0", NOON_US) is None
    assert not journals.of("s-0")
    assert journals.found("1", NOON_US) is not None


@pytest.mark.requirement("JRN-005")
def test_one_journal_is_bounded() -> None:
    journals = Journals()
    for number in range(JOURNAL_FACTS_MAX):
        assert journals.has_room("s-1")
        journals.put(opened(number))
    assert not journals.has_room("s-1")
