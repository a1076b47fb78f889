"""The patient's journal: what is due on which day, what was written, who was reminded.

Day 0 is the journal of the infusion itself, due within hours of its end; the
others are check-ins, each due on its own day in the clinic's time zone. All of
it follows from the facts of one session. Knows no token, only its hash; knows no
page, clock or database. Times are UTC microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import Enum

from monitor.history import (
    JOURNAL,
    JOURNAL_CALLED,
    JOURNAL_OPENED,
    TEXT,
    Data,
    FactRow,
    happened_us,
    standing,
)

HOUR_US = 3_600_000_000
MOOD_MAX = 10
TEXT_MAX = 2_000
"""Characters of a patient's own words in one entry."""
_FROM = re.compile(r"^from_(\d+)_us$")


class State(Enum):
    """How a day of the journal stands."""

    LATER = "later"
    DUE = "due"
    DONE = "done"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a patient wrote. `mood` is 0 to 10, `how` a word of the clinic's list or ""."""

    at_us: int
    day: int
    mood: int
    how: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the journal: written from `from_us` on, due by `due_us`."""

    day: int
    from_us: int
    due_us: int
    state: State
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A member of staff called about an overdue entry, and reached somebody or not."""

    at_us: int
    actor: str
    reached: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A session's journal at one time.

    `opened_us` is None, and `days` empty, when no link was ever given out.
    `token_sha256` is that of the link that counts, until `expires_us`.
    """

    patient_ref: str = ""
    opened_us: int | None = None
    expires_us: int = 0
    token_sha256: str = ""
    days: tuple[Day, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What was written, by day."""
        return tuple(one.entry for one in self.days if one.entry is not None)

    @property
    def overdue(self) -> tuple[Day, ...]:
        """The days that should have been written and were not."""
        return tuple(one for one in self.days if one.state is State.OVERDUE)

    @property
    def called(self) -> Call | None:
        """The last call since the newest overdue day became so; None when one is called for."""
        since_us = max((one.due_us for one in self.overdue), default=0)
        later = [one for one in self.calls if one.at_us >= since_us]
        return later[-1] if later else None

    @property
    def state(self) -> State:
        """Of the whole: overdue before due before later; done when every day is."""
        states = {one.state for one in self.days}
        ranked = (State.OVERDUE, State.DUE, State.LATER)
        return next((one for one in ranked if one in states), State.DONE)


def journal_of(facts: Sequence[FactRow], now_us: int) -> Journal:
    """The journal of the session whose facts these are, as it stands at `now_us`."""
    facts = standing(facts)
    opened = next((fact for fact in reversed(facts) if fact.kind == JOURNAL_OPENED), None)
    if opened is None:
        return Journal()
    # The first entry of a day is the one: a second cannot be made.
    entries = {one.day: one for one in reversed([*_entries(facts)])}
    return Journal(
        patient_ref=str(opened.data["patient_ref"]),
        opened_us=opened.at_us,
        expires_us=_whole(opened.data["expires_us"]),
        token_sha256=str(opened.data["token_sha256"]),
        days=tuple(_days(opened.data, entries, now_us)),
        calls=tuple(_call(fact) for fact in facts if fact.kind == JOURNAL_CALLED),
    )


def writable(journal: Journal, now_us: int) -> Day | None:
    """The day that can be written now: the journal itself first, then the newest check-in.

    A check-in asks how it is that day, so a missed one is not made up for; what
    is told of the infusion is welcome as long as the link counts.
    """
    if now_us >= journal.expires_us:
        return None
    begun = [one for one in journal.days if one.from_us <= now_us]
    if not begun:
        return None
    chosen = begun[:1] if begun[0].entry is None else begun[-1:]
    return next((one for one in chosen if one.entry is None), None)


def schedule(
    ended_us: int, *, within_h: float, days: Sequence[int], expires_days: int, zone: tzinfo
) -> Data:
    """What `journal opened` says of times, for an infusion that ended then.

    The journal is due `within_h` hours after it; the check-in of a day on that
    calendar day after it, in the clinic's zone. The link counts for `expires_days`
    days after the infusion's.
    """
    told: dict[str, int] = {"from_0_us": ended_us, "due_0_us": ended_us + round(within_h * HOUR_US)}
    for day in sorted(days):
        told[f"from_{day}_us"] = _midnight_us(ended_us, day, zone)
        told[f"due_{day}_us"] = _midnight_us(ended_us, day + 1, zone)
    return {**told, "expires_us": _midnight_us(ended_us, expires_days + 1, zone)}


def _midnight_us(at_us: int, days: int, zone: tzinfo) -> int:
    """The local midnight at which the calendar day so many days after that of `at_us` begins."""
    date = datetime.fromtimestamp(at_us / 1e6, tz=UTC).astimezone(zone).date()
    begins = datetime.combine(date + timedelta(days=days), time(), tzinfo=zone)
    return round(begins.timestamp()) * 1_000_000


def _days(data: Data, entries: Mapping[int, Entry], now_us: int) -> Iterator[Day]:
    numbers = sorted(int(found[1]) for key in data if (found := _FROM.match(key)))
    for day in numbers:
        from_us, due_us = _whole(data[f"from_{day}_us"]), _whole(data[f"due_{day}_us"])
        entry = entries.get(day)
        state = State.DONE if entry else _awaited(from_us, due_us, now_us)
        yield Day(day=day, from_us=from_us, due_us=due_us, state=state, entry=entry)


def _awaited(from_us: int, due_us: int, now_us: int) -> State:
    if now_us < from_us:
        return State.LATER
    return State.DUE if now_us < due_us else State.OVERDUE


def _entries(facts: Sequence[FactRow]) -> Iterator[Entry]:
    for fact in facts:
        if fact.kind == JOURNAL:
            yield Entry(
                at_us=happened_us(fact),
                day=_whole(fact.data["day"]),
                mood=_whole(fact.data["mood"]),
                how=str(fact.data["how"]),
                text=str(fact.data.get(TEXT, "")),
            )


def _call(fact: FactRow) -> Call:
    return Call(
        at_us=happened_us(fact),
        actor=fact.actor or "",
        reached=bool(fact.data["reached"]),
        text=str(fact.data.get(TEXT, "")),
    )


def _whole(said: str | float | None) -> int:
    return int(said or 0)
