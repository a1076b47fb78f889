"""From a device's report to readings: place, times, order and identity.

Knows one device's clock offset and last sample times. Knows
no link, task, alarm or database; every time is an argument.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.clinic import Device
from monitor.drivers import Report
from monitor.numbering import Numbering
from monitor.vitals import GenerationMode, Measurement, Reading, TimeBasis, VitalSign, under_way

LATE_S = 10.0
"""A continuous value older than this on arrival is kept and never judged (alarms.md section 8)."""
OFFSET_STEP_US = 5_000_000
OFFSET_SPREAD_US = 1_000_000
OFFSET_REPORTS = 5
OFFSET_DOUBTED_US = 60_000_000
RECENT_STAMPS_MAX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When and how a report came: monotonic seconds, UTC microseconds, and a broker's memory."""

    received_s: float
    received_at_us: int
    retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """To whom the device's readings belong at this instant; `cuff_late_s` as for `LATE_S`."""

    session: str | None
    opened_us: int
    cuff_late_s: float


def sampled_s(received_s: float, received_at_us: int, sampled_at_us: int) -> float:
    """The monotonic second of a sample, from what the record keeps of it."""
    return (sampled_at_us - received_at_us + round(received_s * 1_000_000)) / 1_000_000


class DeviceClock:
    """The offset of a device's clock from ours (alarms.md 8a.1).

    It starts at none. Five reports in a row that are all off by more than 5 s
    and agree among themselves within 1 s came at real-time pace, so the device's
    clock is wrong and the offset is adopted. A backlog arrives faster than it was
    measured, its differences shrink from report to report, and it stays old.

    A steady queue on the way looks like a slow clock. A clock once found right
    gives itself away by going back, or by more ahead than no delay at all;
    without either it is taken for a queue, whose values are as old as they say,
    until the same difference has lasted a minute.
    """

    def __init__(self) -> None:
        self.offset_us = 0
        self.epoch = 0
        self._differences: deque[int] = deque(maxlen=OFFSET_REPORTS)
        self._usual: deque[int] = deque(maxlen=OFFSET_REPORTS)
        self._agreed_since_us: int | None = None
        self._found_right = self._stepped = False
        self._sent_us = 0

    @property
    def skew_us(self) -> int | None:
        """How far the device's clock is behind ours, ahead if negative; None until it is known.

        The least difference lately: the offset itself follows only what moves far.
        """
        return min(self._usual, default=self.offset_us) if self._found_right else None

    def step(self, by_us: int) -> None:
        """Our own clock was stepped: the device's stands that much otherwise to it."""
        self.offset_us += by_us
        self._differences.clear()
        self._usual.clear()
        self._agreed_since_us = None

    def observe(self, sent_at_us: int, received_at_us: int) -> bool:
        """Take one report's two times; True when a new epoch begins."""
        difference = received_at_us - sent_at_us
        ahead_us = self.offset_us - difference
        went_back, self._sent_us = sent_at_us < self._sent_us, sent_at_us
        if abs(ahead_us) <= OFFSET_STEP_US:
            self._usual.append(difference)
            self._settle()
            return False
        self._stepped |= went_back or ahead_us > 0
        self._differences.append(difference)
        if not self._agreed(received_at_us):
            return False
        self.offset_us = min(self._differences)
        self._usual = self._differences.copy()
        self.epoch += 1
        self._settle()
        return True

    def _settle(self) -> None:
        """The offset is right, as far as anybody can tell."""
        self._differences.clear()
        self._agreed_since_us, self._found_right, self._stepped = None, True, False

    def _agreed(self, received_at_us: int) -> bool:
        """Have the differences been the same for long enough to be the clock's?"""
        spread_us = max(self._differences) - min(self._differences)
        if len(self._differences) < OFFSET_REPORTS or spread_us > OFFSET_SPREAD_US:
            self._agreed_since_us = None
            return False
        if self._agreed_since_us is None:
            self._agreed_since_us = received_at_us
        may_be_a_queue = self._found_right and not self._stepped
        return not may_be_a_queue or received_at_us - self._agreed_since_us >= OFFSET_DOUBTED_US


class Intake:
    """Turns one device's reports into readings, unique and rising in time per vital."""

    def __init__(self, device: Device, numbering: Numbering | None = None) -> None:
        self.device = device
        self.clock = DeviceClock()
        self.numbering = numbering or Numbering()
        self._newest_us: dict[VitalSign, int] = {}
        self._stamps: dict[VitalSign, deque[int]] = {}
        self._epoch_us: int | None = None

    def readings(self, report: Report, arrival: Arrival, seat: Seat) -> list[Reading]:
        """The report's readings; empty when the message was here before.

        A sample's time is its arrival minus its age. Age is what the message
        states, or our clock against the device's corrected by its offset.
        """
        numbered = report.seq is not None and report.boot is not None
        if numbered and not self.numbering.is_new(report.boot or "", report.seq or 0):
            return []
        self._follow(arrival)
        if report.sent_at_us is not None and not arrival.retained:
            self.clock.observe(report.sent_at_us, arrival.received_at_us)
        out = []
        for measurement in report.measurements:
            if measurement.value is None and not self._connected(measurement.vital):
                continue
            reading = self._reading(measurement, report, arrival, seat)
            if reading is not None:
                out.append(reading)
        return out

    def _follow(self, arrival: Arrival) -> None:
        """When our wall clock was stepped, what is remembered in its time is moved with it."""
        epoch_us = arrival.received_at_us - round(arrival.received_s * 1_000_000)
        by_us = 0 if self._epoch_us is None else epoch_us - self._epoch_us
        self._epoch_us = epoch_us
        if by_us:
            self._newest_us = {vital: at_us + by_us for vital, at_us in self._newest_us.items()}
            self.clock.step(by_us)

    def _connected(self, vital: VitalSign) -> bool:
        """An empty field tells something only of what is connected."""
        return self.device.vitals is None or vital in self.device.vitals

    def speaks_now(self, report: Report, arrival: Arrival, readings: Sequence[Reading]) -> bool:
        """Whether a report, and what `readings` made of it, shows that its device is there now.

        A cuff that has nothing new to tell still speaks; a backlog does not.
        """
        if readings:
            return not all(reading.late for reading in readings)
        if report.sent_at_us is None or arrival.retained:
            return False
        sent_us = report.sent_at_us + self.clock.offset_us
        return arrival.received_at_us - sent_us <= LATE_S * 1e6

    def _reading(
        self, measurement: Measurement, report: Report, arrival: Arrival, seat: Seat
    ) -> Reading | None:
        stamp = measurement.measured_at_us
        age_s = self._age_s(measurement, report, arrival)
        stated_us = sampled_at_us = arrival.received_at_us - round(age_s * 1e6)
        # The reading may be stamped with the time at which the cuff began to measure.
        no_reading = under_way(measurement.vital, measurement.validity)
        newest = 0 if no_reading else self._newest_us.get(measurement.vital, 0)
        if stamp is not None and not no_reading and self._seen(measurement.vital, stamp):
            return None
        if stamp is None and report.sent_at_us is None and sampled_at_us <= newest:
            sampled_at_us = newest + 1
        late_s = seat.cuff_late_s if measurement.vital.episodic else LATE_S
        late = age_s > late_s or arrival.retained or sampled_at_us <= newest
        if not no_reading:
            self._newest_us[measurement.vital] = max(newest, sampled_at_us)
        mode = measurement.mode
        if mode is GenerationMode.REAL:
            mode = self.device.mode
        # By its own word: where times must rise an old one may have been moved past the seat.
        before_seat = stated_us < seat.opened_us
        return Reading(
            vital=measurement.vital,
            value=measurement.value,
            validity=measurement.validity,
            mode=mode,
            basis=measurement.basis if stamp is None else TimeBasis.DEVICE,
            reason=measurement.reason,
            device=self.device.id,
            chair=self.device.chair,
            session=None if before_seat else seat.session,
            sampled_s=sampled_s(arrival.received_s, arrival.received_at_us, sampled_at_us),
            received_s=arrival.received_s,
            sampled_at_us=sampled_at_us,
            received_at_us=arrival.received_at_us,
            boot=report.boot,
            seq=report.seq,
            late=late or (before_seat and seat.session is not None),
        )

    def _age_s(self, measurement: Measurement, report: Report, arrival: Arrival) -> float:
        device_us = measurement.measured_at_us or report.sent_at_us
        if device_us is None:
            return measurement.age_s
        ours_us = device_us + self.clock.offset_us
        return max(0.0, (arrival.received_at_us - ours_us) / 1e6)

    def _seen(self, vital: VitalSign, stamp_us: int) -> bool:
        stamps = self._stamps.setdefault(vital, deque(maxlen=RECENT_STAMPS_MAX))
        if stamp_us in stamps:
            return True
        stamps.append(stamp_us)
        return False
