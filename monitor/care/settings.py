"""By which settings a session goes on, and what of them is another than before.

A session keeps the hash of the alarm preset and the text of the clinic's practice that
it was begun with. A restart with others takes effect at once, and says so in the session.
Knows no live value, clock, database or page.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.care.arrival_terms import ArrivalTable
from monitor.care.leaving_terms import LeavingTable
from monitor.care.treatment_terms import CareTable
from monitor.history import Data, FactRow

SETTINGS = "settings"
PRESET_KEY, PRACTICE_KEY, CHANGED = "preset", "practice", "changed"
DIFFERENCES_MAX = 12
NOTHING = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What of the configuration decides at a chair: on care, on who may begin, on who may leave."""

    care: CareTable = field(default_factory=CareTable)
    arrival: ArrivalTable = field(default_factory=ArrivalTable)
    leaving: LeavingTable = field(default_factory=LeavingTable)

    @property
    def text(self) -> str:
        """The tables as JSON."""
        tables = {"care": self.care, "arrival": self.arrival, "leaving": self.leaving}
        return json.dumps({name: table.model_dump(mode="json") for name, table in tables.items()})


class Changed(NamedTuple):
    """Since when a session goes on by other settings than before, and what differs, in words."""

    at_us: int
    said: str


def settings_of(facts: Sequence[FactRow]) -> FactRow | None:
    """The settings by which a session goes on, as they were kept last; whole, or None."""
    told = (fact for fact in reversed(facts) if fact.kind == SETTINGS)
    return next((fact for fact in told if PRACTICE_KEY in fact.data), None)


def begun_with(facts: Sequence[FactRow]) -> str | None:
    """The hash of the preset that a session was begun with, by which it is counted ever after."""
    return next((str(fact.data[PRESET_KEY]) for fact in facts if fact.kind == SETTINGS), None)


def changed_of(facts: Sequence[FactRow]) -> Changed | None:
    """The last change of settings within a session; None when it has had the same all along."""
    told = settings_of([fact for fact in facts if fact.data.get(CHANGED)])
    return None if told is None else Changed(told.at_us, str(told.data[CHANGED]))


def settings_data(preset: str, practice: str, changed: str = "") -> Data:
    """A preset's hash, the practice's text, and what of both is new, as a fact keeps them."""
    more = {CHANGED: changed} if changed else {}
    return {PRESET_KEY: preset, PRACTICE_KEY: practice, **more}


def preset_differences(before: str | None, now: str) -> list[str]:
    """What differs between two preset texts (TOML), a key each; before None: all of it is new."""
    if before is None:
        return ["another alarm preset, the one before is not in the record"]
    return _differences(tomllib.loads(before), tomllib.loads(now))


def practice_differences(before: str, now: str) -> list[str]:
    """What differs between two texts of a practice, a key each."""
    return _differences(json.loads(before), json.loads(now))


def said(differences: Sequence[str]) -> str:
    """The first of them in a line, and how many more there are."""
    more = len(differences) - DIFFERENCES_MAX
    shown = [*differences[:DIFFERENCES_MAX], *([f"and {more} more"] if more > 0 else [])]
    return "; ".join(shown)


def _differences(before: object, now: object) -> list[str]:
    old, new = dict(_flat("", before)), dict(_flat("", now))
    keys = [*old, *(key for key in new if key not in old)]
    return [
        f"{key} {old.get(key, NOTHING)} -> {new.get(key, NOTHING)}"
        for key in keys
        if old.get(key) != new.get(key)
    ]


def _flat(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Every single setting by its dotted key; tables in a list go by their id or name."""
    if isinstance(value, Mapping):
        for part, inner in value.items():
            yield from _flat(f"{key}.{part}" if key else str(part), inner)
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for at, inner in enumerate(value):
            yield from _flat(f"{key}[{_called(inner, at)}]", inner)
    else:
        yield key, json.dumps(value)


def _called(value: object, at: int) -> str:
    named = value if isinstance(value, Mapping) else {}
    return str(named.get("id") or named.get("name") or at)
