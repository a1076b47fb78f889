"""Rows as the service gives them to the record, for tests; every part can be told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict, Unpack

from monitor.clock import Clock
from monitor.history import FactRow, FiringSample, ReadingRow, TransitionRow
from monitor.vitals import GenerationMode, TimeBasis, Validity, VitalSign

NOON_US = 1_800_000_000_000_000
"""2027-01-15, UTC; any day would do."""


class ReadingParts(TypedDict, total=False):
    received_at_us: int
    chair: str
    device: str
    session: str | None
    vital: VitalSign
    validity: Validity
    mode: GenerationMode
    basis: TimeBasis
    reason: str
    late: bool
    boot: str | None
    seq: int | None


def reading(second: float, value: float | None = 97.0, **parts: Unpack[ReadingParts]) -> ReadingRow:
    """A reading sampled `second` seconds after noon."""
    at_us = NOON_US + round(second * 1_000_000)
    told: ReadingParts = {
        "received_at_us": at_us + 40,
        "chair": "1",
        "device": "mon-1",
        "session": "s-1",
        "vital": VitalSign.SPO2,
        "validity": Validity.VALID if value is not None else Validity.NOT_AVAILABLE,
        "mode": GenerationMode.DEMO,
        "basis": TimeBasis.RECEIVED,
        "reason": "",
        "late": False,
        "boot": None,
        "seq": None,
    }
    return ReadingRow(sampled_at_us=at_us, value=value, **(told | parts))


class TransitionParts(TypedDict, total=False):
    alarm: str
    session: str | None
    chair: str
    condition: str
    instance: str
    priority: str
    from_state: str
    reason: str
    sampled_at_us: int | None
    value: float | None
    limit: float | None
    extreme: float | None
    message: str
    actor: str | None
    note: str
    baseline: float | None
    fired_by: tuple[FiringSample, ...]
    fired_count: int
    extreme_at_us: int | None


def transition(
    second: float, to_state: str, ordinal: int = 0, **parts: Unpack[TransitionParts]
) -> TransitionRow:
    """A step of one alarm, taken `second` seconds after noon."""
    at_us = NOON_US + round(second * 1_000_000)
    told: TransitionParts = {
        "alarm": "s-1/SPO2-2/SpO2/1",
        "session": "s-1",
        "chair": "1",
        "condition": "SPO2-2",
        "instance": "SpO2",
        "priority": "HIGH",
        "from_state": "PENDING",
        "reason": "delay elapsed",
        "sampled_at_us": at_us - 1_000,
        "value": 84.0,
        "limit": 88.0,
        "extreme": 83.0,
        "message": "SpO2 84 < 88",
        "actor": None,
        "note": "",
        "baseline": 97.0,
        "fired_by": (FiringSample(VitalSign.SPO2, at_us - 10_000_000, 87.5),),
        "fired_count": 11,
        "extreme_at_us": at_us - 3_000_000,
    }
    return TransitionRow(
        ordinal=ordinal,
        to_state=to_state,
        at_us=at_us,
        onset_us=at_us - 10_000_000,
        kind="physiological",
        episode=1,
        preset="ketamine-adult@1a2b3c",
        **(told | parts),
    )


def fact(
    second: float,
    kind: str,
    *,
    session: str | None = "s-1",
    chair: str = "1",
    ordinal: int = 0,
    actor: str | None = "rk",
    **data: str | float | bool | None,
) -> FactRow:
    """A fact that happened `second` seconds after noon."""
    return FactRow(
        at_us=NOON_US + round(second * 1_000_000),
        ordinal=ordinal,
        session=session,
        chair=chair,
        kind=kind,
        actor=actor,
        data=data,
    )


def clock() -> Clock:
    """A clock on the running loop that reads noon now."""
    return Clock.starting_at(asyncio.get_running_loop().time, NOON_US)


async def until(true: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Return as soon as `true()`; fail after `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        while not true():
            await asyncio.sleep(0.005)


@dataclass
class Slip:
    """A receipt that notes its confirmation."""

    confirmed: bool = False

    def confirm(self) -> None:
        """The delivery is committed."""
        self.confirmed = True


UNDO = {
    9: "ALTER TABLE transitions DROP COLUMN extreme_at_us;",
    8: "DELETE FROM progress WHERE name = 'unplaced';",
    7: "DROP TABLE documents;",
    6: "DROP TABLE catalogue; DROP TABLE catalogue_people; DROP INDEX facts_of_sessions; "
    "DROP INDEX facts_seated; DELETE FROM progress WHERE name = 'catalogued';",
}
"""What takes from a record what that layout brought."""


def as_of_layout(version: int) -> str:
    """The SQL that makes a record one of that layout."""
    undone = "".join(sql for brought, sql in UNDO.items() if brought > version)
    return f"{undone} PRAGMA user_version = {version};"
