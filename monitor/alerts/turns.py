"""What arrived, in the order in which it is judged: instant after instant of each chair.

Knows readings and how old one may be. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.alerts.place import Place
from monitor.conditions import Preset
from monitor.vitals import Reading

Group = tuple[Place, float, float, list[Reading]]
"""A chair, when its readings arrived, when they were taken, and they."""


def turns(
    readings: Sequence[Reading], by_chair: Mapping[str, Place], preset: Preset
) -> list[list[Group]]:
    """The readings in turns: each holds at most one instant of any chair; old ones are left out."""
    groups: dict[tuple[str, float, float], list[Reading]] = {}
    for one in readings:
        old = one.late or one.received_s - one.sampled_s > preset.late_s
        if not (old and _too_old(one, by_chair, preset)):
            key = (one.chair, one.received_s, one.sampled_s)
            groups.setdefault(key, []).append(one)
    found: list[list[Group]] = []
    taken: dict[str, int] = {}
    for chair, received_s, sampled_s in sorted(groups):
        turn = taken.get(chair, 0)
        taken[chair] = turn + 1
        if turn == len(found):
            found.append([])
        group = groups[chair, received_s, sampled_s]
        found[turn].append((by_chair[chair], received_s, sampled_s, group))
    return found


def _too_old(reading: Reading, by_chair: Mapping[str, Place], preset: Preset) -> bool:
    """Of one older than a continuous sample may be: too old for a cuff reading as well?"""
    if reading.late or not reading.vital.episodic:
        return True
    age_s = reading.received_s - reading.sampled_s
    return age_s >= preset.cuff_judged_s(by_chair[reading.chair].phase)
