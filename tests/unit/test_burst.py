"""The second process's own sound is the HIGH burst that the pages play."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from monitor import burst
from tests.servers import ROOT

PAGE = ROOT / "monitor/web/static/js/burst.js"
FULL_SCALE = 32_768


def of_the_page(name: str) -> object:
    """A constant of the page's burst, HIGH first."""
    found = re.search(
        rf"\b{name}\b(?: =|:) (?:Object\.freeze\()?([^;\n]+?)[,;)]*\n", PAGE.read_text()
    )
    assert found is not None
    return json.loads(found[1])


@pytest.mark.requirement("WDG-009")
def test_page_and_second_process_play_the_same_burst() -> None:
    assert list(burst.STARTS_S) == of_the_page("starts_s")
    assert of_the_page("pulse_s") == burst.PULSE_S
    assert of_the_page("gap_s") == burst.GAP_S
    assert of_the_page("level") == burst.LEVEL
    assert of_the_page("FUNDAMENTAL_HZ") == burst.FUNDAMENTAL_HZ
    assert list(burst.PARTIALS) == of_the_page("PARTIALS")
    assert of_the_page("LEAD_IN_S") == burst.LEAD_IN_S


@pytest.mark.requirement("WDG-009")
def test_without_a_sound_file_the_player_is_given_ten_pulses_as_the_standard_has_them(
    tmp_path: Path,
) -> None:
    played = tmp_path / "played"
    command = [sys.executable, "-m", "monitor.watchdog", "--heartbeat", "none", "--silent-s", "0"]
    with subprocess.Popen(
        [
            *command,
            "--player",
            f"sh -c 'cp $0 {played}.part && mv {played}.part {played}; sleep 9'",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        while not played.exists():
            assert b"NOT ALIVE" in process.stderr.readline()
        process.terminate()
    with wave.open(io.BytesIO(played.read_bytes())) as file:
        rate_hz = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16) / FULL_SCALE
    loud = np.flatnonzero(np.abs(sound) > 0.02) / rate_hz
    breaks = np.flatnonzero(np.diff(loud) > 0.02)
    starts = loud[np.r_[0, breaks + 1]]
    ends = loud[np.r_[breaks, len(loud) - 1]]
    assert len(starts) == 10
    assert all(0.075 <= one <= 0.2 for one in ends - starts)
    pauses = [begins - over for (_, over), (begins, _) in pairwise(zip(starts, ends, strict=True))]
    assert all(0.05 <= pauses[number] <= 0.125 for number in (0, 1, 3, 5, 6, 8))
    assert all(0.25 <= pauses[number] <= 0.4 for number in (2, 7))
    assert 0.35 <= pauses[4] <= 1.3
    silence_s = len(sound) / rate_hz - ends[-1] + starts[0]
    assert 2.5 <= silence_s <= 15.0
    assert float(np.abs(sound).max()) <= 10 ** (-3 / 20)
