"""What several monitors reach the service through: a broker, a terminal server, serial ports.

When all that speak through one gateway fall silent together it is the gateway,
told once (T-GATE; alarms.md 7.2 and 8a.23). Pure: knows devices, times and, after a restart,
which alarms are open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.alerts import Alarm
from monitor.clinic import Device

SUSPECT_S = 5.0
"""So long nothing came through it: then each of its monitors is about to be told of."""
TOGETHER_S = 5.0
"""Monitors whose last frames are no further apart, beside their own pace, were lost together."""
RETURN_S = 10.0
"""After its gateway is back a monitor has as long to be heard as any has before T-LINK."""
CHAIRS_MIN = 2


def gateway_of(device: Device) -> str:
    """Where a device's line comes in, in words for a person."""
    kind, _, address = device.link.partition(":")
    if kind == "tcp":
        return f"terminal server {address.removeprefix('//').rpartition(':')[0]}"
    return {"mqtt": "message broker", "serial": "serial ports"}.get(kind, kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A gateway that is lost: since its last frame (monotonic s); the silenced devices' chairs."""

    gateway: str
    since_s: float
    devices: Mapping[str, str]

    @property
    def chairs(self) -> frozenset[str]:
        """Where nothing comes any more."""
        return frozenset(self.devices.values())

    def among(self, devices: Collection[str]) -> Loss:
        """The same loss, of these devices alone."""
        left = {name: chair for name, chair in self.devices.items() if name in devices}
        return replace(self, devices=left)


class Gateways:
    """Every configured device and when its last frame came; `quiet_s` is how slow each may be."""

    def __init__(self, devices: Iterable[Device], quiet_s: Mapping[str, float]) -> None:
        self._by_gateway: dict[str, list[Device]] = {}
        for device in devices:
            self._by_gateway.setdefault(gateway_of(device), []).append(device)
        self._quiet_s = quiet_s
        self._heard: dict[str, float] = {}
        self._told: frozenset[str] = frozenset()
        self._gated: frozenset[str] = frozenset()
        self._back_s: dict[str, float] = {}

    def heard(self, device: str, at_s: float) -> None:
        """A frame of it came."""
        self._heard[device] = at_s

    def recall(self, open_now: Iterable[Alarm], now_s: float) -> None:
        """After a restart: T-GATE, if it is open, stands for those who fell silent with it.

        A monitor's own alarm tells when it spoke last. One so slow that it has none yet was there
        until the gateway was lost.
        """
        alarms = list(open_now)
        lost = {one.instance: one.onset_s for one in alarms if one.condition == "T-LINK"}
        for gate in alarms:
            if gate.condition == "T-GATE":
                self._heard |= {
                    name: at_s
                    for name, at_s in lost.items()
                    if abs(gate.onset_s - at_s) <= TOGETHER_S + self._pace_s(name)
                }
                self._recall_slow(gate.onset_s, now_s, lost)
                self._told = frozenset(self._heard)

    def _recall_slow(self, onset_s: float, now_s: float, lost: Collection[str]) -> None:
        for devices in self._by_gateway.values():
            if self._heard.keys().isdisjoint(one.id for one in devices):
                continue
            for one in devices:
                if one.id not in lost and now_s - onset_s >= self._pace_s(one.id):
                    self._heard[one.id] = onset_s

    def lost(self, now_s: float, seated: Collection[str]) -> list[Loss]:
        """What T-GATE tells once: gateways through which nothing comes to two seated chairs.

        A monitor that fell silent well before the others has its own alarm. So has one
        that is lost while T-GATE stands for others: somebody may have silenced that already.
        """
        losses = [
            loss
            for gateway, devices in self._by_gateway.items()
            for loss in self._loss(gateway, devices, now_s, seated)
        ]
        if self._told:
            losses = [loss.among(self._told) for loss in losses]
        losses = [loss for loss in losses if len(loss.chairs) >= CHAIRS_MIN]
        told = frozenset(name for loss in losses for name in loss.devices)
        self._back_s |= dict.fromkeys(self._told - told, now_s)
        self._told = told
        return losses

    def spoken_for(self, now_s: float) -> frozenset[str]:
        """Whose own T-LINK makes no sound: T-GATE tells of them, or did until a moment ago."""
        back = {name for name, at_s in self._back_s.items() if now_s - at_s < RETURN_S}
        return self._told | back

    def news(self, now_s: float) -> list[tuple[str, bool]]:
        """Who is spoken for by now and was not at the last asking, True, and who no more, False."""
        gated = self.spoken_for(now_s)
        changed = sorted(gated ^ self._gated)
        self._gated = gated
        return [(device, device in gated) for device in changed]

    def _loss(
        self, gateway: str, devices: list[Device], now_s: float, seated: Collection[str]
    ) -> Iterator[Loss]:
        heard = {one.id: self._heard[one.id] for one in devices if one.id in self._heard}
        newest_s = max(heard.values(), default=now_s)
        pace_s = {one.id: self._pace_s(one.id) for one in devices}
        together = {
            one.id: one.chair
            for one in devices
            if one.chair in seated and one.id in heard
            if newest_s - heard[one.id] <= TOGETHER_S + pace_s[one.id]
        }
        slowest_s = max((pace_s[name] for name in together), default=0.0)
        if now_s - newest_s >= max(SUSPECT_S, slowest_s):
            yield Loss(gateway=gateway, since_s=newest_s, devices=together)

    def _pace_s(self, device: str) -> float:
        return self._quiet_s.get(device, 0.0) / 2


def data_link_down(losses: list[Loss]) -> str:
    """For T-GATE: how many chairs, and through what; "" when nothing is lost."""
    if not losses:
        return ""
    count = len(frozenset().union(*(one.chairs for one in losses)))
    return f"DATA LINK DOWN: {count} chairs ({', '.join(one.gateway for one in losses)})"
