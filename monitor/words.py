"""How one clinic writes times, people and chairs, on pages and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from monitor.board.words import clock
from monitor.config import Config


@dataclass(frozen=True, slots=True)
class Words:
    """How this clinic writes times, people, chairs and points of advice, these by their ids."""

    zone: tzinfo
    people: Mapping[str, str]
    labels: Mapping[str, str]
    advice: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config, people: Mapping[str, str]) -> Words:
        """From the configuration, and people's names by id."""
        return cls(
            config.zone,
            people,
            {chair.id: chair.label for chair in config.chairs},
            {one.id: one.text for one in config.leaving.advice},
        )

    def person(self, actor: str | None) -> str:
        """A person's name; the id when the staff list no longer holds it."""
        return self.people.get(actor, actor) if actor else ""

    def label(self, chair: str) -> str:
        """A chair's label."""
        return self.labels.get(chair, chair)

    def time(self, at_us: int, pattern: str = "%H:%M:%S") -> str:
        """A time of day."""
        return clock(at_us, self.zone, pattern)

    def moment(self, said: str, before_us: int) -> int:
        """When the clinic's clocks last showed `said` (`14:05` or `14:05:30`), not after that time.

        Raises ValueError for what is no time of day. Of an hour that comes twice, when the
        clocks are put back, it is the later one that has been.
        """
        told = time.fromisoformat(said)
        day = datetime.fromtimestamp(before_us / 1e6, tz=UTC).astimezone(self.zone).date()
        days = (day, day - timedelta(days=1))
        for local in (datetime.combine(one, told, self.zone) for one in days):
            for fold in (1, 0):
                at_us = round(local.replace(fold=fold).timestamp() * 1e6)
                if at_us <= before_us:
                    return at_us
        raise ValueError(said)

    def midnight_us(self, day: date, days: int = 0) -> int:
        """When that day begins in the clinic, or the day so many later (UTC microseconds)."""
        day = min(day, date.max - timedelta(days=days)) + timedelta(days=days)
        begins = datetime.combine(day, time(), tzinfo=self.zone)
        return round(begins.timestamp()) * 1_000_000

    def offset_minutes(self, at_us: int) -> int:
        """The zone's offset from UTC at that time."""
        offset = datetime.fromtimestamp(at_us / 1e6, tz=UTC).astimezone(self.zone).utcoffset()
        return round(offset.total_seconds() / 60) if offset else 0
