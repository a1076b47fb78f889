"""What a monitor makes of a body: delays, averaging, rounding, a cuff that takes its time.

Between the truth of `patient` and the bytes of a driver stand the sensors.
Pure: they are stepped once a second with that second's truth, and give what
the monitor's screen would show.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from random import Random

from simulators.patient import Truth

CIRCULATION_S = 12
"""From lung to finger 10-20 s (physiology.md 6.1)."""
DISPLAY_LAG = 0.28
"""Share of the way to a new value a display goes in a second: a lag of 3 s (section 5)."""
PROBE_HOLD_S = 5
"""A monitor holds its last value 4-10 s after the probe comes off (6.4)."""
PULSE_SEARCH_S = 6
FOUND_AGAIN_S = 3
"""After a cuff the pulse is found sooner than after the probe was off."""
OCCLUDED_SHARE = 0.55
"""Of a cuff's cycle the pressure is above systolic for 10-25 s of 40 (7)."""
CUFF_NOISE_MMHG = 3.0
MEAN_NOISE_MMHG = 1.6
"""Measured mean minus (diastolic + a third of the pulse pressure): SD on a bedside monitor (1)."""

MOTION_SPO2 = 70
"""What an oximeter may show while the finger moves."""


class ProbeState(Enum):
    """What the oximeter says of its sensor."""

    ON = "on"
    OFF = "sensor off"
    SEARCH = "pulse search"


@dataclass(frozen=True, slots=True)
class Pleth:
    """The oximeter's screen: numbers only while it has them."""

    state: ProbeState
    spo2: int | None = None
    pulse_rate: int | None = None
    perfusion_index: float | None = None


class Oximeter:
    """Finger probe: circulation delay, averaging, rounding; off and search as devices show them."""

    def __init__(self, rng: Random, *, noise: float = 1.0) -> None:
        self._rng, self._noise = rng, noise
        self._blood: deque[float] = deque(maxlen=CIRCULATION_S + 1)
        self._spo2: float | None = None
        self._pulse: float | None = None
        self._off_s = self._occluded_s = 0
        self._search_s = 0
        self.shown = Pleth(ProbeState.SEARCH)

    def step(
        self, truth: Truth, *, probe_off: bool, moving: bool = False, occluded: bool = False
    ) -> Pleth:
        """One second on. A moving finger makes red and infrared alike, as if SpO2 were low.

        Occluded by a cuff, the number is held for a while as without a finger; then there is none.
        """
        self._blood.append(truth.spo2)
        self._spo2 = _lag(self._spo2, self._blood[0])
        # A pulse now and then is too weak for the finger: 0.5 on the average (section 1).
        missed = self._noise * abs(self._rng.gauss(0.0, 0.6))
        self._pulse = _lag(self._pulse, truth.heart_rate - missed)
        if probe_off:
            self._off_s += 1
            self._search_s = PULSE_SEARCH_S
            if self._off_s > PROBE_HOLD_S:
                self.shown = Pleth(ProbeState.OFF)
            return self.shown
        self._off_s = 0
        self._occluded_s = self._occluded_s + 1 if occluded else 0
        if self._occluded_s > PROBE_HOLD_S:
            self._search_s = max(self._search_s, FOUND_AGAIN_S)
        elif occluded:
            return self.shown
        if self._search_s > 0:
            self._search_s -= 1
            self.shown = Pleth(ProbeState.SEARCH)
            return self.shown
        self.shown = Pleth(
            ProbeState.ON,
            spo2=MOTION_SPO2 if moving else round(self._spo2),
            pulse_rate=round(self._pulse),
            perfusion_index=round(truth.perfusion_index, 2),
        )
        return self.shown


class Numeric:
    """A number that follows the body with the display's lag: ECG heart rate, breathing."""

    def __init__(self) -> None:
        self._value: float | None = None

    def step(self, value: float) -> int:
        """One second on; the number on the screen."""
        self._value = _lag(self._value, value)
        return round(self._value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffReading:
    """One determination; `at_s` is its end, when the numbers appear."""

    at_s: float
    systolic: int
    diastolic: int
    mean: int
    pulse_rate: int


class Cuff:
    """Measures at `first_s` and every `interval_s`; a determination takes 27-44 s (section 7).

    While it measures, and after one that failed, the screen shows no numbers.
    """

    def __init__(
        self, rng: Random, *, first_s: float, interval_s: float, noise: float = 1.0
    ) -> None:
        self._rng, self._noise = rng, noise
        self._next_s, self._interval_s = first_s, interval_s
        self._ends_s: float | None = None
        self._began_s = 0.0
        self.shown: CuffReading | None = None
        self.failures = 0

    @property
    def measuring(self) -> bool:
        """True from the start of a determination to its end."""
        return self._ends_s is not None

    def occludes(self, now_s: float) -> bool:
        """Is the pressure above systolic, so that no pulse comes through?"""
        if self._ends_s is None:
            return False
        return now_s - self._began_s < OCCLUDED_SHARE * (self._ends_s - self._began_s)

    def step(self, now_s: float, truth: Truth, *, failing: bool) -> CuffReading | None:
        """One second on; the reading on the screen, if there is one."""
        if self._ends_s is not None:
            if now_s >= self._ends_s:
                self._ends_s = None
                self.failures += failing
                self.shown = None if failing else self._determine(now_s, truth)
        elif now_s >= self._next_s:
            self._next_s += self._interval_s
            self._began_s = now_s
            self._ends_s = now_s + self._rng.uniform(27.0, 44.0)
            self.shown = None
        return self.shown

    def _determine(self, now_s: float, truth: Truth) -> CuffReading:
        systolic = truth.systolic + self._noise * self._rng.gauss(0.0, CUFF_NOISE_MMHG)
        diastolic = truth.diastolic + self._noise * self._rng.gauss(0.0, CUFF_NOISE_MMHG)
        diastolic = min(diastolic, systolic - 12.0)
        mean = diastolic + (systolic - diastolic) / 3.0
        mean += self._noise * self._rng.gauss(-0.3, MEAN_NOISE_MMHG)
        return CuffReading(
            at_s=now_s,
            systolic=round(systolic),
            diastolic=round(diastolic),
            mean=round(min(max(mean, diastolic + 2.0), systolic - 2.0)),
            pulse_rate=round(truth.heart_rate),
        )


def _lag(shown: float | None, value: float) -> float:
    return value if shown is None else shown + DISPLAY_LAG * (value - shown)
