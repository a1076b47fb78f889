"""Why some wrong changes may survive: the reasons of explained.toml beside this file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tools.mutation.mutants import Survivor

EXPLAINED = Path(__file__).with_name("explained.toml")
Key = tuple[str, Survivor]


def reasons() -> dict[Key, str]:
    """Why a survivor may survive."""
    kept = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["survivor"]
    return {
        (one["module"], Survivor(function=one["function"], before=one["before"], after=after)): one[
            "reason"
        ]
        for one in kept
        for after in one["after"]
    }
