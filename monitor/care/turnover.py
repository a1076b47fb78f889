"""What is still on a patient who has left their chair by the record: cuff, probe, or nothing.

Facts in, words out. Knows no clock, database or page.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.history import TURNED_OVER, FactRow, standing

CUFF, PROBE = "cuff", "probe"
SENSORS = (CUFF, PROBE)
OFF, KEPT = "off", "kept"


def kept_of(facts: Sequence[FactRow]) -> tuple[str, ...]:
    """What was kept on, by the last that was said of these facts' closed session.

    Nothing where nobody was asked: in a record from before that.
    """
    told = [fact for fact in standing(facts) if fact.kind == TURNED_OVER]
    if not told:
        return ()
    return tuple(sensor for sensor in SENSORS if told[-1].data.get(sensor) == KEPT)


def ready_told(facts: Sequence[FactRow]) -> int | None:
    """When who left could have left, as it was kept with the end; UTC microseconds."""
    told = [fact.data.get("ready_us") for fact in standing(facts) if fact.kind == TURNED_OVER]
    return told[-1] if told and isinstance(told[-1], int) else None


def why_kept(facts: Sequence[FactRow]) -> str:
    """The reason that was given for it; "" without one."""
    told = [fact for fact in standing(facts) if fact.kind == TURNED_OVER]
    return str(told[-1].data.get("reason", "")) if told else ""
