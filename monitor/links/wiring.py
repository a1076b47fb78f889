"""From the configuration's devices to their links.

Knows which kind of link each address means. Knows no driver, only the line
speed it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.clinic import Device
from monitor.clock import Clock
from monitor.config import MqttTable
from monitor.errors import ConfigError
from monitor.links import Link, Throttle
from monitor.links.direct import DirectWire
from monitor.links.serial import SerialLink
from monitor.links.tcp import TcpLink
from monitor.status import StatusLine


@dataclass(slots=True)
class Wiring:
    """Every device's link by device id, and the task that some of them need.

    `wires` are the in-process ends for simulators, by the name after `direct:`.
    """

    links: dict[str, Link] = field(default_factory=dict)
    wires: dict[str, DirectWire] = field(default_factory=dict)
    _throttles: dict[str, Throttle] = field(default_factory=dict)

    async def run(self) -> None:
        """Keep the broker's connection, where there is one; returns at once where there is none."""

    def status(self) -> list[StatusLine]:
        """What the page says of broker and lines."""
        return [
            StatusLine("warn", f"{device}: floods its line, held back {throttle.held_back} times")
            for device, throttle in sorted(self._throttles.items())
            if throttle.held_back
        ]


def make_links(
    devices: Sequence[Device],
    mqtt: MqttTable | None,
    clock: Clock,
    *,
    usual_baud: Mapping[str, int],
) -> Wiring:
    """A link for each device; nothing is opened yet.

    `usual_baud` is the line speed by driver name, for devices that set none.
    Raises `ConfigError` for an address of no known kind.
    """
    wiring = Wiring()
    for device in devices:
        kind, _, address = device.link.partition(":")
        if kind == "serial":
            baud = device.baud or usual_baud[device.driver]
            serial = SerialLink(address, baud=baud, clock=clock)
            wiring.links[device.id] = serial
            wiring._throttles[device.id] = serial.throttle
        elif kind == "tcp":
            host, _, port = address.removeprefix("//").rpartition(":")
            tcp = TcpLink(host, int(port), clock=clock)
            wiring.links[device.id] = tcp
            wiring._throttles[device.id] = tcp.throttle
        elif kind == "direct":
            wire = DirectWire(address, clock=clock)
            wiring.links[device.id] = wiring.wires[address] = wire
        else:
            raise ConfigError(
                f"no link of kind {kind!r}",
                where=f"device {device.id}: {device.link}",
                fix="write serial:PATH, tcp://HOST:PORT, mqtt:TOPIC-FILTER or direct:NAME",
            )
    return wiring
