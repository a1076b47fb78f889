"""The recordings, for tests: a missing one skips with one line, which `conftest` fails in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators import recordings
from simulators.recordings import Recording

MIMIC = "mimic2_s00001_first16h"


def paths() -> list[Path]:
    """Every recording there is, by name; empty when there are none."""
    return sorted(recordings.folder().glob("*.csv"))


def require(name: str = MIMIC) -> Recording:
    """The recording of that name."""
    path = recordings.folder() / f"{name}.csv"
    if not path.is_file():
        pytest.skip(f"no recording {path.name}: set {recordings.FOLDER_VARIABLE} to their folder")
    return recordings.load(path)
