"""The HIGH burst as a sound file, for where no page can sound.

The same ten pulses that the pages play (`web/static/js/burst.js`), within the
ranges of IEC 60601-1-8 as this product uses them. Needs the standard library alone.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from typing import Final

STARTS_S: Final = (0.0, 0.25, 0.5, 1.0, 1.25, 2.0, 2.25, 2.5, 3.0, 3.25)
PULSE_S: Final = 0.15
GAP_S: Final = 7.0
"""From the end of a burst to the start of the next."""
LEVEL: Final = 0.7
FUNDAMENTAL_HZ: Final = 440.0
PARTIALS: Final = (1.0, 0.8, 0.6, 0.5, 0.4)
"""Amplitudes of the fundamental and harmonics 2 to 5."""
LEAD_IN_S: Final = 0.3
"""Silence before the first pulse: some outputs swallow the start of a sound."""
RAMP_PART: Final = 0.15
RATE_HZ: Final = 48_000
FULL_SCALE: Final = 32_767


def high_burst() -> bytes:
    """A WAV file of one burst and the silence after it: played end to end it is the alarm."""
    burst_s = STARTS_S[-1] + PULSE_S + GAP_S
    samples = array("h", bytes(2 * round(burst_s * RATE_HZ)))
    tone = pulse()
    for start_s in STARTS_S:
        first = round((LEAD_IN_S + start_s) * RATE_HZ)
        samples[first : first + len(tone)] = tone
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, samples.itemsize, RATE_HZ, len(samples), "NONE", ""))
        out.writeframes(samples.tobytes())
    return file.getvalue()


def pulse() -> array[int]:
    """One pulse: five partials, its peak at `LEVEL`, with linear ramps at both ends."""
    length = round(PULSE_S * RATE_HZ)
    tone = [_tone(number / RATE_HZ) for number in range(length)]
    peak = max(map(abs, tone))
    ramp = length * RAMP_PART
    shapes = (min(1.0, number / ramp, (length - number) / ramp) for number in range(length))
    scale = LEVEL * FULL_SCALE / peak
    return array("h", (round(scale * one * by) for one, by in zip(tone, shapes, strict=True)))


def _tone(at_s: float) -> float:
    turn = 2.0 * math.pi * FUNDAMENTAL_HZ * at_s
    return sum(part * math.sin(turn * order) for order, part in enumerate(PARTIALS, 1))
