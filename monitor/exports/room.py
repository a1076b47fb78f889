"""How large an export becomes, and whether its disk has room, before any of it is written."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import CommandRefused
from monitor.exports.formats import FORMATS

SPARE_BYTES = 100_000_000
"""Left on the disk: the record may be on it, and goes before any export."""
PACKED = 4
"""An archive takes a fourth of its files at most; simulated sessions take less than a tenth."""


def needed_bytes(
    formats: Sequence[str], *, sessions: int, readings: int, packed: bool = False
) -> int:
    """About so many bytes sessions take that hold so many readings altogether."""
    chosen = [FORMATS[name] for name in formats]
    whole = sum(one.bytes_a_reading * readings + one.bytes_a_session * sessions for one in chosen)
    return whole // PACKED if packed else whole


def check_room(folder: Path, needed: int) -> None:
    """Raises `CommandRefused` when the folder's disk has no room for so many bytes."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free
    missing = needed + SPARE_BYTES - free
    if missing > 0:
        raise CommandRefused(
            "there is no room for this export",
            where=str(there),
            why=f"it takes about {_megabytes(needed)}, and of {_megabytes(free)} that are free "
            f"{_megabytes(SPARE_BYTES)} stay for the record",
            fix=f"make {_megabytes(missing)} free, or choose fewer formats or another disk",
        )


def _megabytes(count: int) -> str:
    return f"{-(-count // 1_000_000):,} MB"
