"""What several monitors reach the service through: a broker, a terminal server, serial ports.

When all that speak through one gateway fall silent together it is the gateway,
told once (T-GATE; alarms.md 7.2 and 8a.23). Pure: knows devices and times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.clinic import Device

SUSPECT_S = 5.0
"""So long nothing came through it: then each of its monitors is about to be told of."""
TOGETHER_S = 5.0
"""Monitors whose last frames are no further apart, beside their own pace, were lost together."""
CHAIRS_MIN = 2


def gateway_of(device: Device) -> str:
    """Where a device's line comes in, in words for a person."""
    kind, _, address = device.link.partition(":")
    if kind == "tcp":
        return f"terminal server {address.removeprefix('//').rpartition(':')[0]}"
    return {"mqtt": "message broker", "serial": "serial ports"}.get(kind, kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A gateway that is lost: since its last frame (monotonic s), and whom it silenced."""

    gateway: str
    since_s: float
    devices: frozenset[str]
    chairs: frozenset[str]


class Gateways:
    """Every configured device and when its last frame came; `quiet_s` is how slow each may be."""

    def __init__(self, devices: Iterable[Device], quiet_s: Mapping[str, float]) -> None:
        self._by_gateway: dict[str, list[Device]] = {}
        for device in devices:
            self._by_gateway.setdefault(gateway_of(device), []).append(device)
        self._quiet_s = quiet_s
        self._heard: dict[str, float] = {}

    def heard(self, device: str, at_s: float) -> None:
        """A frame of it came."""
        self._heard[device] = at_s

    def lost(self, now_s: float) -> list[Loss]:
        """The gateways through which nothing comes any more, though two chairs did lately.

        A monitor that fell silent well before the others is not of them: it has its own alarm.
        """
        return [
            loss
            for gateway, devices in self._by_gateway.items()
            for loss in self._loss(gateway, devices, now_s)
        ]

    def _loss(self, gateway: str, devices: list[Device], now_s: float) -> Iterable[Loss]:
        heard = {one.id: self._heard[one.id] for one in devices if one.id in self._heard}
        newest_s = max(heard.values(), default=now_s)
        together = [
            one
            for one in devices
            if newest_s - heard.get(one.id, float("-inf"))
            <= TOGETHER_S + self._quiet_s.get(one.id, 0.0) / 2
        ]
        slowest_s = max((self._quiet_s.get(one.id, 0.0) / 2 for one in together), default=0.0)
        chairs = frozenset(one.chair for one in together)
        if len(chairs) >= CHAIRS_MIN and now_s - newest_s >= max(SUSPECT_S, slowest_s):
            ids = frozenset(one.id for one in together)
            yield Loss(gateway=gateway, since_s=newest_s, devices=ids, chairs=chairs)


def data_link_down(losses: list[Loss]) -> str:
    """For T-GATE: how many chairs, and through what; "" when nothing is lost."""
    if not losses:
        return ""
    count = len(frozenset().union(*(one.chairs for one in losses)))
    return f"DATA LINK DOWN: {count} chairs ({', '.join(one.gateway for one in losses)})"
