"""Which stored readings belong to a session: what it was stored with, then what was corrected.

Two devices can be swapped by mistake. That is corrected by a fact, never by editing
rows: what is reviewed, exported and printed is this view of them. Alarms stay with the
session in which staff were told of them. Knows rows and facts; knows no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from monitor.history import DEVICES_CORRECTED, FactRow, ReadingRow, standing
from monitor.vitals import VitalSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """From `from_us` until before `to_us` `device` measured for the session, not `instead`."""

    device: str
    instead: str
    from_us: int
    to_us: int
    reason: str
    actor: str
    at_us: int

    def says(self, row: ReadingRow) -> bool | None:
        """Does it make that reading the session's (True), another's (False), or say nothing?"""
        if not self.from_us <= row.sampled_at_us < self.to_us:
            return None
        return {self.device: True, self.instead: False}.get(row.device)


class Stored(Protocol):
    """Where readings are read: the record, or its copy."""

    async def readings(
        self, session: str, *, vitals: Sequence[VitalSign] | None = None
    ) -> list[ReadingRow]: ...
    async def readings_by(self, device: str, from_us: int, to_us: int) -> list[ReadingRow]: ...


def corrections_of(facts: Sequence[FactRow]) -> tuple[Correction, ...]:
    """Every correction of a session's devices that stands, the newest last."""
    told = [fact for fact in standing(facts) if fact.kind == DEVICES_CORRECTED]
    return tuple(
        Correction(
            device=str(fact.data["device"]),
            instead=str(fact.data["instead"]),
            from_us=int(fact.data["from_us"] or 0),
            to_us=int(fact.data["to_us"] or 0),
            reason=str(fact.data.get("reason", "")),
            actor=fact.actor or "",
            at_us=fact.at_us,
        )
        for fact in told
    )


def belonging(
    session: str, corrections: Sequence[Correction], rows: Iterable[ReadingRow]
) -> list[ReadingRow]:
    """Those of these stored readings that are the session's, as its own, in order of time.

    Of several corrections the newest that speaks of a reading counts.
    """
    found = [replace(row, session=session) for row in rows if _mine(session, corrections, row)]
    return sorted(found, key=lambda row: (row.sampled_at_us, row.vital.value, row.device))


def _mine(session: str, corrections: Sequence[Correction], row: ReadingRow) -> bool:
    for one in reversed(corrections):
        said = one.says(row)
        if said is not None:
            return said
    return row.session == session


async def readings_of(
    stored: Stored,
    session: str,
    facts: Sequence[FactRow],
    *,
    vitals: Sequence[VitalSign] | None = None,
) -> list[ReadingRow]:
    """A session's readings after every correction, in order of time, vital sign, device.

    This is how readings are read for review, exports and reports. Raises `StoreError`.
    """
    rows = await stored.readings(session, vitals=vitals)
    corrections = corrections_of(facts)
    if not corrections:
        return rows
    for one in corrections:
        others = await stored.readings_by(one.device, one.from_us, one.to_us)
        rows += [row for row in others if vitals is None or row.vital in vitals]
    return belonging(session, corrections, dict.fromkeys(rows))
