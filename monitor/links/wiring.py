"""From the configuration's devices to their links.

Knows which kind of link each address means. Knows no driver, only the line
speed it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.clinic import Device
from monitor.clock import Clock
from monitor.errors import ConfigError
from monitor.links import Link, Throttle
from monitor.links.connection import ANSWER_S_MAX, BrokerAddress
from monitor.links.direct import DirectWire
from monitor.links.mqtt import Broker
from monitor.links.serial import SerialLink
from monitor.links.tcp import TcpLink
from monitor.links.topics import chair_topic
from monitor.status import StatusLine
from monitor.tables import MqttTable


class Wiring:
    """Every device's link by device id, and the task that some of them need.

    `wires` are the in-process ends for simulators, by the name after `direct:`.
    `broker` is None where no device uses one.
    """

    def __init__(self, clock: Clock, broker: Broker | None) -> None:
        self.broker = broker
        self.links: dict[str, Link] = {}
        self.wires: dict[str, DirectWire] = {}
        self._clock = clock
        self._throttles: dict[str, Throttle] = {}
        self._chairs: dict[str, set[str]] = {}

    async def run(self) -> None:
        """Keep the broker's connection, where there is one; returns at once where there is none."""
        if self.broker is not None:
            await self.broker.run()

    def status(self) -> list[StatusLine]:
        """What the page says of broker and lines."""
        return (self.broker.status() if self.broker else []) + [
            StatusLine(
                "warn",
                "LINE FLOODED",
                f"{device}: floods its line, held back {throttle.held_back} times",
            )
            for device, throttle in sorted(self._throttles.items())
            if throttle.held_back
        ]

    def strangers(self) -> dict[tuple[str, str], float]:
        """When the newest vitals came that a device of no configuration sent as a chair.

        By chair, and by the name that the device gives itself.
        """
        found = {}
        for topic, at_s in self.broker.strange.items() if self.broker else ():
            root, _, rest = topic.rpartition("/")[0].rpartition("/")
            chairs = self._chairs.get(root, set())
            if len(chairs) == 1 and topic.endswith("/vitals"):
                found[min(chairs), rest] = at_s
        return found

    def watch(self) -> None:
        """Have the broker tell of strangers on each chair's topic, once all devices are added."""
        for root, chairs in self._chairs.items():
            if root and len(chairs) == 1 and self.broker is not None:
                self.broker.watch(f"{root}/+/vitals")

    def add(self, device: Device, usual_baud: int) -> None:
        """Make one device's link; `ConfigError` where its address means none."""
        kind, _, address = device.link.partition(":")
        match kind:
            case "serial":
                serial = SerialLink(address, baud=device.baud or usual_baud, clock=self._clock)
                self.links[device.id], self._throttles[device.id] = serial, serial.throttle
            case "tcp":
                host, _, port = address.removeprefix("//").rpartition(":")
                tcp = TcpLink(host, int(port), clock=self._clock)
                self.links[device.id], self._throttles[device.id] = tcp, tcp.throttle
            case "direct":
                wire = DirectWire(address, clock=self._clock)
                self.links[device.id] = self.wires[address] = wire
            case "mqtt" if self.broker is not None:
                self.links[device.id] = self.broker.link(address)
                self._chairs.setdefault(chair_topic(address), set()).add(device.chair)
            case _:
                raise ConfigError(
                    f"device {device.id} has no link that can be opened",
                    where=device.link,
                    why="neither serial, tcp, direct, nor mqtt with a [mqtt] table",
                    fix="write serial:PATH, tcp://HOST:PORT, mqtt:TOPIC-FILTER or direct:NAME",
                )


def make_links(
    devices: Sequence[Device],
    mqtt: MqttTable | None,
    clock: Clock,
    *,
    usual_baud: Mapping[str, int],
    answer_s_max: float = ANSWER_S_MAX,
) -> Wiring:
    """A link for each device; nothing is opened yet.

    `usual_baud` is the line speed by driver name, for devices that set none;
    `answer_s_max` how long the broker may take to answer.
    Raises `ConfigError` for an address of no known kind, for topic filters that
    overlap, and for a password file that is missing or open to others.
    """
    wanted = any(device.link.startswith("mqtt:") for device in devices)
    broker = (
        Broker(broker_address(mqtt), clock=clock, answer_s_max=answer_s_max)
        if mqtt and wanted
        else None
    )
    wiring = Wiring(clock, broker)
    for device in devices:
        wiring.add(device, usual_baud[device.driver])
    wiring.watch()
    return wiring


def broker_address(mqtt: MqttTable) -> BrokerAddress:
    """The `[mqtt]` table with its password read."""
    return BrokerAddress(
        host=mqtt.host,
        port=mqtt.port,
        client_id=mqtt.client_id,
        username=mqtt.username,
        password=mqtt.password(),
        ca_file=mqtt.ca_file,
        cert_file=mqtt.cert_file,
        key_file=mqtt.key_file,
    )
