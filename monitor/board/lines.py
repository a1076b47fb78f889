"""Which devices of a chair can be heard, and since when one cannot. Knows no value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.alerts import Alarm, AlarmState
from monitor.board.slots import STALE_S

LINK_LOST = "T-LINK"
"""The condition whose alarm says that a device sends no frames (alarms.md 7.2)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A device's link: up or down since `at_s`, and why."""

    up: bool
    why: str
    at_s: float


@dataclass(slots=True)
class Lines:
    """The links of one chair's devices. Times are monotonic seconds."""

    _lines: dict[str, Line] = field(default_factory=dict)
    _heard_s: dict[str, float] = field(default_factory=dict)

    def changed(self, device: str, line: Line) -> None:
        """A device's link changed."""
        self._lines[device] = line

    def heard(self, device: str, at_s: float) -> None:
        """A frame came: the device's link is up."""
        self._heard_s[device] = at_s
        before = self._lines.get(device)
        if before is None or not before.up:
            self._lines[device] = Line(up=True, why="", at_s=at_s)

    @property
    def ever_heard(self) -> bool:
        """Has any device sent a frame yet?"""
        return bool(self._heard_s)

    def gone(self, alarms: Sequence[Alarm], now_s: float) -> Mapping[str, float]:
        """The devices that cannot be heard, and since when."""
        lost = {one.instance: one.onset_s for one in alarms if _link_lost(one)}
        gone = {
            device: self._heard_s.get(device, since_s)
            for device, since_s in lost.items()
            if now_s - self._heard_s.get(device, since_s) > STALE_S
        }
        return gone | {device: line.at_s for device, line in self._lines.items() if not line.up}

    def silent_since_s(self, gone: Mapping[str, float]) -> float | None:
        """Since when not one device can be heard; None while any can."""
        return None if not gone or self._lines.keys() - gone.keys() else min(gone.values())


def _link_lost(alarm: Alarm) -> bool:
    active = alarm.state in (AlarmState.ACTIVE_UNACK, AlarmState.ACTIVE_ACK)
    return active and alarm.condition == LINK_LOST
