"""What the monitors say of themselves, and how far their clocks are behind ours. Pure.

What a device does not say itself is taken from the configuration; what neither
says is not known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.care.equipment import Equipment, data_of
from monitor.clinic import Device
from monitor.drivers import Identity, Report
from monitor.history import Data
from monitor.intake import OFFSET_STEP_US, Arrival, Intake

AGREEING = 5
"""So many differences in a row make an offset."""
SPREAD_US = 2_000_000
"""They lie no further apart: a line's own time has whole seconds, and a line may wait for one."""
NEWS_S = 2
"""An offset that differs by less is the same one."""


@dataclass(slots=True)
class _Said:
    """What one device told."""

    identity: Identity = field(default_factory=Identity)
    behind_s: int | None = None
    differences: deque[int] = field(default_factory=lambda: deque(maxlen=AGREEING))


class Bedsides:
    """The devices of a clinic whose clocks show the time of `zone`."""

    def __init__(self, devices: Iterable[Device], zone: ZoneInfo) -> None:
        self._devices = {one.id: one for one in devices}
        self._said: dict[str, _Said] = {one: _Said() for one in self._devices}
        self._zone = zone

    def take(self, intake: Intake, report: Report, arrival: Arrival) -> bool:
        """Note one report; True when it tells something that was not known."""
        said = self._said.get(intake.device.id)
        if said is None or arrival.retained:
            return False
        news = False
        if report.identity is not None and report.identity != said.identity:
            said.identity, news = report.identity, True
        behind_s = self._behind_s(said, intake, report, arrival)
        if behind_s is None or (
            said.behind_s is not None and abs(behind_s - said.behind_s) < NEWS_S
        ):
            return news
        said.behind_s = behind_s
        return True

    def at(self, chair: str) -> list[Data]:
        """What is known of each device of a chair, as a fact keeps it."""
        return [data_of(self._of(one)) for one in self._devices.values() if one.chair == chair]

    def _of(self, device: Device) -> Equipment:
        said = self._said[device.id]
        own = (said.identity.model, said.identity.serial, said.identity.firmware)
        stated = (device.model, device.serial, device.firmware)
        model, serial, firmware = (one or other for one, other in zip(own, stated, strict=True))
        return Equipment(
            device=device.id,
            driver=device.driver,
            link=device.link.partition(":")[0],
            model=model,
            serial=serial,
            firmware=firmware,
            by_itself=any(own),
            behind_s=said.behind_s,
        )

    def _behind_s(
        self, said: _Said, intake: Intake, report: Report, arrival: Arrival
    ) -> int | None:
        """Whole seconds by which its clock is behind ours; None while that is not settled."""
        if report.sent_at_us is not None:
            difference_us = arrival.received_at_us - report.sent_at_us
        elif report.shows is not None:
            difference_us = self._since(report.shows, arrival.received_at_us)
        else:
            return None
        said.differences.append(difference_us)
        least_us = min(said.differences)
        settled = len(said.differences) == AGREEING
        if not settled or max(said.differences) - least_us > SPREAD_US:
            return None
        if report.sent_at_us is None:
            # Its time is cut to whole seconds, so that it is behind by up to one more.
            return least_us // 1_000_000
        skew_us = intake.clock.skew_us
        # A backlog is behind too; of that the intake has made up its mind.
        known = skew_us is not None and abs(least_us - skew_us) <= OFFSET_STEP_US
        return round(least_us / 1_000_000) if known else None

    def _since(self, shown: datetime, received_at_us: int) -> int:
        """How long before it came a clock of this zone showed that time, microseconds.

        In the hour that an autumn night has twice, the nearer one is meant.
        """
        both = [
            received_at_us - round(shown.replace(tzinfo=self._zone, fold=fold).timestamp()) * 10**6
            for fold in (0, 1)
        ]
        return min(both, key=abs)
