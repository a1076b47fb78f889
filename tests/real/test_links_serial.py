"""Serial lines over pseudo-terminals: chunks, unplugging, a new name, one owner, a flood."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from monitor.clock import Clock
from monitor.errors import DeviceError
from monitor.links.serial import SerialLink
from tests.waiting import take_bytes, until


class Monitor:
    """The far end of a cable: a monitor's transmitter."""

    def __init__(self, folder: Path, name: str = "by-id-monitor") -> None:
        self.link = folder / name
        self.master: int | None = None

    def plug(self) -> None:
        """A new adapter under a new kernel name; the by-id name points to it."""
        self.master, port = os.openpty()
        tty.setraw(port)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(port))
        os.close(port)

    def unplug(self) -> None:
        if self.master is not None:
            os.close(self.master)
        self.master = None

    def say(self, data: bytes) -> int:
        assert self.master is not None
        return os.write(self.master, data)


@pytest.fixture
def monitor(tmp_path: Path) -> Iterator[Monitor]:
    monitor = Monitor(tmp_path)
    monitor.plug()
    yield monitor
    monitor.unplug()


def line(path: Path) -> SerialLink:
    clock = Clock(asyncio.get_running_loop().time, epoch_us=0)
    return SerialLink(str(path), baud=9_600, clock=clock)


@pytest.mark.requirement("LNK-006")
async def test_bytes_arrive_whole_and_in_order_however_they_are_cut(monitor: Monitor) -> None:
    sent = bytes(range(256)) * 8
    async with line(monitor.link).open() as deliveries:
        taking = asyncio.create_task(take_bytes(deliveries, len(sent)))
        for at in range(0, len(sent), 7):
            monitor.say(sent[at : at + 7])
            await asyncio.sleep(0)
        assert await taking == sent


@pytest.mark.alone
@pytest.mark.requirement("LNK-007")
async def test_an_unplugged_adapter_is_noticed_within_a_second(monitor: Monitor) -> None:
    loop = asyncio.get_running_loop()
    async with line(monitor.link).open() as deliveries:
        monitor.say(b"x")
        assert await take_bytes(deliveries, 1) == b"x"
        began = loop.time()
        monitor.unplug()
        with pytest.raises(DeviceError) as caught:
            await anext(deliveries)
    assert loop.time() - began < 1.0
    error = caught.value
    assert error.what == "serial line lost"
    assert error.where == str(monitor.link)
    assert error.why
    assert error.fix


@pytest.mark.requirement("LNK-008")
async def test_an_adapter_that_comes_back_under_another_name_is_taken_up(monitor: Monitor) -> None:
    link = line(monitor.link)
    first_name = monitor.link.readlink()
    async with link.open() as deliveries:
        monitor.unplug()
        with pytest.raises(DeviceError):
            await anext(deliveries)
    keeper = os.openpty()  # takes the kernel's old name, so that the next one is new
    monitor.link.unlink()
    with pytest.raises(DeviceError, match=r"(?s)not found.*by-id"):
        async with link.open():
            pass

    async def again() -> bytes:
        async with link.open() as deliveries:
            return await take_bytes(deliveries, 5)

    reopened = asyncio.create_task(again())
    monitor.plug()
    assert monitor.link.readlink() != first_name
    while not reopened.done():
        monitor.say(b"again")
        await asyncio.wait([reopened], timeout=0.1)
    assert await reopened in b"againagain"
    for end in keeper:
        os.close(end)


async def test_twenty_rounds_of_plugging_leak_no_descriptor(monitor: Monitor) -> None:
    link = line(monitor.link)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        async with link.open() as deliveries:
            monitor.unplug()
            with pytest.raises(DeviceError):
                await anext(deliveries)
        monitor.plug()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


@pytest.mark.requirement("LNK-009")
async def test_a_port_has_one_owner(monitor: Monitor) -> None:
    async with line(monitor.link).open() as deliveries:
        with pytest.raises(DeviceError, match=r"(?s)in use by another program.*stop the other"):
            async with line(monitor.link).open():
                pass
        monitor.say(b"x")
        assert await take_bytes(deliveries, 1) == b"x"


async def test_a_path_that_is_no_port_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a port")
    with pytest.raises(DeviceError, match=r"(?s)serial port does not open.*notes.txt.*fix: check"):
        async with line(path).open():
            pass


async def test_an_opening_given_up_leaves_the_port_free(monitor: Monitor) -> None:
    async def opened() -> None:
        async with line(monitor.link).open():
            await asyncio.Event().wait()

    for turns in range(6):
        opening = asyncio.create_task(opened())
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        # The port may still be held by the opening before, given up a moment ago.
        with suppress(asyncio.CancelledError, DeviceError):
            await opening
    loop = asyncio.get_running_loop()
    # What a thread had opened already is closed by the loop's next turns.
    for _ in range(200):
        try:
            async with line(monitor.link).open():
                return
        except DeviceError:
            await asyncio.sleep(0.01)
    pytest.fail(f"the port is still taken at {loop.time()}")


@pytest.mark.alone
@pytest.mark.requirement("LNK-002")
async def test_a_flood_on_one_line_does_not_delay_another(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    flooding, quiet = Monitor(tmp_path, "flooding"), Monitor(tmp_path, "quiet")
    flooding.plug()
    quiet.plug()
    assert flooding.master is not None
    os.set_blocking(flooding.master, False)
    flood_link, quiet_link = line(flooding.link), line(quiet.link)
    read, delays = 0, []

    def pour() -> None:
        try:
            flooding.say(b"\xff" * 4_096)
        except BlockingIOError:
            return

    async def swallow() -> None:
        nonlocal read
        async with flood_link.open() as deliveries:
            loop.add_writer(flooding.master or 0, pour)
            async for delivery in deliveries:
                read += len(delivery.data)

    swallowing = asyncio.create_task(swallow())
    try:
        # The burst that any line may have is used up; from here on it is a flood.
        await until(lambda: flood_link.throttle.held_back > 0)
        read, began = 0, loop.time()
        async with quiet_link.open() as deliveries:
            for number in range(50):
                sent_s = loop.time()
                quiet.say(b"%03d" % number)
                assert await take_bytes(deliveries, 3) == b"%03d" % number
                delays.append(loop.time() - sent_s)
                await asyncio.sleep(0.02)
        took = loop.time() - began
    finally:
        loop.remove_writer(flooding.master)
        swallowing.cancel()
        await asyncio.wait([swallowing])
        flooding.unplug()
        quiet.unplug()
    assert max(delays) < 0.25
    assert read <= 65_536 * took + 2 * 4_096
