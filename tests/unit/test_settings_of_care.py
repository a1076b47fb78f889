"""What differs between two settings, in words that a nurse can follow up; and times of day."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.care.settings import (
    DIFFERENCES_MAX,
    Practice,
    practice_differences,
    preset_differences,
    said,
)
from monitor.care.treatment_terms import CareTable, EventTable
from monitor.words import Words

SITE = EventTable(name="IV site", every_minutes=15.0)


@pytest.mark.requirement("TRT-016")
def test_an_interval_of_care_that_changed_is_told_by_its_event() -> None:
    before = Practice(care=CareTable(events=(SITE,))).text
    oftener = SITE.model_copy(update={"every_minutes": 10.0})
    now = Practice(care=CareTable(events=(oftener,), dose_mg=(1.0, 200.0))).text
    assert practice_differences(before, before) == []
    assert practice_differences(before, now) == [
        "care.dose_mg [1.0, 300.0] -> [1.0, 200.0]",
        "care.events[IV site].every_minutes 15.0 -> 10.0",
    ]


@pytest.mark.requirement("TRT-016")
def test_a_rule_that_came_or_went_and_a_preset_nobody_kept_are_told() -> None:
    one = '[[conditions]]\nid = "A"\nlimit = 90\n'
    two = '[[conditions]]\nid = "A"\nlimit = 88\n[[conditions]]\nid = "B"\n'
    assert preset_differences(one, two) == [
        "conditions[A].limit 90 -> 88",
        'conditions[B].id none -> "B"',
    ]
    assert preset_differences(None, two) == [
        "another alarm preset, the one before is not in the record"
    ]


@pytest.mark.requirement("TRT-016")
def test_of_many_differences_the_first_are_told_and_the_rest_counted() -> None:
    told = said([f"key {n}" for n in range(DIFFERENCES_MAX + 3)])
    assert told.endswith(f"key {DIFFERENCES_MAX - 1}; and 3 more")
    assert said([]) == ""


def at(text: str, zone: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1e6)


@pytest.mark.requirement("TRT-019")
@pytest.mark.parametrize(
    ("zone", "now", "said_at", "meant"),
    [
        ("Europe/Lisbon", "2026-03-02T14:05:30", "14:05", "2026-03-02T14:05:00"),
        ("Europe/Lisbon", "2026-03-02T14:05:30", "14:05:30", "2026-03-02T14:05:30"),
        ("America/New_York", "2026-03-02T00:10:00", "23:50", "2026-03-01T23:50:00"),
        ("Asia/Kolkata", "2026-03-02T04:00:00", "03:59", "2026-03-02T03:59:00"),
    ],
)
def test_a_time_of_day_is_the_last_one_the_clinics_clocks_showed(
    zone: str, now: str, said_at: str, meant: str
) -> None:
    words = Words(ZoneInfo(zone), {}, {})
    assert words.moment(said_at, at(now, zone)) == at(meant, zone)


@pytest.mark.requirement("TRT-019")
def test_an_hour_that_comes_twice_is_the_later_one_and_no_time_is_refused() -> None:
    words = Words(ZoneInfo("Europe/Berlin"), {}, {})
    # Clocks go back at 03:00 summer time, 01:00 UTC, on the last Sunday of October.
    now_us = round(datetime(2026, 10, 25, 1, 45, tzinfo=UTC).timestamp() * 1e6)
    meant = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert words.moment("02:30", now_us) == round(meant.timestamp() * 1e6)
    earlier_us = round(datetime(2026, 10, 25, 0, 45, tzinfo=UTC).timestamp() * 1e6)
    meant = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert words.moment("02:30", earlier_us) == round(meant.timestamp() * 1e6)
    with pytest.raises(ValueError, match="hour must be"):
        words.moment("26:00", now_us)
