"""MQTT topic filters: which topic belongs to which device, and that no two claim the same.

Knows the wildcards of MQTT 5.0 section 4.7. Knows no broker and no device.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Generic, TypeVar

_Owner = TypeVar("_Owner")

TOPICS_REMEMBERED_MAX = 10_000
OURS, CHAIR_LEVELS = "chairside", 3
"""With what our topics begin, and how many levels of them name the chair."""


def mistake_in(topic_filter: str) -> str:
    """Why this filter can not be used; "" when it can."""
    levels = topic_filter.split("/")
    if not topic_filter or "\0" in topic_filter:
        return "a topic filter must not be empty"
    if levels[0] == "$share":
        return "a shared subscription breaks the order of readings"
    if "#" in levels[:-1] or any(len(level) > 1 and set(level) & {"#", "+"} for level in levels):
        return "`+` stands for a whole level, `#` for the last ones"
    return ""


def matches(topic_filter: str, topic: str) -> bool:
    """True when a message on `topic` belongs to `topic_filter`."""
    wanted, given = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("#", "+"):
        return False
    for level, found in zip_longest(wanted, given):
        if level == "#":
            return True
        if found is None or (level not in ("+", found)):
            return False
    return True


def chair_topic(topic_filter: str) -> str:
    """`chairside/CLINIC/CHAIR` of a device's filter that says them; "" of any other."""
    levels = topic_filter.split("/")
    says = len(levels) > CHAIR_LEVELS and not set(levels[: CHAIR_LEVELS + 1]) & {"#", "+"}
    return "/".join(levels[:CHAIR_LEVELS]) if says and levels[0] == OURS else ""


def overlap(one: str, other: str) -> bool:
    """True when some topic would belong to both filters."""
    for here, there in zip_longest(one.split("/"), other.split("/")):
        if "#" in (here, there):
            return True
        if here is None or there is None:
            return False
        if here != there and "+" not in (here, there):
            return False
    return True


class Routes(Generic[_Owner]):
    """Who receives what. Filters must not overlap, so each topic has one owner or none."""

    def __init__(self) -> None:
        self._owners: dict[str, _Owner] = {}
        self._found: dict[str, _Owner | None] = {}

    @property
    def filters(self) -> tuple[str, ...]:
        """Every filter claimed, in the order of claiming."""
        return tuple(self._owners)

    @property
    def owners(self) -> tuple[_Owner, ...]:
        """Every owner, in the order of `filters`."""
        return tuple(self._owners.values())

    def add(self, topic_filter: str, owner: _Owner) -> None:
        """Claim a filter; `ValueError` says which other filter stands against it, and why."""
        if why := mistake_in(topic_filter):
            raise ValueError(why)
        for taken in self._owners:
            if overlap(taken, topic_filter):
                raise ValueError(f"some topics would belong to {taken!r} as well")
        self._owners[topic_filter] = owner
        self._found.clear()

    def owner(self, topic: str) -> _Owner | None:
        """Whose message it is."""
        if topic not in self._found:
            # Strange topics are a sender's choice; what we remember of them is bounded.
            if len(self._found) >= TOPICS_REMEMBERED_MAX:
                self._found.clear()
            owners = self._owners.items()
            self._found[topic] = next((o for f, o in owners if matches(f, topic)), None)
        return self._found[topic]
