"""What a driver is, and the registry of those we have.

A driver is pure: bytes in, reports out, and back again for the simulators.
It knows no link, task, clock, chair, limit, alarm or patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.vitals import GenerationMode, Measurement, Validity, VitalSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a device says it is; "" for what its protocol does not tell."""

    model: str = ""
    serial: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One frame's worth of measurements.

    `boot` and `seq` are set by senders that number their messages, `sent_at_us`
    (UTC microseconds, the sender's clock) by those that stamp them.
    `online` is False for a sender's will ("offline"): it advances T-LINK, no more.
    `identity` is what the device has said of itself by now, None for nothing; `shows`
    the time that its own clock shows, in a zone that it does not tell.
    """

    measurements: tuple[Measurement, ...]
    boot: str | None = None
    seq: int | None = None
    sent_at_us: int | None = None
    online: bool = True
    identity: Identity | None = None
    shows: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbled:
    """Bytes that are no frame: counted, shown, never fatal. `sample` holds at most 32 of them."""

    sample: bytes
    why: str


class Decoder(Protocol):
    """The receiving half for one link; keeps only the unfinished frame, in a bounded buffer."""

    def feed(self, data: bytes) -> list[Report | Garbled]:
        """Take the next bytes, in any chunking; never raises on noise."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a bedside monitor displays at one instant; a driver's `encode` puts it into bytes.

    `values` holds a number for each vital that has one. `validity` and `reason`
    are told only where the vital is other than valid. `at_us` is the device's
    own clock (UTC microseconds). `nibp_at_us` is when the cuff last measured.
    """

    at_us: int
    values: Mapping[VitalSign, float]
    validity: Mapping[VitalSign, tuple[Validity, str]]
    mode: GenerationMode
    nibp_at_us: int | None = None


class Encoder(Protocol):
    """The sending half, for simulators: remembers counters and headers."""

    def encode(self, shown: Shown) -> bytes:
        """One frame (or message) as the device would send it."""
        ...


class Driver(Protocol):
    """One protocol.

    `vitals` are those its devices can measure, `quiet_limit_s` the silence after
    which its link counts as stale (T-LINK), `baud` the usual line speed,
    `simulated` whether its frames can carry demo mode themselves.
    """

    name: str
    vitals: frozenset[VitalSign]
    quiet_limit_s: float
    baud: int

    def decoder(self) -> Decoder: ...

    def encoder(self, *, device: str) -> Encoder: ...
