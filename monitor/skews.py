"""Whose clock is off ours, and by how much: T-CLK (alarms.md 7.2 and 8a.1). Pure."""

from __future__ import annotations

from monitor.clinic import Device
from monitor.intake import OFFSET_STEP_US

RIGHT_US = 2_000_000
"""A clock that was off is right again when it is less than this off."""
NEWS_US = 1_000_000
"""Frames come a little early or late: less than this is no other skew."""


class Skews:
    """What the reports of each chair's devices have shown of their clocks."""

    def __init__(self) -> None:
        self._by_chair: dict[str, dict[str, int]] = {}

    def note(self, device: Device, skew_us: int | None) -> bool:
        """How far its clock is behind ours (None: not known yet); True when that is news."""
        known = self._by_chair.setdefault(device.chair, {})
        if skew_us is None or _alike(known.get(device.id), skew_us):
            return False
        known[device.id] = skew_us
        return True

    def message(self, chair: str, *, told: bool) -> str:
        """The worst clock of the chair in words; "" when all are right.

        One that is `told` of already must be nearer than one that is not.
        """
        known = self._by_chair.get(chair, {})
        worst = max(known, key=lambda device: abs(known[device]), default="")
        skew_us = known.get(worst, 0)
        if abs(skew_us) < RIGHT_US or (abs(skew_us) <= OFFSET_STEP_US and not told):
            return ""
        side = "behind" if skew_us > 0 else "ahead"
        return f"CLOCK SKEW {abs(skew_us) // 1_000_000} s: {worst} is {side}"


def _alike(before_us: int | None, skew_us: int) -> bool:
    if before_us is None:
        return False
    same_side = (abs(before_us) < RIGHT_US) is (abs(skew_us) < RIGHT_US)
    return same_side and abs(before_us - skew_us) < NEWS_US
