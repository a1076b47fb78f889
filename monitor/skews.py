"""Whose clock is off ours, and by how much: T-CLK (alarms.md 7.2 and 8a.1). Pure."""

from __future__ import annotations

from monitor.clinic import Device
from monitor.intake import OFFSET_STEP_US


class Skews:
    """What the reports of each chair's devices have shown of their clocks."""

    def __init__(self) -> None:
        self._by_chair: dict[str, dict[str, int]] = {}

    def note(self, device: Device, skew_us: int | None) -> bool:
        """How far its clock is behind ours (None: not known yet); True when that is news."""
        known = self._by_chair.setdefault(device.chair, {})
        if skew_us is None or known.get(device.id) == skew_us:
            return False
        known[device.id] = skew_us
        return True

    def message(self, chair: str) -> str:
        """The worst clock of the chair in words; "" when all are right."""
        known = self._by_chair.get(chair, {})
        worst = max(known, key=lambda device: abs(known[device]), default="")
        skew_us = known.get(worst, 0)
        if abs(skew_us) <= OFFSET_STEP_US:
            return ""
        side = "behind" if skew_us > 0 else "ahead"
        return f"CLOCK SKEW {abs(skew_us) // 1_000_000} s: {worst} is {side}"
