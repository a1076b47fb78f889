"""`chairside whatif`: the alarms of stored sessions under another preset, beside those they had."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor import retold, shipped
from monitor.burden import Burden
from monitor.counting import counted
from monitor.exports import burden_table
from monitor.operations import validating
from monitor.presets import load_preset
from monitor.store.record import RecordHistory


def what_if(config_path: Path, preset_path: Path, sessions: Sequence[str]) -> Iterator[str]:
    """Judge these sessions, or the newest ones, by the preset of a file; lines to print.

    Raises `ConfigError` for a preset with mistakes, `StoreError` for a session
    that cannot be judged again.
    """
    loaded, _ = validating.load(config_path)
    text, where = shipped.preset_text(str(preset_path), base=Path())
    preset, history = load_preset(text, where=where), RecordHistory(loaded.record.path)
    now_us = time.time_ns() // 1_000

    async def ask() -> tuple[Burden, Burden]:
        chosen = list(sessions) or (await history.sessions())[: retold.SESSIONS_MAX]
        return await retold.compared(history, chosen, preset, now_us)

    before, after = asyncio.run(ask())
    yield (
        f"{counted(before.sessions, 'session')}, {before.chair_hours:.2f} chair-hours, "
        f"{before.infusion_hours:.2f} infusion hours; after: {preset.name} ({preset.hash[:12]})"
    )
    yield from burden_table.plain(burden_table.BESIDE, burden_table.beside(before, after))
