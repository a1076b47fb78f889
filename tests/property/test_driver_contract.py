"""What holds for every driver: any chunking, any noise, bounded memory, and back again."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.drivers import Decoder, Garbled, Report, Shown
from monitor.drivers.registry import DRIVERS
from monitor.vitals import GenerationMode, VitalSign

NAMES = sorted(DRIVERS)
SERIAL = [name for name in NAMES if name != "chairside-json"]
NOW_US = 1_800_000_000_000_000
BYTES_KEPT_MAX = 4_096


def shown(spo2: int, pulse: int, systolic: int | None = None) -> Shown:
    values = {VitalSign.SPO2: float(spo2), VitalSign.PULSE_RATE: float(pulse)}
    if systolic is not None:
        values |= {
            VitalSign.NIBP_SYSTOLIC: float(systolic),
            VitalSign.NIBP_DIASTOLIC: float(systolic - 40),
            VitalSign.NIBP_MEAN: float(systolic - 25),
            VitalSign.NIBP_PULSE_RATE: 70.0,
        }
    return Shown(at_us=NOW_US, values=values, validity={}, mode=GenerationMode.DEMO)


def spoken(events: list[Report | Garbled]) -> list[dict[str, float | None]]:
    return [
        {one.vital.value: one.value for one in event.measurements}
        for event in events
        if isinstance(event, Report)
    ]


def stream(name: str, numbers: list[tuple[int, int]]) -> bytes:
    encoder = DRIVERS[name].encoder(device="d")
    return b"".join(encoder.encode(shown(*pair)) for pair in numbers)


def fed(decoder: Decoder, data: bytes, cuts: list[int]) -> list[Report | Garbled]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [event for start, end in pairwise(edges) for event in decoder.feed(data[start:end])]


numbers = st.lists(st.tuples(st.integers(1, 100), st.integers(20, 250)), min_size=1, max_size=5)


@pytest.mark.parametrize("name", SERIAL)
@given(numbers=numbers, cuts=st.lists(st.integers(0, 10_000), max_size=8))
@settings(max_examples=40, deadline=None)
def test_any_chunking_gives_the_same_readings(
    name: str, numbers: list[tuple[int, int]], cuts: list[int]
) -> None:
    data = stream(name, numbers)
    whole = spoken(DRIVERS[name].decoder().feed(data))
    assert spoken(fed(DRIVERS[name].decoder(), data, cuts)) == whole
    assert [(one["SpO2"], one["PR"]) for one in whole] == [
        (float(spo2), float(pulse)) for spo2, pulse in numbers
    ]


@pytest.mark.requirement("DRV-007")
@pytest.mark.parametrize("name", NAMES)
@given(noise=st.binary(max_size=600), cuts=st.lists(st.integers(0, 10_000), max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_bytes_at_all_raise_anything(name: str, noise: bytes, cuts: list[int]) -> None:
    for event in fed(DRIVERS[name].decoder(), noise, cuts):
        if isinstance(event, Garbled):
            assert event.why
            assert len(event.sample) <= 32


@pytest.mark.requirement("DRV-008")
@pytest.mark.parametrize("name", SERIAL)
@given(noise=st.binary(max_size=300), keep=st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_noise_or_half_a_frame_costs_a_frame_and_never_the_line(
    name: str, noise: bytes, keep: int
) -> None:
    decoder = DRIVERS[name].decoder()
    frame = stream(name, [(97, 71)])
    decoder.feed(frame[:keep] + noise + b"\n")
    for _ in range(3):
        decoder.feed(frame)
    assert spoken(decoder.feed(stream(name, [(88, 55)])))[-1]["SpO2"] == 88.0


@pytest.mark.parametrize("name", SERIAL)
@given(at=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_doubled_byte_never_makes_a_number_that_was_not_sent(name: str, at: int) -> None:
    frame = stream(name, [(97, 71)])
    index = at % len(frame)
    doubled = frame[: index + 1] + frame[index:]
    decoder = DRIVERS[name].decoder()
    for one in spoken(decoder.feed(doubled)):
        # Without a checksum a doubled digit can stay in range; what is refused is what cannot be.
        assert one.get("SpO2") is None or 0 <= float(one["SpO2"] or 0) <= 100
    assert spoken(decoder.feed(frame + frame))[-1] == {
        **spoken(DRIVERS[name].decoder().feed(frame))[-1]
    }


@pytest.mark.requirement("DRV-009")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("byte", [b"\x00", b"A", b"\xff", b"\n", b"0"])
def test_a_decoder_keeps_a_bounded_rest(name: str, byte: bytes) -> None:
    decoder = DRIVERS[name].decoder()
    for _ in range(200):
        decoder.feed(byte * 1_000)
    kept = list(vars(decoder).values())
    for value in vars(decoder).values():
        kept += vars(value).values() if hasattr(value, "__dict__") else []
    buffers = [value for value in kept if isinstance(value, bytearray)]
    assert sum(len(value) for value in buffers) <= BYTES_KEPT_MAX
    assert sum(sys.getsizeof(value) for value in buffers) <= 4 * BYTES_KEPT_MAX


@given(systolic=st.lists(st.integers(70, 220), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_ansar_tells_each_change_of_the_cuff_once(systolic: list[int]) -> None:
    encoder, decoder = DRIVERS["ansar-b"].encoder(device="d"), DRIVERS["ansar-b"].decoder()
    told = []
    for value in systolic:
        for _ in range(3):
            events = decoder.feed(encoder.encode(shown(97, 71, value)))
            told += [one["NIBP_SYS"] for one in spoken(events) if "NIBP_SYS" in one]
    changes = [b for a, b in pairwise([None, *systolic]) if a != b]
    assert told == [float(value) for value in changes if value is not None]


@given(spo2=st.floats(1, 100), pulse=st.floats(20, 250))
@settings(max_examples=60, deadline=None)
def test_json_carries_every_number_as_it_is(spo2: float, pulse: float) -> None:
    values = {VitalSign.SPO2: spo2, VitalSign.PULSE_RATE: pulse}
    one = Shown(at_us=NOW_US, values=values, validity={}, mode=GenerationMode.REAL)
    driver = DRIVERS["chairside-json"]
    got = spoken(driver.decoder().feed(driver.encoder(device="d").encode(one)))
    assert got == [{"PR": pulse, "SpO2": spo2}]
