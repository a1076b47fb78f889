"""Finding a session among many: what is known of each to find it by, and what can be asked.

An entry follows from a session's rows and holds nothing that they do not. Knows
no row, database or page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from monitor.clinic import Phase

PAGE = 50
PAGE_MAX = 200
COUNTED_MAX = 1_000
"""More than so many are not counted: nobody turns so many pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What only the readings tell: the systolic peak over the baseline (mmHg), the lowest SpO2 (%).

    `ready_minutes` is from the end of the infusion until the patient would have been
    ready. None for what the session has no value of.
    """

    rise: float | None
    lowest_spo2: float | None
    ready_minutes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One session to be found. Times are UTC microseconds.

    `people` are the ids of all staff who did anything in it or signed it. `high`,
    `medium` and `low` count its alarms by the highest priority each had.
    `measured` is None until the readings were looked at, after the close.
    """

    session: str
    patient_ref: str
    chair: str
    opened_us: int
    closed_us: int | None
    phase: Phase
    planned_minutes: int
    infusion: int | None
    high: int
    medium: int
    low: int
    signed: bool
    people: frozenset[str] = frozenset()
    measured: Measured | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; all that is given must hold. `patient` is how the reference begins.

    `from_us` is included, `to_us` is not. `after` is the last entry of the page before.
    """

    patient: str = ""
    chair: str = ""
    person: str = ""
    from_us: int | None = None
    to_us: int | None = None
    had_high: bool = False
    rise_over: float | None = None
    unsigned: bool = False
    after: tuple[int, str] | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of entries, the newest first, and how many hold on all pages together.

    A `total` above `COUNTED_MAX` says that there are more than those.
    """

    entries: tuple[Entry, ...]
    total: int


class Catalogue(Protocol):
    """Where sessions are found."""

    async def find(self, wanted: Wanted) -> Found:
        """The entries that hold. Raises `StoreError`."""
        ...
