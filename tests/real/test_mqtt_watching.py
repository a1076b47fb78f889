"""A broker that does not let the service watch for strangers: what is not told then is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links.connection import BrokerAddress
from monitor.links.mqtt import Broker
from tests.servers import Mosquitto
from tests.waiting import meanwhile

FILTER, OTHER = "chairside/c/1/mon-1/#", "chairside/c/2/mon-2/#"
ANYBODY = "chairside/c/1/+/vitals"
NO_MARKS = bytes([0x29, 0])
"""Of the broker's welcome: Subscription Identifier Available, no (MQTT 5.0, 3.2.2.3.12)."""


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Broker]:
    """The clinic's connection to the broker there."""
    clock = Clock(asyncio.get_running_loop().time, epoch_us=0)
    broker = Broker(BrokerAddress(host="127.0.0.1", port=port, client_id="chairside"), clock=clock)
    async with meanwhile(broker.run()):
        yield broker


def lets_subscribe(mosquitto: Mosquitto, *filters: str) -> None:
    """Started again, it lets anybody subscribe to these filters and to no other."""
    acls = [
        {"acltype": "subscribeLiteral", "topic": one, "priority": 0, "allow": True}
        for one in filters
    ]
    kinds = {"publishClientSend": True, "publishClientReceive": True, "unsubscribe": True}
    security = {
        "defaultACLAccess": {**kinds, "subscribe": False},
        "clients": [],
        "roles": [{"rolename": "own", "acls": acls}],
        "groups": [{"groupname": "all", "roles": [{"rolename": "own"}], "clients": []}],
        "anonymousGroup": "all",
    }
    mosquitto.stop()
    config = mosquitto.folder / "security.json"
    config.write_text(json.dumps(security), encoding="utf-8")
    plugin = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    with (mosquitto.folder / "mosquitto.conf").open("a", encoding="utf-8") as file:
        file.write(f"plugin {plugin}\nplugin_opt_config_file {config}\n")
    mosquitto.start()


@asynccontextmanager
async def without_marks(port: int) -> AsyncIterator[int]:
    """The port of a broker that has no subscription identifiers, though that one behind it has."""
    relays = list[asyncio.Task[None] | None]()

    async def relay(came: asyncio.StreamReader, goes: asyncio.StreamWriter) -> None:
        relays.append(asyncio.current_task())
        behind, ahead = await asyncio.open_connection("127.0.0.1", port)

        async def back() -> None:
            kind, length, flags, code, more = await behind.readexactly(5)
            goes.write(bytes([kind, length + 2, flags, code, more + 2]) + NO_MARKS)
            await _pass_on(behind, goes)

        await asyncio.gather(_pass_on(came, ahead), back())

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*(one for one in relays if one))


async def _pass_on(one: asyncio.StreamReader, other: asyncio.StreamWriter) -> None:
    while data := await one.read(4_096):
        other.write(data)
        await other.drain()
    other.close()


@pytest.mark.requirement("LNK-027")
async def test_where_the_broker_refuses_it_says_that_strangers_are_not_told(
    mosquitto: Mosquitto,
) -> None:
    lets_subscribe(mosquitto, FILTER)
    async with connected(mosquitto.port) as broker:
        ours, refused = broker.link(FILTER), broker.link(OTHER)
        broker.watch(ANYBODY)
        async with ours.open():
            [line] = broker.status()
        assert (line.level, line.brief) == ("warn", "STRANGERS NOT TOLD")
        assert line.text == (
            "a monitor that the configuration does not know and that sends as a chair is not told: "
            f"the broker (mqtt://127.0.0.1:{mosquitto.port}) refuses {ANYBODY}; "
            "let our user subscribe to it, as `topic read #` of config/mosquitto.acl does"
        )
        with pytest.raises(DeviceError, match=r"(?s)refuses the subscription.*mon-2/#.*fix: add"):
            async with refused.open():
                pass


@pytest.mark.requirement("LNK-027")
async def test_a_broker_without_marks_is_not_asked_for_strangers_and_that_is_said(
    mosquitto: Mosquitto,
) -> None:
    async with without_marks(mosquitto.port) as port, connected(port) as broker:
        ours = broker.link(FILTER)
        broker.watch(ANYBODY)
        async with ours.open():
            [line] = broker.status()
    assert line.text == (
        "a monitor that the configuration does not know and that sends as a chair is not told: "
        f"the broker (mqtt://127.0.0.1:{port}) has no subscription identifiers; "
        "use one that has (MQTT 5.0, 3.2.2.3.12), such as mosquitto"
    )
