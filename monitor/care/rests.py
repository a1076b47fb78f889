"""What a baseline rests on, read back from the words that a fact keeps of it.

Of a pressure each cuff reading as DEVICE@TIME, of a continuous vital sign how many
samples of which devices from when to when (see `care.baseline`); UTC microseconds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.history import Data

SECOND_US = 1_000_000
_CUFF = re.compile(r"(\S+)@(\d+)")
_STRETCH = re.compile(r"^\d+ of (.+) from (\d+) to (\d+)$")


class Stretch(NamedTuple):
    """Samples of these devices, both ends in it."""

    devices: frozenset[str]
    from_us: int
    to_us: int


def cuffs_named(said: str) -> frozenset[tuple[str, int]]:
    """Device and time of each cuff reading; none for a continuous vital sign, or a stated one."""
    return frozenset((device, int(at_us)) for device, at_us in _CUFF.findall(said))


def stretch_named(said: str) -> Stretch | None:
    """The samples of a continuous vital sign; None for cuff readings, or a stated one."""
    found = _STRETCH.match(said)
    if found is None:
        return None
    return Stretch(frozenset(found[1].split()), int(found[2]), int(found[3]))


def rests_on_another(said: str, correction: Data) -> bool:
    """Does it rest on what a "devices corrected" fact says is another session's?"""
    instead = str(correction["instead"])
    from_us, to_us = int(correction["from_us"] or 0), int(correction["to_us"] or 0)
    if any(one == instead and from_us <= at_us < to_us for one, at_us in cuffs_named(said)):
        return True
    stretch = stretch_named(said)
    return (
        stretch is not None
        and instead in stretch.devices
        and stretch.from_us < to_us
        and from_us <= stretch.to_us
    )


def rests_on_later(said: str, start_us: int) -> bool:
    """Does it rest on what was measured after the start, which is known to the second?"""
    ends_us = [at_us for _, at_us in cuffs_named(said)]
    stretch = stretch_named(said)
    ends_us += [stretch.to_us] if stretch else []
    return max(ends_us, default=start_us) >= start_us + SECOND_US
