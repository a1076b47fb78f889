"""By which devices a session was measured: what they are, and how far their clocks were off.

All of it follows from the session's facts. What is "" or None was told by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.history import Data, FactRow, Value

EQUIPMENT = "equipment"
BEHIND = "clock_behind_s"
BY_ITSELF = "by_itself"
WORDS = ("device", "driver", "link", "model", "serial", "firmware")


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """One device: how it is called, what it speaks over which kind of link, and what it is.

    `by_itself`: it told at least a part of what it is; the configuration told the rest.
    `behind_s` is by how many seconds its clock was behind ours, ahead if negative.
    """

    device: str
    driver: str
    link: str
    model: str = ""
    serial: str = ""
    firmware: str = ""
    by_itself: bool = False
    behind_s: int | None = None


def data_of(one: Equipment) -> Data:
    """It as a fact keeps it."""
    words: dict[str, Value] = {
        key: said for key in WORDS if (said := str(getattr(one, key))) or key == "device"
    }
    behind = {} if one.behind_s is None else {BEHIND: one.behind_s}
    return {**words, BY_ITSELF: one.by_itself, **behind}


def equipment_of(facts: Sequence[FactRow]) -> tuple[Equipment, ...]:
    """Each device that measured in the session, as it was told of last, by id."""
    newest = {str(fact.data["device"]): fact.data for fact in facts if fact.kind == EQUIPMENT}
    return tuple(_told(newest[device]) for device in sorted(newest))


def _told(data: Data) -> Equipment:
    behind = data.get(BEHIND)
    return Equipment(
        **{key: str(data.get(key) or "") for key in WORDS},
        by_itself=bool(data.get(BY_ITSELF)),
        behind_s=behind if isinstance(behind, int) else None,
    )
