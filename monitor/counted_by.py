"""By which alarm preset the figures of a stored session are counted: the one it was begun with.

Review, course, search and report all ask here, so that a preset of today changes no
figure of yesterday. Knows no database and no page.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from monitor.conditions import Preset
from monitor.errors import ConfigError
from monitor.presets import load_preset

READ_MAX = 16
"""Presets that are kept as they were read: a course of years asks for few."""


class Presets(Protocol):
    """Where the texts of presets that were in force before are read."""

    async def preset(self, digest: str) -> str | None: ...


async def counted_by(presets: Presets, digest: str | None, now: Preset) -> Preset:
    """The preset of that hash; `now`, that of today, where there is none or it cannot be had.

    A session of a version that kept none has none. Of one that is not at hand, or is
    written as this version no longer reads it, the figures themselves say so.
    """
    if digest in (None, now.hash):
        return now
    text = await presets.preset(digest)
    return (None if text is None else _read(text)) or now


@lru_cache(maxsize=READ_MAX)
def _read(text: str) -> Preset | None:
    try:
        return load_preset(text, where="the record")
    except ConfigError:
        return None
