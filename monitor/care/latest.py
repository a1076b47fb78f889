"""What a patient's devices measured last, while it still counts.

Readings in, numbers out. Knows no clock, alarm or page.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.care.baseline import PRESSURES, SOURCES, continuous, determinations
from monitor.clinic import Phase
from monitor.conditions import Preset
from monitor.history import ReadingRow
from monitor.vitals import VitalSign


def latest(
    rows: Sequence[ReadingRow], now_us: int, phase: Phase, preset: Preset
) -> dict[VitalSign, float]:
    """By vital sign the newest usable value; a cuff reading counts until one is overdue."""
    found: dict[VitalSign, float] = {}
    for vital, sources in SOURCES.items():
        spoken, _ = continuous(rows, sources, now_us, preset.entries.device_s, preset)
        if spoken:
            found[vital] = float(spoken[-1].value or 0.0)
    overdue_us = preset.nibp_overdue_s().get(phase, 0.0) * 1e6
    cuffs = determinations(rows, now_us - overdue_us, preset)
    if cuffs:
        found |= dict(zip(PRESSURES, (cuffs[-1].systolic, cuffs[-1].diastolic), strict=True))
    return found
