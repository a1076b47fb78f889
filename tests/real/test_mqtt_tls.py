"""TLS and credentials against a real mosquitto, with an authority made for the test."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links.connection import BrokerAddress, Connection, SessionTerms
from monitor.links.mqtt import Broker
from tests.authority import Authority
from tests.servers import ROOT, Mosquitto, find
from tests.waiting import take, until

VALUES = "chairside/c/1/mon-1/vitals"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    authority = Authority.found(tmp_path_factory.mktemp("tls") / "ours")
    for name in ("broker", "chairside", "mon-1"):
        authority.issue(name)
    return authority


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    authority = Authority.found(tmp_path_factory.mktemp("tls") / "stranger")
    authority.issue("chairside")
    return authority


def secure(mosquitto: Mosquitto, authority: Authority, *more: str, cert: str = "broker") -> None:
    """Restart the broker with the secure lines that the shipped configuration shows."""
    mosquitto.stop()
    config = mosquitto.folder / "mosquitto.conf"
    kept = [
        line
        for line in config.read_text().splitlines()
        if not line.startswith(("listener", "allow_anonymous"))
    ]
    lines = [
        f"listener {mosquitto.port} 127.0.0.1",
        f"cafile {authority.folder}/ca.crt",
        f"certfile {authority.folder}/{cert}.crt",
        f"keyfile {authority.folder}/{cert}.key",
        "tls_version tlsv1.2",
        "allow_anonymous false",
        *more,
    ]
    config.write_text("\n".join([*kept, *lines]) + "\n")
    mosquitto.start()


@pytest.fixture
def certified(mosquitto: Mosquitto, authority: Authority) -> Mosquitto:
    """A broker that asks for client certificates and knows the shipped access list."""
    acl = f"acl_file {ROOT / 'config' / 'mosquitto.acl'}"
    secure(mosquitto, authority, "require_certificate true", "use_identity_as_username true", acl)
    return mosquitto


def address(mosquitto: Mosquitto, ca: Authority, name: str = "chairside") -> BrokerAddress:
    return BrokerAddress(
        host="127.0.0.1",
        port=mosquitto.port,
        client_id=name,
        ca_file=ca.folder / "ca.crt",
        cert_file=ca.folder / f"{name}.crt",
        key_file=ca.folder / f"{name}.key",
    )


@asynccontextmanager
async def running(broker: Broker) -> AsyncIterator[None]:
    task = asyncio.create_task(broker.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def make_broker(where: BrokerAddress) -> Broker:
    return Broker(where, clock=Clock(asyncio.get_running_loop().time, epoch_us=0))


async def refusal(where: BrokerAddress) -> DeviceError:
    """Why the connection is refused; fails when it is not."""
    with pytest.raises(DeviceError) as caught:
        async with Connection(where, SessionTerms()):
            pass
    return caught.value


@pytest.mark.requirement("LNK-023")
async def test_readings_pass_between_certified_ends(
    certified: Mosquitto, authority: Authority
) -> None:
    broker = make_broker(address(certified, authority))
    link = broker.link("chairside/c/1/mon-1/#")
    async with running(broker), link.open() as deliveries:
        async with Connection(address(certified, authority, "mon-1"), SessionTerms()) as sender:
            assert await sender.publish(VALUES, b"secret") == 0
        [delivery] = await take(deliveries, 1)
        assert delivery.data == b"secret"
        assert broker.status() == []


@pytest.mark.requirement("LNK-024")
async def test_a_broker_of_another_authority_is_refused(
    certified: Mosquitto, authority: Authority, stranger: Authority
) -> None:
    where = replace(address(certified, authority), ca_file=stranger.folder / "ca.crt")
    error = await refusal(where)
    assert error.what == "broker not reached"
    assert "certificate verify failed" in error.why
    assert "CA" in error.fix


async def test_a_broker_with_another_name_or_an_old_certificate_is_refused(
    mosquitto: Mosquitto, authority: Authority
) -> None:
    authority.issue("elsewhere", address="192.0.2.9")
    secure(mosquitto, authority, cert="elsewhere")
    assert "IP address mismatch" in (await refusal(address(mosquitto, authority))).why
    authority.issue("old", days=-1)
    secure(mosquitto, authority, cert="old")
    assert "expired" in (await refusal(address(mosquitto, authority))).why


@pytest.mark.requirement("LNK-025")
async def test_a_client_of_another_authority_is_refused_within_seconds(
    certified: Mosquitto, authority: Authority, stranger: Authority
) -> None:
    loop = asyncio.get_running_loop()
    where = replace(
        address(certified, authority),
        cert_file=stranger.folder / "chairside.crt",
        key_file=stranger.folder / "chairside.key",
    )
    began = loop.time()
    assert (await refusal(where)).what == "broker not reached"
    assert loop.time() - began < 5.0


async def test_a_missing_certificate_file_is_told_with_its_place(
    certified: Mosquitto, authority: Authority
) -> None:
    where = replace(address(certified, authority), ca_file=authority.folder / "no.crt")
    error = await refusal(where)
    assert error.what == "broker certificates can not be read"
    assert "no.crt" in error.where
    assert "ca_file" in error.fix


@pytest.mark.requirement("LNK-026")
async def test_a_device_can_not_speak_for_another_and_the_service_can_not_speak_at_all(
    certified: Mosquitto, authority: Authority
) -> None:
    broker = make_broker(address(certified, authority))
    link = broker.link("chairside/c/1/#")
    async with running(broker), link.open() as deliveries:
        async with Connection(address(certified, authority, "mon-1"), SessionTerms()) as sender:
            assert await sender.publish("chairside/c/1/mon-2/vitals", b"forged") >= 0x80
            assert await sender.publish(VALUES, b"true") == 0
        assert [one.data for one in await take(deliveries, 1)] == [b"true"]
        connection = link._connection
        assert connection is not None
        assert await connection.publish(VALUES, b"from the service") >= 0x80


async def test_a_wrong_password_is_told_in_the_brokers_words(
    mosquitto: Mosquitto, authority: Authority
) -> None:
    program = find("mosquitto_passwd")
    assert program is not None
    secrets = mosquitto.folder / "passwords"
    subprocess.run([program, "-b", "-c", str(secrets), "chairside", "right"], check=True)
    secure(mosquitto, authority, f"password_file {secrets}")
    where = replace(
        address(mosquitto, authority), username="chairside", cert_file=None, key_file=None
    )
    broker = make_broker(replace(where, password="wrong"))
    broker.link("a/#")
    async with running(broker):
        await until(broker.status)
        assert "Not authorized" in broker.status()[0].text
    async with Connection(replace(where, password="right"), SessionTerms()):
        pass
