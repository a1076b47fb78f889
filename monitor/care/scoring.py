"""What is known of the seven items of NEWS2 now, and when sedation is to be looked at again.

Session and readings in. Knows no live value, clock, database or page.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.care.baseline import SOURCES, continuous, determinations
from monitor.care.news2 import News2, Part, news2
from monitor.care.observations import Item, newest
from monitor.clinic import Session
from monitor.conditions import Preset
from monitor.history import ReadingRow
from monitor.vitals import VitalSign

SECOND_US = 1_000_000
MEASURED = {
    Part.RESPIRATION: (VitalSign.RESPIRATORY_RATE,),
    Part.SPO2: SOURCES[VitalSign.SPO2],
    Part.PULSE: SOURCES[VitalSign.HEART_RATE],
    Part.TEMPERATURE: (VitalSign.TEMPERATURE,),
}
"""What a device may measure, and by which vital signs, best first."""
ENTERED = {
    Part.RESPIRATION: Item.RESPIRATION,
    Part.TEMPERATURE: Item.TEMPERATURE,
    Part.CONSCIOUSNESS: Item.CONSCIOUSNESS,
}
"""What a person may have entered lately; a device that measures it goes before."""


def scored(session: Session, rows: Sequence[ReadingRow], now_us: int, preset: Preset) -> News2:
    """The score of this patient now. What is older than it may be is missing.

    Oxygen stands as it was entered until it is entered anew; the pressure is the
    newest cuff reading, unless one is overdue.
    """
    known: dict[Part, float | str] = {}
    entered_us = now_us - preset.entries.entered_s * SECOND_US
    for part, item in ENTERED.items():
        entry = newest(session.observed, item)
        if entry is not None and entry.at_us >= entered_us:
            known[part] = entry.value
    for part, sources in MEASURED.items():
        spoken, _ = continuous(rows, sources, now_us, preset.entries.device_s, preset)
        if spoken:
            known[part] = float(spoken[-1].value or 0.0)
    oxygen = newest(session.observed, Item.OXYGEN)
    if oxygen is not None:
        known[Part.OXYGEN] = oxygen.value
    overdue_s = preset.nibp_overdue_s().get(session.phase, 0.0)
    cuffs = determinations(rows, now_us - overdue_s * SECOND_US, preset)
    if cuffs:
        known[Part.SYSTOLIC] = cuffs[-1].systolic
    return news2(known)


def sedation_due_us(session: Session, preset: Preset) -> int | None:
    """When sedation is to be entered next: at each cuff interval from the infusion's start on."""
    if session.infusion_started_us is None:
        return None
    interval_us = round(preset.nibp_interval_s.get(session.phase, 0.0) * SECOND_US)
    last = newest(session.observed, Item.SEDATION)
    if last is None or last.at_us < session.infusion_started_us:
        return session.infusion_started_us + interval_us
    return last.at_us + interval_us
