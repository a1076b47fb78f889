"""The hub: numbered messages, bounded slots, nobody waits for anybody."""

from __future__ import annotations

import pytest

from monitor.hub import SLOT_MESSAGES_MAX, Hub, Overrun


async def test_messages_arrive_in_order_and_are_numbered_without_gaps() -> None:
    hub = Hub()
    with hub.subscribe() as slot:
        for number in range(3):
            hub.publish("delta", b"%d" % number)
        messages = await slot.get()
    assert [(one.seq, one.data) for one in messages] == [(1, b"0"), (2, b"1"), (3, b"2")]


@pytest.mark.requirement("SHO-070")
async def test_a_reader_that_falls_behind_loses_its_slot_and_nobody_elses() -> None:
    hub = Hub()
    with hub.subscribe() as slow, hub.subscribe() as quick:
        for _ in range(SLOT_MESSAGES_MAX):
            hub.publish("delta", b"x")
        assert len(await quick.get()) == SLOT_MESSAGES_MAX
        hub.publish("delta", b"one more")
        with pytest.raises(Overrun):
            await slow.get()
        assert [one.data for one in await quick.get()] == [b"one more"]
    assert hub.overruns == 1


async def test_an_overrun_slot_holds_no_memory() -> None:
    hub = Hub()
    with hub.subscribe(size_max=2) as slot:
        for _ in range(1_000):
            hub.publish("delta", b"x" * 1_000)
        assert slot.overrun
        assert hub.overruns == 1


async def test_a_closed_slot_is_forgotten() -> None:
    hub = Hub()
    with hub.subscribe():
        assert hub.readers == 1
    assert hub.readers == 0
