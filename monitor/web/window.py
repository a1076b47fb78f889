"""One chair's readings between two times, as they count now: devices corrected, artefacts marked.

Tens of thousands of readings are asked for at once: they stay in lists. Only where devices
were corrected in that time are they read reading by reading.
"""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from monitor.care.attribution import corrections_of, readings_of
from monitor.history import FactRow, History
from monitor.review import ABSENT, DOUBTFUL, GOOD, Artefact, artefacts_of
from monitor.stretch import Line, Stretch, stretch_of
from monitor.vitals import Validity, VitalSign
from monitor.web.present import Json

Told = Mapping[str, Sequence[FactRow]]
"""What was said of the readings of each session of the window."""


async def window(
    history: History, chair: str, from_us: int, to_us: int
) -> tuple[Stretch, dict[str, list[FactRow]]]:
    """What belongs to the chair's sessions after every correction; and what was said of it."""
    found, remarks = await asyncio.gather(
        history.stretch(chair, from_us, to_us), history.remarks(from_us, to_us)
    )
    told = dict[str, list[FactRow]]((one, []) for one in sorted(found.sessions))
    for fact in remarks:
        if fact.session in told:
            told[fact.session].append(fact)
    corrected = [
        one
        for facts in told.values()
        for one in corrections_of(facts)
        if one.from_us < to_us and from_us < one.to_us
    ]
    if not corrected:
        return found, told
    lent = {one.device for one in corrected}
    spots = [
        (row.sampled_at_us, row.vital.value, row.value, row.validity.value, session)
        for session, facts in told.items()
        for row in await readings_of(history, session, facts)
        if from_us <= row.sampled_at_us < to_us and (row.chair == chair or row.device in lent)
    ]
    return stretch_of(spots), told


def traces(chair: str, from_ms: int, to_ms: int, found: Stretch, told: Told) -> bytes:
    """Parallel lists by vital sign, in the form of a session's readings, and what was said of them.

    A reading that was called an artefact keeps its value and is doubtful.
    """
    marked = {session: artefacts_of(facts) for session, facts in told.items()}
    every = [one for artefacts in marked.values() for one in artefacts]
    return json.dumps(
        {
            "chair": chair,
            "from_ms": from_ms,
            "to_ms": to_ms,
            "series": {vital: _trace(vital, line, every) for vital, line in found.lines.items()},
            "sessions": sorted(told),
            "artefacts": [
                {
                    "session": session,
                    "from_ms": one.from_us / 1_000,
                    "to_ms": one.to_us / 1_000,
                    "vitals": sorted(vital.value for vital in one.vitals),
                    "cause": one.cause.value,
                }
                for session, artefacts in marked.items()
                for one in artefacts
                if one.from_us < to_ms * 1_000 and from_ms * 1_000 <= one.to_us
            ],
            "devices_corrected": [
                {
                    "session": session,
                    "device": one.device,
                    "instead": one.instead,
                    "from_ms": one.from_us / 1_000,
                    "to_ms": one.to_us / 1_000,
                }
                for session, facts in told.items()
                for one in corrections_of(facts)
                if one.from_us < to_ms * 1_000 and from_ms * 1_000 < one.to_us
            ],
        }
    ).encode()


def _trace(vital: str, line: Line, artefacts: Sequence[Artefact]) -> Json:
    found = zip(line.values, line.validity, strict=True)
    qualities = [ABSENT if value is None else _QUALITY[validity] for value, validity in found]
    for one in artefacts:
        if one.vitals and VitalSign(vital) not in one.vitals:
            continue
        first, last = bisect_left(line.at_us, one.from_us), bisect_right(line.at_us, one.to_us)
        for place in range(first, last):
            qualities[place] = DOUBTFUL if qualities[place] == GOOD else qualities[place]
    shown = zip(line.values, qualities, strict=True)
    return {
        "at_ms": [at_us // 1_000 for at_us in line.at_us],
        "values": [None if quality == ABSENT else value for value, quality in shown],
        "quality": qualities,
    }


def _quality(validity: Validity) -> int:
    doubtful = DOUBTFUL if validity is Validity.QUESTIONABLE else ABSENT
    return GOOD if validity.believed else doubtful


_QUALITY = {validity.value: _quality(validity) for validity in Validity}
