"""Two monitors that send as one chair: T-ASSIGN's second half (alarms.md 7.2, 8a.25). Pure.

Never guessed from values. Of one device the messages of an earlier boot come after those of a
later one, where a monitor that starts again never comes back; or a device that the configuration
does not know sends on a chair's topic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from math import inf

from monitor.alerts import Alarm
from monitor.clinic import Device
from monitor.drivers import Report
from monitor.intake import Arrival

CONDITION = "T-ASSIGN-2"
STEADY_S = 3.0
"""So long it comes at the pace of time: what waited somewhere comes faster."""
SPREAD_US = 1_000_000
ALONE_S = 30.0
"""So long one of them alone has sent: the other is gone."""
BOOTS_MAX = 8
"""So many of a device are remembered, those that spoke last."""
NAME_MAX = 32


@dataclass(slots=True)
class _Boot:
    """The how many-th it was, and since when it is back after later ones, at one age.

    `turn_s` is when it came next after a later one last.
    """

    number: int
    back_s: float = inf
    age_us: int = 0
    turn_s: float = -inf


class Senders:
    """The boots under which one device's messages come."""

    def __init__(self) -> None:
        self._numbers = count()
        self._last = _Boot(next(self._numbers))
        self._boots: dict[str, _Boot] = {}

    def turn_s(self, boot: str, age_us: int, at_s: float) -> float | None:
        """When two took turns last, if this message, so old at that time, shows that two send."""
        one = self._boots.pop(boot, None) or _Boot(next(self._numbers))
        self._boots[boot] = one
        if len(self._boots) > BOOTS_MAX:
            del self._boots[next(iter(self._boots))]
        before, self._last = self._last, one
        anew = at_s - one.turn_s > ALONE_S
        if before.number > one.number:
            one.turn_s = at_s
        elif anew:
            return None
        if anew or abs(age_us - one.age_us) > SPREAD_US:
            one.back_s, one.age_us = at_s, age_us
        return one.turn_s if at_s - one.back_s >= STEADY_S else None


class Doubles:
    """Where two monitors send as one chair, and since when they do not any more."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self._senders = {device.id: Senders() for device in devices}
        self._strange: dict[tuple[str, str], float] = {}
        self._newest_s: dict[tuple[str, str], float] = {}
        self._told: frozenset[str] = frozenset()

    def hear(self, device: Device, report: Report, arrival: Arrival) -> None:
        """A message of a configured device; of those that name no boot nothing is known."""
        if report.boot is None or report.sent_at_us is None or arrival.retained:
            return
        age_us, at_s = arrival.received_at_us - report.sent_at_us, arrival.received_s
        senders = self._senders.get(device.id)
        turn_s = None if senders is None else senders.turn_s(report.boot, age_us, at_s)
        if turn_s is not None:
            self._newest_s[device.chair, _words(device.chair, device.id)] = turn_s

    def recall(self, open_now: Iterable[Alarm], now_s: float) -> None:
        """After a restart: where its alarm is open two have sent until now."""
        for one in open_now:
            if one.condition == CONDITION:
                self._newest_s[one.chair, one.message] = now_s

    def look(
        self, strangers: Mapping[tuple[str, str], float], now_s: float
    ) -> list[tuple[str, str]]:
        """Each chair as which two send, and in what words; "" where it is over since the last look.

        `strangers` are by chair and name, with the time of their newest message.
        """
        for (chair, name), at_s in strangers.items():
            if now_s - at_s > ALONE_S:
                self._strange.pop((chair, name), None)
            elif at_s - self._strange.setdefault((chair, name), at_s) >= STEADY_S:
                self._newest_s[chair, _words(chair, name)] = at_s
        newest = self._newest_s.items()
        self._newest_s = {key: at_s for key, at_s in newest if now_s - at_s <= ALONE_S}
        found = dict(self._newest_s.keys())
        over = [(chair, "") for chair in sorted(self._told - found.keys())]
        self._told = frozenset(found)
        return over + sorted(found.items())


def _words(chair: str, name: str) -> str:
    known = name if name.isprintable() and len(name) <= NAME_MAX else "of no name"
    return f"TWO MONITORS SEND AS CHAIR {chair} ({known}): check which patient each is on"
